//! Rules about domain names that take large tables.

/// Rules about domain names. Their tables are too large for the Worker's upload, so each program
/// brings its own.
#[derive(Clone, Copy, Debug)]
pub struct DomainRules {
    /// The form in which a browser sends a Unicode host (WHATWG URL, "domain to
    /// ASCII"): `xn--bcher-kva.example` for `bücher.example`. `None` where it
    /// has none, or where that is not known.
    pub to_ascii: fn(&str) -> Option<String>,
    /// Returns true if anyone can register a name below this domain
    /// (<https://publicsuffix.org>): `co.uk`, `github.io`.
    pub is_public_suffix: fn(&str) -> bool,
}

impl DomainRules {
    /// No tables: the Worker's.
    pub const NONE: Self = Self { to_ascii: |_| None, is_public_suffix: |_| false };
}
