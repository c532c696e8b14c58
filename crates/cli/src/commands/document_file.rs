//! The policy document that a command is about.

use clap::Args;

use crate::{document::Document, report::CommandError, system::System};

#[derive(Args, Debug)]
pub(crate) struct DocumentFile {
    /// The policy document; - for the standard input
    #[arg(value_name = "FILE")]
    file: String,
}

impl DocumentFile {
    /// Its path; `None` for the standard input.
    pub(crate) fn path(&self) -> Option<&str> {
        (self.file != "-").then_some(&self.file)
    }

    /// Reads it.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn read(&self, system: &dyn System) -> Result<Document, CommandError> {
        Document::read(system, &self.file)
    }
}
