//! The kinds of protected health information, as 45 CFR 164.514(b)(2)(i) lists them.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorCode};

macro_rules! categories {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $name:literal;)*) => {
        /// A kind of protected health information. Names and numbers are the same in every language and never change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum Category {
            $($(#[$doc])* #[serde(rename = $name)] $variant = $number,)*
        }

        impl Category {
            /// Every category, in the order of its number.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name used in policies, JSON, Python and on the command line.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }
        }
    };
}

categories! {
    /// A person: patient, relative, clinician, anyone (identifier A).
    Name = 1, "name";
    /// Any element of a date but the year (C).
    Date = 2, "date";
    /// An age over 89 (C).
    Age = 3, "age";
    /// Geography below the state: street, city, county, ZIP code (B).
    Location = 4, "location";
    /// A hospital, employer, school or other body that places or employs a person (B).
    Organization = 5, "organization";
    /// A telephone or pager number (D).
    Phone = 6, "phone";
    /// A fax number (E).
    Fax = 7, "fax";
    /// An e-mail address (F).
    Email = 8, "email";
    /// A social security number or the last four digits of one (G).
    Ssn = 9, "ssn";
    /// A medical record number (H).
    Mrn = 10, "mrn";
    /// A health plan beneficiary, member, group or policy number (I).
    HealthPlan = 11, "health_plan";
    /// An account, card or routing number (J).
    Account = 12, "account";
    /// A certificate or licence number: NPI, DEA, state licence, driver's licence (K).
    License = 13, "license";
    /// A vehicle identification number or number plate (L).
    Vehicle = 14, "vehicle";
    /// A device identifier or serial number (M).
    Device = 15, "device";
    /// A web address (N).
    Url = 16, "url";
    /// An internet protocol address (O).
    Ip = 17, "ip";
    /// A biometric template, a voice or face file (P, Q).
    Biometric = 18, "biometric";
    /// Any other unique number, characteristic or code (R).
    OtherId = 19, "other_id";
    /// The patient's profession; not a Safe Harbor identifier, off by default.
    Profession = 20, "profession";
}

impl Category {
    /// The frozen number of the category, as in the C header.
    pub fn number(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Category {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL
            .iter()
            .copied()
            .find(|category| category.as_str() == name)
            .ok_or_else(|| Error::unknown(ErrorCode::Config, "category", name, Self::ALL.iter().map(|c| c.as_str())))
    }
}
