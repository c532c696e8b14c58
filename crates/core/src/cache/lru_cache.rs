//! A map of bounded size that evicts what was used least recently.
//!
//! The crate `lru` has neither a `const` constructor nor entries that go before others.

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

/// Values by name, at most `capacity` of them.
///
/// Strangers choose some of the names, and can make their hashes collide, as these have no secret
/// key. A look-up then compares all of them, which takes some microseconds: a stranger's names are a
/// thousand at most at a time ([`MAX_MISSING`](crate::cache::tenants::MAX_MISSING),
/// [`MAX_HOSTS`](crate::cache::policy_cache::MAX_HOSTS)).
#[derive(Debug)]
pub struct LruCache<V> {
    capacity: usize,
    // A set and a list instead of a map, whose code would be in the Wasm once for each type of
    // value.
    names: IndexSet<Box<str>, FxBuildHasher>,
    /// In the order of their names.
    entries: Vec<Entry<V>>,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    /// In milliseconds.
    used_at: f64,
}

impl<V> LruCache<V> {
    /// An empty cache for `capacity` values.
    #[must_use]
    pub const fn new(capacity: usize) -> Self {
        Self { capacity, names: IndexSet::with_hasher(FxBuildHasher), entries: Vec::new() }
    }

    /// The value of that name, which is used at `now`.
    pub fn get_mut(&mut self, name: &str, now: f64) -> Option<&mut V> {
        let entry = self.entries.get_mut(self.names.get_index_of(name)?)?;
        entry.used_at = now;
        Some(&mut entry.value)
    }

    /// Every value, in no particular order.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.iter().map(|entry| &entry.value)
    }

    /// Every value with the time of its last use, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&V, f64)> {
        self.entries.iter().map(|entry| (&entry.value, entry.used_at))
    }

    /// Inserts `value`. If there is no room, the value that was used least recently is evicted.
    /// That searches all values, so insert only after something slower, such as a KV read.
    pub fn insert(&mut self, name: &str, now: f64, value: V) {
        self.insert_evicting(name, now, value, |_| false);
    }

    /// Inserts `value` like [`insert`](Self::insert), but values that are expendable are evicted
    /// before all others.
    pub fn insert_evicting(
        &mut self,
        name: &str,
        now: f64,
        value: V,
        is_expendable: impl Fn(&V) -> bool,
    ) {
        if self.entries.len() >= self.capacity && !self.names.contains(name) {
            let least = self.entries.iter().enumerate().min_by(|(_, a), (_, b)| {
                let expendable_first = is_expendable(&b.value).cmp(&is_expendable(&a.value));
                expendable_first.then(a.used_at.total_cmp(&b.used_at))
            });
            let Some((least, _)) = least else { return };
            self.remove_at(least);
        }
        let entry = Entry { value, used_at: now };
        let (index, _) = self.names.insert_full(name.into());
        match self.entries.get_mut(index) {
            Some(before) => *before = entry,
            None => self.entries.push(entry),
        }
    }

    /// Removes the value of that name.
    pub fn remove(&mut self, name: &str) {
        if let Some(index) = self.names.get_index_of(name) {
            self.remove_at(index);
        }
    }

    /// Removes the values for which `keeps` is false.
    pub fn retain(&mut self, keeps: impl Fn(&V) -> bool) {
        while let Some(index) = self.entries.iter().position(|entry| !keeps(&entry.value)) {
            self.remove_at(index);
        }
    }

    fn remove_at(&mut self, index: usize) {
        self.names.swap_remove_index(index);
        self.entries.swap_remove(index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_entry_is_evicted() {
        let mut cache = LruCache::new(2);
        cache.insert("a", 1.0, ());
        cache.insert("b", 2.0, ());
        assert!(cache.get_mut("a", 3.0).is_some());
        cache.insert("c", 4.0, ());
        assert!(cache.get_mut("b", 5.0).is_none());
        assert!(cache.get_mut("a", 5.0).is_some() && cache.get_mut("c", 5.0).is_some());
        cache.insert("a", 6.0, ());
        assert_eq!(cache.values().count(), 2);
        cache.remove("a");
        assert_eq!(cache.values().count(), 1);
    }

    #[test]
    fn expendable_entries_are_evicted_first() {
        let mut cache = LruCache::new(2);
        let mut insert = |name, now, value| {
            cache.insert_evicting(name, now, value, |expendable| *expendable);
            let mut names: Vec<_> = cache.names.iter().map(ToString::to_string).collect();
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
    fn retain_removes_all_other_entries() {
        let mut cache = LruCache::new(4);
        for (name, value) in [("a", 1), ("b", 2), ("c", 3), ("d", 4)] {
            cache.insert(name, 1.0, value);
        }
        cache.retain(|value| value % 2 == 0);
        assert_eq!(cache.values().count(), 2);
        assert!(cache.get_mut("b", 2.0).is_some() && cache.get_mut("d", 2.0).is_some());
    }
}
