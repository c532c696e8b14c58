//! What is examined, and the page that it is examined for.

use std::time::Duration;

use url::{Host, Url};

use super::engineio::Protocol;
use crate::{
    cli::{WrongUsage, printable::printable},
    origin::{Origin, OriginError},
    pattern::OriginPattern,
    policy::is_forbidden_request_header,
    report::{KNOWLEDGE, fetch_standard::is_safelisted},
    token::is_token,
};

/// The longest path that is asked for, in bytes.
const MAX_PATH_LEN: usize = 2048;

/// A server, and a page that is to use it.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// The server, without a path: http or https.
    pub(super) base: Url,
    /// Of Socket.IO: it begins with a slash.
    pub(super) path: String,
    pub(super) page: Page,
    /// The same server past its proxy.
    pub(super) direct: Option<Url>,
    /// Of each step.
    pub(super) timeout: Duration,
}

/// A page.
#[derive(Clone, Debug)]
pub(super) struct Page {
    pub(super) origin: String,
    /// The headers that its client sets.
    pub(super) headers: Vec<(String, String)>,
    /// What the browser holds for the server.
    pub(super) cookie: Option<String>,
    /// Whether its requests carry credentials.
    pub(super) credentialed: bool,
    /// The major version of its Socket.IO client: 2, 3 or 4.
    pub(super) client: u8,
}

impl Page {
    /// What its client speaks.
    pub(super) fn protocol(&self) -> Protocol {
        if self.client == 2 { Protocol::V3 } else { Protocol::V4 }
    }

