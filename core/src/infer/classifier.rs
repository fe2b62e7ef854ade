//! Labels whole texts with a classification model, however long they are.

use serde::{Deserialize, Serialize};

use super::tract::Logits;
use super::{Model, Task, batch};
use crate::error::{Error, Result};

/// What encoders are trained with.
const WINDOW: usize = 512;

/// A label of a text, and how sure the model is of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Label {
    /// The model's label.
    pub label: String,
    /// From 0 to 1. Of a model that gives one label the scores of all labels add up to 1; of one that may give several each stands for
    /// itself.
    pub score: f32,
}

/// Labels whole texts; cheap to clone, shared between threads.
///
/// A text that is longer than the model's window is read in windows that overlap. Of a model that gives one label, the labels' mean
/// logits count, each window's by the pieces that it decides; of one that may give several (`problem_type` or `multi_label`), the
/// surest window of each label: what holds of a part of a text holds of the text.
///
/// ```no_run
/// use chartguard::infer::{Classifier, Model};
///
/// let classifier = Classifier::new(Model::load("models/note-type")?)?;
/// let labels = classifier.classify("PT daily note. Gait training 15 min.")?;
/// println!("{} {:.2}", labels[0].label, labels[0].score);
/// # Ok::<(), chartguard::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Classifier {
    model: Model,
    window: (usize, usize),
}

impl Classifier {
    /// A classifier with windows of up to 512 tokens, a quarter of each shared with the next, unless `chartguard.json` says otherwise.
    ///
    /// # Errors
    /// When the model does another [`Task`], or does not take such windows.
    pub fn new(model: Model) -> Result<Self> {
        model.expect(Task::TextClassification)?;
        let window = model.0.window(WINDOW)?;
        Ok(Self { model, window })
    }

    /// The model it runs.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Whether a text may have several labels.
    pub fn is_multi_label(&self) -> bool {
        self.model.0.multi_label
    }

    /// Every label with its score, the surest first; labels that score the same in the model's order.
    ///
    /// # Errors
    /// When the model fails, gives something that is no number, or part of the text could not be shown to it.
    pub fn classify(&self, text: &str) -> Result<Vec<Label>> {
        self.model.measured(|| {
            let labels = self.model.labels();
            let mut sums = vec![0.0_f64; labels.len()];
            let mut weights = 0.0_f64;
            let mut most = vec![0.0_f32; labels.len()];
            self.model.0.pass(text, self.window, |seen| {
                let weight = seen.decided.len().max(1) as f64;
                weights += weight;
                for (index, logit) in one_row(&seen.rows)?.enumerate() {
                    sums[index] += f64::from(logit) * weight;
                    most[index] = most[index].max(sigmoid(logit));
                }
                Ok(())
            })?;
            let scores = if self.is_multi_label() {
                most
            } else {
                let mean: Vec<f64> = sums.iter().map(|sum| sum / weights).collect();
                let highest = mean.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let powers: Vec<f64> = mean.iter().map(|logit| (logit - highest).exp()).collect();
                let total: f64 = powers.iter().sum();
                powers.iter().map(|power| (power / total) as f32).collect()
            };
            let mut out: Vec<Label> =
                labels.iter().zip(scores).map(|(label, score)| Label { label: label.clone(), score }).collect();
            out.sort_by(|a, b| b.score.total_cmp(&a.score));
            Ok(out)
        })
    }

    /// The labels of a text: of a model that gives one label, the surest; of one that may give several, those whose score reaches their
    /// threshold in `chartguard.json`, one half where it gives none.
    ///
    /// # Errors
    /// As [`classify`](Self::classify).
    pub fn labels(&self, text: &str) -> Result<Vec<Label>> {
        let mut all = self.classify(text)?;
        if self.is_multi_label() {
            all.retain(|found| found.score >= self.model.threshold(&found.label).unwrap_or(0.5));
        } else {
            all.truncate(1);
        }
        Ok(all)
    }

    /// [`classify`](Self::classify) for many texts on the current rayon pool, results in the order of the texts.
    pub fn classify_batch<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Vec<Result<Vec<Label>>> {
        batch(texts, |text| self.classify(text))
    }
}

/// The output for a whole text, checked.
pub(super) fn one_row(rows: &Logits) -> Result<impl Iterator<Item = f32>> {
    if rows.iter().any(|value| !value.is_finite()) {
        return Err(Error::inference("the model gave a value that is not a finite number"));
    }
    Ok(rows.row(0).into_iter().copied().collect::<Vec<_>>().into_iter())
}

pub(super) fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}
