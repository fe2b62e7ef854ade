//! `chartguard units`.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::output::{Outcome, Output};
use super::{BELOW, OK, input, score};
use crate::error::{Error, Location, Result};
use crate::rubric::{
    BillingResult, BillingRule, Claim, CodeTable, Documented, Timing, allocate_units, extract, parse_date, review_claim,
};
use crate::wire;

#[derive(Args)]
pub(super) struct UnitsArgs {
    /// The minutes of each code, such as `97110:33 97140:7`; codes that are not billed by time are left out
    #[arg(value_name = "CODE:MINUTES", value_parser = pair)]
    minutes: Vec<(String, u32)>,
    /// A claim as JSON, to be held against the minutes given here, in the note, or in the claim itself
    #[arg(long, value_name = "FILE")]
    claim: Option<PathBuf>,
    /// The note that documents what the claim bills
    #[arg(long, value_name = "FILE|-", requires = "claim", conflicts_with = "minutes")]
    note: Option<PathBuf>,
    /// Codes, thresholds and modifiers in place of those built in (YAML)
    #[arg(long, value_name = "FILE")]
    codes: Option<PathBuf>,
    /// The day of service, where the claim gives none
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn pair(given: &str) -> Result<(String, u32), String> {
    let (code, minutes) = given.split_once([':', '=']).ok_or("expected CODE:MINUTES, such as 97110:33")?;
    let minutes = minutes.parse().ok().filter(|minutes| *minutes <= 1440);
    Ok((code.to_owned(), minutes.ok_or("the minutes are a whole number up to 1440")?))
}

pub(super) fn run(args: &UnitsArgs) -> Outcome {
    let table = match &args.codes {
        Some(path) => {
            let yaml = input::note(path)?;
            CodeTable::from_yaml(&yaml).map_err(|e| e.at(Location::File(path.display().to_string())))?
        }
        None => CodeTable::builtin().clone(),
    };
    let mut output = Output::stdout();
    let kept = match &args.claim {
        Some(path) => {
            let mut claim = score::claim(path)?;
            if let Some(date) = &args.date {
                claim.date = claim.date.or(Some(parse_date(date)?));
            }
            let note = args.note.as_deref().map(input::note).transpose()?;
            let results = review(&claim, note.as_deref(), args, &table);
            output.write(&if args.json {
                format!("{:#}\n", wire::billing(note.as_deref().unwrap_or_default(), &results))
            } else {
                results.iter().map(line).collect()
            })?;
            results.iter().all(|result| result.holds != Some(false))
        }
        None if args.minutes.is_empty() => {
            return Err(Error::config("nothing to work out: give CODE:MINUTES, or --claim").into());
        }
        None => {
            output.write(&allocated(args, &table)?)?;
            true
        }
    };
    output.finish()?;
    Ok(if kept { OK } else { BELOW })
}

fn review(claim: &Claim, note: Option<&str>, args: &UnitsArgs, table: &CodeTable) -> Vec<BillingResult> {
    let documented = match note {
        Some(note) => Documented::of(&extract(note)),
        None if args.minutes.is_empty() => Documented::claimed(claim),
        None => {
            let mut given = Documented::default();
            for (code, minutes) in &args.minutes {
                *given.codes.entry(code.clone()).or_default() += minutes;
            }
            given
        }
    };
    BillingRule::ALL.iter().map(|rule| review_claim(*rule, claim, &documented, table)).collect()
}

fn line(result: &BillingResult) -> String {
    let sign = match result.holds {
        Some(true) => '✓',
        Some(false) => '✗',
        None => '?',
    };
    let mut out = format!("{sign} {}\n", result.rule.as_str());
    for remark in &result.remarks {
        let _ = writeln!(out, "    {remark}");
    }
    out
}

fn allocated(args: &UnitsArgs, table: &CodeTable) -> Result<String> {
    if let Some((code, _)) = args.minutes.iter().find(|(code, _)| table.timing(code) == Timing::Unknown) {
        let shown: String = code.chars().take(12).collect();
        return Err(Error::config(format!("`{shown}` is in no code table; `--codes FILE` adds codes")));
    }
    let timed = args.minutes.iter().filter(|(code, _)| table.timing(code) == Timing::Timed);
    let day = allocate_units(timed.map(|(code, minutes)| (code.as_str(), *minutes)));
    if args.json {
        return Ok(format!("{:#}\n", json!(day)));
    }
    let mut out = format!("{} units for {} timed minutes\n", day.units, day.minutes);
    for own in &day.codes {
        let either = if own.units == own.units_at_most { "" } else { " (either of a tie)" };
        let most = if either.is_empty() { String::new() } else { format!(" or {}", own.units_at_most) };
        let _ = writeln!(out, "  {}  {:>3} min  {}{most}{either}", own.code, own.minutes, own.units);
    }
    Ok(out)
}
