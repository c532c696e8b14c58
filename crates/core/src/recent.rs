//! A map of bounded size that keeps what was used last.
//!
//! Strangers choose some of its names, of which there are a thousand at most at a time
//! ([`MAX_MISSING`](crate::tenants::MAX_MISSING), [`MAX_HOSTS`](crate::policy_cache::MAX_HOSTS)): if
//! all of them collide, a look-up takes some microseconds.

use crate::names::Names;

/// Values by name, at most `capacity` of them.
#[derive(Debug)]
pub struct Recent<V> {
    capacity: usize,
    names: Names,
    /// In the order of their names.
    entries: Vec<Entry<V>>,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    /// In milliseconds.
    used_at: f64,
}

impl<V> Recent<V> {
    /// An empty map for `capacity` values.
    #[must_use]
    pub const fn new(capacity: usize) -> Self {
        Self { capacity, names: Names::new(), entries: Vec::new() }
    }

    /// The value of that name, which is used at `now`.
    pub fn get_mut(&mut self, name: &str, now: f64) -> Option<&mut V> {
        let entry = self.entries.get_mut(self.names.find(name)?)?;
        entry.used_at = now;
        Some(&mut entry.value)
    }

    /// Every value.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.iter().map(|entry| &entry.value)
    }

    /// Every value, and when it was used last.
    pub fn iter(&self) -> impl Iterator<Item = (&V, f64)> {
        self.entries.iter().map(|entry| (&entry.value, entry.used_at))
    }

    /// Keeps `value`, in place of the one that was used longest ago where it
    /// would be one too many. That one is looked for among all, so an insertion
    /// should follow something slower, as a KV read is.
    pub fn insert(&mut self, name: &str, now: f64, value: V) {
        self.insert_in_place_of(name, now, value, |_| false);
    }

    /// The same, but one that `is_expendable` makes room first.
    pub fn insert_in_place_of(
        &mut self,
        name: &str,
        now: f64,
        value: V,
        is_expendable: impl Fn(&V) -> bool,
    ) {
        if self.entries.len() >= self.capacity && self.names.find(name).is_none() {
            let least = self.entries.iter().enumerate().min_by(|(_, a), (_, b)| {
                let first = is_expendable(&b.value).cmp(&is_expendable(&a.value));
                first.then(a.used_at.total_cmp(&b.used_at))
            });
            let Some((least, _)) = least else { return };
            self.remove_at(least);
        }
        let entry = Entry { value, used_at: now };
        match self.entries.get_mut(self.names.insert(name)) {
            Some(before) => *before = entry,
            None => self.entries.push(entry),
        }
    }

    /// Forgets the value of that name.
    pub fn remove(&mut self, name: &str) {
        if let Some(at) = self.names.find(name) {
            self.remove_at(at);
        }
    }

    /// Forgets the values that `keeps` does not hold of.
    pub fn retain(&mut self, keeps: impl Fn(&V) -> bool) {
        while let Some(at) = self.entries.iter().position(|entry| !keeps(&entry.value)) {
            self.remove_at(at);
        }
    }

    fn remove_at(&mut self, at: usize) {
        self.names.swap_remove(at);
        self.entries.swap_remove(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_longest_ago_makes_room() {
        let mut recent = Recent::new(2);
        recent.insert("a", 1.0, ());
        recent.insert("b", 2.0, ());
        assert!(recent.get_mut("a", 3.0).is_some());
        recent.insert("c", 4.0, ());
        assert!(recent.get_mut("b", 5.0).is_none());
        assert!(recent.get_mut("a", 5.0).is_some() && recent.get_mut("c", 5.0).is_some());
        recent.insert("a", 6.0, ());
        assert_eq!(recent.values().count(), 2);
        recent.remove("a");
        assert_eq!(recent.values().count(), 1);
    }

    #[test]
    fn what_is_expendable_makes_room_first() {
        let mut recent = Recent::new(2);
        let mut insert = |name, now, value| {
            recent.insert_in_place_of(name, now, value, |expendable| *expendable);
            let mut names: Vec<_> = recent.names.iter().map(str::to_owned).collect();
            names.sort_unstable();
            names.join(" ")
        };
        assert_eq!(insert("a", 1.0, false), "a");
        assert_eq!(insert("b", 2.0, true), "a b");
        assert_eq!(insert("c", 3.0, true), "a c");
        assert_eq!(insert("d", 4.0, false), "a d");
        assert_eq!(insert("e", 5.0, true), "d e");
        assert_eq!(insert("d", 6.0, false), "d e");
    }

    #[test]
    fn what_is_not_retained_is_forgotten() {
        let mut recent = Recent::new(4);
        for (name, value) in [("a", 1), ("b", 2), ("c", 3), ("d", 4)] {
            recent.insert(name, 1.0, value);
        }
        recent.retain(|value| value % 2 == 0);
        assert_eq!(recent.values().count(), 2);
        assert!(recent.get_mut("b", 2.0).is_some() && recent.get_mut("d", 2.0).is_some());
    }
}
