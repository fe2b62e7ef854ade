//! Medical record numbers (45 CFR 164.514(b)(2)(i)(H)): whatever shape a site gives them, by their cue.

use memchr::memchr2;

use super::Pattern;
use super::shape::{PRODUCTS, PUBLIC_CODES, identifier, is_date, no_quantity, short_identifier, stands_alone};
use crate::scrub::{Category, check_digit};

const MRN: Pattern = Pattern {
    category: Category::Mrn,
    source: "45 CFR 164.514(b)(2)(i)(H)",
    unless: PUBLIC_CODES,
    around: Some(no_quantity),
    ..Pattern::BLANK
};

pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        name: "mrn.cue",
        regex: identifier!(),
        digits: 3,
        cues: &[
            "medical record",
            "medical record #",
            "medical record number",
            "medical record no",
            "medical records number",
            "medical rec",
            "med rec",
            "med rec #",
            "med rec no",
            "med rec num",
            "med record",
            "med record #",
            "med record no",
            "mr #",
            "mr no",
            "mr num",
            "mr number",
            "mr id",
            "chart #",
            "chart no",
            "chart number",
            "chart id",
            "chart num",
            "unit no",
            "unit number",
            "unit #",
            "hosp id",
            "hospital id",
            "hospital number",
            "hospital no",
            "hospital #",
            "hosp no",
            "hosp #",
            "patient id",
            "patient id #",
            "patient number",
            "patient no",
            "patient #",
            "pt id",
            "pt #",
            "pt no",
            "pat id",
            "pat no",
            "patient identifier",
            "record number",
            "record no",
            "record #",
            "emr",
            "emr #",
            "emr id",
            "ehr id",
            "epi id",
            "epi #",
            "epi no",
            "empi",
            "mpi",
            "umrn",
            "hmrn",
            "mr",
            "historia clinica",
            "expediente",
            "nhc",
            "dossier",
            "pid",
            "cmrn",
            "health record number",
            "hrn",
            "ur number",
            "urn",
            "hospital unit number",
            "med rec number",
            "id patient",
            "patient mrn",
            "enterprise id",
            "person id",
            "pt identifier",
            "subject mrn",
            "ur",
            "ur #",
            "ur no",
        ],
        validate: Some(identifier),
        matches: &[
            "MR# «4471-203»",
            "Medical Record Number: «00447120»",
            "Chart No. «A44-7120»",
            "Patient ID: «PX447120»",
            "\"medicalRecordNumber\":\"«447120»\"",
            "Unit No «44 71 20»",
        ],
        rejects: &[
            "medical record reviewed 2019",
            "mr 12/20/2024",
            "MR angiography 3.5",
            "WBC 12345",
            "emr 120.5",
            "patient number of visits 12",
            "lot number 44712",
        ],
        ..MRN
    },
    Pattern {
        name: "mrn.mrn",
        regex: identifier!(),
        digits: 2,
        cues: &["mrn", "mrn #", "mrn no", "mrn number", "mrns", "m r n", "mrn id", "mr n"],
        validate: Some(short_identifier),
        window: 34,
        matches: &[
            "MRN: «4471203»",
            "MRN «A-4471»",
            "mrn=«00447120»",
            "MRN (St. Elsewhere) «447120»",
            "<mrn>«447120»</mrn>",
            "MRN | Age\n«447120» | 44",
            "«4471203» (MRN)",
            "MRNs «4471203» and «4471209»",
        ],
        rejects: &["MRN pending. Platelets: 250000", "MRN unknown, seen 3/4/2022"],
        ..MRN
    },
    Pattern {
        name: "mrn.after_name",
        regex: identifier!(),
        digits: 6,
        behind: " \t(|:-#",
        shortest: 6,
        score: 0.75,
        unless: &[],
        around: Some(|before, _, _| after_name(before)),
        validate: Some(|value| {
            if value.bytes().filter(u8::is_ascii_digit).count() >= 6 && !value.contains('/') {
                identifier(value)
            } else {
                super::Validity::Never
            }
        }),
        matches: &[
            "ROE, JANE   «401770»   Printed",
            "Roe, Jane «00447120»",
            "ROE, JANE Q  «E447120331»  F",
            "NOTE :: ROE, JANE :: «44 71 20» ::",
        ],
        rejects: &["Bismol, Pepto 447", "seen, treated 4471203 times", "Milk, whole 200000 units"],
        ..MRN
    },
    Pattern {
        name: "mrn.bracketed",
        regex: r"\((?<v>(?i:[a-z]{0,2})[0-9]{6,10}|[0-9]{2,3}\x20[0-9]{2}\x20[0-9]{2})\)",
        score: 0.62,
        unless: PRODUCTS,
        validate: Some(|value| {
            let code = value.ends_with("000") || check_digit::snomed(value);
            if code { super::Validity::Never } else { super::Validity::Unknown }
        }),
        matches: &["(«44 71 20») Right knee", "seen («e4471203») here", "(«862141»)"],
        rejects: &["(120000)", "asthma (195967001)", "(12 34 mg)", "lot (447120)"],
        ..MRN
    },
    Pattern {
        name: "mrn.terminal_digits",
        regex: r"\b[0-9]{3,4}-[0-9]{2}-[0-9]{2}\b",
        score: 0.6,
        unless: PRODUCTS,
        around: Some(stands_alone),
        source: "AHIMA, terminal digit filing",
        validate: Some(|value| if is_date(value) { super::Validity::Never } else { super::Validity::Unknown }),
        matches: &["chart «850-03-96» pulled"],
        rejects: &["CAS 850-03-96", "2021-03-14", "850-03-9"],
        ..MRN
    },
    Pattern {
        name: "mrn.prefixed",
        regex: r"\b(?i:mrn|mr)[-_]?[0-9]{5,12}\b",
        score: 0.9,
        matches: &["pt «MRN4471203» seen", "«MR-4471209» here"],
        rejects: &["MR 12", "mrna1273"],
        ..MRN
    },
    Pattern {
        name: "mrn.hl7",
        regex: r"\b[A-Za-z0-9-]{3,20}\b",
        digits: 2,
        behind: "|~^",
        score: 0.9,
        around: Some(|_, _, after| {
            after.starts_with("^^^")
                && after
                    .split(['|', '\n', '\r', '~'])
                    .next()
                    .is_some_and(|field| field.split('^').any(|part| matches!(part, "MR" | "MRN" | "PI" | "PT")))
        }),
        validate: Some(short_identifier),
        source: "HL7 v2.5.1 chapter 3, PID-3; table 0203",
        matches: &["PID|1||«4471203»^^^ELSEWHERE^MR||"],
        rejects: &["OBX|1||4471203^^^LN||", "4471^^^MR"],
        ..MRN
    },
    Pattern {
        name: "mrn.hl7_field",
        regex: r"\bPID\|[0-9]{0,4}\|[^|\n]{0,40}\|(?<v>[A-Za-z0-9-]{3,20})",
        score: 0.9,
        source: "HL7 v2.5.1 chapter 3, PID-3",
        matches: &["PID|1||«4471203»||DOE"],
        rejects: &["OBR|1||4471203||"],
        ..MRN
    },
];

