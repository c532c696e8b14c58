//! Templates: the parts that the answers of one kind under one route share.
//!
//! A program that answers keeps a prepared answer for each [`TemplateId`], and adds the headers
//! that repeat something of the request.

use http::{HeaderValue, StatusCode};

use super::{
    Answer, Headers, UpstreamFailure,
    cors::{self, Reflected},
    names::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE,
        RETRY_AFTER, VARY,
    },
    vary,
};
use crate::{
    decision::grant::{Grant, GrantKind},
    policy::{AllowedHeaders, Route, RouteId},
    request::{RequestHead, RequestKind},
};

/// Engine.IO's own refusal (engine.io, `server.ts`, `Server.errors.FORBIDDEN`).
const REFUSAL: &str = r#"{"code":4,"message":"Forbidden"}"#;
const UNAVAILABLE: &str = r#"{"message":"Service Unavailable"}"#;
/// The time in seconds after which a client is asked to try again where no policy could be read.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("5");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// The part of an answer that it shares with all of its kind under the same route.
#[derive(Clone, Copy, Debug)]
pub struct Template<'a> {
    kind: Kind,
    route: Option<&'a Route>,
}

/// The identity of a [`Template`]: those of one identity are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TemplateId {
    kind: Kind,
    route: Option<RouteId>,
}

/// The kinds of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// To a preflight; `Access-Control-Allow-Headers` may be what it asks for.
    Preflight { grant: GrantKind, reflects: bool },
    /// The origin server's, with the rule's CORS headers.
    Response { grant: GrantKind, is_explained: bool },
    /// 403.
    Refusal(RequestKind),
    /// 503.
    Unavailable(RequestKind),
    /// 502 or 504.
    Failure(UpstreamFailure),
}

/// A header of the request that an answer repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestHeader {
    /// `Origin`.
    Origin,
    /// `Access-Control-Request-Headers`, in the form that [`Answer::allowed_headers`] has.
    RequestedHeaders,
}

const ORIGIN: (&str, RequestHeader) = (ACCESS_CONTROL_ALLOW_ORIGIN, RequestHeader::Origin);
const HEADERS: (&str, RequestHeader) =
    (ACCESS_CONTROL_ALLOW_HEADERS, RequestHeader::RequestedHeaders);

impl Template<'_> {
    /// Its identity.
    #[must_use]
    pub fn id(&self) -> TemplateId {
        TemplateId { kind: self.kind, route: self.route.map(Route::id) }
    }

    /// The status of an answer that the edge itself gives.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self.kind {
            Kind::Preflight { .. } => {
                self.route.map_or(StatusCode::NO_CONTENT, |route| route.rule.success_status)
            }
            Kind::Response { .. } => StatusCode::OK,
            Kind::Refusal(_) => StatusCode::FORBIDDEN,
            Kind::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Kind::Failure(failure) => failure.status(),
        }
    }

    /// The body of an answer that the edge itself gives: JSON.
    #[must_use]
    pub fn body(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Preflight { .. } | Kind::Response { .. } => None,
            Kind::Refusal(_) => Some(REFUSAL),
            Kind::Unavailable(_) => Some(UNAVAILABLE),
            Kind::Failure(failure) => Some(failure.body()),
        }
    }

    /// The headers that repeat something of the request, each with what it repeats.
    #[must_use]
    pub fn repeated(&self) -> &'static [(&'static str, RequestHeader)] {
        match self.kind {
            Kind::Preflight { grant: GrantKind::Origin { .. }, reflects: true } => {
                const { &[ORIGIN, HEADERS] }
            }
            Kind::Preflight { reflects: true, .. } => const { &[HEADERS] },
            Kind::Preflight { grant: GrantKind::Origin { .. }, .. }
            | Kind::Response { grant: GrantKind::Origin { .. }, .. } => const { &[ORIGIN] },
            _ => &[],
        }
    }

    /// The headers that are the same in every answer.
    #[must_use]
    pub fn headers(&self) -> Headers {
        match (self.kind, self.route) {
            (Kind::Preflight { grant, .. }, Some(route)) => {
                cors::preflight_headers(&route.rule, grant)
            }
            (Kind::Response { grant, is_explained }, Some(route)) => {
                cors::response_headers(&route.rule, grant, is_explained)
            }
            (Kind::Refusal(request), _) => error_headers(&[(VARY, vary::of(request))]),
            (Kind::Unavailable(request), _) => {
                error_headers(&[(RETRY_AFTER, RETRY_AFTER_SECONDS), (VARY, vary::of(request))])
            }
            (Kind::Failure(_), _) => error_headers(&[]),
            (Kind::Preflight { .. } | Kind::Response { .. }, None) => Vec::new(),
        }
    }
}

/// The headers of an error that the edge itself answers with.
#[inline(never)] // Of one template only.
fn error_headers(more: &[(&'static str, HeaderValue)]) -> Headers {
    let mut headers = vec![(CONTENT_TYPE, JSON), (CACHE_CONTROL, NO_STORE)];
    headers.extend_from_slice(more);
    headers
}

impl<'a> Answer<'a> {
    /// One that depends on no rule.
    pub(super) fn of(kind: Kind) -> Self {
        let template = Template { kind, route: None };
        Self { template, origin: None, allowed_headers: None, explanation: None }
    }

    /// The answer to a preflight.
    ///
    /// It says what the rule allows whatever is asked, so that the browser names the method or
    /// header that is missing.
    pub(super) fn preflight(
        head: &RequestHead<'a>,
        route: &'a Route,
        grant: Option<Grant<'a>>,
    ) -> Self {
        let is_reflected =
            grant.is_some() && route.rule.allowed_headers == AllowedHeaders::Requested;
        let requested = head.requested_headers.filter(|_| is_reflected);
        let allowed_headers = requested.and_then(Reflected::of);
        let kind = Kind::Preflight { grant: grant.into(), reflects: allowed_headers.is_some() };
        let template = Template { kind, route: Some(route) };
        let origin = grant.and_then(Grant::origin);
        Self { template, origin, allowed_headers, explanation: None }
    }

    /// The headers of the origin server's answer.
    pub(super) fn response(route: &'a Route, grant: Option<Grant<'a>>, is_explained: bool) -> Self {
        let kind = Kind::Response { grant: grant.into(), is_explained };
        let template = Template { kind, route: Some(route) };
        let origin = grant.and_then(Grant::origin);
        Self { template, origin, allowed_headers: None, explanation: None }
    }
}
