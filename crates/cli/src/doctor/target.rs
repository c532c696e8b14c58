//! The server that is examined, and the page for which it is.

use std::time::Duration;

use socketio_cors_core::origin::host::is_loopback;
use socketio_cors_explain::{fetch_standard::is_safelisted, registrable_domain};
use url::{Host, Url};

use super::{auth::Auth, engineio::Protocol, query::Query};

/// A server, and a page that is to use it.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// The server, without a path: http or https.
    pub(super) base: Url,
    /// The path of Socket.IO. It begins with a slash.
    pub(super) path: String,
    pub(super) page: Page,
    /// The same server past its proxy.
    pub(super) direct: Option<Url>,
    /// The timeout of each step.
    pub(super) timeout: Duration,
    /// The time for which a poll and a WebSocket are kept open.
    pub(super) hold: Option<Duration>,
}

/// A page.
#[derive(Clone, Debug)]
pub(super) struct Page {
    pub(super) origin: String,
    /// The headers that its client sets.
    pub(super) headers: Vec<(String, String)>,
    /// The client's `query` option.
    pub(super) query: Query,
    /// The client's `auth` option.
    pub(super) auth: Auth,
    /// The browser's cookies for the server.
    pub(super) cookie: Option<String>,
    /// True if its requests carry credentials.
    pub(super) credentialed: bool,
    /// The major version of its Socket.IO client: 2, 3 or 4.
    pub(super) client: u8,
    /// True if that uses WebSocket alone, and polls never.
    pub(super) websocket: bool,
    /// The namespace that it connects to: what stands after the host in its URL, or `/`.
    pub(super) namespace: String,
}

impl Page {
    /// The protocol of its client.
    pub(super) fn protocol(&self) -> Protocol {
        if self.client == 2 { Protocol::V3 } else { Protocol::V4 }
    }

    /// The packet by which a client 3 or 4 connects to its namespace.
    pub(super) fn connect_packet(&self) -> String {
        let auth = self.auth.payload();
        match self.namespace.as_str() {
            "/" => format!("40{auth}"),
            namespace => format!("40{namespace},{auth}"),
        }
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
    /// The server's URL as people write it, without a slash at the end.
    pub(super) fn shown_base(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// The same for a `WebSocket`.
    pub(super) fn websocket_base(&self) -> String {
        self.shown_base().replacen("http", "ws", 1)
    }

    /// The line with which its server is examined for its page.
    pub(super) fn doctor_line(&self) -> String {
        let Page { origin, namespace, .. } = &self.page;
        let namespace = namespace.trim_end_matches('/');
        format!("  socketio-cors doctor {}{namespace} --origin {origin}", self.shown_base())
    }

    /// The server's URL, with another scheme.
    pub(super) fn with_scheme(&self, scheme: &str) -> String {
        let mut url = self.base.clone();
        let port = url.port_or_known_default();
        // Both are special schemes, so that it can be set.
        let _ = url.set_scheme(scheme);
        let _ = url.set_port(port);
        url.as_str().trim_end_matches('/').to_owned()
    }

    /// The target of a recording, to which no request is sent.
    pub(super) fn recorded(base: Url, path: String, page: Page) -> Self {
        Self { base, path, page, direct: None, timeout: Duration::ZERO, hold: None }
    }

    /// The URL of `path` on `base`.
    pub(super) fn url(base: &Url, path: &str, query: &str) -> Url {
        let mut url = base.clone();
        url.set_path(path);
        url.set_query(Some(query));
        url
    }

    /// The URL that the page asks first, but for the stamp in a poll's.
    pub(super) fn first_url(&self) -> Url {
        let transport = if self.page.websocket { "websocket" } else { "polling" };
        let of_client = format!("EIO={}&transport={transport}", self.page.protocol().number());
        let mut url = Self::url(&self.base, &self.path, &self.page.query.before(&of_client));
        if self.page.websocket {
            let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
            // Both are special schemes, so that it can be set.
            let _ = url.set_scheme(scheme);
        }
        url
    }

    /// True if the page is of the server's own origin: no CORS is needed.
    pub(super) fn is_same_origin(&self) -> bool {
        self.base.origin().ascii_serialization() == self.page.origin
    }

    /// True if cookies of the server are first-party to the page: both have one
    /// scheme and one registrable domain (HTML, "schemelessly same site").
    pub(super) fn is_same_site(&self) -> bool {
        let Ok(page) = Url::parse(&self.page.origin) else { return false };
        page.scheme() == self.base.scheme() && site(&page) == site(&self.base)
    }

    /// True if a browser would refuse to ask: the page is encrypted, the server is
    /// not, and it is not this machine.
    pub(super) fn is_mixed_content(&self) -> bool {
        self.page.origin.starts_with("https://") && !self.is_trustworthy()
    }

    /// True if the server is this machine, by its name.
    pub(super) fn is_local(&self) -> bool {
        self.base.host_str().is_some_and(is_loopback)
    }

    /// True if browsers take the server for one that nobody can listen to or pose
    /// as (Secure Contexts, "potentially trustworthy origin").
    pub(super) fn is_trustworthy(&self) -> bool {
        self.base.scheme() == "https" || self.is_local()
    }
}

/// The registrable domain, or the host where it has none.
fn site(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let domain = match url.host() {
        Some(Host::Domain(name)) => registrable_domain(name),
        _ => None,
    };
    domain.unwrap_or(host).to_owned()
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
                query: Query::default(),
                auth: Auth::default(),
                cookie: None,
                credentialed: false,
                client: 4,
                websocket: false,
                namespace: "/".to_owned(),
            },
            direct: None,
            timeout: Duration::from_secs(1),
            hold: None,
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
    fn mixed_content_is_recognised_as_in_browsers() {
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
}
