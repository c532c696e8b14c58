//! A set of patterns in which a look-up costs the same for one as for 100,000.

use super::{HostPattern, OriginPattern, texts::Texts};
use crate::origin::Origin;

/// Patterns as they are written. A look-up searches for the origin itself. If there are wildcards,
/// it also searches for each pattern that would match: one with any port, two for each dot in the
/// host, and one for all hosts. If there are patterns with a `*` inside a label, it also tries each
/// place of a `*` in each label, but only where the stems say that some pattern begins like that,
/// and some pattern ends like that.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct OriginSet {
    exact: Texts,
    wildcards: Texts,
    /// Of each pattern with a `*` inside a label: what is before it (`https://pr-`), and what follows
    /// the label (`example.com`).
    stems: Texts,
}

impl<'a> Extend<OriginPattern<'a>> for OriginSet {
    fn extend<I: IntoIterator<Item = OriginPattern<'a>>>(&mut self, patterns: I) {
        patterns.into_iter().for_each(|pattern| self.insert(&pattern));
    }
}

impl<'a> FromIterator<OriginPattern<'a>> for OriginSet {
    fn from_iter<I: IntoIterator<Item = OriginPattern<'a>>>(patterns: I) -> Self {
        let mut set = Self::default();
        set.extend(patterns);
        set
    }
}

impl OriginSet {
    /// Reserves memory for `more` exact origins with `bytes` in total.
    pub fn reserve(&mut self, more: usize, bytes: usize) {
        self.exact.reserve(more, bytes);
    }

    /// Frees the memory that is reserved for further patterns.
    pub fn shrink(&mut self) {
        self.exact.shrink();
    }

    /// Adds a pattern.
    pub fn insert(&mut self, pattern: &OriginPattern<'_>) {
        let text = pattern.as_str();
        let patterns = if pattern.is_exact() { &mut self.exact } else { &mut self.wildcards };
        patterns.insert(text);
        if let HostPattern::Between(..) = pattern.host()
            && let Some((before, after)) = text.split_once('*')
            && let Some((_, parent)) = after.split_once('.')
        {
            self.stems.insert(before);
            self.stems.insert(parent);
        }
    }

    /// The number of patterns.
    #[must_use]
    pub fn len(&self) -> usize {
        self.exact.len().saturating_add(self.wildcards.len())
    }

    /// Returns true if there are no patterns.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every pattern, in alphabetical order.
    #[must_use]
    pub fn patterns(&self) -> Vec<String> {
        let mut patterns: Vec<_> =
            self.exact.iter().chain(self.wildcards.iter()).map(str::to_owned).collect();
        patterns.sort_unstable();
        patterns
    }

    /// Returns true if a pattern stands for `origin`.
    #[must_use]
    pub fn contains(&self, origin: &Origin<'_>) -> bool {
        self.find(origin).is_some()
    }

    /// A pattern that stands for `origin`.
    #[must_use]
    pub fn find(&self, origin: &Origin<'_>) -> Option<&str> {
        if let Some(exact) = self.exact.get(origin.as_str()) {
            return Some(exact);
        }
        if self.wildcards.is_empty() { None } else { self.find_pattern(origin) }
    }

    /// A pattern with a `*` that stands for `origin`.
    #[inline(never)] // Many lists have none.
    fn find_pattern(&self, origin: &Origin<'_>) -> Option<&str> {
        // A pattern is as long as the origin, but for what a `*` adds.
        let buffer = &mut String::with_capacity(origin.as_str().len().saturating_add(8));
        get(&self.wildcards, buffer, &[origin.without_port(), ":*"])
            .or_else(|| get(&self.wildcards, buffer, &[origin.scheme(), "://*"]))
            .or_else(|| self.find_wildcard(origin.scheme(), origin.authority(), "", buffer))
            .or_else(|| self.find_wildcard(origin.scheme(), origin.host(), ":*", buffer))
    }

    /// A pattern with a `*` for labels of `authority` or inside one of them, and `end` at the end.
    fn find_wildcard(
        &self,
        scheme: &str,
        authority: &str,
        end: &str,
        buffer: &mut String,
    ) -> Option<&str> {
        let (mut before, mut rest) = ("", authority);
        while let Some((label, parent)) = rest.split_once('.') {
            let found = get(&self.wildcards, buffer, &[scheme, "://*.", parent, end])
                .or_else(|| self.find_inside([scheme, before, label, parent, end], buffer));
            if found.is_some() {
                return found;
            }
            before = authority.strip_suffix(parent)?;
            rest = parent;
        }
        None
    }

    /// A pattern with a `*` inside `label`.
    fn find_inside(
        &self,
        [scheme, before, label, parent, end]: [&str; 5],
        buffer: &mut String,
    ) -> Option<&str> {
        if self.stems.is_empty() {
            return None;
        }
        get(&self.stems, buffer, &[parent, end])?;
        (0..label.len()).find_map(|start| {
            let (first, part) = label.split_at_checked(start)?;
            get(&self.stems, buffer, &[scheme, "://", before, first])?;
            let fitting = part.bytes().take_while(|byte| is_in_wildcard(*byte)).count();
            (1..=fitting).find_map(|len| {
                let last = part.get(len..)?;
                let parts = [scheme, "://", before, first, "*", last, ".", parent, end];
                get(&self.wildcards, buffer, &parts)
            })
        })
    }
}

/// The text of `texts` that is `parts` together, which are put into `buffer`.
fn get<'t>(texts: &'t Texts, buffer: &mut String, parts: &[&str]) -> Option<&'t str> {
    buffer.clear();
    buffer.extend(parts.iter().copied());
    texts.get(buffer)
}

/// Returns true if a `*` inside a label may stand for the character.
fn is_in_wildcard(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')
}
