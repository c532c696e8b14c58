//! `publish`: puts a document into KV.

use clap::Args;

use super::document_file::DocumentFile;
use crate::{
    kv::{
        author::AuthorOptions,
        change::PolicySlot,
        policy_options::{Consent, PolicyOptions},
    },
    report::{CommandError, Report, WrongUsage},
    system::System,
    terminal::{check_text::check_text, print},
};

pub(crate) const EXAMPLES: &str = "\
Examples:
  socketio-cors publish policy.json --message 'Add the shop'
  socketio-cors publish policy.json --host api.example.com
  socketio-cors publish policy.json --local    # for `wrangler dev`
  socketio-cors publish policy.json --yes      # where there is nobody to ask

`socketio-cors history` lists the documents that were live before, and `socketio-cors rollback`
puts one back.";

#[derive(Args, Debug)]
pub(crate) struct Publish {
    #[command(flatten)]
    file: DocumentFile,
    /// Publish nothing if there are warnings
    #[arg(long)]
    deny_warnings: bool,
    #[command(flatten)]
    author: AuthorOptions,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    options: PolicyOptions,
}

impl Publish {
    pub(crate) fn run(&self, system: &dyn System) -> Result<Report, CommandError> {
        let slot = PolicySlot::open(system, &self.options)?;
        self.consent.check(system)?;
        if self.file.path().is_none() && !self.consent.yes {
            return Err(WrongUsage("with - for the document, add --yes".to_owned()).into());
        }
        let document = self.file.read(system)?;
        let (policy, warnings) = (document.policy.policy(), document.policy.warnings());
        let checked = check_text(&document, &policy, &warnings);
        let is_denied = self.deny_warnings && !warnings.is_empty();
        let Some(policy) = policy.ok().filter(|_| !is_denied) else {
            return Ok(Report::bad(format!("{checked}\nNothing was published.")));
        };
        print(system, &format!("{checked}\n"))?;
        let change = match slot.read() {
            Ok(change) => change,
            Err(error) => return Ok(slot.wrangler_failed(&error, "Nothing was published.")),
        };
        let json = document.policy.json();
        if change.live() == Some(json) {
            let wrangler = &self.options.wrangler;
            let text = format!("Nothing to publish: {} has exactly this text.", wrangler.place());
            let lines =
                [text].into_iter().chain(slot.warning_line()).chain(slot.report_only_line());
            return Ok(Report::good(lines.collect::<Vec<_>>().join("\n")));
        }
        let metadata = self.author.sign(system, json, self.file.path());
        change.carry_out("Publish it to", (&document.policy, &policy), &metadata, &self.consent)
    }
}
