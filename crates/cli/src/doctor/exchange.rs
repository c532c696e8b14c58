//! What was asked in a step, and what came back.

use socketio_cors_explain::fetch_standard::{CorsError, ResponseHeaders, cors_check};

use super::{engineio, failure::Failure, step::Step};

/// A request and its answer.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    pub(super) step: Step,
    pub(super) method: &'static str,
    pub(super) url: String,
    /// The `Origin` that was sent.
    pub(super) origin: Option<String>,
    pub(super) answer: Option<Answer>,
    /// What went wrong, be it before an answer, within it, or after a handshake.
    pub(super) error: Option<Failure>,
}

/// An answer, as it came.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// In order, with those that came twice.
    pub(super) headers: Vec<(String, String)>,
    /// The start of the body; of a WebSocket the messages, a line each.
    pub(super) body: String,
}

impl Exchange {
    pub(super) fn status(&self) -> Option<u16> {
        self.answer.as_ref().map(|answer| answer.status)
    }

    /// Whether an answer of 200 to 299 came.
    pub(super) fn is_ok(&self) -> bool {
        self.status().is_some_and(|status| (200..300).contains(&status))
    }

    pub(super) fn body(&self) -> &str {
        self.answer.as_ref().map_or("", |answer| &answer.body)
    }

    pub(super) fn headers(&self) -> ResponseHeaders<'_> {
        let headers = self.answer.iter().flat_map(|answer| &answer.headers);
        headers.map(|(name, value)| (name.as_str(), value.as_str())).collect()
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

    /// Whether that is said more than once, which is to say it not at all.
    pub(super) fn doubles_credentials(&self) -> bool {
        self.headers().all("Access-Control-Allow-Credentials").count() > 1
    }

    /// Fetch's CORS check for the page that asked.
    pub(super) fn cors_check(&self, credentialed: bool) -> Result<(), CorsError> {
        cors_check(&self.headers(), self.origin.as_deref().unwrap_or_default(), credentialed)
    }

    /// Whether the origin that asked is named, or every one allowed.
    pub(super) fn grants_its_origin(&self) -> bool {
        self.cors_check(false).is_ok()
    }

    /// The open packet that it answers with, whatever its Engine.IO version.
    pub(super) fn opened(&self) -> Option<engineio::Open> {
        (self.status() == Some(200)).then(|| engineio::open(self.body())).flatten()
    }

    /// Whether a WebSocket was opened, and Engine.IO's open packet came over it.
    pub(super) fn opened_websocket(&self) -> bool {
        self.is_upgraded() && engineio::open(self.body()).is_some()
    }

    /// Whether a WebSocket was opened.
    pub(super) fn is_upgraded(&self) -> bool {
        self.status() == Some(101)
    }

    /// The error that Engine.IO answers with.
    pub(super) fn engine_error(&self) -> Option<engineio::EngineError> {
        (!self.is_ok()).then(|| engineio::error(self.body())).flatten()
    }

    /// Whether Engine.IO answers with the error of that code.
    pub(super) fn has_engine_error(&self, code: u64) -> bool {
        self.engine_error().is_some_and(|error| error.code == code)
    }

    /// Whether Engine.IO refuses the page as a whole, as `allowRequest` has it do.
    pub(super) fn is_forbidden(&self) -> bool {
        self.status() == Some(403) || self.has_engine_error(engineio::FORBIDDEN)
    }

    /// Whether a handshake is refused by the application: by `allowRequest`, a middleware,
    /// or whatever is before Engine.IO and speaks as it does.
    pub(super) fn is_refused(&self) -> bool {
        let codes = engineio::UNKNOWN_SESSION..=engineio::FORBIDDEN;
        let told = self.engine_error().is_some_and(|error| codes.contains(&error.code));
        self.status() == Some(403) || told
    }

    /// Whether Engine.IO does not know the session. To a WebSocket it says so without JSON.
    pub(super) fn is_of_unknown_session(&self) -> bool {
        let told = self.status() == Some(400) && self.body().trim() == "Session ID unknown";
        told || self.has_engine_error(engineio::UNKNOWN_SESSION)
    }

    /// Whether Engine.IO answers at all.
    pub(super) fn is_engine_io(&self) -> bool {
        self.opened().is_some() || self.engine_error().is_some()
    }
}
