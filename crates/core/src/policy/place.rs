//! A value and its place in a document.

use std::{
    borrow::Cow,
    fmt::{self, Write},
};

use super::json::{Json, Value};

/// A value and its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'n> {
    pub(super) json: Json<'n>,
    pub(super) place: Place<'n>,
}

/// The way to a value from the document's root. Displayed as a JSON pointer
/// (RFC 6901), which is only built where there is something to say of it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<'n> {
    Root,
    Member(&'n Place<'n>, &'n str),
    Item(&'n Place<'n>, usize),
}

impl<'n> Node<'n> {
    /// The whole document.
    pub(super) fn root(json: Json<'n>) -> Self {
        Self { json, place: Place::Root }
    }

    pub(super) fn value(&self) -> Value<'n> {
        self.json.value()
    }

    /// Its text, if it is one.
    pub(super) fn text(&self) -> Option<Cow<'n, str>> {
        self.json.text()
    }

    /// Its items; itself if it is not a list, as in `"origin": "https://a.example"`.
    pub(super) fn items_or_self(&self) -> impl Iterator<Item = Node<'_>> {
        let items = self.json.items();
        let itself = items.is_none().then_some(*self);
        let item = |(index, json)| Node { json, place: Place::Item(&self.place, index) };
        items.into_iter().flatten().enumerate().map(item).chain(itself)
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Item(list, index) => write!(f, "{list}/{index}"),
            Self::Member(object, name) => {
                write!(f, "{object}/")?;
                // Character by character, because the formatter may have room for the beginning only.
                name.chars().try_for_each(|char| match char {
                    '~' => f.write_str("~0"),
                    '/' => f.write_str("~1"),
                    char => f.write_char(char),
                })
            }
        }
    }
}
