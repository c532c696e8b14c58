//! The outcome of a request for the page that sent it.

use std::fmt;

use socketio_cors_core::{decision::Reason, request::RequestHead, response::Action};

use super::{
    explained_request::ExplainedRequest,
    fetch_standard::{
        CorsError, NotAllowed, ResponseHeaders, allows_headers_by_wildcard, cors_check,
        preflight_check,
    },
    page_request::PageRequest,
};

/// The outcome of a request for the page that sent it. Displayed as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrowserOutcome {
    /// The WebSocket opens, if the origin server accepts it.
    Opens {
        /// The edge removes the visitor's cookies and other credentials.
        without_credentials: bool,
    },
    /// The WebSocket does not open.
    DoesNotOpen,
    /// The preflight fails, so the request is never sent. The text is the reason, as a clause.
    StopsAtPreflight(String),
    /// The page can read the answer.
    Readable,
    /// The page can read the answer in today's browsers, which let a `*` stand for `Authorization`.
    ReadableByWildcard,
    /// The page can read the answer, as it has the API's own origin.
    SameOrigin,
    /// The edge refuses the request, so the page cannot read the answer.
    Refused,
    /// The origin server answers, but the page cannot read the answer.
    Unreadable(CorsError),
}

impl BrowserOutcome {
    /// The outcome of `asked`, which is explained by `request`, and by `preflight` if a browser sends
    /// one. `None` if no browser is involved, or the origin server's own headers decide.
    pub(super) fn of(
        asked: &PageRequest,
        preflight: Option<&ExplainedRequest<'_>>,
        request: &ExplainedRequest<'_>,
    ) -> Option<Self> {
        let head = &request.head;
        head.origin?;
        if matches!(request.decision.reason, Reason::NoPage | Reason::TwoOrigins) {
            return None;
        }
        let is_refused = request.decision.blocks();
        if asked.websocket {
            let without_credentials = !request.removed().is_empty();
            return Some(if is_refused {
                Self::DoesNotOpen
            } else {
                Self::Opens { without_credentials }
            });
        }
        let readable =
            match preflight.map(|preflight| judge_preflight(preflight, asked.credentials)) {
                Some(Preflight::Fails(why)) => return Some(Self::StopsAtPreflight(why)),
                Some(Preflight::IsForwarded) => return None,
                Some(Preflight::PassesByWildcard) => Self::ReadableByWildcard,
                Some(Preflight::Passes) | None => Self::Readable,
            };
        if is_refused {
            return Some(Self::Refused);
        }
        if head.is_same_origin() {
            return Some(Self::SameOrigin);
        }
        let Action::ForwardWithCors { .. } = &request.action else { return None };
        let headers = request.headers();
        let check = check_origin(&response_headers(&headers), head, asked.credentials);
        Some(check.map_or_else(Self::Unreadable, |()| readable))
    }

    /// The page can read the answer, or its WebSocket opens.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        matches!(
            self,
            Self::Opens { .. } | Self::Readable | Self::ReadableByWildcard | Self::SameOrigin
        )
    }
}

impl fmt::Display for BrowserOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opens { without_credentials: false } => {
                f.write_str("the WebSocket opens, if the origin server accepts it")
            }
            Self::Opens { without_credentials: true } => f.write_str(
                "the WebSocket opens, if the origin server accepts it; that server does not get \
                 the visitor's cookies",
            ),
            Self::DoesNotOpen => {
                f.write_str("the WebSocket fails: the browser reports an error to the page")
            }
            Self::StopsAtPreflight(why) => {
                write!(f, "the browser stops at the preflight: {why}; the request is never sent")
            }
            Self::Readable => f.write_str("the page can read the answer"),
            Self::ReadableByWildcard => f.write_str(
                "the page can read the answer in today's browsers; but in the Fetch standard, * in \
                 allowedHeaders does not include Authorization: list that too",
            ),
            Self::SameOrigin => f.write_str("the page can read the answer: it has the same origin"),
            Self::Refused => {
                f.write_str("the page cannot read the answer: the browser reports a CORS error")
            }
            Self::Unreadable(error) => {
                write!(f, "the page cannot read the answer: {}", reason(*error))
            }
        }
    }
}

/// Why the CORS check fails, as a clause.
fn reason(error: CorsError) -> &'static str {
    match error {
        CorsError::Missing => "it has no Access-Control-Allow-Origin",
        CorsError::Multiple => "it has several Access-Control-Allow-Origin values",
        CorsError::Mismatch => "Access-Control-Allow-Origin does not name the page's origin",
        CorsError::Wildcard => {
            "Access-Control-Allow-Origin is *, which browsers do not accept for a request with \
             credentials"
        }
        CorsError::Credentials => "the request has credentials, and the answer does not allow them",
    }
}

/// The end of a preflight.
enum Preflight {
    Passes,
    /// Browsers let it pass; the standard does not.
    PassesByWildcard,
    Fails(String),
    /// The origin server decides.
    IsForwarded,
}

fn judge_preflight(preflight: &ExplainedRequest<'_>, credentials: bool) -> Preflight {
    let Action::Answer(answer) = &preflight.action else { return Preflight::IsForwarded };
    let headers = preflight.headers();
    let headers = response_headers(&headers);
    if !answer.status().is_success() {
        return Preflight::Fails(format!("its status is {}", answer.status().as_u16()));
    }
    if let Err(error) = check_origin(&headers, &preflight.head, credentials) {
        return Preflight::Fails(reason(error).to_owned());
    }
    let method = preflight.head.requested_method.unwrap_or_default();
    let names = preflight.head.requested_headers.unwrap_or_default().split(',');
    match preflight_check(&headers, method, names, credentials) {
        Err(NotAllowed::Method(method)) => {
            Preflight::Fails(format!("Access-Control-Allow-Methods does not list {method}"))
        }
        // The one header that a wildcard does not stand for.
        Err(NotAllowed::Header(_)) if allows_headers_by_wildcard(&headers, credentials) => {
            Preflight::PassesByWildcard
        }
        Err(NotAllowed::Header(name)) => {
            Preflight::Fails(format!("Access-Control-Allow-Headers does not list {name}"))
        }
        Ok(()) => Preflight::Passes,
    }
}

fn check_origin(
    headers: &ResponseHeaders<'_>,
    head: &RequestHead<'_>,
    credentials: bool,
) -> Result<(), CorsError> {
    cors_check(headers, head.origin.unwrap_or_default(), credentials)
}

fn response_headers(headers: &[(String, String)]) -> ResponseHeaders<'_> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
