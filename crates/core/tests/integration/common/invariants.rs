//! What holds of every origin, pattern, document and decision. The property
//! tests and the fuzz targets check it, each on inputs of its own.
#![allow(dead_code, reason = "each crate uses some of it")]

use serde_json::Value;
use socketio_cors_core::{
    decision::{Verdict, decide},
    origin::Origin,
    path::{Reading, fold_prefix},
    pattern::{HostPattern, OriginPattern, OriginSet, PortPattern},
    policy::{Diagnostic, Policy},
    request::{RequestHead, Url},
    response::{Action, CREDENTIALS, Headers, act},
    settings::{Service, Settings},
    tenants::KeyStatus,
};

/// Checks what the two parsers make of `text`: the strict one takes what the
/// lenient one takes, but for WebSocket URLs, and besides only wildcards.
pub(crate) fn check_origin(text: &str) {
    let origin = Origin::try_from(text);
    let (scheme, host, port) = split(text);
    if let Ok(origin) = origin {
        assert_eq!((origin.as_str(), origin.scheme(), origin.host()), (text, scheme, host));
        assert_eq!(origin.without_port(), format!("{scheme}://{host}"), "{text:?}");
        assert_eq!(format!("{scheme}://{}", origin.authority()), text);
    }
    match OriginPattern::try_from(text) {
        Ok(pattern) => {
            assert_eq!((pattern.as_str(), pattern.scheme()), (text, scheme));
            let below = matches!(pattern.host(), HostPattern::Below(_));
            let any_port = pattern.port() == PortPattern::Any;
            assert_eq!((below, any_port), (host.starts_with("*."), port == Some("*")), "{text:?}");
            assert_eq!(origin.is_ok(), !below && !any_port, "{text:?}");
            assert!(!matches!(scheme, "ws" | "wss"), "{text:?}");
        }
        Err(error) => {
            assert!(origin.is_err() || matches!(scheme, "ws" | "wss"), "{text:?}");
            // Where the help is nothing but a pattern, it has to be one.
            let help = error.help(text, |_| None);
            let quoted = help.strip_prefix("write \"").and_then(|rest| rest.strip_suffix('"'));
            if let Some(meant) = quoted.filter(|meant| !meant.contains('"')) {
                assert!(OriginPattern::try_from(meant).is_ok(), "{text:?}: {help}");
            }
        }
    }
}

/// Checks that the set of those of `texts` that are patterns, in any order,
/// stands for what any of them stands for on its own.
pub(crate) fn check_set(texts: &[&str], origins: &[&str]) {
    let is_pattern = |text: &&&str| OriginPattern::try_from(**text).is_ok();
    let mut texts: Vec<&str> = texts.iter().filter(is_pattern).copied().collect();
    let forwards = set(texts.iter().copied());
    let backwards = set(texts.iter().rev().copied());
    let twice = set(texts.iter().chain(&texts).copied());
    assert_eq!((&forwards, &forwards), (&backwards, &twice), "{texts:?}");

    for text in origins {
        let Ok(origin) = Origin::try_from(*text) else { continue };
        let expected = texts.iter().any(|pattern| stands_for(pattern, text));
        assert_eq!(forwards.contains(&origin), expected, "{text:?} in {texts:?}");
        assert_eq!(backwards.contains(&origin), expected, "{text:?} in {texts:?} backwards");
    }
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(forwards.patterns(), texts);
}

fn set<'a>(patterns: impl Iterator<Item = &'a str>) -> OriginSet {
    patterns.flat_map(OriginPattern::try_from).collect()
}

/// Whether a pattern stands for an origin, in the most naive way.
pub(crate) fn stands_for(pattern: &str, origin: &str) -> bool {
    let (scheme, host, port) = split(pattern);
    let (its_scheme, its_host, its_port) = split(origin);
    let host_fits = match host.strip_prefix('*') {
        Some(dot_and_domain) => {
            its_host.len() > dot_and_domain.len() && its_host.ends_with(dot_and_domain)
        }
        None => its_host == host,
    };
    scheme == its_scheme && host_fits && (port == Some("*") || port == its_port)
}

/// Scheme, host and port.
fn split(text: &str) -> (&str, &str, Option<&str>) {
    let (scheme, authority) = text.split_once("://").unwrap_or_default();
    let brackets = authority.find(']').unwrap_or_default();
    match authority.rfind(':').filter(|colon| *colon >= brackets) {
        Some(colon) => (scheme, &authority[..colon], Some(&authority[colon + 1..])),
        None => (scheme, authority, None),
    }
}

