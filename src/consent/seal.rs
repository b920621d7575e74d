//! Seals: a server recognises the consents it wrote itself.
//!
//! A seal protects against cookies planted by a sibling subdomain, edited by hand or injected by another script. It
//! does not protect against a script on the site's own origin, which can click its own banner.

use alloc::{string::String, vec::Vec};

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Consent, SealState};
use crate::policy::is_id;

/// The shortest key, in bytes: as long as the hash (RFC 2104 section 3).
pub const MIN_KEY_BYTES: usize = 32;

/// Why a key ring could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// A key shorter than [`MIN_KEY_BYTES`].
    #[error("key `{id}` has {found} bytes, expected at least 32")]
    TooShort {
        /// The id of the key.
        id: String,
        /// Its length in bytes.
        found: usize,
    },
    /// A key id that is not an identifier.
    #[error("key id {0:?} is no identifier: a lower-case letter, then letters, digits, `_` or `-`, at most 32 bytes")]
    BadId(String),
    /// A key id that is taken.
    #[error("key id `{0}` is in the ring already")]
    Duplicate(String),
}

/// The keys of a site: one seals, all verify.
#[derive(Clone)]
pub struct KeyRing {
    /// The sealing key first.
    keys: Vec<(String, Hmac<Sha256>)>,
}

impl core::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|(id, _)| id)).finish()
    }
}

impl KeyRing {
    /// A ring with the key that seals.
    ///
    /// # Errors
    /// If the key is shorter than 32 bytes or its id is no identifier.
    pub fn new(id: impl Into<String>, key: &[u8]) -> Result<Self, KeyError> {
        Self { keys: Vec::new() }.verifies(id, key)
    }

    /// Adds a key that only verifies, such as yesterday's: rotate by putting the new key first and the old one here
    /// until the longest-lived cookie is gone.
    ///
    /// # Errors
    /// If the key is shorter than 32 bytes, or its id is no identifier or taken.
    pub fn verifies(mut self, id: impl Into<String>, key: &[u8]) -> Result<Self, KeyError> {
        let id = id.into();
        if !is_id(&id) {
            return Err(KeyError::BadId(id));
        }
        if self.keys.iter().any(|(known, _)| *known == id) {
            return Err(KeyError::Duplicate(id));
        }
        match Hmac::<Sha256>::new_from_slice(key) {
            Ok(mac) if key.len() >= MIN_KEY_BYTES => {
                self.keys.push((id, mac));
                Ok(self)
            }
            _ => Err(KeyError::TooShort { id, found: key.len() }),
        }
    }
}

/// Seals and verifies the consents of one cookie on one site.
#[derive(Clone, Debug)]
pub struct Sealer {
    ring: KeyRing,
    cookie: String,
    site: String,
}

impl Sealer {
    /// A sealer for the cookie named `cookie` on `site`: a name of the site that a sealed cookie from elsewhere, even
    /// one made with the same key, does not carry.
    pub fn new(ring: KeyRing, cookie: impl Into<String>, site: impl Into<String>) -> Self {
        Self { ring, cookie: cookie.into(), site: site.into() }
    }

    /// The text with its seal.
    pub fn seal(&self, text: &str) -> String {
        let mut sealed = String::from(text);
        if let Some((id, key)) = self.ring.keys.first() {
            sealed.push('.');
            sealed.push_str(id);
            sealed.push('.');
            sealed.push_str(&Base64UrlUnpadded::encode_string(&self.mac(key, text).finalize().into_bytes()));
        }
        sealed
    }

    /// What the seal of `consent` says. The comparison takes the same time wherever the codes differ.
    pub fn verify(&self, consent: &Consent<'_>) -> SealState {
        let Some(seal) = consent.seal() else { return SealState::Missing };
        let key = self.ring.keys.iter().find(|(id, _)| id == seal.key);
        let mut buffer = [0; 32];
        let verified = key.is_some_and(|(_, key)| {
            Base64UrlUnpadded::decode(seal.mac, &mut buffer)
                .is_ok_and(|mac| self.mac(key, seal.text).verify_slice(mac).is_ok())
        });
        if verified { SealState::Verified } else { SealState::Invalid }
    }

    /// Whether the seal was made with a key that no longer seals.
    pub fn is_old(&self, consent: &Consent<'_>) -> bool {
        let sealing = self.ring.keys.first();
        consent.seal().is_some_and(|seal| sealing.is_some_and(|(id, _)| id != seal.key))
    }

    /// Over the cookie's name, the site and the text, which starts with format and policy id; lengths first, so that
    /// nothing can move from one part to the next.
    fn mac(&self, key: &Hmac<Sha256>, text: &str) -> Hmac<Sha256> {
        let mut mac = key.clone();
        for part in [self.cookie.as_str(), self.site.as_str(), text] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac
    }
}
