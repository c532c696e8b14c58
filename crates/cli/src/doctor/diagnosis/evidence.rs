//! Evidence, as lines of a report.

use crate::{
    doctor::{exchange::Exchange, step::Step},
    network::BodyCoding,
};

/// The most that is shown of a body or a header, in characters.
const MAX_SHOWN: usize = 240;

/// Headers that tell who answered, and why so.
const TELLING: &[&str] = &[
    "cf-mitigated",
    "cf-ray",
    "content-encoding",
    "content-type",
    "location",
    "ngrok-error-code",
    "ratelimit-policy",
    "retry-after",
    "server",
    "via",
    "www-authenticate",
    "x-amzn-waf-action",
    "x-cdn",
    "x-datadome",
    "x-dd-b",
    "x-envoy-ratelimited",
    "x-railway-fallback",
    "x-render-routing",
    "x-retry-in",
    "x-squid-error",
    "x-sucuri-block",
    "x-vercel-error",
];

/// A request and its answer: two lines.
pub(super) fn asked(exchange: &Exchange) -> Vec<String> {
    let Exchange { method, url, .. } = exchange;
    let origin = match exchange.origin.as_deref() {
        Some(origin) => format!("from {origin}"),
        None => "without Origin".to_owned(),
    };
    let answer = match (exchange.status(), &exchange.error) {
        (Some(status), None) => status.to_string(),
        (Some(status), Some(error)) => format!("{status}, then {}", error.text),
        (None, Some(error)) => error.text.clone(),
        (None, None) => "done".to_owned(),
    };
    match exchange.step {
        Step::Connect => vec![format!("{method} {url}: {answer}")],
        _ => vec![format!("{method} {url}"), format!("{origin}: {answer}")],
    }
}

/// The same, with the headers of CORS below, or that there are none.
pub(super) fn with_cors(exchange: &Exchange) -> Vec<String> {
    let is_cors =
        |name: &str| name.starts_with("access-control-") || matches!(name, "vary" | "server");
    let mut lines = asked(exchange);
    lines.extend(headers(exchange, is_cors));
    if exchange.allowed_origin().is_none() {
        lines.push("  (no Access-Control-Allow-Origin)".to_owned());
    }
    if exchange.is_body_kept() {
        lines.push("(The recording has no body, so it may hide another fault.)".to_owned());
    }
    lines
}

/// The same, with some headers below.
pub(super) fn with_headers(exchange: &Exchange, names: &[&str]) -> Vec<String> {
    let mut lines = asked(exchange);
    lines.extend(headers(exchange, |name| names.contains(&name)));
    lines
}

/// The same, with the start of the body below.
pub(super) fn with_body(exchange: &Exchange) -> Vec<String> {
    let mut lines = with_headers(exchange, TELLING);
    let is_empty = exchange.body().is_empty()
        && !exchange.is_body_kept()
        && !matches!(exchange.coding(), BodyCoding::Unread(_));
    // Other answers have no body by their status.
    let has_one = matches!(exchange.status(), Some(200 | 203 | 400..));
    lines.extend(
        body(exchange).or_else(|| (is_empty && has_one).then(|| "  (empty body)".to_owned())),
    );
    if exchange.is_body_kept() {
        lines.push("  (no body in the recording)".to_owned());
    }
    lines
}

/// The start of the body, if there is one; of a web page, of its text.
pub(super) fn body(exchange: &Exchange) -> Option<String> {
    let body = exchange.body();
    if exchange.is_binary() {
        return Some("  (a body that is not text)".to_owned());
    }
    if body.trim_start().starts_with('<')
        && let Some(text) = words(&decoded(&text_of_page(body)))
    {
        return Some(format!("  a page: {text}"));
    }
    words(body).map(|text| format!("  {text}"))
}

/// The start of a text on one line, unless it is empty.
fn words(text: &str) -> Option<String> {
    let words: Vec<_> = text.split_whitespace().collect();
    (!words.is_empty()).then(|| shortened(&words.join(" ")))
}

