//! The cache entries of hosts, limited in number and size: under a wildcard route, whoever
//! sends a request chooses the host.

use std::rc::Rc;

use super::Entry;
use crate::{cache::lru_cache::LruCache, policy::Policy};

/// The most hosts that are kept with a policy, in force or last known.
pub const MAX_HOSTS: usize = 256;
/// The most hosts without one.
pub const MAX_HOSTS_WITHOUT_POLICY: usize = 64;
/// The most bytes that the documents of the policies have together, each counted once.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The entries of hosts. Hosts with the same document share its policy.
#[derive(Debug)]
pub(super) struct Hosts {
    with_policy: LruCache<Entry>,
    /// Kept apart, so that hosts which somebody made up evict no policy.
    without_policy: LruCache<Entry>,
}

impl Hosts {
    pub(super) const fn new() -> Self {
        Self {
            with_policy: LruCache::new(MAX_HOSTS),
            without_policy: LruCache::new(MAX_HOSTS_WITHOUT_POLICY),
        }
    }

    /// The entry of `host`, which is used at `now`.
    pub(super) fn get_mut(&mut self, host: &str, now: f64) -> Option<&mut Entry> {
        self.with_policy.get_mut(host, now).or_else(|| self.without_policy.get_mut(host, now))
    }

    /// Keeps `entry`. If there is no room, evicts others: first hosts that share their policy with
    /// another one, as strangers can make up any number of them.
    pub(super) fn insert(&mut self, host: &str, now: f64, entry: Entry) {
        let Some(policy) = entry.known_policy().cloned() else {
            self.with_policy.remove(host);
            self.without_policy.insert(host, now, entry);
            return;
        };
        self.without_policy.remove(host);
        let in_use: Vec<_> = self.policies().map(Rc::as_ptr).collect();
        let is_shared = |entry: &Entry| {
            entry.known_policy().is_some_and(|policy| {
                in_use.iter().filter(|other| **other == Rc::as_ptr(policy)).count() > 1
            })
        };
        self.with_policy.insert_evicting(host, now, entry, is_shared);
        if self.bytes() > MAX_BYTES {
            self.shrink_around(&policy);
        }
    }

    /// Removes the policies that were used least recently, but not `policy`, until the others have
    /// no more than [`MAX_BYTES`].
    #[cold]
    fn shrink_around(&mut self, policy: &Rc<Policy>) {
        while self.bytes() > MAX_BYTES {
            let Some(least) = self.least_used_other_than(policy) else { return };
            let is_least =
                |entry: &Entry| entry.known_policy().is_some_and(|other| Rc::ptr_eq(other, &least));
            self.with_policy.retain(|entry| !is_least(entry));
        }
    }

    /// The policy of each host that has a known one.
    pub(super) fn policies(&self) -> impl Iterator<Item = &Rc<Policy>> {
        self.with_policy.values().filter_map(Entry::known_policy)
    }

    /// The length of the documents of all policies together, in bytes.
    fn bytes(&self) -> usize {
        let is_first = |(at, policy): &(usize, &Rc<Policy>)| {
            !self.policies().take(*at).any(|before| Rc::ptr_eq(before, policy))
        };
        let documents = self.policies().enumerate().filter(is_first);
        documents.map(|(_, policy)| policy.document_len()).sum()
    }

