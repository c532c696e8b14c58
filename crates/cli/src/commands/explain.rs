//! `explain`: how a request is decided, and why.

use clap::Args;
use socketio_cors_core::tenants::KeyStatus;
use socketio_cors_explain::{Explanation, unexplained};

use super::{document_file::DocumentFile, request_options::RequestOptions};
use crate::{
    report::{CommandError, Report},
    system::System,
    terminal::{
        explanation_text::explanation_text,
        printable,
        snippet::{Severity, snippets},
    },
};

pub(crate) const EXAMPLES: &str = "\
Examples:
  socketio-cors explain policy.json --origin https://app.example.com
  socketio-cors explain policy.json --origin https://app.example.com --websocket
  socketio-cors explain policy.json --origin https://app.example.com --method PUT --headers x-token
  socketio-cors explain policy.json --no-origin --path '/socket.io/?EIO=3&transport=polling&j=0'";

#[derive(Args, Debug)]
pub(crate) struct Explain {
    #[command(flatten)]
    file: DocumentFile,
    #[command(flatten)]
    request: RequestOptions,
    /// Print one JSON object instead of text
    ///
    /// {"file", "valid", "policy", "preflight", "request", "outcome"}; preflight
    /// (null if none is sent) and request have "method", "url", "origin",
    /// "meantOrigin", "decision", "reason", "why", "reportOnly", "rule", "pattern",
    /// "kvKeys", "answeredBy", "untouched", "removedHeaders", "status", "headers" and "body".
    /// For a document with faults {"file", "valid", "faults"}, with the faults as `check`
    /// prints them.
    #[arg(long)]
    json: bool,
}

impl Explain {
    pub(crate) fn run(&self, system: &dyn System) -> Result<Report, CommandError> {
        let request = self.request.request()?;
        let document = self.file.read(system)?;
        let policy = match document.policy() {
            Ok(policy) => policy,
            Err(faults) => {
                let text = if self.json {
                    printable::json(&unexplained(&document.name, &faults))
                } else {
                    snippets(&document, &faults, Severity::Error).trim_end().to_owned()
                };
                return Ok(Report::bad(text));
            }
        };
        let key_status = if self.request.tenant { KeyStatus::Present } else { KeyStatus::Missing };
        let explanation = Explanation::of(&request, &policy, &document.text, key_status);
        let text = if self.json {
            printable::json(&explanation.json(&document.name))
        } else {
            explanation_text(&explanation, &document.name, key_status)
        };
        Ok(Report::good(text))
    }
}
