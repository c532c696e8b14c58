//! What is allowed in a document, and seldom meant.

use super::{
    Fault, Knowledge, document,
    fault::Faults,
    field::{Members, each_text},
    json::Value,
    place::Node,
    syntax,
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
pub fn warnings(text: &str) -> Vec<Fault> {
    // Its faults have been listed by whoever read it.
    let mut faults = Faults::of(text, &Knowledge::NONE);
    let mut warnings = Faults::of(text, &Knowledge::NONE);
    if let Ok(json) = syntax::read(text, &mut faults) {
        document::each_rule(&Node::root(json), &mut faults, |key, rule, faults| {
            if let Some(key) = key {
                warn_of_prefix(key, &mut warnings);
            }
            if let Ok(members) = Members::of(rule, "", faults) {
                warn_of_origins(&members, &mut warnings);
                warn_of_headers(&members, faults, &mut warnings);
            }
        });
    }
    warnings.into_result(Ok(())).err().unwrap_or_default()
}

fn warn_of_prefix(key: &Node<'_>, warnings: &mut Faults<'_>) {
    if key.text().is_some_and(|prefix| prefix.len() > MAX_URL_LEN) {
        warnings.add(key, "is longer than any URL: the route is never reached", "shorten it");
    }
}

fn warn_of_origins(members: &Members<'_>, warnings: &mut Faults<'_>) {
    let credentials = members.get("credentials").map(|node| node.value());
    let credentialed = matches!(credentials, Some(Value::Bool(true)));
    if let Some(list) = members
        .get("origin")
        .filter(|node| node.json.items().is_some_and(|mut items| items.next().is_none()))
    {
        warnings.add(
            &list,
            "lists no origin: none but the same one is allowed",
            "write false if that is meant",
        );
    }
    for node in ["origin", "origins"].into_iter().filter_map(|name| members.get(name)) {
        for item in node.items_or_self() {
            let every = matches!(item.value(), Value::Bool(true))
                || item
                    .text()
                    .is_some_and(|text| text.split_ascii_whitespace().any(|part| part == "*:*"));
            let text = item.text().unwrap_or_default();
            if every && credentialed {
                let problem =
                    "lets every site act with its visitors' cookies, and read the answers";
                warnings.add(&item, problem, "list the origins");
            } else if text == "*" && !credentialed {
                let problem = "lets no page send cookies, which sessions and sticky load balancing \
                               may stand on";
                let advice = "if they do, list the origins and set \"credentials\": true";
                warnings.add(&item, problem, advice);
            } else if credentialed && is_loopback(&text) {
                let problem = "is on the visitor's own machine, where any program can serve it and \
                               act with their cookies";
                warnings.add(&item, problem, "keep it out of production");
            } else if credentialed && text.starts_with("http://") {
                let problem = "is not encrypted: whoever is on a visitor's network can pose as it \
                               and act with their cookies";
                let advice = format!("write \"{}\"", text.replacen("http:", "https:", 1));
                warnings.add(&item, problem, advice);
            }
        }
    }
}

fn warn_of_headers(members: &Members<'_>, faults: &mut Faults<'_>, warnings: &mut Faults<'_>) {
    for (field, misdirected) in MISDIRECTED {
        let Some(node) = members.get(field) else { continue };
        // What is neither a list nor a text is a fault, and none of this concern.
        let _ = each_text(&node, faults, |node, name, _| {
            if misdirected.contains(&name.to_ascii_lowercase().as_str()) {
                let problem = "is for the server and the browser: no page sends or reads it";
                warnings.add_part(node, name, problem, "leave it out");
            }
        });
    }
}

fn is_loopback(origin: &str) -> bool {
    let authority = origin.strip_prefix("http://").unwrap_or_default();
    let (host, _) = crate::origin::split_port(authority);
    host == "localhost"
        || host.ends_with(".localhost")
        || host.starts_with("127.")
        || host == "[::1]"
}
