//! The checks that a browser does on the CORS headers of an answer.
//!
//! Source: Fetch, "CORS check", "CORS-preflight fetch", "CORS-safelisted
//! request-header"; "get" of a header list.

/// An answer's headers, in order. Several may have one name, in any case.
#[derive(Debug, Default)]
pub struct ResponseHeaders<'h>(Vec<(&'h str, &'h str)>);

/// The reason why a page may not read an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CorsError {
    /// No `Access-Control-Allow-Origin`.
    Missing,
    /// Several values of it, in one header or in several.
    Multiple,
    /// `*`, to a page that sends credentials.
    Wildcard,
    /// Another origin than the page's.
    Mismatch,
    /// The page sends credentials, and `Access-Control-Allow-Credentials` is not `true`.
    Credentials,
}

/// The part of a request that a preflight's answer does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAllowed {
    /// A method.
    Method(String),
    /// The name of a header.
    Header(String),
}

impl<'h> FromIterator<(&'h str, &'h str)> for ResponseHeaders<'h> {
    fn from_iter<I: IntoIterator<Item = (&'h str, &'h str)>>(headers: I) -> Self {
        Self(headers.into_iter().collect())
    }
}

impl<'h> ResponseHeaders<'h> {
    /// Each value of the header of that name.
    pub fn all<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'h str> + 'n {
        let has_name = move |(known, _): &&(&str, &str)| known.eq_ignore_ascii_case(name);
        self.0.iter().filter(has_name).map(|(_, value)| value.trim())
    }

    /// Its values, as one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        let values: Vec<_> = self.all(name).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    fn allows_credentials(&self) -> bool {
        self.get("Access-Control-Allow-Credentials").as_deref() == Some("true")
    }
}

/// The CORS check: may a page of `origin` read an answer with these headers, to a request with
/// credentials or without?
///
/// # Errors
/// Why it may not.
pub fn cors_check(
    headers: &ResponseHeaders<'_>,
    origin: &str,
    credentialed: bool,
) -> Result<(), CorsError> {
    let allowed = headers.get("Access-Control-Allow-Origin").ok_or(CorsError::Missing)?;
    match allowed.as_str() {
        "*" if credentialed => Err(CorsError::Wildcard),
        "*" => Ok(()),
        several if several.contains([',', ' ']) => Err(CorsError::Multiple),
        other if other != origin => Err(CorsError::Mismatch),
        _ if credentialed && !headers.allows_credentials() => Err(CorsError::Credentials),
        _ => Ok(()),
    }
}

/// The checks of a preflight's answer that has passed the CORS check: does it allow `method` and
/// headers of these names?
///
/// # Errors
/// The method or the first header that it does not allow.
pub fn preflight_check<'n>(
    headers: &ResponseHeaders<'_>,
    method: &str,
    names: impl IntoIterator<Item = &'n str>,
    credentialed: bool,
) -> Result<(), NotAllowed> {
    let lists = |header, wanted: &str, same: fn(&str, &str) -> bool| {
        let wildcard = !credentialed && !wanted.eq_ignore_ascii_case("authorization");
        let listed = headers.get(header).unwrap_or_default();
        let mut listed = listed.split(',').map(str::trim);
        listed.any(|listed| same(listed, wanted) || (listed == "*" && wildcard))
    };
    let safelisted = matches!(method, "GET" | "HEAD" | "POST");
    if !safelisted && !lists("Access-Control-Allow-Methods", method, |a, b| a == b) {
        return Err(NotAllowed::Method(method.to_owned()));
    }
    let mut names = names.into_iter().filter(|name| !name.is_empty());
    names
        .find(|name| !lists("Access-Control-Allow-Headers", name, str::eq_ignore_ascii_case))
        .map_or(Ok(()), |name| Err(NotAllowed::Header(name.to_owned())))
}

/// `Access-Control-Allow-Headers` of a preflight's answer has a `*` that stands for names of headers.
///
/// By the standard it does not stand for `Authorization`, as [`preflight_check`] says; today's browsers
/// let it stand for that too (whatwg/fetch#1919).
#[must_use]
pub fn allows_headers_by_wildcard(headers: &ResponseHeaders<'_>, credentialed: bool) -> bool {
    let listed = headers.get("Access-Control-Allow-Headers").unwrap_or_default();
    !credentialed && listed.split(',').any(|name| name.trim() == "*")
}

/// A page may send the request header `name` (in lower case) without a preflight. Headers that are
/// safelisted for some values alone are left out.
#[must_use]
pub fn is_safelisted(name: &str) -> bool {
    matches!(name, "accept" | "accept-language" | "content-language")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://app.example";

    #[test]
    fn the_cors_check_follows_the_fetch_standard() {
        const O: (&str, &str) = ("access-control-allow-origin", ORIGIN);
        const ANY: (&str, &str) = ("Access-Control-Allow-Origin", "*");
        const YES: (&str, &str) = ("Access-Control-Allow-Credentials", "true");
        for (headers, plain, credentialed) in [
            (&[][..], Err(CorsError::Missing), Err(CorsError::Missing)),
            (&[O], Ok(()), Err(CorsError::Credentials)),
            (&[O, YES], Ok(()), Ok(())),
            (&[O, (YES.0, "TRUE")], Ok(()), Err(CorsError::Credentials)),
            (&[O, YES, YES], Ok(()), Err(CorsError::Credentials)),
            (&[ANY], Ok(()), Err(CorsError::Wildcard)),
            (&[ANY, YES], Ok(()), Err(CorsError::Wildcard)),
            (&[O, O], Err(CorsError::Multiple), Err(CorsError::Multiple)),
            (&[O, ANY], Err(CorsError::Multiple), Err(CorsError::Multiple)),
            (&[(O.0, "https://a, b")], Err(CorsError::Multiple), Err(CorsError::Multiple)),
            (&[(O.0, "https://app.example/")], Err(CorsError::Mismatch), Err(CorsError::Mismatch)),
            (&[(O.0, "null"), YES], Err(CorsError::Mismatch), Err(CorsError::Mismatch)),
        ] {
            let headers: ResponseHeaders<'_> = headers.iter().copied().collect();
            assert_eq!(cors_check(&headers, ORIGIN, false), plain, "{headers:?}");
            assert_eq!(cors_check(&headers, ORIGIN, true), credentialed, "{headers:?}");
        }
    }

    #[test]
    fn a_wildcard_stands_for_headers_without_credentials_and_never_for_authorization() {
        let headers: ResponseHeaders<'_> =
            [("Access-Control-Allow-Headers", "X-Token, *")].into_iter().collect();
        for (name, credentialed, allowed) in [
            ("x-token", true, true),
            ("x-other", false, true),
            ("x-other", true, false),
            ("authorization", false, false),
        ] {
            let checked = preflight_check(&headers, "GET", [name], credentialed);
            assert_eq!(checked.is_ok(), allowed, "{name} {credentialed}");
            assert_eq!(allows_headers_by_wildcard(&headers, credentialed), !credentialed, "{name}");
        }
        let put = preflight_check(&headers, "PUT", [], false);
        assert_eq!(put, Err(NotAllowed::Method("PUT".to_owned())));
    }
}
