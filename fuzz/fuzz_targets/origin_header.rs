//! Any lines as origins and patterns, each on its own and all as a set.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../crates/core/tests/integration/common/invariants.rs"]
mod invariants;

/// Origins that a pattern of the input may stand for although it lacks them.
const SUBDOMAINS: [&str; 2] = ["a.", "a.b."];
const PORTS: [&str; 3] = ["", ":81", ":443"];
/// The same inside a label.
const PARTS: [&str; 4] = ["a", "0--", "a.b", ""];

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().collect();
    let mut origins: Vec<String> = lines.iter().map(ToString::to_string).collect();
    for line in &lines {
        for (subdomain, port) in SUBDOMAINS.into_iter().zip(PORTS) {
            let line = line.replace("://*.", &format!("://{subdomain}")).replace(":*", port);
            origins.extend(PARTS.map(|part| line.replace('*', part)));
        }
    }
    origins.iter().for_each(|line| invariants::check_origin(line));
    invariants::check_origin(&text);

    let origins: Vec<&str> = origins.iter().map(String::as_str).collect();
    invariants::check_set(&lines, &origins);
});
