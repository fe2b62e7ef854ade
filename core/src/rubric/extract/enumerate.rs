//! What counts the items of a list where the mark alone does not say so: "B.", "IV.", "9c", "F2". A line is an item of such a
//! count only where another line near it carries on.

use crate::text::{Span, lines};

/// Where an item stands in its count: the count, and how far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Count {
    series: Series,
    ordinal: u32,
    /// The bytes that the label takes with its mark.
    len: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Series {
    /// "B."
    Letter,
    /// "IV."
    Roman,
    /// "F2", "F3", by the letter.
    Lettered(u8),
    /// "9b", "9c", by the number.
    Numbered(u32),
    /// "1-walk", with nothing between.
    Dashed,
}

/// How many lines away the item before or after may stand.
const REACH: usize = 6;
/// The last letter that counts: "S.", "O.", "A." and "P." are headings, and no two of them up to here are neighbours.
const LAST: u8 = b'N';
const ROMAN: [&str; 8] = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII"];

/// The bytes that the marker of each line takes: bullets and numbers by themselves, letters where a neighbour goes on.
pub(crate) fn markers(text: &str, all: &[Span]) -> Vec<usize> {
    let counts: Vec<Option<Count>> = all.iter().map(|line| count(line.of(text))).collect();
    let carried = |at: usize, own: Count| {
        let near = &counts[at.saturating_sub(REACH)..(at + REACH + 1).min(counts.len())];
        near.iter().flatten().any(|other| other.series == own.series && other.ordinal.abs_diff(own.ordinal) == 1)
    };
    all.iter()
        .enumerate()
        .map(|(at, line)| {
            let counted = counts[at].filter(|own| carried(at, *own)).map_or(0, |own| own.len);
            lines::list_marker(line.of(text)).max(counted)
        })
        .collect()
}

/// The letter that a marker counts by, as a number, if it is one: "F." is the sixth.
pub(crate) fn letter(marker: &str) -> Option<u32> {
    if marker.is_empty() {
        return None;
    }
    count(&format!("{marker} ")).filter(|count| count.series == Series::Letter).map(|count| count.ordinal)
}

fn count(line: &str) -> Option<Count> {
    let label = line.bytes().take(5).take_while(u8::is_ascii_alphanumeric).count();
    let (word, rest) = line.split_at_checked(label)?;
    if let Some(text) = rest.strip_prefix('-')
        && text.starts_with(char::is_alphabetic)
        && (1..=2).contains(&label)
        && let Ok(ordinal) = word.parse()
    {
        return Some(Count { series: Series::Dashed, ordinal, len: label + 1 });
    }
    let marked = rest.starts_with(['.', ')', ':']) && rest[1..].starts_with([' ', '\t']);
    let row = || rest.trim_start().starts_with('|');
    if !(marked || rest.starts_with([' ', '\t'])) || row() {
        return None;
    }
    let len = label + usize::from(marked);
    let ordinal = |digits: &str| digits.parse::<u32>().ok().filter(|_| digits.len() <= 2);
    let (series, ordinal) = match *word.as_bytes() {
        [letter @ b'A'..=LAST] if marked && letter != b'I' => (Series::Letter, u32::from(letter - b'A') + 1),
        // "G1" is a label of goals by itself.
        [letter, _, ..] if letter.is_ascii_uppercase() && letter != b'G' && ordinal(&word[1..]).is_some() => {
            (Series::Lettered(letter), ordinal(&word[1..])?)
        }
        [.., letter @ b'a'..=b'h'] if ordinal(&word[..label - 1]).is_some() => {
            (Series::Numbered(ordinal(&word[..label - 1])?), u32::from(letter - b'a') + 1)
        }
        _ if marked => {
            let lower = word.bytes().all(|byte| byte.is_ascii_lowercase());
            let at = ROMAN.iter().position(|roman| *roman == word || (lower && roman.eq_ignore_ascii_case(word)))?;
            (Series::Roman, u32::try_from(at).ok()? + 1)
        }
        _ => return None,
    };
    Some(Count { series, ordinal, len })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_counts_where_a_neighbour_goes_on() {
        for (text, expected) in [
            ("A. walk a mile\nB. climb stairs", vec![2, 2]),
            ("I.   sit\nII.  stand\n\nIII. walk", vec![2, 3, 0, 4]),
            ("i.   sit\nii.  stand", vec![2, 3]),
            ("9a  sit\n9b  stand", vec![2, 2]),
            ("F1 grip a trowel\nF2 tie a fly", vec![2, 2]),
            ("S. well\nO. walks\nA. better\nP. go on", vec![0, 0, 0, 0]),
            ("A. Lee, PT\nWalks 50 ft", vec![0, 0]),
            ("C. Ruiz, PT\nA. Lee, PT", vec![0, 0]),
            ("1. sit\n- stand", vec![2, 1]),
            ("1-walk a mile\n2-sit up\n3-step test", vec![2, 2, 2]),
            ("4-way hip with band", vec![0]),
            ("L1 | walk | 8 wk\nL2 | stand | 8 wk", vec![0, 0]),
            ("3d printed splint\n10 reps", vec![0, 0]),
        ] {
            let all: Vec<Span> = lines::lines(text).collect();
            assert_eq!(markers(text, &all), expected, "{text}");
        }
        assert_eq!((letter("F."), letter("b)"), letter("3.")), (Some(6), None, None));
    }
}
