//! The decision on a request.
//!
//! The first row that fits decides:
//!
//! | # | request | decision |
//! |---|---|---|
//! | 1 | `OPTIONS` with `Origin` and `Access-Control-Request-Method` | preflight, of an origin that rows 2 to 5 judge |
//! | 2 | `Origin` equal to the request's own origin | allow |
//! | 3 | `Origin` that the rule allows | allow |
//! | 4 | `Origin` of a WebSocket URL, which no page has | as without `Origin` |
//! | 5 | any other `Origin` | refuse, unless it is two of rows 2 to 4 and no preflight |
//! | 6 | no `Origin`, embedded by another origin's page, or opened by it as a link to Engine.IO | refuse, unless the rule allows every origin or it is Socket.IO's client |
//! | 7 | no `Origin`, JSONP | refuse, unless the rule says `jsonp` or the browser says same-origin |
//! | 8 | no `Origin` otherwise | as `missingOrigin` says; allow if the browser says same-origin |
//!
//! Rows 5 and 6 exist because CORS headers alone stop neither a `text/plain`
//! POST (Fetch, "CORS-safelisted request-header") nor a WebSocket (RFC 6455,
//! 10.2): only a refusal keeps them from the origin server. A row reads nothing
//! but the head, so polls, upgrades and requests of an open session (`sid`) are
//! all judged alike.

use crate::{
    decision::{grant::Grant, key_status::KeyStatus},
    origin::Origin,
    policy::{Access, Listing, Policy, Route, Rule, Version},
    request::{RequestHead, RequestKind},
    settings::Settings,
};

pub mod grant;
pub(crate) mod key_status;
mod reason;
mod verdict;

pub use self::{reason::Reason, verdict::Verdict};

/// The decision on a request.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'a> {
    /// The verdict.
    pub verdict: Verdict,
    /// The reason for the verdict.
    pub reason: Reason,
    /// The route whose rule decided; `None` where none covers the path.
    pub route: Option<&'a Route>,
    /// The policy's text; [`Version::NONE`] while none is in force.
    pub version: Version,
    /// The access that CORS grants the page; `None` where there is nothing to grant.
    pub grant: Option<Grant<'a>>,
    /// The request is a WebSocket that is forwarded without the visitor's credentials.
    pub strips_credentials: bool,
}

/// The decision on `head` under `policy`. `key_status` returns the status of the KV
/// key of that name; it is asked about an origin's keys only if the decision depends on them.
///
/// If several rules may cover the path, each has to let the request through, and a page gets only
/// what all of them grant. So a permissive route opens no way into a strict one.
#[must_use]
pub fn decide<'a>(
    head: &RequestHead<'a>,
    policy: &'a Policy,
    mut key_status: impl FnMut(&str) -> KeyStatus,
) -> Decision<'a> {
    decide_by(head, policy, &mut key_status)
}

/// [`decide`] without its type parameter, so that it is compiled only once.
fn decide_by<'a>(
    head: &RequestHead<'a>,
    policy: &'a Policy,
    key_status: &mut dyn FnMut(&str) -> KeyStatus,
) -> Decision<'a> {
    let mut decided: Option<Decision<'a>> = None;
    for route in policy.routes_for(&head.path_variants()) {
        let decision = judge(head, route, policy.version(), key_status);
        if decision.blocks() {
            return decision;
        }
        decided = Some(decided.map_or(decision, |before| before.with(decision)));
    }
    decided.unwrap_or(Decision::uncovered(policy.version()))
}

/// The reason why no policy is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// KV holds no document.
    NoPolicy,
    /// A document may exist, but none could be read.
    Unavailable,
}

/// The decision on `head` while no policy is in force, though `last_known` may have been.
///
/// The closed policy allows no other origin. A request that it refuses is kept out
///
/// - under `/socket.io`,
/// - on any path where it asks for Engine.IO or a WebSocket, if no policy is known,
/// - under the routes of the last known one, but for what one of them only reports on
///   under `/socket.io`.
///
/// Everything else is forwarded.
#[must_use]
pub fn decide_closed<'a>(
    head: &RequestHead<'a>,
    last_known: Option<&'a Policy>,
    why: Closed,
) -> Decision<'a> {
    let closed = Policy::closed();
    let uncovered = Decision::uncovered(Version::NONE);
    let Some(route) = closed.routes().first() else { return uncovered };
    let decision = judge(head, route, Version::NONE, &mut |_| KeyStatus::Missing);
    let path = head.path_variants();
    let is_default = closed.routes_for(&path).next().is_some();
    let is_closed = if let Some(known) = last_known {
        let covers = |report_only| {
            known.routes_for(&path).any(|route| route.rule.report_only == report_only)
        };
        covers(false) || is_default && !covers(true)
    } else {
        let asks_for_socketio = || head.has_engineio_shape() || head.is_websocket_upgrade();
        is_default || decision.verdict == Verdict::Refuse && asks_for_socketio()
    };
    match why {
        _ if !is_closed => uncovered,
        Closed::Unavailable if decision.verdict == Verdict::Refuse => decision.for_now(),
        Closed::NoPolicy | Closed::Unavailable => decision,
    }
}

