//! `{"kv": "<prefix>"}`: origins that have a KV key each.

use super::{Listed, diagnostic::Diagnostics, field::Members, json::Value};

/// The longest prefix, in bytes. A KV key has 512 at most, an origin 326.
const MAX_PREFIX_LEN: usize = 128;
/// The most prefixes of a rule: each is a KV read for an unknown origin.
const MAX_PREFIXES: usize = 8;

/// The expected form of an entry in a list of origins.
pub(super) const EXPECTED: &str =
    "an origin, or {\"kv\": \"tenant:\"} for origins with a KV key each";

/// Adds the prefix that the object with these `members` gives to those of `listed`.
pub(super) fn prefix(
    members: &Members<'_>,
    listed: &mut Listed,
    diagnostics: &mut Diagnostics<'_>,
) {
    members.check_known(&["kv"], diagnostics);
    let Some(value) = members.get("kv") else {
        diagnostics.add_missing(members.node(), "kv", "write {\"kv\": \"tenant:\"}");
        return;
    };
    match value.value() {
        Value::Text(prefix) if !is_prefix(&prefix) => {
            let help = "write 1 to 128 ASCII characters without spaces, as in \"tenant:\"";
            diagnostics.add(&value, "is not a valid prefix of KV keys", help);
        }
        Value::Text(prefix) if listed.prefixes.iter().any(|known| *known == prefix) => {}
        Value::Text(_) if listed.prefixes.len() >= MAX_PREFIXES => {
            let message = format!("exceeds the limit of {MAX_PREFIXES} prefixes in a rule");
            diagnostics.add(&value, message, "use one prefix for several kinds of origins");
        }
        Value::Text(prefix) => listed.prefixes.push(prefix.into_owned()),
        _ => drop(diagnostics.add_invalid(&value, "a prefix of KV keys, as in \"tenant:\"", None)),
    }
}

/// Returns true if `text` can be a prefix of tenants' KV keys.
#[must_use]
pub fn is_prefix(text: &str) -> bool {
    (1..=MAX_PREFIX_LEN).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}
