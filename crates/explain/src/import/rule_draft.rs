//! A rule as it is imported, and the document of such rules.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use socketio_cors_core::policy::{
    DEFAULT_PREFIX, is_forbidden_method, is_forbidden_request_header,
};

/// The longest time for which a browser keeps a preflight, in seconds.
const MAX_AGE: i64 = 86400;

/// A rule with the fields that are not at their defaults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleDraft {
    /// The origins.
    pub(super) origin: OriginDraft,
    #[serde(skip_serializing_if = "Option::is_none")]
    methods: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_headers: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exposed_headers: Option<Vec<String>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    credentials: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    options_success_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing_origin: Option<&'static str>,
}

/// `origin`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(super) enum OriginDraft {
    /// `true`.
    Every(bool),
    /// One pattern, or `"*"`.
    One(String),
    /// A list of patterns.
    List(Vec<String>),
}

/// The values of the headers from which a rule is made; empty where there is none.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CorsHeaders<'h> {
    /// `Access-Control-Allow-Methods`.
    pub(super) methods: &'h str,
    /// `Access-Control-Allow-Headers`.
    pub(super) allowed: &'h str,
    /// `Access-Control-Expose-Headers`.
    pub(super) exposed: &'h str,
    /// `Access-Control-Max-Age`.
    pub(super) max_age: &'h str,
    /// `Access-Control-Allow-Credentials` is `true`.
    pub(super) credentials: bool,
    /// The status of the answer to a preflight.
    pub(super) preflight_status: Option<u16>,
    /// Requests without an `Origin` are refused.
    pub(super) denies_missing_origin: bool,
}

impl OriginDraft {
    /// A list, which is not empty.
    pub(super) fn listed(mut patterns: Vec<String>) -> Self {
        match patterns.len() {
            1 => Self::One(patterns.remove(0)),
            _ => Self::List(patterns),
        }
    }
}

impl RuleDraft {
    /// The rule that allows `origin` what these headers say.
    pub(super) fn new(origin: OriginDraft, headers: CorsHeaders<'_>) -> Self {
        let credentials = headers.credentials && origin != OriginDraft::One("*".to_owned());
        let is_listed = |name: &String| name != "*" || !credentials;
        let exposed = names(headers.exposed).into_iter().filter(is_listed).collect::<Vec<_>>();
        let max_age = headers.max_age.parse().ok().map(|age: i64| age.clamp(-1, MAX_AGE));
        Self {
            origin,
            methods: methods(headers.methods, credentials),
            allowed_headers: allowed_headers(headers.allowed),
            exposed_headers: (!exposed.is_empty()).then_some(exposed),
            credentials,
            max_age,
            options_success_status: headers
                .preflight_status
                .filter(|status| (200..300).contains(status) && *status != 204),
            missing_origin: headers.denies_missing_origin.then_some("deny"),
        }
    }
}

/// The document of `routes`.
pub(super) fn document(routes: &BTreeMap<String, RuleDraft>) -> String {
    let json = match routes.iter().next() {
        Some((prefix, rule)) if routes.len() == 1 && prefix == DEFAULT_PREFIX => {
            serde_json::to_string_pretty(rule)
        }
        _ => serde_json::to_string_pretty(&BTreeMap::from([("routes", routes)])),
    };
    json.unwrap_or_default()
}

/// The methods; `None` if they are the default's. Preflights and `HEAD` need no permission.
fn methods(list: &str, credentials: bool) -> Option<Vec<String>> {
    let mut methods = names(list);
    for method in &mut methods {
        method.make_ascii_uppercase();
    }
    methods.retain(|method| {
        !is_forbidden_method(method) && !matches!(method.as_str(), "OPTIONS" | "HEAD")
    });
    if credentials {
        // Browsers take it literally then.
        methods.retain(|method| method != "*");
    }
    let is_default = methods.iter().all(|method| matches!(method.as_str(), "GET" | "POST"));
    (!is_default).then_some(methods)
}

/// The headers that a page may send; `None` if it may send any. Those that browsers forbid are left
/// out.
fn allowed_headers(list: &str) -> Option<Vec<String>> {
    let mut names = names(list);
    if names.iter().any(|name| name == "*") {
        return None;
    }
    names.retain(|name| !is_forbidden_request_header(&name.to_ascii_lowercase()));
    (!names.is_empty()).then_some(names)
}

/// The names in a list, each once.
fn names(list: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let is_name =
        |name: &&str| !name.is_empty() && http::HeaderName::from_bytes(name.as_bytes()).is_ok();
    let names = list.split([',', ' ']).map(str::trim).filter(is_name);
    names.filter(|name| seen.insert(name.to_ascii_lowercase())).map(str::to_owned).collect()
}
