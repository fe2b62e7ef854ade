//! Ranks passages by meaning: the cosine between the vectors that a model of the caller's makes of query and passage.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Which model made the vectors of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelIdentity {
    /// The model's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of its weights, in hexadecimal digits.
    pub sha256: String,
}

impl std::fmt::Display for ModelIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} (sha256 {:.12})", self.name, self.version, self.sha256)
    }
}

/// Makes vectors of texts, so that texts that mean the same have vectors of one direction. Implement it over any sentence model.
pub trait Embedder: Send + Sync {
    /// Which model it is. Asked at every call, so that a model that was exchanged meanwhile is noticed.
    fn identity(&self) -> ModelIdentity;

    /// One vector for each text, all of one length and none of zeros.
    ///
    /// # Errors
    /// When the model fails; the error holds nothing of the texts.
    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>>;
}

/// The vectors of all passages, each of length one, one after the other.
#[derive(Default, Clone)]
pub(super) struct Vectors {
    /// How many numbers a vector has; 0 before the first.
    pub(super) dimensions: usize,
    pub(super) values: Vec<f32>,
}

impl Vectors {
    /// Vectors that were made elsewhere: `None` where one is not of length one.
    pub(super) fn from_values(dimensions: usize, values: Vec<f32>) -> Option<Self> {
        let vectors = Self { dimensions, values };
        let unit = |vector: &[f32]| (dot(vector, vector) - 1.0).abs() < 1e-3;
        (dimensions > 0 || vectors.values.is_empty()).then_some(())?;
        vectors.values.chunks(dimensions.max(1)).all(unit).then_some(vectors)
    }

    /// Asks the model, and checks what it says: a vector for each text, of the length they have here.
    pub(super) fn embed(&self, embedder: &dyn Embedder, texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        let mut made = embedder.embed(texts)?;
        if made.len() != texts.len() {
            let (texts, made) = (texts.len(), made.len());
            return Err(Error::inference(format!("the embedder made {made} vectors of {texts} texts")));
        }
        let expected = if self.dimensions == 0 { made.first().map_or(0, Vec::len) } else { self.dimensions };
        for vector in &mut made {
            if vector.len() != expected || expected == 0 {
                let given = vector.len();
                return Err(Error::inference(format!("a vector of {given} numbers: expected {}", expected.max(1))));
            }
            let length = vector.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
            if !length.is_finite() || length < 1e-12 {
                return Err(Error::inference(
                    "the embedder made a vector of zeros, or with a number that is not finite",
                ));
            }
            for value in vector {
                *value = (f64::from(*value) / length) as f32;
            }
        }
        Ok(made)
    }

    /// Adds the next passages.
    pub(super) fn extend(&mut self, vectors: &[Vec<f32>]) {
        if let Some(first) = vectors.first() {
            self.dimensions = first.len();
        }
        self.values.extend(vectors.iter().flatten());
    }

    /// Keeps the passages that `keep` says, in their order.
    pub(super) fn pack(&mut self, keep: impl Fn(usize) -> bool) {
        let dimensions = self.dimensions.max(1);
        let mut end = 0;
        for passage in 0..self.values.len() / dimensions {
            if keep(passage) {
                self.values.copy_within(passage * dimensions..(passage + 1) * dimensions, end);
                end += dimensions;
            }
        }
        self.values.truncate(end);
    }

    /// The cosine of every passage with `query`, which has length one, in the order of the passages.
    pub(super) fn cosines<'a>(&'a self, query: &'a [f32]) -> impl Iterator<Item = f64> + 'a {
        self.values.chunks_exact(self.dimensions.max(1)).map(|vector| dot(vector, query))
    }
}

/// The sum of products, in eight sums that the compiler keeps in one register.
fn dot(a: &[f32], b: &[f32]) -> f64 {
    let mut sums = [0f32; 8];
    let (a, b) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a.zip(b) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    f64::from(sums.iter().sum::<f32>() + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(Vec<Vec<f32>>);

    impl Embedder for Fixed {
        fn identity(&self) -> ModelIdentity {
            ModelIdentity { name: "fixed".into(), version: "1".into(), sha256: "00".into() }
        }

        fn embed(&self, _: &[&str]) -> Result<Vec<Vec<f32>>> {
            Ok(self.0.clone())
        }
    }

    #[test]
    fn cosines_are_exact() {
        let mut vectors = Vectors::default();
        let raw: Vec<Vec<f32>> =
            (0u16..5).map(|i| (0u16..19).map(|j| f32::from((i * 7 + j * 3) % 11) - 4.0).collect()).collect();
        let made = vectors.embed(&Fixed(raw.clone()), &["a"; 5]).unwrap();
        vectors.extend(&made);
        let norm = |v: &[f32]| v.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
        for (cosine, vector) in vectors.cosines(&made[2]).zip(&raw) {
            let product: f64 = vector.iter().zip(&raw[2]).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            assert!((cosine - product / norm(vector) / norm(&raw[2])).abs() < 1e-6);
        }
        vectors.pack(|passage| passage % 2 == 0);
        assert_eq!(vectors.values, [made[0].clone(), made[2].clone(), made[4].clone()].concat());
    }

    #[test]
    fn what_is_no_vector_is_refused() {
        let mut vectors = Vectors::default();
        vectors.extend(&[vec![1.0, 0.0]]);
        for (made, says) in [
            (vec![], "0 vectors of 1"),
            (vec![vec![1.0]], "expected 2"),
            (vec![vec![0.0, 0.0]], "zeros"),
            (vec![vec![f32::NAN, 1.0]], "not finite"),
            (vec![vec![f32::INFINITY, 1.0]], "not finite"),
        ] {
            let error = vectors.embed(&Fixed(made), &["Quackenbush"]).unwrap_err();
            assert!(error.is_model() && error.to_string().contains(says), "{error}");
        }
        assert!(Vectors::from_values(2, vec![1.0, 0.0, f32::NAN, 0.0]).is_none());
        assert!(Vectors::from_values(0, vec![1.0]).is_none());
        assert!(Vectors::from_values(2, vec![3.0, 4.0]).is_none());
    }
}
