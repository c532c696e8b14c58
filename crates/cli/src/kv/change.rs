//! A change of the policy in KV: what is live is read, the difference shown, and
//! the new document written once that is agreed to.

mod change_report;
mod write;

use std::io::{self, IsTerminal};

use socketio_cors_core::{keys, policy::Policy};

use super::{
    kv_options::{Keys, Target},
    policy_diff::Difference,
    wrangler::{Failure, Values, Wrangler},
};
use crate::{
    Report, WrongUsage,
    commands::{check, document_file::Document},
    print,
};

/// Where a policy is kept in KV.
#[derive(Debug)]
pub(crate) struct Slot<'t> {
    target: &'t Target,
    keys: Keys,
    wrangler: Wrangler,
}

/// A change of what is in a slot.
#[derive(Debug)]
pub(crate) struct Change<'s> {
    slot: &'s Slot<'s>,
    /// What was there.
    before: Values,
}

/// The document that is used before a change.
enum InForce<'k> {
    Nothing,
    Policy { key: &'k str, policy: Policy },
    Faulty { key: &'k str, faults: String, last_good: Option<Policy> },
}

impl<'t> Slot<'t> {
    /// That of `target`.
    ///
    /// # Errors
    /// It is none, or nobody can be asked and `--yes` is not given.
    pub(crate) fn of(target: &'t Target) -> Result<Self, WrongUsage> {
        let (keys, wrangler) = (target.keys()?, target.wrangler()?);
        if !target.yes && !io::stdin().is_terminal() {
            return Err(WrongUsage("there is no terminal to ask on; add --yes".to_owned()));
        }
        Ok(Self { target, keys, wrangler })
    }

    /// Reads what is there.
    ///
    /// # Errors
    /// wrangler failed.
    pub(crate) fn read(&'t self) -> Result<Change<'t>, Failure> {
        Ok(Change { slot: self, before: self.values()? })
    }

    fn values(&self) -> Result<Values, Failure> {
        self.wrangler.read(self.keys.all())
    }

    /// The key of the document before the live one.
    pub(crate) fn previous_key(&self) -> &str {
        &self.keys.previous
    }
}

impl Failure {
    /// Complains of it, and reports what it means.
    pub(crate) fn report(self, text: &str) -> Report {
        crate::complain(&self.0);
        Report { text: text.to_owned(), valid: false }
    }
}

impl Change<'_> {
    /// The text of the live document.
    pub(crate) fn live(&self) -> Option<&str> {
        self.before.get(&self.slot.keys.policy)
    }

    /// The text of the document before it.
    pub(crate) fn previous(&self) -> Option<&str> {
        self.before.get(&self.slot.keys.previous)
    }

    /// Makes `document`, which is `policy`, the live one, if the user agrees to what
    /// is then different.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(crate) fn carry_out(
        &self,
        question: &str,
        document: &Document,
        policy: &Policy,
    ) -> Result<Report, WrongUsage> {
        let target = self.slot.target;
        print(&format!("\n{}\n\n", self.difference(policy)))?;
        if !target.yes {
            print(&format!("{question} {}? [y/N] ", target.place()))?;
            let nothing = |text: &str| Ok(Report { text: text.to_owned(), valid: false });
            if !is_agreed() {
                return nothing("Nothing was changed.");
            }
            // People take their time.
            match self.slot.values() {
                Ok(now) if self.contents(&now) == self.contents(&self.before) => {}
                Ok(_) => return nothing("Nothing was changed, as somebody else did meanwhile."),
                Err(failure) => return Ok(failure.report("Nothing was changed.")),
            }
        }
        Ok(self.write(document, policy))
    }

    /// What `new` changes, for people.
    fn difference(&self, new: &Policy) -> String {
        let (own, place) = (&self.slot.keys.policy, self.slot.target.place());
        let from = |old: Option<&Policy>, heading: String| {
            let difference = Difference::between(old, new);
            if difference.is_empty() {
                format!("{heading}\n  nothing that is decided: only the text is another")
            } else {
                format!("{heading}\n{difference}")
            }
        };
        match self.in_force() {
            InForce::Nothing => from(
                None,
                format!(
                    "There is no policy in {place} yet: only same-origin pages are let in. This adds:"
                ),
            ),
            InForce::Faulty { key, faults, last_good: None } => from(
                None,
                format!(
                    "\"{key}\" in {place} has {faults}, so the Worker does not use it. This adds:"
                ),
            ),
            InForce::Faulty { key, faults, last_good: Some(policy) } => from(
                Some(&policy),
                format!(
                    "\"{key}\" in {place} has {faults}, so the Worker uses the last good one. \
                     What changes from that:"
                ),
            ),
            InForce::Policy { key, policy } if key == own => {
                from(Some(&policy), format!("What changes in {place}, under \"{key}\":"))
            }
            InForce::Policy { key, policy } => from(
                Some(&policy),
                format!(
                    "\"{own}\" is not in {place} yet, so \"{key}\" is used. What changes from that:"
                ),
            ),
        }
    }

    /// The document that is used now, read as the Worker reads it, which knows no
    /// public suffixes.
    fn in_force(&self) -> InForce<'_> {
        let mut keys = self.slot.keys.candidates.iter();
        let found = keys.find_map(|key| Some((key, self.before.get(key)?)));
        match found.map(|(key, text)| (key, Policy::parse(text))) {
            None => InForce::Nothing,
            Some((key, Ok(policy))) => InForce::Policy { key, policy },
            Some((key, Err(faults))) => {
                let last_good = self.before.get(&keys::last_good(key));
                let last_good = last_good.and_then(|text| Policy::parse(text).ok());
                InForce::Faulty { key, faults: check::count(&faults), last_good }
            }
        }
    }
}

/// Whether the answer on the terminal is yes.
fn is_agreed() -> bool {
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}
