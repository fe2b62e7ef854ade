//! `tag`: the category in place of the value, such as `[NAME]`, or `[NAME-2]` for the second entity of its category.

use std::fmt::Write;

use super::Worker;
use crate::scrub::Category;

/// The category in capitals.
pub(super) fn label(category: Category) -> String {
    category.as_str().to_ascii_uppercase()
}

/// The numbers whose tags of a category stand in a text.
pub(super) fn numbers(category: Category, text: &str) -> impl Iterator<Item = usize> {
    let open = format!("[{}-", label(category));
    let after: Vec<usize> = text.match_indices(&open).map(|(at, found)| at + found.len()).collect();
    after.into_iter().filter_map(move |at| {
        let rest = &text[at..];
        rest[..rest.find(']')?.min(12)].parse().ok()
    })
}

pub(super) fn apply(worker: &mut Worker<'_>, index: usize, out: &mut String) {
    let finding = &worker.findings[index];
    let (category, numbered) = (finding.category, worker.policy.category(finding.category).options.numbered);
    let name = category.as_str();
    out.reserve(name.len() + 2);
    out.push('[');
    let from = out.len();
    out.push_str(name);
    out[from..].make_ascii_uppercase();
    if numbered {
        let entity = worker.entity(index);
        let number = worker.number(category, entity);
        // Writing to a String cannot fail.
        let _ = write!(out, "-{number}");
    }
    out.push(']');
}
