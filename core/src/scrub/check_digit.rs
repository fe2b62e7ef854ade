//! Check digits: whether a number is whole, by the rule of whoever gives it out.

/// The digits of a value, its separators left out.
fn digits(value: &str) -> Vec<u32> {
    value.bytes().filter(u8::is_ascii_digit).map(|byte| u32::from(byte - b'0')).collect()
}

/// The sum of the Luhn formula (ISO/IEC 7812-1 annex B).
fn luhn_sum(digits: &[u32]) -> u32 {
    digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| match (place % 2, digit * 2) {
            (1, double) if double > 9 => double - 9,
            (1, double) => double,
            _ => digit,
        })
        .sum()
}

/// A check digit that follows the Luhn formula, at the end of a number of any length. All zeros do not count.
pub(crate) fn mod10(value: &str) -> bool {
    let digits = digits(value);
    digits.len() > 1 && digits.iter().any(|&d| d != 0) && luhn_sum(&digits).is_multiple_of(10)
}

/// Whether a number is right under the Verhoeff algorithm: the check digit is the last.
fn verhoeff(digits: &[u32]) -> bool {
    const PERMUTATION: [u32; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    // The multiplication of the symmetries of a pentagon, and the permutation that each place applies once more.
    let product = |a: u32, b: u32| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b - 5) % 5,
        (false, true) => 5 + (a - b) % 5,
        (false, false) => (5 + a - b) % 5,
    };
    let permuted = |digit: u32, times: usize| (0..times).fold(digit, |digit, _| PERMUTATION[digit as usize]);
    let sum = digits.iter().rev().enumerate().fold(0, |sum, (place, &digit)| product(sum, permuted(digit, place % 8)));
    sum == 0
}

/// The identifier of a SNOMED CT concept in its short form: six to nine digits, `00` before the last, which is a Verhoeff
/// check digit (SNOMED CT Release File Specifications, SNOMED CT Identifiers). Four in a thousand other numbers look so.
pub(crate) fn snomed(value: &str) -> bool {
    let digits = digits(value);
    (6..=9).contains(&digits.len())
        && digits.len() == value.len()
        && digits[0] != 0
        && digits[digits.len() - 3..digits.len() - 1] == [0, 0]
        && verhoeff(&digits)
}

/// Payment cards and IMEI: the Luhn formula over 13 to 19 digits. All zeros do not count.
pub(crate) fn luhn(value: &str) -> bool {
    let digits = digits(value);
    (13..=19).contains(&digits.len()) && digits.iter().any(|&d| d != 0) && luhn_sum(&digits).is_multiple_of(10)
}

/// National Provider Identifier: ten digits, the first 1 or 2, Luhn over the prefix 80840 and the number
/// (45 CFR 162.406; CMS, "Requirements for NPI and NPI check digit").
pub(crate) fn npi(value: &str) -> bool {
    let digits = digits(value);
    digits.len() == 10 && matches!(digits[0], 1 | 2) && (luhn_sum(&digits) + 24).is_multiple_of(10)
}

/// DEA registration: two letters (or a letter and 9) and seven digits, the last one the check digit.
pub(crate) fn dea(value: &str) -> bool {
    let value: Vec<u8> = value.bytes().filter(u8::is_ascii_alphanumeric).collect();
    if value.len() != 9 || !value[0].is_ascii_alphabetic() || !(value[1].is_ascii_alphabetic() || value[1] == b'9') {
        return false;
    }
    let d: Vec<u32> = value[2..].iter().filter(|b| b.is_ascii_digit()).map(|b| u32::from(b - b'0')).collect();
    d.len() == 7 && (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10 == d[6]
}

/// Vehicle identification number (49 CFR 565.15): 17 characters without I, O and Q, the ninth the check character.
pub(crate) fn vin(value: &str) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let bytes = value.to_ascii_uppercase().into_bytes();
    if bytes.len() != 17 {
        return false;
    }
    let mut sum = 0;
    for (byte, weight) in bytes.iter().zip(WEIGHTS) {
        let worth = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'H' => byte - b'A' + 1,
            b'J'..=b'N' => byte - b'J' + 1,
            b'P' => 7,
            b'R' => 9,
            b'S'..=b'Z' => byte - b'S' + 2,
            _ => return false,
        };
        sum += u32::from(worth) * weight;
    }
    let check = match bytes[8] {
        b'X' => 10,
        digit if digit.is_ascii_digit() => u32::from(digit - b'0'),
        _ => return false,
    };
    sum % 11 == check
}

/// Routing number of a bank in the United States: nine digits, weights 3, 7, 1 (ABA routing number policy).
pub(crate) fn aba(value: &str) -> bool {
    let digits = digits(value);
    let prefix = digits.first().zip(digits.get(1)).map_or(99, |(a, b)| a * 10 + b);
    let known = matches!(prefix, 0..=12 | 21..=32 | 61..=72 | 80);
    digits.len() == 9
        && known
        && digits.iter().zip([3, 7, 1].iter().cycle()).map(|(d, w)| d * w).sum::<u32>().is_multiple_of(10)
}

