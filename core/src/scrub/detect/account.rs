//! Account, billing, card, bank and guarantor numbers (45 CFR 164.514(b)(2)(i)(J)).

use super::shape::{PUBLIC_CODES, identifier, no_quantity, short_identifier, stands_alone};
use super::{Pattern, Validity};
use crate::scrub::{Category, check_digit};

const ACCOUNT: Pattern =
    Pattern { category: Category::Account, source: "45 CFR 164.514(b)(2)(i)(J)", ..Pattern::BLANK };

pub(super) const PATTERNS: &[Pattern] = &[
    Pattern {
        name: "account.glued",
        regex: r"\b(?i:acct|account|acc)(?i:\#|no\.?)?(?<v>[0-9]{6,14})\b",
        score: 0.85,
        matches: &["Acct«4482910347» balance", "ACCT#«448291»"],
        rejects: &["acct balance", "acc 448291", "accord448291"],
        ..ACCOUNT
    },
    Pattern {
        name: "account.card",
        regex: r"\b(?:[0-9]{4}[\x20-]?[0-9]{4}[\x20-]?[0-9]{4}[\x20-]?[0-9]{1,7}|3[47][0-9]{2}[\x20-]?[0-9]{6}[\x20-]?[0-9]{5})\b",
        score: 0.7,
        cues: &[
            "card",
            "card #",
            "card no",
            "card number",
            "visa",
            "mastercard",
            "amex",
            "american express",
            "discover",
            "credit card",
            "debit card",
            "cc",
            "cc #",
            "hsa",
            "fsa",
            "flex card",
            "copay",
            "payment",
            "paid with",
            "ending",
        ],
        validate: Some(|value| if check_digit::luhn(value) { Validity::Valid } else { Validity::Invalid }),
        check: "luhn",
        around: Some(stands_alone),
        unless: &["imei", "udi", "gtin"],
        source: "45 CFR 164.514(b)(2)(i)(J); ISO/IEC 7812-1",
        matches: &[
            "paid with «4111 1111 1111 1111»",
            "«5500-0000-0000-0004»",
            "Amex «3400 000000 00009»",
            "Visa «4111 1111 1111 1112»",
        ],
        rejects: &["4111 1111 1111 1112", "1234567890123"],
        ..ACCOUNT
    },
    Pattern {
        name: "account.iban",
        regex: concat!(r"\b[A-Za-z]{2}[0-9]{2}(?:", ws!(), r"?[A-Za-z0-9]{4}){2,7}(?:\x20?[A-Za-z0-9]{1,4})?\b"),
        score: 0.75,
        cues: &["iban", "account", "acct", "account number", "card on file"],
        validate: Some(iban),
        check: "iban",
        source: "ISO 13616",
        matches: &["IBAN «GB82 WEST 1234 5698 7654 32»", "«DE89370400440532013000»"],
        rejects: &["GB83WEST1234", "in12 that week they went"],
        ..ACCOUNT
    },
    Pattern {
        name: "account.routing",
        regex: r"\b[0-9]{9}\b",
        cues: &["routing", "routing #", "routing no", "routing number", "aba", "aba #", "rtn", "transit"],
        validate: Some(|value| if check_digit::aba(value) { Validity::Valid } else { Validity::Invalid }),
        check: "aba",
        window: 16,
        matches: &["routing number «011000015»", "ABA «011000016»"],
        rejects: &["011000015", "routing of 12345"],
        ..ACCOUNT
    },
    Pattern {
        name: "account.cue",
        regex: identifier!(),
        cues: &[
            "account",
            "account #",
            "account no",
            "account num",
            "account number",
            "account id",
            "acct",
            "acct #",
            "acct no",
            "acct num",
            "acct number",
            "acct id",
            "acc",
            "acc #",
            "acc no",
            "a c",
            "a c #",
            "a c no",
            "patient account",
            "patient acct",
            "billing",
            "billing #",
            "billing no",
            "billing id",
            "billing number",
            "billing account",
            "bill #",
            "bill no",
            "bill number",
            "card on file",
            "statement :",
            "statement #",
            "fin",
            "fin #",
            "fin no",
            "financial number",
            "financial no",
            "guarantor",
            "guarantor #",
            "guarantor id",
            "guarantor no",
            "guarantor number",
            "guarantor acct",
            "har",
            "har #",
            "hospital account",
            "invoice",
            "invoice #",
            "invoice no",
            "invoice number",
            "bank account",
            "checking",
            "checking account",
            "savings",
            "savings account",
            "payment plan",
            "ledger",
            "receipt",
            "receipt #",
            "receipt no",
            "auto policy",
            "auto insurance policy",
            "car insurance policy",
            "auto policy #",
            "auto policy no",
            "auto policy number",
            "auto insurance",
            "home policy",
            "homeowners policy",
            "life policy",
            "numero de cuenta",
            "cuenta",
            "hospital acct",
            "pt acct",
            "pt acct #",
            "loan",
            "loan #",
            "loan number",
            "bank acct",
            "medical account",
            "accounts",
            "fsa account",
            "hsa account",
            "transaction",
            "transaction id",
            "remittance",
            "check #",
            "check no",
            "check number",
            "confirmation payment",
            "swift",
            "ach",
        ],
        unless: PUBLIC_CODES,
        around: Some(no_quantity),
        validate: Some(identifier),
        matches: &[
            "Acct #: «88-447120»",
            "account number «0044712033»",
            "FIN: «447120331»",
            "Guarantor ID «G447120»",
            "Invoice No. «INV-2210-44»",
            "\"accountNumber\":\"«4471203»\"",
            "auto policy «AX-447-120»",
        ],
        rejects: &["on account of 3 falls", "taking into account 2019 labs", "billing code 97110", "billing CPT 97110"],
        ..ACCOUNT
    },
    Pattern {
        name: "account.ending",
        regex: r"\b[0-9]{4}\b",
        cues: &[
            "card ending in",
            "card ending",
            "card last 4",
            "card last four",
            "account ending in",
            "acct ending in",
            "acct ending",
            "visa ending in",
            "mastercard ending in",
            "account ending",
            "card ends in",
            "ending in",
            "visa ending",
            "amex ending in",
            "last four of card",
            "debit card ending in",
        ],
        window: 6,
        around: Some(stands_alone),
        matches: &["card ending in «4471»", "acct ending «8823»"],
        rejects: &["year ending 12/2020", "4471"],
        ..ACCOUNT
    },
    Pattern {
        name: "account.hl7_field",
        regex: r"\bPID(?:\|[^|]{0,80}){17}\|(?<v>[A-Za-z0-9][A-Za-z0-9\x20-]{3,34})",
        score: 0.9,
        source: "HL7 v2.5.1 chapter 3, PID-18",
        matches: &["PID|1||x1||||x2|M|||s||x3|||M||«44-7120»|"],
        rejects: &["PID|1||x1||||x2|M|||s||x3|||M|||x"],
        ..ACCOUNT
    },
    Pattern {
        name: "account.hl7",
        regex: r"\b[A-Za-z0-9-]{4,20}\b",
        score: 0.9,
        around: Some(|before, _, after| {
            before.ends_with('|')
                && after.starts_with("^^^")
                && after
                    .split(['|', '\n', '\r', '~'])
                    .next()
                    .is_some_and(|field| field.ends_with("^AN") || field.ends_with("^AN^"))
        }),
        validate: Some(short_identifier),
        source: "HL7 v2.5.1 chapter 3, PID-18; table 0203",
        matches: &["||«4471203»^^^ELSEWHERE^AN||"],
        rejects: &["||4471203^^^ELSEWHERE^LN||"],
        ..ACCOUNT
    },
];

/// An account number of a bank by its check digits, or by its shape alone where it is mostly digits.
fn iban(value: &str) -> Validity {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    if check_digit::iban(value) {
        Validity::Valid
    } else if digits >= 12 && letters <= 6 {
        Validity::Unknown
    } else {
        Validity::Never
    }
}
