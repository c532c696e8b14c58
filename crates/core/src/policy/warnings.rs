//! Warnings: things that are valid in a document, but seldom intended.

use super::{
    Diagnostic, DomainRules, dangers,
    diagnostic::Diagnostics,
    document, doubts,
    field::{Members, each_text},
    json::Value,
    keys::EVERY_HOST,
    origins,
    place::Node,
    socketio2, syntax,
};
use crate::origin::pattern::OriginPattern;

/// Headers of the CORS protocol itself, by the field in which they are useless. An author who lists
/// them has usually misunderstood the field.
const MISDIRECTED: [(&str, &[&str]); 2] = [
    (
        "allowedHeaders",
        &[
            "access-control-allow-credentials",
            "access-control-allow-headers",
            "access-control-allow-methods",
            "access-control-allow-origin",
            "access-control-expose-headers",
            "access-control-max-age",
        ],
    ),
    (
        "exposedHeaders",
        &[
            "access-control-allow-headers",
            "access-control-allow-methods",
            "access-control-max-age",
            "access-control-request-headers",
            "access-control-request-method",
            "origin",
        ],
    ),
];

/// No URL is longer (Cloudflare, "Request limits"), so no path is either.
const MAX_URL_LEN: usize = 16 * 1024;

/// The warnings about the document `text`, which may have faults.
#[must_use]
pub fn warnings(text: &str) -> Vec<Diagnostic> {
    // Not returned: `Policy::read` lists the faults.
    let mut diagnostics = Diagnostics::of(text, &DomainRules::NONE);
    let mut warnings = Diagnostics::of(text, &DomainRules::NONE);
    if let Ok(json) = syntax::read(text, &mut diagnostics) {
        document::each_rule(&Node::root(json), &mut diagnostics, |key, rule, diagnostics| {
            if let Some(key) = key {
                warn_of_prefix(key, &mut warnings);
            }
            if let Ok(members) = Members::of(rule, "", diagnostics) {
                warn_of_origins(&members, diagnostics, &mut warnings);
                warn_of_headers(&members, diagnostics, &mut warnings);
            }
        });
    }
    warnings.into_result(Ok(())).err().unwrap_or_default()
}

fn warn_of_prefix(key: &Node<'_>, warnings: &mut Diagnostics<'_>) {
    if key.text().is_some_and(|prefix| prefix.len() > MAX_URL_LEN) {
        warnings.add(key, "is longer than any URL, so the route is never reached", "shorten it");
    }
}

fn warn_of_origins(
    members: &Members<'_>,
    diagnostics: &mut Diagnostics<'_>,
    warnings: &mut Diagnostics<'_>,
) {
    let credentialed = is(members, "credentials", true);
    let means_every = dangers::parse(members, diagnostics).every_origin;
    for (name, patterns_of) in READERS {
        let Some(node) = members.get(name) else { continue };
        if node.json.items().is_some_and(|mut items| items.next().is_none()) {
            let message = "lists no origin, so only the same origin is allowed";
            warnings.add(&node, message, "if you want that, write \"origin\": false");
        }
        for item in node.items_or_self() {
            warn_of_keys(&item, diagnostics, warnings);
            let text = origins::text(&item).unwrap_or_default();
            let patterns = patterns_of(&text);
            // With credentials, this one is a fault.
            let is_wildcard = name == "origin" && text == "*" && !credentialed;
            let is_every = is_wildcard
                || matches!(item.value(), Value::Bool(true))
                || name == "origins" && text.split_ascii_whitespace().any(|entry| entry == "*:*");
            if is_every && !means_every {
                let keeps_cookies = !is(members, "websocketCookies", false);
                let (message, help) = every_origin(credentialed, keeps_cookies);
                warnings.add(&item, message, help);
            }
            if is_wildcard && !means_every {
                let message = "prevents pages from polling with cookies, which sessions and sticky \
                               load balancing may need";
                let help = "if yours do, list the origins and set \"credentials\": true";
                warnings.add(&item, message, help);
            }
            let doubt = patterns.iter().find_map(|text| {
                doubts::about(&OriginPattern::try_from(&**text).ok()?, credentialed)
            });
            if let Some((message, help)) = doubt {
                warnings.add(&item, message, help);
            }
        }
    }
    warn_of_socketio2(members, credentialed, warnings);
}

