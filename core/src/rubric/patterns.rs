//! The patterns that a note is searched for, so that it is gone through once for all of them: one line each.

use std::sync::LazyLock;

use super::extract::{diagnosis, goals, interventions, measures, medications, minutes, period, schedule, signatures};
use super::statements::standing;
use super::{check, detect};
use crate::text::sweep::{Pattern, Sweep};

pub(super) static SWEEP: LazyLock<Sweep> = LazyLock::new(|| {
    let whole: Vec<&'static Pattern> = vec![
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
    ];
    // These are asked of lines and sentences, most of which have nothing that they could begin with.
    let parts: Vec<&'static Pattern> = vec![
        &goals::AIMS,
        &goals::COUNTED,
        &goals::FORMER,
        &goals::HEADED,
        &goals::MARK,
        &goals::OWN_WORDS,
        &goals::SURE_STATUS,
        &minutes::AMOUNT,
        &minutes::BARE,
        &minutes::TELLS[0],
        &minutes::WORD,
        &signatures::CUE,
        &signatures::CUE_TOO,
        &signatures::LETTERS,
        &signatures::UNFILLED,
        &standing::BY_LABEL,
        &standing::TO_COME,
    ];
    Sweep::new(whole, parts)
});
