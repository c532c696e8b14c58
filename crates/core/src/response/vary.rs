//! `Vary`: what an answer depends on.

use http::HeaderValue;

use crate::request::RequestKind;

/// The dependence of every answer on a covered route, refusals included.
pub(super) const RESPONSE: HeaderValue = HeaderValue::from_static("Origin");

/// The dependence of the answer to a preflight.
pub(super) const PREFLIGHT: HeaderValue = HeaderValue::from_static(
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
);

/// The dependence of an answer to a request of that kind.
pub(super) fn of(request: RequestKind) -> HeaderValue {
    match request {
        RequestKind::Preflight => PREFLIGHT,
        RequestKind::Ordinary => RESPONSE,
    }
}

/// The origin server's `Vary` with the names of `ours` that it lacks, in the
/// spelling that came first. `*` stays as it is: it says more than any name
/// (RFC 9110, 12.5.5).
#[must_use]
pub fn merge(theirs: &str, ours: &str) -> String {
    let mut merged: Vec<&str> = Vec::new();
    for name in theirs.split(',').chain(ours.split(',')).map(str::trim) {
        let is_known = merged.iter().any(|other| other.eq_ignore_ascii_case(name));
        if !name.is_empty() && !is_known {
            merged.push(name);
        }
    }
    if merged.contains(&"*") { "*".to_owned() } else { merged.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merges_without_loss_or_repetition() {
        for (theirs, merged) in [
            ("", "Origin"),
            ("Origin", "Origin"),
            ("origin", "origin"),
            ("Accept-Encoding", "Accept-Encoding, Origin"),
            ("Accept-Encoding, Origin", "Accept-Encoding, Origin"),
            ("Accept-Encoding,origin , Cookie", "Accept-Encoding, origin, Cookie"),
            ("Origin, Origin", "Origin"),
            (", ,Cookie,", "Cookie, Origin"),
            ("*", "*"),
            ("Cookie, *", "*"),
            ("X-Origin", "X-Origin, Origin"),
        ] {
            assert_eq!(merge(theirs, "Origin"), merged, "{theirs}");
        }
    }

    #[test]
    fn merges_the_vary_header_of_a_preflight() {
        assert_eq!(
            merge("access-control-request-headers", PREFLIGHT.to_str().unwrap()),
            "access-control-request-headers, Origin, Access-Control-Request-Method"
        );
    }
}
