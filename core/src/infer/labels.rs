//! Reads BIO, BIOES, BILOU and IO labels, and joins the labels of words into entities.

use super::tokenizer::Piece;
use crate::text::Span;

/// What a label says of a word's place in an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// `B-`: an entity begins.
    Begin,
    /// `I-` or no prefix: inside one.
    Inside,
    /// `E-` or `L-`: an entity ends with this word.
    End,
    /// `S-` or `U-`: an entity of one word.
    Single,
}

/// The labels of a tagger, understood.
#[derive(Debug, Clone)]
pub(super) struct Scheme {
    /// For each label of the model: its place and the number of its type; none for words outside entities.
    tags: Vec<Option<(Place, usize)>>,
    /// The types in the order in which they first stand in the labels, such as "PATIENT" for `B-PATIENT`.
    types: Vec<String>,
    /// Whether the labels carry prefixes at all.
    prefixed: bool,
}

/// An entity by the number of its type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    pub(super) kind: usize,
    pub(super) span: Span,
    pub(super) score: f32,
}

impl Scheme {
    /// Understands the labels of a model.
    pub(super) fn new(labels: &[String]) -> Self {
        let mut scheme = Self { tags: Vec::with_capacity(labels.len()), types: Vec::new(), prefixed: false };
        for label in labels {
            if ["o", "out", "outside"].contains(&label.to_ascii_lowercase().as_str()) {
                scheme.tags.push(None);
                continue;
            }
            let (place, name) = split(label, labels);
            scheme.prefixed |= name.len() < label.len();
            let kind = scheme.types.iter().position(|known| known == name).unwrap_or_else(|| {
                scheme.types.push(name.to_owned());
                scheme.types.len() - 1
            });
            scheme.tags.push(Some((place, kind)));
        }
        scheme
    }

    /// The types of entities, in the order of the labels.
    pub(super) fn types(&self) -> &[String] {
        &self.types
    }
}

/// Takes the place off a label.
fn split<'l>(label: &'l str, labels: &[String]) -> (Place, &'l str) {
    let place = match label.as_bytes() {
        [b'B', b'-', _, ..] => Place::Begin,
        [b'I', b'-', _, ..] => Place::Inside,
        [b'E' | b'L', b'-', _, ..] => Place::End,
        [b'S' | b'U', b'-', _, ..] => Place::Single,
        _ => return (Place::Inside, label),
    };
    let name = &label[2..];
    // "E-MAIL" is a type; "E-NAME" beside "B-NAME" is the end of one.
    let has = |prefix: &str| labels.iter().any(|other| other.strip_prefix(prefix) == Some(name));
    if matches!(place, Place::Begin | Place::Inside) || has("B-") || has("I-") {
        (place, name)
    } else {
        (Place::Inside, label)
    }
}

/// Joins words into entities, one piece after the other.
///
/// A word takes the label of its first piece. Sequences that the scheme does not know (an inside without a begin) begin an
/// entity rather than lose it. The score is the mean probability of the words' labels.
#[derive(Debug)]
pub(super) struct Decoder<'s> {
    scheme: &'s Scheme,
    open: Option<Open>,
    /// Whether the word that is being read belongs to the open entity.
    in_entity: bool,
}

#[derive(Debug)]
struct Open {
    kind: usize,
    span: Span,
    sum: f64,
    words: u32,
    /// The next word cannot belong to it.
    closed: bool,
}

impl<'s> Decoder<'s> {
    pub(super) fn new(scheme: &'s Scheme) -> Self {
        Self { scheme, open: None, in_entity: false }
    }

    /// Takes the next piece with its likeliest label; entities that end before it are handed to `found`.
    pub(super) fn push(&mut self, text: &str, piece: Piece, label: usize, probability: f32, found: &mut Vec<Found>) {
        if piece.span.is_empty() {
            return;
        }
        if !piece.starts_word {
            if let Some(open) = self.open.as_mut().filter(|_| self.in_entity) {
                open.span = open.span.cover(piece.span);
            }
            return;
        }
        let Some((place, kind)) = self.scheme.tags.get(label).copied().flatten() else {
            self.finish(found);
            return;
        };
        let joins = self.open.as_ref().is_some_and(|open| {
            open.kind == kind
                && !open.closed
                && matches!(place, Place::Inside | Place::End)
                // Without prefixes two entities on two lines look like one.
                && (self.scheme.prefixed || !text[open.span.end..piece.span.start].contains('\n'))
        });
        if !joins {
            self.finish(found);
        }
        let open = self.open.get_or_insert(Open { kind, span: piece.span, sum: 0.0, words: 0, closed: false });
        open.span = open.span.cover(piece.span);
        open.sum += f64::from(probability);
        open.words += 1;
        open.closed = matches!(place, Place::End | Place::Single);
        self.in_entity = true;
    }

    /// Ends what is open.
    pub(super) fn finish(&mut self, found: &mut Vec<Found>) {
        self.in_entity = false;
        if let Some(open) = self.open.take() {
            let score = (open.sum / f64::from(open.words)) as f32;
            found.push(Found { kind: open.kind, span: open.span, score });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The entities of words parted by blanks, each `word/label`.
    fn decode(tagged: &str) -> Vec<(String, String)> {
        let mut labels: Vec<String> = Vec::new();
        let mut text = String::new();
        let mut words = Vec::new();
        for word in tagged.split(' ') {
            let (word, label) = word.rsplit_once('/').unwrap();
            let line = word.starts_with('|');
            text.push(if line { '\n' } else { ' ' });
            let word = word.trim_start_matches('|');
            let number = labels.iter().position(|l| l == label).unwrap_or_else(|| {
                labels.push(label.to_owned());
                labels.len() - 1
            });
            words.push((Span::new(text.len(), text.len() + word.len()), number));
            text.push_str(word);
        }
        let scheme = Scheme::new(&labels);
        let mut decoder = Decoder::new(&scheme);
        let mut found = Vec::new();
        for (span, number) in words {
            decoder.push(&text, Piece { id: 0, span, starts_word: true }, number, 0.5, &mut found);
        }
        decoder.finish(&mut found);
        found.iter().map(|f| (f.span.of(&text).to_owned(), scheme.types()[f.kind].clone())).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(text, kind)| ((*text).to_owned(), (*kind).to_owned())).collect()
    }

    #[test]
    fn schemes() {
        assert_eq!(decode("a/O b/B-N c/I-N d/B-N e/O"), pairs(&[("b c", "N"), ("d", "N")]));
        assert_eq!(decode("a/S-N b/B-N c/I-N d/E-N e/I-N"), pairs(&[("a", "N"), ("b c d", "N"), ("e", "N")]));
        assert_eq!(decode("a/U-N b/B-N c/L-N"), pairs(&[("a", "N"), ("b c", "N")]));
        assert_eq!(decode("a/N b/N c/O d/N |e/N"), pairs(&[("a b", "N"), ("d", "N"), ("e", "N")]));
    }

    #[test]
    fn broken_sequences_lose_nothing() {
        assert_eq!(decode("a/I-N b/I-D c/E-D d/E-N x/B-N"), pairs(&[("a", "N"), ("b c", "D"), ("d", "N"), ("x", "N")]));
    }

    #[test]
    fn an_e_mail_is_no_end() {
        assert_eq!(decode("a/E-MAIL b/O c/S-VALUE"), pairs(&[("a", "E-MAIL"), ("c", "S-VALUE")]));
    }
}
