//! The patterns in a list of origins: read, checked, counted.

use super::{DomainRules, Listed, diagnostic::Diagnostics, place::Node};
use crate::pattern::{HostPattern, OriginPattern, repair};

/// The most origins of a document: five times a list of 100,000.
const MAX_ORIGINS: usize = 500_000;

/// The pattern `text`. With `own_only`, it may not stand for domains that anyone can register.
///
/// # Errors
/// A clause that says what is wrong with it, and a help.
pub(super) fn read_pattern<'t>(
    text: &'t str,
    own_only: bool,
    domain_rules: &DomainRules,
) -> Result<OriginPattern<'t>, (&'static str, String)> {
    let over_suffix = |text: &str| {
        let pattern = OriginPattern::try_from(text).ok()?;
        let HostPattern::Below(domain) = pattern.host() else { return None };
        let (scheme, below) = text.split_once("*.")?;
        (own_only && (domain_rules.is_public_suffix)(domain)).then(|| {
            format!(
                "write your own domains, as in \"{scheme}*.yours.{below}\"; or say \
                 that all are meant: \"dangerouslyAllow\": [\"public-suffix\"]"
            )
        })
    };
    let pattern = OriginPattern::try_from(text).map_err(|error| {
        // The help must not suggest another fault.
        let repaired = repair(text, domain_rules.to_ascii).and_then(|text| over_suffix(&text));
        let help = repaired.unwrap_or_else(|| error.help(text, domain_rules.to_ascii));
        (error.message(), help)
    })?;
    over_suffix(text).map_or(Ok(pattern), |help| Err((OVER_SUFFIX, help)))
}

const OVER_SUFFIX: &str = "is a wildcard over a public suffix, under which anyone can have a site, \
                           with \"credentials\": true";

/// Adds `pattern`, which is in `node`, to those of `listed`.
pub(super) fn add(
    node: &Node<'_>,
    pattern: OriginPattern<'_>,
    listed: &mut Listed,
    diagnostics: &mut Diagnostics<'_>,
) {
    if diagnostics.origins >= MAX_ORIGINS {
        let message = format!("exceeds the limit of {MAX_ORIGINS} origins in a document");
        diagnostics.add_part(node, pattern.as_str(), message, "use {\"kv\": \"tenant:\"}");
        return;
    }
    diagnostics.origins = diagnostics.origins.saturating_add(1);
    listed.patterns.extend([pattern]);
}
