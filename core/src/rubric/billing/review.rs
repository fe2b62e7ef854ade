//! A claim held against the minutes of a note: units, modifiers, the work of assistants, the yearly threshold.

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Allocation, Claim, ClaimLine, CodeTable, allocate_units, timed_units};
use crate::rubric::{Discipline, Facts, Role, Timing};
use crate::text::Span;

/// What a claim is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BillingRule {
    /// Units agree with the minutes documented.
    Units,
    /// Every line has the modifier of its discipline's plan, and one alone.
    Modifiers,
    /// A line that an assistant furnished in whole or in part says so, and no other does.
    Assistant,
    /// KX stands above the yearly threshold.
    Threshold,
}

/// What was found about one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BillingResult {
    /// The rule.
    pub rule: BillingRule,
    /// Whether the claim keeps it; `None` where what was given does not tell.
    pub holds: Option<bool>,
    /// What is wrong, or missing to tell, in sentences of figures and codes.
    pub remarks: Vec<String>,
    /// The minutes in the note that this rests on, in UTF-8 bytes.
    pub evidence: Vec<Span>,
}

/// The minutes that a note documents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Documented {
    /// Minutes of all timed codes: as stated, or the sum where each is given.
    pub timed: Option<u32>,
    /// Minutes by code.
    pub codes: BTreeMap<String, u32>,
    /// Where they stand.
    pub evidence: Vec<Span>,
    /// Whether an assistant signed, and no therapist.
    pub by_assistant: bool,
}

impl Documented {
    /// The minutes in what was read out of a note.
    pub fn of(facts: &Facts) -> Self {
        let mut codes: BTreeMap<String, u32> = BTreeMap::new();
        let mut evidence = Vec::new();
        let coded: Vec<_> = facts.services.iter().filter_map(|s| Some((s.span, s.code.as_ref()?))).collect();
        for stated in &facts.minutes.services {
            // The code whose minutes these are is the last one named before them, on the same line or the one above.
            let next = coded.partition_point(|(span, _)| span.start < stated.span.end);
            let Some((span, code)) = next.checked_sub(1).map(|index| coded[index]) else { continue };
            if stated.span.end - span.end.min(stated.span.end) <= NEAR {
                *codes.entry(code.clone()).or_default() += stated.minutes;
                evidence.push(stated.span);
            }
        }
        if let Some(stated) = facts.minutes.timed {
            evidence.insert(0, stated.span);
        }
        let signed = |role: Role| facts.signatures.iter().any(|s| s.role == role);
        Self {
            timed: facts.minutes.timed.map(|stated| stated.minutes),
            codes,
            evidence,
            by_assistant: signed(Role::Assistant) && !signed(Role::Therapist),
        }
    }

    /// The minutes that a claim itself gives, for want of a note.
    pub fn claimed(claim: &Claim) -> Self {
        let mut codes: BTreeMap<String, u32> = BTreeMap::new();
        for line in &claim.lines {
            if let Some(minutes) = line.minutes {
                *codes.entry(line.code.clone()).or_default() += minutes;
            }
        }
        Self { codes, ..Self::default() }
    }
}

/// How far before its minutes a code may stand, in bytes: its name and what was done stand between.
const NEAR: usize = 240;

/// Holds a claim to one rule, against the minutes documented.
pub fn review_claim(rule: BillingRule, claim: &Claim, documented: &Documented, table: &CodeTable) -> BillingResult {
    let review = Review { claim, documented, table };
    match rule {
        BillingRule::Units => review.units(),
        BillingRule::Modifiers => review.modifiers(),
        BillingRule::Assistant => review.assistant(),
        BillingRule::Threshold => review.threshold(),
    }
}

struct Review<'a> {
    claim: &'a Claim,
    documented: &'a Documented,
    table: &'a CodeTable,
}

