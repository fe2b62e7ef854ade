//! Vehicle identification numbers and number plates (45 CFR 164.514(b)(2)(i)(L)).

use super::{Pattern, Validity};
use crate::scrub::{Category, check_digit};

const VEHICLE: Pattern =
    Pattern { category: Category::Vehicle, source: "45 CFR 164.514(b)(2)(i)(L)", ..Pattern::BLANK };
const PLATES: &[&str] = &[
    "plate",
    "plates",
    "plate #",
    "plate no",
    "plate number",
    "license plate",
    "license plates",
    "licence plate",
    "license plate #",
    "license plate number",
    "license plate no",
    "lic plate",
    "lic plate #",
    "tag",
    "tag #",
    "tag no",
    "tag number",
    "tags",
    "vehicle tag",
    "vehicle plate",
    "vehicle reg",
    "vehicle registration",
    "registration plate",
    "number plate",
    "car tag",
    "placa",
    "matricula",
    "plate reads",
    "plate reading",
    "reg plate",
    "plated",
    "license tag",
    "car plate",
];

pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        name: "vehicle.vin",
        regex: r"\b(?i:[A-HJ-NPR-Z0-9]{17})\b",
        digits: 4,
        score: 0.8,
        cues: &[
            "vin",
            "vin #",
            "vin no",
            "vin number",
            "vehicle identification number",
            "vehicle id",
            "vehicle",
            "car",
            "truck",
            "van",
            "chassis",
            "vehicle vin",
            "vehicle identification",
        ],
        validate: Some(vin),
        check: "vin",
        source: "49 CFR 565.15",
        matches: &["VIN «1M8GDM9AXKP042788»", "car «1M8GDM9A1KP042788»", "«11111111111111111» seen"],
        rejects: &["1M8GDM9A1KP042788", "abcdefghjklmnprst"],
        ..VEHICLE
    },
    Pattern {
        name: "vehicle.plate",
        regex: r"\b(?:[A-Za-z0-9]{1,5}(?:-|\x20|\x20-\x20|\xc2\xb7)[A-Za-z0-9]{1,5}(?:(?:-|\x20)[A-Za-z0-9]{1,4})?|[A-Za-z0-9]{4,8})\b",
        digits: 1,
        cues: PLATES,
        window: 22,
        validate: Some(plate),
        matches: &[
            "license plate «7ABC123»",
            "plate «ABC-1234»",
            "plate no. «KLM 4471»",
            "tag «8R-K221»",
            "Plate: «XYZ 882»",
        ],
        rejects: &[
            "growth plate closed in 2019",
            "plate 2 of 3",
            "plate and 6 screws",
            "blood agar plate",
            "plated in 2019",
            "ABC 1234",
        ],
        unless: &[
            "growth",
            "screws",
            "volar",
            "locking",
            "fixation",
            "cable",
            "bone",
            "compression",
            "hardware",
            "orif",
            "tibial",
            "femoral",
            "radius",
            "osteotomy",
            "opened",
            "agar",
            "dental",
            "endplate",
            "end",
            "tendon",
            "asset tag",
            "asset",
            "price tag",
            "skin tag",
            "skin tags",
        ],
        ..VEHICLE
    },
    Pattern {
        name: "vehicle.plate_shape",
        regex: r"\b[0-9][A-Za-z]{3}[0-9]{3}\b",
        score: 0.6,
        cues: &[
            "drives",
            "drove",
            "driving",
            "car",
            "truck",
            "van",
            "suv",
            "sedan",
            "pickup",
            "motorcycle",
            "towed",
            "parked",
            "registered",
            "vehicle",
            "plate",
            "tag",
        ],
        source: "California DMV, standard plate",
        matches: &["Drives «7ABC123», a pickup"],
        rejects: &["7ABC12", "17ABC123"],
        ..VEHICLE
    },
];

fn vin(value: &str) -> Validity {
    if value.bytes().filter(u8::is_ascii_digit).count() < 4 {
        return Validity::Never;
    }
    if check_digit::vin(value) { Validity::Valid } else { Validity::Invalid }
}

/// Plates mix letters and digits, or are long enough to say something; words and small numbers are not plates.
fn plate(value: &str) -> Validity {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let enough = (4..=9).contains(&(digits + letters)) && digits >= 1 && letters >= 1 && (digits >= 2 || letters >= 3);
    if !enough {
        return Validity::Never;
    }
    let parts: Vec<&str> = value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let shouted = parts.iter().all(|part| {
        let upper = part.bytes().all(|b| !b.is_ascii_lowercase());
        let lower = part.bytes().all(|b| !b.is_ascii_uppercase());
        upper || lower && (part.bytes().any(|b| b.is_ascii_digit()) || part.len() <= 3)
    });
    let word = parts.iter().any(|part| {
        ["in", "on", "of", "and", "is", "was", "the", "to", "at", "with", "for", "no", "a", "by", "or", "as"]
            .contains(part)
    });
    if shouted && !word { Validity::Unknown } else { Validity::Never }
}
