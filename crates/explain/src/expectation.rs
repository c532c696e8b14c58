//! Expectations of how a request is decided, for tests of a policy.

use std::{fmt, str::FromStr};

use socketio_cors_core::decision::Verdict;

use super::{ExplainedRequest, Explanation};

/// The expected decision about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// The edge lets the request and its preflight through.
    Allow,
    /// The edge refuses the request or its preflight.
    Refuse,
    /// The page can read the answer, or its WebSocket opens.
    Readable,
}

/// The names of the expectations.
pub const EXPECTATIONS: [&str; 3] = ["allow", "refuse", "readable"];

impl FromStr for Expectation {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "allow" => Ok(Self::Allow),
            "refuse" => Ok(Self::Refuse),
            "readable" => Ok(Self::Readable),
            _ => Err(()),
        }
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allow => "allow",
            Self::Refuse => "refuse",
            Self::Readable => "readable",
        })
    }
}

impl Explanation<'_> {
    /// The part that refuses: the preflight before the request. A rule that only reports refuses as
    /// well, as it would if it were enforced.
    #[must_use]
    pub fn refusal(&self) -> Option<&ExplainedRequest<'_>> {
        let refuses = |part: &&ExplainedRequest<'_>| part.decision.verdict == Verdict::Refuse;
        self.preflight.iter().chain([&self.request]).find(refuses)
    }

    /// The explanation is as expected.
    #[must_use]
    pub fn meets(&self, expectation: Expectation) -> bool {
        match expectation {
            Expectation::Allow => self.refusal().is_none(),
            Expectation::Refuse => self.refusal().is_some(),
            Expectation::Readable => {
                self.outcome.as_ref().is_some_and(super::BrowserOutcome::is_readable)
            }
        }
    }
}