impl Review<'_> {
    fn lines(&self, timing: Timing) -> impl Iterator<Item = &ClaimLine> {
        self.claim.lines.iter().filter(move |line| self.table.timing(&line.code) == timing)
    }

    /// Timed minutes of the whole day, and how their units fall where each code's minutes are known.
    fn timed(&self) -> (Option<u32>, Option<Allocation>) {
        let known = &self.documented.codes;
        let timed = || known.iter().filter(|(code, _)| self.table.timing(code) == Timing::Timed);
        let complete = timed().next().is_some() && self.lines(Timing::Timed).all(|line| known.contains_key(&line.code));
        let sum: u32 = timed().map(|(_, minutes)| minutes).sum();
        let total = self.documented.timed.or(complete.then_some(sum));
        let allocation = (complete && total == Some(sum))
            .then(|| allocate_units(timed().map(|(code, minutes)| (code.as_str(), *minutes))));
        (total, allocation)
    }

    fn units(&self) -> BillingResult {
        let mut remarks = Vec::new();
        for line in self.lines(Timing::Unknown) {
            remarks.push(format!("{} is in no code table: its units were not judged.", code(&line.code)));
        }
        let mut holds = true;
        let mut untimed: BTreeMap<&str, u32> = BTreeMap::new();
        for line in self.lines(Timing::Untimed) {
            *untimed.entry(&line.code).or_default() += line.units;
        }
        for (name, units) in untimed.into_iter().filter(|(_, units)| *units > 1) {
            holds = false;
            remarks.push(format!("{name} is billed once a day whatever the time; {units} units were billed."));
        }
        let billed: u32 = self.lines(Timing::Timed).map(|line| line.units).sum();
        let (total, allocation) = self.timed();
        let unknown = total.is_none() && self.lines(Timing::Timed).next().is_some();
        if let Some(minutes) = total {
            let units = timed_units(minutes);
            if billed != units {
                holds = false;
                remarks.push(format!("{minutes} timed minutes give {units} units; {billed} were billed."));
            } else if let Some(day) = allocation
                && !day.allows(self.lines(Timing::Timed).map(|line| (line.code.as_str(), line.units)))
            {
                holds = false;
                let falls = day.codes.iter().map(|own| {
                    let units = if own.units == own.units_at_most {
                        own.units.to_string()
                    } else {
                        format!("{} or {}", own.units, own.units_at_most)
                    };
                    format!("{} ({} min) {units}", own.code, own.minutes)
                });
                let falls: Vec<String> = falls.collect();
                remarks.push(format!("The {units} units fall to the codes otherwise: {}.", falls.join(", ")));
            }
        } else if unknown {
            remarks.push("The note does not state the timed minutes that the units are worked out from.".into());
        }
        // One certain fault is enough; without one, what is missing is missing.
        let judged = self.claim.lines.iter().any(|line| self.table.timing(&line.code) != Timing::Unknown);
        let holds = if holds && (unknown || !judged) { None } else { Some(holds) };
        result(BillingRule::Units, holds, remarks, self.documented.evidence.clone())
    }

    /// The discipline of a line: by its modifier, or as the claim says.
    fn discipline(&self, line: &ClaimLine) -> Option<Discipline> {
        let own = line.modifiers.iter().find_map(|m| self.table.discipline_of(&m.to_uppercase()));
        self.claim.discipline.or(own)
    }

    fn modifiers(&self) -> BillingResult {
        let mut remarks = Vec::new();
        for line in &self.claim.lines {
            let own: Vec<Discipline> =
                line.modifiers.iter().filter_map(|m| self.table.discipline_of(&m.to_uppercase())).collect();
            let due = self.claim.discipline.and_then(|discipline| self.table.discipline_modifier(discipline));
            match (own.as_slice(), self.claim.discipline) {
                ([], _) => {
                    let due = due.map_or_else(|| "GP, GO or GN".to_owned(), str::to_owned);
                    remarks.push(format!("{} has no discipline modifier ({due}).", code(&line.code)));
                }
                ([one], Some(discipline)) if *one != discipline => remarks.push(format!(
                    "{} has the modifier of another discipline; {} is due.",
                    code(&line.code),
                    due.unwrap_or_default()
                )),
                ([_], _) => {}
                _ => remarks.push(format!("{} has the modifiers of two disciplines.", code(&line.code))),
            }
        }
        result(BillingRule::Modifiers, Some(remarks.is_empty()), remarks, Vec::new())
    }

    fn assistant(&self) -> BillingResult {
        let mut remarks = Vec::new();
        let mut known = false;
        for line in &self.claim.lines {
            let Some(due) = self.discipline(line).and_then(|discipline| self.table.assistant_modifier(discipline))
            else {
                continue;
            };
            let share = match (line.assistant_minutes, line.minutes) {
                (Some(own), Some(all)) if all > 0 => Some(f64::from(own) / f64::from(all)),
                _ => self.documented.by_assistant.then_some(1.0),
            };
            let others = self.other_assistant_modifiers(line, due);
            if others {
                remarks.push(format!(
                    "{} has the assistant modifier of another discipline; {due} is due.",
                    code(&line.code)
                ));
            }
            let Some(share) = share else { continue };
            known = true;
            let furnished = share > self.table.assistant_share();
            if furnished && !line.has(due) {
                remarks.push(format!(
                    "An assistant furnished {:.0} % of {}; {due} is due above {:.0} %.",
                    share * 100.0,
                    code(&line.code),
                    self.table.assistant_share() * 100.0
                ));
            } else if !furnished && line.has(due) {
                remarks.push(format!(
                    "{} has {due}, but an assistant furnished no more than {:.0} %.",
                    code(&line.code),
                    share * 100.0
                ));
            }
        }
        let holds = if remarks.is_empty() { known.then_some(true) } else { Some(false) };
        if holds.is_none() {
            remarks.push("Nothing says whether an assistant furnished a service.".into());
        }
        result(BillingRule::Assistant, holds, remarks, Vec::new())
    }

    fn other_assistant_modifiers(&self, line: &ClaimLine, due: &str) -> bool {
        let all = [Discipline::Pt, Discipline::Ot, Discipline::Slp];
        all.iter().filter_map(|d| self.table.assistant_modifier(*d)).any(|other| other != due && line.has(other))
    }

    fn threshold(&self) -> BillingResult {
        let year = self.claim.date.map(Date::year);
        let (Some(before), Some(year)) = (self.claim.charges_before, year) else {
            let remark = "The claim does not give its date and the charges of the year before it.".to_owned();
            return result(BillingRule::Threshold, None, vec![remark], Vec::new());
        };
        let Some(threshold) = self.table.threshold(year) else {
            let remark = format!("The code table has no threshold for {year}.");
            return result(BillingRule::Threshold, None, vec![remark], Vec::new());
        };
        let after = before + self.claim.charges.unwrap_or(0.0);
        let marked = self.claim.lines.iter().filter(|line| line.has("KX")).count();
        let mut remarks = Vec::new();
        let mut holds = true;
        if after > threshold.kx && marked < self.claim.lines.len() {
            holds = false;
            remarks.push(format!("The year's charges pass ${:.0} and a line has no KX.", threshold.kx));
        } else if after <= threshold.kx && marked > 0 {
            holds = false;
            remarks.push(format!("KX stands though the year's charges do not pass ${:.0}.", threshold.kx));
        }
        if after > threshold.review {
            remarks.push(format!("The year's charges pass ${:.0}: the claim may be reviewed.", threshold.review));
        }
        result(BillingRule::Threshold, Some(holds), remarks, Vec::new())
    }
}