/// Checks what is made of the document `text`, and returns its policy if it has one.
pub(crate) fn check_document(text: &str) -> Option<Policy> {
    let judged = serde_json::from_str::<Value>(text);
    let read = Policy::parse(text);
    match &read {
        Ok(policy) => {
            let printed = policy.to_json().to_string();
            assert_eq!(Policy::parse(&printed).as_ref(), Ok(policy), "{text:?} as {printed}");
            check_stars(&policy.to_json(), text);
        }
        Err(faults) => check_faults(faults, text),
    }
    match judged {
        Ok(value) => check_respelt(&read, &value, text),
        Err(error) if is_beyond_syntax(&error) => {}
        Err(error) => {
            let faults = read.as_ref().err().map(|faults| sorted(faults)).unwrap_or_default();
            assert!(matches!(faults[..], [("", _, _)]), "{text:?}: {error}: {faults:?}");
        }
    }
    read.ok()
}

/// Checks that no rule of the accepted `document` has both `*` and credentials.
fn check_stars(document: &Value, text: &str) {
    let routes = document["routes"].as_object().into_iter().flatten().map(|(_, rule)| rule);
    for rule in routes.chain([document]).filter(|rule| rule["credentials"] == true) {
        assert_ne!(rule["origin"], "*", "{text:?}");
        for list in ["methods", "allowedHeaders", "exposedHeaders"] {
            let mut items = rule[list].as_array().into_iter().flatten();
            assert!(items.all(|item| item != "*"), "{text:?}");
        }
    }
}

fn check_faults(faults: &[Diagnostic], text: &str) {
    assert!(!faults.is_empty(), "{text:?}");
    assert!(faults.is_sorted_by_key(|fault| fault.span.start), "{text:?}: {faults:?}");
    for fault in faults {
        let before = text.get(..fault.span.start);
        assert!(before.is_some() && text.get(fault.span.clone()).is_some(), "{text:?}: {fault:?}");
        let before = before.unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        let position = (before.matches('\n').count() + 1, line.chars().count() + 1);
        assert_eq!((fault.line, fault.column), position, "{text:?}: {fault:?}");
        assert!(
            !fault.message.is_empty() && fault.help.as_deref() != Some(""),
            "{text:?}: {fault:?}"
        );
        assert_eq!(fault.pointer.is_empty(), !fault.pointer.starts_with('/'), "{fault:?}");
    }
}

/// Checks that `text`, of which `read` was made, is JSON to the reader too, and
/// means the same as `serde_json` spells it.
fn check_respelt(read: &Result<Policy, Vec<Diagnostic>>, value: &Value, text: &str) {
    let faults = read.as_ref().err().map(Vec::as_slice).unwrap_or_default();
    assert!(faults.iter().all(|fault| !fault.message.starts_with("invalid JSON")), "{text:?}");
    let said = |word: &str| faults.iter().any(|fault| fault.message.contains(word));
    let spelt = value.to_string();
    // A `Value` keeps no duplicate, rounds numbers, and spells `\ufffd` as what
    // stands for bytes that are not UTF-8. The thousandth fault is the last.
    let differs = ["duplicate field", "a whole number from", "invalid UTF-8"].into_iter().any(said);
    if differs || faults.len() >= 1000 || spelt.contains('\u{fffd}') {
        return;
    }
    let respelt = Policy::parse(&spelt);
    // A message quotes a value as it is written: with its escapes, and `1e9` as `1e9`.
    if !faults.is_empty() && (text.contains('\\') || has_fraction_or_exponent(value)) {
        assert!(respelt.is_err(), "{text:?} as {spelt}");
        return;
    }
    let Ok(policy) = read else {
        let respelt = respelt.as_ref().err().map(|faults| sorted(faults));
        assert_eq!(respelt, Some(sorted(faults)), "{text:?} as {spelt}");
        return;
    };
    assert_eq!(respelt.as_ref(), Ok(policy), "{text:?} as {spelt}");
    check_stars(value, text);
    let prefixes = |document: &Value| -> Option<Vec<String>> {
        document["routes"].as_object().map(|routes| routes.keys().cloned().collect())
    };
    if let Some(expected) = prefixes(value) {
        assert_eq!(prefixes(&policy.to_json()), Some(expected), "{text:?}");
    }
}

