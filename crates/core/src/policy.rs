//! The policy: a document from KV, parsed once into values that cannot be wrong.
//!
//! A document is accepted whole or refused whole ([`Policy::read`]); a refusal
//! lists every [`Diagnostic`] at once, up to a thousand.

mod dangers;
mod diagnostic;
mod document;
mod domain_rules;
mod doubts;
mod excerpt;
mod field;
mod headers;
mod json;
pub mod keys;
mod lines;
mod listed_patterns;
mod methods;
mod origins;
mod place;
mod prefix;
mod print;
mod rule;
mod socketio2;
mod source;
mod syntax;
mod tenants;
mod version;
mod warnings;

use std::sync::LazyLock;

use http::{HeaderValue, StatusCode};

use crate::{
    origin::{Origin, pattern::OriginSet},
    request::path::{PathVariants, Reading},
};
use prefix::Prefix;

pub use diagnostic::{Diagnostic, MAX_DIAGNOSTICS};
pub use domain_rules::DomainRules;
pub use headers::is_forbidden_request_header;
pub use lines::Lines;
pub use methods::{is_forbidden_method, is_normalised_method};
pub use source::{Source, locate};
pub use tenants::is_prefix as is_tenant_prefix;
pub use version::Version;
pub use warnings::warnings;

/// The largest document that is read, in bytes.
pub const MAX_DOCUMENT_LEN: usize = 8 * 1024 * 1024;

/// The prefix that a document with a single rule covers: Engine.IO's default path without
/// its slash, so that `addTrailingSlash: false` does not dodge the rule.
pub const DEFAULT_PREFIX: &str = "/socket.io";

/// A valid policy document.
#[derive(Debug)]
pub struct Policy {
    routes: Vec<Route>,
    version: Version,
    document_len: usize,
}

/// Two policies are equal if they decide alike, whichever their texts.
impl PartialEq for Policy {
    fn eq(&self, other: &Self) -> bool {
        self.routes.len() == other.routes.len()
            && self.routes.iter().all(|route| other.routes.iter().any(|its| its.is_like(route)))
    }
}

/// The rule for the paths under a prefix.
#[derive(Debug)]
pub struct Route {
    id: RouteId,
    prefix: Prefix,
    /// The rule.
    pub rule: Rule,
}

/// The identity of a route: routes of one identity are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RouteId {
    version: Version,
    /// The route's position in the document.
    index: usize,
}

/// One `cors` object.
#[derive(Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the document")]
pub struct Rule {
    /// `origin` and `credentials`.
    pub access: Access,
    /// `methods`, for `Access-Control-Allow-Methods`; `None` if the list is empty.
    pub methods: Option<HeaderValue>,
    /// `allowedHeaders`.
    pub allowed_headers: AllowedHeaders,
    /// `exposedHeaders`, for `Access-Control-Expose-Headers`; `None` if the list is empty.
    pub exposed_headers: Option<HeaderValue>,
    /// `maxAge` in seconds, for `Access-Control-Max-Age`.
    pub max_age: Option<HeaderValue>,
    /// `optionsSuccessStatus`, 200 to 299.
    pub success_status: StatusCode,
    /// `preflightContinue`.
    pub preflight_continue: bool,
    /// `missingOrigin` is `"allow"`: requests without an `Origin` are let through.
    pub allows_missing_origin: bool,
    /// `jsonp`.
    pub jsonp: bool,
    /// `reportOnly`.
    pub report_only: bool,
    /// `websocketCookies`: a WebSocket of an allowed origin's page keeps the visitor's credentials.
    pub websocket_cookies: bool,
}

/// The request headers that a page may send, for `Access-Control-Allow-Headers`.
#[derive(Debug, PartialEq, Eq)]
pub enum AllowedHeaders {
    /// Those that the preflight asks for.
    Requested,
    /// The listed ones; `None` if the list is empty.
    Listed(Option<HeaderValue>),
}

/// The pages that may read the answers. `*` with credentials has no value of this type
/// (Fetch, "CORS check").
#[derive(Debug, PartialEq, Eq)]
pub enum Access {
    /// `"*"`: any origin, but no answer to a request with credentials.
    Wildcard,
    /// The origin itself is echoed.
    Echoed {
        /// The allowed origins.
        origins: Origins,
        /// They may read the answers to requests with cookies and other credentials, too.
        credentials: bool,
    },
}

/// The origins of a rule that echoes them.
#[derive(Debug, PartialEq, Eq)]
pub enum Origins {
    /// `true`.
    Every,
    /// The listed ones; `false` lists none.
    Listed(Listed),
}

/// A list of origins.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// Those that match a pattern.
    pub patterns: OriginSet,
    /// Prefixes under which other origins have a KV key each (`{"kv": "tenant:"}`).
    pub prefixes: Vec<String>,
}

/// An origin, as a rule lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing<'r> {
    /// Every origin is allowed.
    Every,
    /// It matches a pattern.
    Pattern,
    /// It matches none, but it may have a KV key under one of these prefixes, if there are any.
    Tenant(&'r [String]),
}

impl Policy {
    /// Reads the document `text` of that version, with the program's rules about domain names.
    ///
    /// # Errors
    /// Every fault of the document, in its order.
    pub fn read(
        text: &str,
        version: Version,
        domain_rules: &DomainRules,
    ) -> Result<Self, Vec<Diagnostic>> {
        let routes = document::parse(text, domain_rules)?;
        Ok(Self::new(routes, version, text.len()))
    }

    /// Reads the document `text`, with no rules about domain names.
    ///
    /// # Errors
    /// As those of [`Policy::read`].
    pub fn parse(text: &str) -> Result<Self, Vec<Diagnostic>> {
        Self::read(text, Version::of(text), &DomainRules::NONE)
    }

