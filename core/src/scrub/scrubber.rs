//! The scrubber: detectors and a policy, built once and shared.

use std::sync::Arc;

use rayon::prelude::*;

use super::action::{Memory, Secrets};
use super::apply::{self, Scrubbed};
use super::detect::{self, Detector, Learned, Note};
use super::lists::Lists;
use super::resolve::resolve;
use super::{Context, Finding, Patient, Policy, Stage, Stages, verify};
use crate::Key;
use crate::cancel::{Cancel, NEVER};
use crate::error::{Error, ErrorCode, Result};
use crate::guard::guard;
use crate::text::{self, Span, View};

/// Removes protected health information from notes under one policy.
///
/// Built once, then shared: it is immutable, `Send`, `Sync`, and cheap to clone.
///
/// ```
/// let scrubber = chartguard::Scrubber::new(chartguard::Policy::default())?;
/// let scrubbed = scrubber.scrub("Pt seen 03/14/2024, SSN 219-09-9999.")?;
/// assert_eq!(scrubbed.text, "Pt seen [DATE], SSN [SSN].");
/// # Ok::<(), chartguard::Error>(())
/// ```
#[derive(Clone)]
pub struct Scrubber {
    policy: Arc<Policy>,
    lists: Arc<Lists>,
    detectors: Arc<[Box<dyn Detector>]>,
    stages: Stages,
    secrets: Arc<Secrets>,
    verify: bool,
    max_bytes: usize,
    cancel: Cancel,
}

impl std::fmt::Debug for Scrubber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scrubber").field("policy", &self.policy.name()).finish_non_exhaustive()
    }
}

/// Sets up a [`Scrubber`]. `Debug` prints neither key nor seed.
#[derive(Clone, Default)]
pub struct ScrubberBuilder {
    policy: Policy,
    without_tagger: bool,
    without_verify: bool,
    stages: Stages,
    key: Option<Key>,
    seed: Option<u64>,
    max_bytes: Option<usize>,
    #[cfg(feature = "onnx")]
    models: Vec<crate::infer::Model>,
    #[cfg(feature = "onnx")]
    votes: Option<usize>,
}

impl std::fmt::Debug for ScrubberBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScrubberBuilder").field("policy", &self.policy.name()).finish_non_exhaustive()
    }
}

impl ScrubberBuilder {
    /// The policy; Safe Harbor unless said otherwise.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Adds a token classifier, whose findings join those of the built-in detectors.
    #[cfg(feature = "onnx")]
    #[must_use]
    pub fn model(mut self, model: crate::infer::Model) -> Self {
        self.models.push(model);
        self
    }

    /// How many of the added models must find something of a category in a place for their findings there to count; one, unless said
    /// otherwise.
    #[cfg(feature = "onnx")]
    #[must_use]
    pub fn votes(mut self, votes: usize) -> Self {
        self.votes = Some(votes);
        self
    }

    /// Whether the built-in tagger runs; it does unless said otherwise. Without feature `onnx` there is none.
    #[must_use]
    pub fn builtin_model(mut self, on: bool) -> Self {
        self.without_tagger = !on;
        self
    }

    /// Which stages of detection run; all of them unless said otherwise. This is for measuring what each adds (see
    /// `chartguard eval --ablation`): with fewer, more leaks.
    #[must_use]
    pub fn stages(mut self, stages: Stages) -> Self {
        self.stages = stages;
        self
    }

    /// The secret key of the operators that need one: `hash`, `encrypt`, `fpe`, `date_shift`, keyed surrogates.
    #[must_use]
    pub fn key(mut self, key: Key) -> Self {
        self.key = Some(key);
        self
    }

    /// The seed from which surrogates are drawn that are not keyed. Who knows it can tell which surrogates belong to which place
    /// of a note, not what stood there.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Whether [`Scrubber::scrub_for`] looks for the patient in what it is about to return, and returns an error in place of it
    /// if something is left; it does unless said otherwise.
    #[must_use]
    pub fn verify(mut self, on: bool) -> Self {
        self.without_verify = !on;
        self
    }

