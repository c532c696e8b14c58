//! Socket.IO 2's `origins`.

use super::{
    DomainRules, Listed, Origins,
    diagnostic::{Diagnostics, Reported},
    field::Members,
    json::Value,
    listed_patterns::{Barred, add, read_pattern},
    place::Node,
    tenants,
};
use crate::origin::{self, host, pattern::OriginPattern};

/// A text of origins with spaces, or a list; `*:*` among them allows every
/// origin, which Socket.IO 2 echoes (socket.io 2, `Server.prototype.checkRequest`).
pub(super) fn origins(
    node: &Node<'_>,
    barred: Barred,
    diagnostics: &mut Diagnostics<'_>,
) -> Result<Origins, Reported> {
    if !matches!(node.value(), Value::Text(_) | Value::Array | Value::Object) {
        return Err(diagnostics.add_invalid(node, "a list of origins, or \"*:*\"", None));
    }
    let mut every = false;
    let mut listed = Listed::default();
    for item in node.items_or_self() {
        if diagnostics.are_full() {
            break;
        }
        let Some(text) = item.text() else {
            if let Ok(members) = Members::of(&item, tenants::EXPECTED, diagnostics) {
                tenants::prefix(&members, &mut listed, diagnostics);
            }
            continue;
        };
        let is_list = !matches!(node.value(), Value::Text(_));
        let whole = is_list.then_some(&*text);
        let parts = text.split_ascii_whitespace().filter(|_| !is_list);
        for entry in whole.into_iter().chain(parts) {
            if diagnostics.are_full() {
                break;
            }
            match read_entry(entry, barred, diagnostics.domain_rules) {
                Ok(Entry::Every) => every = true,
                Ok(Entry::Patterns(patterns)) => {
                    for pattern in patterns.iter().filter_map(|text| (&**text).try_into().ok()) {
                        add(&item, &pattern, &mut listed, diagnostics);
                    }
                }
                Err((message, help)) => drop(diagnostics.add_part(&item, entry, message, help)),
            }
        }
    }
    Ok(if every { Origins::Every } else { Origins::Listed(listed) })
}

/// An entry that is read.
enum Entry {
    Every,
    /// Valid patterns.
    Patterns(Vec<String>),
}

fn read_entry(
    entry: &str,
    barred: Barred,
    domain_rules: &DomainRules,
) -> Result<Entry, (&'static str, String)> {
    if entry == "*:*" {
        return Ok(Entry::Every);
    }
    if entry == "*" {
        return Err(("does not allow every origin in Socket.IO 2", "write \"*:*\"".to_owned()));
    }
    let patterns = patterns(entry);
    for text in &patterns {
        if let Err(diagnostic) = read_pattern(text, barred, domain_rules) {
            // A pattern that is wrong as such is reported as it was written.
            let is_wrong = OriginPattern::try_from(&**text).is_err();
            let own = is_wrong.then(|| read_pattern(entry, barred, domain_rules).err()).flatten();
            return Err(own.unwrap_or(diagnostic));
        }
    }
    Ok(Entry::Patterns(patterns))
}

/// The patterns that an entry of Socket.IO 2's `origins` stands for. There, every
/// port is written (`https://a.example:443`), and the scheme may be left out
/// (`a.example:*`).
pub(super) fn patterns(entry: &str) -> Vec<String> {
    let (schemes, authority) = match origin::split_scheme(entry) {
        Some((scheme, authority)) => (vec![scheme], authority),
        None => (vec!["http", "https"], entry),
    };
    let write = |scheme: &str| match origin::split_port(authority) {
        (host, Some(port))
            if host::parse_port(port)
                .is_some_and(|port| Some(port) == host::default_port(scheme)) =>
        {
            Some(format!("{scheme}://{host}"))
        }
        (_, None) => None,
        _ => Some(format!("{scheme}://{authority}")),
    };
    let patterns: Option<Vec<_>> = schemes.iter().map(|scheme| write(scheme)).collect();
    patterns.unwrap_or_else(|| vec![entry.to_owned()])
}
