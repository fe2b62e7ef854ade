//! A scrubbed note and what was removed from it.

use std::sync::OnceLock;

use chartguard::scrub::{Applied, Released, Scrubbed};
use chartguard::text::Offsets;
use chartguard::wire;

use crate::boundary::{access, free};
use crate::status::cg_status;
use crate::text::cg_str;

/// A scrubbed note and what was removed from it.
pub struct cg_scrubbed {
    text: String,
    findings: Vec<Applied>,
    /// Start and end of each finding in code points of the input.
    code_points: Vec<(usize, usize)>,
    findings_json: String,
    /// Byte offsets that reasons name, each with its code point, in order.
    edges: Vec<(usize, usize)>,
    /// Written when first asked for.
    explained_json: OnceLock<String>,
}

/// What was found, where, and what was done to it.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct cg_finding {
    /// First byte in the input text.
    pub start: usize,
    /// One past the last byte in the input text.
    pub end: usize,
    /// First code point in the input text.
    pub start_code_point: usize,
    /// One past the last code point in the input text.
    pub end_code_point: usize,
    /// First byte of the replacement in the scrubbed text.
    pub output_start: usize,
    /// One past the last byte of the replacement in the scrubbed text.
    pub output_end: usize,
    /// What it is: a cg_category.
    pub category: u32,
    /// How sure, from 0 to 1.
    pub score: f32,
    /// The detector that was surest, such as "ssn.dashed".
    pub detector: cg_str,
    /// What was done: "tag", "mask", "surrogate" and so on.
    pub action: cg_str,
}

impl cg_scrubbed {
    pub(crate) fn new(note: &str, scrubbed: Scrubbed) -> Self {
        let offsets = Offsets::new(note);
        Self::with(scrubbed.text, scrubbed.findings, |byte| offsets.code_point(byte))
    }

    /// What left a stream.
    pub(crate) fn released(mut released: Released) -> Self {
        let (text, findings) = (std::mem::take(&mut released.text), std::mem::take(&mut released.findings));
        Self::with(text, findings, |byte| released.code_point(byte))
    }

    fn with(text: String, findings: Vec<Applied>, code_point: impl Fn(usize) -> usize) -> Self {
        let own = findings.iter().map(|f| f.finding.span);
        let code_points = own.clone().map(|span| (code_point(span.start), code_point(span.end))).collect();
        let findings_json = wire::findings_with(&findings, &code_point).to_string();
        let also = findings.iter().flat_map(|f| f.finding.also.iter().map(|reason| reason.span));
        let mut edges: Vec<(usize, usize)> =
            own.chain(also).flat_map(|span| [span.start, span.end]).map(|byte| (byte, code_point(byte))).collect();
        edges.sort_unstable();
        edges.dedup();
        Self { text, findings, code_points, findings_json, edges, explained_json: OnceLock::new() }
    }

    fn explained_json(&self) -> &str {
        self.explained_json.get_or_init(|| {
            let known = |byte| self.edges.binary_search_by_key(&byte, |edge| edge.0);
            wire::explained_with(&self.findings, |byte| known(byte).map_or(0, |at| self.edges[at].1)).to_string()
        })
    }
}

/// The text that may be shared. Borrowed from `scrubbed`.
///
/// # Safety
/// `scrubbed` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scrubbed_text(scrubbed: *const cg_scrubbed) -> cg_str {
    // SAFETY: promised by the caller.
    access(cg_str::NONE, || unsafe { scrubbed.as_ref() }.map_or(cg_str::NONE, |s| cg_str::new(&s.text)))
}

/// How many findings there are; 0 for NULL.
///
/// # Safety
/// `scrubbed` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scrubbed_finding_count(scrubbed: *const cg_scrubbed) -> usize {
    // SAFETY: promised by the caller.
    access(0, || unsafe { scrubbed.as_ref() }.map_or(0, |s| s.findings.len()))
}

/// Writes the finding at `index` (from 0, in the order of the text) to `*out`; its texts are borrowed from `scrubbed`.
/// CG_STATUS_ARGUMENT, and nothing is written, when there is none or a pointer is NULL.
///
/// # Safety
/// `scrubbed` is NULL or live; `out` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scrubbed_finding_at(
    scrubbed: *const cg_scrubbed,
    index: usize,
    out: *mut cg_finding,
) -> cg_status {
    access(cg_status::Panic, || {
        // SAFETY: promised by the caller.
        let (Some(scrubbed), Some(out)) = (unsafe { scrubbed.as_ref() }, unsafe { out.as_mut() }) else {
            return cg_status::Argument;
        };
        let (Some(applied), Some((start_code_point, end_code_point))) =
            (scrubbed.findings.get(index), scrubbed.code_points.get(index))
        else {
            return cg_status::Argument;
        };
        let finding = &applied.finding;
        *out = cg_finding {
            start: finding.span.start,
            end: finding.span.end,
            start_code_point: *start_code_point,
            end_code_point: *end_code_point,
            output_start: applied.output.start,
            output_end: applied.output.end,
            category: u32::from(finding.category.number()),
            score: finding.score,
            detector: cg_str::new(&finding.detector),
            action: cg_str::new(applied.action.as_str()),
        };
        cg_status::Ok
    })
}

/// The findings as JSON, `[{"start","end","category","score","detector","action"}]`, offsets in code points of the input:
/// the same bytes as from the command line. Borrowed from `scrubbed`.
///
/// # Safety
/// `scrubbed` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scrubbed_findings_json(scrubbed: *const cg_scrubbed) -> cg_str {
    // SAFETY: promised by the caller.
    access(cg_str::NONE, || unsafe { scrubbed.as_ref() }.map_or(cg_str::NONE, |s| cg_str::new(&s.findings_json)))
}

/// The findings as JSON with why each was made: as cg_scrubbed_findings_json, with
/// `"reasons":[{"detector","rule","score","category","start","end"}]` added to each. A rule is a short id such as "cue:mrn",
/// "validator:npi" or "title"; nothing repeats the note. The first reason is of the detector that was surest, the others of
/// what was merged into the finding. Written when first asked for; borrowed from `scrubbed`.
///
/// # Safety
/// `scrubbed` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scrubbed_explained_json(scrubbed: *const cg_scrubbed) -> cg_str {
    // SAFETY: promised by the caller.
    access(cg_str::NONE, || unsafe { scrubbed.as_ref() }.map_or(cg_str::NONE, |s| cg_str::new(s.explained_json())))
}

/// Frees a scrubbed note, and with it every text borrowed from it. NULL is allowed.
///
/// # Safety
/// `scrubbed` is NULL or live, and nobody uses it afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scrubbed_free(scrubbed: *mut cg_scrubbed) {
    // SAFETY: promised by the caller.
    unsafe { free(scrubbed) }
}
