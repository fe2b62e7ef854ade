//! `tag`: the category in place of the value, such as `[NAME]`.

use crate::scrub::Finding;

pub(super) fn apply(finding: &Finding, out: &mut String) {
    out.push('[');
    out.extend(finding.category.as_str().chars().map(|c| c.to_ascii_uppercase()));
    out.push(']');
}
