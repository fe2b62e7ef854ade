//! `keep`: the value as it is.

pub(super) fn apply(original: &str, out: &mut String) {
    out.push_str(original);
}
