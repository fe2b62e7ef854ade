//! Certificate and licence numbers: NPI, DEA, state and driver's licences (45 CFR 164.514(b)(2)(i)(K)).

use super::shape::{PUBLIC_CODES, identifier, short_identifier, stands_alone};
use super::{Pattern, Validity};
use crate::scrub::{Category, check_digit};

const LICENSE: Pattern = Pattern { category: Category::License, source: "45 CFR 164.514(b)(2)(i)(K)", ..Pattern::BLANK };

pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        name: "license.npi",
        regex: r"\b[12][0-9]{9}\b",
        score: 0.3,
        cues: &["npi", "npi #", "npi no", "npi number", "provider id", "provider #", "provider no", "provider number", "national provider identifier", "national provider id", "group npi", "billing provider", "rendering npi", "npis", "ordering provider"],
        validate: Some(|value| if check_digit::npi(value) { Validity::Valid } else { Validity::Invalid }),
        around: Some(stands_alone),
        source: "45 CFR 162.406",
        matches: &["NPI: «1234567893»", "NPI# «1987654321»", "national provider identifier «1234567893»", "ref «1234567893» ok"],
        rejects: &["1234567894", "3234567893"],
        ..LICENSE
    },
    Pattern {
        name: "license.dea",
        regex: r"\b[A-Za-z](?:[A-Za-z]|9)-?[0-9]{7}\b",
        score: 0.6,
        cues: &["dea", "dea #", "dea no", "dea number", "dea registration", "dea reg", "dea lic", "dea reg #"],
        validate: Some(|value| if check_digit::dea(value) { Validity::Valid } else { Validity::Invalid }),
        source: "21 CFR 1301.13; DEA check digit",
        matches: &["DEA «AP5836727»", "DEA# «AP5836728»", "«AP5836727» on the script"],
        rejects: &["AP5836728", "A5836727"],
        ..LICENSE
    },
    Pattern {
        name: "license.cue",
        regex: identifier!(),
        cues: &[
            "license #", "license no", "license num", "license number", "license id", "license", "licence", "licence no", "licence number", "licence #", "lic", "lic #", "lic no", "lic num", "lic number", "state lic", "state license", "medical license", "nursing license", "rn license", "rn lic", "md license", "pt license", "pt lic", "ot license",
            "slp license", "lpn license", "dl", "dl #", "dl no", "dl number", "d l", "drivers license", "driver s license", "driver's license", "driver license", "drivers lic", "driver's lic", "driver lic", "driver's license number", "driver's license no", "driver's license #", "drivers license number", "drivers license no", "drivers license #",
            "driver's licence", "operator license", "operator's license", "cdl", "cdl #", "certificate", "certificate #", "certificate number", "certification", "certification #", "certification no", "certification number", "cert #", "cert no", "cert number", "registration no", "registration number", "registration #", "reg #", "reg no", "upin", "board cert",
            "board certification", "state id", "state id #", "id card #", "permit", "permit #", "permit no", "permit number", "npi", "asha", "asha #", "nbcot", "nbcot #", "licensed", "ncc", "pharmacist license", "rph lic", "license state", "credential", "credential #", "credential id", "caqh", "caqh id", "licencia", "dot physical card", "medical examiner certificate",
            "pilot certificate", "airman certificate", "dea", "state controlled substance", "csr", "cds", "cds #",
        ],
        unless: PUBLIC_CODES,
        validate: Some(identifier),
        matches: &["Lic #: «PT-44712»", "RN license «RN447120»", "driver's license «D447-1203-8823»", "License No. «PT 44712»", "DL# «S4471203»", "State Lic: «44712-A»", "UPIN: «G44712»"],
        rejects: &["license plate 7ABC123", "licensed in 2019", "cert period 03/04/2021", "licensed since 2004"],
        ..LICENSE
    },
    Pattern {
        name: "license.short",
        regex: identifier!(),
        cues: &["license #", "license no", "license number", "lic #", "lic no", "dl #", "rn lic", "pt lic"],
        unless: PUBLIC_CODES,
        validate: Some(short_identifier),
        window: 5,
        matches: &["Lic. No.: «OT882»", "license # «PT882»"],
        rejects: &["license no 2 issues"],
        ..LICENSE
    },
];
