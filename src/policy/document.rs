//! A policy document: one rule, or rules by path prefix.

use super::{
    DEFAULT_PREFIX, MAX_DOCUMENT_LEN, MAX_VALUES, Route,
    fault::{Fault, Faults, Noted},
    field::Members,
    json::{Json, Pointer},
    rule,
};
use crate::path::Forms;

/// Every route of the document `text`, in its order.
///
/// # Errors
/// Every fault of the document.
pub(super) fn parse(text: &str) -> Result<Vec<Route>, Vec<Fault>> {
    let mut faults = Faults::default();
    let routes = read(text, &mut faults);
    faults.into_result(routes)
}

fn read(text: &str, faults: &mut Faults) -> Result<Vec<Route>, Noted> {
    let root = Pointer::default();
    if text.len() > MAX_DOCUMENT_LEN {
        let problem = format!("has {} bytes, more than {MAX_DOCUMENT_LEN}", text.len());
        return Err(faults.add_valueless(&root, problem, "shorten the list of origins"));
    }
    // What is not a policy at all must not take an isolate's memory: each value takes 32 bytes.
    if text.bytes().filter(|byte| *byte == b',').count() > MAX_VALUES {
        let problem = format!("has more than {MAX_VALUES} values");
        return Err(faults.add_valueless(&root, problem, "shorten the list of origins"));
    }
    let json: Json = serde_json::from_str(text).map_err(|error| {
        faults.add_valueless(&root, format!("is not JSON: {error}"), "correct it there")
    })?;
    let Json::Object(members) = &json else {
        let expected = "an object, as in {\"origin\": \"https://example.com\"}";
        return Err(faults.add_type(&root, &json, expected));
    };
    if members.iter().any(|(name, _)| name == "routes") {
        return routes(root, members, faults);
    }
    let known = [&["$schema", "routes"], rule::FIELDS].concat();
    let members = Members::of(root, members, faults).only(&known, faults);
    let rule = rule::parse(&members, faults)?;
    Ok(vec![Route { prefix: DEFAULT_PREFIX.to_owned(), rule }])
}

fn routes(
    root: Pointer,
    members: &[(String, Json)],
    faults: &mut Faults,
) -> Result<Vec<Route>, Noted> {
    let members = Members::of(root, members, faults).only(&["$schema", "routes"], faults);
    let (at, json) = members.get("routes").ok_or(Noted)?;
    let Json::Object(rules) = json else {
        let expected = "an object, as in {\"/socket.io/\": {\"origin\": \"https://example.com\"}}";
        return Err(faults.add_type(&at, json, expected));
    };
    if rules.is_empty() {
        let advice = "give at least one route, as in \"/socket.io/\"";
        return Err(faults.add(&at, json, "covers nothing", advice));
    }
    let rules = Members::of(at, rules, faults);
    // Every route is read before the first fault counts.
    let routes: Vec<_> =
        rules.iter().map(|(at, prefix, json)| route(at, prefix, json, faults)).collect();
    routes.into_iter().collect()
}

fn route(at: Pointer, prefix: &str, json: &Json, faults: &mut Faults) -> Result<Route, Noted> {
    check_prefix(&at, prefix, faults);
    let Json::Object(members) = json else {
        let expected = "a rule, as in {\"origin\": \"https://example.com\"}";
        return Err(faults.add_type(&at, json, expected));
    };
    let members = Members::of(at, members, faults).only(rule::FIELDS, faults);
    let rule = rule::parse(&members, faults)?;
    Ok(Route { prefix: prefix.to_owned(), rule })
}

fn check_prefix(at: &Pointer, prefix: &str, faults: &mut Faults) {
    let mut refuse = |problem, advice| faults.add_text(at, prefix, problem, advice);
    let literal = prefix.split(['*', '?', '#']).next().unwrap_or_default();
    let rooted = format!("/{}", literal.trim_start_matches('/'));
    let normal = Forms::of(&rooted).normal;
    let write = format!("write \"{normal}\"");
    if !prefix.starts_with('/') {
        refuse("is a path prefix that does not start with /", write);
    } else if literal != prefix {
        let problem = "is a path prefix with a character that no path has, or a wildcard";
        refuse(problem, format!("{write}, which covers all that starts with it"));
    } else if normal != prefix {
        refuse("is not spelt as paths are compared: decoded, without // and ..", write);
    }
}
