//! The patterns that are searched for in all of a note, so that it is gone through once for all of them: one line each.

use std::sync::LazyLock;

use super::extract::{diagnosis, goals, interventions, measures, medications, minutes, period, schedule};
use super::{check, detect};
use crate::text::sweep::Sweep;

/// The patterns that are searched for in all of a note.
pub(super) static SWEEP: LazyLock<Sweep> = LazyLock::new(|| {
    Sweep::new(vec![
        &goals::OVERALL,
        &interventions::CPT,
        &minutes::CLOCK,
        &minutes::ALL_UNTIMED,
        &minutes::GLOSS,
        &measures::FIGURE,
        &measures::QUANTITY,
        &period::RANGE,
        &schedule::FREQUENCY,
        &schedule::DURATION,
        &schedule::VALUE,
        &diagnosis::ICD,
        &diagnosis::LABEL,
        &diagnosis::TELLS,
        &diagnosis::NONE_STATED,
        &medications::DOSE,
        &detect::CONTENT[0].0,
        &detect::CONTENT[1].0,
        &detect::CONTENT[2].0,
        &detect::CONTENT[3].0,
        &detect::CONTENT[4].0,
        &check::extract::LONG_TO_COME,
        &check::extract::SPEECH,
    ])
});