    /// The policy that was used for no host for longest, other than `policy`.
    fn least_used_other_than(&self, policy: &Rc<Policy>) -> Option<Rc<Policy>> {
        let last_use = |policy: &Rc<Policy>| {
            let hosts = self.with_policy.iter();
            let uses = hosts.filter_map(|(entry, used_at)| {
                entry.known_policy().filter(|other| Rc::ptr_eq(other, policy)).map(|_| used_at)
            });
            uses.fold(f64::NEG_INFINITY, f64::max)
        };
        let others = self.policies().filter(|other| !Rc::ptr_eq(other, policy));
        others.min_by(|a, b| last_use(a).total_cmp(&last_use(b))).map(Rc::clone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cache::policy_cache::PolicyState,
        policy::{DomainRules, Version},
    };

    fn policy(name: &str, len: usize) -> Rc<Policy> {
        let filling = "x".repeat(len);
        let text = format!(r#"{{"origin": "https://{name}.example", "$schema": "{filling}"}}"#);
        Rc::new(Policy::read(&text, Version::of(&text), &DomainRules::NONE).unwrap())
    }

    fn put(hosts: &mut Hosts, host: &str, now: f64, policy: Option<&Rc<Policy>>) {
        let mut entry = Entry::first_read(now);
        entry.state = Some(match policy {
            Some(policy) => PolicyState::InForce(Rc::clone(policy)),
            None => PolicyState::UNKNOWN,
        });
        hosts.insert(host, now, entry);
    }

    fn count(hosts: &Hosts) -> (usize, usize) {
        (hosts.with_policy.values().count(), hosts.without_policy.values().count())
    }

    #[test]
    fn made_up_hosts_evict_no_host_with_a_policy_of_its_own() {
        let mut hosts = Hosts::new();
        let (own, shared) = (policy("own", 0), policy("shared", 0));
        put(&mut hosts, "api.example.com", 0.0, Some(&own));
        for number in 0..3 * MAX_HOSTS {
            put(&mut hosts, &format!("{number}.example.com"), 1.0, Some(&shared));
            put(&mut hosts, &format!("{number}.example.net"), 1.0, None);
        }
        assert_eq!(count(&hosts), (MAX_HOSTS, MAX_HOSTS_WITHOUT_POLICY));
        assert!(hosts.get_mut("api.example.com", 2.0).is_some());
        let newest = format!("{}.example.com", 3 * MAX_HOSTS - 1);
        assert!(hosts.get_mut(&newest, 2.0).is_some());
        assert!(hosts.get_mut("0.example.com", 2.0).is_none());
    }

    #[test]
    fn a_host_is_stored_either_with_or_without_a_policy() {
        let mut hosts = Hosts::new();
        let policy = policy("a", 0);
        put(&mut hosts, "a.example", 0.0, None);
        put(&mut hosts, "a.example", 1.0, Some(&policy));
        assert_eq!(count(&hosts), (1, 0));
        put(&mut hosts, "a.example", 2.0, None);
        assert_eq!(count(&hosts), (0, 1));
    }

    #[test]
    fn hosts_without_a_policy_share_the_last_known_one_and_its_bytes_count() {
        let mut hosts = Hosts::new();
        let [a, b, c] = ["a", "b", "c"].map(|name| policy(name, MAX_BYTES / 3));
        for (number, last_known) in [&a, &a, &b, &c].into_iter().enumerate() {
            let mut entry = Entry::first_read(0.0);
            entry.state = Some(PolicyState::Missing { last_known: Some(Rc::clone(last_known)) });
            hosts.insert(&format!("{number}.example"), 0.0, entry);
            assert!(hosts.policies().any(|policy| Rc::ptr_eq(policy, last_known)));
        }
        assert_eq!(count(&hosts), (2, 0));
    }

    #[test]
    fn documents_are_bounded_by_their_bytes_together() {
        let mut hosts = Hosts::new();
        let names = ["a", "b", "c", "d"];
        let policies = names.map(|name| policy(name, MAX_BYTES / 3));
        // The bytes of one document are counted once, however many hosts use it.
        for number in 0..20_u32 {
            put(&mut hosts, &format!("{number}.example"), f64::from(number), policies.first());
        }
        put(&mut hosts, "b.example", 20.0, policies.get(1));
        assert_eq!(count(&hosts), (21, 0));
        // The one that was used least recently goes, with all of its hosts.
        assert!(hosts.get_mut("3.example", 21.0).is_some());
        put(&mut hosts, "c.example", 22.0, policies.get(2));
        assert_eq!(count(&hosts), (21, 0));
        assert!(hosts.get_mut("b.example", 23.0).is_none());
        put(&mut hosts, "d.example", 24.0, policies.get(3));
        assert_eq!(count(&hosts), (2, 0));
        assert!(hosts.get_mut("c.example", 25.0).is_some());
    }
}
