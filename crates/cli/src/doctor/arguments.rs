//! The arguments, each checked: what is wrong with one, and what to write.

use socketio_cors_core::{
    origin::{Origin, pattern::OriginPattern},
    policy::is_forbidden_request_header,
};
use socketio_cors_explain::DOMAIN_RULES;
use url::Url;

use super::{auth::Auth, query::Query};
use crate::{WrongUsage, printable::printable};

/// The longest path that is asked for, in bytes.
const MAX_PATH_LEN: usize = 2048;

/// A server, as a client's URL names it.
#[derive(Debug)]
pub(super) struct Server {
    /// Without a path.
    pub(super) base: Url,
    pub(super) beside: Beside,
    /// The query that stands in the URL, without what the client sets itself.
    pub(super) query: Query,
}

/// The part of the URL after the host.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Beside {
    Nothing,
    /// Socket.IO's path, in the URL of a request, which has the client's own parameters.
    Path(String),
    /// A path in the client's own URL, which is a namespace to the client, whatever its name.
    Namespace(String),
}

impl Beside {
    /// Socket.IO's path, as a person may have meant it.
    pub(super) fn meant_path(&self) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Path(path) => Some(path.clone()),
            Self::Namespace(text) => is_path(text).then(|| with_slash(text)),
        }
    }
}

fn is_path(text: &str) -> bool {
    text.trim_end_matches('/').ends_with("/socket.io")
}

/// What the client makes of a URL that is not whole, on a page of that origin (socket.io-client, `url.ts`): it
/// takes the page's scheme, and for a namespace alone the page's host.
pub(super) fn completed(text: &str, page: &str) -> Option<String> {
    if text.is_empty() || text.contains("://") {
        return None;
    }
    let scheme = if page.starts_with("https:") { "https" } else { "http" };
    Some(match text.strip_prefix("//") {
        Some(host) => format!("{scheme}://{host}"),
        None if text.starts_with('/') => format!("{page}{text}"),
        None => format!("{scheme}://{text}"),
    })
}

