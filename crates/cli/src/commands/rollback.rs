//! `rollback`: puts a document back into KV that was live before.

use std::collections::BTreeSet;

use clap::Args;
use socketio_cors_core::policy::{Policy, Version};
use socketio_cors_explain::PolicyDocument;

use crate::{
    document::Document,
    kv::{
        WranglerError,
        author::AuthorOptions,
        change::{Change, PolicySlot},
        history::KeptVersion,
        metadata::Metadata,
        policy_options::{Consent, PolicyOptions},
    },
    report::{CommandError, Report, WrongUsage},
    system::System,
    terminal::{check_text::check_text, printable::printable},
};

pub(crate) const EXAMPLES: &str = "\
Examples:
  socketio-cors rollback
  socketio-cors rollback --to 0a568b28    # from `socketio-cors history`
  socketio-cors rollback --host api.example.com
  socketio-cors rollback --local --yes";

#[derive(Args, Debug)]
pub(crate) struct Rollback {
    /// The version to put back, by its first digits [default: the newest good one]
    #[arg(long, value_name = "VERSION")]
    to: Option<String>,
    #[command(flatten)]
    author: AuthorOptions,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    options: PolicyOptions,
}

/// A version to be put back.
struct Target {
    /// Its KV key.
    key: String,
    text: String,
    commit: Option<String>,
}

/// The fewest digits that name a version.
const MIN_DIGITS: usize = 4;
/// The most versions that are looked at for one without faults, and the most bytes of them.
const MAX_TRIED: usize = 5;
const MAX_TRIED_BYTES: usize = 20 * 1024 * 1024;

impl Rollback {
    pub(crate) fn run(&self, system: &dyn System) -> Result<Report, CommandError> {
        let slot = PolicySlot::open(system, &self.options)?;
        self.consent.check(system)?;
        let digits = self.digits()?;
        let change = match slot.read() {
            Ok(change) => change,
            Err(error) => return Ok(slot.wrangler_failed(&error, "Nothing was changed.")),
        };
        let targets = match targets(&change, digits.as_deref()) {
            Ok(targets) => targets,
            Err(error) => return Ok(slot.wrangler_failed(&error, "Nothing was changed.")),
        };
        let read = |target: Target| {
            let policy = PolicyDocument::read(target.text);
            (Document { name: target.key, policy }, target.commit)
        };
        let mut why_not = None;
        for (document, commit) in targets.into_iter().map(read) {
            match document.policy.policy() {
                Ok(policy) => {
                    let metadata = self.sign(system, document.policy.json(), &policy, commit);
                    let documents = (&document.policy, &policy);
                    let question = format!("Put version {} back into", policy.version());
                    return change.carry_out(&question, documents, &metadata, &self.consent);
                }
                Err(faults) => {
                    why_not.get_or_insert_with(|| check_text(&document, &Err(faults), &[]));
                }
            }
        }
        let why = why_not.unwrap_or_else(|| self.nothing(&change, digits.as_deref()));
        Ok(Report::bad(format!("{why}\nNothing was changed.")))
    }

    /// The digits of `--to`.
    fn digits(&self) -> Result<Option<String>, WrongUsage> {
        let Some(text) = &self.to else { return Ok(None) };
        let digits = text.to_ascii_lowercase();
        let is_version = (MIN_DIGITS..=64).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let message = || {
            let text = printable(text);
            format!("--to {text} is not a version: write its first digits, as in 0a568b28")
        };
        is_version.then_some(Some(digits)).ok_or_else(|| WrongUsage(message()))
    }

    /// The reason why no version is put back.
    fn nothing(&self, change: &Change<'_>, digits: Option<&str>) -> String {
        let place = self.options.wrangler.place();
        let live = change.live().map(|text| Metadata::of(text).version);
        let is_live = live.is_some_and(|live| digits.is_none_or(|digits| live.starts_with(digits)));
        let is_kept = !change.history().kept().is_empty() || change.previous().is_some();
        match digits {
            Some(digits) if is_live => {
                format!("Nothing to put back: version {digits} is live already.")
            }
            Some(digits) if several(change, digits) => {
                format!("--to {digits} matches several versions: write more digits.")
            }
            Some(digits) => format!(
                "There is no version {digits} in {place}. List the versions: {}",
                self.options.command("history")
            ),
            None if is_kept && is_live => {
                "Nothing to put back: the kept version is live already.".to_owned()
            }
            None => format!("Nothing to put back: {place} has no older version."),
        }
    }

    fn sign(
        &self,
        system: &dyn System,
        json: &str,
        policy: &Policy,
        commit: Option<String>,
    ) -> Metadata {
        let signed = self.author.sign(system, json, None);
        let message = || format!("Roll back to {}", policy.version());
        Metadata { message: Some(signed.message.unwrap_or_else(message)), commit, ..signed }
    }
}

/// The versions that may be put back, the preferred one first.
fn targets(change: &Change<'_>, digits: Option<&str>) -> Result<Vec<Target>, WranglerError> {
    let live = change.live().map(Metadata::of);
    let is_live = |kept: &KeptVersion| {
        live.as_ref().is_some_and(|live| live.version.starts_with(&kept.digits))
    };
    let mut bytes = 0_usize;
    let kept: Vec<_> = match digits {
        Some(digits) => matching(change, digits).into_iter().take(1).collect(),
        None => change.history().kept().iter().take(MAX_TRIED).collect(),
    };
    let kept: Vec<_> = kept
        .into_iter()
        .filter(|kept| !is_live(kept))
        .take_while(|kept| {
            let is_first = bytes == 0;
            bytes = bytes.saturating_add(kept.bytes());
            is_first || bytes <= MAX_TRIED_BYTES
        })
        .collect();
    let texts = if kept.is_empty() { None } else { Some(change.texts(&kept)?) };
    let target = |kept: &&KeptVersion| {
        let text = texts.as_ref()?.get(&kept.key)?;
        let commit = kept.metadata.as_ref().and_then(|it| it.commit.clone());
        // Somebody else may have written another one under its key.
        let target = || Target { key: kept.key.clone(), text: text.to_owned(), commit };
        kept.is_of(text).then(target)
    };
    let previous = change.previous().filter(|text| {
        let is_meant = |digits| Version::of(text).digits().starts_with(digits);
        change.live() != Some(text) && digits.is_none_or(is_meant)
    });
    let previous = previous.map(|text| Target {
        key: change.previous_key().to_owned(),
        text: text.to_owned(),
        commit: None,
    });
    Ok(kept.iter().filter_map(target).chain(previous).collect())
}

/// The kept versions that begin with `digits`; none if these are different versions.
fn matching<'c>(change: &'c Change<'_>, digits: &str) -> Vec<&'c KeptVersion> {
    if several(change, digits) {
        return Vec::new();
    }
    let kept = change.history().kept().iter();
    kept.filter(|kept| begins(kept, digits)).collect()
}

/// The digits begin several versions.
fn several(change: &Change<'_>, digits: &str) -> bool {
    let kept = change.history().kept().iter().filter(|kept| begins(kept, digits));
    kept.map(KeptVersion::version).collect::<BTreeSet<_>>().len() > 1
}

/// Only eight digits of a version may be known.
fn begins(kept: &KeptVersion, digits: &str) -> bool {
    kept.digits.starts_with(digits) || digits.starts_with(&kept.digits)
}
