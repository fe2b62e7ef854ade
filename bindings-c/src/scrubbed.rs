//! A scrubbed note and what was removed from it.

use std::mem::offset_of;
use std::sync::OnceLock;

use chartguard::scrub::{Applied, Released, Scrubbed};
use chartguard::text::Offsets;
use chartguard::wire;

use crate::boundary::{Fault, access, free, perform};
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

/// What was found, where, and what was done to it. Later versions add members at the end alone.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct cg_finding {
    /// Set by the caller to sizeof(cg_finding), which is as much as the library writes; members that it does not know it leaves as they are.
    pub size: usize,
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

/// What a cg_finding took in the first version of the library, up to its last member then.
const FIRST_SIZE: usize = offset_of!(cg_finding, action) + size_of::<cg_str>();

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

/// Writes the finding at `index` (from 0, in the order of the text) to `*out`; its texts are borrowed from `scrubbed`. `out->size` is
/// sizeof(cg_finding), set by the caller. CG_STATUS_ARGUMENT, and nothing is written, when there is none, a pointer is NULL, or the size is
/// less than that of a cg_finding ever was.
///
/// # Safety
/// `scrubbed` is NULL or live; `out` is NULL or writable for as many bytes as its size says, and that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scrubbed_finding_at(
    scrubbed: *const cg_scrubbed,
    index: usize,
    out: *mut cg_finding,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        perform(std::ptr::null_mut(), || {
            // One that a batch or an outcome lends is no handle of its own, so nothing keeps count of it.
            let scrubbed = scrubbed.as_ref().ok_or(Fault::Argument("the scrubbed note is NULL"))?;
            if out.is_null() {
                return Err(Fault::Argument("the finding to be written is NULL"));
            }
            // Of what the caller has there, only the size need be set.
            let size = (&raw const (*out).size).read();
            if size < FIRST_SIZE {
                return Err(Fault::Argument("`size` is not set to sizeof(cg_finding)"));
            }
            let (Some(applied), Some((start_code_point, end_code_point))) =
                (scrubbed.findings.get(index), scrubbed.code_points.get(index))
            else {
                return Err(Fault::Argument("there is no finding of that index"));
            };
            let finding = &applied.finding;
            let found = cg_finding {
                size,
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
            (&raw const found).cast::<u8>().copy_to_nonoverlapping(out.cast(), size.min(size_of::<cg_finding>()));
            Ok(())
        })
    }
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
