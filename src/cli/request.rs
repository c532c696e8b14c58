//! The request that `explain` is about, as a browser would send it.

use clap::Args;

use super::WrongUsage;
use crate::{
    request::{RequestHead, Url},
    token::is_token,
};

/// A host that no page is on.
const ELSEWHERE: &str = "another-host.invalid";
const POLLING: &str = "/socket.io/?EIO=4&transport=polling";
const WEBSOCKET: &str = "/socket.io/?EIO=4&transport=websocket";

#[derive(Args, Debug)]
pub(super) struct PageRequest {
    /// The page's origin
    #[arg(long, value_name = "https://…", required_unless_present = "no_origin")]
    origin: Option<String>,
    /// No Origin header: a mobile app, a server, curl
    #[arg(long, conflicts_with = "origin")]
    no_origin: bool,
    /// The host that is asked; matters where a page asks its own [default: another than the page's]
    #[arg(long, value_name = "H")]
    host: Option<String>,
    /// The path and query [default: a Socket.IO poll or upgrade]
    #[arg(long, value_name = "P")]
    path: Option<String>,
    /// The method
    #[arg(long, value_name = "M", default_value = "GET")]
    method: String,
    /// The names of headers that the page sets, as in authorization,x-token
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    headers: Vec<String>,
    /// A WebSocket instead
    #[arg(long, conflicts_with_all = ["method", "headers"])]
    websocket: bool,
    /// Take the origin's KV key as present, where the rule has tenants
    #[arg(long)]
    pub(super) tenant: bool,
}

/// A request of a page, or of something that is none.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) websocket: bool,
    own_origin: String,
    path: String,
    pub(super) method: String,
    origin: Option<String>,
    /// What of the headers needs a preflight, as a browser asks for it; empty if
    /// nothing does.
    unsafe_headers: String,
}

impl PageRequest {
    /// The request that they describe.
    ///
    /// # Errors
    /// They describe none.
    pub(super) fn request(&self) -> Result<Request, WrongUsage> {
        let path = self
            .path
            .clone()
            .unwrap_or_else(|| if self.websocket { WEBSOCKET } else { POLLING }.to_owned());
        if !path.starts_with('/') {
            return Err(WrongUsage(format!("--path {path} does not start with /")));
        }
        if !is_token(&self.method) {
            return Err(WrongUsage(format!("--method {} is no method", self.method)));
        }
        let mut headers: Vec<String> =
            self.headers.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
        if let Some(name) = headers.iter().find(|name| !is_token(name)) {
            return Err(WrongUsage(format!("--headers: \"{name}\" is no header's name")));
        }
        // Fetch, "CORS-unsafe request-header names": in order, once each.
        headers.retain(|name| !is_safelisted(name));
        headers.sort_unstable();
        headers.dedup();
        let host = self.host.as_deref().unwrap_or(ELSEWHERE);
        let own_origin =
            if host.contains("://") { host.to_owned() } else { format!("https://{host}") };
        Ok(Request {
            websocket: self.websocket,
            own_origin,
            path,
            method: self.method.clone(),
            origin: self.origin.clone(),
            unsafe_headers: headers.join(","),
        })
    }
}

/// Fetch, "CORS-safelisted request-header", but for those whose value matters.
fn is_safelisted(name: &str) -> bool {
    matches!(name, "accept" | "accept-language" | "content-language")
}

impl Request {
    /// The request itself.
    pub(super) fn head(&self) -> RequestHead<'_> {
        RequestHead {
            method: &self.method,
            url: Url { origin: &self.own_origin, path_and_query: &self.path },
            origin: self.origin.as_deref(),
            ..RequestHead::default()
        }
    }

    /// The preflight that a browser sends ahead of it, if it does (Fetch, "HTTP
    /// fetch", "CORS-preflight fetch").
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
