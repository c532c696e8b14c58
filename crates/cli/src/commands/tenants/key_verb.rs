//! The words that differ between `tenants add` and `tenants remove`.

/// The change that the keys get.
#[derive(Clone, Copy, Debug)]
pub(super) enum Verb {
    Add {
        /// The seconds after which KV forgets them.
        ttl: Option<u32>,
    },
    Remove,
}

impl Verb {
    pub(super) fn question(self, place: &str) -> String {
        match self {
            Self::Add { .. } => format!("Add to {place}"),
            Self::Remove => format!("Remove from {place}"),
        }
    }

    /// The line if nothing was changed.
    pub(super) fn nothing(self) -> &'static str {
        match self {
            Self::Add { .. } => "Nothing was added.",
            Self::Remove => "Nothing was removed.",
        }
    }

    /// A phrase that says if KV has the keys when the command is done.
    pub(super) fn has(self) -> &'static str {
        match self {
            Self::Add { .. } => "has",
            Self::Remove => "does not have",
        }
    }

    /// A phrase that says where the keys are when the command is done.
    pub(super) fn state(self) -> &'static str {
        match self {
            Self::Add { .. } => "now in",
            Self::Remove => "no longer in",
        }
    }

    pub(super) fn sign(self) -> char {
        match self {
            Self::Add { .. } => '+',
            Self::Remove => '-',
        }
    }

    pub(super) fn when(self) -> &'static str {
        match self {
            Self::Add { .. } => WHEN_ADDED,
            Self::Remove => WHEN_REMOVED,
        }
    }
}

const WHEN_ADDED: &str = "\
It takes effect within about two minutes: KV takes 60 seconds or more to show a new key around the
world. An origin that was refused just before waits longer: KV remembers for 30 seconds that a key is
missing, and so does an isolate of the Worker for POLICY_FRESH_SECONDS (30 by default).";

const WHEN_REMOVED: &str = "\
It takes effect within about two minutes: KV takes 60 seconds or more to show it around the world, and
no isolate of the Worker uses a key for longer than twice POLICY_FRESH_SECONDS (30 by default) without
asking KV first. WebSockets that are open stay open.";
