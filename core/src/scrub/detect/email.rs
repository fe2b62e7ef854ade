//! E-mail addresses (45 CFR 164.514(b)(2)(i)(F)), also those spelt out to dodge harvesters.

use super::Pattern;
use crate::scrub::Category;

const EMAIL: Pattern =
    Pattern { category: Category::Email, source: "45 CFR 164.514(b)(2)(i)(F); RFC 5322", ..Pattern::BLANK };

pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        name: "email.address",
        regex: r"\b[A-Za-z0-9\x80-\xff](?:[A-Za-z0-9\x80-\xff._%+'-]{0,63})@(?:[A-Za-z0-9\x80-\xff-]{1,40}\.){1,5}[A-Za-z]{2,18}\b",
        score: 0.98,
        glued: true,
        matches: &["write «jane.doe+pt@example.org»,", "<«j_roe@mail.example.co.uk»>", "Email:«a1@example.com»"],
        rejects: &["seen @ 10.30 clinic", "2 tabs @ bedtime", "a@b"],
        ..EMAIL
    },
    Pattern {
        name: "email.local_host",
        regex: r"\b[A-Za-z][A-Za-z0-9._-]{1,40}@[A-Za-z][A-Za-z0-9-]{2,30}\b",
        score: 0.7,
        matches: &["from «jroe@mailhost» today"],
        rejects: &["5@home", "10mg@night"],
        ..EMAIL
    },
    Pattern {
        name: "email.spelt_out",
        regex: r"\b(?i:e-?mail(?:\x20address)?|mailto)(?:\x20is|\x20at|\x20to|:)?[\x20:]{1,2}(?<v>[A-Za-z0-9._%+-]{2,40}(?:\x20?[\[(]\x20?|\x20)(?i:at)(?:\x20?[\])]\x20?|\x20)[A-Za-z0-9-]{2,40}(?:(?:\x20?[\[(]\x20?|\x20)(?i:dot)(?:\x20?[\])]\x20?|\x20)[A-Za-z0-9-]{2,20}|\.[A-Za-z]{2,10}){1,3})\b",
        score: 0.9,
        matches: &[
            "email: «jane.roe at example dot com»",
            "e-mail is «jroe [at] example [dot] org»",
            "email «roe (at) example.net»",
        ],
        rejects: &["email at home", "email at the front desk", "emailed at discharge"],
        ..EMAIL
    },
    Pattern {
        name: "email.spoken",
        regex: r"\b(?i:at)\x20(?:[A-Za-z0-9-]{2,30}\x20(?i:dot)\x20){1,3}(?i:com|org|net|edu|gov|io|co|us|uk|ca|mil)\b",
        score: 0.9,
        lead: Some(|before| before.len() - before.trim_end().rfind(char::is_whitespace).map_or(0, |at| at + 1)),
        matches: &["reach me at «roe at example dot com» or"],
        rejects: &["meet at three dot seven", "at dot com"],
        ..EMAIL
    },
    Pattern {
        name: "email.bracketed",
        regex: r"\b[A-Za-z0-9._+-]{2,40}\x20?[\[({]\x20?(?i:at)\x20?[\])}]\x20?[A-Za-z0-9-]{2,40}(?:\x20?[\[({]\x20?(?i:dot)\x20?[\])}]\x20?|\.)[A-Za-z]{2,18}\b",
        score: 0.9,
        matches: &["«j.roe2[at]example[dot]com»", "«a.roe (at) example.net»"],
        rejects: &["seen (at) clinic", "2.5 (at) night"],
        ..EMAIL
    },
];
