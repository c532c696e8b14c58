//! `methods`.

use super::{
    fault::{Faults, Noted},
    field::Members,
    json::Pointer,
};
use crate::token::is_token;

/// `methods` where a rule has none.
pub(super) const DEFAULT: &str = "GET,POST";

/// The methods, ready for `Access-Control-Allow-Methods`.
pub(super) fn parse(
    members: &Members<'_>,
    credentialed: bool,
    faults: &mut Faults,
) -> Result<String, Noted> {
    let Some(texts) = members.texts("methods", faults)? else { return Ok(DEFAULT.to_owned()) };
    // Every one is read before the first fault counts.
    let methods: Vec<_> =
        texts.iter().map(|(at, text)| method(at, text, credentialed, faults)).collect();
    Ok(methods.into_iter().collect::<Result<Vec<_>, _>>()?.join(","))
}

fn method(
    at: &Pointer,
    text: &str,
    credentialed: bool,
    faults: &mut Faults,
) -> Result<String, Noted> {
    let mut refuse = |problem, advice| Err(faults.add_text(at, text, problem, advice));
    let upper = text.to_ascii_uppercase();
    match upper.as_str() {
        "*" if credentialed => {
            refuse("is taken literally when credentials are allowed", "list the methods")
        }
        // Fetch, "forbidden method".
        "CONNECT" | "TRACE" | "TRACK" => refuse("is a method that browsers forbid", "leave it out"),
        // Fetch, "normalize a method".
        "DELETE" | "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" => Ok(upper),
        // Which leaves this one out, so that `patch` is not PATCH.
        "PATCH" if text != "PATCH" => refuse("is not the method PATCH", "write \"PATCH\""),
        _ if is_token(text) => Ok(text.to_owned()),
        _ => refuse("is not a method's name", "write one as in \"GET\""),
    }
}
