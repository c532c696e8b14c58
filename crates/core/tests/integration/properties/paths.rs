//! Paths: whatever a server behind makes of one, the route that it finds there covers it.
//!
//! Chance makes up the same paths each time; `SEED=…` others, `PATHS=300000` more.

use std::{cell::Cell, env};

use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};
use socketio_cors_core::{
    policy::{Policy, Route},
    request::path::PathVariants,
};

use super::{
    generators::cases,
    old_forms::OldForms,
    servers::{SERVERS, Step, served},
};

/// Routes in each other and beside each other.
const ROUTES: &[&[&str]] = &[
    &["/socket.io"],
    &["/socket.io/"],
    &["/", "/socket.io/"],
    &["/socket.io", "/socket.io/admin/", "/api/"],
    &["/api/", "/api/v1/socket.io/", "/Api/V2"],
    &["/a b/", "/caf\u{e9}/", "/100%", "/x;y/"],
];

/// The parts of which paths are made.
const PARTS: &[&str] = &[
    "/",
    "/",
    "/",
    "/",
    "\\",
    "%2f",
    "%5c",
    "%5C",
    "%252f",
    "%255c",
    "%25252F",
    "//",
    ".",
    "..",
    "..",
    "%2e",
    "%2E%2e",
    "%252e%252e",
    ";",
    ";",
    "%3b",
    ";x=y",
    "..;",
    "..;x/",
    "socket.io",
    "socket.io",
    "socket.io",
    "%73ocket.io",
    "%2573ocket.io",
    "socket%2eio",
    "SOCKET.IO",
    "Socket.Io",
    "/socket.io/",
    "/socket.io/",
    "/..%2fsocket.io/",
    "/..;/socket.io/",
    "socket",
    ".io",
    "admin",
    "api",
    "/api/",
    "v1",
    "v2",
    "a b",
    "a%20b",
    "caf%C3%A9",
    "caf%c3%89",
    "100%25",
    "100%",
    "x;y",
    "x",
    "y",
    "%",
    "%25",
    "%00",
    "%09",
    "%20",
    " ",
    "%3f",
    "%23",
    "?",
    ". ",
    "%20.",
    "...",
    "%2525252e",
    "+",
    "@",
    "%ff",
];

/// A path, with a slash at its beginning as nearly all have, and often Socket.IO's in it.
fn path() -> impl Strategy<Value = String> {
    let slash = select(vec!["/", "/", "/", "/", "/", "/", "/", ""]);
    let target =
        select(vec!["", "/socket.io/", "/socket.io/", "%2fsocket.io", "/%73ocket.io/admin/"]);
    (slash, vec(select(PARTS), 0..5), target, vec(select(PARTS), 0..3)).prop_map(
        |(slash, before, target, after)| {
            let path = format!("{slash}{}{target}{}", before.concat(), after.concat());
            path.replace('?', "%3f")
        },
    )
}

fn policy_of(routes: &[&str]) -> Policy {
    let routes: Vec<_> =
        routes.iter().map(|prefix| format!(r#""{prefix}": {{"origin": false}}"#)).collect();
    Policy::parse(&format!(r#"{{"routes": {{{}}}}}"#, routes.join(","))).unwrap()
}

/// The prefixes whose rules have a say on `path`.
fn covering<'p>(policy: &'p Policy, path: &str) -> Vec<&'p str> {
    let variants = PathVariants::of(path);
    policy.routes_for(&variants).map(Route::prefix).collect()
}

/// The longest of `routes` that covers `path`, as the documents say.
fn longest<'r>(routes: &[&'r str], path: &str) -> Option<&'r str> {
    let covering =
        routes.iter().filter(|prefix| path.starts_with(**prefix) || **prefix == format!("{path}/"));
    covering.max_by_key(|prefix| prefix.len()).copied()
}

/// Checks paths that chance makes up the same each time.
fn check<T: std::fmt::Debug>(count: u32, input: &impl Strategy<Value = T>, check: impl Fn(T)) {
    let number = |name, default: u32| env::var(name).map_or(default, |text| text.parse().unwrap());
    let mut seed = [0; 32];
    seed[..4].copy_from_slice(&number("SEED", 0).to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(cases(number("PATHS", count)), rng);
    runner
        .run(input, |value| {
            check(value);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_path_that_the_older_comparison_of_three_forms_covered_is_still_covered() {
    check(5000, &(path(), select(ROUTES)), |(path, routes)| {
        let policy = policy_of(routes);
        let covering = covering(&policy, &path);
        for form in OldForms::of(&path).iter() {
            if let Some(route) = longest(routes, form) {
                assert!(covering.contains(&route), "{path} as {form} under {route}: {covering:?}");
            }
        }
    });
}

#[test]
fn the_route_that_a_server_finds_in_a_path_covers_it() {
    let [leading, missed_before] = [Cell::new(0), Cell::new(0)];
    check(5000, &(path(), select(ROUTES)), |(path, routes)| {
        let policy = policy_of(routes);
        let covering = covering(&policy, &path);
        let old_forms = OldForms::of(&path);
        let before: Vec<_> = old_forms.iter().filter_map(|form| longest(routes, form)).collect();
        let found: Vec<_> = SERVERS
            .iter()
            .filter_map(|(server, steps)| Some((server, route_of(routes, &path, steps)?)))
            .collect();
        for (server, route) in &found {
            assert!(covering.contains(route), "{server} finds {route} in {path}: {covering:?}");
        }
        leading.update(|count| count + u32::from(!found.is_empty()));
        let is_missed = found.iter().any(|(_, route)| !before.contains(route));
        missed_before.update(|count| count + u32::from(is_missed));
    });
    // A sanity check: it tries what matters.
    let [leading, missed_before] = [leading.get(), missed_before.get()];
    eprintln!("{leading} paths lead to a route, the three forms missed it in {missed_before}");
    assert!(missed_before > 500, "{missed_before} of {leading}");
}

#[test]
fn the_route_that_any_sequence_of_steps_leads_to_covers_the_path() {
    let steps = vec(select(Step::ALL), 0..7);
    check(20_000, &(path(), select(ROUTES), steps), |(path, routes, steps)| {
        if let Some(route) = route_of(routes, &path, &steps) {
            let policy = policy_of(routes);
            let covering = covering(&policy, &path);
            assert!(covering.contains(&route), "{steps:?} finds {route} in {path}: {covering:?}");
        }
    });
}

/// The route of what a server makes of `path` that takes these steps. One that does not tell
/// cases apart does not do so in its own configuration either.
fn route_of<'r>(routes: &[&'r str], path: &str, steps: &[Step]) -> Option<&'r str> {
    let served = served(path, steps);
    if !steps.contains(&Step::IgnoreCase) {
        return longest(routes, &served);
    }
    let lower: Vec<_> = routes.iter().map(|prefix| prefix.to_lowercase()).collect();
    let lower: Vec<_> = lower.iter().map(String::as_str).collect();
    let found = longest(&lower, &served.to_lowercase())?;
    routes.iter().find(|prefix| prefix.to_lowercase() == found).copied()
}
