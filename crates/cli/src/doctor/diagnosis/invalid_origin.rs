//! `Access-Control-Allow-Origin` with a value that is not an origin.

use std::slice;

use socketio_cors_core::origin::Origin;
use socketio_cors_explain::fetch_standard::CorsError;
use url::Url;

use super::{
    chromium::unreadable,
    evidence::{shortened, with_cors},
    remedy,
};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
};

/// A pattern in the options of a Socket.IO server.
pub(super) const PATTERN: &str = "  cors: { origin: [/^https:\\/\\/[a-z0-9-]+\\.example\\.com$/] }";

pub(super) fn finding(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    let value = poll.allowed_origin()?;
    if Origin::try_from(value.as_str()).is_ok_and(|it| !it.is_null()) {
        return None;
    }
    let (what, fix) = kind(&value);
    let what = difference(&value).unwrap_or_else(|| what.to_owned());
    let finding = Finding::new(
        Code::InvalidOrigin,
        Severity::Error,
        format!("Access-Control-Allow-Origin is \"{}\", {what}", shortened(&value)),
    )
    .seen(poll, with_cors(poll))
    .why(["Browsers compare the value with the page's origin, letter by letter. They know no patterns."])
    .why(unreadable(examination, poll, CorsError::Mismatch));
    let page = slice::from_ref(&examination.target.page.origin);
    let by_another = remedy::set_by_another(examination, poll, page);
    if !by_another.is_empty() {
        // Those of several lines are Socket.IO's.
        let own = if fix.len() == 1 { fix } else { &[] };
        return Some(finding.fix(own.iter().copied()).fix(by_another));
    }
    Some(finding.fix(fix.iter().copied()).fix(remedy::allow_page(examination)))
}

/// How a URL differs from the origin that browsers make of it, where it is no pattern and no variable.
fn difference(value: &str) -> Option<String> {
    let is_other = is_list(value) || value.contains(['*', '$', '%', '{', '"', '\'']);
    let url = Url::parse(value).ok().filter(|_| !is_other)?;
    let origin = url.origin().ascii_serialization();
    if !value.is_ascii() {
        Some(format!("and browsers write that in ASCII: {origin}"))
    } else if !matches!(url.path(), "" | "/") {
        Some(format!("with a path ({}), which no origin has", shortened(url.path())))
    } else if value != origin && value.eq_ignore_ascii_case(&origin) {
        Some("with capital letters, and browsers write an origin in lower case".to_owned())
    } else {
        None
    }
}

/// True if there are several origins in it, with anything but a comma or a space between, which Chromium tells
/// from one.
fn is_list(value: &str) -> bool {
    value.matches("://").count() > 1
}

