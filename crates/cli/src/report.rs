//! The result of a command: its output and exit status.

use std::io;

use crate::terminal::printable::printable;

/// The final output of a command and its exit status.
#[derive(Debug)]
pub(crate) struct Report {
    /// For the standard output, in colour.
    pub(crate) text: String,
    /// The exit status.
    pub(crate) status: Status,
}

/// The exit status of a command that was used correctly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// 0: all is well, and what was asked for is done.
    Good,
    /// 1: something was found, an expectation was not met, or the user said no.
    Bad,
    /// 3: KV, wrangler or the network failed.
    Failed,
}

/// A command cannot be carried out as it was given: exit status 2. For people.
#[derive(Debug)]
pub(crate) struct WrongUsage(pub(crate) String);

/// Why a command has nothing to report.
#[derive(Debug)]
pub(crate) enum CommandError {
    /// Exit status 2.
    WrongUsage(String),
    /// Exit status 3.
    Failed(String),
}

impl Report {
    /// All is well.
    pub(crate) fn good(text: impl Into<String>) -> Self {
        Self { text: text.into(), status: Status::Good }
    }

    /// KV, wrangler or the network failed.
    pub(crate) fn failed(text: impl Into<String>) -> Self {
        Self { text: text.into(), status: Status::Failed }
    }

    /// Something was found, an expectation was not met, or the user said no.
    pub(crate) fn bad(text: impl Into<String>) -> Self {
        Self { text: text.into(), status: Status::Bad }
    }
}

impl Status {
    /// Good or bad.
    pub(crate) fn good_if(is_good: bool) -> Self {
        if is_good { Self::Good } else { Self::Bad }
    }

    /// As a number.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Bad => 1,
            Self::Failed => 3,
        }
    }
}

impl From<WrongUsage> for CommandError {
    fn from(WrongUsage(message): WrongUsage) -> Self {
        Self::WrongUsage(message)
    }
}

impl CommandError {
    /// Why, for people.
    pub(crate) fn message(&self) -> &str {
        let (Self::WrongUsage(message) | Self::Failed(message)) = self;
        message
    }

    /// The exit status.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::WrongUsage(_) => 2,
            Self::Failed(_) => Status::Failed.code(),
        }
    }

    /// A file cannot be read: wrong usage, as the user named it.
    pub(crate) fn unreadable(name: &str, error: &io::Error) -> Self {
        Self::WrongUsage(format!("cannot read {}: {error}", printable(name)))
    }
}
