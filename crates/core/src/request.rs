//! The parts of a request that a decision needs.

use crate::origin::{self, host};

pub mod path;
pub(crate) mod token;

/// A request without its body: method, URL, and the headers that say where it
/// comes from. A header that is absent is `None`; an empty one is `Some("")`;
/// one that came several times is joined with `, ` (Fetch, "get a header").
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestHead<'a> {
    /// Case-sensitive, as it came.
    pub method: &'a str,
    /// The URL that it goes to.
    pub url: Url<'a>,
    /// `Origin`.
    pub origin: Option<&'a str>,
    /// `Access-Control-Request-Method`.
    pub requested_method: Option<&'a str>,
    /// `Access-Control-Request-Headers`.
    pub requested_headers: Option<&'a str>,
    /// `Sec-Fetch-Site`.
    pub fetch_site: Option<&'a str>,
    /// `Sec-Fetch-Mode`.
    pub fetch_mode: Option<&'a str>,
    /// `Sec-Fetch-Dest`.
    pub fetch_dest: Option<&'a str>,
    /// `Upgrade`.
    pub upgrade: Option<&'a str>,
}

/// The kinds of requests that are answered differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RequestKind {
    /// A CORS preflight (Fetch, "CORS-preflight request"): `OPTIONS` with `Origin` and
    /// `Access-Control-Request-Method`.
    Preflight,
    /// Any other request, other `OPTIONS` among them.
    Ordinary,
}

/// An absolute URL, taken apart but not decoded.
#[derive(Clone, Copy, Debug, Default)]
pub struct Url<'a> {
    /// `scheme://host[:port]`: the origin that the request is made to.
    pub origin: &'a str,
    /// The path with its query: what an HTTP request line carries.
    pub path_and_query: &'a str,
}

impl<'a> Url<'a> {
    /// Splits the serialisation of a URL with an authority.
    #[must_use]
    pub fn split(text: &'a str) -> Self {
        let authority_and_path = origin::split_scheme(text).map_or(text, |(_, rest)| rest);
        let (_, path_and_query) = split_before(authority_and_path, b"/?#");
        let origin = text.strip_suffix(path_and_query).unwrap_or(text);
        Self { origin, path_and_query }
    }

    /// The host that a policy is kept for: `host[:port]` in lower case, without
    /// the scheme's default port or the root's dot, so that one host has one name.
    #[must_use]
    pub fn policy_host(&self) -> String {
        let (scheme, authority) = origin::split_scheme(self.origin).unwrap_or_default();
        let (host, port) = origin::split_port(authority);
        let mut name = host.trim_end_matches('.').to_ascii_lowercase();
        if let Some(port) = port.filter(|port| host::parse_port(port) != host::default_port(scheme))
        {
            name.push(':');
            name.push_str(port);
        }
        name
    }

    /// Returns true if it leads to `origin`, `scheme://host[:port]`, however the two are written:
    /// in upper case, with the scheme's default port, with the root's dot.
    #[must_use]
    pub fn leads_to(&self, origin: &str) -> bool {
        let split = |origin| {
            let (scheme, authority) = origin::split_scheme(origin).unwrap_or_default();
            let (host, port) = origin::split_port(authority);
            (scheme, host.trim_end_matches('.'), port)
        };
        let (scheme, host, port) = split(self.origin);
        let (other_scheme, other_host, other_port) = split(origin);
        let number =
            |port: Option<_>| port.and_then(host::parse_port).or(host::default_port(scheme));
        scheme.eq_ignore_ascii_case(other_scheme)
            && host.eq_ignore_ascii_case(other_host)
            && number(port) == number(other_port)
    }

    /// The path, still percent-encoded.
    #[must_use]
    pub fn path(&self) -> &'a str {
        split_before(self.path_and_query, b"?#").0
    }

    /// The query without its `?`, empty if there is none.
    #[must_use]
    pub fn query(&self) -> &'a str {
        let without_fragment = self.path_and_query.split('#').next().unwrap_or_default();
        without_fragment.split_once('?').unwrap_or_default().1
    }
}

