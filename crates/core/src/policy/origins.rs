//! `origin`.

use super::{
    Access, Knowledge, Listed, Origins,
    dangers::Dangers,
    diagnostic::{Diagnostics, Noted},
    field::Members,
    json::Value,
    place::Node,
    socketio2, tenants,
};
use crate::pattern::{HostPattern, OriginPattern, repair};

/// The most origins of a document: five times a list of 100,000.
const MAX_ORIGINS: usize = 500_000;

/// How long an origin of a long list is with its quotes and comma, in bytes.
const TYPICAL_ITEM_LEN: usize = 40;

/// Who may read the answers of a rule.
pub(super) fn access(
    members: &Members<'_>,
    credentials: bool,
    dangers: Dangers,
    diagnostics: &mut Diagnostics<'_>,
) -> Result<Access, Noted> {
    let echoed = |origins| Access::Echoed { origins, credentials };
    let own_only = credentials && !dangers.public_suffix;
    match (members.get("origin"), members.get("origins")) {
        (Some(node), None) if node.text().as_deref() == Some("*") => {
            if !credentials {
                return Ok(Access::Wildcard);
            }
            let message = "cannot be combined with \"credentials\": true";
            let help = "list the origins, or write true for every origin";
            Err(diagnostics.add(&node, message, help))
        }
        (Some(node), None) => origins(&node, own_only, diagnostics).map(echoed),
        (None, Some(node)) => socketio2::origins(&node, own_only, diagnostics).map(echoed),
        (Some(node), Some(legacy)) => {
            let message = "is Socket.IO 2's name for \"origin\", which stands here too";
            diagnostics.add(&legacy, message, "keep \"origin\"");
            // Whichever is kept should be good.
            let _ = (
                origins(&node, own_only, diagnostics),
                socketio2::origins(&legacy, own_only, diagnostics),
            );
            Err(Noted)
        }
        (None, None) => {
            let help = "write \"origin\": \"https://example.com\", a list, true, \"*\" or false";
            Err(diagnostics.add_missing(members.node(), "has no \"origin\"", help))
        }
    }
}

/// The origins that `node` has. If they may be `own_only`, a wildcard over a public suffix is a
/// fault.
fn origins(
    node: &Node<'_>,
    own_only: bool,
    diagnostics: &mut Diagnostics<'_>,
) -> Result<Origins, Noted> {
    match node.value() {
        Value::Bool(true) => Ok(Origins::Every),
        Value::Bool(false) => Ok(Origins::Listed(Listed::default())),
        Value::Text(_) | Value::Array | Value::Object => {
            let mut listed = Listed::default();
            // A guess at their number, for growing is slow.
            listed.patterns.reserve(node.json.len() / TYPICAL_ITEM_LEN);
            for item in node.items_or_self() {
                if diagnostics.are_full() {
                    break;
                }
                match item.text() {
                    Some(text) => pattern(&item, &text, own_only, &mut listed, diagnostics),
                    None => tenants::prefix(&item, &mut listed, diagnostics),
                }
            }
            Ok(Origins::Listed(listed))
        }
        _ => Err(diagnostics.add_type(node, "an origin, a list of origins, true, \"*\" or false")),
    }
}

/// Whether `item` of a list of origins is or contains `pattern`, or is the
/// prefix of tenants that `pattern` is.
pub(super) fn names(item: &Node<'_>, pattern: &str) -> bool {
    match item.text() {
        Some(text) => {
            text == pattern
                || text
                    .split_ascii_whitespace()
                    .any(|entry| socketio2::patterns(entry).iter().any(|text| text == pattern))
        }
        None => item.json.members().is_some_and(|mut members| {
            members.any(|(name, value)| {
                name.text().is_some_and(|name| name == "kv")
                    && value.text().is_some_and(|prefix| prefix == pattern)
            })
        }),
    }
}

/// Adds the pattern `text`, which `node` is or has as a part, to those of `listed`.
fn pattern(
    node: &Node<'_>,
    text: &str,
    own_only: bool,
    listed: &mut Listed,
    diagnostics: &mut Diagnostics<'_>,
) {
    match read_pattern(text, own_only, diagnostics.knowledge) {
        Ok(pattern) => add(node, pattern, listed, diagnostics),
        Err((message, help)) => drop(diagnostics.add_part(node, text, message, help)),
    }
}

/// The pattern `text`. If it may stand for its author's origins only, as `own_only` says, one over
/// a public suffix is wrong.
///
/// # Errors
/// What is wrong with it, and what to write instead.
pub(super) fn read_pattern<'t>(
    text: &'t str,
    own_only: bool,
    knowledge: &Knowledge,
) -> Result<OriginPattern<'t>, (&'static str, String)> {
    let over_suffix = |text: &str| {
        let pattern = OriginPattern::try_from(text).ok()?;
        let HostPattern::Below(domain) = pattern.host() else { return None };
        let (scheme, below) = text.split_once("*.")?;
        (own_only && (knowledge.is_public_suffix)(domain)).then(|| {
            format!(
                "write the domains that are yours, as in \"{scheme}*.yours.{below}\"; or say \
                     that all are meant: \"dangerouslyAllow\": [\"public-suffix\"]"
            )
        })
    };
    let pattern = OriginPattern::try_from(text).map_err(|error| {
        // What is told to be written has to be good in every respect.
        let repaired = repair(text, knowledge.to_ascii).and_then(|text| over_suffix(&text));
        let help = repaired.unwrap_or_else(|| error.help(text, knowledge.to_ascii));
        (error.message(), help)
    })?;
    over_suffix(text).map_or(Ok(pattern), |help| Err((OVER_SUFFIX, help)))
}

const OVER_SUFFIX: &str = "is a wildcard over a public suffix, below which anyone can have a site, \
                           with \"credentials\": true";

/// Adds `pattern`, which stands in `node`, to those of `listed`.
pub(super) fn add(
    node: &Node<'_>,
    pattern: OriginPattern<'_>,
    listed: &mut Listed,
    diagnostics: &mut Diagnostics<'_>,
) {
    if diagnostics.origins >= MAX_ORIGINS {
        let message = format!("is one origin more than the {MAX_ORIGINS} of a document");
        diagnostics.add_part(node, pattern.as_str(), message, "use {\"kv\": \"tenant:\"}");
        return;
    }
    diagnostics.origins = diagnostics.origins.saturating_add(1);
    listed.patterns.extend([pattern]);
}
