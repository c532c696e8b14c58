//! `explain`: how a request is decided, and why.

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use socketio_cors_core::cache::tenants::KeyStatus;
use socketio_cors_explain::{EXPECTATIONS, Expectation, Explanation, unexplained};

use super::{document_file::DocumentFile, request_options::RequestOptions};
use crate::{
    report::{CommandError, Report, Status},
    system::System,
    terminal::{
        explanation_text::explanation_text,
        print_error, printable,
        snippet::{Severity, snippets},
    },
};

pub(crate) const EXAMPLES: &str = "\
Examples:
  socketio-cors explain policy.json --origin https://app.example.com
  socketio-cors explain policy.json --origin https://app.example.com --websocket
  socketio-cors explain policy.json --origin https://app.example.com --method PUT --headers x-token
  socketio-cors explain policy.json --origin https://evil.example --expect refuse
  socketio-cors explain policy.json --no-origin --path '/socket.io/?EIO=3&transport=polling&j=0'";

#[derive(Args, Debug)]
pub(crate) struct Explain {
    #[command(flatten)]
    file: DocumentFile,
    #[command(flatten)]
    request: RequestOptions,
    /// Exit with 1 if the decision is another one
    ///
    /// allow: the edge lets the request and its preflight through; refuse: it refuses one
    /// of them, even if the rule only reports; readable: the page can read the answer, or
    /// its WebSocket opens.
    #[arg(long, value_name = "allow|refuse|readable", value_parser = expectation())]
    expect: Option<Expectation>,
    /// Print one JSON object instead of text
    ///
    /// {"file", "valid", "policy", "preflight", "request", "outcome", "readable"}; "readable"
    /// as --expect means it (null where the policy alone does not decide it); preflight
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
        let policy = match document.policy.policy() {
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
        let explanation = Explanation::of(&request, &policy, &document.policy, key_status);
        let text = if self.json {
            printable::json(&explanation.json(&document.name))
        } else {
            explanation_text(&explanation, &document.name, key_status)
        };
        let is_met = self.expect.is_none_or(|expectation| explanation.meets(expectation));
        if let Some(expectation) = self.expect.filter(|_| !is_met) {
            print_error(system, &format!("the request is not decided as expected: {expectation}"));
        }
        Ok(Report { text, status: Status::good_if(is_met) })
    }
}

/// Reads an expectation by its name.
fn expectation() -> impl TypedValueParser<Value = Expectation> {
    PossibleValuesParser::new(EXPECTATIONS)
        .try_map(|name| name.parse().map_err(|()| "unknown expectation"))
}