fn judge<'a>(
    head: &RequestHead<'a>,
    route: &'a Route,
    version: Version,
    key_status: &mut dyn FnMut(&str) -> KeyStatus,
) -> Decision<'a> {
    let rule = &route.rule;
    let (allowed, reason, grant) = if let Some(text) = head.origin {
        judge_header(text, head, route, key_status)
    } else {
        let (allowed, reason) = judge_without_origin(head, route);
        (allowed, reason, Grant::without_origin(rule))
    };
    let verdict = match head.kind() {
        _ if !allowed => Verdict::Refuse,
        RequestKind::Preflight => Verdict::Preflight,
        RequestKind::Ordinary => Verdict::Allow,
    };
    let strips_credentials = verdict == Verdict::Allow && strips_credentials(head, rule, reason);
    Decision { verdict, reason, route: Some(route), version, grant, strips_credentials }
}

/// Returns true if `rule` removes the visitor's credentials from a WebSocket of another origin's
/// page, which it lets through for that `reason`.
fn strips_credentials(head: &RequestHead<'_>, rule: &Rule, reason: Reason) -> bool {
    !rule.websocket_cookies
        && matches!(reason, Reason::ListedOrigin | Reason::TenantOrigin | Reason::EveryOrigin)
        && head.is_websocket_upgrade()
}

/// Returns true if a request with that `Origin` is let through, the reason, and the grant.
fn judge_header<'a>(
    text: &'a str,
    head: &RequestHead<'_>,
    route: &Route,
    key_status: &mut dyn FnMut(&str) -> KeyStatus,
) -> (bool, Reason, Option<Grant<'a>>) {
    let judged = judge_origin(text, head, route, key_status);
    if judged.1 != Reason::MalformedOrigin || head.kind() == RequestKind::Preflight {
        return judged;
    }
    let (allowed, reason) = judge_two(text, head, route, key_status);
    (allowed, reason, None)
}

/// Returns true if the origin `text` is let through, the reason, and the grant.
fn judge_origin<'a>(
    text: &'a str,
    head: &RequestHead<'_>,
    route: &Route,
    key_status: &mut dyn FnMut(&str) -> KeyStatus,
) -> (bool, Reason, Option<Grant<'a>>) {
    let rule = &route.rule;
    let is_own = text == head.url.origin;
    let (allowed, reason) = match Origin::try_from(text) {
        Ok(origin) if origin.is_websocket() => {
            let (allowed, reason) = judge_without_origin(head, route);
            let is_row_8 = matches!(reason, Reason::SameOrigin | Reason::MissingOrigin);
            let reason = if is_row_8 { Reason::NoPage } else { reason };
            return (allowed, reason, Grant::without_origin(rule));
        }
        Ok(origin) => judge_listing(&origin, rule, is_own, key_status),
        Err(_) if rule.access == Access::Wildcard => (true, Reason::EveryOrigin),
        Err(_) => (false, Reason::MalformedOrigin),
    };
    let grant = allowed.then(|| Grant::to(text, rule));
    if is_own { (true, Reason::SameOrigin, grant) } else { (allowed, reason, grant) }
}

/// Returns true if `rule` lets pages of `origin`, which is not the request's own, through, false if
/// not, and the reason. `key_status` is as that of [`decide`].
#[must_use]
pub fn judge_page(
    origin: &Origin<'_>,
    rule: &Rule,
    mut key_status: impl FnMut(&str) -> KeyStatus,
) -> (bool, Reason) {
    judge_listing(origin, rule, false, &mut key_status)
}

