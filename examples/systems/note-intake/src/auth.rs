//! Who asks: clients by their bearer tokens, of which only hashes are kept.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::App;
use crate::problem::Problem;

/// The name of the client that a request came from; it is in logs and in the audit log.
#[derive(Debug, Clone)]
pub(crate) struct Client(pub(crate) Arc<str>);

/// The clients that are let in.
pub(crate) struct Clients(Vec<(Arc<str>, [u8; 32])>);

impl Clients {
    /// Reads lines `NAME SHA-256`; empty ones and those that begin with `#` do not count.
    ///
    /// # Errors
    /// What is wrong with which line; it repeats nothing of it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut clients: Vec<(Arc<str>, [u8; 32])> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let number = index + 1;
            let (name, digest) = line.split_once(' ').ok_or_else(|| {
                format!("line {number}: a name and the SHA-256 of a token are expected, with a blank between them")
            })?;
            if !is_name(name) {
                return Err(format!("line {number}: a name is 1 to 40 of a-z, 0-9, `-` and `_`"));
            }
            let digest = digest_of_hex(digest.trim())
                .ok_or_else(|| format!("line {number}: a SHA-256 has 64 hexadecimal digits"))?;
            if clients.iter().any(|(known, _)| **known == *name) {
                return Err(format!("line {number}: the name stands there twice"));
            }
            clients.push((name.into(), digest));
        }
        if clients.is_empty() {
            return Err("there is no client: make a token with `note-intake token NAME`".into());
        }
        Ok(Self(clients))
    }

    /// The client of a token. The time this takes tells nothing of the tokens there are: hashes are compared, each of them
    /// wholly.
    fn of(&self, token: &str) -> Option<Client> {
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        // One past the index of the client.
        let found = self.0.iter().zip(1_u32..).fold(0_u32, |found, ((_, known), place)| {
            let same: Choice = known.ct_eq(&digest);
            u32::conditional_select(&found, &place, same)
        });
        let (name, _) = self.0.get((found as usize).checked_sub(1)?)?;
        Some(Client(name.clone()))
    }
}

/// Whether a client may be called this: what is in logs must not be mistaken for something else.
pub(crate) fn is_name(name: &str) -> bool {
    (1..=40).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
}

fn digest_of_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut out = [0; 32];
    for (byte, pair) in out.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(out)
}

/// Lets in who has a token and is within its rate, and says in the response's extensions who it was.
pub(crate) async fn admit(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let Some(client) = token.and_then(|token| app.clients.of(token)) else {
        return Problem::unauthorized().into_response();
    };
    let mut response = match app.limiter.take(&client.0, std::time::Instant::now()) {
        Ok(()) => {
            request.extensions_mut().insert(client.clone());
            next.run(request).await
        }
        Err(wait) => Problem::too_many(wait).into_response(),
    };
    response.extensions_mut().insert(client);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SHA-256 of "abc" (FIPS 180-2, appendix B.1).
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_token_tells_its_client() {
        let other = "0".repeat(64);
        let clients = Clients::parse(&format!("# feeds\nward-3 {other}\n\nehr {ABC}\n")).unwrap();
        assert_eq!(&*clients.of("abc").unwrap().0, "ehr");
        assert!(clients.of("abd").is_none() && clients.of("").is_none() && clients.of(ABC).is_none());
    }

    #[test]
    fn a_list_that_is_wrong_is_refused_by_line_and_not_repeated() {
        let long = "a".repeat(41);
        for text in ["", "# nobody", "ehr", "ehr abc", &format!("Ward 3 {ABC}"), &format!("{long} {ABC}")] {
            let said = Clients::parse(text).err().expect("refused");
            assert!(!said.contains("Ward 3") && !said.contains(ABC), "{said}");
        }
        assert!(Clients::parse(&format!("a {ABC}\na {ABC}")).err().unwrap().contains("line 2"));
    }
}
