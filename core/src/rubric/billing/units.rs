//! Units from minutes: the eight-minute rule of the Medicare Claims Processing Manual (Pub. 100-04) ch. 5 §20.2.

use std::collections::BTreeMap;

use serde::Serialize;

/// The units of so many timed minutes in all: none below 8, then one for each quarter of an hour, the last from its eighth minute.
///
/// ```
/// use chartguard::rubric::timed_units;
/// assert_eq!([7, 8, 22, 23, 37, 38].map(timed_units), [0, 1, 1, 2, 2, 3]);
/// ```
pub fn timed_units(minutes: u32) -> u32 {
    if minutes < 8 { 0 } else { minutes.saturating_add(7) / 15 }
}

/// How the units of a day's timed minutes fall to its codes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Allocation {
    /// Timed minutes of all codes.
    pub minutes: u32,
    /// Units of all codes together.
    pub units: u32,
    /// The codes, in order.
    pub codes: Vec<CodeUnits>,
}

/// The units that fall to one code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CodeUnits {
    /// The code.
    pub code: String,
    /// Its minutes.
    pub minutes: u32,
    /// Units it has however a tie goes.
    pub units: u32,
    /// Units it has if a tie goes its way: one more than `units`, or the same where there is no tie.
    pub units_at_most: u32,
}

impl Allocation {
    /// Whether units claimed code by code are one of the ways in which they may fall. Codes without minutes count as well.
    pub fn allows<'a>(&self, claimed: impl IntoIterator<Item = (&'a str, u32)>) -> bool {
        let mut by_code: BTreeMap<&str, u32> = BTreeMap::new();
        for (code, units) in claimed {
            *by_code.entry(code).or_default() += units;
        }
        if by_code.values().sum::<u32>() != self.units {
            return false;
        }
        let within = self.codes.iter().all(|own| {
            let units = by_code.remove(own.code.as_str()).unwrap_or(0);
            (own.units..=own.units_at_most).contains(&units)
        });
        within && by_code.values().all(|units| *units == 0)
    }
}

