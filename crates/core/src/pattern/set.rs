//! A set of patterns in which a look-up costs the same for one as for 100,000.

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use super::OriginPattern;
use crate::origin::Origin;

/// Patterns as they are written. A look-up searches for the origin itself and, where there are
/// wildcards, for each pattern that would stand for it: one with any port, and two for each dot in
/// the host.
///
/// The hashes have no secret key, as only the author of a policy adds patterns.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct OriginSet {
    exact: IndexSet<Box<str>, FxBuildHasher>,
    wildcards: IndexSet<Box<str>, FxBuildHasher>,
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
    /// Makes room for `more` exact origins at once.
    pub fn reserve(&mut self, more: usize) {
        self.exact.reserve(more);
    }

    fn insert(&mut self, pattern: &OriginPattern<'_>) {
        let patterns = if pattern.is_exact() { &mut self.exact } else { &mut self.wildcards };
        patterns.insert(pattern.as_str().into());
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
            self.exact.iter().chain(&self.wildcards).map(ToString::to_string).collect();
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
        if self.wildcards.is_empty() {
            return None;
        }
        let mut pattern = String::new();
        let mut find = |parts: [&str; 4]| {
            pattern.clear();
            pattern.extend(parts);
            self.wildcards.get(pattern.as_str()).map(|found| &**found)
        };
        let scheme = origin.scheme();
        find([origin.without_port(), ":*", "", ""])
            .or_else(|| parents(origin.authority()).find_map(|it| find([scheme, "://*.", it, ""])))
            .or_else(|| parents(origin.host()).find_map(|it| find([scheme, "://*.", it, ":*"])))
    }
}

/// The parts after each dot: `b.c` and `c` of `a.b.c`.
fn parents(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(name.split_once('.'), |(_, parent)| parent.split_once('.'))
        .map(|(_, parent)| parent)
}
