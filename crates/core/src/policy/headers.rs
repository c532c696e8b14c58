//! `allowedHeaders` and `exposedHeaders`.

use http::HeaderValue;

use super::{
    AllowedHeaders,
    diagnostic::{Diagnostics, Reported},
    field::{Members, each_text, joined},
    place::Node,
};
use crate::request::token::is_token;

/// Fetch, "forbidden request-header", but for its prefixes.
const FORBIDDEN_REQUEST: &[&str] = &[
    "accept-charset",
    "accept-encoding",
    "access-control-request-headers",
    "access-control-request-method",
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "date",
    "dnt",
    "expect",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];
const FORBIDDEN_REQUEST_PREFIXES: &[&str] = &["proxy-", "sec-"];

/// Fetch, "forbidden response-header name".
const FORBIDDEN_RESPONSE: &[&str] = &["set-cookie", "set-cookie2"];

/// `allowedHeaders`.
pub(super) fn allowed(
    members: &Members<'_>,
    credentialed: bool,
    diagnostics: &mut Diagnostics<'_>,
) -> Result<AllowedHeaders, Reported> {
    let Some(node) = members.get("allowedHeaders") else { return Ok(AllowedHeaders::Requested) };
    list(&node, credentialed, diagnostics, is_forbidden_request_header).map(AllowedHeaders::Listed)
}

/// Returns true for a request header that browsers do not let pages set (Fetch, "forbidden
/// request-header"). `name` is in lower case.
#[must_use]
pub fn is_forbidden_request_header(name: &str) -> bool {
    FORBIDDEN_REQUEST.contains(&name)
        || FORBIDDEN_REQUEST_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// `exposedHeaders`, for `Access-Control-Expose-Headers`; `None` if there are none.
pub(super) fn exposed(
    members: &Members<'_>,
    credentialed: bool,
    diagnostics: &mut Diagnostics<'_>,
) -> Result<Option<HeaderValue>, Reported> {
    let Some(node) = members.get("exposedHeaders") else { return Ok(None) };
    list(&node, credentialed, diagnostics, |name| FORBIDDEN_RESPONSE.contains(&name))
}

fn list(
    node: &Node<'_>,
    credentialed: bool,
    diagnostics: &mut Diagnostics<'_>,
    is_forbidden: fn(&str) -> bool,
) -> Result<Option<HeaderValue>, Reported> {
    let mut names: Vec<String> = Vec::new();
    each_text(node, diagnostics, |node, name, diagnostics| {
        check(node, name, credentialed, diagnostics, is_forbidden);
        names.push(name.to_owned());
    })?;
    joined(node, &names, diagnostics)
}

fn check(
    node: &Node<'_>,
    name: &str,
    credentialed: bool,
    diagnostics: &mut Diagnostics<'_>,
    is_forbidden: fn(&str) -> bool,
) {
    let mut refuse = |message, help| diagnostics.add_part(node, name, message, help);
    if name.is_empty() {
        refuse("is not a name", "remove it; [] lists none");
    } else if !is_token(name) {
        refuse("is not a valid header name", "write a name such as \"X-Token\"");
    } else if name == "*" && credentialed {
        let message = "is not a wildcard with \"credentials\": true";
        refuse(message, "list the headers, or remove the field");
    } else if is_forbidden(&name.to_ascii_lowercase()) {
        refuse("is a header that browsers do not let pages use", "remove it");
    }
}
