//! The patterns in a list of origins: read, checked, counted.

use super::{DomainRules, Listed, diagnostic::Diagnostics, place::Node};
use crate::origin::pattern::{OriginPattern, PatternError, repair};

/// The most origins of a document: five times a list of 100,000.
const MAX_ORIGINS: usize = 500_000;

/// The patterns that a list of origins may not have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Barred {
    /// `null`.
    pub(super) null: bool,
    /// Patterns that stand for names which anyone can register.
    pub(super) public_suffixes: bool,
}

/// The pattern `text`, unless it is one of those that `barred` names.
///
/// # Errors
/// A clause that says what is wrong with it, and a help.
pub(super) fn read_pattern<'t>(
    text: &'t str,
    barred: Barred,
    domain_rules: &DomainRules,
) -> Result<OriginPattern<'t>, (&'static str, String)> {
    let over_suffix = |pattern: &OriginPattern<'_>| {
        barred.public_suffixes.then(|| (domain_rules.own_names)(pattern)).flatten()
    };
    let pattern = OriginPattern::try_from(text)
        .map_err(|error| explain(error, text, domain_rules, over_suffix))?;
    if barred.null && pattern.is_null() {
        return Err((SHARED, "remove it; serve the page from a URL of its own".to_owned()));
    }
    over_suffix(&pattern).map_or(Ok(pattern), |help| Err((OVER_SUFFIX, help)))
}

/// The message and the help for `text`, which is not a pattern because of `error`.
#[cold]
fn explain(
    error: PatternError,
    text: &str,
    domain_rules: &DomainRules,
    over_suffix: impl Fn(&OriginPattern<'_>) -> Option<String>,
) -> (&'static str, String) {
    // The help must not suggest another fault.
    let repaired = repair(text, domain_rules.to_ascii)
        .and_then(|text| over_suffix(&OriginPattern::try_from(&*text).ok()?));
    let help = repaired.unwrap_or_else(|| error.help(text, domain_rules.to_ascii));
    (error.message(), help)
}

const SHARED: &str = "is the origin of every sandboxed frame and local file, and \"credentials\" \
                      is true";
const OVER_SUFFIX: &str = "is a wildcard over a public suffix, where anyone can get a site, and \
                           \"credentials\" is true";

/// Adds `pattern`, which is in `node`, to those of `listed`.
pub(super) fn add(
    node: &Node<'_>,
    pattern: &OriginPattern<'_>,
    listed: &mut Listed,
    diagnostics: &mut Diagnostics<'_>,
) {
    if diagnostics.origins >= MAX_ORIGINS {
        let message = format!("exceeds the limit of {MAX_ORIGINS} origins in a document");
        diagnostics.add_part(node, pattern.as_str(), message, "use {\"kv\": \"tenant:\"}");
        return;
    }
    diagnostics.origins = diagnostics.origins.saturating_add(1);
    listed.patterns.insert(pattern);
}
