//! Invented places and houses, word by word: what says of which kind it is stays ("Street", "County", "Hospital"), so may a state;
//! every other word and number becomes another.

use super::words::{NO_ZIPS, STREETS, SURNAMES, Says, TOWNS, says};
use super::{Draw, Source, Surrogates, cased, code, words};
use crate::lexicon;
use crate::scrub::{Category, Finding, Kind};
use crate::text::{self, TokenKind};

pub(super) fn invent(
    surrogates: &mut Surrogates,
    source: &Source,
    original: &str,
    finding: &Finding,
) -> Option<String> {
    let tokens = text::tokens(original);
    let mut out = String::with_capacity(original.len() + 8);
    let mut copied = 0;
    let mut changed = false;
    let mut after_zip = false;
    let of_house = finding.category == Category::Organization;
    // Whether the part before the next comma has words that say of which kind, and one that says which.
    let (mut kinds, mut which) = (false, false);
    for token in &tokens {
        let word = token.of(original);
        out.push_str(&original[copied..token.span.start]);
        copied = token.span.end;
        let invented = match token.kind {
            TokenKind::Word => {
                let cut = ["'s", "’s", "'S", "’S"].iter().find(|end| word.ends_with(**end)).map_or(0, |end| end.len());
                let (bare, ending) = word.split_at(word.len() - cut);
                match says(bare, of_house) {
                    Says::Nothing => None,
                    Says::Kind => {
                        kinds = true;
                        None
                    }
                    Says::Which => {
                        which = true;
                        Some(format!("{}{ending}", place_word(surrogates, source, bare, finding)?))
                    }
                }
            }
            TokenKind::Number => {
                // Of a nine-digit code the last four follow.
                let zip = word.len() == 5 && finding.category == Category::Location && finding.kind != Kind::Street
                    || word.len() == 5 && token.span.end + 5 >= original.len();
                let number = if zip && !after_zip {
                    surrogates.value("zip", word, source, |draw| Some(no_zip(draw)))?
                } else {
                    surrogates.value("number", word, source, |draw| code::shape(word, draw))?
                };
                after_zip = zip;
                Some(number)
            }
            TokenKind::Mixed => {
                which = true;
                Some(mixed(surrogates, source, word)?)
            }
            _ => {
                // "12 North Street": no word of it could become another, and it would stay.
                if matches!(word, "," | ";" | "\n" | "\r\n" | "\r") {
                    if kinds && !which {
                        return None;
                    }
                    (kinds, which) = (false, false);
                }
                None
            }
        };
        changed |= invented.is_some();
        out.push_str(invented.as_deref().unwrap_or(word));
    }
    out.push_str(&original[copied..]);
    // What is made of such words alone ("Medical Center") has no other that says less.
    (changed && (which || !kinds)).then_some(out)
}

/// A ZIP code of an area that does not exist.
fn no_zip(draw: &mut Draw) -> String {
    format!("{:03}{:02}", NO_ZIPS[draw.below(NO_ZIPS.len())], draw.below(100))
}

fn place_word(surrogates: &mut Surrogates, source: &Source, word: &str, finding: &Finding) -> Option<String> {
    if words::script(word).ok()?.is_some() {
        return None;
    }
    let folded = lexicon::fold(word).to_lowercase();
    let length = word.chars().count();
    // "MGH", or the letter of an apartment.
    if length == 1 || length <= 5 && finding.category == Category::Organization && word.chars().all(char::is_uppercase)
    {
        return surrogates.value("letters", word, source, |draw| code::shape(word, draw));
    }
    let invented = match (finding.category, finding.kind) {
        (Category::Organization, _) => {
            let pool = SURNAMES.of_length(length);
            surrogates.value("house", &folded, source, |draw| Some(draw.pick(pool).to_owned()))
        }
        (_, Kind::Street) => surrogates.value("street", &folded, source, |draw| Some(draw.pick(STREETS).to_owned())),
        _ => {
            let pool = TOWNS.of_length(length);
            surrogates.value("town", &folded, source, |draw| Some(draw.pick(pool).to_owned()))
        }
    };
    invented.map(|invented| cased(word, &invented))
}

/// "5th", "4B", "N42": an ordinal stays one.
fn mixed(surrogates: &mut Surrogates, source: &Source, word: &str) -> Option<String> {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let is_ordinal = digits > 0 && matches!(word[digits..].to_lowercase().as_str(), "st" | "nd" | "rd" | "th");
    surrogates.value("mixed", word, source, |draw| {
        if !is_ordinal {
            return code::shape(word, draw);
        }
        let number = 1 + draw.below(99);
        let ending = match (number % 100, number % 10) {
            (11..=13, _) => "th",
            (_, 1) => "st",
            (_, 2) => "nd",
            (_, 3) => "rd",
            _ => "th",
        };
        Some(format!("{number}{ending}"))
    })
}
