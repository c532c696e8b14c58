//! The request that is sent on to the origin server, as far as it differs from the one that came.

use std::borrow::Cow;

use crate::{origin, request::RequestHead};

const ACCEPT_ENCODING: &str = "accept-encoding";
const X_FORWARDED_HOST: &str = "x-forwarded-host";
const X_FORWARDED_PROTO: &str = "x-forwarded-proto";

/// The differences between the request that came and the one that is sent on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpstreamRequest<'a> {
    /// Its URL, if that is another.
    pub url: Option<String>,
    /// The headers that are set, in place of any of the same name.
    pub headers: Vec<(&'static str, Cow<'a, str>)>,
}

impl<'a> UpstreamRequest<'a> {
    /// The request that is made of `head` for `upstream`, `http(s)://host[:port]`; without one
    /// it goes to where it went. `accepts_no_encoding` as [`accepts_no_encoding`] says.
    #[must_use]
    pub fn new(head: &RequestHead<'a>, upstream: Option<&str>, accepts_no_encoding: bool) -> Self {
        let mut request = Self::default();
        if let Some(upstream) = upstream {
            let (scheme, authority) = origin::split_scheme(head.url.origin).unwrap_or_default();
            request.url = Some([upstream, head.url.path_and_query].concat());
            request.headers.push((X_FORWARDED_HOST, authority.into()));
            request.headers.push((X_FORWARDED_PROTO, scheme.into()));
        }
        if accepts_no_encoding {
            request.headers.push((ACCEPT_ENCODING, "identity".into()));
        }
        request
    }
}

/// Returns true if the client accepts no compressed answer. Outside of Cloudflare nobody decodes
/// one for it, so the origin server must not compress.
///
/// `header` is the request's `Accept-Encoding`. Cloudflare and `wrangler dev` put their own in
/// its place; `of_client`, asked for then alone, is the client's own (`request.cf.clientAcceptEncoding`).
#[must_use]
pub fn accepts_no_encoding(
    header: Option<&str>,
    of_client: impl FnOnce() -> Option<String>,
) -> bool {
    match header {
        Some("br, gzip" | "gzip, br") => of_client().is_some_and(|accepted| accepted.is_empty()),
        Some(accepted) => accepted.is_empty(),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Url;

    fn head(url: &'static str) -> RequestHead<'static> {
        RequestHead { url: Url::split(url), ..Default::default() }
    }

    #[test]
    fn an_upstream_server_gets_the_original_host_and_scheme() {
        let head = head("https://api.example.com:8443/socket.io/?EIO=4");
        let request = UpstreamRequest::new(&head, Some("http://10.0.0.1:3000"), false);
        assert_eq!(request.url.as_deref(), Some("http://10.0.0.1:3000/socket.io/?EIO=4"));
        let expected = [
            (X_FORWARDED_HOST, "api.example.com:8443".into()),
            (X_FORWARDED_PROTO, "https".into()),
        ];
        assert_eq!(request.headers, expected);
    }

    #[test]
    fn the_zones_own_server_gets_the_request_as_it_came() {
        let head = head("https://api.example.com/socket.io/?EIO=4");
        assert_eq!(UpstreamRequest::new(&head, None, false), UpstreamRequest::default());
        let request = UpstreamRequest::new(&head, None, true);
        assert_eq!(request.headers, [(ACCEPT_ENCODING, "identity".into())]);
    }

    #[test]
    fn a_client_that_asks_for_no_encoding_gets_none() {
        let client = |accepted: Option<&str>| accepted.map(str::to_owned);
        for (header, of_client, expected) in [
            (None, None, true),
            (Some(""), None, true),
            (Some("gzip"), None, false),
            (Some("identity"), None, false),
            // The runtime's own.
            (Some("br, gzip"), None, false),
            (Some("gzip, br"), Some("gzip, deflate, br, zstd"), false),
            (Some("gzip, br"), Some(""), true),
            // The client's, whatever the runtime would say.
            (Some("gzip, deflate"), Some(""), false),
        ] {
            let accepts_none = accepts_no_encoding(header, || client(of_client));
            assert_eq!(accepts_none, expected, "{header:?} {of_client:?}");
        }
    }
}