    /// The names, in lower case, sorted, of the headers that need a preflight.
    pub(super) fn unsafe_headers(&self) -> Vec<String> {
        let names = self.headers.iter().map(|(name, _)| name.to_ascii_lowercase());
        let mut names: Vec<_> = names.filter(|name| !is_safelisted(name)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl Target {
    /// The URL of `path` on `base`.
    pub(super) fn url(base: &Url, path: &str, query: &str) -> Url {
        let mut url = base.clone();
        url.set_path(path);
        url.set_query(Some(query));
        url
    }

    /// Whether the page is of the server's own origin: no CORS is needed.
    pub(super) fn is_same_origin(&self) -> bool {
        self.base.origin().ascii_serialization() == self.page.origin
    }

    /// Whether cookies of the server are first-party to the page: both have one
    /// scheme and one registrable domain (HTML, "schemelessly same site").
    pub(super) fn is_same_site(&self) -> bool {
        let Ok(page) = Url::parse(&self.page.origin) else { return false };
        page.scheme() == self.base.scheme() && site(&page) == site(&self.base)
    }

    /// Whether a browser would refuse to ask: the page is encrypted, the server is
    /// not, and it is not this machine.
    pub(super) fn is_mixed_content(&self) -> bool {
        self.page.origin.starts_with("https://") && !self.is_trustworthy()
    }

    /// Whether browsers take the server for one that nobody can listen to or pose
    /// as (Secure Contexts, "potentially trustworthy origin").
    pub(super) fn is_trustworthy(&self) -> bool {
        self.base.scheme() == "https" || is_loopback(&self.base)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The registrable domain, or the host where it has none.
fn site(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let domain = match url.host() {
        Some(Host::Domain(name)) => psl::domain_str(name),
        _ => None,
    };
    domain.unwrap_or(host).to_owned()
}

/// The server of a URL, and the path where one is written in it.
///
/// # Errors
/// It is no URL of a server: what to write.
pub(super) fn server(argument: &str, text: &str) -> Result<(Url, Option<String>), WrongUsage> {
    let wrong =
        |problem: String| Err(WrongUsage(format!("{argument} {} {problem}", printable(text))));
    let Some((scheme, rest)) = text.split_once("://") else {
        let scheme = if text.starts_with("localhost") || text.starts_with("127.") {
            "http"
        } else {
            "https"
        };
        return wrong(format!("has no scheme: write {scheme}://{}", printable(text)));
    };
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "http" | "ws" => "http",
        "https" | "wss" => "https",
        _ => return wrong("is neither http nor https".to_owned()),
    };
    let mut url = match Url::parse(&format!("{scheme}://{rest}")) {
        Ok(url) => url,
        Err(error) => return wrong(format!("is no URL: {error}")),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return wrong(
            "has user information, which no browser sends along: leave it out".to_owned(),
        );
    }
    if url.query().is_some() || url.fragment().is_some() {
        return wrong("has a query or a fragment: leave it out".to_owned());
    }
    let path = match url.path() {
        "/" => None,
        path if path.trim_end_matches('/').ends_with("/socket.io") => Some(with_slash(path)),
        path => {
            let path = path.to_owned();
            url.set_path("/");
            let base = url.as_str().trim_end_matches('/');
            return wrong(format!(
                "has a path. A path after the host is a namespace to a Socket.IO client. Is {path} \
                 where Socket.IO is? Write {base} --path {path}"
            ));
        }
    };
    url.set_path("/");
    Ok((url, path))
}

/// Checks a Socket.IO path.
///
/// # Errors
/// It is none: what to write.
pub(super) fn path(text: &str) -> Result<String, WrongUsage> {
    let wrong = |problem: &str| Err(WrongUsage(format!("--path {} {problem}", printable(text))));
    if !text.starts_with('/') {
        return wrong("does not start with /");
    }
    if text.contains(['?', '#']) || text.contains(char::is_whitespace) || text.len() > MAX_PATH_LEN
    {
        return wrong("is no path alone: leave out the query");
    }
    Ok(with_slash(text))
}

/// A client asks with a slash at the end, whether its `path` has one or not.
fn with_slash(path: &str) -> String {
    format!("{}/", path.trim_end_matches('/'))
}

/// Checks the page's origin.
///
/// # Errors
/// No browser sends it: what to write.
pub(super) fn origin(text: &str) -> Result<String, WrongUsage> {
    match Origin::try_from(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(OriginError::Null) => Err(WrongUsage(
            "--origin null: it stands for any sandboxed frame and local file; give the origin of \
             a page. What null is granted is examined anyway"
                .to_owned(),
        )),
        Err(OriginError::Malformed) => {
            let advice = match OriginPattern::try_from(text) {
                Err(error) => {
                    format!("{}: {}", error.problem(), error.advice(text, KNOWLEDGE.to_ascii))
                }
                Ok(_) => "is a pattern: write one origin of a page".to_owned(),
            };
            Err(WrongUsage(format!("--origin {} {}", printable(text), printable(&advice))))
        }
    }
}

/// Reads `Name: value`.
///
/// # Errors
/// It is no header, or none that a page can send.
pub(super) fn header(text: &str) -> Result<(String, String), WrongUsage> {
    let wrong = |problem: &str| Err(WrongUsage(format!("--header {} {problem}", printable(text))));
    let Some((name, value)) = text.split_once(':') else {
        return wrong("has no colon: write it as in 'X-Token: abc'");
    };
    let (name, value) = (name.trim(), value.trim());
    if !is_token(name) {
        return wrong("has a name that no header can have");
    }
    match name.to_ascii_lowercase().as_str() {
        "cookie" => wrong("is the browser's to send: use --cookie"),
        "origin" => wrong("is the browser's to send: use --origin"),
        lower if is_forbidden_request_header(lower) => {
            wrong("is a header that browsers keep to themselves: no page sends it")
        }
        _ if ureq::http::HeaderValue::from_str(value).is_err() => {
            wrong("has a value that no header can have")
        }
        _ => Ok((name.to_owned(), value.to_owned())),
    }
}

/// Checks the value of a Cookie header.
///
/// # Errors
/// It is none.
pub(super) fn cookie(text: &str) -> Result<String, WrongUsage> {
    let is_header = ureq::http::HeaderValue::from_str(text).is_ok();
    if !is_header || !text.contains('=') {
        let shown = printable(text);
        return Err(WrongUsage(format!(
            "--cookie {shown} is no cookie: write it as in 'a=b; c=d'"
        )));
    }
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(base: &str, origin: &str) -> Target {
        Target {
            base: Url::parse(base).unwrap(),
            path: "/socket.io/".to_owned(),
            page: Page {
                origin: origin.to_owned(),
                headers: Vec::new(),
                cookie: None,
                credentialed: false,
                client: 4,
            },
            direct: None,
            timeout: Duration::from_secs(1),
        }
    }

    #[test]
    fn a_site_is_a_scheme_and_a_registrable_domain() {
        for (base, origin, same) in [
            ("https://api.example.com", "https://app.example.com", true),
            ("https://api.example.com:8443", "https://example.com", true),
            ("http://api.example.com", "https://app.example.com", false),
            ("https://a.github.io", "https://b.github.io", false),
            ("https://a.co.uk", "https://b.co.uk", false),
            ("http://127.0.0.1:1", "http://localhost:1", false),
            ("http://127.0.0.1:1", "http://127.0.0.1:2", true),
            ("http://localhost:1", "http://localhost:2", true),
        ] {
            assert_eq!(target(base, origin).is_same_site(), same, "{base} {origin}");
        }
    }

    #[test]
    fn mixed_content_is_what_browsers_take_for_it() {
        for (base, origin, mixed) in [
            ("http://api.example.com", "https://app.example.com", true),
            ("http://192.168.0.1", "https://app.example.com", true),
            ("http://api.example.com", "http://app.example.com", false),
            ("https://api.example.com", "https://app.example.com", false),
            ("http://127.0.0.1:3000", "https://app.example.com", false),
            ("http://[::1]:3000", "https://app.example.com", false),
            ("http://x.localhost:3000", "https://app.example.com", false),
        ] {
            assert_eq!(target(base, origin).is_mixed_content(), mixed, "{base} {origin}");
        }
    }

    #[test]
    fn the_url_may_name_socket_io_s_path() {
        for (text, base, path) in [
            ("https://a.example", "https://a.example/", None),
            ("wss://a.example:443/", "https://a.example/", None),
            ("ws://localhost:3000", "http://localhost:3000/", None),
            ("https://a.example/socket.io/", "https://a.example/", Some("/socket.io/")),
            ("https://a.example/x/socket.io", "https://a.example/", Some("/x/socket.io/")),
        ] {
            let (url, found) = server("URL", text).unwrap();
            assert_eq!((url.as_str(), found.as_deref()), (base, path), "{text}");
        }
    }
}
