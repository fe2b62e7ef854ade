//! Which three-digit ZIP areas hold 20,000 people or fewer, by census (45 CFR 164.514(b)(2)(i)(B)).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The census by which a three-digit ZIP area holds more than 20,000 people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub enum Census {
    /// 2000: the 17 areas of the guidance of HHS (2012), which says not to rely on them once newer data exists.
    #[serde(rename = "2000")]
    Y2000,
    /// 2010: 14 areas.
    #[serde(rename = "2010")]
    Y2010,
    /// 2020: 18 areas.
    #[default]
    #[serde(rename = "2020")]
    Y2020,
    /// An area that any of the three restricts.
    #[serde(rename = "union")]
    Union,
}

const Y2000: &[u16] = &[36, 59, 63, 102, 203, 556, 692, 790, 821, 823, 830, 831, 878, 879, 884, 890, 893];
const Y2010: &[u16] = &[36, 59, 102, 203, 205, 369, 556, 692, 821, 823, 878, 879, 884, 893];
const Y2020: &[u16] = &[36, 59, 102, 202, 203, 204, 205, 369, 556, 692, 753, 772, 821, 823, 878, 879, 884, 893];

impl Census {
    /// Every census there is.
    pub const ALL: &'static [Self] = &[Self::Y2000, Self::Y2010, Self::Y2020, Self::Union];

    /// The name in policies and results.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Y2000 => "2000",
            Self::Y2010 => "2010",
            Self::Y2020 => "2020",
            Self::Union => "union",
        }
    }

    /// Whether the area whose ZIP codes start with these three digits holds 20,000 people or fewer, so that `000` stands for it.
    ///
    /// ```
    /// use chartguard::scrub::Census;
    /// assert!(Census::Y2020.restricts(36) && !Census::Y2020.restricts(902));
    /// assert!(!Census::Y2020.restricts(63) && Census::Union.restricts(63));
    /// ```
    pub fn restricts(self, area: u16) -> bool {
        match self {
            Self::Y2000 => Y2000.contains(&area),
            Self::Y2010 => Y2010.contains(&area),
            Self::Y2020 => Y2020.contains(&area),
            Self::Union => [Y2000, Y2010, Y2020].iter().any(|list| list.contains(&area)),
        }
    }

    /// What may stay of a ZIP code of five digits or of nine ("10025-1234"); `None` when it is none.
    pub(super) fn generalize(self, zip: &str) -> Option<String> {
        let digits = zip.chars().filter(|c| !matches!(c, '-' | '–' | '‑' | ' '));
        let digits: String = digits.map(|c| c.to_digit(10).map_or('x', |d| (b'0' + d as u8) as char)).collect();
        if !matches!(digits.len(), 5 | 9) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let area = digits[..3].parse().ok()?;
        Some(if self.restricts(area) { "000".into() } else { digits[..3].into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_area_by_every_census() {
        for (census, count) in [(Census::Y2000, 17), (Census::Y2010, 14), (Census::Y2020, 18), (Census::Union, 23)] {
            let mut restricted = 0;
            for area in 0..1000_u16 {
                let whole = format!("{area:03}42");
                let given = census.generalize(&whole).unwrap();
                restricted += usize::from(census.restricts(area));
                let expected = if census.restricts(area) { "000".to_owned() } else { format!("{area:03}") };
                assert_eq!(given, expected);
                assert_eq!(census.generalize(&format!("{whole}-1234")).unwrap(), expected);
            }
            assert_eq!(restricted, count, "{census:?}");
        }
    }

    #[test]
    fn what_is_no_zip_is_none() {
        for text in ["", "1002", "100255", "K1A 0B1", "SW1A 1AA", "10025-12"] {
            assert_eq!(Census::Y2020.generalize(text), None, "{text}");
        }
    }
}
