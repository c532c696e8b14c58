//! Which text a policy was read from.

use std::fmt;

/// Which text a policy was read from: the first 8 hexadecimal digits of its
/// SHA-256, or `none` where no document is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version(Option<u32>);

impl Version {
    /// That of no document.
    pub(super) const NONE: Self = Self(None);

    /// The version of `text`. On Cloudflare the runtime computes it, ten times
    /// as fast.
    #[cfg(any(not(target_arch = "wasm32"), feature = "playground"))]
    #[must_use]
    pub fn of(text: &str) -> Self {
        use sha2::{Digest, Sha256};
        Sha256::digest(text)
            .first_chunk()
            .map_or(Self(None), |head| Self::new(u32::from_be_bytes(*head)))
    }

    /// The version of a text whose SHA-256 begins with `head`.
    #[must_use]
    pub fn new(head: u32) -> Self {
        Self(Some(head))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(head) => write!(f, "{head:08x}"),
            None => f.write_str("none"),
        }
    }
}