/// Reads the URL of a server.
///
/// # Errors
/// It is none: what to write.
pub(super) fn server(argument: &str, text: &str) -> Result<Server, WrongUsage> {
    let wrong =
        |problem: String| Err(WrongUsage(format!("{argument} {} {problem}", printable(text))));
    let Some((scheme, rest)) = text.split_once("://") else {
        let is_local = text.starts_with("localhost") || text.starts_with("127.");
        let scheme = if is_local { "http" } else { "https" };
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
        return wrong("has a user name, which no browser sends: leave it out".to_owned());
    }
    if url.fragment().is_some() {
        return wrong("has a fragment: leave it out".to_owned());
    }
    let query = url.query().map(Query::recorded).unwrap_or_default();
    let is_request = url.query_pairs().any(|(name, _)| name == "EIO");
    let beside = match url.path() {
        "/" => Beside::Nothing,
        path if is_request => Beside::Path(with_slash(path)),
        path => Beside::Namespace(path.to_owned()),
    };
    url.set_path("/");
    url.set_query(None);
    Ok(Server { base: url, beside, query })
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

/// A client asks with a slash at the end, whether its `path` has one or not, but for one with
/// `addTrailingSlash: false`.
fn with_slash(path: &str) -> String {
    format!("{}/", path.trim_end_matches('/'))
}

/// Checks the page's origin.
///
/// # Errors
/// No browser sends it: what to write.
pub(super) fn origin(text: &str) -> Result<String, WrongUsage> {
    match Origin::try_from(text) {
        Ok(origin) if origin.is_null() => Err(WrongUsage(
            "--origin null: a page that was opened as a file has this origin, and so has every sandboxed frame. A \
             server should not allow it. Serve the page over http (npx serve), and give the origin that it has then: \
             --origin http://localhost:3000. An app needs a scheme of its own (Electron: the package electron-serve): \
             --origin app://."
                .to_owned(),
        )),
        Ok(origin) if origin.is_websocket() => Err(WrongUsage(format!(
            "--origin {text}: this is the origin of a WebSocket, which no page has. Give the origin of a \
             page"
        ))),
        Ok(_) => Ok(text.to_owned()),
        Err(_) => {
            let advice = match OriginPattern::try_from(text) {
                Err(error) => {
                    format!("{}: {}", error.message(), error.help(text, DOMAIN_RULES.to_ascii))
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
/// The text is not a header, or is one that no page can send.
pub(super) fn header(text: &str) -> Result<(String, String), WrongUsage> {
    let wrong = |problem: &str| Err(WrongUsage(format!("--header {} {problem}", printable(text))));
    let Some((name, value)) = text.split_once(':') else {
        return wrong("has no colon: write it as in 'X-Token: abc'");
    };
    let (name, value) = (name.trim(), value.trim());
    if name.parse::<http::HeaderName>().is_err() {
        return wrong("has a name that no header can have");
    }
    match name.to_ascii_lowercase().as_str() {
        "cookie" => wrong(
            "is set by browsers, and no page can: take it out of extraHeaders, write withCredentials: true in the \
             client, and give the browser's cookies with --cookie",
        ),
        "origin" => wrong("is set by browsers: use --origin, and take it out of extraHeaders"),
        lower if is_forbidden_request_header(lower) => wrong(
            "is a header that only browsers set, and no page can: take it out of extraHeaders",
        ),
        _ if http::HeaderValue::from_str(value).is_err() => {
            wrong("has a value that no header can have")
        }
        _ => Ok((name.to_owned(), value.to_owned())),
    }
}

/// Reads the client's `query` option.
///
/// # Errors
/// It is none: what to write.
pub(super) fn query(text: &str) -> Result<Query, WrongUsage> {
    Query::read(text)
        .map_err(|problem| WrongUsage(format!("--query {} {problem}", printable(text))))
}

/// Reads the `auth` option of a client of that version.
///
/// # Errors
/// It is none, or the client has no such option.
pub(super) fn auth(text: &str, client: u8) -> Result<Auth, WrongUsage> {
    if client == 2 {
        let advice = "--auth is an option of the clients 3 and 4: client 2 has --query for it";
        return Err(WrongUsage(advice.to_owned()));
    }
    Auth::read(text).map_err(|problem| WrongUsage(format!("--auth {} {problem}", printable(text))))
}

/// Checks the value of a Cookie header.
///
/// # Errors
/// It is none.
pub(super) fn cookie(text: &str) -> Result<String, WrongUsage> {
    let is_header = http::HeaderValue::from_str(text).is_ok();
    if !is_header || !text.contains('=') {
        let shown = printable(text);
        return Err(WrongUsage(format!(
            "--cookie {shown} is not a cookie: write it as in 'a=b; c=d'"
        )));
    }
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_completed_as_in_the_client() {
        let page = "https://app.example:8443";
        for (text, whole) in [
            ("localhost:3000", "https://localhost:3000"),
            ("//api.example/chat", "https://api.example/chat"),
            ("/chat", "https://app.example:8443/chat"),
        ] {
            assert_eq!(completed(text, page).as_deref(), Some(whole));
        }
        assert_eq!(completed("a.example", "http://b.example").as_deref(), Some("http://a.example"));
        assert_eq!(completed("a.example", "app://b").as_deref(), Some("http://a.example"));
        assert_eq!(completed("ws://a.example", page), None);
        assert_eq!(completed("", page), None);
    }

    #[test]
    fn a_url_may_be_that_of_a_whole_request_or_name_a_namespace() {
        let path = |path: &str| Beside::Path(path.to_owned());
        for (text, base, beside) in [
            ("https://a.example", "https://a.example/", Beside::Nothing),
            ("wss://a.example:443/", "https://a.example/", Beside::Nothing),
            ("ws://localhost:3000", "http://localhost:3000/", Beside::Nothing),
            (
                "https://a.example/socket.io/",
                "https://a.example/",
                Beside::Namespace("/socket.io/".to_owned()),
            ),
            (
                "https://a.example/x/socket.io?EIO=4&transport=polling",
                "https://a.example/",
                path("/x/socket.io/"),
            ),
            ("https://a.example/chat", "https://a.example/", Beside::Namespace("/chat".to_owned())),
            ("https://a.example/?token=a", "https://a.example/", Beside::Nothing),
            (
                "https://a.example/socket.io/?EIO=4&transport=polling",
                "https://a.example/",
                path("/socket.io/"),
            ),
        ] {
            let server = server("URL", text).unwrap();
            assert_eq!((server.base.as_str(), server.beside), (base, beside), "{text}");
        }
    }
}