/// International bank account number: ISO 13616, remainder 1 modulo 97 (ISO 7064).
pub(crate) fn iban(value: &str) -> bool {
    let plain: Vec<u8> = value.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_uppercase()).collect();
    if !(15..=34).contains(&plain.len())
        || !plain[..2].iter().all(u8::is_ascii_uppercase)
        || !plain[2..4].iter().all(u8::is_ascii_digit)
    {
        return false;
    }
    let rest = plain[4..].iter().chain(&plain[..4]).fold(0_u32, |rest, &byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
    });
    rest == 1
}

/// GTIN-14 in a unique device identifier: GS1 weights 3 and 1 (GS1 General Specifications, 7.9).
pub(crate) fn gtin(value: &str) -> bool {
    let digits = digits(value);
    digits.len() == 14
        && digits
            .iter()
            .enumerate()
            .map(|(place, d)| d * if place % 2 == 0 { 3 } else { 1 })
            .sum::<u32>()
            .is_multiple_of(10)
}

/// Whether the area, group and serial of a social security number can exist (SSA, POMS RM 10201.030 and 10201.035).
pub(crate) fn ssn(value: &str) -> bool {
    let digits = digits(value);
    if digits.len() != 9 {
        return false;
    }
    let number = |range: std::ops::Range<usize>| digits[range].iter().fold(0, |n, d| n * 10 + d);
    let (area, group, serial) = (number(0..3), number(3..5), number(5..9));
    area != 0 && area != 666 && area < 900 && group != 0 && serial != 0
}

/// Individual taxpayer identification number: area 900 to 999, group 50 to 65, 70 to 88, 90 to 92, 94 to 99 (IRS).
pub(crate) fn itin(value: &str) -> bool {
    let digits = digits(value);
    digits.len() == 9 && digits[0] == 9 && matches!(digits[3] * 10 + digits[4], 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

/// Medicare beneficiary identifier: eleven characters, digits and letters by place, the letters without S, L, O, I, B and Z
/// (CMS, "Understanding the MBI format").
pub(crate) fn mbi(value: &str) -> bool {
    let value: Vec<u8> = value.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_uppercase()).collect();
    let letter = |byte: u8| byte.is_ascii_uppercase() && !b"SLOIBZ".contains(&byte);
    value.len() == 11
        && value.iter().zip(b"CAXNAXNAANN").all(|(&byte, form)| match form {
            b'C' => matches!(byte, b'1'..=b'9'),
            b'A' => letter(byte),
            b'N' => byte.is_ascii_digit(),
            _ => byte.is_ascii_digit() || letter(byte),
        })
}

/// NHS number: ten digits, weights 10 to 2, the last one the check digit modulo 11 (NHS Data Dictionary, "NHS NUMBER").
pub(crate) fn nhs(value: &str) -> bool {
    let digits = digits(value);
    let sum: u32 = digits.iter().zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    digits.len() == 10 && digits.iter().any(|&d| d != 0) && (11 - sum % 11) % 11 == digits[9]
}

/// Whether a number follows the North American Numbering Plan: area and exchange start with 2 to 9, neither is N11.
pub(crate) fn nanp(value: &str) -> bool {
    let digits = digits(value);
    let digits = match digits.as_slice() {
        [1, rest @ ..] if rest.len() >= 10 => rest,
        all => all,
    };
    digits.len() >= 10 && digits[0] >= 2 && digits[3] >= 2 && digits[1..3] != [1, 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_numbers_hold_and_a_changed_digit_does_not() {
        for (check, good, bad) in [
            (luhn as fn(&str) -> bool, "4111 1111 1111 1111", "4111 1111 1111 1112"),
            (luhn, "490154203237518", "490154203237519"),
            (mod10, "79927398713", "79927398714"),
            (mbi, "1EG4-TE5-MK73", "1EG4-TE5-MS73"),
            (nhs, "943 476 5919", "943 476 5918"),
            (npi, "1234567893", "1234567894"),
            (dea, "AP5836727", "AP5836728"),
            (vin, "1M8GDM9AXKP042788", "1M8GDM9A1KP042788"),
            (aba, "011000015", "011000016"),
            (iban, "GB82 WEST 1234 5698 7654 32", "GB83 WEST 1234 5698 7654 32"),
            (gtin, "00614141123452", "00614141123453"),
            (ssn, "219-09-9999", "000-12-3456"),
            (itin, "912-70-1234", "912-10-1234"),
            (nanp, "+1 (212) 555-0142", "(012) 555-0142"),
            (snomed, "73211009", "73211008"),
            (snomed, "266261006", "266261016"),
        ] {
            assert!(check(good), "{good}");
            assert!(!check(bad), "{bad}");
        }
    }

    #[test]
    fn odd_input_is_no_number() {
        for check in [luhn, mod10, mbi, nhs, npi, dea, vin, aba, iban, gtin, ssn, itin, nanp, snomed] {
            for value in ["", "-", "é", "1", "ééééééééééééééééé", "００００００００００"] {
                assert!(!check(value));
            }
        }
    }
}
