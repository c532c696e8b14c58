//! Socket.IO 2's `origins`.

use super::{
    Listed, Origins,
    fault::{Faults, Noted},
    json::Value,
    origins::pattern,
    place::Node,
    tenants,
};
use crate::{host, origin, pattern::OriginPattern};

/// A text of origins with spaces, or a list; `*:*` among them allows every
/// origin, which Socket.IO 2 echoes (socket.io 2, `Server.prototype.checkRequest`).
pub(super) fn origins(
    node: &Node<'_>,
    credentials: bool,
    faults: &mut Faults<'_>,
) -> Result<Origins, Noted> {
    if !matches!(node.value(), Value::Text(_) | Value::Array | Value::Object) {
        return Err(faults.add_type(node, "a list of origins, or \"*:*\""));
    }
    let mut every = false;
    let mut listed = Listed::default();
    for item in node.items_or_self() {
        if faults.are_full() {
            break;
        }
        let Some(text) = item.text() else {
            tenants::prefix(&item, &mut listed, faults);
            continue;
        };
        let is_list = !matches!(node.value(), Value::Text(_));
        let whole = is_list.then_some(&*text);
        let parts = text.split_ascii_whitespace().filter(|_| !is_list);
        for entry in whole.into_iter().chain(parts) {
            if faults.are_full() {
                break;
            }
            let patterns = patterns(entry);
            if entry == "*:*" {
                every = true;
            } else if patterns.iter().all(|text| OriginPattern::try_from(&**text).is_ok()) {
                for text in &patterns {
                    pattern(&item, text, credentials, &mut listed, faults);
                }
            } else {
                pattern(&item, entry, credentials, &mut listed, faults);
            }
        }
    }
    Ok(if every { Origins::Every } else { Origins::Listed(listed) })
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
