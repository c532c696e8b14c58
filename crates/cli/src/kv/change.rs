//! A change of the policy in KV: the live document is read, the difference shown, and the new
//! document written once the user agrees.

mod change_report;
mod contents;
mod write;

use socketio_cors_core::{keys, policy::Policy};

use super::{
    policy_diff::PolicyDiff,
    policy_options::{PolicyKeys, PolicyOptions},
    wrangler::{KvValues, Wrangler, WranglerError},
};
use crate::{
    document::Document,
    report::{CommandError, Report, WrongUsage},
    system::System,
    terminal::{check_text::count_faults, print, print_error},
};

/// The keys of a policy in a KV namespace.
pub(crate) struct PolicySlot<'t> {
    system: &'t dyn System,
    options: &'t PolicyOptions,
    keys: PolicyKeys,
    wrangler: Wrangler<'t>,
}

/// A change of a policy.
pub(crate) struct Change<'s> {
    slot: &'s PolicySlot<'s>,
    /// The values before it.
    before: KvValues,
}

/// The document that the Worker uses before a change.
enum InForce<'k> {
    Nothing,
    Policy { key: &'k str, policy: Policy },
    Faulty { key: &'k str, faults: String, last_good: Option<Policy> },
}

impl<'t> PolicySlot<'t> {
    /// The policy that `options` name.
    ///
    /// # Errors
    /// They name none, or nobody can be asked and `--yes` is not given.
    pub(crate) fn open(
        system: &'t dyn System,
        options: &'t PolicyOptions,
    ) -> Result<Self, WrongUsage> {
        let (keys, wrangler) = (options.keys()?, options.wrangler.wrangler(system)?);
        if !options.yes && !system.can_ask() {
            return Err(WrongUsage("there is no terminal to ask on; add --yes".to_owned()));
        }
        Ok(Self { system, options, keys, wrangler })
    }

    /// Reads the values before a change.
    ///
    /// # Errors
    /// wrangler failed.
    pub(crate) fn read(&'t self) -> Result<Change<'t>, WranglerError> {
        Ok(Change { slot: self, before: self.values()? })
    }

    fn values(&self) -> Result<KvValues, WranglerError> {
        self.wrangler.read(self.keys.all())
    }

    /// The key of the document before the live one.
    pub(crate) fn previous_key(&self) -> &str {
        &self.keys.previous
    }

    /// Prints why wrangler failed, and reports `consequence`.
    pub(crate) fn wrangler_failed(&self, error: &WranglerError, consequence: &str) -> Report {
        print_error(self.system, &error.0);
        Report::failed(consequence)
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

    /// Shows the difference, asks `question`, and if the answer is yes makes `document`, which is
    /// `policy`, the live one.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(crate) fn carry_out(
        &self,
        question: &str,
        document: &Document,
        policy: &Policy,
    ) -> Result<Report, CommandError> {
        let (system, options) = (self.slot.system, self.slot.options);
        print(system, &format!("\n{}\n\n", self.difference(policy)))?;
        if !options.yes {
            print(system, &format!("{question} {}? [y/N] ", options.wrangler.place()))?;
            if !is_yes(system) {
                return Ok(Report::bad("Nothing was changed."));
            }
            // People take their time.
            match self.slot.values() {
                Ok(now) if self.contents(&now) == self.contents(&self.before) => {}
                Ok(_) => {
                    let text = "Nothing was changed, as somebody else did meanwhile.";
                    return Ok(Report::bad(text));
                }
                Err(error) => {
                    return Ok(self.slot.wrangler_failed(&error, "Nothing was changed."));
                }
            }
        }
        Ok(self.write(document, policy))
    }

    /// The changes that `new` makes, for people.
    fn difference(&self, new: &Policy) -> String {
        let (own, place) = (&self.slot.keys.policy, self.slot.options.wrangler.place());
        let from = |old: Option<&Policy>, heading: String| {
            let difference = PolicyDiff::between(old, new);
            if difference.is_empty() {
                format!("{heading}\n  nothing: the text differs, the decisions do not")
            } else {
                format!("{heading}\n{difference}")
            }
        };
        match self.in_force() {
            InForce::Nothing => from(
                None,
                format!(
                    "There is no policy in {place} yet: only same-origin pages are allowed. This adds:"
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
                     Changes from that:"
                ),
            ),
            InForce::Policy { key, policy } if key == own => {
                from(Some(&policy), format!("Changes in {place}, under \"{key}\":"))
            }
            InForce::Policy { key, policy } => from(
                Some(&policy),
                format!(
                    "\"{own}\" is not in {place} yet, so \"{key}\" is used. Changes from that:"
                ),
            ),
        }
    }

    /// The document that is used now, read as the Worker reads it, without the Public Suffix List.
    fn in_force(&self) -> InForce<'_> {
        let mut keys = self.slot.keys.candidates.iter();
        let found = keys.find_map(|key| Some((key, self.before.get(key)?)));
        match found.map(|(key, text)| (key, Policy::parse(text))) {
            None => InForce::Nothing,
            Some((key, Ok(policy))) => InForce::Policy { key, policy },
            Some((key, Err(faults))) => {
                let last_good = self.before.get(&keys::last_good(key));
                let last_good = last_good.and_then(|text| Policy::parse(text).ok());
                InForce::Faulty { key, faults: count_faults(&faults), last_good }
            }
        }
    }
}

/// The answer on the terminal is yes.
fn is_yes(system: &dyn System) -> bool {
    let answer = system.read_answer().unwrap_or_default();
    matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}
