//! The prefix of a route, and which paths it covers.

use crate::request::path::{PathVariants, Reading, fold_prefix};

/// A prefix. One that ends in `/` covers what is below it, and itself without the slash; one
/// that does not is a plain string prefix.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Prefix {
    text: String,
    /// For paths that are not plain.
    folded: String,
}

impl Prefix {
    /// `text` starts with `/`.
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), folded: fold_prefix(text) }
    }

    /// As it was written.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The length of the part of a folded path that it covers, in bytes.
    pub(super) fn folded_len(&self) -> usize {
        self.folded.len()
    }

    /// Returns true if it covers the raw path.
    pub(super) fn covers(&self, path: &str) -> bool {
        covers(&self.text, path)
    }

    /// Returns true if some server may read the path as one that it covers.
    pub(super) fn may_cover(&self, path: &PathVariants<'_>) -> bool {
        match &path.reading {
            Reading::Plain => self.covers(path.raw),
            Reading::Folded(folded) => covers(&self.folded, folded),
            Reading::Segments(folded) => self.occurs_in(folded),
            Reading::Anything => true,
        }
    }

    /// Returns true if `folded` has its segments, in their order. If no slash ends it, its last segment
    /// may be the beginning of one.
    fn occurs_in(&self, folded: &str) -> bool {
        let (whole, beginning) = self.folded.rsplit_once('/').unwrap_or_default();
        let mut segments = folded.split('/').filter(|segment| !segment.is_empty());
        whole
            .split('/')
            .filter(|name| !name.is_empty())
            .all(|name| segments.any(|segment| segment == name))
            && (beginning.is_empty() || segments.any(|segment| segment.starts_with(beginning)))
    }
}

fn covers(prefix: &str, path: &str) -> bool {
    path.starts_with(prefix) || prefix.strip_suffix('/') == Some(path)
}
