//! `check`: the faults and warnings of a document.

use clap::Args;
use socketio_cors_core::policy::warnings;

use super::document_file::DocumentFile;
use crate::{
    report::{CommandError, Report, Status},
    system::System,
    terminal::{check_text::check_text, printable},
};

pub(crate) const EXAMPLES: &str = "\
Examples:
  socketio-cors check policy.json
  socketio-cors check --json policy.json
  npx wrangler kv key get --binding POLICY --remote policy | socketio-cors check -";

#[derive(Args, Debug)]
pub(crate) struct Check {
    #[command(flatten)]
    file: DocumentFile,
    /// Print one JSON object instead of text
    ///
    /// {"file", "valid", "faults", "truncated", "warnings"}; each fault and
    /// warning has "pointer", "line", "column", "value", "message" and "help".
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(crate) fn run(&self, system: &dyn System) -> Result<Report, CommandError> {
        let document = self.file.read(system)?;
        let policy = document.policy();
        let text = if self.json {
            printable::json(&socketio_cors_explain::check(&document.name, &document.text, &policy))
        } else {
            check_text(&document, &policy, &warnings(&document.text))
        };
        Ok(Report { text, status: Status::good_if(policy.is_ok()) })
    }
}
