//! `rollback`: puts the document before the live one back into KV.

use clap::Args;
use socketio_cors_explain::PolicyDocument;

use crate::{
    document::Document,
    kv::{change::PolicySlot, policy_options::PolicyOptions},
    report::{CommandError, Report},
    system::System,
    terminal::check_text::check_text,
};

pub(crate) const EXAMPLES: &str = "\
Examples:
  socketio-cors rollback
  socketio-cors rollback --host api.example.com
  socketio-cors rollback --local --yes";

#[derive(Args, Debug)]
pub(crate) struct Rollback {
    #[command(flatten)]
    options: PolicyOptions,
}

impl Rollback {
    pub(crate) fn run(&self, system: &dyn System) -> Result<Report, CommandError> {
        let slot = PolicySlot::open(system, &self.options)?;
        let change = match slot.read() {
            Ok(change) => change,
            Err(error) => return Ok(slot.wrangler_failed(&error, "Nothing was changed.")),
        };
        let (key, place) = (slot.previous_key(), self.options.wrangler.place());
        let Some(text) = change.previous().map(str::to_owned) else {
            let text = format!("Nothing to put back: there is no \"{key}\" in {place}.");
            return Ok(Report::bad(text));
        };
        if change.live() == Some(&text) {
            let text = format!("Nothing to put back: \"{key}\" is live already.");
            return Ok(Report::bad(text));
        }
        let document = Document { name: key.to_owned(), policy: PolicyDocument::read(text) };
        match document.policy.policy() {
            Ok(policy) => change.carry_out("Put it back into", &document, &policy),
            policy @ Err(_) => {
                let checked = check_text(&document, &policy, &[]);
                Ok(Report::bad(format!("{checked}\nNothing was changed.")))
            }
        }
    }
}
