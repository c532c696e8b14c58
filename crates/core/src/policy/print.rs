//! A policy as a document again, with every default written.

use http::HeaderValue;
use serde_json::{Map, Value, json};

use super::{Access, AllowedHeaders, Origins, Policy, Rule};

impl Policy {
    /// A document that reads as this policy. Lists of origins are in
    /// alphabetical order.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let routes: Map<String, Value> = self
            .routes
            .iter()
            .map(|route| (route.prefix.as_str().to_owned(), route.rule.to_json()))
            .collect();
        json!({ "routes": routes })
    }
}

impl Rule {
    /// The rule, as one of a document.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let (origin, credentials) = match &self.access {
            Access::Wildcard => (json!("*"), false),
            Access::Echoed { origins, credentials } => (origins.to_json(), *credentials),
        };
        let allowed_headers = match &self.allowed_headers {
            AllowedHeaders::Requested => Value::Null,
            AllowedHeaders::Listed(names) => list(names.as_ref()),
        };
        let rule = json!({
            "origin": origin,
            "credentials": credentials,
            "methods": list(self.methods.as_ref()),
            "allowedHeaders": allowed_headers,
            "exposedHeaders": list(self.exposed_headers.as_ref()),
            "maxAge": self.max_age.as_ref().and_then(text).and_then(|seconds| seconds.parse::<i32>().ok()),
            "optionsSuccessStatus": self.success_status.as_u16(),
            "preflightContinue": self.preflight_continue,
            "missingOrigin": if self.allows_missing_origin { "allow" } else { "deny" },
            "jsonp": self.jsonp,
            "reportOnly": self.report_only,
            "websocketCookies": self.websocket_cookies,
        });
        without_nulls(rule)
    }
}

/// The object without the fields that have no value for their default.
fn without_nulls(mut object: Value) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    object
}

impl Origins {
    fn to_json(&self) -> Value {
        match self {
            Self::Every => json!(true),
            Self::Listed(listed) => {
                let patterns = listed.patterns.patterns().into_iter().map(Value::from);
                let prefixes = listed.prefixes.iter().map(|prefix| json!({ "kv": prefix }));
                patterns.chain(prefixes).collect()
            }
        }
    }
}

/// The names in a header's value.
fn list(value: Option<&HeaderValue>) -> Value {
    value.and_then(text).into_iter().flat_map(|names| names.split(',')).collect()
}

fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok()
}
