//! `dangerouslyAllow`.

use super::{
    diagnostic::Diagnostics,
    field::{Members, nearest},
    json::Value,
};

/// What the author of a rule takes on knowingly.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dangers {
    /// Wildcards over a public suffix, with credentials.
    pub(super) public_suffix: bool,
    /// Every origin, of which `check` does not warn then.
    pub(super) every_origin: bool,
}

const PUBLIC_SUFFIX: &str = "public-suffix";
const EVERY_ORIGIN: &str = "every-origin";

/// Those that `members` list. None of them changes a decision.
pub(super) fn parse(members: &Members<'_>, diagnostics: &mut Diagnostics<'_>) -> Dangers {
    let mut dangers = Dangers::default();
    let Some(node) = members.get("dangerouslyAllow") else { return dangers };
    if !matches!(node.value(), Value::Array) {
        let help = format!("write a list, as in [\"{EVERY_ORIGIN}\"]");
        diagnostics.add(&node, "has the wrong type", help);
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
                let help = match nearest(other, &[PUBLIC_SUFFIX, EVERY_ORIGIN]) {
                    Some(meant) => format!("did you mean \"{meant}\"?"),
                    None => format!("write \"{PUBLIC_SUFFIX}\" or \"{EVERY_ORIGIN}\""),
                };
                diagnostics.add(&item, "is nothing that can be allowed here", help);
            }
            None => drop(diagnostics.add_type(&item, "a text")),
        }
    }
    dangers
}
