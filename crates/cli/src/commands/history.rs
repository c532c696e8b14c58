//! `history`: the versions of a policy in KV, and what is known of them.

use clap::Args;
use serde_json::{Value, json};

use crate::{
    kv::{
        author::time,
        change::{Change, PolicySlot},
        metadata::Metadata,
        policy_options::PolicyOptions,
    },
    report::{CommandError, Report},
    system::System,
    terminal::printable::{self, printable},
};

pub(crate) const EXAMPLES: &str = "\
Examples:
  socketio-cors history
  socketio-cors history --host api.example.com --json
  socketio-cors rollback --to 0a568b28";

#[derive(Args, Debug)]
pub(crate) struct History {
    /// Print one JSON object instead of text
    ///
    /// {"key", "live", "kept"}; live (null if there is no policy) and each kept version, the
    /// newest first, have "version", "by", "at", "message" and "commit", which are null if unknown;
    /// kept ones have "replacedAt", "bytes" and "kvKey" as well.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    options: PolicyOptions,
}

/// A version of the policy.
struct Listed {
    version: String,
    metadata: Metadata,
    /// `None` for the live one, and for one that an older version of the tool kept.
    replaced_at: Option<u64>,
    /// `None` for the live one.
    key: Option<String>,
}

impl History {
    pub(crate) fn run(&self, system: &dyn System) -> Result<Report, CommandError> {
        let slot = PolicySlot::open(system, &self.options)?;
        let change = slot.read().map_err(|error| CommandError::Failed(error.0))?;
        let versions = Listed::of(&change);
        let text = if self.json {
            printable::json(&json(slot.key(), &versions))
        } else if versions.is_empty() {
            format!("There is no \"{}\" in {}.", slot.key(), self.options.wrangler.place())
        } else {
            let heading = format!("\"{}\" in {}", slot.key(), self.options.wrangler.place());
            let lines = versions.iter().map(Listed::text);
            [heading].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
        };
        Ok(Report::good(text))
    }
}

impl Listed {
    /// The live version, and those before it.
    fn of(change: &Change<'_>) -> Vec<Self> {
        let live = change.live().map(|text| {
            let metadata = change.history().live(text);
            let version = metadata.version.get(..8).unwrap_or_default().to_owned();
            Self { version, metadata, replaced_at: None, key: None }
        });
        let kept = change.history().kept().iter().map(|kept| Self {
            version: kept.version().to_owned(),
            metadata: kept.metadata.clone().unwrap_or_default(),
            replaced_at: Some(kept.replaced_at),
            key: Some(kept.key.clone()),
        });
        let previous = change.previous().map(|text| {
            let metadata = Metadata { bytes: Some(text.len()), ..Metadata::of(text) };
            let version = metadata.version.get(..8).unwrap_or_default().to_owned();
            Self {
                version,
                metadata,
                replaced_at: None,
                key: Some(change.previous_key().to_owned()),
            }
        });
        live.into_iter().chain(kept).chain(previous).collect()
    }

    /// A line for people.
    fn text(&self) -> String {
        let Metadata { by, at, message, commit, .. } = &self.metadata;
        let place = match (&self.key, self.replaced_at) {
            (None, _) => "live".to_owned(),
            (Some(_), Some(millis)) => format!("until {}", time(millis)),
            (Some(key), None) => format!("\"{key}\""),
        };
        let signed = match by {
            None if at.is_none() => "author unknown: not written by this tool".to_owned(),
            None => "author unknown".to_owned(),
            Some(by) => format!("by {by}"),
        };
        let at = at.as_ref().map(|at| format!("at {at}"));
        let commit = commit.as_ref().map(|it| format!("commit {}", it.get(..12).unwrap_or(it)));
        let parts = [Some(place), Some(signed), at, commit].into_iter().flatten();
        let line = format!("  {}  {}", self.version, parts.collect::<Vec<_>>().join(", "));
        let message = message.as_ref().map(|it| format!("\n            {}", printable(it)));
        format!("{}{}", printable(&line), message.unwrap_or_default())
    }

    fn json(&self) -> Value {
        let Metadata { by, at, message, commit, bytes, .. } = &self.metadata;
        let mut value = json!({
            "version": self.version, "by": by, "at": at, "message": message, "commit": commit,
        });
        if let (Some(members), Some(key)) = (value.as_object_mut(), &self.key) {
            members.insert("kvKey".to_owned(), key.as_str().into());
            members.insert("bytes".to_owned(), json!(bytes));
            members.insert("replacedAt".to_owned(), json!(self.replaced_at.map(time)));
        }
        value
    }
}

fn json(key: &str, versions: &[Listed]) -> Value {
    let live = versions.iter().find(|version| version.key.is_none()).map(Listed::json);
    let kept = versions.iter().filter(|version| version.key.is_some()).map(Listed::json);
    json!({ "key": key, "live": live, "kept": kept.collect::<Value>() })
}