/// Warns about a prefix of tenants' keys that keys of policies (`policy`, `policy:<host>`) have too.
fn warn_of_keys(
    item: &Node<'_>,
    diagnostics: &mut Diagnostics<'_>,
    warnings: &mut Diagnostics<'_>,
) {
    if !matches!(item.value(), Value::Object) {
        return;
    }
    let Ok(members) = Members::of(item, "", diagnostics) else { return };
    let Some(node) = members.get("kv") else { return };
    if let Value::Text(prefix) = node.value()
        && (prefix.starts_with(EVERY_HOST)
            || !prefix.is_empty() && EVERY_HOST.starts_with(&*prefix))
    {
        let message = "overlaps with the keys of policies: listing or deleting keys by this prefix \
                       includes them";
        warnings.add(&node, message, "use another prefix, as in \"tenant:\"");
    }
}

/// Returns true if the boolean `field` is there and has that value.
fn is(members: &Members<'_>, field: &str, value: bool) -> bool {
    members.get(field).is_some_and(|node| matches!(node.value(), Value::Bool(its) if its == value))
}

/// The message and the help where every origin is allowed: every page can act in its visitor's
/// name. `keeps_cookies` is the rule's `websocketCookies`.
fn every_origin(credentialed: bool, keeps_cookies: bool) -> (&'static str, String) {
    let (message, alternative) = if credentialed {
        ("lets every site act with its visitors' cookies, and read the answers", "")
    } else if keeps_cookies {
        (
            "lets every site open a WebSocket with its visitors' cookies, which browsers send \
             whatever \"credentials\" says",
            "; set \"websocketCookies\": false if the socket needs no cookies",
        )
    } else {
        (
            "lets every site POST with its visitors' cookies, which browsers send with a no-cors \
             request whatever \"credentials\" says",
            "",
        )
    };
    let meant = "; or, if you want that, add \"dangerouslyAllow\": [\"every-origin\"]";
    (message, format!("list the origins{alternative}{meant}"))
}

/// Gives the patterns that a string of a list stands for.
type PatternsOf = fn(&str) -> Vec<String>;

/// The strings of `origin` and `origins` are read differently.
const READERS: [(&str, PatternsOf); 2] = [
    ("origin", |text| vec![text.to_owned()]),
    ("origins", |text| text.split_ascii_whitespace().flat_map(socketio2::patterns).collect()),
];

/// Warns about what Socket.IO 2 does by itself for a list, and this Worker only on request.
fn warn_of_socketio2(members: &Members<'_>, credentialed: bool, warnings: &mut Diagnostics<'_>) {
    let Some(node) = members.get("origins") else { return };
    if !credentialed {
        let message = "prevents pages from polling with cookies, which Socket.IO 2 allows";
        warnings.add(&node, message, "add \"credentials\": true to allow it");
    }
    let is_every =
        node.items_or_self().any(|item| item.text().is_some_and(|text| text.contains("*:*")));
    if !is_every && members.get("missingOrigin").is_none() {
        let message = "lets requests without an Origin through, which Socket.IO 2 refuses if origins are \
             listed";
        warnings.add(
            &node,
            message,
            "add \"missingOrigin\": \"deny\" to refuse them, or \
                                      \"allow\"",
        );
    }
}

fn warn_of_headers(
    members: &Members<'_>,
    diagnostics: &mut Diagnostics<'_>,
    warnings: &mut Diagnostics<'_>,
) {
    for (field, misdirected) in MISDIRECTED {
        let Some(node) = members.get(field) else { continue };
        // Anything but a list or a string is a fault, which `Policy::read` lists.
        let _ = each_text(&node, diagnostics, |node, name, _| {
            if misdirected.contains(&name.to_ascii_lowercase().as_str()) {
                let message = "is for the server and the browser: pages neither send nor read it";
                warnings.add_part(node, name, message, "remove it");
            }
        });
    }
}
