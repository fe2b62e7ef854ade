//! The format: the start of a vault, its records, and the chain through them. The [module](super) has the layout.

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use zeroize::Zeroizing;

use crate::Key;
use crate::audit::{Head, hex};
use crate::error::{Error, Result};
use crate::key::SubKey;

/// What a vault begins with: its name, and the version of the format.
pub(super) const MAGIC: [u8; 8] = *b"CGVAULT\x01";
/// Bytes of the start.
pub(super) const START: usize = MAGIC.len() + 32;
/// Bytes of a record before what is sealed.
pub(super) const HEADER: usize = 4 + 12 + 16 + 16 + 32;
/// Where the chain stands in it: everything before goes into the chain.
const CHAINED: usize = HEADER - 32;
/// What AES-GCM-SIV adds.
const TAG: usize = 16;

/// By what a record is found.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Name {
    pub(super) text: [u8; 16],
    pub(super) document: [u8; 16],
}

/// The fields of a record before what is sealed.
pub(super) struct Header(pub(super) [u8; HEADER]);

impl Default for Header {
    fn default() -> Self {
        Self([0; HEADER])
    }
}

impl Header {
    fn field<const N: usize>(&self, from: usize) -> [u8; N] {
        *self.0[from..].first_chunk().expect("a header holds its fields")
    }

    /// Bytes of what is sealed.
    pub(super) fn sealed(&self) -> u32 {
        u32::from_be_bytes(self.field(0))
    }

    /// Bytes of the whole record.
    pub(super) fn whole(&self) -> u64 {
        HEADER as u64 + u64::from(self.sealed())
    }

    pub(super) fn name(&self) -> Name {
        Name { text: self.field(16), document: self.field(32) }
    }

    pub(super) fn chain(&self) -> [u8; 32] {
        self.field(CHAINED)
    }
}

/// Where the chain stands after some records.
#[derive(Clone)]
pub(super) struct Chain {
    pub(super) records: u64,
    last: [u8; 32],
}

impl Chain {
    pub(super) fn head(&self) -> Head {
        if self.records == 0 { Head::default() } else { Head { records: self.records, hash: hash(&self.last) } }
    }
}

/// A place of the chain as it is written.
pub(super) fn hash(chain: &[u8; 32]) -> String {
    format!("hmac-sha256:{}", hex(chain))
}

/// The keys of a vault, one for each purpose; each is wiped when dropped.
pub(super) struct Keys {
    cipher: Aes256GcmSiv,
    nonce: SubKey,
    index: SubKey,
    chain: SubKey,
}

impl Keys {
    pub(super) fn new(key: &Key) -> Self {
        let cipher = key.derive("vault");
        Self {
            cipher: Aes256GcmSiv::new_from_slice(cipher.bytes()).expect("the cipher takes 32 bytes"),
            nonce: key.derive("vault nonce"),
            index: key.derive("vault index"),
            chain: key.derive("vault chain"),
        }
    }

    pub(super) fn start(&self) -> [u8; START] {
        let mut start = [0; START];
        start[..MAGIC.len()].copy_from_slice(&MAGIC);
        start[MAGIC.len()..].copy_from_slice(&self.first().last);
        start
    }

    /// The chain before the first record.
    pub(super) fn first(&self) -> Chain {
        Chain { records: 0, last: self.chain.mac(&[&MAGIC]) }
    }

    /// The fingerprint of a scrubbed text, of which `digest` is the SHA-256.
    pub(super) fn text(&self, digest: &[u8; 32]) -> [u8; 16] {
        cut(self.index.mac(&[b"text", digest]))
    }

    /// The fingerprint of a document's id; that of having none is told from every id.
    pub(super) fn document(&self, id: Option<&str>) -> [u8; 16] {
        cut(match id {
            Some(id) => self.index.mac(&[b"document", id.as_bytes()]),
            None => self.index.mac(&[b"document"]),
        })
    }

    pub(super) fn name(&self, digest: &[u8; 32], document: Option<&str>) -> Name {
        Name { text: self.text(digest), document: self.document(document) }
    }

    /// The record that comes next; the chain goes on from it.
    pub(super) fn seal(&self, chain: &mut Chain, name: &Name, content: &[u8]) -> Result<Vec<u8>> {
        let sealed = u32::try_from(content.len() + TAG).map_err(|_| Error::input("a record has at most 4 GiB"))?;
        let number = (chain.records + 1).to_be_bytes();
        let mut header = Header::default();
        header.0[..4].copy_from_slice(&sealed.to_be_bytes());
        let nonce = self.nonce.mac(&[&chain.last, &number, &name.text, &name.document, content]);
        header.0[4..16].copy_from_slice(&nonce[..12]);
        header.0[16..32].copy_from_slice(&name.text);
        header.0[32..48].copy_from_slice(&name.document);
        let next = self.next(chain, &header);
        header.0[CHAINED..].copy_from_slice(&next.last);
        *chain = next;
        let nonce = Nonce::from(header.field::<12>(4));
        let sealed = self.cipher.encrypt(&nonce, Payload { msg: content, aad: &header.0 });
        let sealed = sealed.map_err(|_| Error::internal("a record could not be encrypted"))?;
        Ok([header.0.as_slice(), &sealed].concat())
    }

    /// The chain after a record with these fields; `None` where it is not the one that comes next.
    pub(super) fn follow(&self, chain: &Chain, header: &Header) -> Option<Chain> {
        Some(self.next(chain, header)).filter(|next| next.last == header.chain())
    }

    /// The content of a record; `None` where anything of it was changed.
    pub(super) fn open(&self, header: &Header, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let nonce = Nonce::from(header.field::<12>(4));
        self.cipher.decrypt(&nonce, Payload { msg: sealed, aad: &header.0 }).ok().map(Zeroizing::new)
    }

    fn next(&self, chain: &Chain, header: &Header) -> Chain {
        let records = chain.records + 1;
        let last = self.chain.mac(&[&chain.last, &records.to_be_bytes(), &header.0[..CHAINED]]);
        Chain { records, last }
    }
}

fn cut(mac: [u8; 32]) -> [u8; 16] {
    *mac.first_chunk().expect("a MAC has 32 bytes")
}
