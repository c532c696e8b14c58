//! A policy document: one rule, or rules by path prefix.

use super::{
    DEFAULT_PREFIX, Knowledge, Route,
    diagnostic::{Diagnostic, Diagnostics, Noted},
    field::Members,
    place::Node,
    prefix::Prefix,
    rule, syntax,
};
use crate::{origin, path::normalise};

/// Every route of the document `text`, in its order.
///
/// # Errors
/// Every fault of the document.
pub(super) fn parse(text: &str, knowledge: &Knowledge) -> Result<Vec<Route>, Vec<Diagnostic>> {
    let mut diagnostics = Diagnostics::of(text, knowledge);
    let routes = read(text, &mut diagnostics);
    diagnostics.into_result(routes)
}

fn read(text: &str, diagnostics: &mut Diagnostics<'_>) -> Result<Vec<Route>, Noted> {
    let root = Node::root(syntax::read(text, diagnostics)?);
    let expected = "an object, as in {\"origin\": \"https://example.com\"}";
    let members = Members::of(&root, expected, diagnostics)?;
    if members.get("routes").is_some() {
        return routes(members, diagnostics);
    }
    let known = [&["$schema", "routes"], rule::FIELDS].concat();
    let rule = rule::parse(&members.only(&known, diagnostics), diagnostics)?;
    Ok(vec![Route { prefix: Prefix::new(DEFAULT_PREFIX), rule }])
}

fn routes(members: Members<'_>, diagnostics: &mut Diagnostics<'_>) -> Result<Vec<Route>, Noted> {
    let members = members.only(&["$schema", "routes"], diagnostics);
    let node = members.get("routes").ok_or(Noted)?;
    let expected = "an object, as in {\"/socket.io/\": {\"origin\": \"https://example.com\"}}";
    let rules = Members::of(&node, expected, diagnostics)?;
    // Every route is read before the first fault counts.
    let routes: Vec<_> =
        rules.iter().map(|(prefix, key, node)| route(prefix, &key, &node, diagnostics)).collect();
    if routes.is_empty() {
        let help = "give at least one route, as in \"/socket.io/\"";
        return Err(diagnostics.add(&node, "covers nothing", help));
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
) -> Result<Route, Noted> {
    check_prefix(prefix, key, diagnostics);
    let expected = "a rule, as in {\"origin\": \"https://example.com\"}";
    let members = Members::of(node, expected, diagnostics)?.only(rule::FIELDS, diagnostics);
    let rule = rule::parse(&members, diagnostics)?;
    Ok(Route { prefix: Prefix::new(prefix), rule })
}

fn check_prefix(prefix: &str, key: &Node<'_>, diagnostics: &mut Diagnostics<'_>) {
    let mut refuse = |message, help| diagnostics.add(key, message, help);
    let meant = meant_prefix(prefix);
    let quoted = serde_json::to_string(&meant).unwrap_or_default();
    if prefix.chars().any(|char| char.is_control() || char == char::REPLACEMENT_CHARACTER) {
        refuse("is a path prefix with a control character", "take it out".to_owned());
    } else if !prefix.starts_with('/') {
        refuse("is a path prefix that does not start with /", format!("write {quoted}"));
    } else if prefix.contains(NOT_IN_PREFIXES) {
        let message = "is a path prefix with a wildcard, a query or a fragment";
        refuse(message, format!("write {quoted}, which covers all that starts with it"));
    } else if meant != prefix {
        let message = "is not spelt as paths are compared: decoded, without // and ..";
        refuse(message, format!("write {quoted}"));
    }
}

const NOT_IN_PREFIXES: [char; 3] = ['*', '?', '#'];

/// A prefix that is spelt as it should be, for what `prefix` says: its path, if it
/// is a URL, up to a wildcard, a query or a fragment.
fn meant_prefix(prefix: &str) -> String {
    let path = match origin::split_scheme(prefix) {
        Some((_, rest)) => rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or_default(),
        None => prefix,
    };
    let mut meant = format!("/{}", path.trim_start_matches('/'));
    // What is decoded once may read otherwise the next time.
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
