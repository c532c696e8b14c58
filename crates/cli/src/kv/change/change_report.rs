//! The result of a change, for people.

use socketio_cors_core::policy::{Policy, Version};

use super::{PolicySlot, contents::Contents};
use crate::{
    report::Report,
    terminal::printable::{printable, typed},
};

/// Reports what became of a change.
pub(super) struct ChangeReport<'c> {
    pub(super) slot: &'c PolicySlot<'c>,
    /// The key under which the replaced text is kept.
    pub(super) kept_key: &'c str,
    pub(super) before: Contents<'c>,
    pub(super) wanted: Contents<'c>,
}

impl ChangeReport<'_> {
    /// `policy` is live.
    pub(crate) fn done(&self, policy: &Policy) -> Report {
        let (options, key) = (self.slot.options, self.slot.key());
        let (place, version) = (options.wrangler.place(), policy.version());
        let kept = if let Some(text) = self.wanted.kept {
            let (kept, rollback) = (Version::of(text), options.command("rollback"));
            format!("The version that was live is {kept}; put it back: {rollback}")
        } else {
            let delete = self.slot.wrangler.key_command("delete", key);
            format!("There was no policy before; delete this one: {delete}")
        };
        let when = if options.wrangler.is_local() { WHEN_LOCAL } else { WHEN_LIVE };
        let says = format!("\"{key}\" in {place} is version {version} now.\n{kept}\n{when}");
        let lines: Vec<_> = [says].into_iter().chain(self.slot.report_only_line()).collect();
        Report::good(lines.join("\n"))
    }

    /// Nothing has changed.
    pub(crate) fn unchanged(&self) -> Report {
        // The live one may show an edit late.
        let text = if self.slot.options.wrangler.is_local() {
            "Nothing was changed."
        } else {
            "Nothing was changed, according to KV."
        };
        Report::failed(text)
    }

    /// The keys do not have the contents that wrangler says it wrote.
    pub(crate) fn differs(&self, now: Contents<'_>) -> Report {
        let why = if self.slot.options.wrangler.is_local() {
            "Somebody else may have written at the same time."
        } else {
            "KV may show it late, or somebody else wrote at the same time: look again in a minute, \
             before you publish or roll back."
        };
        self.other(&format!("KV does not have what was written. {why}"), now)
    }

    /// The keys have other contents than they should.
    pub(crate) fn other(&self, what: &str, now: Contents<'_>) -> Report {
        let kept = match now.kept {
            None => String::new(),
            kept => format!(", \"{}\" {}", self.kept_key, self.name(kept)),
        };
        let text = format!("{what}\n\"{}\" has {}{kept}.", self.slot.key(), self.name(now.policy));
        let is_kept = [now.policy, now.kept].contains(&self.before.policy);
        let advice = if is_kept { String::new() } else { self.rescue() };
        Report::failed(format!("{text}{advice}"))
    }

    /// It is not known what the keys have.
    pub(crate) fn unknown(&self, what: &str) -> Report {
        let show = self.slot.wrangler.key_command("get", &self.slot.keys.policy);
        Report::failed(format!("{what}\nSee what KV has: {show}{}", self.rescue()))
    }

    /// KV may show `now` for a while after the change.
    pub(crate) fn is_awaited(&self, now: Contents<'_>) -> bool {
        now != self.wanted
            && [self.before.policy, self.wanted.policy].contains(&now.policy)
            && [self.before.kept, self.wanted.kept].contains(&now.kept)
    }

    /// The name of a text for people, by its role in the change.
    fn name(&self, text: Option<&str>) -> &'static str {
        match text {
            None => "nothing",
            text if text == self.wanted.policy => "the new document",
            text if text == self.before.policy => "the document that was live",
            Some(_) => "another text",
        }
    }

    /// Saves the text that was live in a file, and says how to put it back.
    fn rescue(&self) -> String {
        let Some(text) = self.before.policy else { return String::new() };
        let Ok(path) = self.slot.system.write_temporary(text) else {
            return format!(
                "\nThe policy that was live could not be saved. It is:\n{}",
                printable(text)
            );
        };
        let put = self.slot.wrangler.key_command("put", &self.slot.keys.policy);
        let path = path.to_string_lossy();
        let path = typed(["--path", &path].into_iter());
        format!("\nThe policy that was live is saved in a file; put it back: {put} {path}")
    }
}

const WHEN_LIVE: &str = "\
It takes effect within about two minutes: KV takes 60 seconds or more to show an edit around the
world, and no isolate of the Worker uses a policy for longer than twice POLICY_FRESH_SECONDS (30
by default) without asking KV first.";

/// A sentence that says how soon a change of the local KV takes effect.
pub(crate) const WHEN_LOCAL: &str =
    "A running `wrangler dev` asks KV again after POLICY_FRESH_SECONDS (30 by default).";
