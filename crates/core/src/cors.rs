//! The CORS headers of an answer.
//!
//! Source: Fetch, "CORS protocol", and "CORS-preflight fetch" for what a browser
//! makes of them.

use std::borrow::Cow;

use http::{HeaderName, HeaderValue};

use crate::{
    policy::{Access, AllowedHeaders, Rule},
    vary,
};

/// A header's name and value. The value holds no line break.
pub type Header<'a> = (&'static str, Cow<'a, str>);

/// Headers, in order.
pub type Headers<'a> = Vec<Header<'a>>;

/// The header that names the page that may read an answer.
pub const ALLOW_ORIGIN: &str = "Access-Control-Allow-Origin";
/// The header that names the headers that a page may send.
pub const ALLOW_HEADERS: &str = "Access-Control-Allow-Headers";

/// The most that is reflected of a preflight's `Access-Control-Request-Headers`, in bytes.
pub const MAX_REFLECTED_LEN: usize = 4096;
/// The most names that are reflected of it.
pub const MAX_REFLECTED_NAMES: usize = 128;

/// What CORS grants a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant<'a> {
    /// `*`: any page may read the answer to a request without credentials.
    Anyone,
    /// A page of this origin may read it.
    Only {
        /// The origin, as it came.
        origin: &'a str,
        /// To a request with credentials, too.
        credentialed: bool,
    },
}

impl<'a> Grant<'a> {
    /// What `rule` grants `origin`, which it allows.
    #[must_use]
    pub fn to(origin: &'a str, rule: &Rule) -> Self {
        match rule.access {
            Access::Wildcard => Self::Anyone,
            Access::Echoed { credentials, .. } => Self::Only { origin, credentialed: credentials },
        }
    }

    /// What `rule` grants where no origin is given, since a cache may keep the answer.
    #[must_use]
    pub fn without_origin(rule: &Rule) -> Option<Self> {
        matches!(rule.access, Access::Wildcard).then_some(Self::Anyone)
    }

    /// What both of two rules grant the page that asks, given what each does.
    #[must_use]
    pub fn of_both(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one?, other?) {
            (Self::Anyone, Self::Anyone) => Some(Self::Anyone),
            (Self::Only { origin, credentialed }, Self::Only { credentialed: too, .. }) => {
                Some(Self::Only { origin, credentialed: credentialed && too })
            }
            (Self::Anyone, Self::Only { origin, .. })
            | (Self::Only { origin, .. }, Self::Anyone) => {
                Some(Self::Only { origin, credentialed: false })
            }
        }
    }

    fn push_to(self, headers: &mut Headers<'a>) {
        let (origin, credentialed) = match self {
            Self::Anyone => ("*", false),
            Self::Only { origin, credentialed } => (origin, credentialed),
        };
        headers.push((ALLOW_ORIGIN, origin.into()));
        if credentialed {
            headers.push(("Access-Control-Allow-Credentials", "true".into()));
        }
    }
}

/// The headers of the answer to a request, `also_exposed` being a header that
/// the edge itself adds.
#[must_use]
pub fn response_headers<'a>(
    rule: &'a Rule,
    grant: Option<Grant<'a>>,
    also_exposed: Option<&'a str>,
) -> Headers<'a> {
    let mut headers = Headers::new();
    if let Some(grant) = grant {
        grant.push_to(&mut headers);
        let exposed = match (rule.exposed_headers.as_ref().and_then(text), also_exposed) {
            (Some(named), Some(added)) => Some(format!("{named},{added}").into()),
            (named, added) => named.or(added).map(Cow::Borrowed),
        };
        headers.extend(exposed.map(|names| ("Access-Control-Expose-Headers", names)));
    }
    headers.push(("Vary", vary::RESPONSE.into()));
    headers
}

/// The headers of the answer to a preflight that asks for the headers `requested`.
///
/// They say what the rule allows whatever is asked, so that the browser names
/// the method or header that is missing.
#[must_use]
pub fn preflight_headers<'a>(
    rule: &'a Rule,
    grant: Option<Grant<'a>>,
    requested: Option<&'a str>,
) -> Headers<'a> {
    let mut headers = Headers::new();
    if let Some(grant) = grant {
        grant.push_to(&mut headers);
        let methods = rule.methods.as_ref().and_then(text);
        headers.extend(methods.map(|names| ("Access-Control-Allow-Methods", names.into())));
        let allowed = match &rule.allowed_headers {
            AllowedHeaders::Listed(named) => named.as_ref().and_then(text).map(Cow::Borrowed),
            AllowedHeaders::Requested => requested.and_then(reflect).map(Cow::Owned),
        };
        let allowed = allowed.filter(|names| !names.is_empty());
        headers.extend(allowed.map(|names| (ALLOW_HEADERS, names)));
        let max_age = rule.max_age.as_ref().and_then(text);
        headers.extend(max_age.map(|age| ("Access-Control-Max-Age", age.into())));
    }
    headers.push(("Vary", vary::PREFLIGHT.into()));
    headers
}

/// The value of a header, which is ASCII where a policy holds it.
fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok()
}

/// The header names of `requested`, joined by commas as browsers do. `None` if it holds
/// anything else, `*` (which would allow more than was asked), or more than a page has
/// reason to ask for.
fn reflect(requested: &str) -> Option<String> {
    if requested.len() > MAX_REFLECTED_LEN {
        return None;
    }
    let names = requested.split(',').map(|name| name.trim_matches([' ', '\t']));
    let mut reflected = String::with_capacity(requested.len());
    for (index, name) in names.filter(|name| !name.is_empty()).enumerate() {
        if index >= MAX_REFLECTED_NAMES || name == "*" || name.parse::<HeaderName>().is_err() {
            return None;
        }
        if index > 0 {
            reflected.push(',');
        }
        reflected.push_str(name);
    }
    Some(reflected)
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
            ("", ""),
            (",,,", ""),
            (" , \t,", ""),
        ] {
            assert_eq!(reflect(requested).as_deref(), Some(reflected), "{requested:?}");
        }
    }

    #[test]
    fn reflects_nothing_where_anything_is_odd() {
        let long_name = "x".repeat(MAX_REFLECTED_LEN + 1);
        let many = vec!["x"; MAX_REFLECTED_NAMES + 1].join(",");
        let commas = ",".repeat(1_000_000);
        for requested in [
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
            assert_eq!(reflect(requested), None, "{requested:.40}");
        }
    }
}
