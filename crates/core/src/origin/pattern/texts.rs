//! A set of texts in one piece of memory.

use std::hash::BuildHasher;

use hashbrown::{HashTable, hash_table::Entry};
use rustc_hash::FxBuildHasher;

/// A set of texts, which follow each other in one `String`; the table says where each is. So a
/// text takes no allocation of its own, and some ten bytes besides its own.
///
/// The hashes have no secret key, as only the author of a policy adds texts. They only say where to
/// look: what is found is equal byte by byte.
#[derive(Debug, Default)]
pub(super) struct Texts {
    all: String,
    places: HashTable<Place>,
}

/// A part of [`Texts::all`].
#[derive(Clone, Copy, Debug)]
struct Place {
    start: usize,
    end: usize,
}

impl Place {
    fn of(self, all: &str) -> &str {
        all.get(self.start..self.end).unwrap_or_default()
    }
}

fn hash(text: &str) -> u64 {
    FxBuildHasher.hash_one(text)
}

impl Texts {
    /// Reserves memory for `more` texts with `bytes` in total.
    pub(super) fn reserve(&mut self, more: usize, bytes: usize) {
        let all = &self.all;
        self.places.reserve(more, |place| hash(place.of(all)));
        self.all.reserve(bytes);
    }

    /// Frees the memory that is reserved for further texts.
    pub(super) fn shrink(&mut self) {
        self.all.shrink_to_fit();
    }

    pub(super) fn insert(&mut self, text: &str) {
        let all = &self.all;
        let is_same = |place: &Place| place.of(all) == text;
        let entry = self.places.entry(hash(text), is_same, |place| hash(place.of(all)));
        if let Entry::Vacant(vacant) = entry {
            let start = all.len();
            vacant.insert(Place { start, end: start.saturating_add(text.len()) });
            self.all.push_str(text);
        }
    }

    /// The text of the set that is `text`.
    pub(super) fn get(&self, text: &str) -> Option<&str> {
        let is_same = |place: &Place| place.of(&self.all) == text;
        self.places.find(hash(text), is_same).map(|place| place.of(&self.all))
    }

    /// Every text, in no particular order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.places.iter().map(|place| place.of(&self.all))
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

/// Two sets are equal if they have the same texts.
impl PartialEq for Texts {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|text| other.get(text).is_some())
    }
}

impl Eq for Texts {}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Texts {
        let mut set = Texts::default();
        for text in texts {
            set.insert(text);
        }
        set
    }

    #[test]
    fn a_set_has_each_text_once_and_no_part_of_one() {
        let set = texts(&["ab", "cd", "ab", "", "bcd"]);
        assert_eq!(set.len(), 4);
        assert!(!set.is_empty() && texts(&[]).is_empty());
        for text in ["ab", "cd", "", "bcd"] {
            assert_eq!(set.get(text), Some(text));
        }
        for text in ["a", "b", "bc", "abc", "abcd", "d"] {
            assert_eq!(set.get(text), None, "{text}");
        }
    }

    #[test]
    fn the_order_of_the_texts_does_not_matter() {
        let set = texts(&["a", "bc"]);
        assert_eq!(set, texts(&["bc", "a", "a"]));
        for other in [&["a"][..], &["a", "b"], &["ab", "c"], &["a", "bc", "d"]] {
            assert_ne!(set, texts(other), "{other:?}");
        }
    }
}