    /// How long a note or a message may be, in bytes; what is longer is refused before anything is done with it. Without a limit of the
    /// caller's, messages have one (1 GiB) and notes none: time and memory grow with the length alone. A stream holds little of a text at a time
    /// and may be of any length.
    #[must_use]
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = Some(bytes);
        self
    }

    /// The model a command line or a configuration names: `builtin`, `none`, or a model directory, which stands in for the
    /// built-in one.
    ///
    /// # Errors
    /// When the directory holds no model that can be loaded.
    pub fn model_named(self, name: &str) -> Result<Self> {
        match name {
            "builtin" => Ok(self.builtin_model(true)),
            "none" => Ok(self.builtin_model(false)),
            #[cfg(feature = "onnx")]
            directory => Ok(self.builtin_model(false).model(crate::infer::Model::load(directory)?)),
            #[cfg(not(feature = "onnx"))]
            _ => Err(Error::config("this build runs no models: build it with feature `onnx`")),
        }
    }

    /// As [`model_named`](Self::model_named) for several: directories stand in for the built-in model unless `builtin` is among the names.
    ///
    /// # Errors
    /// As [`model_named`](Self::model_named), and when `none` is not the only name.
    pub fn models_named<T: AsRef<str>>(self, names: &[T]) -> Result<Self> {
        if names.len() > 1 && names.iter().any(|name| name.as_ref() == "none") {
            return Err(Error::config("`none` is no model beside others"));
        }
        let builtin = names.iter().any(|name| name.as_ref() == "builtin");
        let named = names.iter().try_fold(self, |builder, name| builder.model_named(name.as_ref()))?;
        Ok(if builtin { named.builtin_model(true) } else { named })
    }

    /// Builds the scrubber.
    ///
    /// # Errors
    /// When a model is not a token classifier or its labels name no category, more votes are asked for than there are models, parts of the policy contradict each other or its
    /// regime, or an operator of it needs a key or a seed that was not given.
    pub fn build(self) -> Result<Scrubber> {
        #[allow(unused_mut, reason = "grows only with feature `onnx`")]
        let mut detectors = detect::detectors(self.stages)?;
        #[cfg(feature = "onnx")]
        if !self.without_tagger && self.stages.has(Stage::Tagger) {
            detectors.push(Box::new(detect::BuiltinTagger::new()?));
        }
        #[cfg(feature = "onnx")]
        if self.stages.has(Stage::Model) && (!self.models.is_empty() || self.votes.is_some()) {
            detectors.push(Box::new(detect::ModelDetector::new(self.models, self.votes.unwrap_or(1))?));
        }
        self.policy.check()?;
        if let Some(own) = self.policy.own_detectors() {
            detectors.push(Box::new(own));
        }
        let lists = Arc::new(Lists::new(&self.policy)?);
        let secrets = Secrets::new(self.key.as_ref(), self.seed);
        secrets.check(&self.policy)?;
        Ok(Scrubber {
            policy: Arc::new(self.policy),
            lists,
            detectors: detectors.into(),
            stages: self.stages,
            secrets: Arc::new(secrets),
            verify: !self.without_verify,
            max_bytes: self.max_bytes.unwrap_or(usize::MAX),
            cancel: NEVER.clone(),
        })
    }
}

impl Scrubber {
    /// A scrubber with the built-in detectors.
    ///
    /// # Errors
    /// As [`ScrubberBuilder::build`].
    pub fn new(policy: Policy) -> Result<Self> {
        Self::builder().policy(policy).build()
    }

    /// Sets up a scrubber.
    pub fn builder() -> ScrubberBuilder {
        ScrubberBuilder::default()
    }

    /// The keys of its operators.
    pub(super) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The same scrubber, whose calls, batches, messages and streams stop when `cancel` is set, or is due to be. It shares everything with this
    /// one, so there may be one for each call. See [`Cancel`].
    #[must_use]
    pub fn until(&self, cancel: &Cancel) -> Self {
        Self { cancel: cancel.clone(), ..self.clone() }
    }

    /// The token that stops it.
    pub(crate) fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// The policy it works under.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What would be removed from `text`: disjoint, in order, spans in UTF-8 bytes of `text`.
    ///
    /// # Errors
    /// When a detector could not search the whole text.
    pub fn find(&self, text: &str) -> Result<Vec<Finding>> {
        guard(ErrorCode::Panic, "a note was searched", || self.search(text, &[], |_| {}))
    }

