//! The rule under which a text is shared, and what it does not allow.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::Fallback;
use super::{Category, CategoryPolicy, Kind, Operator};

/// The rule under which a text is shared. A policy that states one is held to it when it is loaded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Regime {
    /// 45 CFR 164.514(b)(2): every identifier of the list goes, and nothing that is derived from one takes its place.
    SafeHarbor,
    /// 45 CFR 164.514(e)(2): direct identifiers go; dates, ages, town, state and ZIP code may stay under a data use agreement.
    LimitedDataSet,
    /// 45 CFR 164.514(b)(1): an expert judged and documented that the risk is very small; what may stay is what the expert says.
    ExpertDetermination,
    /// No rule is claimed.
    #[default]
    None,
}

impl Regime {
    /// Every regime.
    pub const ALL: &'static [Self] = &[Self::SafeHarbor, Self::LimitedDataSet, Self::ExpertDetermination, Self::None];

    /// The name used in policies.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SafeHarbor => "safe-harbor",
            Self::LimitedDataSet => "limited-data-set",
            Self::ExpertDetermination => "expert-determination",
            Self::None => "none",
        }
    }

    /// Why what a policy does to a category is not allowed, with the rule; `None` where it is.
    pub fn refuses(self, category: Category, rule: &CategoryPolicy) -> Option<&'static str> {
        self.refuses_code(rule)
            .or_else(|| self.refuses_rest(category, rule))
            .or_else(|| self.refuses_kept(category, rule))
    }

    /// Why no code worked out from the value may take its place.
    pub(super) fn refuses_code(self, rule: &CategoryPolicy) -> Option<&'static str> {
        if self != Self::SafeHarbor {
            return None;
        }
        match rule.operator {
            Operator::Hash => {
                Some("a hash is derived from the individual's information, which 45 CFR 164.514(c) does not allow")
            }
            Operator::Encrypt | Operator::Fpe => Some(
                "a ciphertext is derived from the individual's information, which 45 CFR 164.514(c) does not allow",
            ),
            Operator::Surrogate if rule.options.keyed => Some(
                "a keyed surrogate is derived from the individual's information, which 45 CFR 164.514(c) does not allow; one drawn from a seed is not (`keyed: false`)",
            ),
            Operator::DateShift => Some(
                "a shifted date is derived from the date, which 45 CFR 164.514(c) does not allow, and tells more of it than the year, which 164.514(b)(2)(i)(C) does not",
            ),
            _ if rule.options.fallback == Some(Fallback::Encrypt) => Some(
                "a ciphertext is derived from the individual's information, which 45 CFR 164.514(c) does not allow",
            ),
            _ => None,
        }
    }

    /// Why a part of an identifier may not stay under a mask.
    pub(super) fn refuses_rest(self, category: Category, rule: &CategoryPolicy) -> Option<&'static str> {
        let identifier = match self {
            Self::SafeHarbor => category != Category::Profession,
            Self::LimitedDataSet => is_direct(category),
            Self::ExpertDetermination | Self::None => false,
        };
        if rule.operator != Operator::Mask || !identifier {
            return None;
        }
        if rule.options.initials {
            return Some(
                "initials are a part of the identifier that is derived from it: 45 CFR 164.514(b)(2)(i) and (c)",
            );
        }
        (rule.options.keep_last > 0).then_some(
            "the last characters of an identifier are a part of it that is derived from it: 45 CFR 164.514(b)(2)(i) and (c)",
        )
    }

    /// Why an identifier may not stay.
    pub(crate) fn refuses_kept(self, category: Category, rule: &CategoryPolicy) -> Option<&'static str> {
        let keeps = rule.operator == Operator::Keep;
        match self {
            Self::SafeHarbor => ((keeps || !rule.keep.is_empty()) && category != Category::Profession)
                .then_some("it is one of the identifiers that 45 CFR 164.514(b)(2)(i) lists"),
            Self::LimitedDataSet if is_direct(category) => (keeps || !rule.keep.is_empty())
                .then_some("it is one of the direct identifiers that 45 CFR 164.514(e)(2) lists"),
            Self::LimitedDataSet if category == Category::Location => {
                let street = rule.keep.iter().any(|kind| !matches!(kind, Kind::City | Kind::Zip));
                (keeps || street).then_some(
                    "of an address only town or city, state and ZIP code may stay: 45 CFR 164.514(e)(2)(ii); keep `city` and `zip`",
                )
            }
            Self::LimitedDataSet | Self::ExpertDetermination | Self::None => None,
        }
    }
}

/// Whether 45 CFR 164.514(e)(2) lists a category; an organisation may be the employer, whose name it lists.
fn is_direct(category: Category) -> bool {
    use Category as C;
    !matches!(category, C::Date | C::Age | C::Location | C::OtherId | C::Profession)
}