/// Whether a number in `value` may be written in several ways.
fn has_fraction_or_exponent(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(items) => items.iter().any(has_fraction_or_exponent),
        Value::Object(fields) => fields.values().any(has_fraction_or_exponent),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

/// What of faults does not depend on the spelling of the document, in any order.
fn sorted(faults: &[Diagnostic]) -> Vec<(&str, &str, Option<&str>)> {
    let mut said: Vec<_> = faults
        .iter()
        .map(|fault| (fault.pointer.as_str(), fault.message.as_str(), fault.help.as_deref()))
        .collect();
    said.sort_unstable();
    said
}

/// Whether a text is JSON (RFC 8259) all the same: what it says is too large, too
/// deep or no Unicode for a `Value`.
fn is_beyond_syntax(error: &serde_json::Error) -> bool {
    let error = error.to_string();
    ["number out of range", "recursion limit", "surrogate", "unexpected end of hex escape"]
        .iter()
        .any(|beyond| error.contains(beyond))
}

/// Checks the decision on `head` under `policy`, and what is done then.
pub(crate) fn check_decision(
    head: &RequestHead<'_>,
    policy: &Policy,
    key_status: impl Fn(&str) -> KeyStatus,
) {
    let document = policy.to_json();
    let rules = covering(&document, head);
    let enforced: Vec<&Value> =
        rules.iter().filter(|rule| rule["reportOnly"] == false).copied().collect();
    let is_same_origin = head.origin == Some(head.url.origin);
    let allowed_by =
        |rule: &Value| head.origin.is_some_and(|origin| allows(rule, origin, &key_status));

    let decision = decide(head, policy, &key_status);
    let context = format!("{head:?} under {document}: {decision:?}");
    assert_eq!(decision.verdict == Verdict::Uncovered, rules.is_empty(), "{context}");
    if head.origin.is_some() {
        let expected = !is_same_origin && !enforced.iter().all(|rule| allowed_by(rule));
        assert_eq!(decision.blocks(), expected, "{context}");
    }
    check_alike(head, policy, &key_status);

    let settings = |explain| Settings { explain, ..Settings::default() };
    for service in [
        Service::Full(settings(false)),
        Service::Full(settings(true)),
        Service::UncoveredRoutes(settings(true)),
        Service::Nothing,
    ] {
        let action = act(head, &decision, &service);
        let context = format!("{context}: {action:?}");
        let is_open = matches!(service, Service::Full(_));
        check_removed(head, &enforced, decision.verdict, &action, &context);
        assert!(is_open || rules.is_empty() || matches!(action, Action::Answer(_)), "{context}");
        if is_open && enforced.is_empty() {
            assert!(matches!(action, Action::ForwardUntouched(_)), "{context}");
        }
        let (refused, headers) = match action {
            Action::Answer(answer) => (answer.status().as_u16() >= 400, answer.headers()),
            Action::ForwardWithCors { answer, .. } => (false, answer.headers()),
            Action::ForwardUntouched(_) => continue,
        };
        assert_eq!(refused, decision.blocks() || !is_open, "{context}");
        let granted = check_headers(&headers, &context);
        assert!(!(refused && granted.is_some()), "{context}");
        match granted {
            None => {}
            Some(("*", _)) => {
                assert!(enforced.iter().all(|rule| rule["origin"] == "*"), "{context}");
                assert!(
                    head.origin.is_none_or(|origin| Origin::try_from(origin).is_ok()),
                    "{context}"
                );
            }
            Some((origin, credentialed)) => {
                assert_eq!(Some(origin), head.origin, "{context}");
                assert!(enforced.iter().all(|rule| allowed_by(rule)), "{context}");
                let all_credentialed = enforced.iter().all(|rule| rule["credentials"] == true);
                assert_eq!(credentialed, all_credentialed, "{context}");
            }
        }
    }
}

/// Checks that the visitor's credentials are kept from what one of the rules says and no other:
/// a WebSocket of another origin's page that is let through.
fn check_removed(
    head: &RequestHead<'_>,
    enforced: &[&Value],
    verdict: Verdict,
    action: &Action<'_>,
    context: &str,
) {
    let Action::ForwardWithCors { removed, .. } = action else { return };
    let is_foreign = head.origin.is_some_and(|origin| origin != head.url.origin);
    let is_asked = enforced.iter().any(|rule| rule["websocketCookies"] == false);
    let is_websocket = head.upgrade == Some("websocket") && verdict == Verdict::Allow;
    let expected = if is_asked && is_foreign && is_websocket { CREDENTIALS } else { &[] };
    assert_eq!(*removed, expected, "{context}");
}

/// Checks headers on their own, and returns whom they grant what: the origin, and
/// whether with credentials.
fn check_headers<'h>(headers: &'h Headers, context: &str) -> Option<(&'h str, bool)> {
    let named = |wanted: &str| {
        let mut named =
            headers.iter().filter(|(name, _)| wanted.eq_ignore_ascii_case(name.as_str()));
        named.next().map(|(_, value)| value.to_str().unwrap())
    };
    for (index, (name, value)) in headers.iter().enumerate() {
        assert!(value.as_bytes().iter().all(|byte| matches!(byte, b' '..=b'~')), "{context}");
        assert!(headers.iter().skip(index + 1).all(|(other, _)| other != name), "{context}");
    }
    let vary = named("Vary").unwrap_or_default();
    assert!(vary.split(", ").any(|name| name == "Origin"), "{context}");

    let credentials = named("Access-Control-Allow-Credentials");
    assert!(matches!(credentials, None | Some("true")), "{context}");
    let Some(origin) = named("Access-Control-Allow-Origin") else {
        assert!(
            !headers.iter().any(|(name, _)| name.as_str().starts_with("access-control")),
            "{context}"
        );
        return None;
    };
    if credentials.is_some() {
        assert_ne!(origin, "*", "{context}");
        for name in ["Methods", "Headers"].map(|kind| format!("Access-Control-Allow-{kind}")) {
            let list = named(&name).unwrap_or_default();
            assert!(list.split(',').all(|item| item.trim() != "*"), "{context}");
        }
    }
    Some((origin, credentials.is_some()))
}

