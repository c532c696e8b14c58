//! `methods`.

use http::{HeaderValue, Method};

use super::{
    diagnostic::{Diagnostics, Noted},
    field::{Members, each_text, joined},
    place::Node,
};

/// `methods` where a rule has none, as in Socket.IO.
pub(super) const DEFAULT: HeaderValue = HeaderValue::from_static("GET,POST");

/// The methods, for `Access-Control-Allow-Methods`; `None` if the list is empty.
pub(super) fn parse(
    members: &Members<'_>,
    credentialed: bool,
    diagnostics: &mut Diagnostics<'_>,
) -> Result<Option<HeaderValue>, Noted> {
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
) -> Result<String, Noted> {
    let mut refuse = |message, help| Err(diagnostics.add_part(node, text, message, help));
    let upper = text.to_ascii_uppercase();
    match upper.as_str() {
        "*" if credentialed => {
            refuse("is taken literally when credentials are allowed", "list the methods")
        }
        forbidden if is_forbidden_method(forbidden) => {
            refuse("is a method that browsers forbid", "leave it out")
        }
        known if is_normalised_method(known) => Ok(upper),
        // Which leaves this one out, so that `patch` is not PATCH.
        "PATCH" if text != "PATCH" => refuse("is not the method PATCH", "write \"PATCH\""),
        "" => refuse("is no name", "leave it out; [] is none"),
        _ if text.parse::<Method>().is_ok() => Ok(text.to_owned()),
        _ => refuse("is not a method's name", "write one as in \"GET\""),
    }
}

/// Fetch, "forbidden method", given in upper case.
#[must_use]
pub fn is_forbidden_method(upper: &str) -> bool {
    matches!(upper, "CONNECT" | "TRACE" | "TRACK")
}

/// Whether browsers put a method in upper case (Fetch, "normalize a method"),
/// given so.
#[must_use]
pub fn is_normalised_method(upper: &str) -> bool {
    matches!(upper, "DELETE" | "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT")
}
