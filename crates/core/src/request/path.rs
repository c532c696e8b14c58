//! A URL's path, as the servers behind might read it.
//!
//! Engine.IO compares the path as it came. A proxy or a framework in front of it may decode
//! it, fold its case, drop parameters or resolve dots first, in an order of its own; nginx
//! takes a decoded `\` for a letter, others for a slash. So a path that is not plain is not
//! resolved in one particular way. It is converted to a form in which everything is done that any
//! server does, except for `..`, which [`Reading::Segments`] handles.

use std::borrow::Cow;

use percent_encoding::{percent_decode, percent_decode_str};

/// The most times that a path is decoded. Twice happens by accident, where two servers in a row decode.
const MAX_DECODINGS: usize = 3;

/// The most segments of a path that are compared if any of them may be dropped. It bounds the work
/// for each route; nobody writes such a path.
const MAX_SEGMENTS: usize = 64;

/// A path as it came, and how else it may be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathVariants<'a> {
    /// As it came.
    pub raw: &'a str,
    /// As the servers behind might read it.
    pub reading: Reading,
}

/// The ways in which servers read a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// All as it came.
    Plain,
    /// None drops a segment of this folded form, which begins with `/`.
    Folded(String),
    /// Some drop segments of this folded form, for a `..` or as a host after `//`.
    Segments(String),
    /// Some may read anything.
    Anything,
}

impl<'a> PathVariants<'a> {
    /// The variants of `raw`, a URL's path.
    #[must_use]
    pub fn of(raw: &'a str) -> Self {
        let reading = if is_plain(raw) { Reading::Plain } else { read(raw) };
        Self { raw, reading }
    }

    /// The part of the raw path, from its beginning, that every server reads as it came, but
    /// for the case of letters.
    #[must_use]
    pub fn certain_part(&self) -> &'a str {
        let mut before = 0;
        let end = self.raw.bytes().position(|byte| {
            let pair = [before, byte];
            before = byte;
            !is_certain(pair)
        });
        end.and_then(|end| self.raw.get(..end)).unwrap_or(self.raw)
    }
}

/// The folded form of a route's prefix, to compare with those of paths.
#[must_use]
pub fn fold_prefix(prefix: &str) -> String {
    // Paths are decoded further than a prefix that has a `%`. What is before it covers more.
    let (before, _) = prefix.split_once('%').unwrap_or((prefix, ""));
    segments(&fold_case(before)).join()
}

/// `path` as prefixes are written: decoded once, `\` as `/`, dots resolved, slashes merged.
#[must_use]
pub fn normalise(path: &str) -> String {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let mut normal = Segments::default();
    for segment in decoded.split(SEPARATORS) {
        match segment {
            "" | "." => normal.skip(),
            ".." => {
                normal.names.pop();
                normal.skip();
            }
            name => normal.push(name),
        }
    }
    normal.join()
}

const SEPARATORS: [char; 2] = ['/', '\\'];

/// Returns true if every server reads `path` as it came.
fn is_plain(path: &str) -> bool {
    let mut before = 0;
    path.starts_with('/')
        && !path.ends_with('.')
        && path.bytes().all(|byte| {
            let pair = [before, byte];
            before = byte;
            is_certain(pair) && !byte.is_ascii_uppercase()
        })
}

/// Returns true if every server reads these neighbours as they came, or folds the second's case.
fn is_certain(pair: [u8; 2]) -> bool {
    !matches!(
        pair,
        [_, ..=b' ' | b'%' | b';' | b'\\' | 0x7f..] | [b'/', b'/' | b'.'] | [b'.', b'/']
    )
}

#[inline(never)] // Nearly all paths are plain.
fn read(path: &str) -> Reading {
    let Some(decoded) = decode(path) else { return Reading::Anything };
    let folded = fold_case(&String::from_utf8_lossy(&decoded));
    if is_beyond_reading(&decoded, &folded) {
        return Reading::Anything;
    }
    let segments = segments(&folded);
    // Tomcat ends a parameter at a slash that was one before decoding.
    let slashes = |text: &str| text.matches(SEPARATORS).count();
    let is_parameter_cut = folded.contains(';') && slashes(&folded) > path.matches('/').count();
    if !segments.may_be_dropped && !is_parameter_cut {
        Reading::Folded(segments.join())
    } else if segments.names.len() <= MAX_SEGMENTS {
        Reading::Segments(segments.join())
    } else {
        Reading::Anything
    }
}

