//! Reading the members of an object: known ones once each, of the right type.

use std::borrow::Cow;

use http::HeaderValue;
use rustc_hash::FxHashSet;

use super::{
    diagnostic::{Diagnostics, Reported},
    json::{Json, Value},
    place::{Node, Place},
};

/// The most members of an object. It limits the routes, each of which every request is compared
/// with; no rule has as many fields.
const MAX_MEMBERS: usize = 1000;

/// The members of an object.
pub(super) struct Members<'n> {
    node: Node<'n>,
    members: Vec<Member<'n>>,
}

/// A member of an object.
struct Member<'n> {
    /// The name as it is written.
    key: Json<'n>,
    name: Cow<'n, str>,
    json: Json<'n>,
}

impl<'n> Members<'n> {
    /// The members of the object `node`. Reports every duplicate name.
    ///
    /// # Errors
    /// It is not an object; `expected` says which one it should be.
    pub(super) fn of(
        node: &Node<'n>,
        expected: &str,
        diagnostics: &mut Diagnostics<'_>,
    ) -> Result<Self, Reported> {
        let Some(members) = node.json.members() else {
            return Err(diagnostics.add_invalid(node, expected, None));
        };
        let member =
            |(key, json): (Json<'n>, _)| Member { key, name: key.text().unwrap_or_default(), json };
        let members: Vec<_> = members.take(MAX_MEMBERS.saturating_add(1)).map(member).collect();
        if members.len() > MAX_MEMBERS {
            let message = format!("has more than {MAX_MEMBERS} members");
            return Err(diagnostics.add(
                node,
                message,
                "use one prefix for several paths; a rule has a dozen fields",
            ));
        }
        let members = Self { node: *node, members };
        let mut seen = FxHashSet::default();
        for member in &members.members {
            if !seen.insert(&*member.name) {
                let node = members.node_of(member);
                diagnostics.add_field(&node, member.key, "duplicate", "keep one of them");
            }
        }
        Ok(members)
    }

    /// The same members. Reports every name that is not `known`.
    pub(super) fn only(self, known: &[&str], diagnostics: &mut Diagnostics<'_>) -> Self {
        self.check_known(known, diagnostics);
        self
    }

    /// Reports every name that is not `known`.
    pub(super) fn check_known(&self, known: &[&str], diagnostics: &mut Diagnostics<'_>) {
        for member in self.members.iter().filter(|member| !known.contains(&&*member.name)) {
            let node = self.node_of(member);
            let help = match nearest(&member.name, known) {
                Some(meant) => format!("did you mean \"{meant}\"?"),
                None if member.name == "cors" && matches!(node.value(), Value::Object) => {
                    "write its contents without \"cors\" around them".to_owned()
                }
                None => format!("write one of {}", known.join(", ")),
            };
            diagnostics.add_field(&node, member.key, "unknown", help);
        }
    }

    /// The object itself.
    pub(super) fn node(&self) -> &Node<'n> {
        &self.node
    }

    /// Every member: its name, the name as a value, its value.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Node<'_>, Node<'_>)> {
        self.members.iter().map(|member| {
            let node = self.node_of(member);
            (&*member.name, Node { json: member.key, ..node }, node)
        })
    }

    /// The first member of that name.
    pub(super) fn get(&self, name: &str) -> Option<Node<'_>> {
        self.members.iter().find(|member| member.name == name).map(|member| self.node_of(member))
    }

    fn node_of<'m>(&'m self, member: &'m Member<'n>) -> Node<'m> {
        Node { json: member.json, place: Place::Member(&self.node.place, &member.name) }
    }

    /// A boolean, `default` where it is absent.
    pub(super) fn bool_or(
        &self,
        default: bool,
        name: &str,
        diagnostics: &mut Diagnostics<'_>,
    ) -> Result<bool, Reported> {
        let Some(node) = self.get(name) else { return Ok(default) };
        match node.value() {
            Value::Bool(value) => Ok(value),
            _ => Err(diagnostics.add_invalid(&node, "true or false", None)),
        }
    }

    /// Reports a `note` that is not a string. It is for people; no code reads it.
    pub(super) fn check_note(&self, diagnostics: &mut Diagnostics<'_>) {
        if let Some(node) = self.get("note").filter(|node| node.text().is_none()) {
            diagnostics.add_invalid(&node, "a text", None);
        }
    }

    /// A whole number from `low` to `high`, `None` where it is absent.
    pub(super) fn integer(
        &self,
        name: &str,
        (low, high): (i32, i32),
        diagnostics: &mut Diagnostics<'_>,
    ) -> Result<Option<i32>, Reported> {
        let Some(node) = self.get(name) else { return Ok(None) };
        let value = match node.value() {
            Value::Number(number) => whole(number).filter(|value| (low..=high).contains(value)),
            _ => None,
        };
        let expected = || format!("a whole number from {low} to {high}");
        value.map(Some).ok_or_else(|| diagnostics.add_invalid(&node, expected(), None))
    }
}

/// The value of `number`, if it is whole: `600`, or `600.0` as some programs write it.
fn whole(number: &str) -> Option<i32> {
    let whole = match number.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole,
        _ => number,
    };
    whole.parse().ok()
}

/// Calls `each` with every string of a list, or with every part of one string with commas. Other
/// values in a list are reported.
///
/// # Errors
/// `node` is neither.
pub(super) fn each_text(
    node: &Node<'_>,
    diagnostics: &mut Diagnostics<'_>,
    mut each: impl FnMut(&Node<'_>, &str, &mut Diagnostics<'_>),
) -> Result<(), Reported> {
    match node.value() {
        Value::Text(text) => {
            for part in text.split(',') {
                if diagnostics.are_full() {
                    break;
                }
                each(node, part.trim_ascii(), diagnostics);
            }
            Ok(())
        }
        Value::Array => {
            for item in node.items_or_self() {
                if diagnostics.are_full() {
                    break;
                }
                match item.text() {
                    Some(text) => each(&item, &text, diagnostics),
                    None => drop(diagnostics.add_invalid(&item, "a string", None)),
                }
            }
            Ok(())
        }
        _ => {
            Err(diagnostics.add_invalid(node, "a list of strings, or one string with commas", None))
        }
    }
}

/// The longest value of a header that names are put into, in bytes.
const MAX_JOINED_LEN: usize = 8192;

/// `names` as the value of a header, with commas between them; `None` if there are none.
///
/// # Errors
/// They are too long together, as servers and browsers limit headers; or one is no name, which
/// has been reported.
pub(super) fn joined(
    node: &Node<'_>,
    names: &[String],
    diagnostics: &mut Diagnostics<'_>,
) -> Result<Option<HeaderValue>, Reported> {
    if names.is_empty() {
        return Ok(None);
    }
    let joined = names.join(",");
    if joined.len() > MAX_JOINED_LEN {
        let message = format!("has more than {MAX_JOINED_LEN} bytes of names");
        return Err(diagnostics.add(node, message, "list only the names that you use"));
    }
    HeaderValue::try_from(joined).map(Some).map_err(|_| Reported)
}

/// The longest name that may be a known one with typing errors, in bytes.
const MAX_TYPO_LEN: usize = 64;

/// The known name that `name` was probably meant to be.
pub(super) fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    if name.len() > MAX_TYPO_LEN {
        return None;
    }
    let name = name.to_ascii_lowercase();
    let distance = |known: &str| strsim::levenshtein(&name, &known.to_ascii_lowercase());
    let nearest = known.iter().copied().min_by_key(|known| distance(known))?;
    let near = distance(nearest).saturating_mul(3) <= nearest.len().max(3);
    near.then_some(nearest)
}
