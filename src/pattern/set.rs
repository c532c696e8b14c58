//! A set of patterns in which a look-up costs the same for one as for 100,000.

use std::fmt;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{HostPattern, OriginPattern};
use crate::origin::Origin;

/// Patterns by the slice of an origin's text that they match, so that a look-up
/// hashes slices of the text as it came: one for the whole, one for it without
/// its port, and two for each dot in the host where the scheme has wildcards.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct OriginSet {
    /// `https://example.com:8443`
    exact: FxHashSet<Box<str>>,
    /// `https://example.com` for `https://example.com:*`
    any_port: FxHashSet<Box<str>>,
    /// By scheme.
    wildcards: FxHashMap<Box<str>, Wildcards>,
}

/// The subdomain wildcards of one scheme.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wildcards {
    /// `example.com:8443` for `https://*.example.com:8443`
    below: FxHashSet<Box<str>>,
    /// `example.com` for `https://*.example.com:*`
    below_any_port: FxHashSet<Box<str>>,
}

impl<'a> Extend<OriginPattern<'a>> for OriginSet {
    fn extend<I: IntoIterator<Item = OriginPattern<'a>>>(&mut self, patterns: I) {
        patterns.into_iter().for_each(|pattern| self.insert(pattern));
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

    fn insert(&mut self, pattern: OriginPattern<'_>) {
        let text = pattern.as_str();
        let any_port = text.strip_suffix(":*");
        let HostPattern::Below(_) = pattern.host() else {
            match any_port {
                Some(without_port) => self.any_port.insert(without_port.into()),
                None => self.exact.insert(text.into()),
            };
            return;
        };
        let wildcards = self.wildcards.entry(pattern.scheme().into()).or_default();
        let below = |text: &str| text.split_once("*.").map_or("", |(_, below)| below).into();
        match any_port {
            Some(without_port) => wildcards.below_any_port.insert(below(without_port)),
            None => wildcards.below.insert(below(text)),
        };
    }

    /// How many patterns there are.
    #[must_use]
    pub fn len(&self) -> usize {
        let wildcards = self.wildcards.values();
        let below = wildcards.map(|Wildcards { below, below_any_port }| {
            below.len().saturating_add(below_any_port.len())
        });
        below.fold(self.exact.len(), usize::saturating_add).saturating_add(self.any_port.len())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every pattern, in alphabetical order.
    #[cfg(not(target_arch = "wasm32"))]
    #[must_use]
    pub fn patterns(&self) -> Vec<String> {
        let exact = self.exact.iter().map(ToString::to_string);
        let any_port = self.any_port.iter().map(|without_port| format!("{without_port}:*"));
        let wildcards =
            self.wildcards.iter().flat_map(|(scheme, Wildcards { below, below_any_port })| {
                let below = below.iter().map(move |domain| format!("{scheme}://*.{domain}"));
                let any_port =
                    below_any_port.iter().map(move |domain| format!("{scheme}://*.{domain}:*"));
                below.chain(any_port)
            });
        let mut patterns: Vec<_> = exact.chain(any_port).chain(wildcards).collect();
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
    pub fn find<'o>(&self, origin: &Origin<'o>) -> Option<Match<'o>> {
        let text = origin.as_str();
        if self.exact.contains(text) {
            return Some(Match { scheme: "", matched: text, any_port: false });
        }
        if self.any_port.contains(origin.without_port()) {
            return Some(Match { scheme: "", matched: origin.without_port(), any_port: true });
        }
        self.wildcards.get(origin.scheme())?.find(origin)
    }
}

/// The pattern of a set that stands for an origin. Displayed as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match<'o> {
    /// That of a subdomain wildcard; empty for other patterns.
    scheme: &'o str,
    /// What of the origin stands in the set.
    matched: &'o str,
    any_port: bool,
}

impl Wildcards {
    fn find<'o>(&self, origin: &Origin<'o>) -> Option<Match<'o>> {
        let found = |matched, any_port| Match { scheme: origin.scheme(), matched, any_port };
        let below = parents(origin.authority()).find(|parent| self.below.contains(*parent));
        below.map(|parent| found(parent, false)).or_else(|| {
            let any_port =
                parents(origin.host()).find(|parent| self.below_any_port.contains(*parent));
            any_port.map(|parent| found(parent, true))
        })
    }
}

impl fmt::Display for Match<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.scheme.is_empty() {
            write!(f, "{}://*.", self.scheme)?;
        }
        f.write_str(self.matched)?;
        f.write_str(if self.any_port { ":*" } else { "" })
    }
}

/// What follows each dot: `b.c` and `c` of `a.b.c`.
fn parents(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(name.split_once('.'), |(_, parent)| parent.split_once('.'))
        .map(|(_, parent)| parent)
}
