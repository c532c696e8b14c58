//! `origin`.

use std::borrow::Cow;

use super::{
    Access, Listed, Origins,
    dangers::Dangers,
    diagnostic::{Diagnostics, Reported},
    field::Members,
    json::{Json, Value},
    listed_patterns::{Barred, add, read_pattern},
    place::Node,
    socketio2, tenants,
};
use crate::origin::pattern::OriginPattern;

/// The typical length of an origin in a long list, with its quotes and comma, in bytes.
const TYPICAL_ITEM_LEN: usize = 40;

/// The pages that may read the answers of a rule.
pub(super) fn access(
    members: &Members<'_>,
    credentials: bool,
    dangers: Dangers,
    diagnostics: &mut Diagnostics<'_>,
) -> Result<Access, Reported> {
    let echoed = |origins| Access::Echoed { origins, credentials };
    let barred =
        Barred { null: credentials, public_suffixes: credentials && !dangers.public_suffix };
    match (members.get("origin"), members.get("origins")) {
        (Some(node), None) if node.text().as_deref() == Some("*") => {
            if !credentials {
                return Ok(Access::Wildcard);
            }
            let message = "cannot be combined with \"credentials\": true";
            let help = "list the origins, or write true to allow every origin";
            Err(diagnostics.add(&node, message, help))
        }
        (Some(node), None) => origins(&node, barred, diagnostics).map(echoed),
        (None, Some(node)) => socketio2::origins(&node, barred, diagnostics).map(echoed),
        (Some(node), Some(legacy)) => {
            let clause =
                "is the value of \"origins\", Socket.IO 2's name for \"origin\"; the rule has both";
            diagnostics.add(&legacy, clause, "remove \"origins\"");
            // Both are checked, as either may be kept.
            let _ = (
                origins(&node, barred, diagnostics),
                socketio2::origins(&legacy, barred, diagnostics),
            );
            Err(Reported)
        }
        (None, None) => {
            let help = "add \"origin\": \"https://example.com\", a list, true, \"*\" or false";
            Err(diagnostics.add_missing(members.node(), "origin", help))
        }
    }
}

/// The origins in `node`. The ones that are `barred` are faults.
fn origins(
    node: &Node<'_>,
    barred: Barred,
    diagnostics: &mut Diagnostics<'_>,
) -> Result<Origins, Reported> {
    match node.value() {
        Value::Bool(true) => Ok(Origins::Every),
        Value::Bool(false) => Ok(Origins::Listed(Listed::default())),
        Value::Text(_) | Value::Array | Value::Object => {
            let mut listed = Listed::default();
            // Growing is slow, so their number is guessed.
            let bytes = node.json.len();
            listed.patterns.reserve(bytes / TYPICAL_ITEM_LEN, bytes);
            for item in node.items_or_self() {
                if diagnostics.are_full() {
                    break;
                }
                match item.text() {
                    Some(text) => pattern(&item, &text, barred, &mut listed, diagnostics),
                    None => entry(&item, barred, &mut listed, diagnostics),
                }
            }
            listed.patterns.shrink();
            Ok(Origins::Listed(listed))
        }
        _ => {
            let expected = "an origin, a list of origins, true, \"*\" or false";
            Err(diagnostics.add_invalid(node, expected, None))
        }
    }
}

/// Reads an entry that is not a text: an origin with a note, or a prefix of tenants.
#[inline(never)] // Many lists have texts alone.
fn entry(node: &Node<'_>, barred: Barred, listed: &mut Listed, diagnostics: &mut Diagnostics<'_>) {
    let Ok(members) = Members::of(node, tenants::EXPECTED, diagnostics) else { return };
    if members.get("kv").is_some() || ["origin", "note"].iter().all(|it| members.get(it).is_none())
    {
        return tenants::prefix(&members, listed, diagnostics);
    }
    let members = members.only(&["origin", "note"], diagnostics);
    members.check_note(diagnostics);
    let Some(origin) = members.get("origin") else {
        diagnostics.add_missing(node, "origin", "write {\"origin\": \"https://example.com\"}");
        return;
    };
    match origin.text() {
        Some(text) => pattern(&origin, &text, barred, listed, diagnostics),
        None => drop(diagnostics.add_invalid(&origin, "an origin", None)),
    }
}

/// The origin in `item` of a list, which may have a note.
pub(super) fn text<'n>(item: &Node<'n>) -> Option<Cow<'n, str>> {
    item.text().or_else(|| {
        let mut members = item.json.members()?;
        members.find_map(|(name, value)| value.text().filter(|_| is_named(name, "origin")))
    })
}

fn is_named(name: Json<'_>, expected: &str) -> bool {
    name.text().is_some_and(|name| name == expected)
}

/// Returns true if `item` of a list of origins is or contains `pattern`, or is that prefix of tenants.
pub(super) fn names(item: &Node<'_>, pattern: &str) -> bool {
    match text(item) {
        Some(text) => {
            text == pattern
                || text
                    .split_ascii_whitespace()
                    .any(|entry| socketio2::patterns(entry).iter().any(|text| text == pattern))
        }
        None => item.json.members().is_some_and(|mut members| {
            members.any(|(name, value)| {
                is_named(name, "kv") && value.text().is_some_and(|prefix| prefix == pattern)
            })
        }),
    }
}

/// Adds the pattern `text`, which `node` is or has as a part, to those of `listed`.
fn pattern(
    node: &Node<'_>,
    text: &str,
    barred: Barred,
    listed: &mut Listed,
    diagnostics: &mut Diagnostics<'_>,
) {
    // No bar is for one site.
    if let Some(pattern) = OriginPattern::of_one_site(text) {
        return add(node, &pattern, listed, diagnostics);
    }
    match read_pattern(text, barred, diagnostics.domain_rules) {
        Ok(pattern) => add(node, &pattern, listed, diagnostics),
        Err((message, help)) => drop(diagnostics.add_part(node, text, message, help)),
    }
}
