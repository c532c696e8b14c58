//! Socket.IO 2's `origins`.

use super::{
    Knowledge, Listed, Origins,
    diagnostic::{Diagnostics, Noted},
    json::Value,
    origins::{add, read_pattern},
    place::Node,
    tenants,
};
use crate::{host, origin, pattern::OriginPattern};

/// A text of origins with spaces, or a list; `*:*` among them allows every
/// origin, which Socket.IO 2 echoes (socket.io 2, `Server.prototype.checkRequest`).
pub(super) fn origins(
    node: &Node<'_>,
    own_only: bool,
    diagnostics: &mut Diagnostics<'_>,
) -> Result<Origins, Noted> {
    if !matches!(node.value(), Value::Text(_) | Value::Array | Value::Object) {
        return Err(diagnostics.add_type(node, "a list of origins, or \"*:*\""));
    }
    let mut every = false;
    let mut listed = Listed::default();
    for item in node.items_or_self() {
        if diagnostics.are_full() {
            break;
        }
        let Some(text) = item.text() else {
            tenants::prefix(&item, &mut listed, diagnostics);
            continue;
        };
        let is_list = !matches!(node.value(), Value::Text(_));
        let whole = is_list.then_some(&*text);
        let parts = text.split_ascii_whitespace().filter(|_| !is_list);
        for entry in whole.into_iter().chain(parts) {
            if diagnostics.are_full() {
                break;
            }
            match read_entry(entry, own_only, diagnostics.knowledge) {
                Ok(Entry::Every) => every = true,
                Ok(Entry::Patterns(patterns)) => {
                    for pattern in patterns.iter().filter_map(|text| (&**text).try_into().ok()) {
                        add(&item, pattern, &mut listed, diagnostics);
                    }
                }
                Err((message, help)) => drop(diagnostics.add_part(&item, entry, message, help)),
            }
        }
    }
    Ok(if every { Origins::Every } else { Origins::Listed(listed) })
}

/// What an entry stands for.
enum Entry {
    Every,
    /// These, all of them valid.
    Patterns(Vec<String>),
}

fn read_entry(
    entry: &str,
    own_only: bool,
    knowledge: &Knowledge,
) -> Result<Entry, (&'static str, String)> {
    if entry == "*:*" {
        return Ok(Entry::Every);
    }
    if entry == "*" {
        return Err(("is not how Socket.IO 2 spells every origin", "write \"*:*\"".to_owned()));
    }
    let patterns = patterns(entry);
    for text in &patterns {
        if let Err(diagnostic) = read_pattern(text, own_only, knowledge) {
            // What is no pattern is told of as it is spelt.
            let spelt = OriginPattern::try_from(&**text).is_err();
            let own = spelt.then(|| read_pattern(entry, own_only, knowledge).err()).flatten();
            return Err(own.unwrap_or(diagnostic));
        }
    }
    Ok(Entry::Patterns(patterns))
}

/// The patterns that an entry of Socket.IO 2's `origins` stands for. There, every
/// port is spelt out (`https://a.example:443`), and the scheme may be left out
/// (`a.example:*`).
pub(super) fn patterns(entry: &str) -> Vec<String> {
    let (schemes, authority) = match origin::split_scheme(entry) {
        Some((scheme, authority)) => (vec![scheme], authority),
        None => (vec!["http", "https"], entry),
    };
    let spell = |scheme: &str| match origin::split_port(authority) {
        (host, Some(port))
            if host::parse_port(port)
                .is_some_and(|port| Some(port) == host::default_port(scheme)) =>
        {
            Some(format!("{scheme}://{host}"))
        }
        (_, None) if schemes.len() > 1 => None,
        _ => Some(format!("{scheme}://{authority}")),
    };
    let patterns: Option<Vec<_>> = schemes.iter().map(|scheme| spell(scheme)).collect();
    patterns.unwrap_or_else(|| vec![entry.to_owned()])
}
