//! Writing a policy, reading it back, and restoring it where that failed.

use std::time::Duration;

use socketio_cors_core::policy::Policy;
use socketio_cors_explain::PolicyDocument;

use super::{Change, change_report::ChangeReport, contents::Contents};
use crate::{
    kv::{
        history::KeptVersion,
        metadata::Metadata,
        wrangler::{KvEntry, KvValues, WranglerError},
    },
    report::Report,
    terminal::print_error,
};

/// The pauses between reads of the live KV, which may show an edit late.
const PAUSES: [Duration; 3] =
    [Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(6)];

impl Change<'_> {
    /// Makes `document` the live one, with that metadata, and keeps the one that was live under a
    /// key of its own.
    pub(super) fn write(
        &self,
        document: &PolicyDocument,
        policy: &Policy,
        metadata: &Metadata,
    ) -> Report {
        let live = self.live();
        let now = self.slot.system.now();
        let kept_key = KeptVersion::key(self.slot.key(), now, live.unwrap_or_default());
        let before = Contents { policy: live, kept: None };
        let wanted = Contents { policy: Some(document.json()), kept: live };
        let change_report = ChangeReport { slot: self.slot, kept_key: &kept_key, before, wanted };
        if let Err(error) = self.put(&change_report, metadata) {
            print_error(self.slot.system, &error.0);
            return self.undo(&change_report, policy);
        }
        let report = match self.read_back(&change_report) {
            Err(error) => {
                print_error(self.slot.system, &error.0);
                return change_report.unknown("wrangler wrote it, but it could not be read back.");
            }
            Ok(after) if self.contents(&after, &kept_key) == wanted => change_report.done(policy),
            Ok(after) => return change_report.differs(self.contents(&after, &kept_key)),
        };
        self.delete_surplus(live.map_or(0, str::len));
        report
    }

    /// Writes the text that is replaced under its key, and then the policy.
    fn put(
        &self,
        change_report: &ChangeReport<'_>,
        metadata: &Metadata,
    ) -> Result<(), WranglerError> {
        let kept = change_report.wanted.kept.map(|text| {
            let metadata = Metadata { bytes: Some(text.len()), ..self.history.live(text) };
            KvEntry {
                key: change_report.kept_key,
                value: text,
                metadata: metadata.json(),
                ttl: None,
            }
        });
        let policy = change_report.wanted.policy.map(|text| KvEntry {
            key: self.slot.key(),
            value: text,
            metadata: metadata.json(),
            ttl: None,
        });
        let entries: Vec<_> = kept.into_iter().chain(policy).collect();
        self.slot.wrangler.write(&entries).map_err(|unfinished| unfinished.error)
    }

    /// Reads the values after a write; again while the live KV still shows those before it.
    fn read_back(&self, change_report: &ChangeReport<'_>) -> Result<KvValues, WranglerError> {
        let kept_key = change_report.kept_key;
        let mut after = self.slot.values(Some(kept_key))?;
        for pause in PAUSES {
            if self.slot.options.wrangler.is_local()
                || !change_report.is_awaited(self.contents(&after, kept_key))
            {
                break;
            }
            self.slot.system.sleep(pause);
            after = self.slot.values(Some(kept_key))?;
        }
        Ok(after)
    }

    /// Restores the policy after a write that failed.
    fn undo(&self, change_report: &ChangeReport<'_>, policy: &Policy) -> Report {
        let kept_key = change_report.kept_key;
        let unknown = |error: WranglerError| {
            print_error(self.slot.system, &error.0);
            change_report.unknown("It could not be written, and it is unknown what KV has.")
        };
        let now = match self.slot.values(Some(kept_key)) {
            Ok(now) => now,
            Err(error) => return unknown(error),
        };
        let now = self.contents(&now, kept_key);
        if now == change_report.wanted {
            return change_report.done(policy);
        }
        if now == change_report.before {
            return change_report.unchanged();
        }
        if ![change_report.before.policy, change_report.wanted.policy].contains(&now.policy) {
            return change_report.other(
                "It could not be written, and somebody else may have written at the same time.",
                now,
            );
        }
        if let Err(error) = self.restore(now) {
            print_error(self.slot.system, &error.0);
        }
        match self.slot.values(Some(kept_key)) {
            Err(error) => unknown(error),
            Ok(after) => {
                let after = self.contents(&after, kept_key);
                let what = if after.policy == change_report.before.policy {
                    "It could not be written. The policy that was live is still live."
                } else {
                    "It could not be written, and the policy that was live could not be put back."
                };
                change_report.other(what, after)
            }
        }
    }

    /// Puts back the policy that was live, if it is not live `now`. Its copy in the history stays.
    fn restore(&self, now: Contents<'_>) -> Result<(), WranglerError> {
        let Some(text) = self.live().filter(|_| now.policy != self.live()) else { return Ok(()) };
        let metadata = self.history.live(text).json();
        let entry = KvEntry { key: self.slot.key(), value: text, metadata, ttl: None };
        self.slot.wrangler.write(&[entry]).map_err(|unfinished| unfinished.error)
    }

    /// Deletes the oldest versions if there are too many, with the new one of `new_bytes`.
    fn delete_surplus(&self, new_bytes: usize) {
        let surplus = self.history.surplus(new_bytes);
        if surplus.is_empty() {
            return;
        }
        if let Err(unfinished) = self.slot.wrangler.delete(&surplus) {
            let error = unfinished.error.0;
            let message = format!("the oldest versions could not be deleted: {error}");
            print_error(self.slot.system, &message);
        }
    }
}
