//! What became of a change, for people.

use socketio_cors_core::policy::Policy;

use super::{Slot, write::Contents};
use crate::{
    Report,
    kv::wrangler::temporary,
    terminal::printable::{printable, typed},
};

/// What was to become of a slot.
#[derive(Debug)]
pub(crate) struct Outcome<'c> {
    pub(crate) slot: &'c Slot<'c>,
    pub(crate) before: Contents<'c>,
    pub(crate) wanted: Contents<'c>,
}

impl Outcome<'_> {
    /// `policy` is live.
    pub(crate) fn done(&self, policy: &Policy) -> Report {
        let (target, keys) = (self.slot.target, &self.slot.keys);
        let (key, place, version) = (&keys.policy, target.place(), policy.version());
        let (previous, rollback) = (&keys.previous, target.rollback());
        let kept = match self.wanted.previous {
            Some(_) if self.wanted.previous == self.before.policy => {
                format!("What was live is \"{previous}\" now; put it back: {rollback}")
            }
            Some(_) => format!("\"{previous}\" is as it was; put it back: {rollback}"),
            None => {
                let delete = self.slot.wrangler.typed("delete", key);
                format!("There was none before; take it away again: {delete}")
            }
        };
        let when = if target.is_local() { WHEN_LOCAL } else { WHEN_LIVE };
        let says = format!("\"{key}\" in {place} is version {version} now.\n{kept}\n{when}");
        let lines: Vec<_> = [says].into_iter().chain(target.enforcement()).collect();
        Report { text: lines.join("\n"), valid: true }
    }

    /// All is as it was.
    pub(crate) fn unchanged(&self) -> Report {
        // The live one may show an edit late.
        let text = if self.slot.target.is_local() {
            "Nothing was changed."
        } else {
            "Nothing was changed, as far as KV shows."
        };
        Report { text: text.to_owned(), valid: false }
    }

    /// The keys have other contents than wrangler says it wrote.
    pub(crate) fn differs(&self, now: Contents<'_>) -> Report {
        let why = if self.slot.target.is_local() {
            "Somebody else may have written just then."
        } else {
            "KV may show it late, or somebody else has written just then: look again in a minute, \
             before you publish or roll back."
        };
        self.other(&format!("What was read back is not what was written. {why}"), now)
    }

    /// The keys have other contents than was wanted.
    pub(crate) fn other(&self, what: &str, now: Contents<'_>) -> Report {
        let keys = &self.slot.keys;
        let text = format!(
            "{what}\n\"{}\" holds {}, \"{}\" {}.",
            keys.policy,
            self.name(now.policy),
            keys.previous,
            self.name(now.previous),
        );
        let is_kept = [now.policy, now.previous].contains(&self.before.policy);
        let advice = if is_kept { String::new() } else { self.rescue() };
        Report { text: format!("{text}{advice}"), valid: false }
    }

    /// It is not known what the keys hold.
    pub(crate) fn unknown(&self, what: &str) -> Report {
        let show = self.slot.wrangler.typed("get", &self.slot.keys.policy);
        let text = format!("{what}\nSee what is there: {show}{}", self.rescue());
        Report { text, valid: false }
    }

    /// Whether `now` is what KV may show for a while after the change.
    pub(crate) fn is_awaited(&self, now: Contents<'_>) -> bool {
        now != self.wanted
            && [self.before.policy, self.wanted.policy].contains(&now.policy)
            && [self.before.previous, self.wanted.previous].contains(&now.previous)
    }

    /// Which text it is.
    fn name(&self, text: Option<&str>) -> &'static str {
        match text {
            None => "nothing",
            text if text == self.wanted.policy => "the new document",
            text if text == self.before.policy => "what was live before",
            text if text == self.before.previous => "what was kept before",
            Some(_) => "another text",
        }
    }

    /// Saves what was live, and says how to put it back.
    fn rescue(&self) -> String {
        let Some(text) = self.before.policy else { return String::new() };
        let saved = temporary(text).ok().and_then(|file| file.keep().ok());
        let Some((_, path)) = saved else {
            return format!(
                "\nWhat was live before could not be saved. It is:\n{}",
                printable(text)
            );
        };
        let put = self.slot.wrangler.typed("put", &self.slot.keys.policy);
        let path = path.to_string_lossy();
        let path = typed(["--path", &path].into_iter());
        format!("\nWhat was live before is saved; put it back: {put} {path}")
    }
}

const WHEN_LIVE: &str = "\
It takes effect within two minutes or so: KV takes 60 seconds or more to show an edit around the
world, and no isolate of the Worker uses a policy for longer than twice POLICY_FRESH_SECONDS (30
by default) without asking KV first. See docs/changes.md.";

const WHEN_LOCAL: &str =
    "A `wrangler dev` that runs asks KV again after POLICY_FRESH_SECONDS (30 by default).";
