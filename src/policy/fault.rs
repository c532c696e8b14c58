//! What is wrong with a document, and where.

use std::fmt;

use super::json::{Json, Pointer, excerpt};

/// The longest part of an offending value that a fault repeats, in bytes.
const MAX_VALUE_LEN: usize = 80;
/// The same for its place.
const MAX_POINTER_LEN: usize = 256;
/// The most faults that are kept; what is wrong 1000 times is wrong in one way.
const MAX_FAULTS: usize = 1000;

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where it is, as a JSON pointer (RFC 6901); empty for the whole document.
    pub pointer: String,
    /// The offending value as JSON, shortened; empty where there is none.
    pub value: String,
    /// What is wrong, as a clause whose subject is the value.
    pub problem: String,
    /// What to write instead, as an imperative.
    pub advice: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "the document" } else { &self.pointer };
        let Self { value, problem, advice, .. } = self;
        let space = if value.is_empty() { "" } else { " " };
        write!(f, "{place}: {value}{space}{problem}; {advice}")
    }
}

/// Stands for what could not be read, its fault being among the [`Faults`].
#[derive(Debug)]
pub(super) struct Noted;

/// The faults of a document, as they are found.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    /// Notes that `value` at `at` is wrong.
    pub(super) fn add(
        &mut self,
        at: &Pointer,
        value: &Json,
        problem: impl Into<String>,
        advice: impl Into<String>,
    ) -> Noted {
        self.push(at, excerpt(value, MAX_VALUE_LEN), problem.into(), advice.into())
    }

    /// Notes that something is wrong at `at` that no value stands for.
    pub(super) fn add_valueless(
        &mut self,
        at: &Pointer,
        problem: impl Into<String>,
        advice: impl Into<String>,
    ) -> Noted {
        self.push(at, String::new(), problem.into(), advice.into())
    }

    /// Notes that `text`, a part of the value at `at`, is wrong.
    pub(super) fn add_text(
        &mut self,
        at: &Pointer,
        text: &str,
        problem: impl Into<String>,
        advice: impl Into<String>,
    ) -> Noted {
        self.add(at, &Json::String(text.to_owned()), problem, advice)
    }

    /// Notes that `value` at `at` should have been of another type.
    pub(super) fn add_type(&mut self, at: &Pointer, value: &Json, expected: &str) -> Noted {
        self.add(at, value, "has the wrong type", format!("write {expected}"))
    }

    fn push(&mut self, at: &Pointer, value: String, problem: String, advice: String) -> Noted {
        if self.0.len() < MAX_FAULTS {
            self.0.push(Fault { pointer: excerpt(at, MAX_POINTER_LEN), value, problem, advice });
        }
        Noted
    }

    /// `value` if there were no faults, and all of them otherwise.
    pub(super) fn into_result<T>(self, value: Result<T, Noted>) -> Result<T, Vec<Fault>> {
        match value {
            Ok(value) if self.0.is_empty() => Ok(value),
            _ => Err(self.0),
        }
    }
}
