//! The verdict on a request.

use std::fmt;

/// The verdict on a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Forward it.
    Allow,
    /// Answer it with a refusal.
    Refuse,
    /// Answer it with a refusal that says "later": a policy may exist that allows it, but none
    /// could be read.
    RefuseForNow,
    /// Answer it with what the rule allows.
    Preflight,
    /// Forward it untouched: no route covers it.
    Uncovered,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Verdict {
    /// Its name, in kebab case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Refuse | Self::RefuseForNow => "refuse",
            Self::Preflight => "preflight",
            Self::Uncovered => "uncovered",
        }
    }
}
