//! A policy document and where it was read from.

use std::io::Read;

use socketio_cors_core::policy::MAX_DOCUMENT_LEN;
use socketio_cors_explain::PolicyDocument;

use crate::{report::CommandError, system::System, terminal::printable::printable};

/// A policy document, checked with all that is known of host names.
#[derive(Debug)]
pub(crate) struct Document {
    /// The file's path or the KV key, for people.
    pub(crate) name: String,
    /// The document.
    pub(crate) policy: PolicyDocument,
}

impl Document {
    /// Reads the file at `path`; `-` is the standard input.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn read(system: &dyn System, path: &str) -> Result<Self, CommandError> {
        let (name, text) = read_text(system, path)?;
        Ok(Self { name, policy: PolicyDocument::read(text) })
    }
}

/// The name for people and the text of the file at `path`; `-` is the standard input. Bytes that are
/// not UTF-8 become U+FFFD, as in KV. Of a file that is too large for a document, no more is read than
/// shows that.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn read_text(system: &dyn System, path: &str) -> Result<(String, String), CommandError> {
    let name = if path == "-" { "the standard input" } else { path };
    let limit = u64::try_from(MAX_DOCUMENT_LEN).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let read = system.open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes));
    read.map_err(|error| CommandError::unreadable(name, &error))?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok((printable(name).into_owned(), text))
}
