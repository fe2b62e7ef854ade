//! What a loaded model is used for beside scrubbing: entities, labels, vectors and pairs of texts.

use std::ffi::c_char;

use chartguard::infer::{Classifier, Embedder, PairScorer, Tagger};
use chartguard::text::{Offsets, Span};

use crate::boundary::{Fault, access, free, object, perform, produce, text};
use crate::bytes::cg_bytes;
use crate::error::cg_error;
use crate::model::cg_model;
use crate::scorer::cg_scorer;
use crate::status::cg_status;

/// Finds entities with a token classification model. Immutable; any number of threads may use it at once.
pub struct cg_tagger(Tagger);

/// A tagger over a model. The model is shared, not taken: it stays the caller's and may be freed at any time afterwards.
///
/// On success `*out` is to be freed with cg_tagger_free. CG_STATUS_MODEL where the model is for another task. Any thread may call it.
///
/// # Safety
/// `model` is live; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_tagger_new(
    model: *const cg_model,
    out: *mut *mut cg_tagger,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe { produce(out, err, || Ok(cg_tagger(Tagger::new(object(model, "the model is NULL")?.0.clone())?))) }
}

/// The entities of a text, in its order and not overlapping, as JSON: `[{"start", "end", "code_points": {"start", "end"}, "label",
/// "score"}]`; `start` and `end` are bytes. The whole text goes through the model, in windows that overlap.
///
/// On success `*out` is to be read with cg_bytes_data and freed with cg_bytes_free. Any number of threads may share `tagger`.
///
/// # Safety
/// `tagger` is live; `text` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_tagger_tag(
    tagger: *const cg_tagger,
    text: *const c_char,
    len: usize,
    out: *mut *mut cg_bytes,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let tagger = object(tagger, "the tagger is NULL")?;
            let text = crate::boundary::text(text, len)?;
            let found = tagger.0.tag(text)?;
            let offsets = Offsets::new(text);
            let entity = |found: &chartguard::infer::Entity| {
                let Span { start, end, .. } = found.span;
                serde_json::json!({
                    "start": start,
                    "end": end,
                    "code_points": {"start": offsets.code_point(start), "end": offsets.code_point(end)},
                    "label": found.label,
                    "score": found.score,
                })
            };
            let found: Vec<_> = found.iter().map(entity).collect();
            Ok(cg_bytes::of(serde_json::json!(found).to_string()))
        })
    }
}

/// Frees a tagger. NULL is allowed. What it produced lives on.
///
/// # Safety
/// `tagger` is NULL or a live tagger, which nobody uses afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_tagger_free(tagger: *mut cg_tagger) {
    // SAFETY: promised by the caller.
    unsafe { free(tagger) }
}

/// Labels whole texts with a text classification model. Immutable; any number of threads may use it at once.
pub struct cg_classifier(pub(crate) Classifier);

/// A classifier over a model. As cg_tagger_new; to be freed with cg_classifier_free.
///
/// # Safety
/// As cg_tagger_new.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_classifier_new(
    model: *const cg_model,
    out: *mut *mut cg_classifier,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe { produce(out, err, || Ok(cg_classifier(Classifier::new(object(model, "the model is NULL")?.0.clone())?))) }
}

/// Every label of the model with its score, the surest first, as JSON: `[{"label", "score"}]`. Of a model that gives one label the scores
/// add up to 1; of one that may give several each stands for itself.
///
/// On success `*out` is to be read with cg_bytes_data and freed with cg_bytes_free. Any number of threads may share `classifier`.
///
/// # Safety
/// `classifier` is live; `text` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_classifier_classify(
    classifier: *const cg_classifier,
    text: *const c_char,
    len: usize,
    out: *mut *mut cg_bytes,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let found = object(classifier, "the classifier is NULL")?.0.classify(crate::boundary::text(text, len)?)?;
            Ok(cg_bytes::of(serde_json::json!(found).to_string()))
        })
    }
}

/// The labels that a text has, as cg_classifier_classify gives them: of a model that gives one label, the surest; of one that may give
/// several, those whose score reaches their threshold.
///
/// # Safety
/// As cg_classifier_classify.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_classifier_labels(
    classifier: *const cg_classifier,
    text: *const c_char,
    len: usize,
    out: *mut *mut cg_bytes,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let found = object(classifier, "the classifier is NULL")?.0.labels(crate::boundary::text(text, len)?)?;
            Ok(cg_bytes::of(serde_json::json!(found).to_string()))
        })
    }
}

/// Frees a classifier. NULL is allowed. What it produced lives on.
///
/// # Safety
/// `classifier` is NULL or a live classifier, which nobody uses afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_classifier_free(classifier: *mut cg_classifier) {
    // SAFETY: promised by the caller.
    unsafe { free(classifier) }
}

/// Gives vectors of texts, near each other where the texts mean the same. Immutable; any number of threads may use it at once.
pub struct cg_embedder(pub(crate) Embedder);

/// The vector of a text. Much of a text can be guessed from its vector: that of a note is to be guarded as the note is.
pub struct cg_vector(Vec<f32>);

/// An embedder over a model. As cg_tagger_new; to be freed with cg_embedder_free.
///
/// # Safety
/// As cg_tagger_new.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_embedder_new(
    model: *const cg_model,
    out: *mut *mut cg_embedder,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe { produce(out, err, || Ok(cg_embedder(Embedder::new(object(model, "the model is NULL")?.0.clone())?))) }
}

