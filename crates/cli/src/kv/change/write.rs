//! Writing, reading back, and putting back what was there.

use std::{thread, time::Duration};

use socketio_cors_core::policy::Policy;

use super::{Change, change_report::Outcome};
use crate::{
    Report,
    commands::document_file::Document,
    complain,
    kv::wrangler::{Failure, Values},
};

/// The pauses before the live KV is asked again whether it shows an edit.
const PAUSES: [Duration; 3] =
    [Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(6)];

/// What is under the keys of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Contents<'v> {
    pub(crate) policy: Option<&'v str>,
    pub(crate) previous: Option<&'v str>,
}

impl Change<'_> {
    pub(crate) fn contents<'v>(&self, values: &'v Values) -> Contents<'v> {
        let keys = &self.slot.keys;
        Contents { policy: values.get(&keys.policy), previous: values.get(&keys.previous) }
    }

    /// Makes `document` the live one, and keeps what was live as the previous one.
    pub(crate) fn write(&self, document: &Document, policy: &Policy) -> Report {
        let before = self.contents(&self.before);
        let policy_text = Some(document.text.as_str());
        // A faulty text is worth going back to only where there is no other.
        let is_worth = |text: &&str| policy_text == before.previous || Policy::parse(text).is_ok();
        let kept = before.policy.filter(is_worth);
        let previous = kept.or(before.previous).or(before.policy);
        let wanted = Contents { policy: policy_text, previous };
        let outcome = Outcome { slot: self.slot, before, wanted };
        if let Err(failure) = self.put(wanted, before) {
            complain(&failure.0);
            return self.undo(&outcome, policy);
        }
        match self.read_back(&outcome) {
            Err(failure) => {
                complain(&failure.0);
                outcome.unknown("wrangler wrote it, but it could not be read back.")
            }
            Ok(after) if self.contents(&after) == wanted => outcome.done(policy),
            Ok(after) => outcome.differs(self.contents(&after)),
        }
    }

    /// Writes what of `contents` is there and differs from `present`. The policy comes
    /// last, so that what it replaces is kept first.
    fn put(&self, contents: Contents<'_>, present: Contents<'_>) -> Result<(), Failure> {
        let keys = &self.slot.keys;
        let previous = contents.previous.filter(|_| contents.previous != present.previous);
        let policy = contents.policy.filter(|_| contents.policy != present.policy);
        let previous = previous.map(|text| (keys.previous.as_str(), text));
        let policy = policy.map(|text| (keys.policy.as_str(), text));
        let pairs: Vec<_> = previous.into_iter().chain(policy).collect();
        if pairs.is_empty() { Ok(()) } else { self.slot.wrangler.write(&pairs) }
    }

    /// Reads what is there after a write. The live KV is asked again while it shows
    /// what was there before, as it may for a while.
    fn read_back(&self, outcome: &Outcome<'_>) -> Result<Values, Failure> {
        let mut after = self.slot.values()?;
        for pause in PAUSES {
            if self.slot.target.is_local() || !outcome.is_awaited(self.contents(&after)) {
                break;
            }
            thread::sleep(pause);
            after = self.slot.values()?;
        }
        Ok(after)
    }

    /// Puts back what was there, after a write that failed.
    fn undo(&self, outcome: &Outcome<'_>, policy: &Policy) -> Report {
        let unknown = |failure: Failure| {
            complain(&failure.0);
            outcome.unknown("It could not be written, and it is not known what was.")
        };
        let now = match self.slot.values() {
            Ok(now) => now,
            Err(failure) => return unknown(failure),
        };
        let now = self.contents(&now);
        if now == outcome.wanted {
            return outcome.done(policy);
        }
        if now == outcome.before {
            return outcome.unchanged();
        }
        if ![outcome.before.policy, outcome.wanted.policy].contains(&now.policy) {
            return outcome.other(
                "It could not be written, and somebody else may have written just then.",
                now,
            );
        }
        if let Err(failure) = self.put(outcome.before, now) {
            complain(&failure.0);
        }
        match self.slot.values() {
            Err(failure) => unknown(failure),
            Ok(after) => {
                let after = self.contents(&after);
                let what = if after.policy == outcome.before.policy {
                    "It could not be written. What was live is live."
                } else {
                    "It could not be written, nor what was live put back."
                };
                outcome.other(what, after)
            }
        }
    }
}
