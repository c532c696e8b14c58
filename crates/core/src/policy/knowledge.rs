//! What is known of host names, beyond their form.

/// What is known of host names. It takes tables that are too large for the
/// Worker's upload, so each platform brings its own.
#[derive(Clone, Copy, Debug)]
pub struct Knowledge {
    /// The form in which a browser sends a Unicode host (WHATWG URL, "domain to
    /// ASCII"): `xn--bcher-kva.example` for `bücher.example`. `None` where it
    /// has none, or where that is not known.
    pub to_ascii: fn(&str) -> Option<String>,
    /// Whether anyone can register a name below this domain
    /// (<https://publicsuffix.org>): `co.uk`, `github.io`.
    pub is_public_suffix: fn(&str) -> bool,
}

impl Knowledge {
    /// Nothing is known.
    pub const NONE: Self = Self { to_ascii: |_| None, is_public_suffix: |_| false };
}
