//! Biometric templates, and files of a face or a voice (45 CFR 164.514(b)(2)(i)(P) and (Q)).

use super::shape::{PRODUCTS, no_quantity, short_identifier};
use super::{Pattern, Validity};
use crate::scrub::Category;

const BIOMETRIC: Pattern =
    Pattern { category: Category::Biometric, source: "45 CFR 164.514(b)(2)(i)(P), (Q)", ..Pattern::BLANK };

/// What a face, a voice or a finger leaves behind.
const CUES: &[&str] = &[
    "fingerprint",
    "fingerprints",
    "finger print",
    "fingerprint template",
    "fingerprint id",
    "thumbprint",
    "thumb print",
    "voiceprint",
    "voice print",
    "voice sample",
    "voice recording",
    "voice id",
    "voice file",
    "voice template",
    "voice",
    "retina scan",
    "retinal scan",
    "retina",
    "retinal template",
    "iris",
    "iris scan",
    "iris template",
    "iris code",
    "irises",
    "face",
    "face id",
    "face template",
    "facial",
    "facial scan",
    "facial recognition",
    "facial template",
    "facial image",
    "faceprint",
    "face print",
    "face scan",
    "face photo",
    "photo",
    "photograph",
    "photos",
    "picture",
    "headshot",
    "portrait",
    "full face photo",
    "full face photograph",
    "palm",
    "palm vein",
    "palm print",
    "palmprint",
    "palm scan",
    "biometric",
    "biometric id",
    "biometric template",
    "biometrics",
    "biometric hash",
    "biometric enrollment",
    "template",
    "template id",
    "hand geometry",
    "dna profile",
    "dna sample id",
    "genetic profile",
    "gait signature",
    "gait id",
    "vein",
    "vein scan",
    "vein pattern",
    "image file",
    "photo id",
    "video",
    "video file",
    "audio",
    "audio file",
    "recording",
    "recorded",
    "dental record",
    "selfie",
    "huella",
    "huella digital",
    "fp template",
    "enrollment id",
    "enrolment id",
    "scan id",
    "fpid",
    "fp id",
    "signature id",
    "voice biometric",
    "palm template",
    "face vector",
    "face embedding",
];

pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        name: "biometric.template",
        regex: identifier!(),
        digits: 2,
        cues: CUES,
        window: 30,
        unless: PRODUCTS,
        around: Some(no_quantity),
        validate: Some(template),
        matches: &[
            "fingerprint template «FPT-88213»",
            "voiceprint «VP_4471_A»",
            "iris scan ID «IR-0021-9»",
            "Biometric ID: «BIO-447120»",
            "retinal scan id «RS44712»",
            "facial recognition template «FRT.4471.02»",
        ],
        rejects: &[
            "voice hoarse x 3",
            "facial droop 2019",
            "retina 20/40",
            "palm 2 cm laceration",
            "face pain 6/10",
            "photo of 3 lesions",
            "video visit on 3/4/2021",
            "iris 1234",
        ],
        ..BIOMETRIC
    },
    Pattern {
        name: "biometric.coded",
        regex: r"\b[A-Za-z]{1,6}[:\#][A-Za-z0-9-]{5,20}\b",
        digits: 4,
        cues: CUES,
        window: 12,
        validate: Some(|value| {
            if value.bytes().filter(u8::is_ascii_digit).count() >= 4 { Validity::Unknown } else { Validity::Never }
        }),
        matches: &["iris template «RT:4471GA203» on file"],
        rejects: &["face at:10", "voice note:loudness"],
        ..BIOMETRIC
    },
    Pattern {
        name: "biometric.file",
        regex: r"\b[A-Za-z0-9][A-Za-z0-9_-]{1,60}(?:\.[A-Za-z0-9_-]{1,20}){0,2}\.(?i:wav|mp3|m4a|aac|ogg|flac|jpe?g|png|heic|tiff?|bmp|gif|mp4|mov|avi|wsq|fpt|ist|fir|iso|min|eft|an2|xyt|nist|bin|dat|raw|tmpl|webp)\b",
        score: 0.75,
        cues: CUES,
        validate: Some(file),
        matches: &[
            "photo «face_4471203.jpg»",
            "«voice_sample_4471.wav» attached",
            "saved as «IMG_4471.HEIC»",
            "«left_thumb.wsq»",
        ],
        rejects: &["see report.pdf", "note.docx", "a.min", "10.min", "per min.iso"],
        ..BIOMETRIC
    },
    Pattern {
        name: "biometric.prefixed",
        regex: r"\b(?i:fpt?|fpr|fprint|fingerprint|iris|retina|ret|voice|voiceprint|vp|vpr|face|facial|faceid|palm|palmvein|bio|biom|biometric|fr|frt)(?:[-_](?i:[a-z]{1,12})){0,3}[-_:\#][A-Za-z0-9]{0,12}[0-9]{3,14}(?:[-_][A-Za-z0-9]{1,12}){0,3}\b",
        score: 0.75,
        matches: &["enrolled «FP-TMPL-88213»", "«IRIS-L-004471»", "«voiceprint_447120»", "«FACE-447120-B»"],
        rejects: &["FP-2", "face-to-face", "RET-12"],
        ..BIOMETRIC
    },
];

/// Beside such everyday words as "face" a template needs letters and digits together.
fn template(value: &str) -> Validity {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    if letters == 0 && digits < 5 || digits < 2 {
        return Validity::Never;
    }
    short_identifier(value)
}

/// A file is of one person when its name carries a number or says what it shows.
fn file(value: &str) -> Validity {
    let lower = value.to_ascii_lowercase();
    let (stem, ending) = lower.rsplit_once('.').unwrap_or((&lower, ""));
    let shows = [
        "face", "photo", "headshot", "portrait", "voice", "fp", "iris", "retina", "finger", "thumb", "palm", "selfie",
        "img", "pt", "patient", "scan", "index",
    ];
    let told = shows.iter().any(|word| stem.contains(word)) || stem.bytes().filter(u8::is_ascii_digit).count() >= 3;
    let unit = ["min", "iso", "raw", "dat", "bin", "ist", "fir"].contains(&ending) && !stem.contains(['_', '-']);
    if stem.bytes().all(|b| b.is_ascii_digit()) || unit {
        Validity::Never
    } else if told {
        Validity::Valid
    } else {
        Validity::Invalid
    }
}
