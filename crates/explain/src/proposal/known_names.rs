//! Hosts that are easily mistaken for another (look-alikes).

use std::collections::BTreeSet;

use crate::registrable_domain;

/// The most names to which the others are compared letter by letter.
const MAX_COMPARED: usize = 1000;
/// Shorter names differ in one letter by chance.
const MIN_LEN: usize = 6;

/// The names of hosts that are trusted.
#[derive(Debug, Default)]
pub struct KnownNames<'k> {
    /// Hosts whose text other hosts may have at their beginning.
    hosts: BTreeSet<&'k str>,
    /// Those of them that are trusted.
    trusted: BTreeSet<&'k str>,
    /// The domains that somebody registered.
    domains: BTreeSet<&'k str>,
}

/// A host that is easily mistaken for another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookAlike {
    /// The other.
    pub of: String,
    /// The difference, as a clause that follows "looks like …, but".
    pub difference: &'static str,
}

impl<'k> KnownNames<'k> {
    /// Adds a host that is trusted, and all that its owner has.
    pub fn trust(&mut self, host: &'k str) {
        self.add_host(host);
        self.trusted.insert(host);
        self.domains.extend(registrable_domain(host));
    }

    /// Adds a host that is known, but may be anybody's.
    pub fn add_host(&mut self, host: &'k str) {
        if host.contains('.') {
            self.hosts.insert(host);
        }
    }

    /// The known name for which `host` is easily taken, if it is not of the same owner.
    #[must_use]
    pub fn look_alike(&self, host: &str) -> Option<LookAlike> {
        let domain = registrable_domain(host)?;
        if self.domains.contains(domain) {
            return None;
        }
        let found = |of: &str, difference| Some(LookAlike { of: of.to_owned(), difference });
        let dots = host.match_indices('.').map(|(dot, _)| dot);
        let beginning = dots
            .rev()
            .filter_map(|dot| host.get(..dot))
            .find(|beginning| self.hosts.contains(beginning) || self.domains.contains(beginning));
        // Two hosts of one owner do not imitate each other.
        if let Some(other) = beginning.filter(|it| registrable_domain(it) != Some(domain)) {
            return found(other, "only begins like it: another owner has the end of the name");
        }
        let starts = domain.char_indices().map(|(start, _)| start).skip(1);
        let mut ends = starts.filter_map(|start| domain.get(start..));
        if let Some(other) = ends.find(|end| end.len() >= MIN_LEN && self.domains.contains(end)) {
            return found(other, "only ends like it, with no dot between: it is another domain");
        }
        let names = self.domains.iter().chain(&self.trusted).take(MAX_COMPARED);
        let mut names = names.filter(|name| name.len() >= MIN_LEN);
        let other = names.find(|name| {
            differs_in_one_letter(name, domain)
                || differs_in_one_letter(name, host) && registrable_domain(name) != Some(domain)
        })?;
        found(other, "differs from it in one letter")
    }
}

/// One letter is another, missing, too many, or two have changed places. A number or a word of one
/// letter that is another (`shop-a`, `shop-b`) is no difference of that kind.
fn differs_in_one_letter(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len().abs_diff(other.len()) > 1 || one == other {
        return false;
    }
    let before = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    let same = |of_one: usize, of_other: usize| {
        let of_one = one.get(before.saturating_add(of_one)..);
        of_one.is_some_and(|rest| Some(rest) == other.get(before.saturating_add(of_other)..))
    };
    let at = |bytes: &[u8], offset: usize| bytes.get(before.saturating_add(offset)).copied();
    let swapped = at(one, 0) == at(other, 1) && at(one, 1) == at(other, 0);
    match one.len().cmp(&other.len()) {
        std::cmp::Ordering::Less => same(0, 1),
        std::cmp::Ordering::Greater => same(1, 0),
        std::cmp::Ordering::Equal if swapped => same(2, 2),
        std::cmp::Ordering::Equal => same(1, 1) && !is_count(one, other, before),
    }
}

/// The letters at `at` are both digits, or both words of their own.
fn is_count(one: &[u8], other: &[u8], at: usize) -> bool {
    let is_digit = |bytes: &[u8]| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let is_end = |byte: Option<&u8>| byte.is_none_or(|byte| matches!(byte, b'-' | b'.'));
    let is_word = is_end(at.checked_sub(1).and_then(|before| one.get(before)))
        && is_end(one.get(at.saturating_add(1)));
    let is_dot = |bytes: &[u8]| bytes.get(at) == Some(&b'.');
    is_digit(one) && is_digit(other) || is_word && !is_dot(one) && !is_dot(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_looks_like_a_known_one_or_does_not() {
        let mut known = KnownNames::default();
        known.trust("app.example.com");
        known.trust("shop-a.example.net");
        known.trust("store1.com");
        known.trust("shop.co");
        known.add_host("seen.test.org");
        for (host, of) in [
            ("app.example.com.evil.net", Some("app.example.com")),
            ("example.com.evil.net", Some("example.com")),
            ("seen.test.org.evil.net", Some("seen.test.org")),
            ("evilexample.com", Some("example.com")),
            ("www.evil-example.com", Some("example.com")),
            ("examp1e.com", Some("example.com")),
            ("exmaple.com", Some("example.com")),
            ("app.exampl.com", Some("example.com")),
            ("app.exxample.com", Some("example.com")),
            ("appxexample.com", Some("example.com")),
            ("example.co", Some("example.com")),
            ("app.example.com", None),
            ("b.example.com", None),
            ("test.org", None),
            ("example.de", None),
            ("other.com", None),
            ("store2.com", None),
            ("bigshop.com", None),
            ("co.uk", None),
            ("localhost", None),
            ("127.0.0.1", None),
        ] {
            assert_eq!(known.look_alike(host).map(|it| it.of).as_deref(), of, "{host}");
        }
    }

    #[test]
    fn numbered_names_are_not_look_alikes() {
        for (one, other, expected) in [
            ("shop1.example", "shop2.example", false),
            ("shop-a.example", "shop-b.example", false),
            ("shopa.example", "shopb.example", true),
            ("shop.example", "shop.example", false),
            ("shop.example", "shops.example", true),
            ("a.example", "b.example", false),
            ("app.example", "appxexample", true),
        ] {
            assert_eq!(differs_in_one_letter(one, other), expected, "{one} {other}");
        }
    }
}