    /// [`find`](Self::find) with what is known of the patient: each mention is found with a score of 1 by detector `patient`.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    pub fn find_for(&self, text: &str, patient: &Patient) -> Result<Vec<Finding>> {
        guard(ErrorCode::Panic, "a note was searched", || self.search(text, &[patient], |_| {}))
    }

    /// Calls `passed` with the name of each stage when it is over.
    fn search(&self, text: &str, patients: &[&Patient], mut passed: impl FnMut(&'static str)) -> Result<Vec<Finding>> {
        let (Candidates(findings), _) = self.detect(text, patients, &Learned::default(), &mut passed)?;
        let findings = self.settle(text, findings);
        passed("policy and resolve");
        Ok(findings)
    }

    /// Everything that the detectors saw in `text`, whatever the policy: the costly part of [`find`](Self::find), to be
    /// [decided](Self::decide) under one policy after another.
    ///
    /// ```
    /// use chartguard::{Category, Policy, Scrubber};
    /// let scrubber = Scrubber::new(Policy::default())?;
    /// let text = "Seen 03/14/2024, SSN 219-09-9999.";
    /// let candidates = scrubber.candidates(text)?;
    /// assert_eq!(scrubber.decide(text, &candidates), scrubber.find(text)?);
    /// let dates_stay = scrubber.with_policy(Policy::builtin("limited-data-set")?)?;
    /// assert!(dates_stay.decide(text, &candidates).iter().all(|f| f.category != Category::Date));
    /// # Ok::<(), chartguard::Error>(())
    /// ```
    ///
    /// # Errors
    /// When a detector could not search the whole text.
    pub fn candidates(&self, text: &str) -> Result<Candidates> {
        let none = Learned::default();
        guard(ErrorCode::Panic, "a note was searched", || Ok(self.detect(text, &[], &none, |_| {})?.0))
    }

    /// What would be removed of `candidates`, which are those of the same `text`: as [`find`](Self::find).
    pub fn decide(&self, text: &str, candidates: &Candidates) -> Vec<Finding> {
        self.settle(text, candidates.0.clone())
    }

    /// The note with what is removed of `candidates`, which are those of the same `text`: as [`scrub_with`](Self::scrub_with), without
    /// detecting anew.
    ///
    /// # Errors
    /// As [`scrub_with`](Self::scrub_with).
    pub fn rewrite(&self, text: &str, candidates: &Candidates, context: &Context) -> Result<Scrubbed> {
        guard(ErrorCode::Panic, "a note was scrubbed", || {
            let findings = self.settle(text, candidates.0.clone());
            apply::apply(text, findings, &self.work(context))
        })
    }

    /// The same detectors under another policy, without loading anything anew.
    ///
    /// # Errors
    /// When an entry of the policy's lists is too long, its parts contradict each other or its regime, or it needs a key or a seed
    /// that this scrubber does not have.
    pub fn with_policy(&self, policy: Policy) -> Result<Self> {
        policy.check()?;
        self.secrets.check(&policy)?;
        let lists = Arc::new(Lists::new(&policy)?);
        Ok(Self { policy: Arc::new(policy), lists, ..self.clone() })
    }

    /// Searches `text`; `before` is what was learned from a text before it, and what was learned from this one is given back, with places
    /// in bytes of it. Calls `passed` with the name of each stage when it is over.
    pub(super) fn detect(
        &self,
        text: &str,
        patients: &[&Patient],
        before: &Learned,
        mut passed: impl FnMut(&'static str),
    ) -> Result<(Candidates, Learned)> {
        let cancel = &self.cancel;
        cancel.check()?;
        self.takes(text.len())?;
        let view = View::joined(text);
        let plain = view.as_str();
        passed("view");
        cancel.check()?;
        let tokens = text::tokens(plain);
        passed("tokens");
        cancel.check()?;
        let note = Note { text: plain, tokens: &tokens, cancel };
        let mut findings = Vec::with_capacity(16 + text.len() / 32);
        for detector in self.detectors.iter() {
            detector.detect(&note, &mut findings)?;
            // One that ended early did not find everything.
            cancel.check()?;
            passed(detector.stage());
        }
        detect::groups::complete(&note, &mut findings);
        if self.detectors.iter().any(|detector| detector.stage() == "tagger") {
            detect::opinion::weigh(&mut findings);
        }
        // Before the repetitions, which learn from it.
        if self.stages.has(Stage::Patient) && !patients.is_empty() {
            for patient in patients {
                patient.detect(&note, &mut findings);
                cancel.check()?;
            }
            passed("patient");
        }
        let mut learned = Learned::default();
        if self.stages.has(Stage::Consistency) {
            learned = detect::extend(&note, &mut findings, before);
        }
        cancel.check()?;
        passed("consistency");
        if self.policy.strict() {
            detect::strict::extend(&note, &mut findings, |finding| self.policy.settles(finding));
        }
        cancel.check()?;
        passed("strict");
        for finding in &mut findings {
            finding.span = view.to_source(finding.span);
            if text.get(finding.span.range()).is_none() {
                return Err(Error::internal(format!("detector {} left the character grid", finding.detector)));
            }
        }
        Ok((Candidates(findings), learned.moved(|at| view.to_source(Span::new(at, at)).start)))
    }

    /// [`find_for`](Self::find_for) with what is known of several people.
    pub(crate) fn find_among(&self, text: &str, patients: &[&Patient]) -> Result<Vec<Finding>> {
        self.search(text, patients, |_| {})
    }

    /// What the policy removes of the mentions of people that leave no doubt, disjoint and in order; nothing else is looked for.
    pub(crate) fn find_exact(&self, text: &str, patients: &[&Patient]) -> Result<Vec<Finding>> {
        let tokens = text::tokens(text);
        let note = Note { text, tokens: &tokens, cancel: &self.cancel };
        let mut found = Vec::new();
        for patient in patients {
            patient.detect_exact(&note, &mut found);
            self.cancel.check()?;
        }
        Ok(self.settle(text, found))
    }

    /// Whether the policy removes a finding of a category and kind that leaves no doubt.
    pub(crate) fn removes(&self, finding: &Finding) -> bool {
        self.policy.removes(finding)
    }

    /// The text with `findings`, which are disjoint and in order, removed as the policy says, each of its parts in the context of its own: together
    /// they are all of the text. People are searched for in what comes out of each part of the text that was searched for them.
    pub(crate) fn rewrite_found(
        &self,
        text: &str,
        mut findings: Vec<Finding>,
        parts: &[(Span, Context)],
        searched: &[(Vec<&Patient>, Vec<Span>)],
    ) -> Result<Scrubbed> {
        let scrubbed = if let [(_, context)] = parts {
            apply::apply(text, findings, &self.work(context))?
        } else {
            let mut memory = Memory::default();
            memory.see(text, &findings, &self.policy);
            let mut pieces = Vec::with_capacity(parts.len());
            for (part, context) in parts {
                let rest = findings.split_off(findings.partition_point(|finding| finding.span.start < part.end));
                let (piece, left) = self.rewrite_part(text, *part, findings, context, memory)?;
                pieces.push(piece);
                (findings, memory) = (rest, left);
            }
            Scrubbed::joined(&pieces)
        };
        for (people, parts) in searched.iter().filter(|(people, _)| self.verify && !people.is_empty()) {
            verify::verify_parts(&scrubbed, people, &self.policy, &self.cancel, parts)?;
        }
        Ok(scrubbed)
    }

    /// [`apply::apply_part`] under this policy.
    pub(super) fn rewrite_part(
        &self,
        text: &str,
        part: Span,
        findings: Vec<Finding>,
        context: &Context,
        memory: Memory,
    ) -> Result<(Scrubbed, Memory)> {
        apply::apply_part(text, part, findings, &self.work(context), memory)
    }

    /// Looks for `patient` in what pieces of one output come to together, if that is asked for.
    pub(super) fn verify_all(&self, pieces: &[Scrubbed], patient: &Patient) -> Result<()> {
        if self.verify {
            verify::verify(&Scrubbed::joined(pieces), patient, &self.policy, &self.cancel)
        } else {
            Ok(())
        }
    }

    /// Refuses what is too long.
    pub(crate) fn takes(&self, bytes: usize) -> Result<()> {
        if bytes > self.max_bytes {
            return Err(Error::input(format!("{bytes} bytes are more than the {} of `max_bytes`", self.max_bytes)));
        }
        Ok(())
    }

    /// Under what a text is rewritten.
    fn work<'a>(&'a self, context: &'a Context) -> apply::Work<'a> {
        apply::Work { policy: &self.policy, secrets: &self.secrets, context, cancel: &self.cancel }
    }

    fn settle(&self, text: &str, mut findings: Vec<Finding>) -> Vec<Finding> {
        findings.retain(|finding| self.policy.removes(finding));
        if self.stages.has(Stage::Policy) {
            self.lists.apply(text, &mut findings);
        }
        resolve(findings)
    }

    /// The note without its protected health information.
    ///
    /// # Errors
    /// When the text could not be searched completely: there is then no output at all, never the original.
    pub fn scrub(&self, text: &str) -> Result<Scrubbed> {
        self.scrub_with(text, &Context::default())
    }

    /// [`scrub`](Self::scrub) with what is known of the note: whose it is, which it is, when it was written.
    ///
    /// ```
    /// use chartguard::{Context, Key, Policy, Scrubber};
    /// let key = Key::parse("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")?;
    /// let policy = Policy::from_yaml("categories: {date: {operator: date_shift}, name: {operator: surrogate, keyed: true}}")?;
    /// let scrubber = Scrubber::builder().policy(policy).builtin_model(false).key(key).build()?;
    /// let patient = Context::new().patient_id("4471203");
    /// let first = scrubber.scrub_with("Dr. Achterberg, 03/14/2024", &patient)?.text;
    /// let second = scrubber.scrub_with("Dr. ACHTERBERG, 03/14/2024", &patient)?.text;
    /// assert_eq!(first.to_uppercase(), second.to_uppercase());
    /// # Ok::<(), chartguard::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`scrub`](Self::scrub), and when an operator cannot work on a value and the policy says that this is an error, or a date
    /// would leave the calendar.
    pub fn scrub_with(&self, text: &str, context: &Context) -> Result<Scrubbed> {
        self.scrub_in_stages(text, context, |_| {})
    }

    /// [`scrub`](Self::scrub) with what is known of the patient: every mention goes, as far as the policy removes its category,
    /// whatever an allow list says.
    ///
    /// The output is then searched for the patient once more ([`ScrubberBuilder::verify`]).
    ///
    /// # Errors
    /// As [`scrub`](Self::scrub), and when the output still names the patient: the error says where, in bytes of the input, and
    /// what, by category, and nothing is returned.
    pub fn scrub_for(&self, text: &str, patient: &Patient) -> Result<Scrubbed> {
        self.scrub_with(text, &Context::new().patient(patient.clone()))
    }

    /// [`scrub`](Self::scrub) for who measures it: calls `passed` with the name of each stage when it is over.
    #[doc(hidden)]
    pub fn scrub_in_stages(
        &self,
        text: &str,
        context: &Context,
        mut passed: impl FnMut(&'static str),
    ) -> Result<Scrubbed> {
        guard(ErrorCode::Panic, "a note was scrubbed", || {
            let known: Vec<&Patient> = context.known().into_iter().collect();
            let findings = self.search(text, &known, &mut passed)?;
            let scrubbed = apply::apply(text, findings, &self.work(context))?;
            if self.verify
                && let Some(patient) = context.known()
            {
                verify::verify(&scrubbed, patient, &self.policy, &self.cancel)?;
            }
            passed("apply");
            Ok(scrubbed)
        })
    }

    /// Scrubs many notes on the current rayon pool, results in the order of the notes; the same as one call each.
    pub fn scrub_batch<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Vec<Result<Scrubbed>> {
        texts.par_iter().map(|text| self.scrub(text.as_ref())).collect()
    }

    /// As [`scrub_batch`](Self::scrub_batch), each note with what is known of it.
    pub fn scrub_batch_with<T: AsRef<str> + Sync>(&self, notes: &[(T, Context)]) -> Vec<Result<Scrubbed>> {
        notes.par_iter().map(|(text, context)| self.scrub_with(text.as_ref(), context)).collect()
    }
}

/// What the detectors saw in one text, before a policy decided: in no order, overlapping, with every score.
#[derive(Debug, Clone)]
pub struct Candidates(Vec<Finding>);

impl Candidates {
    /// Each of them; spans in UTF-8 bytes of the text.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.0.iter()
    }
}
