//! `methods`.

use http::HeaderValue;

use super::{
    diagnostic::{Diagnostics, Reported},
    field::{Members, each_text, joined},
    place::Node,
};
use crate::request::token::is_token;

/// `methods` where a rule has none, as in Socket.IO.
pub(super) const DEFAULT: HeaderValue = HeaderValue::from_static("GET,POST");

/// The methods, for `Access-Control-Allow-Methods`; `None` if the list is empty.
pub(super) fn parse(
    members: &Members<'_>,
    credentialed: bool,
    diagnostics: &mut Diagnostics<'_>,
) -> Result<Option<HeaderValue>, Reported> {
    let Some(node) = members.get("methods") else { return Ok(Some(DEFAULT)) };
    let mut methods: Vec<String> = Vec::new();
    each_text(&node, diagnostics, |node, text, diagnostics| {
        methods.extend(method(node, text, credentialed, diagnostics));
    })?;
    joined(&node, &methods, diagnostics)
}

fn method(
    node: &Node<'_>,
    text: &str,
    credentialed: bool,
    diagnostics: &mut Diagnostics<'_>,
) -> Result<String, Reported> {
    let mut refuse = |message, help| Err(diagnostics.add_part(node, text, message, help));
    let upper = text.to_ascii_uppercase();
    match upper.as_str() {
        "*" if credentialed => {
            refuse("is not a wildcard with \"credentials\": true", "list the methods")
        }
        forbidden if is_forbidden_method(forbidden) => {
            refuse("is a method that browsers forbid", "remove it")
        }
        known if is_normalised_method(known) => Ok(upper),
        // This one is not normalised: a browser sends `patch` as it is.
        "PATCH" if text != "PATCH" => {
            refuse("is not the method PATCH: its name is case-sensitive", "write \"PATCH\"")
        }
        "" => refuse("is not a name", "remove it; [] lists none"),
        _ if is_token(text) => Ok(text.to_owned()),
        _ => refuse("is not a valid method name", "write a name such as \"GET\""),
    }
}

/// Returns true for a method that browsers forbid (Fetch, "forbidden method"). `upper` is in upper
/// case.
#[must_use]
pub fn is_forbidden_method(upper: &str) -> bool {
    matches!(upper, "CONNECT" | "TRACE" | "TRACK")
}

/// Returns true if browsers put the method in upper case (Fetch, "normalize a method"). `upper` is in
/// upper case.
#[must_use]
pub fn is_normalised_method(upper: &str) -> bool {
    matches!(upper, "DELETE" | "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT")
}
