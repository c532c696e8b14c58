//! The action that follows from a decision on a request.
//!
//! | decision | the request is | the answer has |
//! |---|---|---|
//! | uncovered, or only reported | forwarded untouched | what the origin server says |
//! | preflight | answered here | the rule's CORS headers |
//! | preflight, under `preflightContinue` | forwarded | the rule's CORS headers in place of the origin server's |
//! | allow | forwarded | the rule's CORS headers in place of the origin server's |
//! | refuse | answered here | 403, Engine.IO's own refusal |
//! | refuse, as no policy could be read | answered here | 503, and when to try again |
//!
//! If a variable is bad, covered routes are answered 503. If `UPSTREAM` is bad, all are.

mod cors;
mod failure;
mod names;
mod template;
pub mod vary;

use http::{HeaderValue, StatusCode};

use crate::{
    decision::{Decision, Verdict},
    request::{RequestHead, RequestKind},
    settings::{Service, Settings},
};
use cors::Reflected;
use template::Kind;

pub use cors::{MAX_REFLECTED_LEN, MAX_REFLECTED_NAMES};
pub use failure::UpstreamFailure;
pub use template::{RequestHeader, Template, TemplateId};

/// Headers, in order, each with its name as servers write it: `Access-Control-Max-Age`.
pub type Headers = Vec<(&'static str, HeaderValue)>;

/// The header that explains a decision.
pub const EXPLAIN_HEADER: &str = "x-cors-decision";

/// The request headers that say who the visitor is. A `*` stands for whatever follows: Cloudflare
/// Access adds several (`Cf-Access-Jwt-Assertion`, `Cf-Access-Authenticated-User-Email`).
pub const CREDENTIALS: &[&str] = &["Cookie", "Authorization", "Cf-Access-*"];

/// The regular expression that fits [`CREDENTIALS`], in upper or lower case.
pub const CREDENTIALS_PATTERN: &str = "^(?:Cookie|Authorization|Cf-Access-.*)$";

/// The regular expression that fits the headers of the origin server's answer that the rule's headers
/// replace, in upper or lower case.
pub const UPSTREAM_CORS_HEADERS: &str = "^Access-Control-";

/// The action that the edge takes on a request.
#[derive(Clone, Debug)]
pub enum Action<'a> {
    /// It answers; the origin server never hears of it, nor is its body read.
    Answer(Answer<'a>),
    /// It forwards the request, and returns the origin server's answer. It adds only
    /// [`EXPLAIN_HEADER`] with this value, if any.
    ForwardUntouched(Option<HeaderValue>),
    /// It forwards the request, and replaces the CORS headers of the answer.
    ForwardWithCors {
        /// The headers in place of [`UPSTREAM_CORS_HEADERS`]. `Vary` is merged with the origin
        /// server's ([`vary::merge`]).
        answer: Answer<'a>,
        /// Names of request headers that are not sent on: none or [`CREDENTIALS`].
        removed: &'static [&'static str],
    },
}

/// The answer to a request: a template, which many answers share, and the values of this one.
#[derive(Clone, Debug)]
pub struct Answer<'a> {
    /// The part that many answers share.
    pub template: Template<'a>,
    /// The value of `Access-Control-Allow-Origin`, if it names the page's origin.
    pub origin: Option<&'a str>,
    /// The value of `Access-Control-Allow-Headers`, if it is what the preflight asks for.
    pub allowed_headers: Option<Reflected<'a>>,
    /// The value of [`EXPLAIN_HEADER`].
    pub explanation: Option<HeaderValue>,
}

/// The action on `head` that follows from `decision`, as far as the variables allow it.
#[must_use]
pub fn act<'a>(head: &RequestHead<'a>, decision: &Decision<'a>, service: &Service) -> Action<'a> {
    let settings = match service {
        Service::Full(settings) => settings,
        Service::UncoveredRoutes(settings) if decision.route.is_none() => settings,
        Service::UncoveredRoutes(_) | Service::Nothing => {
            return Action::Answer(Answer::unavailable(head.kind()));
        }
    };
    let explanation = settings.explain.then(|| explanation(decision, settings)).flatten();
    let route = match decision.route {
        Some(route) if decision.is_enforced(settings) => route,
        _ => return Action::ForwardUntouched(explanation),
    };
    let (grant, is_explained) = (decision.grant, settings.explain);
    let answer = match decision.verdict {
        Verdict::Refuse => Answer::of(Kind::Refusal(head.kind())),
        Verdict::RefuseForNow => Answer::of(Kind::Unavailable(head.kind())),
        Verdict::Preflight => Answer::preflight(head, route, grant),
        Verdict::Allow | Verdict::Uncovered => Answer::response(route, grant, is_explained),
    };
    let answer = Answer { explanation, ..answer };
    match decision.verdict {
        Verdict::Refuse | Verdict::RefuseForNow => Action::Answer(answer),
        Verdict::Preflight if !route.rule.preflight_continue => Action::Answer(answer),
        Verdict::Preflight | Verdict::Allow | Verdict::Uncovered => {
            let removed = if decision.strips_credentials { CREDENTIALS } else { &[] };
            Action::ForwardWithCors { answer, removed }
        }
    }
}

/// The value of [`EXPLAIN_HEADER`]: `allow; reason=listed-origin; policy=1d2df3f1`.
#[inline(never)] // Only where `EXPLAIN` is on.
fn explanation(decision: &Decision<'_>, settings: &Settings) -> Option<HeaderValue> {
    let Decision { verdict, reason, version, .. } = decision;
    let is_reported = decision.route.is_some() && !decision.is_enforced(settings);
    let report_only = if is_reported { "; report-only" } else { "" };
    let text = format!("{verdict}; reason={reason}; policy={version}{report_only}");
    HeaderValue::try_from(text).ok()
}

impl Answer<'static> {
    /// The answer to every request where there is nowhere to forward to.
    #[must_use]
    pub fn unavailable(request: RequestKind) -> Self {
        Self::of(Kind::Unavailable(request))
    }
}

impl Answer<'_> {
    /// Its status, if the edge itself gives it.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.template.status()
    }

    /// Its body, if the edge itself gives it: JSON.
    #[must_use]
    pub fn body(&self) -> Option<&'static str> {
        self.template.body()
    }

    /// All of its headers.
    #[must_use]
    pub fn headers(&self) -> Headers {
        let origin = self.origin.and_then(|origin| HeaderValue::from_str(origin).ok());
        let of_request = self.template.repeated().iter().filter_map(|(name, header)| {
            let value = match header {
                RequestHeader::Origin => origin.clone(),
                RequestHeader::RequestedHeaders => self.allowed_headers.as_ref()?.to_value(),
            };
            Some((*name, value?))
        });
        let explanation = self.explanation.clone().map(|value| (EXPLAIN_HEADER, value));
        of_request.chain(self.template.headers()).chain(explanation).collect()
    }
}