/// The vector of a text, of length one unless `chartguard.json` says otherwise; all of one embedder have as many components.
///
/// On success `*out` is to be read with cg_vector_data and freed with cg_vector_free. Any number of threads may share `embedder`.
///
/// # Safety
/// `embedder` is live; `text` is readable for `len` bytes; `out` is writable; `err` is writable or NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_embedder_embed(
    embedder: *const cg_embedder,
    text: *const c_char,
    len: usize,
    out: *mut *mut cg_vector,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let embedder = object(embedder, "the embedder is NULL")?;
            Ok(cg_vector(embedder.0.embed(crate::boundary::text(text, len)?)?))
        })
    }
}

/// Frees an embedder. NULL is allowed. What it produced lives on.
///
/// # Safety
/// `embedder` is NULL or a live embedder, which nobody uses afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_embedder_free(embedder: *mut cg_embedder) {
    // SAFETY: promised by the caller.
    unsafe { free(embedder) }
}

/// The first component. Borrowed from `vector`; NULL where that is NULL.
///
/// # Safety
/// `vector` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_vector_data(vector: *const cg_vector) -> *const f32 {
    // SAFETY: promised by the caller.
    access(std::ptr::null(), || unsafe { vector.as_ref() }.map_or(std::ptr::null(), |v| v.0.as_ptr()))
}

/// How many components there are.
///
/// # Safety
/// `vector` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_vector_len(vector: *const cg_vector) -> usize {
    // SAFETY: promised by the caller.
    access(0, || unsafe { vector.as_ref() }.map_or(0, |v| v.0.len()))
}

/// Frees a vector. NULL is allowed.
///
/// # Safety
/// `vector` is NULL or live, and nobody uses it afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_vector_free(vector: *mut cg_vector) {
    // SAFETY: promised by the caller.
    unsafe { free(vector) }
}

/// Says how well two texts go together, with a model that reads both at once. Immutable; any number of threads may use it at once.
pub struct cg_pair_scorer(PairScorer);

/// A scorer of pairs over a model. As cg_tagger_new; to be freed with cg_pair_scorer_free.
///
/// # Safety
/// As cg_tagger_new.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_pair_scorer_new(
    model: *const cg_model,
    out: *mut *mut cg_pair_scorer,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe { produce(out, err, || Ok(cg_pair_scorer(PairScorer::new(object(model, "the model is NULL")?.0.clone())?))) }
}

/// Writes to `*score` how well two texts go together, from 0 to 1; NaN where the call fails. CG_STATUS_INPUT where both together are longer
/// than the model takes: nothing is cut off. Any number of threads may share `scorer`.
///
/// # Safety
/// `scorer` is live; `first` is readable for `first_len` bytes and `second` for `second_len`; `score` is writable; `err` is writable or
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_pair_scorer_score(
    scorer: *const cg_pair_scorer,
    first: *const c_char,
    first_len: usize,
    second: *const c_char,
    second_len: usize,
    score: *mut f64,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        perform(err, || {
            let score = score.as_mut().ok_or(Fault::Argument("the place of the score is NULL"))?;
            *score = f64::NAN;
            let scorer = object(scorer, "the scorer of pairs is NULL")?;
            *score = f64::from(scorer.0.score(text(first, first_len)?, text(second, second_len)?)?);
            Ok(())
        })
    }
}

/// Frees a scorer of pairs. NULL is allowed.
///
/// # Safety
/// `scorer` is NULL or a live scorer of pairs, which nobody uses afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_pair_scorer_free(scorer: *mut cg_pair_scorer) {
    // SAFETY: promised by the caller.
    unsafe { free(scorer) }
}

/// The same scorer with a sentence model, for checks of the kind `similarity`, which are not assessable without. Scorer and embedder are
/// shared, not taken: both stay the caller's. On success `*out` is to be freed with cg_scorer_free.
///
/// # Safety
/// `scorer` and `embedder` are live; `out` is writable; `err` is writable or NULL. What a judge of `scorer` needs is good for both.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scorer_with_embedder(
    scorer: *const cg_scorer,
    embedder: *const cg_embedder,
    out: *mut *mut cg_scorer,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let scorer = object(scorer, "the scorer is NULL")?;
            let embedder = object(embedder, "the embedder is NULL")?;
            Ok(cg_scorer(scorer.0.clone().with_embedder(embedder.0.clone())?))
        })
    }
}

/// The same scorer with a classification model, for checks of the kind `classifier`, which are not assessable without. `name` is that by
/// which the rubric asks for it; (NULL, 0) is the model's own. CG_STATUS_RUBRIC names the criterion that asks it for a label it does not
/// have. Otherwise as cg_scorer_with_embedder.
///
/// # Safety
/// As cg_scorer_with_embedder; `name` is readable for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scorer_with_classifier(
    scorer: *const cg_scorer,
    name: *const c_char,
    len: usize,
    classifier: *const cg_classifier,
    out: *mut *mut cg_scorer,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let scorer = object(scorer, "the scorer is NULL")?;
            let classifier = &object(classifier, "the classifier is NULL")?.0;
            let name = match text(name, len)? {
                "" => classifier.model().name(),
                name => name,
            };
            Ok(cg_scorer(scorer.0.clone().with_classifier(name, classifier.clone())?))
        })
    }
}

/// The same scorer with a classification model that tells the type of a document where the caller does not say. CG_STATUS_MODEL where none
/// of its labels names one. Otherwise as cg_scorer_with_embedder.
///
/// # Safety
/// As cg_scorer_with_embedder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cg_scorer_with_document_classifier(
    scorer: *const cg_scorer,
    classifier: *const cg_classifier,
    out: *mut *mut cg_scorer,
    err: *mut *mut cg_error,
) -> cg_status {
    // SAFETY: promised by the caller.
    unsafe {
        produce(out, err, || {
            let scorer = object(scorer, "the scorer is NULL")?;
            let classifier = object(classifier, "the classifier is NULL")?;
            Ok(cg_scorer(scorer.0.clone().with_document_classifier(classifier.0.clone())?))
        })
    }
}