/// Whether "Last, First" or "LAST, FIRST M" stands right before: lists and headers put the record number after the name.
fn after_name(before: &str) -> bool {
    // Either has one of these.
    if memchr2(b',', b'.', before.as_bytes()).is_none() {
        return false;
    }
    let name = before.trim_end_matches([' ', '\t', '(', '|', ':', '-', '#']);
    if name.len() == before.len() {
        return false;
    }
    let line = name.rsplit('\n').next().unwrap_or_default();
    let initialled = line.rsplit_once(". ").is_some_and(|(initial, last)| {
        let letter = initial.len() - initial.bytes().rev().take_while(u8::is_ascii_uppercase).count();
        initial.len() == letter + 1 && !last.contains(' ') && last.len() > 1 && last.starts_with(char::is_uppercase)
    });
    if initialled {
        return true;
    }
    let Some((last, first)) = line.rsplit_once(',') else { return false };
    let capital = |word: &str| {
        word.starts_with(char::is_uppercase) && word.chars().all(|c| c.is_alphabetic() || "'.-".contains(c))
    };
    let family = last.rsplit([' ', ':', '|', '\t']).next().unwrap_or_default();
    let given: Vec<&str> = first.split_whitespace().collect();
    family.len() > 1 && capital(family) && (1..=4).contains(&given.len()) && given.iter().all(|word| capital(word))
}
