//! A policy document: one rule, or rules by path prefix.

use super::{
    DEFAULT_PREFIX, DomainRules, Rule,
    diagnostic::{Diagnostic, Diagnostics, Reported},
    field::Members,
    place::Node,
    prefix::Prefix,
    rule, syntax,
};
use crate::{origin, request::path::normalise};

/// Every route of the document `text`, in its order.
///
/// # Errors
/// Every fault of the document.
pub(super) fn parse(
    text: &str,
    domain_rules: &DomainRules,
) -> Result<Vec<(Prefix, Rule)>, Vec<Diagnostic>> {
    let mut diagnostics = Diagnostics::of(text, domain_rules);
    let routes = read(text, &mut diagnostics);
    diagnostics.into_result(routes)
}

fn read(text: &str, diagnostics: &mut Diagnostics<'_>) -> Result<Vec<(Prefix, Rule)>, Reported> {
    let root = Node::root(syntax::read(text, diagnostics)?);
    let expected = "an object, as in {\"origin\": \"https://example.com\"}";
    let members = Members::of(&root, expected, diagnostics)?;
    if members.get("routes").is_some() {
        return routes(members, diagnostics);
    }
    let known = [&["$schema", "routes"], rule::FIELDS].concat();
    let rule = rule::parse(&members.only(&known, diagnostics), diagnostics)?;
    Ok(vec![(Prefix::new(DEFAULT_PREFIX), rule)])
}

#[inline(never)] // Many documents have one rule alone.
fn routes(
    members: Members<'_>,
    diagnostics: &mut Diagnostics<'_>,
) -> Result<Vec<(Prefix, Rule)>, Reported> {
    let members = members.only(&["$schema", "note", "routes"], diagnostics);
    members.check_note(diagnostics);
    let node = members.get("routes").ok_or(Reported)?;
    let expected = "an object, as in {\"/socket.io/\": {\"origin\": \"https://example.com\"}}";
    let rules = Members::of(&node, expected, diagnostics)?;
    // All routes are read before the first `?`, so that every fault is found.
    let routes: Vec<_> =
        rules.iter().map(|(prefix, key, node)| route(prefix, &key, &node, diagnostics)).collect();
    if routes.is_empty() {
        let help = "add at least one route, as in \"/socket.io/\"";
        return Err(diagnostics.add(&node, "has no routes", help));
    }
    routes.into_iter().collect()
}

/// Calls `each` with every rule of a document, and with its prefix where it has
/// one, as far as they are found.
pub(super) fn each_rule(
    root: &Node<'_>,
    diagnostics: &mut Diagnostics<'_>,
    mut each: impl FnMut(Option<&Node<'_>>, &Node<'_>, &mut Diagnostics<'_>),
) {
    let Ok(members) = Members::of(root, "", diagnostics) else { return };
    let Some(routes) = members.get("routes") else { return each(None, root, diagnostics) };
    let Ok(rules) = Members::of(&routes, "", diagnostics) else { return };
    for (_, key, rule) in rules.iter() {
        each(Some(&key), &rule, diagnostics);
    }
}

fn route(
    prefix: &str,
    key: &Node<'_>,
    node: &Node<'_>,
    diagnostics: &mut Diagnostics<'_>,
) -> Result<(Prefix, Rule), Reported> {
    check_prefix(prefix, key, diagnostics);
    let expected = "a rule, as in {\"origin\": \"https://example.com\"}";
    let members = Members::of(node, expected, diagnostics)?.only(rule::FIELDS, diagnostics);
    let rule = rule::parse(&members, diagnostics)?;
    Ok((Prefix::new(prefix), rule))
}

fn check_prefix(prefix: &str, key: &Node<'_>, diagnostics: &mut Diagnostics<'_>) {
    let mut refuse = |message, help| diagnostics.add(key, message, help);
    let meant = meant_prefix(prefix);
    let quoted = serde_json::to_string(&meant).unwrap_or_default();
    if prefix.chars().any(|char| char.is_control() || char == char::REPLACEMENT_CHARACTER) {
        refuse("has a control character", "remove it".to_owned());
    } else if !prefix.starts_with('/') {
        refuse("does not start with /", format!("write {quoted}"));
    } else if prefix.contains(NOT_IN_PREFIXES) {
        let message = "has a wildcard, a query or a fragment";
        refuse(message, format!("write {quoted}, which covers every path that starts with it"));
    } else if meant != prefix {
        let message = "is not in normal form: decoded, without // and ..";
        refuse(message, format!("write {quoted}"));
    }
}

const NOT_IN_PREFIXES: [char; 3] = ['*', '?', '#'];

/// The prefix in normal form that `prefix` was probably meant to be: its path, if it is a URL, up to
/// a wildcard, a query or a fragment.
fn meant_prefix(prefix: &str) -> String {
    let path = match origin::split_scheme(prefix) {
        Some((_, rest)) => rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or_default(),
        None => prefix,
    };
    let mut meant = format!("/{}", path.trim_start_matches('/'));
    // Decoding may bring up more to decode.
    for _ in 0..8 {
        let literal = meant.split(NOT_IN_PREFIXES).next().unwrap_or_default();
        let normal = normalise(literal);
        if normal == meant {
            break;
        }
        meant = normal;
    }
    meant
}
