//! Ages in numbers: an amount of years says nothing of its category by where it stands, only by its unit or by what it is called.

/// What stands for 90 years in the unit of an amount that is an age over 89 (45 CFR 164.514(b)(2)(i)(C)); `None` where it is none. `called`
/// says whether what stands beside it calls it an age: a number without a unit is then one of years.
pub(super) fn over_89(amount: &str, unit: &str, called: bool) -> Option<u32> {
    let amount: f64 = amount.trim().parse().ok()?;
    // Of years, whatever is measured in them: nothing but an age comes to 90 of them.
    if let Some(ninety) = ninety(unit) {
        return (amount >= f64::from(ninety)).then_some(ninety);
    }
    let unknown = unit.trim().is_empty() || unit.trim() == "1";
    (called && unknown && (90.0..=130.0).contains(&amount)).then_some(90)
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
const CODES: &[&str] = &[
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

/// Whether a code or a label calls a value an age.
pub(super) fn is_called(by: &str) -> bool {
    CODES.iter().any(|code| by.contains(code))
        || by.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| {
            ["age", "aged", "ageatonset", "patientage", "ageinyears"].iter().any(|name| word.eq_ignore_ascii_case(name))
        })
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
            assert_eq!(over_89(amount, unit, called), ninety, "{amount} {unit}");
        }
    }

    #[test]
    fn what_is_called_an_age() {
        for by in ["30525-0", r#"{"text":"Age"}"#, "AGE_YEARS", "age at onset"] {
            assert!(is_called(by), "{by}");
        }
        for by in ["Dosage", "page", "8480-6", "Average"] {
            assert!(!is_called(by), "{by}");
        }
    }
}
