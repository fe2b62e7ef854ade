//! Telephone and social security numbers that are assigned to nobody.

use super::Draw;
use super::code::shape;

/// Digits written into the places of those of `original`.
fn rewrite(original: &str, digits: &str) -> String {
    let mut digits = digits.chars();
    original.chars().map(|c| if c.is_numeric() { digits.next().unwrap_or('0') } else { c }).collect()
}

/// A number of the range kept for fiction, 555-0100 to 555-0199, in the same format; an extension becomes another.
/// `None` for what is no number of the North American plan.
pub(super) fn phone(original: &str, draw: &mut Draw) -> Option<String> {
    let low = original.to_lowercase();
    let extension = ["ext", "x", "#"].iter().filter_map(|mark| low.find(mark)).min();
    let (main, rest) = original.split_at_checked(extension.unwrap_or(original.len()))?;
    if main.chars().any(char::is_alphabetic) {
        return None;
    }
    let count = main.chars().filter(|c| c.is_numeric()).count();
    let first = main.chars().find(|c| c.is_numeric());
    let line = format!("55501{:02}", draw.below(100));
    let mut area = String::new();
    // No area code ends in 11.
    while area.is_empty() || area.ends_with("11") {
        area = format!("{}{}{}", 2 + draw.below(8), draw.below(10), draw.below(10));
    }
    let main = match (count, first) {
        (7, _) => rewrite(main, &line),
        (10, _) => rewrite(main, &format!("{area}{line}")),
        (11, Some('1')) => rewrite(main, &format!("1{area}{line}")),
        // A pager or an extension of the house.
        (0..7, _) => shape(main, draw).unwrap_or_else(|| main.to_owned()),
        _ => return None,
    };
    let mut rest = rest.to_owned();
    if rest.chars().any(char::is_numeric) {
        rest = rest.chars().map(|c| if c.is_numeric() { draw.digit() } else { c }).collect();
    }
    Some(format!("{main}{rest}"))
}

/// A social security number of an area that is never issued (900 to 999, with a group that no taxpayer number has); other digits
/// where only some are written.
pub(super) fn ssn(original: &str, draw: &mut Draw) -> Option<String> {
    let count = original.chars().filter(|c| c.is_numeric()).count();
    if count != 9 {
        return shape(original, draw);
    }
    let (area, group, serial) = (900 + draw.below(100), 1 + draw.below(49), 1 + draw.below(9999));
    Some(rewrite(original, &format!("{area}{group:02}{serial:04}")))
}
