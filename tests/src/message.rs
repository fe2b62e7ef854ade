//! What must hold whatever bytes are handed in as a message: the fuzz targets (`tests/fuzz`) try it on bytes of their own, and the tests on
//! all that ever broke it (`tests/cases/fuzz`).

use std::sync::LazyLock;

use chartguard::{Category, Context, ErrorCode, Format, Key, Policy, Scrubber, restore_message};

/// Values of the seeds that no error may repeat.
const PLANTED: [&str; 3] = ["Achterberg", "Quackenbush", "219-09-9999"];

/// Scrubs `bytes` as a message of `format`.
///
/// # Panics
/// When there was a panic within, an error repeats a planted value, a finding lies outside the message, bytes that no finding touches were
/// changed, or the output is no message of the format any more.
pub fn holds(bytes: &[u8], format: Format) {
    // What names the patient after all is an error on purpose; here an error of that kind is a defect.
    static SCRUBBER: LazyLock<Scrubber> =
        LazyLock::new(|| Scrubber::builder().builtin_model(false).verify(false).build().expect("it is the default"));
    let scrubbed = match SCRUBBER.scrub_message(bytes, format, &Context::default()) {
        Ok(scrubbed) => scrubbed,
        Err(error) => {
            assert!(error.code() != ErrorCode::Internal, "{error}");
            let said = format!("{error} {error:?}");
            assert!(PLANTED.iter().all(|value| !said.contains(value)), "an error repeats the message");
            return;
        }
    };
    let mut findings: Vec<(usize, usize)> = Vec::new();
    for found in &scrubbed.findings {
        let span = found.applied.finding.span;
        assert!(span.start <= span.end && span.end <= bytes.len(), "a finding lies outside: {span:?}");
        findings.push((span.start, span.end));
    }
    if scrubbed.findings.is_empty() && format != Format::Fhir {
        assert!(scrubbed.bytes == bytes, "nothing was found, and yet something was changed");
    }
    // Members of FHIR go with their commas and keys, and a document's identifiers in C-CDA; elsewhere the rest stays as it is.
    if matches!(format, Format::Hl7 | Format::Rtf | Format::Html | Format::Text) {
        untouched(bytes, &scrubbed.bytes, findings);
    }
    let again = SCRUBBER.scrub_message(&scrubbed.bytes, format, &Context::default());
    // What is refused for what would be written was read.
    if let Err(error) = again {
        assert!(error.message().contains("begins with the mark of UTF-16"), "the output cannot be read: {error}");
    }
    comes_back(bytes, format);
}

/// Where every operator has a way back, so has the message.
fn comes_back(bytes: &[u8], format: Format) {
    static KEY: LazyLock<Key> =
        LazyLock::new(|| Key::from_bytes(b"thirty-two bytes of a test's key").expect("it has 32 bytes"));
    static SCRUBBER: LazyLock<Scrubber> = LazyLock::new(|| {
        let lines: Vec<String> = Category::ALL.iter().map(|c| format!("{c}: {{operator: encrypt}}")).collect();
        let policy = Policy::from_yaml(&format!("categories: {{{}}}", lines.join(", "))).expect("it is a policy");
        let builder = Scrubber::builder().policy(policy).key(KEY.clone());
        builder.builtin_model(false).verify(false).build().expect("it builds")
    });
    // What looks like a token of ours could be one of another key.
    if bytes.windows(5).any(|window| window == b":cg1_") {
        return;
    }
    match SCRUBBER.scrub_message(bytes, format, &Context::default()) {
        Ok(scrubbed) => {
            assert!(restore_message(&scrubbed.bytes, &KEY).is_ok_and(|back| back == bytes), "it does not come back");
        }
        Err(error) => assert!(error.code() != ErrorCode::Internal, "{error}"),
    }
}

/// Every stretch of `input` between findings stands in `output`, in order.
fn untouched(input: &[u8], output: &[u8], mut findings: Vec<(usize, usize)>) {
    findings.sort_unstable();
    findings.push((input.len(), input.len()));
    let (mut from, mut at) = (0, 0);
    for (start, end) in findings {
        if start > from {
            let stretch = &input[from..start];
            let place = output[at..].windows(stretch.len()).position(|window| window == stretch);
            at += place.unwrap_or_else(|| panic!("bytes {from}..{start} were changed")) + stretch.len();
        }
        from = from.max(end);
    }
}
