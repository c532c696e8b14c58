//! What the shell does with a request: answer it, or forward it.

use std::borrow::Cow;

use crate::{
    cors::{self, Headers},
    decision::{Decision, Reason, Verdict},
    policy::Version,
    request::RequestHead,
    vary,
};

/// The name of the header that explains a decision.
pub const EXPLAIN_HEADER: &str = "x-cors-decision";

/// The request headers that say who the visitor is. A `*` stands for whatever follows: Cloudflare
/// Access adds several (`Cf-Access-Jwt-Assertion`, `Cf-Access-Authenticated-User-Email`).
pub const CREDENTIALS: &[&str] = &["Cookie", "Authorization", "Cf-Access-*"];

/// Engine.IO's own refusal (engine.io, `server.ts`, `Server.errors.FORBIDDEN`).
const REFUSAL: &str = r#"{"code":4,"message":"Forbidden"}"#;
const UNAVAILABLE: &str = r#"{"message":"Service Unavailable"}"#;
/// How long a client is asked to wait where a policy could not be read.
const RETRY_AFTER_SECONDS: &str = "5";

/// What to do with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action<'a> {
    /// Answer it; the origin server never hears of it, nor is its body read.
    Answer(Answer<'a>),
    /// Forward it.
    Forward {
        /// The CORS headers of the answer, in place of the origin server's;
        /// `None` leaves those as they are.
        owned: Option<Headers<'a>>,
        /// The value of [`EXPLAIN_HEADER`], if it is to be added.
        explain: Option<String>,
        /// Names of request headers that are removed: empty or [`CREDENTIALS`].
        removed: &'static [&'static str],
    },
}

/// An answer of the edge's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    /// 200 to 599.
    pub status: u16,
    /// Every header.
    pub headers: Headers<'a>,
    /// JSON; `None` for no body.
    pub body: Option<&'static str>,
}

/// The circumstances of an action, other than the request and the decision.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// Which text decided.
    pub version: Version,
    /// Whether to add [`EXPLAIN_HEADER`].
    pub explain: bool,
    /// Whether everything is forwarded untouched, whatever is decided.
    pub report_only: bool,
    /// What keeps the edge from its full work.
    pub health: Health,
}

impl Context {
    /// Why `decision` was taken.
    #[must_use]
    pub fn reason(&self, decision: &Decision<'_>) -> Reason {
        match decision.reason {
            Reason::UnlistedOrigin if self.health == Health::PolicyUnavailable => {
                Reason::PolicyUnavailable
            }
            reason => reason,
        }
    }

    /// Whether `decision` is only reported.
    #[must_use]
    pub fn only_reports(&self, decision: &Decision<'_>) -> bool {
        decision.is_report_only() || self.report_only && decision.rule.is_some()
    }

    /// Whether `decision` keeps the request from the origin server.
    #[must_use]
    pub fn blocks(&self, decision: &Decision<'_>) -> bool {
        decision.blocks() && !self.report_only
    }
}

/// What keeps the edge from its full work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Nothing.
    Good,
    /// A policy may exist that could not be read: a refusal says "later", not "no".
    PolicyUnavailable,
    /// A variable has a bad value: covered routes are closed.
    BadVariable,
    /// `UPSTREAM` is the one: there is nowhere to forward to.
    NoUpstream,
}

/// What to do with `head`, on which `decision` was taken.
#[must_use]
pub fn act<'a>(head: &RequestHead<'a>, decision: &Decision<'a>, context: Context) -> Action<'a> {
    let explain = context.explain.then(|| explanation(decision, context));
    let closed = match context.health {
        Health::Good | Health::PolicyUnavailable => false,
        Health::BadVariable => decision.rule.is_some(),
        Health::NoUpstream => true,
    };
    if closed {
        return Action::Answer(unavailable(head));
    }
    let rule = match decision.rule {
        Some(rule) if !context.only_reports(decision) => rule,
        _ => return Action::Forward { owned: None, explain, removed: &[] },
    };
    match decision.verdict {
        Verdict::Refuse => Action::Answer(refusal(head, context, explain)),
        Verdict::Preflight => {
            let requested = head.requested_headers;
            let mut headers = cors::preflight_headers(rule, decision.grant, requested);
            if rule.preflight_continue {
                return Action::Forward { owned: Some(headers), explain, removed: &[] };
            }
            headers.extend(explain.map(explain_header));
            Action::Answer(Answer { status: rule.success_status.as_u16(), headers, body: None })
        }
        Verdict::Allow | Verdict::Uncovered => {
            let exposed = context.explain.then_some(EXPLAIN_HEADER);
            let owned = cors::response_headers(rule, decision.grant, exposed);
            let removed = if decision.strips_credentials { CREDENTIALS } else { &[] };
            Action::Forward { owned: Some(owned), explain, removed }
        }
    }
}

fn unavailable<'a>(head: &RequestHead<'_>) -> Answer<'a> {
    Answer {
        status: 503,
        headers: vec![
            ("Content-Type", "application/json".into()),
            ("Cache-Control", "no-store".into()),
            ("Retry-After", RETRY_AFTER_SECONDS.into()),
            ("Vary", vary_of(head).into()),
        ],
        body: Some(UNAVAILABLE),
    }
}

fn refusal<'a>(head: &RequestHead<'a>, context: Context, explain: Option<String>) -> Answer<'a> {
    let mut answer = if context.health == Health::PolicyUnavailable {
        unavailable(head)
    } else {
        Answer {
            status: 403,
            headers: vec![
                ("Content-Type", "application/json".into()),
                ("Cache-Control", "no-store".into()),
                ("Vary", vary_of(head).into()),
            ],
            body: Some(REFUSAL),
        }
    };
    answer.headers.extend(explain.map(explain_header));
    answer
}

fn vary_of(head: &RequestHead<'_>) -> &'static str {
    if head.is_preflight() { vary::PREFLIGHT } else { vary::RESPONSE }
}

fn explain_header<'a>(explanation: String) -> (&'static str, Cow<'a, str>) {
    (EXPLAIN_HEADER, explanation.into())
}

fn explanation(decision: &Decision<'_>, context: Context) -> String {
    let (verdict, reason, version) = (decision.verdict, context.reason(decision), context.version);
    let report_only = if context.only_reports(decision) { "; report-only" } else { "" };
    format!("{verdict}; reason={reason}; policy={version}{report_only}")
}
