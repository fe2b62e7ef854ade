//! `episode`: the notes of an episode, by their dates, keep a rule: plan, certification, progress reports, goals, wording, discharge.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Note, Outcome};
use crate::error::{Error, Result};
use crate::rubric::episode::{self, ClonedRule, Rules};

/// The rule.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum EpisodeCheck {
    /// There is a treatment day.
    Treated,
    /// Treatment went on after the last day that the first plan covers.
    OutlivesPlan(OutlivesPlan),
    /// The episode is over: nobody said that it goes on.
    Ended,
    /// There were at least so many treatment days, or a progress report.
    TreatmentDays(u32),
    /// A plan of care stands before the first treatment.
    PlanFirst,
    /// A physician certified the first plan in time.
    Certified(Certified),
    /// A further plan stands where treatment goes on after the last one ended.
    Recertified(Recertified),
    /// A progress report stands at least once in so many treatment days.
    ProgressInterval(ProgressInterval),
    /// Goals keep their identifiers.
    GoalContinuity,
    /// Entries are not worded alike from visit to visit.
    NotCloned(ClonedRule),
    /// A discharge note closes the episode.
    Discharged,
}

/// When a plan ends.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OutlivesPlan {
    /// The most days a plan covers, whatever it says.
    pub(crate) at_most_days: i32,
}

/// How a plan is certified in time.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Certified {
    /// In how many days of the first treatment.
    pub(crate) within_days: i32,
    /// Since which day of first treatment a signed order on file and the plan sent in time stand in for the signature.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub(crate) order_stands_in_from: Option<Date>,
}

/// How a plan is renewed in time.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recertified {
    /// The most days a plan covers, whatever it says.
    pub(crate) at_most_days: i32,
    /// Whether a physician's dated signature must stand on it.
    #[serde(default)]
    pub(crate) signed: bool,
}

/// How often progress is reported.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProgressInterval {
    /// In how many treatment days.
    pub(crate) treatment_days: u32,
}

impl EpisodeCheck {
    pub(super) fn prepare(&self) -> Result<()> {
        let positive = |days: i32, key: &str| match days {
            1.. => Ok(()),
            _ => Err(Error::rubric(format!("`{key}` is at least one day"))),
        };
        match self {
            Self::OutlivesPlan(OutlivesPlan { at_most_days }) | Self::Recertified(Recertified { at_most_days, .. }) => {
                positive(*at_most_days, "at_most_days")
            }
            Self::Certified(certified) => positive(certified.within_days, "within_days"),
            Self::ProgressInterval(interval) if interval.treatment_days == 0 => {
                Err(Error::rubric("`treatment_days` is at least one"))
            }
            Self::NotCloned(rule) => rule.wrong().map_or(Ok(()), |wrong| Err(Error::rubric(wrong))),
            _ => Ok(()),
        }
    }

    pub(super) fn evaluate(&self, note: &Note<'_>) -> Outcome {
        let Some(episode) = note.given.episode else {
            return Outcome::unknown("Needs the other notes of the episode.");
        };
        let rules = Rules(episode);
        match self {
            Self::Treated => rules.treated(),
            Self::OutlivesPlan(rule) => rules.outlives_plan(rule.at_most_days),
            Self::Ended if episode.open => Outcome::fails(1.0),
            Self::Ended => Outcome::holds(1.0, Vec::new()),
            Self::TreatmentDays(least) => rules.treatment_days(*least),
            Self::PlanFirst => rules.plan_first(),
            Self::Certified(rule) => rules.certified(rule.within_days, rule.order_stands_in_from),
            Self::Recertified(rule) => rules.recertified(rule.at_most_days, rule.signed),
            Self::ProgressInterval(rule) => rules.progress_interval(rule.treatment_days),
            Self::GoalContinuity => episode::continuity(episode),
            Self::NotCloned(rule) => rule.evaluate(episode),
            Self::Discharged => rules.discharged(),
        }
    }
}
