//! Medical record numbers (45 CFR 164.514(b)(2)(i)(H)): whatever shape a site gives them, by their cue.

use super::Pattern;
use super::shape::{PUBLIC_CODES, identifier, short_identifier};
use crate::scrub::Category;

const MRN: Pattern = Pattern {
    category: Category::Mrn,
    source: "45 CFR 164.514(b)(2)(i)(H)",
    unless: PUBLIC_CODES,
    ..Pattern::BLANK
};

pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        name: "mrn.cue",
        regex: identifier!(),
        cues: &[
            "medical record", "medical record #", "medical record number", "medical record no", "medical records number", "medical rec", "med rec", "med rec #", "med rec no", "med rec num", "med record", "med record #", "med record no",
            "mr #", "mr no", "mr num", "mr number", "mr id", "chart #", "chart no", "chart number", "chart id", "chart num", "unit no", "unit number", "unit #", "hosp id", "hospital id", "hospital number", "hospital no", "hospital #", "hosp no", "hosp #",
            "patient id", "patient id #", "patient number", "patient no", "patient #", "pt id", "pt #", "pt no", "pat id", "pat no", "patient identifier", "record number", "record no", "record #", "emr", "emr #", "emr id", "ehr id", "epi", "empi", "mpi", "umrn", "hmrn",
            "mr", "historia clinica", "expediente", "nhc", "dossier", "pid", "cmrn", "health record number", "hrn", "ur number", "urn", "hospital unit number", "med rec number", "id patient", "patient mrn", "enterprise id", "person id", "pt identifier", "subject mrn",
        ],
        validate: Some(identifier),
        matches: &["MR# «4471-203»", "Medical Record Number: «00447120»", "Chart No. «A44-7120»", "Patient ID: «PX447120»", "\"medicalRecordNumber\":\"«447120»\"", "Unit No «44 71 20»"],
        rejects: &["medical record reviewed 2019", "mr 12/20/2024", "MR angiography 3.5", "WBC 12345", "emr 120.5", "patient number of visits 12", "lot number 44712"],
        ..MRN
    },
    Pattern {
        name: "mrn.mrn",
        regex: identifier!(),
        cues: &["mrn", "mrn #", "mrn no", "mrn number", "mrns", "m r n", "mrn id", "mr n"],
        validate: Some(short_identifier),
        window: 34,
        matches: &["MRN: «4471203»", "MRN «A-4471»", "mrn=«00447120»", "MRN (St. Elsewhere) «447120»", "<mrn>«447120»</mrn>", "MRN | Age\n«447120» | 44", "«4471203» (MRN)", "MRNs «4471203» and «4471209»"],
        rejects: &["MRN pending. Platelets: 250000", "MRN unknown, seen 3/4/2022"],
        ..MRN
    },
    Pattern {
        name: "mrn.prefixed",
        regex: r"\b(?i:mrn|mr)[-_\#:]?(?<v>[0-9]{5,12})\b",
        score: 0.9,
        matches: &["pt MRN«4471203» seen", "MR-«4471203»"],
        rejects: &["MR 12", "mrna1273"],
        ..MRN
    },
    Pattern {
        name: "mrn.hl7",
        regex: r"\b[A-Za-z0-9-]{3,20}\b",
        score: 0.9,
        around: Some(|before, after| {
            before.ends_with(['|', '~', '^']) && after.starts_with("^^^") && after.split(['|', '\n', '\r', '~']).next().is_some_and(|field| field.split('^').any(|part| matches!(part, "MR" | "MRN" | "PI" | "PT")))
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
