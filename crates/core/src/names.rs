//! Texts that are found by their hash.
//!
//! A `HashMap` does the same, with 5 KB (gzip) more of the upload, as it has a copy of
//! its code for each type of value.
//!
//! Whoever chooses texts can make their hashes collide, and each look-up a search through
//! all of them. Of a stranger's texts, there should be few.

use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;

/// Different texts, numbered from 0 in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    texts: Vec<Box<str>>,
    /// Each text's number and one more, in the first slot that was free from where its
    /// hash says on; 0 is free. Their number is a power of two, twice that of the texts at least.
    slots: Vec<u32>,
}

impl Names {
    /// None.
    pub(crate) const fn new() -> Self {
        Self { texts: Vec::new(), slots: Vec::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// Every text, in the order of their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|text| &**text)
    }

    /// The text of that number.
    pub(crate) fn get(&self, number: usize) -> Option<&str> {
        self.texts.get(number).map(|text| &**text)
    }

    /// The number of `text`, if it is here.
    pub(crate) fn find(&self, text: &str) -> Option<usize> {
        self.find_from(self.first_slot(text), text)
    }

    /// Adds `text` unless it is here. Returns its number.
    pub(crate) fn insert(&mut self, text: &str) -> usize {
        self.reserve(1);
        let slot = self.first_slot(text);
        self.find_from(slot, text).unwrap_or_else(|| {
            let number = self.texts.len();
            self.texts.push(text.into());
            self.place(slot, number);
            number
        })
    }

    /// Makes room for `more` texts at once.
    pub(crate) fn reserve(&mut self, more: usize) {
        let slots = self.texts.len().saturating_add(more).saturating_mul(2).next_power_of_two();
        if slots > self.slots.len() {
            self.texts.reserve(more);
            self.slots = vec![0; slots];
            for number in 0..self.texts.len() {
                self.place_again(number);
            }
        }
    }

    /// Takes out the text of that number, which the last one gets.
    pub(crate) fn swap_remove(&mut self, number: usize) {
        let last = self.texts.len().saturating_sub(1);
        if number > last || self.texts.is_empty() {
            return;
        }
        self.vacate(last);
        if number != last {
            self.vacate(number);
        }
        self.texts.swap_remove(number);
        if number != last {
            self.place_again(number);
        }
    }

    fn first_slot(&self, text: &str) -> usize {
        let last = self.slots.len().wrapping_sub(1) as u64;
        usize::try_from(FxBuildHasher.hash_one(text) & last).unwrap_or_default()
    }

    fn slot_after(&self, slot: usize) -> usize {
        slot.wrapping_add(1) & self.slots.len().wrapping_sub(1)
    }

    fn find_from(&self, mut slot: usize, text: &str) -> Option<usize> {
        loop {
            let number = usize::try_from(*self.slots.get(slot)?).ok()?.checked_sub(1)?;
            if self.get(number)? == text {
                return Some(number);
            }
            slot = self.slot_after(slot);
        }
    }

    fn place(&mut self, mut slot: usize, number: usize) {
        while self.slots.get(slot).is_some_and(|taken| *taken != 0) {
            slot = self.slot_after(slot);
        }
        if let Some(free) = self.slots.get_mut(slot) {
            *free = u32::try_from(number.saturating_add(1)).unwrap_or_default();
        }
    }

    fn place_again(&mut self, number: usize) {
        if let Some(text) = self.texts.get(number) {
            self.place(self.first_slot(text), number);
        }
    }

    /// Frees the slot of a text, and places those again that may have missed it.
    fn vacate(&mut self, number: usize) {
        let Some(text) = self.texts.get(number) else { return };
        let mut slot = self.first_slot(text);
        let mut passed_it = false;
        while let Some(taken) = self.slots.get_mut(slot).filter(|taken| **taken != 0) {
            let other = usize::try_from(*taken).map_or(0, |other| other.saturating_sub(1));
            if passed_it || other == number {
                *taken = 0;
            }
            if passed_it {
                self.place_again(other);
            }
            passed_it |= other == number;
            slot = self.slot_after(slot);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

        /// Each step adds a text, or takes out the one of a number.
        #[test]
        fn names_are_those_that_a_list_has(steps in vec((any::<bool>(), 0..60_usize), 0..300)) {
            let (mut names, mut list) = (Names::new(), Vec::<String>::new());
            for (adds, number) in steps {
                if adds {
                    let text = format!("https://{number}.example");
                    let known = list.iter().position(|other| *other == text);
                    prop_assert_eq!(names.find(&text), known);
                    prop_assert_eq!(names.insert(&text), known.unwrap_or(list.len()));
                    if known.is_none() {
                        list.push(text);
                    }
                } else {
                    names.swap_remove(number);
                    if number < list.len() {
                        list.swap_remove(number);
                    }
                }
                prop_assert_eq!(names.len(), list.len());
                for number in 0..60 {
                    let text = format!("https://{number}.example");
                    let known = list.iter().position(|other| *other == text);
                    prop_assert_eq!(names.find(&text), known, "{}", text);
                }
            }
            prop_assert_eq!(names.iter().collect::<Vec<_>>(), list);
        }
    }

    #[test]
    fn room_for_many_is_made_at_once() {
        let mut names = Names::new();
        names.reserve(1000);
        let slots = names.slots.len();
        for number in 0..1000 {
            assert_eq!(names.insert(&number.to_string()), number);
        }
        assert_eq!(names.slots.len(), slots);
        assert_eq!(
            (names.find("999"), names.get(999), names.find("1000")),
            (Some(999), Some("999"), None)
        );
    }
}
