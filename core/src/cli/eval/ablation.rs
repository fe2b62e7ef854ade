//! What each stage of detection adds, and what it costs.

use std::time::Instant;

use crate::cli::ScrubberArgs;
use crate::cli::output::progress;
use crate::error::Result;
use crate::measure::{AblationRow, Labelled, Measure};
use crate::scrub::{Category, Policy, Scrubber, Stage, Stages};

/// Timed runs over all notes, after one that warms the caches; the fastest counts, because what disturbs a run only
/// ever slows it down.
const ROUNDS: usize = 3;

/// Measures the scrubber with one stage more on each line, in the order in which the stages build on each other.
pub(super) fn run(args: &ScrubberArgs, notes: &[Labelled], optional: &[Category]) -> Result<Vec<AblationRow>> {
    let mut stages = Stages::NONE.with(Stage::Policy);
    let mut steps = Vec::new();
    for stage in [Stage::Patterns, Stage::Lexicon, Stage::Structure, Stage::Tagger, Stage::Consistency] {
        stages = stages.with(stage);
        if stage == Stage::Tagger {
            let own = args.model.iter().any(|name| !["builtin", "none"].contains(&name.as_str()));
            let builtin = args.model.iter().any(|name| name == "builtin");
            if own {
                stages = stages.with(Stage::Model);
                steps.push(("+ model".to_owned(), args.builder()?.stages(stages.without(stage)).build()?));
            }
            if !builtin {
                stages = stages.without(stage);
                continue;
            }
        }
        let name = if stage == Stage::Patterns { "patterns only".to_owned() } else { format!("+ {stage}") };
        steps.push((name, args.builder()?.stages(stages).build()?));
    }
    if let Some(policy) = strict() {
        let scrubber = Scrubber::builder().policy(policy).models_named(&args.model)?.build()?;
        steps.push(("strict".to_owned(), scrubber));
    }
    let bar = progress(Some(steps.len() as u64), "stages");
    let mut rows = Vec::new();
    for (name, scrubber) in steps {
        let mut row = AblationRow::new(name);
        for note in notes {
            let findings = scrubber.find(&note.text)?;
            row.measure.merge(&Measure::of(&note.text, &note.gold, &findings, optional));
            row.bytes += note.text.len() as u64;
        }
        for _ in 0..ROUNDS {
            let start = Instant::now();
            for note in notes {
                scrubber.scrub(&note.text)?;
            }
            row.seconds = row.seconds.min(start.elapsed().as_secs_f64());
        }
        rows.push(row);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(rows)
}

/// Safe Harbor in strict mode, in builds whose policies have it.
fn strict() -> Option<Policy> {
    Policy::from_yaml("{extends: safe-harbor, strict: true}").ok()
}