fn result(rule: BillingRule, holds: Option<bool>, remarks: Vec<String>, evidence: Vec<Span>) -> BillingResult {
    BillingResult { rule, holds, remarks, evidence }
}

/// A code as a remark names it; what is no code is not repeated.
fn code(code: &str) -> &str {
    let plain = code.len() == 5 && code.bytes().all(|b| b.is_ascii_alphanumeric());
    if plain { code } else { "A line" }
}

impl BillingRule {
    /// Every rule, in order.
    pub const ALL: &'static [Self] = &[Self::Units, Self::Modifiers, Self::Assistant, Self::Threshold];

    /// The rule's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Units => "units",
            Self::Modifiers => "modifiers",
            Self::Assistant => "assistant",
            Self::Threshold => "threshold",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use BillingRule::{Assistant, Modifiers, Threshold, Units};

    fn review(rule: BillingRule, claim: &str, note: &str) -> (Option<bool>, String) {
        let claim = Claim::from_json(claim).unwrap();
        let documented = Documented::of(&crate::rubric::extract(note));
        let found = review_claim(rule, &claim, &documented, CodeTable::builtin());
        (found.holds, found.remarks.join(" "))
    }

    fn lines(lines: &[(&str, u32)]) -> String {
        let lines: Vec<String> =
            lines.iter().map(|(code, units)| format!(r#"{{"code": "{code}", "units": {units}}}"#)).collect();
        format!(r#"{{"lines": [{}]}}"#, lines.join(", "))
    }

    #[test]
    fn units_against_the_minutes_of_a_note() {
        let note = "O: 97110 therapeutic exercise 33 min\n97140 manual therapy 7 min\nTotal timed minutes: 40. Total treatment time: 45 min.";
        assert_eq!(review(Units, &lines(&[("97110", 2), ("97140", 1)]), note).0, Some(true));
        let (holds, why) = review(Units, &lines(&[("97110", 3), ("97140", 1)]), note);
        assert_eq!(holds, Some(false));
        assert!(why.contains("40 timed minutes give 3 units; 4 were billed"), "{why}");
        let (holds, why) = review(Units, &lines(&[("97110", 1), ("97140", 2)]), note);
        assert_eq!(holds, Some(false));
        assert!(why.contains("97110 (33 min) 2"), "{why}");
        assert_eq!(review(Units, &lines(&[("97110", 2)]), note).0, Some(false), "fewer than were furnished");
        assert_eq!(review(Units, &lines(&[("97110", 2)]), "Pt did exercise.").0, None);
        assert_eq!(review(Units, &lines(&[("97150", 2)]), "Pt did exercise.").0, Some(false));
        assert_eq!(review(Units, &lines(&[("97150", 1)]), "Group, untimed.").0, Some(true));
    }

    #[test]
    fn modifiers_and_assistants() {
        let claim = |modifiers: &str, more: &str| {
            format!(
                r#"{{"discipline": "pt", "lines": [{{"code": "97110", "units": 2, "modifiers": [{modifiers}]{more}}}]}}"#
            )
        };
        assert_eq!(review(Modifiers, &claim(r#""GP""#, ""), "").0, Some(true));
        assert_eq!(review(Modifiers, &claim("", ""), "").0, Some(false));
        assert_eq!(review(Modifiers, &claim(r#""GO""#, ""), "").0, Some(false));
        assert_eq!(review(Modifiers, &claim(r#""GP", "GN""#, ""), "").0, Some(false));
        let by = |own: u32| format!(r#", "minutes": 30, "assistant_minutes": {own}"#);
        assert_eq!(review(Assistant, &claim(r#""GP""#, &by(3)), "").0, Some(true), "a tenth is not over a tenth");
        assert_eq!(review(Assistant, &claim(r#""GP""#, &by(4)), "").0, Some(false));
        assert_eq!(review(Assistant, &claim(r#""GP", "CQ""#, &by(4)), "").0, Some(true));
        assert_eq!(review(Assistant, &claim(r#""GP", "CQ""#, &by(0)), "").0, Some(false));
        assert_eq!(review(Assistant, &claim(r#""GP", "CO""#, &by(30)), "").0, Some(false));
        assert_eq!(review(Assistant, &claim(r#""GP""#, ""), "").0, None);
        let signed = "97110 15 min.\nElectronically signed by: Lois Pem, PTA 03/04/2025";
        assert_eq!(review(Assistant, &claim(r#""GP""#, ""), signed).0, Some(false));
    }

    #[test]
    fn the_threshold_is_that_of_the_year() {
        let claim = |date: &str, before: f64, modifiers: &str| {
            format!(
                r#"{{"date": "{date}", "charges_before": {before}, "charges": 10, "lines": [{{"code": "97110", "units": 1, "modifiers": [{modifiers}]}}]}}"#
            )
        };
        // Between the thresholds of two years the year decides.
        assert_eq!(review(Threshold, &claim("2024-12-30", 2380.0, r#""GP""#), "").0, Some(false));
        assert_eq!(review(Threshold, &claim("2025-01-02", 2380.0, r#""GP""#), "").0, Some(true));
        assert_eq!(review(Threshold, &claim("2025-01-02", 2400.0, r#""GP""#), "").0, Some(true), "not above it");
        assert_eq!(review(Threshold, &claim("2025-01-02", 2400.5, r#""GP""#), "").0, Some(false));
        assert_eq!(review(Threshold, &claim("2025-01-02", 2400.5, r#""GP", "KX""#), "").0, Some(true));
        assert_eq!(review(Threshold, &claim("2025-01-02", 100.0, r#""GP", "KX""#), "").0, Some(false));
        assert!(review(Threshold, &claim("2025-01-02", 3000.0, r#""GP", "KX""#), "").1.contains("reviewed"));
        assert_eq!(review(Threshold, &claim("2031-01-02", 100.0, ""), "").0, None);
    }
}
