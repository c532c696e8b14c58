//! `rollback`: the document before the live one back into KV.

use clap::Args;

use super::{check, document_file::Document};
use crate::{
    Report, WrongUsage,
    kv::{change::Slot, kv_options::Target},
};

pub(crate) const EXAMPLES: &str = "\
Examples:
  socketio-cors rollback
  socketio-cors rollback --host api.example.com
  socketio-cors rollback --local --yes";

#[derive(Args, Debug)]
pub(crate) struct Rollback {
    #[command(flatten)]
    target: Target,
}

impl Rollback {
    pub(crate) fn run(&self) -> Result<Report, WrongUsage> {
        let slot = Slot::of(&self.target)?;
        let change = match slot.read() {
            Ok(change) => change,
            Err(failure) => return Ok(failure.report("Nothing was changed.")),
        };
        let (key, place) = (slot.previous_key(), self.target.place());
        let nothing = |text: String| Ok(Report { text, valid: false });
        let Some(text) = change.previous().map(str::to_owned) else {
            return nothing(format!("Nothing to put back: there is no \"{key}\" in {place}."));
        };
        if change.live() == Some(&text) {
            return nothing(format!("Nothing to put back: what is live is \"{key}\" already."));
        }
        let document = Document { name: key.to_owned(), text };
        match document.policy() {
            Ok(policy) => change.carry_out("Put it back into", &document, &policy),
            read @ Err(_) => {
                let faults = check::text(&document, &read, &[]);
                nothing(format!("{faults}\nNothing was changed."))
            }
        }
    }
}
