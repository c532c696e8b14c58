//! The edge's own answers where the origin server gives none.

use http::StatusCode;

use super::{Answer, template::Kind};

/// A failure to forward a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UpstreamFailure {
    /// The origin server gave no usable answer: it refused the connection, reset it, or
    /// answered with a 101 that nobody asked for.
    NoAnswer,
    /// It did not begin its answer within `UPSTREAM_TIMEOUT_SECONDS`.
    TimedOut,
}

impl UpstreamFailure {
    /// The answer to the page, but for its CORS headers.
    #[must_use]
    pub fn answer(self) -> Answer<'static> {
        Answer::of(Kind::Failure(self))
    }

    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::NoAnswer => StatusCode::BAD_GATEWAY,
            Self::TimedOut => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    pub(super) fn body(self) -> &'static str {
        match self {
            Self::NoAnswer => r#"{"message":"Bad Gateway"}"#,
            Self::TimedOut => r#"{"message":"Gateway Timeout"}"#,
        }
    }
}
