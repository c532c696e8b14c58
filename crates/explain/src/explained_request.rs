//! A request with its decision and its answer.

use http::HeaderValue;
use socketio_cors_core::{
    cache::tenants::KeyStatus,
    decision::{Decision, Reason, decide},
    origin::{Origin, pattern::repair},
    policy::{Policy, Route, Rule, Source},
    request::RequestHead,
    response::{Action, Answer, act},
    settings::{Service, Settings},
};

use super::{DOMAIN_RULES, PolicyDocument};

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
    /// Decides on `head` under `policy`, which was read from `document`, as if every tenant's key were as
    /// `key_status` says.
    pub(super) fn of(
        head: RequestHead<'a>,
        policy: &'a Policy,
        document: &PolicyDocument,
        key_status: KeyStatus,
    ) -> Self {
        let mut keys = Vec::new();
        let decision = decide(&head, policy, |key| {
            keys.push(key.to_owned());
            key_status
        });
        let action = act(&head, &decision, &Service::Full(Settings::default()));
        let pattern = decision.route.and_then(|route| pattern(&head, &decision, &route.rule));
        let prefix = decision.route.map(Route::prefix);
        let located = prefix.and_then(|prefix| document.locate(prefix, pattern.as_deref()));
        let (rule, place) = located.map_or((None, None), |(rule, place)| (Some(rule), place));
        let (rule, pattern) = (prefix.zip(rule), pattern.zip(place));
        Self { head, decision, action, rule, pattern, keys }
    }

    /// The names and values of the headers, if the edge answers; of those that replace the origin
    /// server's, if it forwards the request.
    #[must_use]
    pub fn headers(&self) -> Vec<(String, String)> {
        let headers = self.answer().map(Answer::headers).unwrap_or_default();
        let value = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        headers.iter().map(|(name, its)| ((*name).to_owned(), value(its))).collect()
    }

    /// The body, if the edge answers.
    #[must_use]
    pub fn body(&self) -> Option<&'static str> {
        match &self.action {
            Action::Answer(answer) => answer.body(),
            Action::ForwardUntouched(_) | Action::ForwardWithCors { .. } => None,
        }
    }

    /// The request headers that are not forwarded.
    #[must_use]
    pub fn removed(&self) -> &'static [&'static str] {
        match &self.action {
            Action::ForwardWithCors { removed, .. } => removed,
            Action::Answer(_) | Action::ForwardUntouched(_) => &[],
        }
    }

    fn answer(&self) -> Option<&Answer<'a>> {
        match &self.action {
            Action::Answer(answer) | Action::ForwardWithCors { answer, .. } => Some(answer),
            Action::ForwardUntouched(_) => None,
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
            Reason::SameOrigin => "the page has the same origin as the API",
            Reason::ListedOrigin => "the rule lists the origin",
            Reason::TenantOrigin => "the origin has a KV key",
            Reason::EveryOrigin => "the rule allows every origin",
            Reason::UnlistedOrigin => "the rule does not list the origin",
            Reason::UnaskedOrigin => "the origin's KV key has to be looked up",
            Reason::LookupFailed => "KV gave no answer",
            Reason::LookupLimited => "too many unknown origins were looked up",
            Reason::PolicyUnavailable => "no policy could be read",
            Reason::NullOrigin => {
                "null is the origin of every sandboxed frame and local file, and the rule does not \
                 list it"
            }
            Reason::MalformedOrigin => "the Origin is not in the form that browsers send",
            Reason::NoPage => {
                "no page has a ws: or wss: origin; the rule's \"missingOrigin\" decides, as \
                 without an Origin"
            }
            Reason::TwoOrigins => {
                "the Origin has two values, which no browser sends, and each would be allowed alone"
            }
            Reason::ClientBundle => "Socket.IO's own client, which is the same for everybody",
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