/// The kind of a value that is not an origin, and the fix.
fn kind(value: &str) -> (&'static str, &'static [&'static str]) {
    let is_quoted = |quote| value.len() > 1 && value.starts_with(quote) && value.ends_with(quote);
    let is_variable = value.contains('$') || value.contains('%') || value.contains("{{");
    if is_quoted('"') || is_quoted('\'') {
        (
            "with quotes that belong to it",
            &[
                "Take the quotes out of the value. In a .env file, a docker-compose list or a platform's \
                 settings, they are often part of it.",
            ],
        )
    } else if value.starts_with('/') && value.len() > 2 {
        (
            "a regular expression in a text",
            &[
                "Write a regular expression without quotes. In a Socket.IO 3 or 4 server:",
                PATTERN,
                "Or make one of an environment variable that holds /…/:",
                "  origin: new RegExp(process.env.ORIGIN.slice(1, -1))",
            ],
        )
    } else if value == "*:*" {
        (
            "which is Socket.IO 2's word for every origin, and means none to browsers",
            &[
                "Socket.IO 2 reads `origins: \"*:*\"` itself. Since Socket.IO 3, `cors.origin` is sent as it is: \
                 write the page's origin, or, if every page may read it (without credentials), * alone:",
                "  cors: { origin: \"*\" }",
            ],
        )
    } else if value.ends_with(":*") {
        (
            "with every port, as only Socket.IO 2 reads it: browsers do not understand it",
            &[
                "Socket.IO 2 reads such a value of `origins` itself. Since Socket.IO 3, `cors.origin` is sent as \
                 it is: write the page's origin, with its port, or a pattern without quotes:",
                "  cors: { origin: [/^http:\\/\\/localhost(:\\d+)?$/] }",
            ],
        )
    } else if value.contains('*') {
        (
            "a pattern, which browsers do not understand",
            &[
                "A * means every origin, and only if it stands alone. List each origin, or let the server \
                 compare with a pattern and send the page's origin. In a Socket.IO 3 or 4 server:",
                PATTERN,
                "socketio-cors-edge accepts patterns in its policy:",
                "  { \"origin\": [\"https://*.example.com\"] }",
            ],
        )
    } else if is_variable {
        (
            "a variable's name instead of its value",
            &[
                "The variable is not replaced where the header is set. Is it in single quotes, or is it \
                 another program's syntax? Print the value there.",
            ],
        )
    } else if value.is_empty() {
        (
            "an empty text",
            &[
                "The value is empty where the header is set: an entry is missing in nginx's `map`, or an \
                 environment variable is not set.",
            ],
        )
    } else if value == "null" {
        (
            "which stands for sandboxed frames and local files",
            &[
                "Write the page's origin. null is no page's name, and lets every sandboxed frame in.",
            ],
        )
    } else if value.starts_with('[') && value.ends_with(']') {
        (
            "a list as JSON writes it, and browsers take one origin alone",
            &[
                "Send the one origin, without brackets and quotes. A list in an environment variable is a text for \
                 the server, until it is parsed:",
                "  cors: { origin: JSON.parse(process.env.ORIGINS) }",
            ],
        )
    } else if is_list(value) {
        (
            "a list, and browsers take one origin alone",
            &[
                "Compare the request's Origin with each of the list where the header is set, and send that one origin.",
            ],
        )
    } else if value.ends_with([';', ',', '.', ')', ']']) {
        (
            "with a character at its end that belongs to no origin",
            &[
                "Remove the character after the origin. It belongs to the language in which the header is \
             set.",
            ],
        )
    } else if value.contains("://") {
        (
            "which no browser sends: an origin is a scheme, a host in lower case, and a port",
            &[
                "Write it as the page's `location.origin` prints it: lower case, and no path, slash or \
                 user.",
            ],
        )
    } else {
        (
            "which is no origin",
            &[
                "The value has to be the origin of the page that asks, or *. It cannot be true, a host or a \
             list.",
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_value_is_named_by_the_mistake_behind_it() {
        for (value, part) in [
            ("\"https://app.example.com\"", "quotes"),
            ("*:*", "Socket.IO 2's word"),
            ("http://localhost:*", "every port"),
            ("https://*.example.com", "a pattern"),
            ("/example\\.com$/", "a regular expression"),
            ("$http_origin", "a variable"),
            ("${ORIGIN}", "a variable"),
            ("", "empty"),
            ("null", "sandboxed"),
            ("https://app.example.com;", "at its end"),
            ("[\"https://app.example.com\"]", "as JSON writes it"),
            ("https://app.example.com;https://www.example.com", "a list"),
            ("https://app.example.com|https://www.example.com", "a list"),
            ("https://App.example.com", "lower case"),
            ("https://app.example.com/path", "no browser sends"),
            ("true", "no origin"),
            ("app.example.com", "no origin"),
        ] {
            let (what, _) = kind(value);
            assert!(what.contains(part), "{value}: {what}");
        }
    }

    #[test]
    fn a_url_is_compared_with_its_origin() {
        for (value, part) in [
            ("https://münchen.example", Some("https://xn--mnchen-3ya.example")),
            ("https://app.example.com/chat", Some("with a path (/chat)")),
            ("https://App.example.com", Some("capital letters")),
            ("https://*.example.com/chat", None),
            ("https://user@app.example.com", None),
        ] {
            let told = difference(value);
            assert_eq!(told.is_some(), part.is_some(), "{value}: {told:?}");
            let told = told.unwrap_or_default();
            assert!(told.contains(part.unwrap_or_default()), "{value}: {told}");
        }
    }
}
