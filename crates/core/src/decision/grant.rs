//! The access that CORS grants a page.

use crate::policy::{Access, Rule};

/// The access that CORS grants a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant<'a> {
    /// `*`: any page may read the answer to a request without credentials.
    Anyone,
    /// A page of this origin may read it.
    Origin {
        /// The origin, as it came.
        origin: &'a str,
        /// To a request with credentials, too.
        credentialed: bool,
    },
}

impl<'a> Grant<'a> {
    /// The grant of `rule` to `origin`, which it allows.
    #[must_use]
    pub fn to(origin: &'a str, rule: &Rule) -> Self {
        match rule.access {
            Access::Wildcard => Self::Anyone,
            Access::Echoed { credentials, .. } => {
                Self::Origin { origin, credentialed: credentials }
            }
        }
    }

    /// The grant of `rule` to a request without `Origin`, if any: a cache may keep the answer for
    /// pages that send one.
    #[must_use]
    pub fn without_origin(rule: &Rule) -> Option<Self> {
        matches!(rule.access, Access::Wildcard).then_some(Self::Anyone)
    }

    /// The access that two rules grant together: no more than each grants alone.
    #[must_use]
    pub fn of_both(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one?, other?) {
            (Self::Anyone, Self::Anyone) => Some(Self::Anyone),
            (Self::Origin { origin, credentialed }, Self::Origin { credentialed: too, .. }) => {
                Some(Self::Origin { origin, credentialed: credentialed && too })
            }
            (Self::Anyone, Self::Origin { origin, .. })
            | (Self::Origin { origin, .. }, Self::Anyone) => {
                Some(Self::Origin { origin, credentialed: false })
            }
        }
    }

    /// The origin that it names.
    pub(crate) fn origin(self) -> Option<&'a str> {
        match self {
            Self::Anyone => None,
            Self::Origin { origin, .. } => Some(origin),
        }
    }
}

/// [`Grant`] without the origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum GrantKind {
    None,
    Anyone,
    Origin { credentialed: bool },
}

impl From<Option<Grant<'_>>> for GrantKind {
    fn from(grant: Option<Grant<'_>>) -> Self {
        match grant {
            None => Self::None,
            Some(Grant::Anyone) => Self::Anyone,
            Some(Grant::Origin { credentialed, .. }) => Self::Origin { credentialed },
        }
    }
}
