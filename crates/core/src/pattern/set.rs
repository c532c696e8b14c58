//! A set of patterns in which a look-up costs the same for one as for 100,000.

use super::OriginPattern;
use crate::{names::Names, origin::Origin};

/// Patterns as they are written. A look-up asks for the origin itself and, where there
/// are wildcards, for each pattern with one that would stand for it: one with any port,
/// and two for each dot in the host.
#[derive(Debug, Default)]
pub struct OriginSet {
    exact: Names,
    wildcards: Names,
}

impl PartialEq for OriginSet {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|pattern| other.has(pattern))
    }
}

impl Eq for OriginSet {}

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
    /// Makes room for `more` exact origins at once.
    pub fn reserve(&mut self, more: usize) {
        self.exact.reserve(more);
    }

    fn insert(&mut self, pattern: &OriginPattern<'_>) {
        let patterns = if pattern.is_exact() { &mut self.exact } else { &mut self.wildcards };
        patterns.insert(pattern.as_str());
    }

    /// How many patterns there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.exact.len().saturating_add(self.wildcards.len())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        self.exact.iter().chain(self.wildcards.iter())
    }

    fn has(&self, pattern: &str) -> bool {
        self.exact.find(pattern).or_else(|| self.wildcards.find(pattern)).is_some()
    }

    /// Every pattern, in alphabetical order.
    #[must_use]
    pub fn patterns(&self) -> Vec<String> {
        let mut patterns: Vec<_> = self.iter().map(str::to_owned).collect();
        patterns.sort_unstable();
        patterns
    }

    /// Whether any pattern stands for `origin`.
    #[must_use]
    pub fn contains(&self, origin: &Origin<'_>) -> bool {
        self.find(origin).is_some()
    }

    /// A pattern that stands for `origin`.
    #[must_use]
    pub fn find(&self, origin: &Origin<'_>) -> Option<&str> {
        let exact = self.exact.find(origin.as_str()).and_then(|number| self.exact.get(number));
        if exact.is_some() || self.wildcards.len() == 0 {
            return exact;
        }
        let mut pattern = String::new();
        let mut find = |parts: [&str; 4]| {
            pattern.clear();
            pattern.extend(parts);
            self.wildcards.get(self.wildcards.find(&pattern)?)
        };
        let scheme = origin.scheme();
        find([origin.without_port(), ":*", "", ""])
            .or_else(|| parents(origin.authority()).find_map(|it| find([scheme, "://*.", it, ""])))
            .or_else(|| parents(origin.host()).find_map(|it| find([scheme, "://*.", it, ":*"])))
    }
}

/// What follows each dot: `b.c` and `c` of `a.b.c`.
fn parents(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(name.split_once('.'), |(_, parent)| parent.split_once('.'))
        .map(|(_, parent)| parent)
}
