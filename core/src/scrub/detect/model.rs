//! Findings of a token classification model.

use std::collections::HashMap;

use super::{Detector, Note};
use crate::error::{Error, Result};
use crate::infer::{Model, Tagger};
use crate::scrub::{Category, Finding, Kind};

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

/// A token classifier some of whose labels are categories.
pub(crate) struct ModelDetector {
    tagger: Tagger,
    name: String,
    meanings: HashMap<String, (Category, Kind)>,
}

impl ModelDetector {
    /// Checks that the model's labels name categories.
    pub(crate) fn new(model: Model) -> Result<Self> {
        let name = format!("model.{}", model.name());
        let tagger = Tagger::new(model)?;
        let meanings: HashMap<_, _> =
            tagger.labels().iter().filter_map(|label| Some((label.clone(), meaning(label)?))).collect();
        if meanings.is_empty() {
            let labels: Vec<&str> = tagger.labels().iter().take(40).map(String::as_str).collect();
            return Err(Error::config(format!(
                "no label of the model `{}` names a category: it has {}; expected labels such as `name`, `PATIENT` or `DATE`",
                tagger.model().name(),
                labels.join(", ")
            )));
        }
        Ok(Self { tagger, name, meanings })
    }
}

impl Detector for ModelDetector {
    fn detect(&self, note: &Note<'_>, findings: &mut Vec<Finding>) -> Result<()> {
        for entity in self.tagger.tag(note.text)? {
            let Some(&(category, kind)) = self.meanings.get(&entity.label) else { continue };
            if identifies(category, entity.span.of(note.text)) {
                findings.push(Finding::new(entity.span, category, entity.score, self.name.clone()).with_kind(kind));
            }
        }
        Ok(())
    }
}

/// The category that a label names.
fn meaning(label: &str) -> Option<(Category, Kind)> {
    let plain = |name: &str| -> String { name.chars().filter(char::is_ascii_alphanumeric).collect() };
    let label = plain(label).to_ascii_uppercase();
    let own = Category::ALL.iter().find(|category| plain(category.as_str()).eq_ignore_ascii_case(&label));
    own.map(|category| (*category, Kind::Whole)).or_else(|| {
        let entry = LABELS.iter().find(|(_, _, names)| names.contains(&label.as_str()));
        entry.map(|(category, kind, _)| (*category, *kind))
    })
}

/// Whether what a model labelled is an identifier: taggers mark every age, and years.
///
/// Ages over 89 and every element of a date but the year (45 CFR 164.514(b)(2)(i)(C)).
fn identifies(category: Category, text: &str) -> bool {
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
    use crate::infer::{Model, test_models};
    use crate::scrub::{Policy, Scrubber};

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

    #[test]
    fn findings_of_a_model_join_the_others() {
        let model = Model::load(test_models().join("tiny-tagger")).unwrap();
        let scrubber = Scrubber::builder().policy(Policy::default()).model(model).build().unwrap();
        let text = "Patient Tanel Brimos was seen on 3/14/2024 by Dr. Kelor.\r\nAge: 94\r\nAge: 45";
        let findings = scrubber.find(text).unwrap();
        let by_model: Vec<_> = findings
            .iter()
            .filter(|f| f.detector == "model.tiny-tagger" || f.also.iter().any(|d| d == "model.tiny-tagger"))
            .map(|f| (f.span.of(text), f.category))
            .collect();
        for expected in [
            ("Tanel Brimos", Category::Name),
            ("3/14/2024", Category::Date),
            ("Kelor", Category::Name),
            ("94", Category::Age),
        ] {
            assert!(by_model.contains(&expected), "{expected:?} {by_model:?}");
        }
        let output = scrubber.scrub(text).unwrap().text;
        for gone in ["Tanel", "Brimos", "3/14", "Kelor", "94"] {
            assert!(!output.contains(gone), "{gone}");
        }
        assert!(output.contains("Age: 45"));
        assert!(scrubber.find("").unwrap().is_empty());
    }

    #[test]
    fn a_model_whose_labels_mean_nothing_is_refused() {
        let directory = crate::infer::TestDirectory::from("tiny-tagger");
        directory.edit("config.json", |config| {
            for (label, other) in [("PATIENT", "DRUG"), ("DOCTOR", "DOSE"), ("DATE", "GENE"), ("AGE", "STATE")] {
                *config = config.replace(label, other);
            }
        });
        let model = Model::load(directory.path()).unwrap();
        let error = Scrubber::builder().model(model).build().unwrap_err();
        assert!(error.is_config());
        assert!(error.message().contains("DRUG"), "{error}");
    }

    #[test]
    fn a_model_that_fails_leaves_no_output() {
        let directory = crate::infer::TestDirectory::from("tiny-tagger");
        directory.replace("model.onnx", "broken/nan.onnx");
        let scrubber = Scrubber::builder().model(Model::load(directory.path()).unwrap()).build().unwrap();
        assert!(scrubber.scrub("The patient agreed.").is_ok());
        let error = scrubber.scrub("Patient Tanel Brimos saw a zebra.").unwrap_err();
        assert!(error.is_model());
        assert!(!error.to_string().contains("Tanel"));
    }
}
