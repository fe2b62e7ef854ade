//! Codes and numbers of no public form: a digit for a digit, a letter for a letter of its case, all else as it is.

use super::Draw;
use crate::scrub::check_digit;

/// Check digits that an invented number must fail, so that it is nobody's.
const CHECKS: &[fn(&str) -> bool] =
    &[check_digit::luhn, check_digit::npi, check_digit::dea, check_digit::vin, check_digit::iban];

/// A code of the same shape; `None` for a value without letters and digits.
pub(super) fn invent(original: &str, draw: &mut Draw) -> Option<String> {
    let mut left = 50;
    loop {
        let invented = shape(original, draw)?;
        left -= 1;
        if left == 0 || CHECKS.iter().all(|passes| !passes(&invented)) {
            return Some(invented);
        }
    }
}

/// The same shape with other letters and digits; zeros at the start of a number stay, and what starts with none starts with none.
pub(super) fn shape(original: &str, draw: &mut Draw) -> Option<String> {
    let mut out = String::with_capacity(original.len());
    let mut leading = true;
    for character in original.chars() {
        match character {
            '0' if leading => out.push('0'),
            '0'..='9' if leading => {
                leading = false;
                out.push((b'1' + draw.below(9) as u8) as char);
            }
            '0'..='9' => out.push(draw.digit()),
            c if c.is_uppercase() => out.push((b'A' + draw.below(26) as u8) as char),
            c if c.is_alphabetic() => out.push((b'a' + draw.below(26) as u8) as char),
            c if c.is_numeric() => out.push(draw.digit()),
            c => {
                out.push(c);
                continue;
            }
        }
        leading &= character == '0';
    }
    out.chars().any(char::is_alphanumeric).then_some(out)
}
