//! `remove`: nothing in place of the value.

pub(super) fn apply() {}
