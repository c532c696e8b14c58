//! The senders of requests, and the headers that a browser adds for each.

use super::{cookies::Jar, target::Target};
use crate::network::Headers;

/// The sender of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asker<'a> {
    /// The page that is to use the server.
    Page,
    /// The page, by a browser that sends no Fetch Metadata.
    Unmarked,
    /// A page of another origin, in the same browser.
    Elsewhere(&'a str),
    /// A sandboxed frame, whose origin is `null`.
    Null,
    /// No browser.
    Nobody,
}

/// The way in which a request is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    Get,
    Post,
    Preflight,
    WebSocket,
    /// A POST that ends a session: with whatever cookie leads to it, as no browser would.
    Closing,
}

const USER_AGENT: &str = concat!(
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) ",
    "Chrome/142.0.0.0 Safari/537.36 socketio-cors-doctor/",
    env!("CARGO_PKG_VERSION")
);

/// The headers with which a browser asks for a page that somebody visits.
pub(super) fn of_visitor() -> Headers {
    [
        ("User-Agent", USER_AGENT),
        ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
        ("Accept-Encoding", "identity"),
        ("Sec-Fetch-Site", "none"),
        ("Sec-Fetch-Mode", "navigate"),
        ("Sec-Fetch-Dest", "document"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

impl<'a> Asker<'a> {
    /// The `Origin` header. Browsers send none with a GET of the page's own origin (Fetch,
    /// "append a request `Origin` header").
    pub(super) fn origin(self, target: &'a Target, means: Means) -> Option<&'a str> {
        match self {
            Self::Page | Self::Unmarked if means == Means::Get && target.is_same_origin() => None,
            Self::Page | Self::Unmarked => Some(&target.page.origin),
            Self::Elsewhere(origin) => Some(origin),
            Self::Null => Some("null"),
            Self::Nobody => None,
        }
    }

    /// The query of a request's URL. A page elsewhere does not know what the page's client has in it,
    /// which may be a secret.
    pub(super) fn query(self, target: &Target, of_client: &str) -> String {
        match self {
            Self::Page | Self::Unmarked | Self::Nobody => target.page.query.before(of_client),
            Self::Elsewhere(_) | Self::Null => of_client.to_owned(),
        }
    }

    /// The headers of a request, but for those that HTTP or a WebSocket needs.
    pub(super) fn headers(self, target: &'a Target, means: Means, jar: &Jar) -> Headers {
        let mut headers = Headers::new();
        let mut add = |name: &str, value: &str| headers.push((name.to_owned(), value.to_owned()));
        add("User-Agent", USER_AGENT);
        if means != Means::WebSocket {
            add("Accept", "*/*");
            // A compressed answer would have to be unpacked.
            add("Accept-Encoding", "identity");
        }
        if means == Means::Closing
            && let Some(cookie) = jar.header()
        {
            add("Cookie", &cookie);
        }
        if self == Self::Nobody {
            return headers;
        }
        if let Some(origin) = self.origin(target, means) {
            add("Origin", origin);
        }
        if means != Means::WebSocket
            && let Some(referrer) = self.referrer(target)
        {
            add("Referer", &referrer);
        }
        if target.is_trustworthy() && self != Self::Unmarked {
            add("Sec-Fetch-Site", self.site(target));
            add("Sec-Fetch-Mode", if means == Means::WebSocket { "websocket" } else { "cors" });
            add("Sec-Fetch-Dest", "empty");
        }
        if means == Means::Preflight {
            // Browsers ask to GET first.
            add("Access-Control-Request-Method", "GET");
            let names = target.page.unsafe_headers().join(",");
            if !names.is_empty() {
                add("Access-Control-Request-Headers", &names);
            }
            return headers;
        }
        if target.page.credentialed
            && means != Means::Closing
            && let Some(cookie) = jar.header()
        {
            add("Cookie", &cookie);
        }
        let is_page = matches!(self, Self::Page | Self::Unmarked);
        if matches!(means, Means::Get | Means::Post | Means::Closing) && is_page {
            headers.extend(target.page.headers.iter().cloned());
        }
        headers
    }

    /// The referrer by the policy that browsers have unless a page says otherwise,
    /// `strict-origin-when-cross-origin`. A WebSocket's handshake has none.
    fn referrer(self, target: &Target) -> Option<String> {
        let origin = match self {
            Self::Page | Self::Unmarked => target.page.origin.as_str(),
            Self::Elsewhere(origin) => origin,
            Self::Null | Self::Nobody => return None,
        };
        let is_downgrade = origin.starts_with("https://") && !target.is_trustworthy();
        (origin.starts_with("http") && !is_downgrade).then(|| format!("{origin}/"))
    }

    /// Fetch Metadata, `Sec-Fetch-Site`.
    fn site(self, target: &Target) -> &'static str {
        match self {
            Self::Page if target.is_same_origin() => "same-origin",
            Self::Page if target.is_same_site() => "same-site",
            _ => "cross-site",
        }
    }
}
