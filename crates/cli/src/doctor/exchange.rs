//! A request of a step, and its answer.

use std::time::Duration;

use socketio_cors_explain::fetch_standard::{CorsError, ResponseHeaders, cors_check};

use super::{engineio, step::Step};
use crate::network::{Answer, BodyCoding, Failure, FailureKind};

/// A request and its answer.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    pub(super) step: Step,
    pub(super) method: &'static str,
    pub(super) url: String,
    /// The `Origin` that was sent.
    pub(super) origin: Option<String>,
    pub(super) answer: Option<Answer>,
    /// The failure before an answer, within it, or after a handshake.
    pub(super) error: Option<Failure>,
    /// The time until the answer or the failure.
    pub(super) took: Duration,
}

impl Exchange {
    pub(super) fn status(&self) -> Option<u16> {
        self.answer.as_ref().map(|answer| answer.status)
    }

    /// Why no answer came at all.
    pub(super) fn failure(&self) -> Option<FailureKind> {
        self.error.as_ref().filter(|_| self.answer.is_none()).map(|failure| failure.kind)
    }

    /// True if no answer came in time.
    pub(super) fn is_late(&self) -> bool {
        self.failure() == Some(FailureKind::Late)
    }

    /// True if an answer of 200 to 299 came.
    pub(super) fn is_ok(&self) -> bool {
        self.status().is_some_and(|status| (200..300).contains(&status))
    }

