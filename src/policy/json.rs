//! JSON as it was written: each value where it stands in the document's text,
//! duplicate members kept, in order.
//!
//! Nothing is copied and one level is read at a time, so that a list of 100,000
//! origins takes eight bytes an item, and a document of any depth no stack.

use std::{
    borrow::Cow,
    fmt::{self, Write},
    ops::Range,
};

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

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
        serde_json::from_str::<&RawValue>(text).map(Self::of)
    }

    fn of(raw: &'t RawValue) -> Self {
        Self(raw.get())
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
        let inner = self.0.get(1..self.0.len().saturating_sub(1)).unwrap_or_default();
        if !inner.contains('\\') {
            return inner.into();
        }
        serde_json::from_str::<String>(self.0).map_or(NO_TEXT.into(), Cow::from)
    }

    /// The items, if it is an array.
    pub(super) fn items(self) -> Option<Vec<Self>> {
        let items: Vec<&RawValue> = serde_json::from_str(self.0).ok()?;
        Some(items.into_iter().map(Self::of).collect())
    }

    /// The names and values, if it is an object.
    pub(super) fn members(self) -> Option<Vec<(Self, Self)>> {
        struct Members;
        impl<'t> Visitor<'t> for Members {
            type Value = Vec<(Json<'t>, Json<'t>)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry()? {
                    members.push((Json::of(name), Json::of(value)));
                }
                Ok(members)
            }
        }
        serde_json::Deserializer::from_str(self.0).deserialize_map(Members).ok()
    }

    /// Where it stands in `document`, which it is a slice of, in bytes.
    pub(super) fn span(self, document: &str) -> Range<usize> {
        let start = self.0.as_ptr().addr().saturating_sub(document.as_ptr().addr());
        start..start.saturating_add(self.0.len())
    }
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