    /// The policy where none is known: same-origin only, on Engine.IO's default path.
    #[must_use]
    pub fn closed() -> &'static Self {
        static CLOSED: LazyLock<Policy> = LazyLock::new(|| {
            let route = (Prefix::new(DEFAULT_PREFIX), Rule::same_origin_only());
            Policy::new(vec![route], Version::NONE, 0)
        });
        &CLOSED
    }

    fn new(routes: Vec<(Prefix, Rule)>, version: Version, document_len: usize) -> Self {
        let routes = routes.into_iter().enumerate().map(|(index, (prefix, rule))| Route {
            id: RouteId { version, index },
            prefix,
            rule,
        });
        Self { routes: routes.collect(), version, document_len }
    }

    /// The length of its document, in bytes.
    #[must_use]
    pub fn document_len(&self) -> usize {
        self.document_len
    }

    /// The version of the text that it was read from.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// The routes that cover a path, as it came or as some server may read it: once each, that of
    /// the raw path first.
    pub fn routes_for<'p>(&'p self, path: &PathVariants<'_>) -> impl Iterator<Item = &'p Route> {
        let raw = self.longest(|prefix| prefix.covers(path.raw));
        let others = (path.reading != Reading::Plain).then(|| {
            let others = self.possible_routes(path);
            others.filter(move |route| !raw.is_some_and(|raw| std::ptr::eq(raw, *route)))
        });
        raw.into_iter().chain(others.into_iter().flatten())
    }

    /// The routes that may cover a path that is not plain. The longest prefix wins only from
    /// those that every server finds in the path: where one finds a longer prefix in it, another
    /// may find none but a shorter.
    fn possible_routes<'p>(&'p self, path: &PathVariants<'_>) -> impl Iterator<Item = &'p Route> {
        let certain = match path.reading {
            Reading::Folded(_) => {
                self.longest(|prefix| path.certain_part().starts_with(prefix.as_str()))
            }
            _ => None,
        };
        let least = certain.map_or(0, |route| route.prefix.folded_len());
        self.routes
            .iter()
            .filter(move |route| route.prefix.folded_len() >= least && route.prefix.may_cover(path))
    }

    /// Every route, in the document's order.
    #[must_use]
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// Every rule, with the prefix of the paths that it covers.
    pub fn rules(&self) -> impl Iterator<Item = (&str, &Rule)> {
        self.routes.iter().map(|route| (route.prefix(), &route.rule))
    }

    /// The prefixes of tenants' KV keys, once each, in the document's order.
    #[must_use]
    pub fn tenant_prefixes(&self) -> Vec<&str> {
        let listed = self.routes.iter().filter_map(|route| route.rule.listed());
        let mut prefixes = Vec::new();
        for prefix in listed.flat_map(|listed| &listed.prefixes) {
            if !prefixes.contains(&prefix.as_str()) {
                prefixes.push(prefix);
            }
        }
        prefixes
    }

    /// The route with the longest of the prefixes that `covers` accepts.
    fn longest(&self, covers: impl Fn(&Prefix) -> bool) -> Option<&Route> {
        let covering = self.routes.iter().filter(|route| covers(&route.prefix));
        covering.max_by_key(|route| route.prefix.as_str().len())
    }
}

impl Route {
    /// Its identity.
    #[must_use]
    pub fn id(&self) -> RouteId {
        self.id
    }

    /// The prefix of the paths that it covers, as it was written.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.prefix.as_str()
    }

    /// Returns true if the two decide alike.
    fn is_like(&self, other: &Self) -> bool {
        (&self.prefix, &self.rule) == (&other.prefix, &other.rule)
    }
}

impl Rule {
    /// Every field at its default, and no foreign origin.
    fn same_origin_only() -> Self {
        Self {
            access: Access::Echoed {
                origins: Origins::Listed(Listed::default()),
                credentials: false,
            },
            methods: Some(methods::DEFAULT),
            allowed_headers: AllowedHeaders::Requested,
            exposed_headers: None,
            max_age: None,
            success_status: rule::DEFAULT_SUCCESS_STATUS,
            preflight_continue: false,
            allows_missing_origin: true,
            jsonp: false,
            report_only: false,
            websocket_cookies: true,
        }
    }

    /// Returns true if pages may read the answers to requests with credentials.
    fn is_credentialed(&self) -> bool {
        matches!(self.access, Access::Echoed { credentials: true, .. })
    }

    /// Returns true if every origin is allowed, but [those of nobody](Origin::is_shared) with
    /// credentials.
    #[must_use]
    pub fn allows_every_origin(&self) -> bool {
        self.listed().is_none()
    }

    /// The listing of `origin` in the rule.
    #[must_use]
    pub fn listing(&self, origin: &Origin<'_>) -> Listing<'_> {
        match self.listed() {
            None if self.is_credentialed() && origin.is_shared() => Listing::Tenant(&[]),
            None => Listing::Every,
            Some(listed) if listed.patterns.contains(origin) => Listing::Pattern,
            Some(listed) if origin.is_looked_up() => Listing::Tenant(&listed.prefixes),
            Some(_) => Listing::Tenant(&[]),
        }
    }

    /// The number of patterns and of prefixes of tenants that it lists.
    #[must_use]
    pub fn origin_count(&self) -> usize {
        self.listed()
            .map_or(0, |listed| listed.patterns.len().saturating_add(listed.prefixes.len()))
    }

    /// The origins that are allowed; `None` where every one is.
    #[must_use]
    pub fn listed(&self) -> Option<&Listed> {
        match &self.access {
            Access::Wildcard | Access::Echoed { origins: Origins::Every, .. } => None,
            Access::Echoed { origins: Origins::Listed(listed), .. } => Some(listed),
        }
    }
}

#[cfg(test)]
mod tests;