/// `text` up to the first of `ends`, and from there on.
fn split_before<'t>(text: &'t str, ends: &[u8]) -> (&'t str, &'t str) {
    let end = text.bytes().position(|byte| ends.contains(&byte));
    end.and_then(|end| text.split_at_checked(end)).unwrap_or((text, ""))
}

/// The files of Socket.IO's client, but for their source maps.
const CLIENT_BUNDLES: [&str; 4] =
    ["/socket.io.js", "/socket.io.min.js", "/socket.io.esm.min.js", "/socket.io.msgpack.min.js"];

/// Those that Engine.IO reads (engine.io, `server.ts`, `verify` and `createTransport`).
const SESSION_PARAMETERS: [&str; 4] = ["EIO", "transport", "sid", "j"];

impl RequestHead<'_> {
    /// Returns true if it is a preflight where it says which method and headers it asks for: no other
    /// request needs these two headers.
    #[must_use]
    pub fn may_be_preflight(&self) -> bool {
        self.method == "OPTIONS" && self.origin.is_some()
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> RequestKind {
        if self.may_be_preflight() && self.requested_method.is_some() {
            RequestKind::Preflight
        } else {
            RequestKind::Ordinary
        }
    }

    /// Returns true if it comes from a page of the very origin it goes to.
    #[must_use]
    pub fn is_same_origin(&self) -> bool {
        self.origin == Some(self.url.origin)
    }

    /// Returns true if the browser says that a page of this same origin made it.
    #[must_use]
    pub fn fetch_is_same_origin(&self) -> bool {
        self.fetch_site == Some("same-origin")
    }

    /// Returns true if the browser says that another origin's page made it (Fetch Metadata, 2): a
    /// `<script>`, an `<img>`, a frame. A link or a pop-up is none, unless it leads to
    /// Engine.IO, which nobody visits.
    #[must_use]
    pub fn is_foreign_embed(&self) -> bool {
        let foreign = matches!(self.fetch_site, Some("cross-site" | "same-site"));
        let follows_link =
            self.fetch_mode == Some("navigate") && self.fetch_dest == Some("document");
        foreign && (!follows_link || self.has_engineio_shape())
    }

    /// Returns true if the query, once decoded, has a parameter of Engine.IO: `EIO`, or a
    /// `transport` that it knows (engine.io, `server.ts`, `verify`).
    #[must_use]
    pub fn has_engineio_shape(&self) -> bool {
        self.has_parameter(&|name, value| match name {
            "EIO" => true,
            "transport" => matches!(value, "polling" | "websocket" | "webtransport"),
            _ => false,
        })
    }

    /// Returns true if the query, once decoded, has a parameter whose name and value are `wanted`. Some
    /// servers take `;` for `&` (Python before 3.10, `urllib.parse.parse_qs`).
    fn has_parameter(&self, wanted: &dyn Fn(&str, &str) -> bool) -> bool {
        self.url.query().split(';').any(|part| {
            form_urlencoded::parse(part.as_bytes()).any(|(name, value)| wanted(&name, &value))
        })
    }

    /// Returns true if it gets a file of Socket.IO's client directly under `prefix` (socket.io,
    /// `lib/index.ts`, `serve`), on a path that every server reads alike, and asks for nothing of a session: with `serveClient: false` Engine.IO
    /// takes these paths for its own.
    #[must_use]
    pub fn is_client_bundle(&self, prefix: &str) -> bool {
        let file = self.url.path().strip_prefix(prefix.strip_suffix('/').unwrap_or(prefix));
        let is_bundle =
            |file: &str| CLIENT_BUNDLES.contains(&file.strip_suffix(".map").unwrap_or(file));
        matches!(self.method, "GET" | "HEAD")
            && self.upgrade.is_none()
            && file.is_some_and(is_bundle)
            && self.path_variants().reading == path::Reading::Plain
            && !self.has_parameter(&|name, _| SESSION_PARAMETERS.contains(&name))
    }

    /// Returns true if it asks for a WebSocket (RFC 6455, 4.1).
    #[must_use]
    pub fn is_websocket_upgrade(&self) -> bool {
        let mut protocols = self.upgrade.unwrap_or_default().split(',');
        protocols.any(|protocol| protocol.trim().eq_ignore_ascii_case("websocket"))
    }

    /// Returns true if Engine.IO would answer it with a script: JSONP polling, asked for
    /// by `j` in the query (engine.io, `server.ts`, `createTransport`).
    #[must_use]
    pub fn is_jsonp(&self) -> bool {
        form_urlencoded::parse(self.url.query().as_bytes()).any(|(name, _)| name == "j")
    }

    /// `polling` or `websocket` as far as the head tells, by Engine.IO's `transport`
    /// in the query or else by what the browser says it does; else `other`.
    #[must_use]
    pub fn transport(&self) -> &'static str {
        let mut query = form_urlencoded::parse(self.url.query().as_bytes());
        let transport = query.find(|(name, _)| name == "transport").map(|(_, value)| value);
        match transport.as_deref() {
            Some("websocket") => "websocket",
            Some("polling") => "polling",
            _ if self.fetch_mode == Some("websocket") => "websocket",
            _ => "other",
        }
    }

    /// Returns true if the decision on it, or [its transport](Self::transport), may hang on its Fetch
    /// Metadata: unless it has the origin of a page, and a transport in plain letters.
    #[must_use]
    pub fn reads_fetch_metadata(&self) -> bool {
        let is_of_page = |origin: &str| origin.starts_with("http") && !origin.contains(',');
        let query = self.url.query();
        let transport = query.split('&').find(|part| part.starts_with("transport"));
        let has_transport = matches!(transport, Some("transport=polling" | "transport=websocket"));
        !(self.origin.is_some_and(is_of_page) && has_transport && !query.contains('%'))
    }

    /// Its path, as it came and as the servers behind might read it.
    #[must_use]
    pub fn path_variants(&self) -> path::PathVariants<'_> {
        path::PathVariants::of(self.url.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_urls() {
        for (text, origin, path, query) in [
            ("https://a.example/", "https://a.example", "/", ""),
            ("http://a.example:81/x/?y=/z?", "http://a.example:81", "/x/", "y=/z?"),
            ("http://[::1]:81/x#y?z", "http://[::1]:81", "/x", ""),
            ("https://a.example?x", "https://a.example", "", "x"),
            ("https://a.example", "https://a.example", "", ""),
        ] {
            let url = Url::split(text);
            assert_eq!((url.origin, url.path(), url.query()), (origin, path, query), "{text}");
        }
    }

    #[test]
    fn a_host_has_one_name_whatever_its_spelling() {
        for (origin, host) in [
            ("https://api.example.com", "api.example.com"),
            ("https://API.Example.com", "api.example.com"),
            ("https://api.example.com.", "api.example.com"),
            ("https://api.example.com..:443", "api.example.com"),
            ("http://api.example.com:80", "api.example.com"),
            ("https://api.example.com:80", "api.example.com:80"),
            ("https://api.example.com.:8443", "api.example.com:8443"),
            ("http://[::1]:8787", "[::1]:8787"),
        ] {
            assert_eq!(Url { origin, path_and_query: "/" }.policy_host(), host, "{origin}");
        }
    }

    #[test]
    fn an_origin_is_known_however_it_is_written() {
        for (url, origin, expected) in [
            ("https://api.example.com", "https://api.example.com", true),
            ("https://api.example.com", "HTTPS://API.Example.com:443", true),
            ("https://api.example.com.", "https://api.example.com", true),
            ("http://api.example.com:80", "http://api.example.com", true),
            ("http://127.0.0.1:8787", "http://127.0.0.1:8787", true),
            ("http://[::1]:8787", "http://[::1]:8787", true),
            ("http://api.example.com", "https://api.example.com", false),
            ("https://api.example.com:8443", "https://api.example.com", false),
            ("https://api.example.com", "https://origin.example.com", false),
            ("https://api.example.com", "https://xapi.example.com", false),
            ("http://localhost:80", "http://localhost:8080", false),
        ] {
            let url = Url { origin: url, path_and_query: "/" };
            assert_eq!(url.leads_to(origin), expected, "{} {origin}", url.origin);
        }
    }

    #[test]
    fn a_page_has_the_same_origin_if_the_request_goes_to_its_origin() {
        for (origin, expected) in
            [(Some("https://a.example"), true), (Some("https://b.example"), false), (None, false)]
        {
            let url = Url { origin: "https://a.example", path_and_query: "/" };
            let head = RequestHead { url, origin, ..Default::default() };
            assert_eq!(head.is_same_origin(), expected, "{origin:?}");
        }
    }

    #[test]
    fn a_malformed_url_is_split_without_loss() {
        for text in ["", "://", "a", "/socket.io/"] {
            let url = Url::split(text);
            assert_eq!(format!("{}{}", url.origin, url.path_and_query), text);
        }
    }

    #[test]
    fn the_transport_is_what_the_query_or_the_browser_says() {
        for (query, fetch_mode, transport) in [
            ("EIO=4&transport=polling&t=x", None, "polling"),
            ("EIO=4&transport=websocket", None, "websocket"),
            ("transport=polling", Some("cors"), "polling"),
            ("", Some("websocket"), "websocket"),
            ("transport=carrier-pigeon", None, "other"),
            ("", None, "other"),
        ] {
            let path_and_query = format!("/socket.io/?{query}");
            let url = Url { origin: "https://a.example", path_and_query: &path_and_query };
            let head = RequestHead { url, fetch_mode, ..Default::default() };
            assert_eq!(head.transport(), transport, "{query} {fetch_mode:?}");
        }
    }

    #[test]
    fn fetch_metadata_is_not_read_if_the_origin_and_a_plain_transport_are_enough() {
        let page = Some("https://a.example");
        for (origin, query, is_read) in [
            (page, "EIO=4&transport=polling", false),
            (page, "transport=websocket", false),
            (None, "transport=polling", true),
            (Some("wss://a.example"), "transport=polling", true),
            (Some("https://a.example, https://b.example"), "transport=polling", true),
            (page, "EIO=4", true),
            (page, "transport=air&transport=polling", true),
            (page, "transport=polling&x=%20", true),
        ] {
            let path_and_query = format!("/socket.io/?{query}");
            let url = Url { origin: "https://api.example", path_and_query: &path_and_query };
            let head = RequestHead { url, origin, ..Default::default() };
            assert_eq!(head.reads_fetch_metadata(), is_read, "{origin:?} {query}");
        }
    }

    #[test]
    fn engineio_is_known_by_its_query() {
        for (query, is_engineio) in [
            ("EIO=4&transport=polling", true),
            ("EIO=3", true),
            ("EIO", true),
            ("x=1&%45IO=4", true),
            ("transport=polling", true),
            ("transport=websocket&t=x", true),
            ("%74ransport=web%73ocket", true),
            ("transport=webtransport", true),
            ("a=1;transport=polling", true),
            ("", false),
            ("transport=air", false),
            ("transport=Polling", false),
            ("transport", false),
            ("eio=4", false),
            ("t=EIO", false),
            ("XEIO=4&mytransport=polling", false),
        ] {
            let path_and_query = format!("/anything?{query}");
            let url = Url { origin: "https://a.example", path_and_query: &path_and_query };
            let head = RequestHead { url, ..Default::default() };
            assert_eq!(head.has_engineio_shape(), is_engineio, "{query}");
        }
    }

    #[test]
    fn a_websocket_request_is_recognised_by_its_upgrade_header() {
        for (upgrade, is_websocket) in [
            (Some("websocket"), true),
            (Some("WebSocket"), true),
            (Some("h2c, websocket"), true),
            (Some("h2c"), false),
            (Some(""), false),
            (None, false),
        ] {
            let head = RequestHead { upgrade, ..Default::default() };
            assert_eq!(head.is_websocket_upgrade(), is_websocket, "{upgrade:?}");
        }
    }

    #[test]
    fn jsonp_is_found_in_every_spelling() {
        for (query, jsonp) in [
            ("EIO=3&j=0", true),
            ("%6a=0", true),
            ("%6A=0", true),
            ("j", true),
            ("j=", true),
            ("", false),
            ("jj=1", false),
            ("t=j", false),
            ("J=0", false),
        ] {
            let path_and_query = format!("/socket.io/?{query}");
            let url = Url { origin: "https://a.example", path_and_query: &path_and_query };
            assert_eq!(RequestHead { url, ..Default::default() }.is_jsonp(), jsonp, "{query}");
        }
    }
}
