//! Origins that a careless comparison takes for another.

use socketio_cors_core::origin::{Origin, host};
use socketio_cors_explain::registrable_domain;

/// The domain of an attacker.
const EVIL: &str = "evil.example";

/// The origins that a server lets in which compares `origin` by part of its text, each with the fault
/// of the comparison.
pub(super) fn of(origin: &str) -> Vec<(String, &'static str)> {
    let Ok(parsed) = Origin::try_from(origin) else { return Vec::new() };
    let (scheme, host, authority) = (parsed.scheme(), parsed.host(), parsed.authority());
    let port = authority.strip_prefix(host).unwrap_or_default();
    let mut found = Vec::new();
    if !matches!(scheme, "http" | "https") {
        return found;
    }
    if !host.starts_with('[') && !host::ends_in_number(host) {
        found.push((format!("{scheme}://{host}.{EVIL}{port}"), PREFIX));
        if let Some(domain) = registrable_domain(host) {
            found.push((format!("{scheme}://evil{domain}{port}"), SUFFIX));
        }
        if let Some((first, rest)) = host.split_once('.') {
            found.push((format!("{scheme}://{first}x{rest}{port}"), DOT));
        }
        found.extend(parts_of(scheme, host, port).map(|part| (part, PART)));
    }
    if scheme == "https" {
        found.push((format!("http://{authority}"), SCHEME));
    }
    if port.is_empty() {
        found.push((format!("{scheme}://{host}:8444"), PORT));
    }
    found
}

/// Origins that are found within the text of another one: with its last letter cut off, and, as
/// Socket.IO 2 looks for the host and the port alone, without the first letter of its domain.
fn parts_of(scheme: &str, host: &str, port: &str) -> impl Iterator<Item = String> {
    let mut characters = host.chars();
    let last = characters.next_back();
    let shorter = characters.as_str();
    let before = shorter.chars().next_back();
    let domain = registrable_domain(host).unwrap_or_default();
    // A port that is cut short may be allowed as every port is.
    let can_end = port.is_empty()
        && !domain.is_empty()
        && last.is_some_and(|last| last.is_ascii_alphanumeric())
        && before.is_some_and(|before| before.is_ascii_alphanumeric());
    let end = can_end.then(|| format!("{scheme}://{shorter}"));
    let mut characters = domain.chars();
    characters.next();
    let rest = characters.as_str();
    let can_begin = rest.chars().next().is_some_and(|first| first.is_ascii_alphanumeric());
    let start = can_begin.then(|| format!("{scheme}://{rest}{port}"));
    end.into_iter().chain(start)
}

/// True if anybody can register the host of `look_alike`, and it is not `origin`'s own under
/// another scheme or port.
pub(super) fn is_of_anybody(look_alike: &str, origin: &str) -> bool {
    let host =
        |text| Origin::try_from(text).ok().map(|origin: Origin<'_>| origin.host().to_owned());
    host(look_alike) != host(origin)
}

pub(super) const PREFIX: &str =
    "only the beginning is compared (startsWith, a regular expression without $)";
pub(super) const SUFFIX: &str =
    "only the end is compared (endsWith, a regular expression without ^ or a dot)";
const PART: &str = "the server looks for it within a text, and part of an origin is enough (`includes` of a text \
 instead of a list, or a text as Socket.IO 2's `origins`)";
/// Of those of which both the beginning and the end may be another.
pub(super) const WITHIN: &str = "it is enough that an origin contains its name (includes, a regular expression without ^ and $)";
pub(super) const DOT: &str = "a dot matches any character (a regular expression needs \\. there)";
const SCHEME: &str = "http is allowed too, and anybody on the way can change such a page";
const PORT: &str = "every port is allowed, and another program may listen there";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_look_alike_passes_one_careless_comparison() {
        for (origin, expected) in [
            (
                "https://app.example.com",
                &[
                    "https://app.example.com.evil.example",
                    "https://evilexample.com",
                    "https://appxexample.com",
                    "https://app.example.co",
                    "https://xample.com",
                    "http://app.example.com",
                    "https://app.example.com:8444",
                ][..],
            ),
            ("http://localhost:5173", &["http://localhost.evil.example:5173"]),
            ("http://127.0.0.1:5173", &[]),
            ("http://127.0.0.1", &["http://127.0.0.1:8444"]),
            ("capacitor://localhost", &[]),
            ("null", &[]),
        ] {
            let found: Vec<_> = of(origin).into_iter().map(|(origin, _)| origin).collect();
            assert_eq!(found, expected, "{origin}");
        }
    }
}
