//! `origin`.

use super::{
    Access, Listed, Origins,
    fault::{Faults, Noted},
    field::Members,
    json::Value,
    place::Node,
    socketio2, tenants,
};
use crate::pattern::{HostPattern, OriginPattern};

/// The most origins of a document: five times a list of 100,000.
const MAX_ORIGINS: usize = 500_000;

/// How long an origin of a long list is with its quotes and comma, in bytes.
const TYPICAL_ITEM_LEN: usize = 40;

/// Who may read the answers of a rule.
pub(super) fn access(
    members: &Members<'_>,
    credentials: bool,
    faults: &mut Faults<'_>,
) -> Result<Access, Noted> {
    let echoed = |origins| Access::Echoed { origins, credentials };
    match (members.get("origin"), members.get("origins")) {
        (Some(node), None) if node.text().as_deref() == Some("*") => {
            if !credentials {
                return Ok(Access::Wildcard);
            }
            let problem = "cannot be combined with \"credentials\": true";
            let advice = "list the origins, or write true for every origin";
            Err(faults.add(&node, problem, advice))
        }
        (Some(node), None) => origins(&node, credentials, faults).map(echoed),
        (None, Some(node)) => socketio2::origins(&node, credentials, faults).map(echoed),
        (Some(_), Some(node)) => {
            let problem = "is Socket.IO 2's name for \"origin\", which stands here too";
            Err(faults.add(&node, problem, "keep \"origin\""))
        }
        (None, None) => {
            let advice = "write \"origin\": \"https://example.com\", a list, true, \"*\" or false";
            Err(faults.add_missing(members.node(), "has no \"origin\"", advice))
        }
    }
}

fn origins(node: &Node<'_>, credentials: bool, faults: &mut Faults<'_>) -> Result<Origins, Noted> {
    match node.value() {
        Value::Bool(true) => Ok(Origins::Every),
        Value::Bool(false) => Ok(Origins::Listed(Listed::default())),
        Value::Text(_) | Value::Array | Value::Object => {
            let mut listed = Listed::default();
            // A guess at their number, for growing is slow.
            listed.patterns.reserve(node.json.len() / TYPICAL_ITEM_LEN);
            for item in node.items_or_self() {
                if faults.are_full() {
                    break;
                }
                match item.text() {
                    Some(text) => pattern(&item, &text, credentials, &mut listed, faults),
                    None => tenants::prefix(&item, &mut listed, faults),
                }
            }
            Ok(Origins::Listed(listed))
        }
        _ => Err(faults.add_type(node, "an origin, a list of origins, true, \"*\" or false")),
    }
}

/// Whether `item` of a list of origins is or contains `pattern`, or is the
/// prefix of tenants that `pattern` is.
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn names(item: &Node<'_>, pattern: &str) -> bool {
    match item.text() {
        Some(text) => {
            text == pattern
                || text
                    .split_ascii_whitespace()
                    .any(|entry| socketio2::patterns(entry).iter().any(|text| text == pattern))
        }
        None => item.json.members().is_some_and(|mut members| {
            members.any(|(name, value)| name.text() == "kv" && value.text() == pattern)
        }),
    }
}

/// Adds the pattern `text`, which `node` is or has as a part, to those of `listed`.
pub(super) fn pattern(
    node: &Node<'_>,
    text: &str,
    credentials: bool,
    listed: &mut Listed,
    faults: &mut Faults<'_>,
) {
    let pattern = match OriginPattern::try_from(text) {
        Ok(pattern) => pattern,
        Err(error) => {
            let advice = error.advice(text, faults.knowledge.to_ascii);
            faults.add_part(node, text, error.problem(), advice);
            return;
        }
    };
    match pattern.host() {
        HostPattern::Below(domain)
            if credentials && (faults.knowledge.is_public_suffix)(domain) =>
        {
            let problem = "is a wildcard over a public suffix, below which anyone can have a site, \
                           with \"credentials\": true";
            let yours = text.replacen("*.", "*.yours.", 1);
            let advice = format!("write the domains that are yours, as in \"{yours}\"");
            faults.add_part(node, text, problem, advice);
        }
        _ if faults.origins >= MAX_ORIGINS => {
            let problem = format!("is one origin more than the {MAX_ORIGINS} of a document");
            faults.add_part(node, text, problem, "use {\"kv\": \"tenant:\"}");
        }
        _ => {
            faults.origins = faults.origins.saturating_add(1);
            listed.patterns.extend([pattern]);
        }
    }
}