/// The text of a page, with a space for each tag, and without its scripts and styles.
pub(super) fn text_of_page(page: &str) -> String {
    let mut text = String::new();
    let mut hidden_until = None;
    for part in page.split('<') {
        let (tag, after) = part.split_once('>').unwrap_or(("", part));
        let tag = tag.to_ascii_lowercase();
        if hidden_until.is_some_and(|end| tag.starts_with(end)) {
            hidden_until = None;
        } else if hidden_until.is_none() {
            hidden_until =
                HIDDEN.iter().find(|(start, _)| tag.starts_with(start)).map(|hidden| hidden.1);
        }
        if hidden_until.is_none() {
            text.push(' ');
            text.push_str(after);
        }
    }
    text
}

/// A page's text with the characters that its references stand for (HTML, "Character references"): those by
/// number, and the few names that pages of errors use.
pub(super) fn decoded(text: &str) -> String {
    let mut parts = text.split('&');
    let mut decoded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let referred = part.split_once(';').and_then(|(name, rest)| Some((referred(name)?, rest)));
        let (character, rest) = referred.unwrap_or(('&', part));
        decoded.push(character);
        decoded.push_str(rest);
    }
    decoded
}

/// The character of a reference, which is shown in a terminal: no control character.
fn referred(name: &str) -> Option<char> {
    let number = || {
        let number = name.strip_prefix('#')?;
        let number = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        char::from_u32(number).filter(|character| !character.is_control())
    };
    let named = NAMED.iter().find(|(reference, _)| *reference == name);
    named.map(|(_, character)| *character).or_else(number)
}

const NAMED: &[(&str, char)] =
    &[("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\''), ("nbsp", ' ')];

/// Elements whose text no visitor sees, with their ends.
const HIDDEN: &[(&str, &str)] = &[("script", "/script"), ("style", "/style")];

/// As much of `text` as is shown.
pub(super) fn shortened(text: &str) -> String {
    let start: String = text.chars().take(MAX_SHOWN).collect();
    let ellipsis = if start.len() < text.len() { "…" } else { "" };
    format!("{start}{ellipsis}")
}

/// `Name: value` of each header whose name, in lower case, is wanted.
fn headers(exchange: &Exchange, is_wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let headers = exchange.answer.iter().flat_map(|answer| &answer.headers);
    headers
        .filter(|(name, _)| is_wanted(&name.to_ascii_lowercase()))
        .map(|(name, value)| format!("  {}: {}", capitalized(name), shortened(value)))
        .collect()
}

/// A header's name as documents write it.
pub(super) fn capitalized(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        format!("{}{rest}", first.to_ascii_uppercase())
    });
    words.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_an_html_page_is_shown() {
        for (page, text) in [
            ("<!DOCTYPE html><title>502</title><p>Bad <b>gateway</b>", "502 Bad gateway"),
            ("<style>a > b {}</style><script>if (a < b) c > d</script><h1>Error</h1>", "Error"),
            ("<p>a", "a"),
            ("<div id=root></div>", ""),
        ] {
            assert_eq!(words(&text_of_page(page)).unwrap_or_default(), text, "{page}");
        }
    }

    #[test]
    fn html_character_references_are_decoded() {
        for (text, shown) in [
            ("Reference&#32;&#35;18&#46;ef3a", "Reference #18.ef3a"),
            ("https&#x3a;&#X2F;&#x2F;a", "https://a"),
            ("a &amp; b &lt;c&gt; &quot;d&quot;&nbsp;&apos;", "a & b <c> \"d\" '"),
            ("&#7;&#xd800;&#; &unknown; a & b; &", "&#7;&#xd800;&#; &unknown; a & b; &"),
        ] {
            assert_eq!(decoded(text), shown, "{text}");
        }
    }

    #[test]
    fn a_long_text_is_cut_to_its_start() {
        let whole = "é".repeat(MAX_SHOWN);
        assert_eq!(shortened(&whole), whole);
        assert_eq!(shortened(&format!("{whole}x")), format!("{whole}…"));
    }
}
