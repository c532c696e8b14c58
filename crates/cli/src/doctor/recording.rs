//! An examination of what a browser recorded: no request is sent.
//!
//! Whatever a recording does not have stays open: no other page's requests are in it, nor the
//! connection itself.

mod entry;

use std::io::Read;

use serde_json::Value;
use socketio_cors_core::origin::Origin;
use url::Url;

use self::entry::Entry;
pub(super) use self::entry::NO_REASON;
use super::{
    address_space::AddressSpace,
    auth::Auth,
    engineio::Protocol,
    examination::{Examination, poll},
    exchange::Exchange,
    query::Query,
    step::Step,
    target::{Page, Target},
};

/// The largest recording that is read, in bytes.
const MAX_RECORDING_LEN: u64 = 256 << 20;

/// The user's choices within a recording.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// The server, where several were asked.
    pub(super) base: Option<Url>,
    /// Socket.IO's path, where it is another one.
    pub(super) path: Option<String>,
    /// The page's origin, where the recording does not tell.
    pub(super) origin: Option<String>,
    /// The page sends credentials. Recordings are mostly exported without cookies.
    pub(super) credentialed: bool,
}

/// Reads a HAR file (HTTP Archive 1.2, as Chromium and Firefox export it).
///
/// # Errors
/// It is none, or no request of a Socket.IO client is in it: a clause.
pub(super) fn read(file: impl Read, wanted: &Wanted) -> Result<Examination, String> {
    let har: Value = serde_json::from_reader(file.take(MAX_RECORDING_LEN))
        .map_err(|error| format!("is not a HAR file: {error}"))?;
    let log = har.get("log").ok_or("is not a HAR file: it has no \"log\"")?;
    let entries = log.get("entries").and_then(Value::as_array).into_iter().flatten();
    let creator = log.get("creator").and_then(|it| it.get("name")?.as_str());
    let is_of_firefox = creator.is_some_and(|name| name.contains("Firefox"));
    let read = |entry| Entry::read(entry, wanted, is_of_firefox);
    let entries: Vec<_> = entries.filter_map(read).collect();
    let base = wanted.base.clone().or_else(|| busiest(&entries)).ok_or(
        "has no request of a Socket.IO client (with EIO= and transport= in its URL). Did the page load \
         while it was recorded?",
    )?;
    let entries: Vec<_> = entries.into_iter().filter(|entry| entry.base() == base).collect();
    let first = entries.first().ok_or_else(|| {
        format!(
            "has no request of a Socket.IO client to {base}: the page did not ask that server. Does the client have \
             `autoConnect: false`, and nothing that calls `socket.connect()`? Or another URL?"
        )
    })?;
    let Some(origin) = wanted.origin.clone().or_else(|| page_origin(&entries, log)) else {
        return Err("does not contain the page's origin: give it with --origin".to_owned());
    };
    let path = first.url.path().to_owned();
    let page = page(&entries, origin, wanted.credentialed);
    let target = Target::recorded(base, path, page);
    let mut exchanges: Vec<_> = entries.into_iter().map(|entry| entry.exchange(&target)).collect();
    // A handshake that failed says more than one that did not.
    exchanges.sort_by_key(is_good_handshake);
    let mut examination = Examination::new(target, "");
    examination.recorded = Some(exchanges.len());
    examination.is_of_firefox = is_of_firefox;
    examination.page_at = page_address(log, &examination.target.page.origin);
    examination.exchanges = exchanges;
    Ok(examination)
}

fn is_good_handshake(exchange: &Exchange) -> bool {
    let is_handshake = matches!(exchange.step, Step::Poll3 | Step::Poll4);
    is_handshake && exchange.opened().is_some()
}

/// The server that is asked most often.
fn busiest(entries: &[Entry]) -> Option<Url> {
    let count = |base: &Url| entries.iter().filter(|entry| entry.base() == *base).count();
    entries.iter().map(Entry::base).max_by_key(count)
}

/// The origin that requests name, or that of the page that is recorded: of a request that a browser
/// blocks, recordings may leave the `Origin` out.
fn page_origin(entries: &[Entry], log: &Value) -> Option<String> {
    let named = entries.iter().filter_map(|entry| entry.origin.clone());
    let all = |name: &str| log.get(name).and_then(Value::as_array).into_iter().flatten();
    let documents = all("entries").filter(|entry| is_document(entry));
    let urls = documents.filter_map(|entry| entry.get("request")?.get("url")?.as_str());
    let titles = all("pages").filter_map(|page| page.get("title")?.as_str());
    let pages = urls.chain(titles).filter_map(|url| Url::parse(url).ok());
    let origins = pages.map(|url| url.origin().ascii_serialization());
    named
        .chain(origins)
        .find(|origin| Origin::try_from(origin.as_str()).is_ok_and(|it| !it.is_null()))
}

/// The kind of the address that the page came from.
fn page_address(log: &Value, origin: &str) -> Option<AddressSpace> {
    let mut entries = log.get("entries").and_then(Value::as_array).into_iter().flatten();
    let is_of_page = |entry: &&Value| {
        let url = entry.get("request").and_then(|it| Url::parse(it.get("url")?.as_str()?).ok());
        url.is_some_and(|url| url.origin().ascii_serialization() == origin)
    };
    let page = entries.find(|entry| is_document(entry) && is_of_page(entry))?;
    AddressSpace::of_address(page.get("serverIPAddress")?.as_str()?)
}

/// True if an entry is a page that was loaded.
fn is_document(entry: &Value) -> bool {
    let content_type = || entry.get("response")?.get("content")?.get("mimeType")?.as_str();
    let is_get = entry.get("request").and_then(|it| it.get("method")?.as_str()) == Some("GET");
    is_get && content_type().is_some_and(|it| it.starts_with("text/html"))
}

fn page(entries: &[Entry], origin: String, credentialed: bool) -> Page {
    let polls = || entries.iter().filter(|entry| !entry.is_websocket());
    // Exported without cookies, a recording tells by what the browser blocks.
    let has_credentials =
        |entry: &Entry| entry.has_cookies || entry.is_kept_by_credentials(&origin);
    let credentialed = credentialed || polls().any(has_credentials);
    let is_of_3 = entries.iter().all(|entry| entry.protocol == Protocol::V3);
    Page {
        credentialed,
        origin,
        headers: entries.iter().flat_map(|entry| entry.asked_headers.clone()).collect(),
        query: entries
            .first()
            .and_then(|first| first.url.query())
            .map(Query::recorded)
            .unwrap_or_default(),
        auth: Auth::default(),
        cookie: None,
        client: if is_of_3 { 2 } else { 4 },
        websocket: polls().next().is_none(),
        namespace: "/".to_owned(),
    }
}

/// The step that a recorded request is.
fn step(entry: &Entry) -> Step {
    match (entry.method, entry.is_websocket(), entry.has_session) {
        ("OPTIONS", ..) => Step::Preflight,
        (_, true, false) => Step::Websocket,
        (_, true, true) => Step::Upgrade,
        ("POST", ..) => Step::Post,
        (_, false, true) => Step::PollAgain,
        (_, false, false) => poll(entry.protocol),
    }
}

#[cfg(test)]
mod tests;
