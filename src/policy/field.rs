//! Reading the members of an object: known ones once each, of the right type.

use std::collections::HashSet;

use super::{
    fault::{Faults, Noted},
    json::{Json, Pointer},
};

/// The members of an object.
pub(super) struct Members<'j> {
    at: Pointer,
    members: &'j [(String, Json)],
}

impl<'j> Members<'j> {
    /// The members of the object at `at`. Notes every name that stands twice.
    pub(super) fn of(at: Pointer, members: &'j [(String, Json)], faults: &mut Faults) -> Self {
        let mut seen = HashSet::new();
        for (name, value) in members {
            if !seen.insert(name) {
                let problem = "belongs to a field that stands twice";
                faults.add(&at.join(name), value, problem, "keep one of them");
            }
        }
        Self { at, members }
    }

    /// The same, with every name noted that is not `known`.
    pub(super) fn only(self, known: &[&str], faults: &mut Faults) -> Self {
        for (at, name, value) in self.iter().filter(|(_, name, _)| !known.contains(name)) {
            let advice = match nearest(name, known) {
                Some(meant) => format!("did you mean \"{meant}\"?"),
                None => format!("write one of {}", known.join(", ")),
            };
            faults.add(&at, value, "belongs to an unknown field", advice);
        }
        self
    }

    /// Where the object stands.
    pub(super) fn at(&self) -> &Pointer {
        &self.at
    }

    /// Every member: where it stands, its name, its value.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Pointer, &'j str, &'j Json)> {
        self.members.iter().map(|(name, value)| (self.at.join(name), name.as_str(), value))
    }

    /// The first member of that name, and where it stands.
    pub(super) fn get(&self, name: &str) -> Option<(Pointer, &'j Json)> {
        let (_, value) = self.members.iter().find(|(known, _)| known == name)?;
        Some((self.at.join(name), value))
    }

    /// A boolean, `false` where it is absent.
    pub(super) fn bool(&self, name: &str, faults: &mut Faults) -> Result<bool, Noted> {
        match self.get(name) {
            None => Ok(false),
            Some((_, Json::Bool(value))) => Ok(*value),
            Some((at, other)) => Err(faults.add_type(&at, other, "true or false")),
        }
    }

    /// A whole number from `low` to `high`, `None` where it is absent.
    pub(super) fn integer(
        &self,
        name: &str,
        (low, high): (i64, i64),
        faults: &mut Faults,
    ) -> Result<Option<i64>, Noted> {
        let Some((at, json)) = self.get(name) else { return Ok(None) };
        let Json::Number(number) = json else {
            return Err(faults.add_type(&at, json, "a number"));
        };
        match number.as_i64() {
            Some(value) if (low..=high).contains(&value) => Ok(Some(value)),
            _ => {
                let advice = format!("write a whole number from {low} to {high}");
                Err(faults.add(&at, json, "is out of range", advice))
            }
        }
    }

    /// The texts of a list, or of one text with commas, each with its place;
    /// `None` where the field is absent. What is no text in a list is noted.
    pub(super) fn texts(
        &self,
        name: &str,
        faults: &mut Faults,
    ) -> Result<Option<Vec<(Pointer, &'j str)>>, Noted> {
        let Some((at, json)) = self.get(name) else { return Ok(None) };
        match json {
            Json::String(text) => {
                Ok(Some(text.split(',').map(|part| (at.clone(), part.trim())).collect()))
            }
            Json::Array(items) => Ok(Some(texts_of_list(&at, items, faults))),
            other => Err(faults.add_type(&at, other, "a list of texts, or a text with commas")),
        }
    }
}

/// The texts of a list, each with its place. What is no text in it is noted.
pub(super) fn texts_of_list<'j>(
    at: &Pointer,
    items: &'j [Json],
    faults: &mut Faults,
) -> Vec<(Pointer, &'j str)> {
    let mut texts = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let at = at.join(index);
        if let Json::String(text) = item {
            texts.push((at, text.as_str()));
        } else {
            faults.add_type(&at, item, "a text");
        }
    }
    texts
}

/// The longest name that may be a known one with typing errors, in bytes.
const MAX_TYPO_LEN: usize = 64;

/// The known name that `name` was probably meant to be.
fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    if name.len() > MAX_TYPO_LEN {
        return None;
    }
    let name = name.to_ascii_lowercase();
    let distance = |known: &str| strsim::levenshtein(&name, &known.to_ascii_lowercase());
    let nearest = known.iter().copied().min_by_key(|known| distance(known))?;
    let near = distance(nearest).saturating_mul(3) <= nearest.len().max(3);
    near.then_some(nearest)
}
