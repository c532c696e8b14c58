//! `publish`: a checked document into KV.

use clap::Args;
use socketio_cors_core::policy::warnings;

use super::{check, document_file::File};
use crate::{
    Report, WrongUsage,
    kv::{change::Slot, kv_options::Target},
    print,
};

pub(crate) const EXAMPLES: &str = "\
Examples:
  socketio-cors publish policy.json
  socketio-cors publish policy.json --host api.example.com
  socketio-cors publish policy.json --local    # for `wrangler dev`
  socketio-cors publish policy.json --yes      # where there is nobody to ask

What was live is kept under \"policy@previous\": `socketio-cors rollback` puts it back.";

#[derive(Args, Debug)]
pub(crate) struct Publish {
    #[command(flatten)]
    file: File,
    #[command(flatten)]
    target: Target,
}

impl Publish {
    pub(crate) fn run(&self) -> Result<Report, WrongUsage> {
        let slot = Slot::of(&self.target)?;
        if self.file.is_standard_input() && !self.target.yes {
            return Err(WrongUsage("with - for the document, add --yes".to_owned()));
        }
        let document = self.file.read()?;
        let read = document.policy();
        let checked = check::text(&document, &read, &warnings(&document.text));
        let Ok(policy) = read else {
            return Ok(Report { text: format!("{checked}\nNothing was published."), valid: false });
        };
        print(&format!("{checked}\n"))?;
        let change = match slot.read() {
            Ok(change) => change,
            Err(failure) => return Ok(failure.report("Nothing was published.")),
        };
        if change.live() == Some(&document.text) {
            let says = format!("Nothing to publish: {} has this very text.", self.target.place());
            let lines: Vec<_> = [says].into_iter().chain(self.target.enforcement()).collect();
            return Ok(Report { text: lines.join("\n"), valid: true });
        }
        change.carry_out("Publish it to", &document, &policy)
    }
}
