//! `mask`: one mark for every character; white space stays, so that lines and columns keep their shape.

use super::Options;

/// Length of a mask that does not tell the length of what it hides.
const FIXED_LENGTH: usize = 8;

pub(super) fn apply(original: &str, options: Options, out: &mut String) {
    if options.keep_length {
        out.extend(original.chars().map(|c| if c.is_whitespace() { c } else { options.mask_char }));
    } else {
        out.extend(std::iter::repeat_n(options.mask_char, FIXED_LENGTH));
    }
}
