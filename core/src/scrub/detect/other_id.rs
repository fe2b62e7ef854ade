//! Any other number or code that is one person's (45 CFR 164.514(b)(2)(i)(R)).

use super::shape::{PUBLIC_CODES, identifier, short_identifier};
use super::{Pattern, Validity};
use crate::scrub::Category;

const OTHER: Pattern = Pattern { category: Category::OtherId, source: "45 CFR 164.514(b)(2)(i)(R)", unless: PUBLIC_CODES, ..Pattern::BLANK };

pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        name: "other_id.cue",
        regex: identifier!(),
        cues: &[
            "accession", "accession #", "accession no", "accession num", "accession number", "acc #", "acc no", "acc number", "acsn", "accn", "specimen", "specimen #", "specimen id", "specimen no", "specimen number", "sample id", "sample #", "sample no", "order", "order #", "order id", "order no", "order number", "req #", "requisition", "requisition #",
            "requisition no", "requisition number", "claim", "claim #", "claim id", "claim no", "claim number", "icn", "rx", "rx #", "rx no", "rx number", "prescription", "prescription #", "prescription no", "prescription number", "script #", "encounter", "encounter #", "encounter id", "encounter no", "encounter number", "enc #", "enc id", "visit #", "visit id",
            "visit no", "visit number", "csn", "csn #", "contact serial number", "study id", "study #", "study no", "study number", "subject", "subject #", "subject id", "subject no", "subject number", "participant", "participant id", "participant #", "study subject", "study participant", "screening #", "screening no", "randomization #", "randomization no",
            "randomization number", "enrollment #", "enrollment no", "passport", "passport #", "passport no", "passport number", "visa #", "visa no", "badge", "badge #", "badge no", "badge number", "badge id", "employee", "employee #", "employee id", "employee no", "employee number", "emp id", "emp #", "emp no", "staff id", "staff #", "user id", "case", "case #", "case id",
            "case no", "case number", "inmate", "inmate #", "inmate id", "inmate no", "inmate number", "prisoner", "prisoner #", "prisoner no", "booking #", "booking no", "booking number", "doc #", "doc no", "doc number", "docket", "docket #", "docket no", "service #", "service no", "service number", "military id", "dod id", "edipi", "va file", "va file #", "va claim",
            "va id", "prior auth", "prior auth #", "prior authorization", "prior authorization #", "prior authorization no", "prior authorization number", "pa #", "pa number", "auth #", "auth no", "auth number", "authorization", "authorization #", "authorization no", "authorization number", "auth", "referral", "referral #", "referral id", "referral no", "referral number", "tracking",
            "tracking #", "tracking no", "tracking number", "confirmation", "confirmation #", "confirmation no", "confirmation number", "confirmation code", "report #", "report no", "report number", "incident #", "incident no", "incident number", "incident report", "police report", "police report #", "student id", "student #", "student no", "student number", "school id", "donor id", "donor #",
            "unos id", "unos", "tissue id", "exam #", "exam id", "exam no", "exam number", "job #", "job id", "dictation #", "dictation id", "dictation job", "document id", "document #", "document no", "doc id", "document number", "message id", "msg id", "control id", "ticket", "ticket #", "ticket no", "ticket number", "reference #", "reference no", "reference number", "ref no", "ref #",
            "control #", "control no", "control number", "file #", "file no", "file number", "file id", "id", "id #", "id no", "id number", "identifier", "unique id", "registry id", "registry #", "alien #", "alien number", "alien registration number", "a number", "uscis", "green card", "tribal id", "enrollment number", "case worker id", "wc claim", "workers comp claim", "worker's comp claim",
            "wcb #", "wcb", "injury claim", "path #", "pathology #", "pathology no", "surgical path", "surg path", "cytology #", "slide #", "block #", "image id", "series #", "session id", "transaction id", "appointment id", "appt id", "booking id", "loyalty", "membership id", "library card", "voter id", "national id", "curp", "dni", "nie", "cedula", "rfc", "tax file", "sin", "order placer", "placer", "filler", "placer order number",
            "filler order number", "provider login", "operator id", "transcriptionist", "transcription id", "transcription #", "tid", "did", "job no", "job number", "chart note id", "note id", "note #", "guid", "uuid", "key", "locker", "bag #", "bag no", "crf", "dispatch #", "run #", "pcr #", "trip #", "cad #", "unit of blood", "din", "blood unit", "unit id", "casefile", "caso", "no de caso",
            "rx refill", "wristband", "band #", "band id", "bracelet", "tag id", "survey id", "token", "access code", "pin", "login id", "patient portal id", "portal id", "portal username",
        ],
        validate: Some(identifier),
        window: 24,
        matches: &[
            "Accession #: «S24-00871»", "specimen «24-447120»", "Order # «44712033»", "claim no. «WC-447-1203»", "Rx# «7714032»", "CSN «100447120»", "subject «ABC-0447»", "Passport No: «X4471203»", "badge # «44712»", "prior auth number «PA447120»", "tracking «1Z999AA10123456784»",
            "Case No. «24-CV-04471»", "inmate # «K44712»", "encounter «447120331»", "ID: «QX44712»", "\"visitId\": \"«V447120»\"",
        ],
        rejects: &[
            "NCT01234567", "in order to walk 1000 feet", "case of 3000 mL", "CPT 97110", "ICD-10 M54.50", "claim dated 03/04/2021", "LOINC 2345-7", "lot # 44712", "subject to 12345 rules of DOI 10.1000/182", "room 44712", "order set 3", "rx 500mg", "id 4.5", "PMID: 12345678",
        ],
        ..OTHER
    },
    Pattern {
        name: "other_id.short",
        regex: identifier!(),
        cues: &[
            "badge", "badge #", "badge no", "badge number", "employee id", "employee #", "emp id", "case #", "case no", "subject id", "subject #", "subject no", "participant id", "study id", "participant #", "screening no", "encounter #", "order #", "accession #", "accession no", "accession", "claim #", "rx #", "ticket #",
            "randomization no", "randomization #", "confirmation code", "inmate #", "locker",
        ],
        window: 4,
        validate: Some(short_identifier),
        matches: &["badge #«4471»", "Subject ID: «01-044»", "Accession: «S24-871»"],
        rejects: &["case # 2", "order # 3"],
        ..OTHER
    },
    Pattern {
        name: "other_id.user_name",
        regex: r"\b[A-Za-z][A-Za-z0-9._-]{2,30}\b",
        cues: &["username", "user name", "user id", "userid", "login", "login id", "portal login", "portal username", "user", "screen name", "log in", "logon", "mychart id", "mychart username", "portal user name", "portal user", "logged in as", "signed in as", "portal id", "mychart", "skype", "gamertag"],
        window: 4,
        validate: Some(user_name),
        matches: &["username: «jroe_1952»", "user ID «roe.j4»", "portal login «jane.roe»", "user id: «j_roe»"],
        rejects: &["wheelchair user", "user of tobacco", "login failed", "user reports 3 falls", "username unknown"],
        ..OTHER
    },
    Pattern {
        name: "other_id.user_name_plain",
        regex: r"\b(?i:user\x20?name|portal\x20(?:login|user(?:\x20?name|\x20id)?)|login\x20(?:id|name)|screen\x20name)\x20?(?:\x20is|:|=)\x20?(?<v>[A-Za-z][A-Za-z0-9._-]{3,30})\b",
        score: 0.85,
        validate: Some(|value| if ["unknown", "none", "forgotten", "same", "pending", "reset", "declined", "created"].contains(&value.to_ascii_lowercase().as_str()) { Validity::Never } else { Validity::Unknown }),
        matches: &["Username: «janeroe»", "login ID: «jroe»"],
        rejects: &["Username: unknown", "username reset"],
        ..OTHER
    },
    Pattern {
        name: "other_id.accession",
        regex: r"\b(?i:[A-Z]{1,3}[0-9]{2}-[0-9]{4,7}|[0-9]{2}-(?:SP|S|CY|MB|HS|US|CT|MR|XR|GP|NG)-?[0-9]{4,7}|(?:ACC|ACN|SPEC|SPC|CLM|ENC|REQ|ORD|WC|AUTH|PA|REF|CASE|STUDY|SUBJ|SUB|PT|RX)-?[0-9]{5,14})\b",
        score: 0.7,
        matches: &["path «S24-008712»", "«CLM4471203»", "«ENC-44712033» closed", "«24-SP-04471»"],
        rejects: &["T12-L1", "CT 2021", "B12-5", "PA 12"],
        ..OTHER
    },
    Pattern {
        name: "other_id.tracking",
        regex: r"\b1Z[0-9A-Z]{16}\b",
        score: 0.9,
        matches: &["sent «1Z999AA10123456784»"],
        rejects: &["1Z999"],
        ..OTHER
    },
    Pattern {
        name: "other_id.long_digits",
        regex: r"\b[0-9]{11,24}\b",
        score: 0.55,
        unless: &["nct", "isbn", "ndc", "pmid", "loinc", "snomed", "gtin", "doi"],
        matches: &["on file «447120338810»"],
        rejects: &["NDC 00002322730", "12345678"],
        ..OTHER
    },
];

/// A user name carries a mark or a digit: anything else is a word of the sentence.
fn user_name(value: &str) -> Validity {
    let marked = value.bytes().any(|b| b.is_ascii_digit() || b == b'_') || value[1..].contains(['.', '-']) && !value.ends_with('.');
    if marked { Validity::Unknown } else { Validity::Never }
}