/// Checks that polls, posts and upgrades, of a session or not, are decided alike.
fn check_alike(head: &RequestHead<'_>, policy: &Policy, key_status: &impl Fn(&str) -> KeyStatus) {
    let (path, _) =
        head.url.path_and_query.split_once('#').unwrap_or((head.url.path_and_query, ""));
    let mark = if path.contains('?') { '&' } else { '?' };
    let poll = format!("{path}{mark}transport=polling");
    let upgrade = format!("{path}{mark}transport=websocket&sid=x");
    let decided = |method: &'static str, path_and_query: &str| {
        let url = Url { path_and_query, ..head.url };
        let head = RequestHead { method, url, ..*head };
        let decision = decide(&head, policy, key_status);
        let grant = format!("{:?}", decision.grant);
        (decision.reason, decision.blocks(), grant)
    };
    let expected = decided("GET", head.url.path_and_query);
    for method in ["POST", "PUT", "OPTIONS"] {
        assert_eq!(decided(method, head.url.path_and_query), expected, "{method} {head:?}");
    }
    assert_eq!(decided("GET", &upgrade), decided("GET", &poll), "upgrade {head:?}");
}

/// The rules of `document` that cover the path of `head`, however a server may read it.
fn covering<'d>(document: &'d Value, head: &RequestHead<'_>) -> Vec<&'d Value> {
    let variants = head.path_variants();
    let routes = || document["routes"].as_object().into_iter().flatten();
    let covers =
        |prefix: &str, path: &str| path.starts_with(prefix) || prefix == format!("{path}/");
    let longest = |covers: &dyn Fn(&str) -> bool| {
        let covering = routes().map(|(prefix, _)| prefix).filter(|prefix| covers(prefix));
        covering.max_by_key(|prefix| prefix.len())
    };
    let raw = longest(&|prefix| covers(prefix, variants.raw));
    let certain = longest(&|prefix| variants.certain_part().starts_with(prefix));
    let least = certain.map_or(0, |prefix| fold_prefix(prefix).len());
    let may_cover = |prefix: &String| match &variants.reading {
        _ if Some(prefix) == raw => true,
        Reading::Plain => false,
        Reading::Folded(folded) => {
            let prefix = fold_prefix(prefix);
            prefix.len() >= least && covers(&prefix, folded)
        }
        Reading::Segments(folded) => {
            let names = |path: &str| path.split('/').skip(1).map(str::to_owned).collect::<Vec<_>>();
            is_among(&names(&fold_prefix(prefix)), &names(folded))
        }
        Reading::Anything => true,
    };
    routes().filter(|(prefix, _)| may_cover(prefix)).map(|(_, rule)| rule).collect()
}

/// Whether the names of `prefix` are among those of `path` in their order; the last may be the
/// beginning of one, or of none if it is empty.
fn is_among(prefix: &[String], path: &[String]) -> bool {
    match (prefix, path) {
        ([last], _) => last.is_empty() || path.iter().any(|name| name.starts_with(last)),
        ([first, others @ ..], [name, after @ ..]) if first == name => is_among(others, after),
        (_, [_, after @ ..]) => is_among(prefix, after),
        _ => false,
    }
}

/// Whether the `rule` of a document allows `origin`.
fn allows(rule: &Value, origin: &str, key_status: impl Fn(&str) -> KeyStatus) -> bool {
    let is_looked_up = !["file:", "ws:", "wss:"].iter().any(|scheme| origin.starts_with(scheme));
    let is_tenant = |prefix: &str| {
        is_looked_up && key_status(&format!("{prefix}{origin}")) == KeyStatus::Present
    };
    let listed = |item: &Value| match item {
        Value::String(pattern) => stands_for(pattern, origin),
        Value::Object(entry) if entry.contains_key("origin") => {
            entry["origin"].as_str().is_some_and(|pattern| stands_for(pattern, origin))
        }
        item => item["kv"].as_str().is_some_and(is_tenant),
    };
    let in_list = || rule["origin"].as_array().into_iter().flatten().any(listed);
    let is_every = rule["origin"] == true || rule["origin"] == "*";
    Origin::try_from(origin).is_ok() && (is_every || in_list())
}
