//! The spellings of a path that decide which route covers it.
//!
//! Engine.IO compares the raw path; proxies and frameworks in front of it may
//! decode, collapse or resolve it first. So a path is looked at in both forms,
//! and a route that covers either one covers the request.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// A path as it came, and as the most helpful server would read it.
#[derive(Clone, Debug)]
pub struct Forms<'a> {
    /// As it came.
    pub raw: &'a str,
    /// Percent-decoded once, `\` as `/`, slashes collapsed, `.` and `..` resolved.
    pub normal: Cow<'a, str>,
}

impl<'a> Forms<'a> {
    /// Both forms of `raw`, a URL's path.
    #[must_use]
    pub fn of(raw: &'a str) -> Self {
        Self { raw, normal: normalise(raw) }
    }
}

fn normalise(raw: &str) -> Cow<'_, str> {
    let decoded: Cow<'_, str> = percent_decode_str(raw).decode_utf8_lossy();
    let plain = decoded.starts_with('/')
        && !decoded.contains('\\')
        && !decoded.contains("//")
        && !decoded.contains("/.");
    if plain { decoded } else { Cow::Owned(resolve(&decoded)) }
}

fn resolve(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut ends_in_slash = true;
    for segment in path.split(['/', '\\']) {
        ends_in_slash = matches!(segment, "" | "." | "..");
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            name => kept.push(name),
        }
    }
    let mut resolved = String::with_capacity(path.len().saturating_add(1));
    for name in &kept {
        resolved.push('/');
        resolved.push_str(name);
    }
    if ends_in_slash || kept.is_empty() {
        resolved.push('/');
    }
    resolved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalises_every_spelling_of_a_path_to_one() {
        for (raw, normal) in [
            ("/socket.io/", "/socket.io/"),
            ("/socket.io", "/socket.io"),
            ("/%73ocket.io/", "/socket.io/"),
            ("/socket%2Eio%2f", "/socket.io/"),
            ("//socket.io/", "/socket.io/"),
            ("///socket.io///", "/socket.io/"),
            ("/x/../socket.io/", "/socket.io/"),
            ("/x/%2e%2E/socket.io/", "/socket.io/"),
            ("/./socket.io/.", "/socket.io/"),
            ("/socket.io/x/..", "/socket.io/"),
            ("/socket.io/%2e%2e/api", "/api"),
            ("/..%2fsocket.io/", "/socket.io/"),
            ("/\\socket.io/", "/socket.io/"),
            ("/%5csocket.io%5C", "/socket.io/"),
            ("/../../..", "/"),
            ("", "/"),
            ("socket.io/", "/socket.io/"),
            ("/%2573ocket.io/", "/%73ocket.io/"),
            ("/%zz%", "/%zz%"),
            ("/%ff", "/\u{fffd}"),
            ("/.well-known/x", "/.well-known/x"),
        ] {
            let forms = Forms::of(raw);
            assert_eq!((forms.raw, &*forms.normal), (raw, normal), "{raw}");
        }
    }

    #[test]
    fn an_ordinary_path_is_not_copied() {
        assert!(matches!(Forms::of("/socket.io/").normal, Cow::Borrowed(_)));
    }
}