/// `path` decoded until nothing is left to decode; `None` if that takes too often.
fn decode(path: &str) -> Option<Cow<'_, [u8]>> {
    let mut decoded = Cow::Borrowed(path.as_bytes());
    for _ in 0..=MAX_DECODINGS {
        let Cow::Owned(further) = Cow::from(percent_decode(&decoded)) else {
            return Some(decoded);
        };
        decoded = Cow::Owned(further);
    }
    None
}

/// `text` in lower case, with those letters replaced that other rules for case (upper case,
/// Turkish) take for the same. The tables for upper case would be 6 KB (gzip) of the upload.
fn fold_case(text: &str) -> String {
    let fold = |letter| match letter {
        '\u{130}' | '\u{131}' => 'i',
        '\u{17f}' => 's',
        '\u{3c2}' => '\u{3c3}',
        other => other,
    };
    text.chars().map(fold).flat_map(char::to_lowercase).collect()
}

/// Returns true if servers even read different characters: control characters, which end a C string
/// and which URL parsers remove; UTF-8 longer than it has to be, which hides ASCII from decoders
/// that follow the standard (RFC 3629, 10); IIS's `%uXXXX`.
fn is_beyond_reading(decoded: &[u8], folded: &str) -> bool {
    let is_overlong = |pair: &[u8]| {
        matches!(
            pair,
            [0xc0 | 0xc1, 0x80..=0xbf]
                | [0xe0, 0x80..=0x9f]
                | [0xf0, 0x80..=0x8f]
                | [0xf8, 0x80..=0x87]
                | [0xfc, 0x80..=0x83]
        )
    };
    let is_unicode_escape =
        |six: &[u8]| matches!(six, [b'%', b'u', hex @ ..] if hex.iter().all(u8::is_ascii_hexdigit));
    decoded.iter().any(u8::is_ascii_control)
        || decoded.windows(2).any(is_overlong)
        || folded.as_bytes().windows(6).any(is_unicode_escape)
}

/// The names between the slashes of a path.
#[derive(Debug, Default)]
struct Segments<'t> {
    names: Vec<&'t str>,
    ends_in_slash: bool,
    /// A server may drop a name: for a `..`, or the first as a host.
    may_be_dropped: bool,
}

/// The segments of `text`, decoded, without those that only stand for where one is.
fn segments(text: &str) -> Segments<'_> {
    let mut segments = Segments::default();
    for segment in text.strip_prefix(SEPARATORS).unwrap_or(text).split(SEPARATORS) {
        // A server that decodes too early takes an encoded `?` or `#` for the end of the path.
        let end = segment.find([';', '?', '#']).unwrap_or(segment.len());
        let segment = segment.get(..end).unwrap_or(segment).trim_start_matches(' ');
        // Windows drops dots and spaces from the end of a name.
        let name = segment.trim_end_matches(['.', ' ']);
        if name.is_empty() {
            segments.may_be_dropped |= segments.names.is_empty() || segment.len() > 1;
            segments.skip();
        } else {
            segments.push(name);
        }
    }
    segments
}

impl<'t> Segments<'t> {
    fn push(&mut self, name: &'t str) {
        self.names.push(name);
        self.ends_in_slash = false;
    }

    fn skip(&mut self) {
        self.ends_in_slash = true;
    }

    /// With a slash before each name, and behind the last where one was.
    fn join(&self) -> String {
        let mut path = String::new();
        for name in &self.names {
            path.push('/');
            path.push_str(name);
        }
        if self.ends_in_slash || self.names.is_empty() {
            path.push('/');
        }
        path
    }
}

#[cfg(test)]
mod tests;
