//! JSON as it was written: each value where it stands in the document's text,
//! duplicate members kept, in order.
//!
//! `serde_json` checks the syntax, once for the whole text. What is left to do is
//! to find where values end, one level at a time: nothing is copied, a list of
//! 100,000 origins takes eight bytes an item, and a document of any depth no stack.

use std::{
    borrow::Cow,
    fmt::{self, Write},
    ops::Range,
};

use serde::de::IgnoredAny;

/// A value, as a slice of the document's text whose syntax is good.
#[derive(Clone, Copy, Debug)]
pub(super) struct Json<'t>(&'t str);

/// A value's type, and what is needed to go on.
#[derive(Clone, Debug)]
pub(super) enum Value<'t> {
    Null,
    Bool(bool),
    /// As it is spelt.
    Number(&'t str),
    Text(Cow<'t, str>),
    Array,
    Object,
}

/// What stands for a text that is none, as it has half of a surrogate pair. No
/// field takes it.
const NO_TEXT: &str = "\u{fffd}";

impl<'t> Json<'t> {
    /// The value that `text` is.
    ///
    /// # Errors
    /// The first error of its syntax.
    pub(super) fn read(text: &'t str) -> serde_json::Result<Self> {
        serde_json::from_str::<IgnoredAny>(text)?;
        Ok(Self(text.trim_ascii()))
    }

    pub(super) fn value(self) -> Value<'t> {
        match self.0.as_bytes().first() {
            Some(b'n') => Value::Null,
            Some(b't') => Value::Bool(true),
            Some(b'f') => Value::Bool(false),
            Some(b'"') => Value::Text(self.text()),
            Some(b'[') => Value::Array,
            Some(b'{') => Value::Object,
            _ => Value::Number(self.0),
        }
    }

    /// What it says, if it is a text.
    pub(super) fn text(self) -> Cow<'t, str> {
        let inner = self.inner();
        if inner.contains('\\') {
            unescape(inner).map_or(NO_TEXT.into(), Cow::from)
        } else {
            inner.into()
        }
    }

    /// The items, if it is an array.
    pub(super) fn items(self) -> Option<Values<'t>> {
        self.0.starts_with('[').then(|| Values(self.inner()))
    }

    /// The names and values, if it is an object.
    pub(super) fn members(self) -> Option<impl Iterator<Item = (Self, Self)>> {
        let mut values = self.0.starts_with('{').then(|| Values(self.inner()))?;
        Some(std::iter::from_fn(move || values.next().zip(values.next())))
    }

    /// How long its text is, in bytes.
    pub(super) fn len(self) -> usize {
        self.0.len()
    }

    /// What is between its brackets or quotes.
    fn inner(self) -> &'t str {
        self.0.get(1..self.0.len().saturating_sub(1)).unwrap_or_default()
    }

    /// Where it stands in `document`, which it is a slice of, in bytes.
    pub(super) fn span(self, document: &str) -> Range<usize> {
        let start = self.0.as_ptr().addr().saturating_sub(document.as_ptr().addr());
        start..start.saturating_add(self.0.len())
    }
}

/// The values of a text in which white space, commas and colons stand between them.
#[derive(Clone, Debug)]
pub(super) struct Values<'t>(&'t str);

impl<'t> Iterator for Values<'t> {
    type Item = Json<'t>;

    fn next(&mut self) -> Option<Json<'t>> {
        let between = |byte| matches!(byte, b',' | b':' | b' ' | b'\t' | b'\r' | b'\n');
        let start = self.0.bytes().position(|byte| !between(byte))?;
        let (_, rest) = self.0.split_at_checked(start)?;
        let (value, rest) = rest.split_at_checked(value_len(rest))?;
        self.0 = rest;
        Some(Json(value.trim_ascii_end()))
    }
}

