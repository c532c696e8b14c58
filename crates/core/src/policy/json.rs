//! JSON as it was written: each value where it stands in the document's text, duplicate members
//! kept, in order.
//!
//! `serde_json` checks the syntax of the whole text first. After that a value ends where its last quote
//! or bracket is, which is looked for one level at a time and only when asked. So nothing is copied, a
//! list of any length takes no memory, and a document of any depth no stack.

mod extent;

use std::{borrow::Cow, fmt, ops::Range};

use serde_core::de::IgnoredAny;

use extent::extent;

/// A value of a document whose syntax is good.
#[derive(Clone, Copy, Debug)]
pub(super) struct Json<'t> {
    text: &'t str,
    /// It is known to be a string without an escape.
    is_plain: bool,
}

/// A value by its type. The items of an array and the members of an object are read from its
/// [`Json`].
#[derive(Clone, Debug)]
pub(super) enum Value<'t> {
    Null,
    Bool(bool),
    /// As it is written.
    Number(&'t str),
    Text(Cow<'t, str>),
    Array,
    Object,
}

/// Stands for a text with half of a surrogate pair (`"\ud800"`), which is valid JSON, but not
/// Unicode. No field accepts it.
const NOT_UNICODE: &str = "\u{fffd}";

impl<'t> Json<'t> {
    /// The value that `document` is.
    ///
    /// # Errors
    /// The first error of its syntax.
    pub(super) fn read(document: &'t str) -> serde_json::Result<Self> {
        serde_json::from_str::<IgnoredAny>(document)?;
        Ok(Self { text: document.trim_ascii(), is_plain: false })
    }

    pub(super) fn value(self) -> Value<'t> {
        match self.text.as_bytes().first() {
            Some(b'n') => Value::Null,
            Some(b't') => Value::Bool(true),
            Some(b'f') => Value::Bool(false),
            Some(b'"') => Value::Text(self.unescaped()),
            Some(b'[') => Value::Array,
            Some(b'{') => Value::Object,
            _ => Value::Number(self.text),
        }
    }

    /// The text, if it is one.
    pub(super) fn text(self) -> Option<Cow<'t, str>> {
        self.text.starts_with('"').then(|| self.unescaped())
    }

    /// The items, if it is an array.
    pub(super) fn items(self) -> Option<Values<'t>> {
        self.text.starts_with('[').then(|| Values(self.inner()))
    }

    /// The names and values, if it is an object.
    pub(super) fn members(self) -> Option<impl Iterator<Item = (Self, Self)>> {
        let mut values = self.text.starts_with('{').then(|| Values(self.inner()))?;
        Some(std::iter::from_fn(move || values.next().zip(values.next())))
    }

    /// The length of its text, in bytes.
    pub(super) fn len(self) -> usize {
        self.text.len()
    }

    /// Its place in `document`, which it was read from, in bytes.
    pub(super) fn span(self, document: &str) -> Range<usize> {
        // Both are parts of one text, so their addresses differ by the offset.
        let start = self.text.as_ptr().addr().saturating_sub(document.as_ptr().addr());
        start..start.saturating_add(self.len())
    }

    /// The part between its brackets or quotes.
    fn inner(self) -> &'t str {
        self.text.get(1..self.len().saturating_sub(1)).unwrap_or_default()
    }

    /// The text that it is.
    fn unescaped(self) -> Cow<'t, str> {
        let inner = self.inner();
        if self.is_plain {
            return inner.into();
        }
        unescape(inner).map_or(NOT_UNICODE.into(), Cow::from)
    }
}

/// The values of an array, or the names and values of an object by turns.
#[derive(Clone, Debug)]
pub(super) struct Values<'t>(&'t str);

impl<'t> Iterator for Values<'t> {
    type Item = Json<'t>;

    fn next(&mut self) -> Option<Json<'t>> {
        let text = self.0.trim_ascii_start();
        let (len, is_plain) = extent(text)?;
        let (value, rest) = text.split_at_checked(len)?;
        let rest = rest.trim_ascii_start();
        let after = rest.strip_prefix(',').or_else(|| rest.strip_prefix(':'));
        self.0 = after.unwrap_or(rest);
        Some(Json { text: value, is_plain })
    }
}

/// The text that is written `inner` between its quotes; `None` if it has half of a surrogate pair.
///
/// `serde_json` can read a `String`, too. But its error for other values prints floating-point
/// numbers, which makes the upload 20 KiB (gzip) larger.
#[cold]
fn unescape(inner: &str) -> Option<String> {
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        let (kind, after) = escape.split_at_checked(1)?;
        rest = after;
        text.push(match kind {
            "u" => unicode_escape(&mut rest)?,
            "b" => '\u{8}',
            "f" => '\u{c}',
            "n" => '\n',
            "r" => '\r',
            "t" => '\t',
            // A quote, a slash or a backslash.
            itself => itself.chars().next()?,
        });
    }
    text.push_str(rest);
    Some(text)
}

/// The character of the escape that `rest` follows, up to its `u`. Takes it from `rest`, and the
/// second half of a surrogate pair with it.
fn unicode_escape(rest: &mut &str) -> Option<char> {
    let high = code_unit(rest)?;
    if let Some(char) = char::from_u32(high.into()) {
        return Some(char);
    }
    *rest = rest.strip_prefix("\\u")?;
    let low = code_unit(rest)?;
    char::decode_utf16([high, low]).next()?.ok()
}

/// The UTF-16 code unit whose four digits `rest` begins with. Takes them from it.
fn code_unit(rest: &mut &str) -> Option<u16> {
    let (digits, after) = rest.split_at_checked(4)?;
    *rest = after;
    u16::from_str_radix(digits, 16).ok()
}

impl fmt::Display for Json<'_> {
    /// As it is written, arrays and objects on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.text.starts_with(['[', '{']) {
            return f.write_str(self.text);
        }
        for (index, word) in self.text.split_ascii_whitespace().enumerate() {
            f.write_str(if index == 0 { "" } else { " " })?;
            f.write_str(word)?;
        }
        Ok(())
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
            Value::Number(spelling) => {
                serde_json::from_str::<serde_json::Number>(spelling).unwrap().into()
            }
            Value::Text(text) => text.into_owned().into(),
            Value::Array => json.items().unwrap().map(tree).collect(),
            Value::Object => json
                .members()
                .unwrap()
                .map(|(name, value)| (name.text().unwrap().into_owned(), tree(value)))
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
    fn half_a_surrogate_pair_is_not_valid_text() {
        for text in [r#""\ud800""#, r#""\ude00""#, r#""\ud800\u0041""#, r#""\ud800\n""#] {
            assert_eq!(Json::read(text).unwrap().text().unwrap(), NOT_UNICODE, "{text}");
        }
    }

    #[test]
    fn a_value_is_displayed_on_one_line() {
        for (text, displayed) in [("[1,\n\t2]", "[1, 2]"), (r#" "a  b" "#, r#""a  b""#)] {
            assert_eq!(Json::read(text).unwrap().to_string(), displayed);
        }
    }
}
