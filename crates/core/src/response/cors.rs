//! The CORS headers of an answer.
//!
//! Source: Fetch, "CORS protocol", and "CORS-preflight fetch" for what a browser
//! makes of them.

use std::borrow::Cow;

use http::HeaderValue;

use super::{
    EXPLAIN_HEADER, Headers,
    names::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, VARY,
    },
    vary,
};
use crate::{
    decision::grant::GrantKind,
    policy::{AllowedHeaders, Rule},
    request::token::is_token,
};

/// The most that is reflected of a preflight's `Access-Control-Request-Headers`, in bytes.
pub const MAX_REFLECTED_LEN: usize = 4096;
/// The most names that are reflected of it.
pub const MAX_REFLECTED_NAMES: usize = 128;

/// The headers that every answer of the origin server to such a page gets.
#[inline(never)] // Of one template only.
pub(super) fn response_headers(rule: &Rule, grant: GrantKind, is_explained: bool) -> Headers {
    let mut headers = granted(grant);
    if grant != GrantKind::None {
        headers.extend(named(ACCESS_CONTROL_EXPOSE_HEADERS, exposed(rule, is_explained).as_ref()));
    }
    headers.push((VARY, vary::RESPONSE));
    headers
}

/// The headers that the answer to every preflight of such a page gets, but for the names of
/// headers that it reflects.
#[inline(never)] // Of one template only.
pub(super) fn preflight_headers(rule: &Rule, grant: GrantKind) -> Headers {
    let mut headers = granted(grant);
    if grant != GrantKind::None {
        headers.extend(named(ACCESS_CONTROL_ALLOW_METHODS, rule.methods.as_ref()));
        if let AllowedHeaders::Listed(names) = &rule.allowed_headers {
            headers.extend(named(ACCESS_CONTROL_ALLOW_HEADERS, names.as_ref()));
        }
        headers.extend(named(ACCESS_CONTROL_MAX_AGE, rule.max_age.as_ref()));
    }
    headers.push((VARY, vary::PREFLIGHT));
    headers
}

/// The headers that say who may read the answer, but for an origin.
fn granted(grant: GrantKind) -> Headers {
    match grant {
        GrantKind::None | GrantKind::Origin { credentialed: false } => Vec::new(),
        GrantKind::Anyone => vec![(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"))],
        GrantKind::Origin { credentialed: true } => {
            vec![(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"))]
        }
    }
}

fn named(name: &'static str, value: Option<&HeaderValue>) -> Option<(&'static str, HeaderValue)> {
    value.map(|value| (name, value.clone()))
}

/// The headers that a page may read, [`EXPLAIN_HEADER`] among them if it is there.
fn exposed(rule: &Rule, is_explained: bool) -> Option<HeaderValue> {
    match &rule.exposed_headers {
        names if !is_explained => names.clone(),
        None => Some(HeaderValue::from_static(EXPLAIN_HEADER)),
        Some(names) => {
            let names = [names.as_bytes(), b",", EXPLAIN_HEADER.as_bytes()].concat();
            HeaderValue::try_from(names).ok()
        }
    }
}

/// The header names that a preflight asks for, in the form in which they are granted: joined
/// by commas, as browsers do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reflected<'a>(Cow<'a, str>);

impl<'a> Reflected<'a> {
    /// The names of `requested`. `None` if there are none, if it holds anything else, `*` (which
    /// would allow more than was asked), or more than a page has reason to ask for.
    pub(super) fn of(requested: &'a str) -> Option<Self> {
        if requested.len() > MAX_REFLECTED_LEN {
            return None;
        }
        let names = requested.split(',').map(|name| name.trim_matches([' ', '\t']));
        let mut reflected = String::with_capacity(requested.len());
        for (index, name) in names.filter(|name| !name.is_empty()).enumerate() {
            if index >= MAX_REFLECTED_NAMES || name == "*" || !is_token(name) {
                return None;
            }
            if index > 0 {
                reflected.push(',');
            }
            reflected.push_str(name);
        }
        let is_as_requested = reflected == requested;
        let names = if is_as_requested { requested.into() } else { reflected.into() };
        Some(Self(names)).filter(|reflected| !reflected.0.is_empty())
    }

    /// The names, as they came.
    #[must_use]
    pub fn as_requested(&self) -> Option<&'a str> {
        match self.0 {
            Cow::Borrowed(names) => Some(names),
            Cow::Owned(_) => None,
        }
    }

    /// The names.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn to_value(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reflects_the_names_that_were_asked_for() {
        for (requested, reflected) in [
            ("x-a", "x-a"),
            ("authorization,x-a", "authorization,x-a"),
            ("x-b,authorization", "x-b,authorization"),
            ("x-a, x-b", "x-a,x-b"),
            (",x-a,,x-b ,", "x-a,x-b"),
            ("X-Upper", "X-Upper"),
        ] {
            let names = Reflected::of(requested).unwrap();
            assert_eq!(names.as_str(), reflected, "{requested:?}");
            assert_eq!(names.as_requested().is_some(), requested == reflected, "{requested:?}");
        }
    }

    #[test]
    fn reflects_nothing_if_no_header_is_requested_or_one_is_malformed() {
        let long_name = "x".repeat(MAX_REFLECTED_LEN + 1);
        let many = vec!["x"; MAX_REFLECTED_NAMES + 1].join(",");
        let commas = ",".repeat(1_000_000);
        for requested in [
            "",
            ",,,",
            " , \t,",
            "*",
            "x-a,*",
            "x a",
            "x-a:b",
            "x-a\r\n",
            "\u{a0}x-a",
            "x\u{e9}",
            "x-a;q=1",
            &long_name,
            &many,
            &commas,
        ] {
            assert_eq!(Reflected::of(requested), None, "{requested:.40}");
        }
    }
}
