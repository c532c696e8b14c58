//! A request with its decision and its answer.

use socketio_cors_core::{
    action::{Action, Context, Health, act},
    cors::Header,
    decision::{Decision, Reason, decide},
    origin::Origin,
    pattern::repair,
    policy::{Policy, Rule, Source, locate},
    request::RequestHead,
    tenants::KeyStatus,
};

use super::DOMAIN_RULES;

/// A request with its decision and its answer.
#[derive(Debug)]
pub struct ExplainedRequest<'a> {
    /// The request.
    pub head: RequestHead<'a>,
    /// The decision on it.
    pub decision: Decision<'a>,
    /// The answer, or how it is forwarded.
    pub action: Action<'a>,
    /// The prefix of the route that decided, and the place of its rule.
    pub rule: Option<(&'a str, Source)>,
    /// The entry of the rule that allows the origin, and its place.
    pub pattern: Option<(String, Source)>,
    /// The KV keys that the decision depends on.
    pub keys: Vec<String>,
}

impl<'a> ExplainedRequest<'a> {
    /// Decides on `head` under `policy`, which was read from `text`, as if every tenant's key were as
    /// `key_status` says.
    pub(super) fn of(
        head: RequestHead<'a>,
        policy: &'a Policy,
        text: &str,
        key_status: KeyStatus,
    ) -> Self {
        let mut keys = Vec::new();
        let decision = decide(&head, policy, |key| {
            keys.push(key.to_owned());
            key_status
        });
        // As in a Worker without EXPLAIN.
        let context = Context {
            version: policy.version(),
            explain: false,
            report_only: false,
            health: Health::Good,
        };
        let action = act(&head, &decision, context);
        let pattern = decision.rule.and_then(|rule| pattern(&head, &decision, rule));
        let prefix = decision.rule.and_then(|rule| policy.prefix_of(rule));
        let located = prefix.and_then(|prefix| locate(text, prefix, pattern.as_deref()));
        let (rule, place) = located.map_or((None, None), |(rule, place)| (Some(rule), place));
        let (rule, pattern) = (prefix.zip(rule), pattern.zip(place));
        Self { head, decision, action, rule, pattern, keys }
    }

    /// The headers and the body, if the edge answers; the headers that replace the origin server's, if
    /// it forwards the request.
    #[must_use]
    pub fn headers_and_body(&self) -> (&[Header<'a>], Option<&'static str>) {
        match &self.action {
            Action::Answer(answer) => (&answer.headers, answer.body),
            Action::Forward { owned, .. } => (owned.as_deref().unwrap_or_default(), None),
        }
    }

    /// The request headers that are not forwarded.
    #[must_use]
    pub fn removed(&self) -> &'static [&'static str] {
        match &self.action {
            Action::Answer(_) => &[],
            Action::Forward { removed, .. } => removed,
        }
    }

    /// The origin that a browser would send in place of a malformed one.
    pub fn meant(&self) -> Option<String> {
        let is_malformed = self.decision.reason == Reason::MalformedOrigin;
        repair(self.head.origin.filter(|_| is_malformed)?, DOMAIN_RULES.to_ascii)
    }

    /// The reason for the decision, as a clause.
    #[must_use]
    pub fn why(&self) -> &'static str {
        match self.decision.reason {
            Reason::NoRoute => "no route covers the path",
            Reason::SameOrigin => "the page is of the same origin as the API",
            Reason::ListedOrigin => "the rule lists the origin",
            Reason::TenantOrigin => "the origin has a KV key",
            Reason::EveryOrigin => "the rule allows every origin",
            Reason::UnlistedOrigin => "the rule does not list the origin",
            Reason::UnaskedOrigin => "the origin's KV key has to be looked up",
            Reason::LookupFailed => "KV gave no answer",
            Reason::LookupLimited => "too many unknown origins were looked up",
            Reason::PolicyUnavailable => "no policy could be read",
            Reason::NullOrigin => "null stands for every sandboxed frame and local file",
            Reason::MalformedOrigin => "the Origin is not in the form that browsers send",
            Reason::CrossSiteEmbed => "a script, image or frame on another site's page",
            Reason::Jsonp => "JSONP polling sends no Origin; the rule's \"jsonp\" decides",
            Reason::MissingOrigin => "there is no Origin; the rule's \"missingOrigin\" decides",
        }
    }
}

/// The entry of `rule` that allows the page's origin.
fn pattern(head: &RequestHead<'_>, decision: &Decision<'_>, rule: &Rule) -> Option<String> {
    let listed = rule.listed()?;
    if decision.reason == Reason::TenantOrigin {
        return listed.prefixes.first().cloned();
    }
    let origin = Origin::try_from(head.origin?).ok()?;
    listed.patterns.find(&origin).map(str::to_owned)
}
