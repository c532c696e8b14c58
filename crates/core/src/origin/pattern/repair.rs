//! The pattern that was probably meant by a text that is none.

use crate::origin::{self, host};

/// The nearest valid pattern: lower case, without path, user information,
/// trailing dot or default port, `http` for `ws`, a scheme where there is none, `*.example.com` for
/// `*example.com`, a Unicode host as `to_ascii` has it. `None` where that is still no pattern.
#[must_use]
pub fn repair(text: &str, to_ascii: fn(&str) -> Option<String>) -> Option<String> {
    let text = text.trim();
    // Several origins cannot be repaired to one.
    if text.contains([',', ' ']) {
        return None;
    }
    let split = origin::split_scheme(text);
    let (scheme, rest) = split.unwrap_or(("", text));
    let (lower_scheme, lower_rest) = (scheme.to_ascii_lowercase(), rest.to_ascii_lowercase());
    let (scheme, rest) = match &*lower_scheme {
        "" if lower_rest.starts_with("localhost") => ("http", &*lower_rest),
        "" | "wss" | "*" => ("https", &*lower_rest),
        "ws" => ("http", &*lower_rest),
        "file" => return Some(origin::FILE.to_owned()),
        custom if origin::is_custom(custom) => (scheme, rest),
        other => (other, &*lower_rest),
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
    // Electron's `app://.` ends in none.
    let host = if host == "." { host } else { host.trim_end_matches('.') };
    if host.is_ascii() {
        let below = host.strip_prefix('*').filter(|rest| !rest.starts_with(['.', '-']));
        return Some(below.map_or_else(|| host.to_owned(), |domain| format!("*.{domain}")));
    }
    match host.strip_prefix("*.") {
        Some(domain) => to_ascii(domain).map(|domain| format!("*.{domain}")),
        None => to_ascii(host),
    }
}
