//! The policy document that a command is about.

use std::{
    fs,
    io::{self, Read},
};

use clap::Args;
use socketio_cors_core::policy::{Fault, MAX_DOCUMENT_LEN, Policy};

use crate::{
    WrongUsage,
    terminal::{
        printable::printable,
        snippet::{self, Severity},
    },
};

/// The policy document's file.
#[derive(Args, Debug)]
pub(crate) struct File {
    /// The policy document; - for the standard input
    #[arg(value_name = "FILE")]
    file: String,
}

/// A document's text, and what it was read from.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) name: String,
    pub(crate) text: String,
}

impl File {
    /// Whether it is the standard input.
    pub(crate) fn is_standard_input(&self) -> bool {
        self.file == "-"
    }

    /// Reads it. What is no UTF-8 becomes U+FFFD, as in KV.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn read(&self) -> Result<Document, WrongUsage> {
        let mut bytes = Vec::new();
        let (name, read) = match self.file.as_str() {
            "-" => ("the standard input", read_to(&mut bytes, io::stdin())),
            path => (path, fs::File::open(path).and_then(|file| read_to(&mut bytes, file))),
        };
        read.map_err(|error| WrongUsage(format!("cannot read {}: {error}", printable(name))))?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Document { name: printable(name).into_owned(), text })
    }
}

/// Reads no more than what is too much.
fn read_to(bytes: &mut Vec<u8>, from: impl Read) -> io::Result<usize> {
    from.take(u64::try_from(MAX_DOCUMENT_LEN).unwrap_or(u64::MAX).saturating_add(1))
        .read_to_end(bytes)
}

impl Document {
    /// The policy that it is, with all that is known of host names.
    ///
    /// # Errors
    /// Every fault of the document.
    pub(crate) fn policy(&self) -> Result<Policy, Vec<Fault>> {
        socketio_cors_explain::read(&self.text)
    }

    /// Faults or warnings of it, for people, with an empty line after each.
    pub(crate) fn render(&self, findings: &[Fault], severity: Severity) -> String {
        findings.iter().map(|finding| snippet::finding(self, finding, severity) + "\n\n").collect()
    }
}
