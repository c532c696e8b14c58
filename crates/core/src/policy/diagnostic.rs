//! What is wrong with a document, and where.

use std::{fmt, ops::Range};

use super::{
    Knowledge,
    excerpt::excerpt,
    json::Json,
    lines::Lines,
    place::{Node, Place},
};

/// The longest part of an offending value that a fault repeats, in bytes.
const MAX_VALUE_LEN: usize = 80;
/// The same for its pointer.
const MAX_POINTER_LEN: usize = 256;
/// The same for what to write instead.
const MAX_HELP_LEN: usize = 512;
/// The most faults that are kept, and looked for in long lists; what is wrong 1000 times is wrong in one way.
pub const MAX_DIAGNOSTICS: usize = 1000;

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where it is, as a JSON pointer (RFC 6901); empty for the whole document.
    pub pointer: String,
    /// The line on which it begins, from 1.
    pub line: usize,
    /// The character of that line at which it begins, from 1.
    pub column: usize,
    /// What of the document's text is wrong, in bytes; empty where something is missing.
    pub span: Range<usize>,
    /// The offending value as JSON, shortened; empty where there is none.
    pub value: String,
    /// What is wrong, as a clause whose subject is the value.
    pub message: String,
    /// What to write instead, as an imperative.
    pub help: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the document" } else { &self.pointer };
        let Self { value, message, help, .. } = self;
        let space = if value.is_empty() { "" } else { " " };
        write!(f, "{place}: {value}{space}{message}; {help}")
    }
}

/// Stands for what could not be read, its fault being among the [`Diagnostics`].
#[derive(Debug)]
pub(super) struct Noted;

/// The faults of a document as they are found, and what is known to find them.
#[derive(Debug)]
pub(super) struct Diagnostics<'d> {
    document: &'d str,
    pub(super) knowledge: &'d Knowledge,
    /// How many origins were listed so far.
    pub(super) origins: usize,
    /// In the document's order.
    found: Vec<Diagnostic>,
}

impl<'d> Diagnostics<'d> {
    /// None yet, of the text `document`.
    pub(super) fn of(document: &'d str, knowledge: &'d Knowledge) -> Self {
        Self { document, knowledge, origins: 0, found: Vec::new() }
    }

    /// Whether there are so many that no more are kept.
    pub(super) fn are_full(&self) -> bool {
        self.found.len() >= MAX_DIAGNOSTICS
    }

    /// Notes that `node` is wrong.
    pub(super) fn add(
        &mut self,
        node: &Node<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Noted {
        let value = excerpt(&node.json, MAX_VALUE_LEN);
        self.push(&node.place, node.json.span(self.document), value, message.into(), help.into())
    }

    /// Notes that the member `node` is wrong by its name, which is spelt `key`.
    pub(super) fn add_named(
        &mut self,
        node: &Node<'_>,
        key: Json<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Noted {
        let value = excerpt(&node.json, MAX_VALUE_LEN);
        self.push(&node.place, key.span(self.document), value, message.into(), help.into())
    }

    /// Notes that `text`, a part of the text `node`, is wrong.
    pub(super) fn add_part(
        &mut self,
        node: &Node<'_>,
        text: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Noted {
        let value = serde_json::to_string(text).unwrap_or_default();
        let value = excerpt(&value, MAX_VALUE_LEN);
        self.push(&node.place, node.json.span(self.document), value, message.into(), help.into())
    }

    /// Notes that the object `node` lacks something.
    pub(super) fn add_missing(
        &mut self,
        node: &Node<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Noted {
        let start = node.json.span(self.document).start;
        self.push(&node.place, start..start, String::new(), message.into(), help.into())
    }

    /// Notes that the text itself is wrong, at `span`.
    pub(super) fn add_text(
        &mut self,
        span: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Noted {
        self.push(&Place::Root, span, String::new(), message.into(), help.into())
    }

    /// Notes that `node` should have been of another type.
    pub(super) fn add_type(&mut self, node: &Node<'_>, expected: &str) -> Noted {
        self.add(node, "has the wrong type", format!("write {expected}"))
    }

    fn push(
        &mut self,
        place: &Place<'_>,
        span: Range<usize>,
        value: String,
        message: String,
        help: String,
    ) -> Noted {
        if !self.are_full() {
            let help = shortened(help);
            let pointer = excerpt(place, MAX_POINTER_LEN);
            let diagnostic = Diagnostic { pointer, line: 0, column: 0, span, value, message, help };
            let after = |other: &Diagnostic| other.span.start <= diagnostic.span.start;
            self.found.insert(self.found.partition_point(after), diagnostic);
        }
        Noted
    }

    /// `value` if there were no faults, and otherwise all of them, in the
    /// document's order.
    pub(super) fn into_result<T>(mut self, value: Result<T, Noted>) -> Result<T, Vec<Diagnostic>> {
        match value {
            Ok(value) if self.found.is_empty() => Ok(value),
            _ => {
                let mut lines = Lines::of(self.document);
                for diagnostic in &mut self.found {
                    (diagnostic.line, diagnostic.column) = lines.position(diagnostic.span.start);
                }
                Err(self.found)
            }
        }
    }
}

fn shortened(help: String) -> String {
    if help.len() > MAX_HELP_LEN { excerpt(&help, MAX_HELP_LEN) } else { help }
}
