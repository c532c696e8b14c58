//! Origins of one owner that one pattern can stand for.

use std::collections::BTreeMap;

use socketio_cors_core::origin::{Origin, host, is_custom};

use super::doubt_about;
use crate::registrable_domain;

/// The fewest origins directly below a registered domain that are a family. A pattern for them stands
/// for all that the owner has.
const MIN_OF_DOMAIN: usize = 3;
/// The fewest origins below a longer name.
const MIN_OF_NAME: usize = 2;

/// Origins of one owner that one pattern can stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// The pattern: `https://*.staging.example.com`.
    pub pattern: String,
    /// The origins.
    pub members: Vec<String>,
    /// The objection of `check` to the pattern, if it should not be listed.
    pub objection: Option<String>,
}

/// The common part of a family: the scheme, the end of the host, and the port.
type Parent<'o> = (&'o str, &'o str, &'o str);
/// The first label of a member's host, and the whole of its text.
type Child<'o> = (&'o str, &'o str);

/// The families among `origins`. `credentialed`: the rule that would list them allows credentials.
#[must_use]
pub fn families<'o>(origins: impl IntoIterator<Item = &'o str>, credentialed: bool) -> Vec<Family> {
    let mut groups: BTreeMap<Parent<'_>, Vec<Child<'_>>> = BTreeMap::new();
    for text in origins {
        let Ok(origin) = Origin::try_from(text) else { continue };
        let port = origin.authority().strip_prefix(origin.host()).unwrap_or_default();
        if let Some((label, parent)) = label_and_parent(&origin) {
            groups.entry((origin.scheme(), parent, port)).or_default().push((label, text));
        }
    }
    let family = |((scheme, parent, port), members): (Parent<'_>, Vec<Child<'_>>)| {
        let is_domain = registrable_domain(parent) == Some(parent);
        let least = if is_domain { MIN_OF_DOMAIN } else { MIN_OF_NAME };
        if members.len() < least {
            return None;
        }
        let labels: Vec<_> = members.iter().map(|(label, _)| *label).collect();
        let pattern = format!("{scheme}://{}.{parent}{port}", wildcard(&labels));
        let objection = doubt_about(&pattern, credentialed);
        let members = members.into_iter().map(|(_, text)| text.to_owned()).collect();
        Some(Family { pattern, members, objection })
    };
    groups.into_iter().filter_map(family).collect()
}

/// The first label of an origin's host and what follows it, if that is somebody's alone.
fn label_and_parent<'o>(origin: &Origin<'o>) -> Option<(&'o str, &'o str)> {
    let host = origin.host();
    if is_custom(origin.scheme()) || host::ends_in_number(host) || host.starts_with('[') {
        return None;
    }
    let (label, parent) = host.split_once('.')?;
    registrable_domain(parent)?;
    Some((label, parent))
}

/// `*`, or the narrower `pr-*` and `*-web`, where all of the labels begin or end so.
fn wildcard(labels: &[&str]) -> String {
    let shared = |matches: fn(&str, &str) -> usize| {
        let mut labels = labels.iter();
        let first = labels.next().copied().unwrap_or_default();
        labels.map(|label| matches(first, label)).min().unwrap_or_default()
    };
    let first = labels.first().copied().unwrap_or_default();
    let begins = shared(|one, other| {
        one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count()
    });
    let ends = shared(|one, other| {
        one.bytes().rev().zip(other.bytes().rev()).take_while(|(one, other)| one == other).count()
    });
    let before = first
        .get(..begins)
        .and_then(|text| text.rfind('-'))
        .map_or("", |dash| first.get(..=dash).unwrap_or_default());
    let end = first.get(first.len().saturating_sub(ends)..).unwrap_or_default();
    let after = end.find('-').and_then(|dash| end.get(dash..)).unwrap_or_default();
    let is_between = |label: &&str| {
        label
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after))
            .is_some_and(|inner| !inner.is_empty() && !inner.contains('_'))
    };
    if (before.is_empty() && after.is_empty())
        || before.starts_with("xn--")
        || !labels.iter().all(is_between)
    {
        return "*".to_owned();
    }
    format!("{before}*{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_of_one_owner_are_a_family_and_origins_of_several_owners_are_not() {
        let found = |origins: &[&str]| {
            let families = families(origins.iter().copied(), true);
            families
                .into_iter()
                .map(|it| (it.pattern, it.members.len(), it.objection.is_some()))
                .collect::<Vec<_>>()
        };
        let one =
            |pattern: &str, members, is_doubted| vec![(pattern.to_owned(), members, is_doubted)];
        for (origins, expected) in [
            (
                &["https://a.staging.example.com", "https://b.staging.example.com"][..],
                one("https://*.staging.example.com", 2, false),
            ),
            (
                &["https://a.b.example.com:8443", "https://c.b.example.com:8443"],
                one("https://*.b.example.com:8443", 2, false),
            ),
            (
                &["https://eu-web.b.example.com", "https://us-web.b.example.com"],
                one("https://*-web.b.example.com", 2, false),
            ),
            (
                &["https://shop-1.b.example.com", "https://shop-22.b.example.com"],
                one("https://shop-*.b.example.com", 2, false),
            ),
            // As `check` says, which warns of previews.
            (
                &["https://pr-1.b.example.com", "https://pr-2.b.example.com"],
                one("https://pr-*.b.example.com", 2, true),
            ),
            (
                &["http://a.b.example.com", "http://c.b.example.com"],
                one("http://*.b.example.com", 2, true),
            ),
            (
                &["https://a.example.com", "https://b.example.com", "https://c.example.com"],
                one("https://*.example.com", 3, false),
            ),
            (&["https://a.example.com", "https://b.example.com"], vec![]),
            (&["https://a.b.example.com", "http://c.b.example.com"], vec![]),
            (&["https://a.b.example.com", "https://a.c.example.com"], vec![]),
            // Anybody can have a name there.
            (&["https://a.co.uk", "https://b.co.uk", "https://c.co.uk"], vec![]),
            (&["https://a.vercel.app", "https://b.vercel.app", "https://c.vercel.app"], vec![]),
            (&["https://a.github.io", "https://b.github.io", "https://c.github.io"], vec![]),
            (&["https://10.0.0.1", "https://10.0.0.2", "https://10.0.0.3"], vec![]),
            (&["app://a.b.c", "app://d.b.c"], vec![]),
        ] {
            assert_eq!(found(origins), expected, "{origins:?}");
        }
    }
}
