//! The version of a policy.

use std::fmt;

/// The SHA-256 of the text that a policy was read from, or `none` if no document is in force. People
/// are shown the first 8 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version(Option<[u8; 32]>);

impl Version {
    /// The version if no document is in force.
    pub const NONE: Self = Self(None);

    /// The version of `text`. On Cloudflare the runtime computes it, ten times
    /// as fast.
    #[must_use]
    pub fn of(text: &str) -> Self {
        use sha2::{Digest, Sha256};
        Self::new(Sha256::digest(text).into())
    }

    /// The whole SHA-256 in hexadecimal digits; none if no document is in force.
    #[must_use]
    pub fn digits(&self) -> String {
        use std::fmt::Write;
        let mut digits = String::new();
        for byte in self.0.iter().flatten() {
            // Writing to a String does not fail.
            let _ = write!(digits, "{byte:02x}");
        }
        digits
    }

    /// The version of a text with that SHA-256.
    #[must_use]
    pub const fn new(digest: [u8; 32]) -> Self {
        Self(Some(digest))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(head) = self.0.as_ref().and_then(|digest| digest.first_chunk()) else {
            return f.write_str("none");
        };
        write!(f, "{:08x}", u32::from_be_bytes(*head))
    }
}
