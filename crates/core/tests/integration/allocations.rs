//! How often memory is allocated for a request whose policy is cached: each time costs as much as
//! looking up an origin. Fewer are better; more need a reason.

use std::rc::Rc;

use allocation_counter::measure;
use socketio_cors_core::{
    cache::{
        policy_cache::PolicyState,
        tenants::{Source, Tenants},
        waiting::Times,
    },
    request::RequestHead,
    response::act,
    settings::{Service, Settings},
    upstream::UpstreamRequest,
};

use crate::common::{EVIL, GOOD, LISTED, POLL, from, policy, preflight_from};

const TIMES: Times = Times { now: 0.0, arrived_at: 0.0 };

#[test]
fn each_kind_of_request_makes_its_exact_number_of_allocations() {
    let upstream = Some("http://10.0.0.1:3000");
    // The host's name; besides, the names of headers that are reflected, a buffer to look wildcards up
    // with, the URL and the headers of what goes to UPSTREAM.
    for (what, head, upstream, expected) in [
        ("an allowed preflight", preflight(GOOD), None, 2),
        ("a refused preflight", preflight(EVIL), None, 2),
        ("an allowed poll", from(GOOD), None, 1),
        ("an allowed poll, to UPSTREAM", from(GOOD), upstream, 3),
        ("a refused poll", from(EVIL), None, 2),
        ("a poll without an origin", POLL, None, 1),
    ] {
        assert_eq!(allocations(&head, upstream), expected, "{what}");
    }
}

fn preflight(origin: &'static str) -> RequestHead<'static> {
    RequestHead { requested_headers: Some("authorization,x-a"), ..preflight_from(origin) }
}

fn allocations(head: &RequestHead<'_>, upstream: Option<&str>) -> u64 {
    let state = PolicyState::InForce(Rc::new(policy(LISTED)));
    let service = Service::Full(Settings::default());
    let mut tenants = Tenants::new();
    let serve = || {
        drop(head.url.policy_host());
        let decided = tenants.decide(head, &state, TIMES, 30, || Source::of(None));
        drop(act(head, &decided.decision, &service));
        drop(UpstreamRequest::new(head, upstream, false));
    };
    measure(serve).count_total
}
