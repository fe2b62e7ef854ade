//! Numbers in messages: one says nothing of whom it is by where it stands, only by its unit or by what it is called.

/// What stands for 90 years in the unit of an amount that is an age over 89 (45 CFR 164.514(b)(2)(i)(C)); `None` where it is none. A number
/// without a unit that is called an age is one of years.
pub(super) fn over_89(amount: &str, unit: &str, called: Called) -> Option<u32> {
    let amount: f64 = amount.trim().parse().ok()?;
    // Of years, whatever is measured in them: nothing but an age comes to 90 of them.
    if let Some(ninety) = ninety(unit) {
        return (amount >= f64::from(ninety)).then_some(ninety);
    }
    let unknown = unit.trim().is_empty() || unit.trim() == "1";
    (called.age && unknown && (90.0..=130.0).contains(&amount)).then_some(90)
}

/// How many of a unit make 90 years: UCUM, HL7 v2 and plain words.
fn ninety(unit: &str) -> Option<u32> {
    let unit = unit.trim().trim_matches(['{', '}', '.']).to_ascii_lowercase();
    Some(match unit.as_str() {
        "a" | "a_j" | "a_g" | "a_t" | "ann" | "y" | "yr" | "yrs" | "year" | "years" | "yo" | "y/o" | "year(s)"
        | "years old" | "years of age" => 90,
        "mo" | "mo_j" | "mo_g" | "mo_s" | "mos" | "mon" | "mth" | "month" | "months" | "month(s)" => 90 * 12,
        "wk" | "wks" | "week" | "weeks" | "week(s)" => 4_696,
        "d" | "day" | "days" | "day(s)" => 32_872,
        _ => return None,
    })
}

/// Codes of ages: LOINC, and SNOMED CT for the age at which something began.
const AGES: &[&str] = &[
    "30525-0",
    "21612-7",
    "21611-9",
    "29553-5",
    "63900-5",
    "35659-2",
    "39016-1",
    "424144002",
    "397659008",
    "445518008",
];

/// What a code or a label calls the numbers that it speaks of.
#[derive(Clone, Copy, Default)]
pub(super) struct Called {
    age: bool,
    identifier: bool,
}

impl Called {
    pub(super) fn by(label: &str) -> Self {
        Self { age: is_age(label), identifier: is_identifier(label) }
    }

    /// What another label says besides.
    pub(super) fn and(self, other: Self) -> Self {
        Self { age: self.age || other.age, identifier: self.identifier || other.identifier }
    }

    /// Whether a number so called identifies somebody: it has five digits at least.
    pub(super) fn identifies(self, number: &str) -> bool {
        self.identifier && number.bytes().filter(u8::is_ascii_digit).count() >= 5
    }
}

fn is_age(called: &str) -> bool {
    const NAMES: &[&str] = &["age", "aged", "ageatonset", "patientage", "ageinyears"];
    let old = called.as_bytes().windows(7).any(|window| window.eq_ignore_ascii_case(b"how old"));
    old || AGES.iter().any(|code| called.contains(code)) || names(called, NAMES)
}

/// Codes of numbers that identify: LOINC of ZIP code, social security number, medical record number, telephone number.
const IDENTIFIERS: &[&str] = &["45401-7", "45396-9", "76435-7", "42077-8", "46498-2"];

fn is_identifier(called: &str) -> bool {
    const NAMES: &[&str] = &[
        "ssn",
        "social",
        "zip",
        "zipcode",
        "postal",
        "postcode",
        "phone",
        "telephone",
        "tel",
        "fax",
        "mobile",
        "pager",
        "mrn",
        "record",
        "chart",
        "account",
        "acct",
        "member",
        "subscriber",
        "policy",
        "medicare",
        "medicaid",
        "license",
        "licence",
        "npi",
        "passport",
        "identifier",
        "id",
        "identification",
        "mbi",
    ];
    IDENTIFIERS.iter().any(|code| called.contains(code)) || names(called, NAMES)
}

/// Whether one of the words of a label is among `names`.
fn names(label: &str, names: &[&str]) -> bool {
    let mut words = label.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| names.iter().any(|name| word.eq_ignore_ascii_case(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_over_89_in_every_unit() {
        for (amount, unit, called, ninety) in [
            ("90", "a", false, Some(90)),
            ("94.5", "years", false, Some(90)),
            ("1e2", "Yrs", false, Some(90)),
            ("1128", "mo", false, Some(1080)),
            ("4900", "wk", false, Some(4696)),
            ("34000", "d", false, Some(32_872)),
            ("97", "", true, Some(90)),
            ("89.9", "a", false, None),
            ("97", "", false, None),
            ("280", "", true, None),
            ("97", "kg", true, None),
            ("many", "a", true, None),
        ] {
            assert_eq!(over_89(amount, unit, Called { age: called, identifier: false }), ninety, "{amount} {unit}");
        }
    }

    #[test]
    fn what_is_called_an_age() {
        for by in ["30525-0", r#"{"text":"Age"}"#, "AGE_YEARS", "age at onset", "How old are you?"] {
            assert!(is_age(by), "{by}");
        }
        for by in ["Dosage", "page", "8480-6", "Average"] {
            assert!(!is_age(by), "{by}");
        }
    }

    #[test]
    fn numbers_that_identify_by_what_they_are_called() {
        for (number, called) in
            [("219099999", "Social Security Number"), ("62704", r#"{"text":"ZIP"}"#), ("4471203", "76435-7^MRN^LN")]
        {
            assert!(Called::by(called).identifies(number), "{called}");
        }
        for (number, called) in
            [("10432", "Steps a day"), ("250000", "Platelets"), ("12", "SSN"), ("10500", "White blood cell count")]
        {
            assert!(!Called::by(called).identifies(number), "{called}");
        }
    }
}
