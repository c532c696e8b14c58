//! Which URLs a Content-Security-Policy lets a page connect to (CSP Level 3, 6.7.2, as Chromium has it:
//! a source of `https:` does not allow `wss:`).

use std::fmt;

use url::Url;

/// The directive of a list of policies (CSP Level 3, 2.2.2) that forbids a page to connect to `url`.
pub(super) fn forbids<'p>(policies: &'p str, page: &Url, url: &Url) -> Option<Directive<'p>> {
    policies.split(',').filter_map(restriction).find(|directive| !directive.allows(page, url))
}

/// A directive that restricts connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Directive<'p> {
    /// In lower case: `connect-src`, or `default-src` where that is not there.
    pub(super) name: &'static str,
    pub(super) sources: &'p str,
}

/// As Chromium shows it.
impl fmt::Display for Directive<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.name, self.sources)
    }
}

/// The one of a policy, if there is one.
fn restriction(policy: &str) -> Option<Directive<'_>> {
    ["connect-src", "default-src"].into_iter().find_map(|name| {
        policy.split(';').map(str::trim).find_map(|directive| {
            let (found, sources) =
                directive.split_once(char::is_whitespace).unwrap_or((directive, ""));
            let is_named = found.eq_ignore_ascii_case(name);
            is_named.then(|| Directive { name, sources: sources.trim() })
        })
    })
}

impl Directive<'_> {
    fn allows(self, page: &Url, url: &Url) -> bool {
        self.sources.split_whitespace().any(|source| match source {
            "*" => true,
            _ if source.eq_ignore_ascii_case("'self'") => is_of_self(page, url),
            _ if source.starts_with('\'') => false,
            _ => matches(source, page, url),
        })
    }
}

/// True if `url` is of the page's host, and as safe.
fn is_of_self(page: &Url, url: &Url) -> bool {
    let is_safe = matches!(url.scheme(), "https" | "wss") || page.scheme() == "http";
    let has_port = page.port_or_known_default() == url.port_or_known_default()
        || (page.port().is_none() && url.port().is_none());
    is_safe && page.host() == url.host() && has_port
}

/// True if a source allows the URL: `https:`, or `scheme://host:port/path` of which all but the host may
/// be missing.
fn matches(source: &str, page: &Url, url: &Url) -> bool {
    if let Some(scheme) = source.strip_suffix(':') {
        return is_scheme_allowed(scheme, url);
    }
    let (scheme, rest) = source.split_once("://").unwrap_or((page.scheme(), source));
    let (address, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let (host, port) = match address.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (address, None),
    };
    is_scheme_allowed(scheme, url)
        && is_host_allowed(host, url)
        && is_port_allowed(port, url)
        && is_path_allowed(path, url)
}

/// The same scheme, or its safe one.
fn is_scheme_allowed(scheme: &str, url: &Url) -> bool {
    let scheme = scheme.to_ascii_lowercase();
    let safe = match scheme.as_str() {
        "http" => "https",
        "ws" => "wss",
        scheme => scheme,
    };
    url.scheme() == scheme || url.scheme() == safe
}

fn is_host_allowed(host: &str, url: &Url) -> bool {
    let host = host.to_ascii_lowercase();
    let name = url.host_str().unwrap_or_default();
    match host.strip_prefix('*') {
        Some("") => true,
        Some(domain) => domain.starts_with('.') && name.ends_with(domain),
        None => name == host,
    }
}

fn is_port_allowed(port: Option<&str>, url: &Url) -> bool {
    match port {
        None => url.port().is_none(),
        Some("*") => true,
        Some(port) => {
            let own = url.port_or_known_default().unwrap_or_default();
            port.parse() == Ok(own) || (port == "80" && own == 443)
        }
    }
}

fn is_path_allowed(path: &str, url: &Url) -> bool {
    let asked = url.path();
    path.is_empty() || if path.ends_with('/') { asked.starts_with(path) } else { asked == path }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Chromium allows, which tests/doctor/content-security-policies.test.js asks it.
    const ALLOWED: &str = include_str!("../../../../../tests/doctor/content-security-policies.txt");

    #[test]
    fn connections_are_allowed_as_in_chromium() {
        let mut rows = ALLOWED.lines().filter(|line| !line.starts_with('#'));
        let urls: Vec<Url> =
            rows.next().unwrap().split(' ').map(|url| url.parse().unwrap()).collect();
        let mut count = 0;
        for row in rows {
            let (allowed, rest) = row.split_once(' ').unwrap();
            let (page, policy) = rest.split_once(' ').unwrap();
            let page = page.parse().unwrap();
            let signs = urls.iter().zip(allowed.chars()).map(|(url, sign)| match sign {
                '.' => '.',
                _ if forbids(policy, &page, url).is_some() => '-',
                _ => '+',
            });
            let told: String = signs.collect();
            assert_eq!(told, allowed, "{page} {policy}");
            count += 1;
        }
        assert!(count > 40);
    }

    #[test]
    fn the_directive_that_forbids_is_named() {
        let page = "https://app.example.com".parse().unwrap();
        let url = "https://api.example.com/".parse().unwrap();
        let named = |policies| forbids(policies, &page, &url).map(|it| (it.name, it.sources));
        assert_eq!(named("default-src 'self'; img-src *"), Some(("default-src", "'self'")));
        assert_eq!(
            named("Connect-Src  https://a.b ;default-src *"),
            Some(("connect-src", "https://a.b"))
        );
        assert_eq!(named("connect-src *, connect-src 'none'"), Some(("connect-src", "'none'")));
        assert_eq!(named("img-src 'self'"), None);
    }
}
