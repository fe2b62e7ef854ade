//! Scrubs a note and scores its documentation.
//!
//! `cargo run --example scrub_and_score -- examples/notes/pt-treatment-note.txt`

use std::error::Error;

use chartguard::rubric::Verdict;
use chartguard::{Analyzer, Policy, Rubric, ScoreOptions, Scorer, Scrubber};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: scrub_and_score NOTE")?;
    let note = std::fs::read_to_string(&path)?;

    // Built once, then shared by every thread.
    let scrubber = Scrubber::new(Policy::builtin("safe-harbor")?)?;
    let scorer = Scorer::new(Rubric::builtin("medicare-outpatient-therapy")?);
    let analyzer = Analyzer::new(scrubber, scorer);

    let outcome = analyzer.analyze(&note, &ScoreOptions::default())?;
    println!("{}", outcome.scrubbed.text.trim_end());
    println!("\n{} removals", outcome.scrubbed.findings.len());
    for applied in &outcome.scrubbed.findings {
        let finding = &applied.finding;
        println!("  {:?}  {:12} {:.2}  {}", finding.span.range(), finding.category, finding.score, finding.detector);
    }

    // Evidence points into the original; the map carries it into the scrubbed text, which is safe to show.
    let report = outcome.scrubbed_report();
    println!("\nscore {:?}", report.score);
    for criterion in report.criteria.iter().filter(|c| c.verdict == Verdict::Met) {
        let quoted = criterion.evidence.first().map(|e| e.span.of(&outcome.scrubbed.text)).unwrap_or_default();
        println!("  {:24} {quoted:?}", criterion.id);
    }
    Ok(())
}
