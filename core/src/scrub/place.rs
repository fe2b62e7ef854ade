//! What may take a value's place where it stands: anything in free text, but in a typed field of a message only what its type admits.

use super::action::{Operator, Piece, Worker};

/// What may take the place of a value.
///
/// An operator works as the policy says. Where what it gives does not fit the place, the place has something coarser of its own, so that
/// a message stays one that its readers can parse; it never holds more of the value than Safe Harbor lets stay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Place {
    /// Any text.
    #[default]
    Text,
    /// A date, or a year alone (45 CFR 164.514(b)(2)(i)(C)); else nothing.
    Date,
    /// A date with its time of day; else nothing.
    Instant,
    /// A code by which parts of the message point at each other: equal values stay equal.
    Link,
    /// A universally unique identifier by which parts point at each other.
    Uuid,
    /// An absolute URI, or the server of one: one of nobody's (RFC 6761, `.invalid`), equal where values are equal; or nothing.
    Uri,
    /// A number of years, months, weeks or days that is an age over 89: the number that stands for 90 years and more; or nothing.
    Age(u32),
    /// A number or a code of a type that admits no other text: nothing.
    Nothing,
}

impl Place {
    /// What stands in this place for the finding at `index`, of which the policy's operator made `piece`, and by which operator.
    pub(super) fn fit(
        self,
        worker: &mut Worker<'_>,
        index: usize,
        piece: Piece,
        operator: Operator,
    ) -> (Piece, Operator) {
        match (self, operator) {
            (Self::Text, _)
            | (Self::Uri | Self::Age(_), Operator::Remove)
            | (_, Operator::Keep)
            | (Self::Date | Self::Instant, Operator::DateShift) => (piece, operator),
            // A token is no date; the seal of the message holds what stood here.
            (Self::Date | Self::Instant | Self::Nothing, Operator::Encrypt) => (Piece::Plain(String::new()), operator),
            (Self::Age(ninety), Operator::Encrypt) => (Piece::Plain(ninety.to_string()), operator),
            (Self::Age(ninety), _) => (Piece::Plain(ninety.to_string()), Operator::Generalize),
            (Self::Date, Operator::Tag | Operator::Generalize | Operator::Surrogate) => {
                let year = worker.year_of(index).or_else(|| lone_year(worker, index));
                match year.filter(|year| year.bytes().all(|byte| byte.is_ascii_digit())) {
                    Some(year) => (Piece::Plain(year), Operator::Generalize),
                    None => (Piece::Plain(String::new()), Operator::Remove),
                }
            }
            (Self::Date | Self::Instant | Self::Nothing, _) => (Piece::Plain(String::new()), Operator::Remove),
            (Self::Link, _) => (Piece::Plain(format!("id-{}", worker.code(index))), linked(operator)),
            (Self::Uri, _) => {
                (Piece::Plain(format!("https://removed-{}.invalid", worker.code(index))), linked(operator))
            }
            (Self::Uuid, _) => (Piece::Plain(uuid(&worker.code(index))), linked(operator)),
        }
    }
}

/// A code in place of an id is an invented one, whatever was asked for but a hash.
fn linked(operator: Operator) -> Operator {
    if operator == Operator::Hash { operator } else { Operator::Surrogate }
}

/// A code as a universally unique identifier.
fn uuid(code: &str) -> String {
    let digits = format!("{code:0>32}");
    let digits = &digits[digits.len() - 32..];
    // Version and variant are those of an identifier of one's own making (RFC 9562, version 8).
    format!("{}-{}-8{}-8{}-{}", &digits[..8], &digits[8..12], &digits[13..16], &digits[17..20], &digits[20..])
}

/// The year of a date that is written to the year or the month: 1941, 194103. That of a birth date stays only where it shows no age
/// over 89, which such a date does not say to the day.
fn lone_year(worker: &Worker<'_>, index: usize) -> Option<String> {
    let original = worker.original(index);
    let year: i16 = original.get(..4)?.parse().ok()?;
    let rest = &original[4..];
    if rest.len() > 2 || !rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let recent = worker.noted().is_some_and(|noted| noted.year() - year < 90);
    recent.then(|| original[..4].to_owned())
}
