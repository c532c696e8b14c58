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

use super::KNOWLEDGE;

/// A request with its decision and its answer.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// The request.
    pub head: RequestHead<'a>,
    /// The decision on it.
    pub decision: Decision<'a>,
    /// The answer, or how it is forwarded.
    pub action: Action<'a>,
    /// The prefix of the route that decided, and where its rule stands.
    pub rule: Option<(&'a str, Source)>,
    /// What of the rule stands for the origin, and where.
    pub pattern: Option<(String, Source)>,
    /// The KV keys on which the decision hangs.
    pub keys: Vec<String>,
}

impl<'a> Exchange<'a> {
    /// Of `head` under `policy`, which was read from `text`, where each key of a tenant is
    /// as `key_status` says.
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
        // As it is where EXPLAIN is off.
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

    /// The headers and the body of an answer of the edge's own; the headers that
    /// take the place of the origin server's for others.
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

    /// The origin that was meant by one that no browser sends.
    pub fn meant(&self) -> Option<String> {
        let is_malformed = self.decision.reason == Reason::MalformedOrigin;
        repair(self.head.origin.filter(|_| is_malformed)?, KNOWLEDGE.to_ascii)
    }

    /// Why it was so decided, as a clause.
    #[must_use]
    pub fn why(&self) -> &'static str {
        match self.decision.reason {
            Reason::NoRoute => "no route covers the path",
            Reason::SameOrigin => "the page is of the very origin that it asks",
            Reason::ListedOrigin => "the rule lists the origin",
            Reason::TenantOrigin => "the origin has a KV key",
            Reason::EveryOrigin => "the rule allows every origin",
            Reason::UnlistedOrigin => "the rule does not list the origin",
            Reason::UnaskedOrigin => "KV has to be asked for the origin's key",
            Reason::LookupFailed => "KV gave no answer",
            Reason::LookupLimited => "too many unknown origins were looked up",
            Reason::PolicyUnavailable => "no policy could be read",
            Reason::NullOrigin => "null stands for every sandboxed frame and local file",
            Reason::MalformedOrigin => "that is no origin in the form in which browsers send it",
            Reason::CrossSiteEmbed => "a script, image or frame on another site's page",
            Reason::Jsonp => "JSONP polling sends no Origin; the rule's \"jsonp\" decides",
            Reason::MissingOrigin => "there is no Origin; the rule's \"missingOrigin\" decides",
        }
    }
}

/// What of `rule` stands for the page's origin.
fn pattern(head: &RequestHead<'_>, decision: &Decision<'_>, rule: &Rule) -> Option<String> {
    let listed = rule.listed()?;
    if decision.reason == Reason::TenantOrigin {
        return listed.prefixes.first().cloned();
    }
    let origin = Origin::try_from(head.origin?).ok()?;
    listed.patterns.find(&origin).map(str::to_owned)
}
