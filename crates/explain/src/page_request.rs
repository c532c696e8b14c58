//! A request as a browser would send it.

use std::fmt;

use http::{HeaderName, Method};
use socketio_cors_core::{
    policy::{is_forbidden_method, is_forbidden_request_header, is_normalised_method},
    request::{self, RequestHead},
};
use url::Url;

use super::fetch_standard::is_safelisted;

/// A host without pages.
const ELSEWHERE: &str = "another-host.invalid";
const POLLING: &str = "/socket.io/?EIO=4&transport=polling";
const WEBSOCKET: &str = "/socket.io/?EIO=4&transport=websocket";

/// A request as a person describes it.
#[derive(Debug)]
pub struct RequestDescription {
    /// The page's origin; `None` if no `Origin` is sent.
    pub origin: Option<String>,
    /// It loads a script or an image on another site's page.
    pub embedded: bool,
    /// The API's host or origin; `None` if it is another than the page's.
    pub host: Option<String>,
    /// The path and query; `None` for a Socket.IO poll or upgrade.
    pub path: Option<String>,
    /// The method, as a page writes it.
    pub method: String,
    /// The names of headers that the page sets.
    pub headers: Vec<String>,
    /// The page sends cookies and other credentials (`withCredentials`). It does with a WebSocket anyway.
    pub credentials: bool,
    /// It opens a WebSocket.
    pub websocket: bool,
}

/// A request of a page, or of a program that is not a browser.
#[derive(Debug)]
pub struct PageRequest {
    pub(super) credentials: bool,
    pub(super) websocket: bool,
    embedded: bool,
    own_origin: String,
    path: String,
    method: String,
    origin: Option<String>,
    /// The headers that need a preflight, as `Access-Control-Request-Headers` lists them; may be empty.
    unsafe_headers: String,
}

/// A description that no browser could send: the name of the field, and what is wrong with it.
#[derive(Debug)]
pub struct InvalidRequest(String);

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl RequestDescription {
    /// The request, in normal form.
    ///
    /// # Errors
    /// No browser could send it.
    pub fn request(&self) -> Result<PageRequest, InvalidRequest> {
        let path = self.path.as_deref().unwrap_or(if self.websocket { WEBSOCKET } else { POLLING });
        if !path.starts_with('/') {
            return Err(InvalidRequest(format!("path {path} does not start with /")));
        }
        let url = url_of_host(self.host.as_deref().unwrap_or(ELSEWHERE), path)?;
        Ok(PageRequest {
            credentials: self.credentials,
            websocket: self.websocket,
            embedded: self.embedded,
            own_origin: url.origin().ascii_serialization(),
            path: path_and_query(&url),
            method: self.normal_method()?,
            origin: self.origin.clone(),
            unsafe_headers: self.unsafe_headers()?,
        })
    }

    /// The method as a browser sends it (Fetch, "normalize a method").
    fn normal_method(&self) -> Result<String, InvalidRequest> {
        let upper = self.method.to_ascii_uppercase();
        if is_forbidden_method(&upper) {
            return Err(InvalidRequest(format!("method {upper} is forbidden by browsers")));
        }
        if is_normalised_method(&upper) {
            return Ok(upper);
        }
        if self.method.parse::<Method>().is_ok() {
            return Ok(self.method.clone());
        }
        Err(InvalidRequest(format!("method {} is not a method", self.method)))
    }

    /// The headers that need a preflight (Fetch, "CORS-unsafe request-header names"): in order, once
    /// each, without those that a page cannot set.
    fn unsafe_headers(&self) -> Result<String, InvalidRequest> {
        let names = self.headers.iter().map(|name| name.trim().to_ascii_lowercase());
        let mut names: Vec<_> = names.filter(|name| !name.is_empty()).collect();
        if let Some(name) = names.iter().find(|name| name.parse::<HeaderName>().is_err()) {
            return Err(InvalidRequest(format!("headers: \"{name}\" is not a header name")));
        }
        names.retain(|name| !is_safelisted(name) && !is_forbidden_request_header(name));
        names.sort_unstable();
        names.dedup();
        Ok(names.join(","))
    }
}

/// The URL of `path` on `host`, a host or an origin.
///
/// # Errors
/// `host` is neither.
pub fn url_of_host(host: &str, path: &str) -> Result<Url, InvalidRequest> {
    let scheme = if host.contains("://") { "" } else { "https://" };
    Url::parse(&format!("{scheme}{}{path}", host.trim_end_matches('/')))
        .map_err(|error| InvalidRequest(format!("host {host}: {error}")))
}

/// The request target of `url`.
fn path_and_query(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

/// The method, the path and the sender.
impl fmt::Display for PageRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let opens = if self.websocket { "WebSocket " } else { "" };
        write!(f, "{opens}{} {}", self.method, self.path)?;
        match &self.origin {
            Some(origin) => write!(f, " from {origin}"),
            None if self.embedded => f.write_str(" embedded by another site"),
            None => f.write_str(" without an Origin"),
        }
    }
}

impl PageRequest {
    /// The request itself.
    pub(super) fn head(&self) -> RequestHead<'_> {
        RequestHead {
            method: &self.method,
            url: request::Url { origin: &self.own_origin, path_and_query: &self.path },
            origin: self.origin.as_deref(),
            fetch_site: self.embedded.then_some("cross-site"),
            fetch_mode: self.embedded.then_some("no-cors"),
            fetch_dest: self.embedded.then_some("script"),
            upgrade: self.websocket.then_some("websocket"),
            ..RequestHead::default()
        }
    }

    /// The preflight that a browser sends first, if it needs one (Fetch, "HTTP fetch", "CORS-preflight
    /// fetch").
    pub(super) fn preflight(&self) -> Option<RequestHead<'_>> {
        let simple = matches!(self.method.as_str(), "GET" | "HEAD" | "POST")
            && self.unsafe_headers.is_empty();
        if simple || self.origin.is_none() || self.head().is_same_origin() {
            return None;
        }
        Some(RequestHead {
            method: "OPTIONS",
            requested_method: Some(&self.method),
            requested_headers: Some(self.unsafe_headers.as_str()).filter(|names| !names.is_empty()),
            ..self.head()
        })
    }
}