    /// True if the answer is of success, and there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        self.is_ok() && !self.is_body_kept() && self.body().trim().is_empty()
    }

    pub(super) fn body(&self) -> &str {
        self.answer.as_ref().map_or("", |answer| &answer.body)
    }

    pub(super) fn headers(&self) -> ResponseHeaders<'_> {
        let headers = self.answer.iter().flat_map(|answer| &answer.headers);
        headers.map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// The target of a redirect.
    pub(super) fn redirects_to(&self) -> Option<String> {
        let is_redirect = self.status().is_some_and(|status| (300..400).contains(&status));
        is_redirect.then(|| self.header("Location").unwrap_or_default())
    }

    /// The values of the header of that name, as one.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        self.headers().get(name)
    }

    /// `Access-Control-Allow-Origin`, as one value.
    pub(super) fn allowed_origin(&self) -> Option<String> {
        self.header("Access-Control-Allow-Origin")
    }

    pub(super) fn allows_credentials(&self) -> bool {
        self.header("Access-Control-Allow-Credentials").as_deref() == Some("true")
    }

    /// True if that is said more than once, which is to say it not at all.
    pub(super) fn doubles_credentials(&self) -> bool {
        self.headers().all("Access-Control-Allow-Credentials").count() > 1
    }

    /// Fetch's CORS check for the page that asked.
    pub(super) fn cors_check(&self, credentialed: bool) -> Result<(), CorsError> {
        cors_check(&self.headers(), self.origin.as_deref().unwrap_or_default(), credentialed)
    }

    /// True if the origin that asked is named, or every one allowed.
    pub(super) fn grants_its_origin(&self) -> bool {
        self.cors_check(false).is_ok()
    }

    /// The relation of the body to its `Content-Encoding`.
    pub(super) fn coding(&self) -> &BodyCoding {
        self.answer.as_ref().map_or(&BodyCoding::AsDeclared, |answer| &answer.coding)
    }

    /// True if the body is compressed, and no header says so.
    fn is_undeclared(&self) -> bool {
        matches!(self.coding(), BodyCoding::Undeclared(_))
    }

    /// True if the body is not compressed as a header says, so that a page gets nothing of it.
    pub(super) fn is_untrue(&self) -> bool {
        matches!(self.coding(), BodyCoding::Untrue(_))
    }

    /// True if the body is not text, such as one that is compressed and does not say so. A compressor
    /// stores what it cannot make shorter, such as a handshake, so most of such a body may be text.
    pub(super) fn is_binary(&self) -> bool {
        let body = self.body();
        // Terminals' colors begin with an escape, and version 3 frames packets by other characters.
        let is_control = |character: char| {
            character.is_control()
                && !character.is_ascii_whitespace()
                && !matches!(character, engineio::SEPARATOR | '\u{1b}')
        };
        let unreadable = body.matches(char::REPLACEMENT_CHARACTER).count();
        let is_garbled = unreadable.saturating_mul(10) > body.chars().count();
        (is_garbled || body.contains(is_control)) && engineio::open(body).is_none()
    }

    /// True if there may be a body that the recording does not have.
    pub(super) fn is_body_kept(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| answer.is_body_kept)
    }

    /// The open packet that it answers with, whatever its Engine.IO version, where a client can
    /// read it.
    pub(super) fn opened(&self) -> Option<engineio::Open> {
        let is_whole = self.status() == Some(200) && self.error.is_none();
        let is_readable = is_whole && !self.is_undeclared() && !self.is_untrue();
        is_readable.then(|| engineio::open(self.body())).flatten()
    }

    /// True if a WebSocket was opened, and Engine.IO's open packet came over it.
    pub(super) fn opened_websocket(&self) -> bool {
        self.is_upgraded() && engineio::open(self.body()).is_some()
    }

    /// True if something of CORS is there, `Access-Control-Allow-Origin` aside.
    pub(super) fn has_other_cors_headers(&self) -> bool {
        let varies =
            self.header("Vary").unwrap_or_default().to_ascii_lowercase().contains("origin");
        let headers = self.answer.iter().flat_map(|answer| &answer.headers);
        let mut names = headers.map(|(name, _)| name.to_ascii_lowercase());
        varies
            || names.any(|name| {
                name.starts_with("access-control-") && name != "access-control-allow-origin"
            })
    }

    /// True if it is a WebSocket's handshake, to which CORS does not matter.
    pub(super) fn is_of_websocket(&self) -> bool {
        self.url.starts_with("ws")
    }

    /// True if a WebSocket was opened.
    pub(super) fn is_upgraded(&self) -> bool {
        self.status() == Some(101)
    }

    /// The error that Engine.IO answers with.
    pub(super) fn engine_error(&self) -> Option<engineio::EngineError> {
        let is_readable = !self.is_ok() && !self.is_undeclared();
        is_readable.then(|| engineio::error(self.body())).flatten()
    }

    /// The implementation of Engine.IO, where it answers in a way of its own.
    pub(super) fn author(&self) -> Option<engineio::Author> {
        let opened = || engineio::open(self.body()).filter(|_| !self.is_undeclared());
        match self.engine_error() {
            // googollee/go-socket.io has no JSON there.
            None if self.status() == Some(400) && self.body().starts_with("invalid sid") => {
                Some(engineio::Author::Googollee)
            }
            Some(error) => error.author,
            None => opened()?.author,
        }
    }

    /// True if Engine.IO answers with the error of that code.
    pub(super) fn has_engine_error(&self, code: u64) -> bool {
        self.engine_error().is_some_and(|error| error.code == code)
    }

    /// True if Engine.IO refuses the page as a whole, as `allowRequest` has it do.
    pub(super) fn is_forbidden(&self) -> bool {
        self.status() == Some(403) || self.has_engine_error(engineio::FORBIDDEN)
    }

    /// True if a handshake is refused by the application: by `allowRequest`, a middleware,
    /// or whatever is before Engine.IO and speaks as it does.
    pub(super) fn is_refused(&self) -> bool {
        let codes = engineio::UNKNOWN_SESSION..=engineio::FORBIDDEN;
        let told = self.engine_error().is_some_and(|error| codes.contains(&error.code));
        self.status() == Some(403) || told
    }

    /// True if Engine.IO does not know the session. To a WebSocket it says so without JSON.
    pub(super) fn is_of_unknown_session(&self) -> bool {
        let told = self.status() == Some(400) && self.body().trim() == "Session ID unknown";
        told || self.has_engine_error(engineio::UNKNOWN_SESSION)
    }

    /// True if a packet was taken, in the words of Engine.IO, which Node calls `text/html`.
    pub(super) fn is_acknowledged(&self) -> bool {
        self.method == "POST" && self.is_ok() && self.body().trim().eq_ignore_ascii_case("ok")
    }

    /// True if a request of a session is answered 200 by something else than Engine.IO: by a page, or by a
    /// firewall's text.
    pub(super) fn is_of_another(&self) -> bool {
        let body = self.body().trim_start();
        if !self.is_ok() || self.error.is_some() || self.is_body_kept() || body.is_empty() {
            return false;
        }
        match (self.step, self.method) {
            (Step::Post | Step::ForeignPost, _) | (Step::PollAgain, "POST") => {
                !self.is_acknowledged()
            }
            // A packet's type, or the length of a framed one, is a digit.
            (Step::PollAgain, _) => body.starts_with(['<', '{']),
            _ => false,
        }
    }

    /// True if Engine.IO answers at all.
    pub(super) fn is_engine_io(&self) -> bool {
        self.opened().is_some() || self.engine_error().is_some()
    }
}
