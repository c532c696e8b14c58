//! `dangerouslyAllow`.

use super::{
    diagnostic::Diagnostics,
    field::{Members, nearest},
    json::Value,
};

/// The dangers that the author of a rule accepts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dangers {
    /// Wildcards over a public suffix, with credentials.
    pub(super) public_suffix: bool,
    /// Every origin: `check` does not warn about it.
    pub(super) every_origin: bool,
}

const PUBLIC_SUFFIX: &str = "public-suffix";
const EVERY_ORIGIN: &str = "every-origin";
const EXPECTED: &str = "\"public-suffix\" or \"every-origin\"";

/// The dangers that `members` list. None changes a decision.
pub(super) fn parse(members: &Members<'_>, diagnostics: &mut Diagnostics<'_>) -> Dangers {
    let mut dangers = Dangers::default();
    let Some(node) = members.get("dangerouslyAllow") else { return dangers };
    if !matches!(node.value(), Value::Array) {
        let expected = format!("a list, as in [\"{EVERY_ORIGIN}\"]");
        diagnostics.add_invalid(&node, expected, None);
        return dangers;
    }
    for item in node.items_or_self() {
        if diagnostics.are_full() {
            break;
        }
        match item.text().as_deref() {
            Some(PUBLIC_SUFFIX) => dangers.public_suffix = true,
            Some(EVERY_ORIGIN) => dangers.every_origin = true,
            Some(other) => {
                let meant = nearest(other, &[PUBLIC_SUFFIX, EVERY_ORIGIN]);
                let help = meant.map(|meant| format!("did you mean \"{meant}\"?"));
                diagnostics.add_invalid(&item, EXPECTED, help);
            }
            None => drop(diagnostics.add_invalid(&item, EXPECTED, None)),
        }
    }
    dangers
}
