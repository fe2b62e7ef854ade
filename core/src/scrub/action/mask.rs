//! `mask`: one mark for every character; white space stays, so that lines and columns keep their shape.

use super::Options;

/// Length of a mask that does not tell the length of what it hides.
const FIXED_LENGTH: usize = 8;

pub(super) fn apply(original: &str, options: Options, out: &mut String) {
    if !options.keep_length {
        out.extend(std::iter::repeat_n(options.mask_char, FIXED_LENGTH));
        return;
    }
    let count = original.chars().filter(|c| c.is_alphanumeric()).count();
    // A value must not stay whole because it is as short as what may stay of it.
    let kept = usize::from(options.keep_last).min(count / 2);
    let (mut seen, mut inside) = (0, false);
    for character in original.chars() {
        let starts = character.is_alphabetic() && !inside;
        inside = character.is_alphanumeric() || inside && matches!(character, '\'' | '’');
        seen += usize::from(character.is_alphanumeric());
        let last = character.is_alphanumeric() && seen > count - kept;
        let stays = character.is_whitespace() || last || options.initials && starts;
        out.push(if stays { character } else { options.mask_char });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(original: &str, options: Options) -> String {
        let mut out = String::new();
        apply(original, options, &mut out);
        out
    }

    #[test]
    fn what_may_stay_stays_and_no_more() {
        let last = Options { keep_last: 4, ..Options::default() };
        assert_eq!(mask("219-09-9999", last), "*******9999");
        assert_eq!(mask("4471", last), "**71");
        let initials = Options { initials: true, ..Options::default() };
        assert_eq!(mask("Rosalind O'Brien", initials), "R******* O******");
        assert_eq!(mask("a\nb", Options::default()), "*\n*");
        assert_eq!(mask("Rosalind", Options { keep_length: false, ..initials }), "********");
    }
}
