//! Finds a rule in its document, and a pattern in that rule.

use super::{
    DomainRules, diagnostic::Diagnostics, document, field::Members, lines::Lines, origins,
    place::Node, syntax,
};

/// A place in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// As a JSON pointer (RFC 6901).
    pub pointer: String,
    /// In the document, in bytes.
    pub offset: usize,
    /// From 1.
    pub line: usize,
    /// The character of the line, from 1.
    pub column: usize,
}

/// The place of the rule of the route `prefix` in the document `text`, and in that rule the place of
/// the first origin that is or contains `pattern`, or of the tenants' prefix that is `pattern`.
#[must_use]
pub fn locate(text: &str, prefix: &str, pattern: Option<&str>) -> Option<(Source, Option<Source>)> {
    let mut diagnostics = Diagnostics::of(text, &DomainRules::NONE);
    let root = Node::root(syntax::read(text, &mut diagnostics).ok()?);
    let source = |node: &Node<'_>| {
        let offset = node.json.span(text).start;
        let (line, column) = Lines::of(text).position(offset);
        Source { pointer: node.place.to_string(), offset, line, column }
    };
    let mut found = None;
    document::each_rule(&root, &mut diagnostics, |key, rule, diagnostics| {
        let covers = key.map_or(super::DEFAULT_PREFIX.into(), |key| key.text().unwrap_or_default());
        if covers == prefix && found.is_none() {
            let origin = pattern.and_then(|pattern| {
                let members = Members::of(rule, "", diagnostics).ok()?;
                let node = members.get("origin").or_else(|| members.get("origins"))?;
                let mut items = node.items_or_self();
                items.find(|item| origins::names(item, pattern)).map(|item| source(&item))
            });
            found = Some((source(rule), origin));
        }
    });
    found
}
