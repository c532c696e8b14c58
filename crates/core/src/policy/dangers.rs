//! `dangerouslyAllow`.

use super::{
    fault::Faults,
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
pub(super) fn parse(members: &Members<'_>, faults: &mut Faults<'_>) -> Dangers {
    let mut dangers = Dangers::default();
    let Some(node) = members.get("dangerouslyAllow") else { return dangers };
    if !matches!(node.value(), Value::Array) {
        let advice = format!("write a list, as in [\"{EVERY_ORIGIN}\"]");
        faults.add(&node, "has the wrong type", advice);
        return dangers;
    }
    for item in node.items_or_self() {
        if faults.are_full() {
            break;
        }
        match item.text().as_deref() {
            Some(PUBLIC_SUFFIX) => dangers.public_suffix = true,
            Some(EVERY_ORIGIN) => dangers.every_origin = true,
            Some(other) => {
                let advice = match nearest(other, &[PUBLIC_SUFFIX, EVERY_ORIGIN]) {
                    Some(meant) => format!("did you mean \"{meant}\"?"),
                    None => format!("write \"{PUBLIC_SUFFIX}\" or \"{EVERY_ORIGIN}\""),
                };
                faults.add(&item, "is nothing that can be allowed here", advice);
            }
            None => drop(faults.add_type(&item, "a text")),
        }
    }
    dangers
}
