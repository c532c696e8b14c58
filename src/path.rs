//! The spellings of a path that decide which route covers it.
//!
//! Engine.IO compares the raw path; proxies and frameworks in front of it may
//! decode, collapse or resolve it first. So a path is looked at in each form,
//! and a route that covers any one of them covers the request.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// A path as it came, and as ever more helpful servers would read it.
#[derive(Clone, Debug)]
pub struct Forms<'a> {
    /// As it came.
    pub raw: &'a str,
    /// Percent-decoded once, `\` as `/`, slashes collapsed.
    pub collapsed: Cow<'a, str>,
    /// The same with `.` and `..` resolved.
    pub normal: Cow<'a, str>,
}

impl<'a> Forms<'a> {
    /// Every form of `raw`, a URL's path.
    #[must_use]
    pub fn of(raw: &'a str) -> Self {
        if is_plain(raw) {
            return Self { raw, collapsed: raw.into(), normal: raw.into() };
        }
        let decoded = percent_decode_str(raw).decode_utf8_lossy();
        let collapsed = join(&decoded, |_| false);
        let normal = join(&decoded, |segment| matches!(segment, "." | ".."));
        Self { raw, collapsed: collapsed.into(), normal: normal.into() }
    }

    /// Those that differ.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let collapsed = Some(&*self.collapsed).filter(|collapsed| *collapsed != self.raw);
        let normal = Some(&*self.normal).filter(|normal| *normal != self.collapsed);
        [self.raw].into_iter().chain(collapsed).chain(normal)
    }
}

/// Whether every server reads `path` as it came.
fn is_plain(path: &str) -> bool {
    let mut before = 0;
    path.starts_with('/')
        && path.bytes().all(|byte| {
            let pair = [before, byte];
            before = byte;
            !matches!(pair, [_, b'%' | b'\\'] | [b'/', b'/' | b'.'])
        })
}

/// The segments of `path` with one slash between them, those resolved that `is_step`
/// says are a step: `.` to where one is, `..` up.
fn join(path: &str, is_step: impl Fn(&str) -> bool) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut ends_in_slash = true;
    for segment in path.split(['/', '\\']) {
        let step = segment.is_empty() || is_step(segment);
        ends_in_slash = step;
        match segment {
            ".." if step => drop(kept.pop()),
            _ if step => {}
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
    fn what_is_resolved_is_looked_at_before_it_is_resolved_too() {
        for (raw, forms) in [
            ("/socket.io/", &["/socket.io/"][..]),
            ("/%73ocket.io/", &["/%73ocket.io/", "/socket.io/"]),
            ("//socket.io/..%2fx", &["//socket.io/..%2fx", "/socket.io/../x", "/x"]),
            ("/x/%2e%2e/socket.io", &["/x/%2e%2e/socket.io", "/x/../socket.io", "/socket.io"]),
            ("/socket.io\\\\.", &["/socket.io\\\\.", "/socket.io/.", "/socket.io/"]),
            ("x", &["x", "/x"]),
        ] {
            assert_eq!(Forms::of(raw).iter().collect::<Vec<_>>(), forms, "{raw}");
        }
    }

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
    fn a_plain_path_is_not_copied() {
        assert!(matches!(Forms::of("/socket.io/").normal, Cow::Borrowed(_)));
    }
}
