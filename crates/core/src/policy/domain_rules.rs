//! Rules about domain names that take large tables.

use crate::origin::pattern::OriginPattern;

/// Rules about domain names. Their tables are too large for the Worker's upload, so each program
/// brings its own.
#[derive(Clone, Copy, Debug)]
pub struct DomainRules {
    /// The form in which a browser sends a Unicode host (WHATWG URL, "domain to
    /// ASCII"): `xn--bcher-kva.example` for `bücher.example`. `None` where it
    /// has none, or where that is not known.
    pub to_ascii: fn(&str) -> Option<String>,
    /// The help to write instead of a pattern that stands for names which anyone can register
    /// (<https://publicsuffix.org>): `https://*.co.uk`, `https://x-*.github.io`. `None` for others.
    pub own_names: fn(&OriginPattern<'_>) -> Option<String>,
}

impl DomainRules {
    /// No tables: the Worker's.
    pub const NONE: Self = Self { to_ascii: |_| None, own_names: |_| None };
}
