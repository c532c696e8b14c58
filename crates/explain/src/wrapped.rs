//! Documents with something around them: Socket.IO's server options, JavaScript, or prefixes
//! without `routes` or under another name. That is one fault, whose help has the document without it.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use socketio_cors_core::policy::DEFAULT_PREFIX;

use crate::{
    strict_json::{Extent, StrictJson},
    written_fault::WrittenFault,
};

/// The longest document that a help has, in bytes.
const MAX_PROPOSAL_LEN: usize = 8192;
/// The most objects in a text of JavaScript that are tried.
const MAX_OBJECTS: usize = 100;
/// The longest text in which objects are looked for, in bytes.
const MAX_JAVASCRIPT_LEN: usize = 1024 * 1024;

type Members<'j> = BTreeMap<String, &'j RawValue>;

/// The fault of a document of that `json`, if there is something around the policy.
pub(crate) fn fault_of_json(json: &str) -> Option<WrittenFault> {
    let Object { what, document } = Object::read(json)?;
    let message = what?;
    Some(fault(0, message, document))
}

/// The fault of a text of JavaScript in which there is a policy: something is around it, or it cannot
/// be read.
pub(crate) fn fault_of_javascript(text: &str) -> Option<WrittenFault> {
    let (start, object) = first_object(text)?;
    Some(match object {
        Ok(Object { document, .. }) => fault(start, "text around the policy", document),
        Err(fault) => fault,
    })
}

/// The policy in a text of JSON or JavaScript, without what is around it, or the fault on account of
/// which it cannot be read. `None` if there is none.
pub(crate) fn policy_in(text: &str) -> Option<Result<String, WrittenFault>> {
    let (_, object) = first_object(text)?;
    Some(object.map(|Object { document, .. }| document))
}

/// The first object of a text that has a policy, and where it begins.
fn first_object(text: &str) -> Option<(usize, Result<Object, WrittenFault>)> {
    if text.len() > MAX_JAVASCRIPT_LEN {
        return None;
    }
    let objects = text.match_indices('{').map(|(start, _)| start);
    let mut objects = objects.filter(|start| !is_in_list(text, *start)).take(MAX_OBJECTS);
    objects.find_map(|start| Some((start, object_at(text, start)?)))
}

/// The object at `start` is one of a list, as `[{ origin: "https://a.example" }, …]`: no policy, even if
/// it looks like one.
fn is_in_list(text: &str, start: usize) -> bool {
    let before = text.get(..start).unwrap_or_default().trim_end();
    let follows_object = || before.strip_suffix(',').is_some_and(|it| it.trim_end().ends_with('}'));
    before.ends_with('[') || follows_object()
}

/// The object that begins at `start`, or its fault, if it has a policy.
fn object_at(text: &str, start: usize) -> Option<Result<Object, WrittenFault>> {
    match StrictJson::read(text, start, Extent::Value) {
        Ok(json) => Object::read(json.text()).map(Ok),
        Err(fault) => {
            let object = block_at(text, start);
            (is_literal(object) && ["cors", "origin"].iter().any(|it| object.contains(it)))
                .then_some(Err(fault))
        }
    }
}

/// The object or block that begins at `start`, as far as braces tell.
fn block_at(text: &str, start: usize) -> &str {
    let rest = text.get(start..).unwrap_or_default();
    let mut depth = 0_usize;
    let end = rest.char_indices().find_map(|(at, char)| {
        match char {
            '{' => depth = depth.saturating_add(1),
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        (depth == 0).then_some(at)
    });
    end.and_then(|end| rest.get(..=end)).unwrap_or(rest)
}

/// It is an object and no block: it begins with a name and a colon.
fn is_literal(object: &str) -> bool {
    let rest = object.trim_start_matches('{').trim_start();
    let is_name = |char: char| char.is_alphanumeric() || matches!(char, '_' | '$' | '"' | '\'');
    rest.starts_with(is_name) && rest.trim_start_matches(is_name).trim_start().starts_with(':')
}

fn fault(start: usize, message: &str, document: String) -> WrittenFault {
    let help = if document.len() > MAX_PROPOSAL_LEN {
        "write the policy alone".to_owned()
    } else {
        format!("write the policy alone:\n{document}")
    };
    WrittenFault::new(start..start, message, help).with_document(document)
}

/// An object that has a policy.
struct Object {
    /// The kind of text around the policy.
    what: Option<&'static str>,
    /// The policy.
    document: String,
}

impl Object {
    fn read(json: &str) -> Option<Self> {
        let members: Members<'_> = serde_json::from_str(json).ok()?;
        let has = |name: &str| members.contains_key(name);
        if ["origin", "origins", "routes"].iter().any(|name| has(name)) {
            return Some(Self { what: None, document: unindented(json.trim()) });
        }
        let is_object = |value: &&RawValue| value.get().starts_with('{');
        if let Some(rule) = members.get("cors").copied().filter(|rule| is_object(rule)) {
            let rule = unindented(rule.get());
            let document = match prefix(&members) {
                Some(prefix) => in_routes(&prefix, &rule),
                None => rule,
            };
            return Some(Self {
                what: Some("Socket.IO's server options around the policy"),
                document,
            });
        }
        let is_route =
            |(name, value): (&String, &&RawValue)| name.starts_with('/') && is_object(value);
        if !members.is_empty() && members.iter().all(is_route) {
            return Some(Self {
                what: Some("path prefixes without \"routes\" around them"),
                document: of_routes(json.trim()),
            });
        }
        let paths = members.get("paths").copied().filter(|paths| is_object(paths))?;
        Some(Self {
            what: Some("\"paths\" around the path prefixes: the name is \"routes\""),
            document: of_routes(paths.get()),
        })
    }
}

/// The prefix of what Engine.IO serves with these server options; `None` if it is the default.
///
/// Source: engine.io, `Server.prototype._computePath`.
fn prefix(options: &Members<'_>) -> Option<String> {
    let path: String = serde_json::from_str(options.get("path")?.get()).ok()?;
    let path = format!("/{}", path.trim_matches('/'));
    let has_slash = options.get("addTrailingSlash").is_none_or(|value| value.get() != "false");
    (path != DEFAULT_PREFIX).then(|| if has_slash && path != "/" { path + "/" } else { path })
}

fn of_routes(routes: &str) -> String {
    let routes = unindented(routes).replace('\n', "\n  ");
    format!("{{\n  \"routes\": {routes}\n}}")
}

fn in_routes(prefix: &str, rule: &str) -> String {
    let prefix = serde_json::to_string(prefix).unwrap_or_default();
    let rule = rule.replace('\n', "\n    ");
    format!("{{\n  \"routes\": {{\n    {prefix}: {rule}\n  }}\n}}")
}

/// A value with its last line at the margin.
fn unindented(value: &str) -> String {
    let value = value.replace("\r\n", "\n");
    let last = value.rsplit('\n').next().unwrap_or_default();
    let margin = last.len().saturating_sub(last.trim_start().len());
    let (margin, _) = last.split_at_checked(margin).unwrap_or_default();
    value.replace(&format!("\n{margin}"), "\n")
}
