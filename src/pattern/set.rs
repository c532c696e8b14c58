//! A set of patterns in which a look-up costs the same for one as for 100,000.

use std::collections::{HashMap, HashSet};

use super::{HostPattern, OriginPattern, PortPattern};
use crate::origin::Origin;

/// Patterns by the slice of an origin's text that they match, so that a look-up
/// hashes slices of the text as it came: one for the whole, one for it without
/// its port, and two for each dot in the host where the scheme has wildcards.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct OriginSet {
    /// `https://example.com:8443`
    exact: HashSet<Box<str>>,
    /// `https://example.com` for `https://example.com:*`
    any_port: HashSet<Box<str>>,
    /// By scheme.
    wildcards: HashMap<Box<str>, Wildcards>,
}

/// The subdomain wildcards of one scheme.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wildcards {
    /// `example.com:8443` for `https://*.example.com:8443`
    below: HashSet<Box<str>>,
    /// `example.com` for `https://*.example.com:*`
    below_any_port: HashSet<Box<str>>,
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
    fn insert(&mut self, pattern: OriginPattern<'_>) {
        let scheme = pattern.scheme();
        match (pattern.host(), pattern.port()) {
            (HostPattern::Exactly(host), PortPattern::Any) => {
                self.any_port.insert(format!("{scheme}://{host}").into());
            }
            (HostPattern::Exactly(_), _) => {
                self.exact.insert(pattern.to_string().into());
            }
            (HostPattern::Below(domain), port) => {
                let wildcards = self.wildcards.entry(scheme.into()).or_default();
                match port {
                    PortPattern::Any => wildcards.below_any_port.insert(domain.into()),
                    PortPattern::Default => wildcards.below.insert(domain.into()),
                    PortPattern::Exactly(port) => {
                        wildcards.below.insert(format!("{domain}:{port}").into())
                    }
                };
            }
        }
    }

    /// Whether any pattern stands for `origin`.
    #[must_use]
    pub fn contains(&self, origin: &Origin<'_>) -> bool {
        self.exact.contains(origin.as_str())
            || self.any_port.contains(origin.without_port())
            || self.wildcards.get(origin.scheme()).is_some_and(|below| below.contain(origin))
    }
}

impl Wildcards {
    fn contain(&self, origin: &Origin<'_>) -> bool {
        parents(origin.authority()).any(|parent| self.below.contains(parent))
            || parents(origin.host()).any(|parent| self.below_any_port.contains(parent))
    }
}

/// What follows each dot: `b.c` and `c` of `a.b.c`.
fn parents(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(name.split_once('.'), |(_, parent)| parent.split_once('.'))
        .map(|(_, parent)| parent)
}
