//! Writing a policy, reading it back, and restoring it where that failed.

use std::time::Duration;

use socketio_cors_core::policy::Policy;

use super::{Change, change_report::ChangeReport, contents::Contents};
use crate::{
    document::Document,
    kv::wrangler::{KvValues, WranglerError},
    report::Report,
    terminal::print_error,
};

/// The pauses between reads of the live KV, which may show an edit late.
const PAUSES: [Duration; 3] =
    [Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(6)];

impl Change<'_> {
    /// Makes `document` the live one, and keeps the one that was live as the previous one.
    pub(crate) fn write(&self, document: &Document, policy: &Policy) -> Report {
        let before = self.contents(&self.before);
        let policy_text = Some(document.policy.json());
        // A faulty text is kept only where there is no other.
        let is_worth = |text: &&str| policy_text == before.previous || Policy::parse(text).is_ok();
        let kept = before.policy.filter(is_worth);
        let previous = kept.or(before.previous).or(before.policy);
        let wanted = Contents { policy: policy_text, previous };
        let change_report = ChangeReport { slot: self.slot, before, wanted };
        if let Err(error) = self.put(wanted, before) {
            print_error(self.slot.system, &error.0);
            return self.undo(&change_report, policy);
        }
        match self.read_back(&change_report) {
            Err(error) => {
                print_error(self.slot.system, &error.0);
                change_report.unknown("wrangler wrote it, but it could not be read back.")
            }
            Ok(after) if self.contents(&after) == wanted => change_report.done(policy),
            Ok(after) => change_report.differs(self.contents(&after)),
        }
    }

    /// Writes those of `contents` that differ from `present`. The policy comes last, so that the text
    /// that it replaces is kept first.
    fn put(&self, contents: Contents<'_>, present: Contents<'_>) -> Result<(), WranglerError> {
        let keys = &self.slot.keys;
        let previous = contents.previous.filter(|_| contents.previous != present.previous);
        let policy = contents.policy.filter(|_| contents.policy != present.policy);
        let previous = previous.map(|text| (keys.previous.as_str(), text));
        let policy = policy.map(|text| (keys.policy.as_str(), text));
        let pairs: Vec<_> = previous.into_iter().chain(policy).collect();
        if pairs.is_empty() { Ok(()) } else { self.slot.wrangler.write(&pairs) }
    }

    /// Reads the values after a write; again while the live KV still shows those before it.
    fn read_back(&self, change_report: &ChangeReport<'_>) -> Result<KvValues, WranglerError> {
        let mut after = self.slot.values()?;
        for pause in PAUSES {
            if self.slot.options.wrangler.is_local()
                || !change_report.is_awaited(self.contents(&after))
            {
                break;
            }
            self.slot.system.sleep(pause);
            after = self.slot.values()?;
        }
        Ok(after)
    }

    /// Restores the values before a write that failed.
    fn undo(&self, change_report: &ChangeReport<'_>, policy: &Policy) -> Report {
        let unknown = |error: WranglerError| {
            print_error(self.slot.system, &error.0);
            change_report.unknown("It could not be written, and it is not known what KV holds.")
        };
        let now = match self.slot.values() {
            Ok(now) => now,
            Err(error) => return unknown(error),
        };
        let now = self.contents(&now);
        if now == change_report.wanted {
            return change_report.done(policy);
        }
        if now == change_report.before {
            return change_report.unchanged();
        }
        if ![change_report.before.policy, change_report.wanted.policy].contains(&now.policy) {
            return change_report.other(
                "It could not be written, and somebody else may have written just then.",
                now,
            );
        }
        if let Err(error) = self.put(change_report.before, now) {
            print_error(self.slot.system, &error.0);
        }
        match self.slot.values() {
            Err(error) => unknown(error),
            Ok(after) => {
                let after = self.contents(&after);
                let what = if after.policy == change_report.before.policy {
                    "It could not be written. The policy that was live still is."
                } else {
                    "It could not be written, nor could the policy that was live be put back."
                };
                change_report.other(what, after)
            }
        }
    }
}