/// Shares out the units of timed minutes: each code has one for every full quarter of an hour; what is over goes to those with the most
/// minutes left. Codes that have as many left tie: the manual lets either have the unit, and [`CodeUnits::units_at_most`] says so.
///
/// ```
/// use chartguard::rubric::allocate_units;
/// let day = allocate_units([("97110", 33), ("97140", 7)]);
/// assert_eq!((day.units, day.codes[0].units, day.codes[1].units), (3, 2, 1));
/// ```
pub fn allocate_units<'a>(minutes: impl IntoIterator<Item = (&'a str, u32)>) -> Allocation {
    let mut by_code: BTreeMap<&str, u32> = BTreeMap::new();
    for (code, own) in minutes {
        let sum = by_code.entry(code).or_default();
        *sum = sum.saturating_add(own);
    }
    let total = by_code.values().fold(0u32, |sum, own| sum.saturating_add(*own));
    let units = timed_units(total);
    let full: u32 = by_code.values().map(|own| own / 15).sum();
    let mut over = (units.saturating_sub(full)) as usize;
    // The minutes left with which a code surely has one more, and with which it may have.
    let mut left: Vec<u32> = by_code.values().map(|own| own % 15).filter(|left| *left > 0).collect();
    left.sort_unstable_by(|a, b| b.cmp(a));
    over = over.min(left.len());
    let last = over.checked_sub(1).map(|index| left[index]);
    let tied = last.is_some_and(|last| left.get(over).is_some_and(|next| *next == last));
    let codes = by_code.iter().map(|(code, own)| {
        let (base, rest) = (own / 15, own % 15);
        let reaches = |last: u32| rest > 0 && rest >= last;
        let sure = last.is_some_and(|last| rest > last || (reaches(last) && !tied));
        let may = last.is_some_and(reaches);
        CodeUnits {
            code: (*code).to_owned(),
            minutes: *own,
            units: base + u32::from(sure),
            units_at_most: base + u32::from(may),
        }
    });
    Allocation { minutes: total, units, codes: codes.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The intervals that the manual prints.
    const PUBLISHED: &[(u32, u32, u32)] = &[
        (0, 7, 0),
        (8, 22, 1),
        (23, 37, 2),
        (38, 52, 3),
        (53, 67, 4),
        (68, 82, 5),
        (83, 97, 6),
        (98, 112, 7),
        (113, 127, 8),
    ];

    #[test]
    fn the_published_intervals_and_all_minutes_of_a_day_of_therapy() {
        for &(from, to, units) in PUBLISHED {
            for minutes in from..=to {
                assert_eq!(timed_units(minutes), units, "{minutes}");
            }
        }
        for minutes in 0..=480 {
            // Worked out another way: counting up, a unit is reached in its eighth minute.
            let counted = (1..=minutes).filter(|minute| minute % 15 == 8).count();
            assert_eq!(timed_units(minutes) as usize, counted, "{minutes}");
        }
    }

    #[test]
    fn the_published_examples() {
        let day = |minutes: &[(&'static str, u32)]| {
            let found = allocate_units(minutes.iter().copied());
            let of = |code: &str| found.codes.iter().find(|c| c.code == code).map(|c| (c.units, c.units_at_most));
            (found.units, minutes.iter().filter_map(|(code, _)| of(code)).collect::<Vec<_>>())
        };
        assert_eq!(day(&[("97112", 24), ("97110", 23)]), (3, vec![(2, 2), (1, 1)]));
        assert_eq!(day(&[("97110", 20), ("97140", 20)]), (3, vec![(1, 2), (1, 2)]));
        assert_eq!(day(&[("97110", 33), ("97140", 7)]), (3, vec![(2, 2), (1, 1)]));
        assert_eq!(
            day(&[("97110", 18), ("97140", 13), ("97116", 10), ("97035", 8)]),
            (3, vec![(1, 1), (1, 1), (1, 1), (0, 0)])
        );
        assert_eq!(day(&[("97112", 7), ("97110", 7), ("97140", 7)]), (1, vec![(0, 1), (0, 1), (0, 1)]));
        assert_eq!(day(&[("97110", 5), ("97140", 4)]), (1, vec![(1, 1), (0, 0)]));
        assert_eq!(day(&[("97110", 7)]), (0, vec![(0, 0)]));
        assert_eq!(day(&[]), (0, vec![]));
    }

    #[test]
    fn a_tie_may_go_either_way_and_nothing_else_may() {
        let day = allocate_units([("97110", 20), ("97140", 20)]);
        assert!(day.allows([("97110", 2), ("97140", 1)]));
        assert!(day.allows([("97110", 1), ("97140", 2)]));
        assert!(!day.allows([("97110", 3)]));
        assert!(!day.allows([("97110", 1), ("97140", 1), ("97035", 1)]));
    }

    proptest! {
        #[test]
        fn units_of_codes_fit_the_whole(minutes in prop::collection::vec(0u32..=160, 0..6)) {
            let names = ["97110", "97112", "97116", "97140", "97530", "97535"];
            let day = allocate_units(names.iter().copied().zip(minutes.iter().copied()));
            prop_assert_eq!(day.units, timed_units(minutes.iter().sum()));
            let least: u32 = day.codes.iter().map(|c| c.units).sum();
            let most: u32 = day.codes.iter().map(|c| c.units_at_most).sum();
            prop_assert!(least <= day.units && day.units <= most);
            for code in &day.codes {
                prop_assert!(code.units >= code.minutes / 15);
                prop_assert!(code.units_at_most <= code.minutes / 15 + 1);
                prop_assert!(code.minutes > 0 || code.units_at_most == 0);
            }
            // More minutes of a code never give it fewer units than a code with less.
            for a in &day.codes {
                for b in &day.codes {
                    prop_assert!(a.minutes < b.minutes || a.units_at_most >= b.units);
                }
            }
        }
    }
}
