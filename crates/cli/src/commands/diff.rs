//! `diff`: what `publish` would change.

use clap::Args;
use serde_json::json;
use socketio_cors_core::policy::Version;
use socketio_cors_explain::unexplained;

use super::document_file::DocumentFile;
use crate::{
    kv::{change::PolicySlot, policy_options::PolicyOptions},
    report::{CommandError, Report, Status},
    system::System,
    terminal::{check_text::check_text, printable},
};

pub(crate) const EXAMPLES: &str = "\
Examples:
  socketio-cors diff policy.json
  socketio-cors diff policy.json --host api.example.com --json

Exit status: 0 if `publish` would write nothing; 1 if it would, or the document has faults; 3 if
KV, wrangler or the network failed.";

#[derive(Args, Debug)]
pub(crate) struct Diff {
    #[command(flatten)]
    file: DocumentFile,
    /// Print one JSON object instead of text
    ///
    /// {"file", "valid", "key", "differs", "live", "new", "routes"}; live and new are
    /// versions, live is null if there is no policy. Each route has "route", "change"
    /// (added, removed or changed), "origin" (null or {"from", "to"}), "added" and
    /// "removed" (origins), and "fields", each {"from", "to"}. For a document with
    /// faults {"file", "valid", "faults"}, with the faults as `check` prints them.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    options: PolicyOptions,
}

impl Diff {
    pub(crate) fn run(&self, system: &dyn System) -> Result<Report, CommandError> {
        let slot = PolicySlot::open(system, &self.options)?;
        let document = self.file.read(system)?;
        let policy = document.policy.policy();
        let policy = match policy {
            Ok(policy) => policy,
            Err(faults) => {
                let text = if self.json {
                    printable::json(&unexplained(&document.name, &faults))
                } else {
                    check_text(&document, &Err(faults), &[])
                };
                return Ok(Report::bad(text));
            }
        };
        let change = slot.read_values().map_err(|error| CommandError::Failed(error.0))?;
        let (live, difference) = (change.live(), change.difference(&policy));
        let differs = live != Some(document.policy.json());
        let text = if self.json {
            printable::json(&json!({
                "file": document.name,
                "valid": true,
                "key": slot.key(),
                "differs": differs,
                "live": live.map(|text| Version::of(text).to_string()),
                "new": policy.version().to_string(),
                "routes": difference.policies.json(),
            }))
        } else if differs {
            let lines = [difference.to_string()].into_iter().chain(slot.warning_line());
            lines.collect::<Vec<_>>().join("\n")
        } else {
            format!("No difference: {} has exactly this text.", self.options.wrangler.place())
        };
        Ok(Report { text, status: Status::good_if(!differs) })
    }
}
