//! What is allowed in a document, and seldom meant.

use super::{
    Diagnostic, Knowledge, dangers,
    diagnostic::Diagnostics,
    document,
    field::{Members, each_text},
    json::Value,
    place::Node,
    socketio2, syntax,
};
use crate::{
    host::is_loopback,
    keys::EVERY_HOST,
    pattern::{HostPattern, OriginPattern},
};

/// Headers of the CORS protocol itself, by the direction in which no page has a
/// use for them. That they are listed mostly stems from a misunderstanding.
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

/// What to warn about in the document `text`, whatever its faults; a warning has
/// the form of a fault.
#[must_use]
pub fn warnings(text: &str) -> Vec<Diagnostic> {
    // Its faults have been listed by whoever read it.
    let mut diagnostics = Diagnostics::of(text, &Knowledge::NONE);
    let mut warnings = Diagnostics::of(text, &Knowledge::NONE);
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
        warnings.add(key, "is longer than any URL: the route is never reached", "shorten it");
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
            let message = "lists no origin: none but the same one is allowed";
            warnings.add(&node, message, "write \"origin\": false if that is meant");
        }
        for item in node.items_or_self() {
            warn_of_keys(&item, diagnostics, warnings);
            let text = item.text().unwrap_or_default();
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
                let message = "lets no page poll with cookies, which sessions and sticky load \
                               balancing may need";
                let help = "if they do, list the origins and set \"credentials\": true";
                warnings.add(&item, message, help);
            }
            let unencrypted = patterns.iter().find_map(|text| unencrypted_host(text));
            match unencrypted.filter(|_| credentialed) {
                Some(host) if is_loopback(&host) => {
                    let message = "is on the visitor's own machine, where any program can serve it \
                                   and act with their cookies";
                    warnings.add(&item, message, "keep it out of production");
                }
                Some(_) => {
                    let message = "is not encrypted: whoever is on a visitor's network can pose as \
                                   it and act with their cookies";
                    warnings.add(&item, message, "serve the page over https, and list that");
                }
                None => {}
            }
        }
    }
    warn_of_socketio2(members, credentialed, warnings);
}

/// A prefix of tenants' keys that policies' keys (`policy`, `policy:<host>`) have too.
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
        let message = "overlaps with the keys of policies, which whoever lists or deletes the keys \
                       under it meets too";
        warnings.add(&node, message, "write another prefix, as in \"tenant:\"");
    }
}

/// Whether the boolean `field` is there, and has that value.
fn is(members: &Members<'_>, field: &str, value: bool) -> bool {
    members.get(field).is_some_and(|node| matches!(node.value(), Value::Bool(its) if its == value))
}

/// What every page can do in its visitor's name where every origin is allowed, and what to do
/// about it. `keeps_cookies` is the rule's `websocketCookies`.
fn every_origin(credentialed: bool, keeps_cookies: bool) -> (&'static str, String) {
    let (message, alternative) = if credentialed {
        ("lets every site act with its visitors' cookies, and read the answers", "")
    } else if keeps_cookies {
        (
            "lets every site open a WebSocket with its visitors' cookies, which browsers send \
             whatever \"credentials\" says",
            "; set \"websocketCookies\": false if the socket needs none",
        )
    } else {
        (
            "lets every site POST with its visitors' cookies, which browsers send with a no-cors \
             request whatever \"credentials\" says",
            "",
        )
    };
    let meant = "; or say that it is meant: \"dangerouslyAllow\": [\"every-origin\"]";
    (message, format!("list the origins{alternative}{meant}"))
}

/// The patterns that a text of a list stands for.
type PatternsOf = fn(&str) -> Vec<String>;

/// How the texts of `origin` and `origins` are read.
const READERS: [(&str, PatternsOf); 2] = [
    ("origin", |text| vec![text.to_owned()]),
    ("origins", |text| text.split_ascii_whitespace().flat_map(socketio2::patterns).collect()),
];

/// What a list of Socket.IO 2 does there by itself, and does not do here.
fn warn_of_socketio2(members: &Members<'_>, credentialed: bool, warnings: &mut Diagnostics<'_>) {
    let Some(node) = members.get("origins") else { return };
    if !credentialed {
        let message = "lets no page poll with cookies, which Socket.IO 2 does";
        warnings.add(&node, message, "add \"credentials\": true for that");
    }
    let is_every =
        node.items_or_self().any(|item| item.text().is_some_and(|text| text.contains("*:*")));
    if !is_every && members.get("missingOrigin").is_none() {
        let message =
            "lets requests without an Origin through, which Socket.IO 2 refuses for a list";
        warnings.add(&node, message, "add \"missingOrigin\": \"deny\" for that, or \"allow\"");
    }
}

/// The host of an `http:` pattern.
fn unencrypted_host(text: &str) -> Option<String> {
    let pattern =
        OriginPattern::try_from(text).ok().filter(|pattern| pattern.scheme() == "http")?;
    let (HostPattern::Exactly(host) | HostPattern::Below(host)) = pattern.host();
    Some(host.to_owned())
}

fn warn_of_headers(
    members: &Members<'_>,
    diagnostics: &mut Diagnostics<'_>,
    warnings: &mut Diagnostics<'_>,
) {
    for (field, misdirected) in MISDIRECTED {
        let Some(node) = members.get(field) else { continue };
        // What is neither a list nor a text is a fault, and none of this concern.
        let _ = each_text(&node, diagnostics, |node, name, _| {
            if misdirected.contains(&name.to_ascii_lowercase().as_str()) {
                let message = "is for the server and the browser: no page sends or reads it";
                warnings.add_part(node, name, message, "leave it out");
            }
        });
    }
}