/// Returns true if `rule` allows `origin`, false if not, and the reason. A page of the same origin
/// needs no CORS, so KV is not asked about it.
fn judge_listing(
    origin: &Origin<'_>,
    rule: &Rule,
    is_own: bool,
    key_status: &mut dyn FnMut(&str) -> KeyStatus,
) -> (bool, Reason) {
    match rule.listing(origin) {
        Listing::Every => (true, Reason::EveryOrigin),
        Listing::Pattern => (true, Reason::ListedOrigin),
        Listing::Tenant(_) if is_own => (false, Reason::UnlistedOrigin),
        Listing::Tenant(prefixes) => {
            let text = origin.as_str();
            let known = prefixes.iter().map(|prefix| key_status(&format!("{prefix}{text}")));
            match known.max().unwrap_or(KeyStatus::Missing) {
                KeyStatus::Present => (true, Reason::TenantOrigin),
                KeyStatus::Missing if origin.is_null() => (false, Reason::NullOrigin),
                KeyStatus::Missing => (false, Reason::UnlistedOrigin),
                KeyStatus::Unknown => (false, Reason::UnaskedOrigin),
                KeyStatus::Failed => (false, Reason::LookupFailed),
                KeyStatus::RateLimited => (false, Reason::LookupLimited),
            }
        }
    }
}

/// Returns true if `text` is two origins, each of which is let through by itself, and not both for
/// being no page's; false if not; and the reason. No browser sends two. Python's websocket-client
/// does: the server's own, and the one that was set.
#[cold]
fn judge_two(
    text: &str,
    head: &RequestHead<'_>,
    route: &Route,
    key_status: &mut dyn FnMut(&str) -> KeyStatus,
) -> (bool, Reason) {
    let malformed = (false, Reason::MalformedOrigin);
    let two = text.split_once(',').filter(|(_, other)| !other.contains(','));
    let Some((one, other)) = two else { return malformed };
    let mut is_named = false;
    for text in [one, other] {
        match judge_origin(text.trim_ascii(), head, route, key_status) {
            (true, Reason::NoPage | Reason::Jsonp, _) => {}
            (true, ..) => is_named = true,
            // The decision depends on KV.
            (
                false,
                reason @ (Reason::UnaskedOrigin | Reason::LookupFailed | Reason::LookupLimited),
                _,
            ) => return (false, reason),
            (false, ..) => return malformed,
        }
    }
    if is_named { (true, Reason::TwoOrigins) } else { malformed }
}

fn judge_without_origin(head: &RequestHead<'_>, route: &Route) -> (bool, Reason) {
    let rule = &route.rule;
    let is_embed = head.is_foreign_embed();
    if is_embed && head.is_client_bundle(route.prefix()) {
        (true, Reason::ClientBundle)
    } else if is_embed && !rule.allows_every_origin() {
        (false, Reason::CrossSiteEmbed)
    } else if head.fetch_is_same_origin() {
        (true, Reason::SameOrigin)
    } else if head.is_jsonp() {
        (rule.jsonp, Reason::Jsonp)
    } else {
        (rule.allows_missing_origin, Reason::MissingOrigin)
    }
}

impl Decision<'_> {
    fn uncovered(version: Version) -> Self {
        Self {
            verdict: Verdict::Uncovered,
            reason: Reason::NoRoute,
            route: None,
            version,
            grant: None,
            strips_credentials: false,
        }
    }

    /// The decision if another rule lets the request through as well. A rule that only reports does
    /// not change the answer.
    fn with(self, other: Self) -> Self {
        match (self.is_report_only(), other.is_report_only()) {
            (true, false) => other,
            (_, true) => self,
            (false, false) => Self {
                grant: Grant::of_both(self.grant, other.grant),
                strips_credentials: self.strips_credentials || other.strips_credentials,
                ..self
            },
        }
    }

    /// The refusal where no policy could be read, which might list the origin.
    fn for_now(self) -> Self {
        let reason = match self.reason {
            Reason::UnlistedOrigin => Reason::PolicyUnavailable,
            reason => reason,
        };
        Self { verdict: Verdict::RefuseForNow, reason, ..self }
    }

    /// Returns true if the rule only reports what it would decide.
    #[must_use]
    pub fn is_report_only(&self) -> bool {
        self.route.is_some_and(|route| route.rule.report_only)
    }

    /// Returns true if the request is refused, or would be but for `reportOnly`.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self.verdict, Verdict::Refuse | Verdict::RefuseForNow)
    }

    /// Returns true if a refusal keeps the request from the origin server.
    #[must_use]
    pub fn blocks(&self) -> bool {
        self.is_refusal() && !self.is_report_only()
    }

    /// Returns true if the decision is carried out, and not only reported.
    #[must_use]
    pub fn is_enforced(&self, settings: &Settings) -> bool {
        !settings.report_only && !self.is_report_only()
    }
}
