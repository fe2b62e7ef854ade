//! What the labels of others mean: those of models and of annotated corpora.

use super::{Category, Kind};

/// What the labels of common de-identification data sets mean, beside our own category names, in capitals without marks:
/// i2b2 2006 and 2014, `CoNLL` 2003, `OntoNotes`, and the sets that hospitals publish models for.
const LABELS: &[(Category, Kind, &[&str])] = &[
    (
        Category::Name,
        Kind::Whole,
        &[
            "PATIENT",
            "DOCTOR",
            "USERNAME",
            "PERSON",
            "PER",
            "HCW",
            "STAFF",
            "PHYSICIAN",
            "CLINICIAN",
            "PROVIDER",
            "NURSE",
            "RELATIVE",
            "FIRSTNAME",
            "MIDDLENAME",
            "LASTNAME",
            "SURNAME",
            "GIVENNAME",
            "FULLNAME",
            "PATIENTNAME",
            "DOCTORNAME",
            "PERSONNAME",
        ],
    ),
    (Category::Date, Kind::Whole, &["DATETIME"]),
    (Category::Date, Kind::BirthDate, &["DOB", "DATEOFBIRTH", "BIRTHDATE", "BIRTHDAY"]),
    (Category::Location, Kind::Whole, &["LOC", "LOCATIONOTHER", "OTHERLOCATION", "ADDRESS", "GPE", "PLACE"]),
    (Category::Location, Kind::Street, &["STREET", "STREETADDRESS"]),
    (Category::Location, Kind::City, &["CITY", "TOWN"]),
    (Category::Location, Kind::County, &["COUNTY"]),
    (Category::Location, Kind::Zip, &["ZIP", "ZIPCODE", "POSTCODE", "POSTALCODE"]),
    (
        Category::Organization,
        Kind::Whole,
        &["ORG", "ORGANISATION", "HOSPITAL", "VENDOR", "FACILITY", "FAC", "CLINIC", "COMPANY", "EMPLOYER", "SCHOOL"],
    ),
    (Category::Phone, Kind::Whole, &["PHONENUMBER", "TELEPHONE", "TELEPHONENUMBER", "TEL", "PAGER"]),
    (Category::Fax, Kind::Whole, &["FAXNUMBER"]),
    (Category::Email, Kind::Whole, &["EMAILADDRESS"]),
    (Category::Url, Kind::Whole, &["WEBSITE", "WEBADDRESS"]),
    (Category::Ip, Kind::Whole, &["IPADDR", "IPADDRESS"]),
    (Category::Ssn, Kind::Whole, &["SOCIALSECURITYNUMBER"]),
    (Category::Mrn, Kind::Whole, &["MEDICALRECORD", "MEDICALRECORDNUMBER"]),
    (Category::HealthPlan, Kind::Whole, &["HEALTHPLANNUMBER", "HEALTHPLANID", "MEMBERID"]),
    (Category::Account, Kind::Whole, &["ACCOUNTNUMBER", "CREDITCARD", "CREDITCARDNUMBER"]),
    (Category::License, Kind::Whole, &["LICENCE", "LICENSENUMBER", "CERTIFICATE", "DRIVERLICENSE", "DRIVERSLICENSE"]),
    (Category::Vehicle, Kind::Whole, &["VEHICLEID", "LICENSEPLATE"]),
    (Category::Device, Kind::Whole, &["DEVICEID", "SERIALNUMBER"]),
    (Category::Biometric, Kind::Whole, &["BIOID", "BIOMETRICID"]),
    (Category::OtherId, Kind::Whole, &["ID", "IDNUM", "IDNUMBER", "UNIQUEID", "OTHERIDNUMBER"]),
    (Category::Profession, Kind::Whole, &["OCCUPATION", "JOB", "JOBTITLE"]),
];
// States and countries are no identifiers under Safe Harbor (45 CFR 164.514(b)(2)(i)(B)), so "STATE" and "COUNTRY" are
// not in the table.

/// The category that a label names.
pub(crate) fn meaning(label: &str) -> Option<(Category, Kind)> {
    let plain = |name: &str| -> String { name.chars().filter(char::is_ascii_alphanumeric).collect() };
    let label = plain(label).to_ascii_uppercase();
    let own = Category::ALL.iter().find(|category| plain(category.as_str()).eq_ignore_ascii_case(&label));
    own.map(|category| (*category, Kind::Whole)).or_else(|| {
        let entry = LABELS.iter().find(|(_, _, names)| names.contains(&label.as_str()));
        entry.map(|(category, kind, _)| (*category, *kind))
    })
}

/// Whether what a model or an annotator labelled is an identifier: many label every age, and years.
///
/// Ages over 89 and every element of a date but the year (45 CFR 164.514(b)(2)(i)(C)).
pub(crate) fn identifies(category: Category, text: &str) -> bool {
    match category {
        Category::Age => {
            let lower = text.to_lowercase();
            let mut numbers = lower.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty()).peekable();
            if numbers.peek().is_some() {
                numbers.any(|digits| digits.parse().unwrap_or(u32::MAX) > 89)
            } else {
                ["ninet", "nonagen", "hundred", "centen"].iter().any(|word| lower.contains(word))
            }
        }
        Category::Date => !matches!(text.as_bytes(), [b'1', b'8' | b'9', a, b] | [b'2', b'0' | b'1', a, b]
            if a.is_ascii_digit() && b.is_ascii_digit()),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_common_sets() {
        for (label, category) in [
            ("health_plan", Category::HealthPlan),
            ("HEALTHPLAN", Category::HealthPlan),
            ("PATIENT", Category::Name),
            ("PER", Category::Name),
            ("E-MAIL", Category::Email),
            ("LOCATION-OTHER", Category::Location),
            ("MEDICALRECORD", Category::Mrn),
            ("IDNUM", Category::OtherId),
            ("HCW", Category::Name),
            ("ip", Category::Ip),
        ] {
            assert_eq!(meaning(label).map(|(category, _)| category), Some(category), "{label}");
        }
        for label in ["STATE", "COUNTRY", "MISC", "LABEL_1", ""] {
            assert_eq!(meaning(label), None, "{label}");
        }
        assert_eq!(meaning("ZIP"), Some((Category::Location, Kind::Zip)));
    }

    #[test]
    fn ages_up_to_89_and_years_are_no_identifiers() {
        for text in ["90", "93-year-old", "103", "90s", "ninety-two", "9999999999999"] {
            assert!(identifies(Category::Age, text), "{text}");
        }
        for text in ["45", "89", "89-year-old", "elderly", "", "thirty"] {
            assert!(!identifies(Category::Age, text), "{text}");
        }
        for text in ["1/2/2020", "March", "20", "March 2020"] {
            assert!(identifies(Category::Date, text), "{text}");
        }
        for text in ["1987", "2024"] {
            assert!(!identifies(Category::Date, text), "{text}");
        }
    }
}
