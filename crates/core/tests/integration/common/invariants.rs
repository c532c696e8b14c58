//! What holds of every origin, pattern, document and decision. The property
//! tests and the fuzz targets check it, each on inputs of its own.
#![allow(dead_code, reason = "each crate uses some of it")]

use serde_json::Value;
use socketio_cors_core::{
    cache::tenants::KeyStatus,
    decision::{Verdict, decide},
    origin::{
        Origin,
        pattern::{HostPattern, OriginPattern, OriginSet, PortPattern},
    },
    policy::{Diagnostic, Policy},
    request::{
        RequestHead, Url,
        path::{Reading, fold_prefix},
    },
    response::{Action, CREDENTIALS, Headers, act},
    settings::{Service, Settings},
};

/// Checks what the two parsers make of `text`: the strict one takes what the
/// lenient one takes, but for WebSocket URLs, and besides only wildcards.
pub(crate) fn check_origin(text: &str) {
    let origin = Origin::try_from(text);
    let (scheme, host, port) = split(text);
    if let Ok(origin) = origin {
        assert_eq!((origin.as_str(), origin.scheme(), origin.host()), (text, scheme, host));
        if !origin.is_null() {
            assert_eq!(origin.without_port(), format!("{scheme}://{host}"), "{text:?}");
            assert_eq!(format!("{scheme}://{}", origin.authority()), text);
        }
    }
    match OriginPattern::try_from(text) {
        Ok(pattern) => {
            assert_eq!((pattern.as_str(), pattern.scheme()), (text, scheme));
            let written = match pattern.host() {
                HostPattern::Exactly(host) => host.to_owned(),
                HostPattern::Below(domain) => format!("*.{domain}"),
                HostPattern::Between(before, after) => format!("{before}*{after}"),
                HostPattern::Every => "*".to_owned(),
            };
            assert_eq!(written, host, "{text:?}");
            let any_port = pattern.port() == PortPattern::Any;
            assert_eq!(any_port, port == Some("*") || host == "*", "{text:?}");
            assert_eq!(origin.is_ok(), !host.contains('*') && !any_port, "{text:?}");
            assert_eq!(origin.is_ok(), pattern.is_exact(), "{text:?}");
            assert!(!matches!(scheme, "ws" | "wss"), "{text:?}");
        }
        Err(error) => {
            assert!(origin.is_err() || matches!(scheme, "ws" | "wss"), "{text:?}");
            // If the help is only a pattern, that pattern has to be valid.
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

/// Returns true if a pattern matches an origin, by a plain regular expression if it has a wildcard.
pub(crate) fn stands_for(pattern: &str, origin: &str) -> bool {
    if !pattern.contains('*') {
        return pattern == origin;
    }
    let escaped = regex::escape(pattern);
    let (scheme, authority) = escaped.split_once("://").unwrap();
    let (host, port) = match authority.strip_suffix(r":\*") {
        Some(host) => (host, "(?::[0-9]+)?"),
        None => (authority, ""),
    };
    let host = match host.strip_prefix(r"\*\.") {
        Some(domain) => format!(r".+\.{domain}"),
        None if host == r"\*" => ".+".to_owned(),
        None => host.replace(r"\*", "[a-z0-9-]+"),
    };
    regex::Regex::new(&format!("^{scheme}://{host}{port}$")).unwrap().is_match(origin)
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

/// Returns true if a number in `value` may be written in several ways.
fn has_fraction_or_exponent(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(items) => items.iter().any(has_fraction_or_exponent),
        Value::Object(fields) => fields.values().any(has_fraction_or_exponent),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

/// What of faults does not depend on the spelling of the document, in any order. A list
/// or an object is quoted with the white space that it has.
fn sorted(faults: &[Diagnostic]) -> Vec<(&str, &str, Option<&str>)> {
    let before_list = |message| str::split(message, ['[', '{']).next().unwrap_or(message);
    let mut said: Vec<_> = faults
        .iter()
        .map(|fault| (fault.pointer.as_str(), before_list(&fault.message), fault.help.as_deref()))
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
    let are_passed = rules
        .iter()
        .filter(|(_, rule)| rule["reportOnly"] == false)
        .all(|(prefix, rule)| passes(head, prefix, rule, &key_status));
    let enforced: Vec<&Value> =
        rules.iter().map(|(_, rule)| *rule).filter(|rule| rule["reportOnly"] == false).collect();
    let allowed_by =
        |rule: &Value| head.origin.is_some_and(|origin| is_row_3(rule, origin, &key_status));

    let decision = decide(head, policy, &key_status);
    let context = format!("{head:?} under {document}: {decision:?}");
    assert_eq!(decision.verdict == Verdict::Uncovered, rules.is_empty(), "{context}");
    assert_eq!(decision.blocks(), !are_passed, "{context}");
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
        check_removed(head, &enforced, allowed_by, decision.verdict, &action, &context);
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
    is_row_3: impl Fn(&Value) -> bool,
    verdict: Verdict,
    action: &Action<'_>,
    context: &str,
) {
    let Action::ForwardWithCors { removed, .. } = action else { return };
    let is_foreign = head.origin.is_some_and(|origin| origin != head.url.origin);
    let is_asked = enforced.iter().any(|rule| rule["websocketCookies"] == false && is_row_3(rule));
    let is_websocket = head.upgrade == Some("websocket") && verdict == Verdict::Allow;
    let expected = if is_asked && is_foreign && is_websocket { CREDENTIALS } else { &[] };
    assert_eq!(*removed, expected, "{context}");
}

/// Checks headers on their own, and returns whom they grant what: the origin, and
/// whether with credentials.
fn check_headers<'h>(headers: &'h Headers, context: &str) -> Option<(&'h str, bool)> {
    let named = |wanted: &str| {
        let mut named = headers.iter().filter(|(name, _)| wanted.eq_ignore_ascii_case(name));
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
        assert!(!headers.iter().any(|(name, _)| name.starts_with("Access-Control")), "{context}");
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
    // Two origins make no preflight.
    let is_one = head.origin.is_none_or(|origin| !origin.contains(','));
    for method in ["POST", "PUT"].into_iter().chain(is_one.then_some("OPTIONS")) {
        assert_eq!(decided(method, head.url.path_and_query), expected, "{method} {head:?}");
    }
    assert_eq!(decided("GET", &upgrade), decided("GET", &poll), "upgrade {head:?}");
}

/// The rules of `document` that cover the path of `head`, however a server may read it, each with its
/// prefix.
fn covering<'d>(document: &'d Value, head: &RequestHead<'_>) -> Vec<(&'d str, &'d Value)> {
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
    let covering = routes().filter(|(prefix, _)| may_cover(prefix));
    covering.map(|(prefix, rule)| (prefix.as_str(), rule)).collect()
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

/// Returns true if the `rule` of a prefix lets the request through.
fn passes(
    head: &RequestHead<'_>,
    prefix: &str,
    rule: &Value,
    key_status: impl Fn(&str) -> KeyStatus,
) -> bool {
    let Some(origin) = head.origin else { return passes_without_origin(head, prefix, rule) };
    let passes_alone = |origin: &str| {
        let is_page = origin == head.url.origin || is_row_3(rule, origin, &key_status);
        (is_page || is_websocket(origin) && passes_without_origin(head, prefix, rule), is_page)
    };
    let is_preflight = head.method == "OPTIONS" && head.requested_method.is_some();
    let is_two = |(one, other): (&str, &str)| {
        let [one, other] = [one, other].map(|text| passes_alone(text.trim_ascii()));
        one.0 && other.0 && (one.1 || other.1)
    };
    passes_alone(origin).0 || !is_preflight && origin.split_once(',').is_some_and(is_two)
}

fn passes_without_origin(head: &RequestHead<'_>, prefix: &str, rule: &Value) -> bool {
    let is_every = rule["origin"] == true || rule["origin"] == "*";
    if head.is_foreign_embed() && (head.is_client_bundle(prefix) || !is_every) {
        return head.is_client_bundle(prefix);
    }
    head.fetch_is_same_origin()
        || if head.is_jsonp() { rule["jsonp"] == true } else { rule["missingOrigin"] == "allow" }
}

fn is_websocket(origin: &str) -> bool {
    Origin::try_from(origin).is_ok_and(|origin| origin.is_websocket())
}

/// Returns true if the `rule` of a document allows `origin` by name or by `*`.
fn is_row_3(rule: &Value, origin: &str, key_status: impl Fn(&str) -> KeyStatus) -> bool {
    if is_websocket(origin) {
        return false;
    }
    rule["origin"] == "*" || allows(rule, origin, key_status)
}

/// Returns true if the `rule` of a document allows `origin` by name.
fn allows(rule: &Value, origin: &str, key_status: impl Fn(&str) -> KeyStatus) -> bool {
    let is_shared = origin == "null" || origin.starts_with("file:");
    let is_looked_up = !is_shared;
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
    let is_every = rule["origin"] == true && !(is_shared && rule["credentials"] == true);
    Origin::try_from(origin).is_ok() && (is_every || in_list())
}
