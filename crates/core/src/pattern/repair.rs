//! The pattern that was probably meant by a text that is none.

use crate::{host, origin};

/// The nearest valid pattern: lower case, without path, user information,
/// trailing dot or default port, `http` for `ws`, a scheme where there is none, a
/// Unicode host as `to_ascii` has it. `None` where that is still no pattern.
#[must_use]
pub fn repair(text: &str, to_ascii: fn(&str) -> Option<String>) -> Option<String> {
    let lower = text.trim().to_ascii_lowercase();
    // Of several origins, no one is what was meant.
    if lower.contains([',', ' ']) {
        return None;
    }
    let split = lower.split_once("://");
    let scheme = if lower.starts_with("localhost") { "http" } else { "https" };
    let (scheme, rest) = split.unwrap_or((scheme, &lower));
    let scheme = match scheme {
        "ws" => "http",
        "wss" => "https",
        other => other,
    };
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let authority = authority.rsplit_once('@').map_or(authority, |(_, authority)| authority);
    let (host, port) = origin::split_port(authority);
    let host = repair_host(host, to_ascii)?;
    let implied = host::default_port(scheme);
    let repaired = match port
        .filter(|port| *port == "*" || port.parse::<u32>().ok() != implied.map(u32::from))
    {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    };
    // A bare word ("example", "true") is more likely a mistake than a host.
    let guessed = split.is_none() && !host.contains('.') && host != "localhost";
    (!guessed && super::read(&repaired).is_some()).then_some(repaired)
}

fn repair_host(host: &str, to_ascii: fn(&str) -> Option<String>) -> Option<String> {
    let bracketed = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if let Some(address) = bracketed.and_then(host::canonical_ipv6) {
        return Some(format!("[{address}]"));
    }
    let host = host.trim_end_matches('.');
    if host.is_ascii() {
        return Some(host.to_owned());
    }
    match host.strip_prefix("*.") {
        Some(domain) => to_ascii(domain).map(|domain| format!("*.{domain}")),
        None => to_ascii(host),
    }
}
