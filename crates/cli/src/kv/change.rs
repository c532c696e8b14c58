//! A change of the policy in KV: the live document is read, the difference shown, and the new
//! document written once the user agrees.

mod change_report;
mod contents;
mod missing_keys;
mod write;

use std::fmt;

use socketio_cors_core::policy::{Policy, keys};
use socketio_cors_explain::PolicyDocument;

pub(crate) use change_report::WHEN_LOCAL;

use super::{
    destination::Destination,
    history::{History, KeptVersion},
    metadata::Metadata,
    policy_diff::PolicyDiff,
    policy_options::{Consent, PolicyKeys, PolicyOptions},
    wrangler::{KvValues, Wrangler, WranglerError},
};
use crate::{
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
    destination: Destination<'t>,
}

/// A policy as it is in KV, before a change.
pub(crate) struct Change<'s> {
    slot: &'s PolicySlot<'s>,
    /// The values before it.
    before: KvValues,
    /// The versions before it.
    history: History,
}

/// The document that the Worker uses before a change.
enum InForce<'k> {
    Nothing,
    Policy { key: &'k str, policy: Policy },
    Faulty { key: &'k str, faults: String, last_good: Option<Policy> },
}

/// The difference that a document makes, and from what.
pub(crate) struct Difference {
    /// A line for people about the policy that the Worker uses now.
    heading: String,
    pub(crate) policies: PolicyDiff,
}

impl<'t> PolicySlot<'t> {
    /// The policy that `options` name.
    ///
    /// # Errors
    /// They name none.
    pub(crate) fn open(
        system: &'t dyn System,
        options: &'t PolicyOptions,
    ) -> Result<Self, WrongUsage> {
        let (keys, wrangler) = (options.keys()?, options.wrangler.wrangler(system)?);
        let destination = Destination::of(system, &options.wrangler);
        Ok(Self { system, options, keys, wrangler, destination })
    }

    /// Reads the values and versions before a change.
    ///
    /// # Errors
    /// wrangler failed.
    pub(crate) fn read(&'t self) -> Result<Change<'t>, WranglerError> {
        let values = self.read_values()?;
        let listed = self.wrangler.list(History::prefix(&self.keys.policy))?;
        Ok(Change { history: History::of(&self.keys.policy, &listed), ..values })
    }

    /// The same without the versions, for commands that change nothing.
    ///
    /// # Errors
    /// wrangler failed.
    pub(crate) fn read_values(&'t self) -> Result<Change<'t>, WranglerError> {
        Ok(Change { slot: self, before: self.values(None)?, history: History::default() })
    }

    /// The values of the policy's keys, and of `kept_key`.
    fn values(&self, kept_key: Option<&str>) -> Result<KvValues, WranglerError> {
        self.wrangler.read(self.keys.all().chain(kept_key.map(str::to_owned)))
    }

    /// The wrangler that reaches it.
    pub(crate) fn wrangler(&self) -> &Wrangler<'t> {
        &self.wrangler
    }

    /// The key of the policy.
    pub(crate) fn key(&self) -> &str {
        &self.keys.policy
    }

    /// Where it is, and a warning if nobody chose that. Asks wrangler for the account where nobody
    /// names it.
    pub(crate) fn destination_text(&self) -> String {
        let line = self.destination.line(self.system, &self.wrangler);
        [line].into_iter().chain(self.warning_line()).collect::<Vec<_>>().join("\n")
    }

    /// A line that says that the configuration has environments, and none is named.
    pub(crate) fn warning_line(&self) -> Option<String> {
        self.destination.warning().map(|warning| format!("warning: {warning}"))
    }

    /// A line that says that the Worker enforces no policy, if wrangler's configuration says so.
    pub(crate) fn report_only_line(&self) -> Option<String> {
        self.destination.report_only_line()
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

    /// The text that an older version of the tool kept.
    pub(crate) fn previous(&self) -> Option<&str> {
        self.before.get(&self.slot.keys.previous)
    }

    /// The key of that text.
    pub(crate) fn previous_key(&self) -> &str {
        &self.slot.keys.previous
    }

    /// The versions before the live one.
    pub(crate) fn history(&self) -> &History {
        &self.history
    }

    /// The texts of kept versions.
    ///
    /// # Errors
    /// wrangler failed.
    pub(crate) fn texts(&self, kept: &[&KeptVersion]) -> Result<KvValues, WranglerError> {
        self.slot.wrangler.read(kept.iter().map(|kept| kept.key.clone()))
    }

    /// Shows where it goes and the difference, asks `question`, and if the answer is yes makes
    /// `document`, which is `policy`, the live one.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(crate) fn carry_out(
        &self,
        question: &str,
        (document, policy): (&PolicyDocument, &Policy),
        metadata: &Metadata,
        consent: &Consent,
    ) -> Result<Report, CommandError> {
        let (system, options) = (self.slot.system, self.slot.options);
        let (destination, difference) = (self.slot.destination_text(), self.difference(policy));
        let warning = match self.missing_keys(policy) {
            Ok(warning) => warning.map(|line| format!("\n\n{line}")).unwrap_or_default(),
            Err(error) => return Ok(self.slot.wrangler_failed(&error, "Nothing was changed.")),
        };
        print(system, &format!("\n{destination}\n\n{difference}{warning}\n\n"))?;
        if !consent.yes {
            if !consent.ask(system, &format!("{question} {}", options.wrangler.place()))? {
                return Ok(Report::bad("Nothing was changed."));
            }
            // People take their time.
            match self.slot.values(None) {
                Ok(now) if self.contents(&now, "") == self.contents(&self.before, "") => {}
                Ok(_) => {
                    let text = "Nothing was changed: somebody else changed the policy in the \
                                meantime.";
                    return Ok(Report::bad(text));
                }
                Err(error) => {
                    return Ok(self.slot.wrangler_failed(&error, "Nothing was changed."));
                }
            }
        }
        Ok(self.write(document, policy, metadata))
    }

    /// The difference that `new` makes.
    pub(crate) fn difference(&self, new: &Policy) -> Difference {
        let (own, place) = (&self.slot.keys.policy, self.slot.options.wrangler.place());
        let from = |old: Option<&Policy>, heading| Difference {
            heading,
            policies: PolicyDiff::between(old, new),
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
                    "\"{own}\" is not in {place} yet, so the Worker uses \"{key}\". Changes from \
                     that:"
                ),
            ),
        }
    }

    /// The policy that is used now; `None` if there is none.
    pub(crate) fn policy(&self) -> Option<Policy> {
        match self.in_force() {
            InForce::Nothing => None,
            InForce::Policy { policy, .. } => Some(policy),
            InForce::Faulty { last_good, .. } => last_good,
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

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { heading, policies } = self;
        if policies.is_empty() {
            write!(f, "{heading}\n  nothing: only the text differs, the decisions are the same")
        } else {
            write!(f, "{heading}\n{policies}")
        }
    }
}
