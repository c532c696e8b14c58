//! `origin`, and Socket.IO 2's `origins`.

use super::{
    Access, Origins,
    fault::{Faults, Noted},
    field::{Members, texts_of_list},
    json::{Json, Pointer},
};
use crate::pattern::{OriginPattern, OriginSet};

/// Who may read the answers of a rule.
pub(super) fn access(
    members: &Members<'_>,
    credentials: bool,
    faults: &mut Faults,
) -> Result<Access, Noted> {
    let echoed = |origins| Access::Echoed { origins, credentials };
    match (members.get("origin"), members.get("origins")) {
        (Some((at, Json::String(text))), None) if text == "*" => {
            if !credentials {
                return Ok(Access::Wildcard);
            }
            let problem = "cannot be combined with \"credentials\": true";
            let advice = "list the origins, or write true for every origin";
            Err(faults.add_text(&at, text, problem, advice))
        }
        (Some((at, json)), None) => origin(&at, json, faults).map(echoed),
        (None, Some((at, json))) => legacy_origins(&at, json, faults).map(echoed),
        (Some(_), Some((at, json))) => {
            let problem = "is Socket.IO 2's name for \"origin\", which stands here too";
            Err(faults.add(&at, json, problem, "keep \"origin\""))
        }
        (None, None) => {
            let advice = "write \"origin\": \"https://example.com\", a list, true, \"*\" or false";
            Err(faults.add_valueless(members.at(), "has no \"origin\"", advice))
        }
    }
}

fn origin(at: &Pointer, json: &Json, faults: &mut Faults) -> Result<Origins, Noted> {
    match json {
        Json::Bool(true) => Ok(Origins::Every),
        Json::Bool(false) => Ok(Origins::Listed(OriginSet::default())),
        Json::String(text) => patterns([(at.clone(), text.as_str())], faults),
        Json::Array(items) => patterns(texts_of_list(at, items, faults), faults),
        other => {
            Err(faults.add_type(at, other, "an origin, a list of origins, true, \"*\" or false"))
        }
    }
}

/// A text of origins with spaces, or a list; `*:*` among them allows every
/// origin, which Socket.IO 2 echoes (socket.io 2, `Server.prototype.checkRequest`).
fn legacy_origins(at: &Pointer, json: &Json, faults: &mut Faults) -> Result<Origins, Noted> {
    let texts = match json {
        Json::Array(items) => texts_of_list(at, items, faults),
        Json::String(text) => text.split_whitespace().map(|text| (at.clone(), text)).collect(),
        other => return Err(faults.add_type(at, other, "a list of origins, or \"*:*\"")),
    };
    let (every, others): (Vec<_>, Vec<_>) = texts.into_iter().partition(|(_, text)| *text == "*:*");
    let listed = patterns(others, faults)?;
    Ok(if every.is_empty() { listed } else { Origins::Every })
}

fn patterns<'j>(
    texts: impl IntoIterator<Item = (Pointer, &'j str)>,
    faults: &mut Faults,
) -> Result<Origins, Noted> {
    let mut set = OriginSet::default();
    let mut result = Ok(());
    for (at, text) in texts {
        match OriginPattern::try_from(text) {
            Ok(pattern) => set.extend([pattern]),
            Err(error) => {
                result = Err(faults.add_text(&at, text, error.problem(), error.advice()));
            }
        }
    }
    result.map(|()| Origins::Listed(set))
}
