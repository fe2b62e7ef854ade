//! Billing: units from minutes, and a claim against what a note documents.

mod claim;
mod codes;
mod review;
mod units;

pub use claim::{Claim, ClaimLine};
pub(crate) use codes::CodeTableFile;
pub use codes::{CodeTable, Threshold};
pub use review::{BillingResult, BillingRule, Documented, review_claim};
pub use units::{Allocation, CodeUnits, allocate_units, timed_units};