/// How long the value is that `text` begins with, in bytes, with the white space
/// after it.
fn value_len(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(byte) = rest.bytes().next() {
        let len = match byte {
            b'"' => quoted_len(rest),
            b',' | b':' if depth == 0 => break,
            _ => 1,
        };
        match byte {
            b'[' | b'{' => depth = depth.saturating_add(1),
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        rest = rest.get(len..).unwrap_or_default();
    }
    text.len().saturating_sub(rest.len())
}

/// How long the text is that `text` begins with, in bytes, with its quotes.
fn quoted_len(text: &str) -> usize {
    let is_escaped = |quote: &usize| {
        let before = text.bytes().take(*quote).rev();
        !before.take_while(|byte| *byte == b'\\').count().is_multiple_of(2)
    };
    let mut quotes = text.match_indices('"').map(|(at, _)| at).skip(1);
    quotes.find(|quote| !is_escaped(quote)).map_or(text.len(), |quote| quote.saturating_add(1))
}

/// The text that is spelt `inner` between its quotes; `None` if it has half of a
/// surrogate pair.
fn unescape(inner: &str) -> Option<String> {
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        let (kind, after) = escape.split_at_checked(1)?;
        rest = after;
        match kind {
            "u" => {
                let (unit, after) = code_unit(escape)?;
                // The other half of a pair, if it is one.
                let (other, after_both) = match after.strip_prefix('\\').and_then(code_unit) {
                    Some((other, after_both)) if (0xd800..0xdc00).contains(&unit) => {
                        (Some(other), after_both)
                    }
                    _ => (None, after),
                };
                for char in char::decode_utf16([Some(unit), other].into_iter().flatten()) {
                    text.push(char.ok()?);
                }
                rest = after_both;
            }
            "b" => text.push('\u{8}'),
            "f" => text.push('\u{c}'),
            "n" => text.push('\n'),
            "r" => text.push('\r'),
            "t" => text.push('\t'),
            itself => text.push_str(itself),
        }
    }
    text.push_str(rest);
    Some(text)
}

/// The UTF-16 code unit of `uXXXX…`, and what follows.
fn code_unit(text: &str) -> Option<(u16, &str)> {
    let (digits, after) = text.strip_prefix('u')?.split_at_checked(4)?;
    Some((u16::from_str_radix(digits, 16).ok()?, after))
}

impl fmt::Display for Json<'_> {
    /// As it is spelt, arrays and objects on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.starts_with(['[', '{']) {
            return f.write_str(self.0);
        }
        for (index, word) in self.0.split_ascii_whitespace().enumerate() {
            f.write_str(if index == 0 { "" } else { " " })?;
            f.write_str(word)?;
        }
        Ok(())
    }
}

/// The text of `value`, cut at `limit` bytes with `…` in place of the rest.
pub(super) fn excerpt(value: &impl fmt::Display, limit: usize) -> String {
    let mut excerpt = Excerpt { text: String::new(), limit };
    match write!(excerpt, "{value}") {
        Ok(()) => excerpt.text,
        Err(fmt::Error) => excerpt.text + "…",
    }
}

/// Takes `limit` bytes and fails on the next, so that no more is rendered.
struct Excerpt {
    text: String,
    limit: usize,
}

impl Write for Excerpt {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let room = self.limit.saturating_sub(self.text.len());
        let fits = part.floor_char_boundary(room);
        self.text.push_str(part.get(..fits).unwrap_or_default());
        if fits == part.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value with everything below it, as `serde_json` has it too.
    fn tree(json: Json<'_>) -> serde_json::Value {
        match json.value() {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => value.into(),
            Value::Number(spelling) => serde_json::from_str(spelling).unwrap(),
            Value::Text(text) => text.into_owned().into(),
            Value::Array => json.items().unwrap().map(tree).collect(),
            Value::Object => json
                .members()
                .unwrap()
                .map(|(name, value)| (name.text().into_owned(), tree(value)))
                .collect(),
        }
    }

    #[test]
    fn reads_what_serde_json_reads() {
        for text in [
            "null",
            " true ",
            "-1.5e3",
            r#""""#,
            "[]",
            "[ ]",
            "{}",
            "{ }",
            "[1,2 , 3]",
            r#"[[],[[]],{},{"a":[]}]"#,
            r#"{"a":1,"b" : [true ,null], "c":{"d":"e"}}"#,
            r#"{"a,b":"c:d","e\"]":"}{","\\":"\\\""}"#,
            r#"["\b\f\n\r\t\/\\\"", "\u00fc\ud83d\ude00\u0041", "a\u0000"]"#,
            "[\"\u{fc}\u{1f600}\" ,\n\t\"x\" ]",
        ] {
            let json = Json::read(text).unwrap();
            assert_eq!(
                tree(json),
                serde_json::from_str::<serde_json::Value>(text).unwrap(),
                "{text}"
            );
        }
    }

    #[test]
    fn half_a_surrogate_pair_is_no_text() {
        for text in [r#""\ud800""#, r#""\ude00""#, r#""\ud800\u0041""#, r#""\ud800\n""#] {
            assert_eq!(Json(text).text(), NO_TEXT, "{text}");
        }
    }

    #[test]
    fn an_excerpt_is_cut_at_a_whole_character() {
        assert_eq!(excerpt(&"b\u{fc}cher", 2), "b…");
        assert_eq!(excerpt(&Json("[1,\n\t2]"), 80), "[1, 2]");
    }
}
