//! What the labels of a gold standard mean.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use crate::error::{Error, ErrorCode, Location, Result};
use crate::measure::Gold;
use crate::scrub::{Category, labels};
use crate::text::{Offsets, Span};

/// Labels that no detector answers for, and what to do with them: places that are no identifiers alone count neither
/// way (45 CFR 164.514(b)(2)(i)(B) asks for what is smaller than a state), the catch-alls of i2b2 2014 are taken for the
/// commonest of their kind.
const OTHERS: &[(&str, Meaning)] = &[
    ("STATE", Meaning::Ignored),
    ("COUNTRY", Meaning::Ignored),
    ("CONTACT", Meaning::As(Category::Phone)),
    ("PHI", Meaning::As(Category::OtherId)),
    ("OTHER", Meaning::As(Category::OtherId)),
];

/// What a label means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// One of our categories.
    As(Category),
    /// Neither right nor wrong.
    Ignored,
}

/// The meanings of labels, and how strictly gold is read.
pub(super) struct Labels {
    given: HashMap<String, Meaning>,
    /// Whether ages up to 89 and years alone count where annotators labelled them.
    every_age_and_year: bool,
    /// Whether the text that a tag repeats is not compared with the text at its offsets.
    pub(super) trust_offsets: bool,
}

impl Labels {
    /// The built-in meanings, and before them those of a map file.
    pub(super) fn new(map: Option<&Path>, every_age_and_year: bool, trust_offsets: bool) -> Result<Self> {
        let mut given = HashMap::new();
        if let Some(path) = map {
            let yaml = std::fs::read_to_string(path).map_err(|e| Error::io(path, &e))?;
            let here = |e: Error| e.at(Location::File(path.display().to_string()));
            let file: BTreeMap<String, String> = crate::yaml::parse(&yaml, ErrorCode::Config).map_err(here)?;
            for (label, meaning) in file {
                let meaning = match meaning.as_str() {
                    "ignore" => Meaning::Ignored,
                    category => Meaning::As(
                        category
                            .parse()
                            .map_err(|e: Error| here(e.at(Location::Key(label.chars().take(40).collect()))))?,
                    ),
                };
                given.insert(plain(&label), meaning);
            }
        }
        Ok(Self { given, every_age_and_year, trust_offsets })
    }

    /// What a label means.
    ///
    /// # Errors
    /// When nothing says it: the label is named, and the nearest that is known.
    pub(super) fn meaning(&self, label: &str) -> Result<Meaning> {
        let key = plain(label);
        if let Some(meaning) = self.given.get(&key) {
            return Ok(*meaning);
        }
        if let Some((category, _)) = labels::meaning(label) {
            return Ok(Meaning::As(category));
        }
        OTHERS.iter().find(|(known, _)| *known == key).map(|(_, meaning)| *meaning).ok_or_else(|| {
            let known = Category::ALL.iter().map(|category| category.as_str());
            let unknown =
                Error::unknown(ErrorCode::Input, "label", label, known.chain(self.given.keys().map(String::as_str)));
            Error::input(format!("{}; a file given with --map says what other labels mean", unknown.message()))
        })
    }

    /// Adds what an annotator of a corpus labelled: what is no identifier under Safe Harbor counts neither way.
    pub(super) fn add(&self, gold: &mut Gold, text: &str, span: Span, meaning: Meaning) {
        match meaning {
            Meaning::As(category) if self.every_age_and_year || labels::identifies(category, span.of(text).trim()) => {
                gold.spans.push((span, category));
            }
            _ => gold.ignored.push(span),
        }
    }
}

/// A label in capitals, without marks.
fn plain(label: &str) -> String {
    label.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase()
}

/// The span of two code point offsets into a text.
pub(super) fn span(offsets: &Offsets<'_>, length: usize, start: Option<u64>, end: Option<u64>) -> Result<Span> {
    match (start, end) {
        (Some(start), Some(end)) if start <= end && end <= length as u64 => {
            Ok(Span::new(offsets.byte_of_code_point(start as usize), offsets.byte_of_code_point(end as usize)))
        }
        _ => Err(Error::input(format!("a span needs `start` <= `end` within the {length} code points of the text"))),
    }
}

/// Whether two texts agree but for their blanks: attributes and annotation files cannot hold line breaks.
pub(super) fn agree(a: &str, b: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    letters(a) == letters(b)
}

/// What is said when they do not; the text itself is not.
pub(super) fn disagree() -> Error {
    Error::input(
        "the text that the tag repeats is not what stands at its offsets, which are Unicode code points of the note; \
         --trust-offsets takes the offsets as they are",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_i2b2_2014_means_something() {
        let labels = Labels::new(None, false, false).unwrap();
        for (types, category) in [
            (&["NAME", "PATIENT", "DOCTOR", "USERNAME"][..], Category::Name),
            (&["LOCATION", "CITY", "STREET", "ZIP", "LOCATION-OTHER"], Category::Location),
            (&["HOSPITAL", "ORGANIZATION"], Category::Organization),
            (&["CONTACT", "PHONE"], Category::Phone),
            (&["ID", "IDNUM"], Category::OtherId),
            (&["DATE"], Category::Date),
            (&["AGE"], Category::Age),
            (&["FAX"], Category::Fax),
            (&["EMAIL"], Category::Email),
            (&["URL"], Category::Url),
            (&["IPADDR"], Category::Ip),
            (&["MEDICALRECORD"], Category::Mrn),
            (&["SSN"], Category::Ssn),
            (&["ACCOUNT"], Category::Account),
            (&["LICENSE"], Category::License),
            (&["VEHICLE"], Category::Vehicle),
            (&["DEVICE"], Category::Device),
            (&["BIOID"], Category::Biometric),
            (&["HEALTHPLAN"], Category::HealthPlan),
            (&["PROFESSION"], Category::Profession),
        ] {
            for label in types {
                assert_eq!(labels.meaning(label).unwrap(), Meaning::As(category), "{label}");
            }
        }
        for label in ["STATE", "COUNTRY"] {
            assert_eq!(labels.meaning(label).unwrap(), Meaning::Ignored);
        }
        let error = labels.meaning("HOSPTIAL_X").unwrap_err();
        assert!(error.is_input() && error.to_string().contains("--map"), "{error}");
    }
}
