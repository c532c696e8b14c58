//! Patterns that match pages which can seldom be trusted.

use crate::origin::{
    FILE,
    host::is_loopback,
    pattern::{HostPattern, OriginPattern},
};

/// The host of a Tauri app's own pages on Windows. They come from the app itself, not from the
/// network.
const TAURI: &str = "tauri.localhost";

/// Domains where anybody can get a site, though they are not in the Public Suffix List.
const SHARED_DOMAINS: &[&str] = &["app.github.dev", "webcontainer-api.io"];

/// Domains where hosting platforms put previews beside published sites.
const PREVIEW_DOMAINS: &[&str] = &["netlify.app", "pages.dev", "vercel.app", "web.app"];

/// The parts of names that previews of a branch or of a pull request have.
const PREVIEW_WORDS: &[&str] =
    &["branch", "deploy", "git", "mr", "pr", "preview", "previews", "pull", "review"];

/// The doubt about the pages that `pattern` stands for: a clause, and a help. `credentialed`: they may
/// read the answers to requests with credentials.
pub(super) fn about(
    pattern: &OriginPattern<'_>,
    credentialed: bool,
) -> Option<(&'static str, &'static str)> {
    if pattern.is_null() {
        // With credentials, it is a fault.
        return (!credentialed).then_some((
            "is the origin of every sandboxed frame, on any site, and of every local file",
            "serve the page from a URL of its own, and list that origin",
        ));
    }
    if !credentialed {
        return None;
    }
    if pattern.as_str() == FILE {
        return Some((
            "lets every local file and old web view act with the visitor's cookies",
            "remove \"credentials\": devices (ESP32, ESP8266) send no cookies",
        ));
    }
    match pattern.host() {
        HostPattern::Every => Some((
            "lets every app or extension with that scheme act with the visitor's cookies",
            "remove \"credentials\", or list only your own",
        )),
        HostPattern::Below(domain) if is_below_any(SHARED_DOMAINS, domain) => Some((
            "matches sites that anybody can create, and each can act with the visitor's cookies",
            "list only your own",
        )),
        _ if is_of_previews(pattern.host()) => Some((
            "looks like previews: the code of every pull request can act with the visitor's \
             cookies",
            "give previews a server of their own, or remove \"credentials\"",
        )),
        host => is_unencrypted(pattern.scheme(), host),
    }
}

fn is_below_any(domains: &[&str], name: &str) -> bool {
    let is_below = |domain: &&str| {
        name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    domains.iter().any(is_below)
}

/// Returns true if the names that `host` stands for look like those of previews.
fn is_of_previews(host: HostPattern<'_>) -> bool {
    let has_word = |label: &str| label.split('-').any(|word| PREVIEW_WORDS.contains(&word));
    match host {
        HostPattern::Below(domain) => {
            domain.split('.').next().is_some_and(has_word) || is_below_any(PREVIEW_DOMAINS, domain)
        }
        HostPattern::Between(before, after) => {
            let begins = before.rsplit('.').next().unwrap_or_default();
            let (ends, domain) = after.split_once('.').unwrap_or_default();
            has_word(begins) || has_word(ends) || is_below_any(PREVIEW_DOMAINS, domain)
        }
        HostPattern::Exactly(_) | HostPattern::Every => false,
    }
}

fn is_unencrypted(scheme: &str, host: HostPattern<'_>) -> Option<(&'static str, &'static str)> {
    let (HostPattern::Exactly(end) | HostPattern::Below(end) | HostPattern::Between(_, end)) = host
    else {
        return None;
    };
    if scheme != "http" || host == HostPattern::Exactly(TAURI) {
        return None;
    }
    Some(if is_loopback(end) {
        (
            "is on the visitor's own machine, where any program can serve it and act with their \
             cookies",
            "remove it in production",
        )
    } else {
        (
            "is not encrypted: anyone on a visitor's network can pose as it and act with their \
             cookies",
            "serve the page over https, and list its https origin",
        )
    })
}
