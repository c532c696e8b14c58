use super::*;

mod accepted;
mod documents;
mod printed;
mod refused;
mod routes;

/// The policy of a document that has no faults.
#[track_caller]
fn parse(document: &str) -> Policy {
    Policy::parse(document).unwrap_or_else(|faults| panic!("{document}: {faults:?}"))
}

/// The rule of a document that is one.
fn rule(document: &str) -> Rule {
    parse(document).routes.pop().unwrap().rule
}

/// The rule `{"origin": false, <field>: <value>}`.
fn rule_with(field: &str, value: &str) -> Rule {
    rule(&format!(r#"{{"origin": false, "{field}": {value}}}"#))
}

/// A document that closes every one of `routes`.
fn closing(routes: &[&str]) -> Policy {
    let routes: Vec<_> =
        routes.iter().map(|at| format!(r#""{at}": {{"origin": false}}"#)).collect();
    parse(&format!(r#"{{"$schema": "x", "routes": {{{}}}}}"#, routes.join(",")))
}

fn credentials(rule: &Rule) -> bool {
    matches!(rule.access, Access::Echoed { credentials: true, .. })
}

fn allows(rule: &Rule, origin: &str) -> bool {
    Origin::try_from(origin).is_ok_and(|origin| rule.listing(&origin) != Listing::Tenant(&[]))
}

/// Checks that each document of `table` is refused with exactly the faults that
/// follow it, a line each, in order.
#[track_caller]
fn assert_refused(table: &str) {
    let mut lines = table.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
    while let Some(document) = lines.next() {
        let mut expected = Vec::new();
        while let Some(fault) = lines.peek().and_then(|line| line.strip_prefix("- ")) {
            expected.push(fault);
            lines.next();
        }
        assert_eq!(faults(document), expected, "{document}");
    }
}

#[track_caller]
fn faults(document: &str) -> Vec<String> {
    match Policy::parse(document) {
        Ok(policy) => panic!("{document} was accepted: {policy:?}"),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn a_version_is_the_first_8_digits_of_the_texts_sha_256() {
    // `printf '%s' … | sha256sum`
    for (text, version) in [
        (r#"{"origin":"*"}"#, "0f979c10"),
        ("{\"origin\":\"*\"}\n", "955bbc6b"),
        (r#"{"origin":"https://65.example"}"#, "00bdf7ba"),
    ] {
        assert_eq!(Version::of(text).to_string(), version, "{text}");
        assert_eq!(parse(text).version(), Version::of(text), "{text}");
        assert_eq!(Version::of(text).digits().get(..8), Some(version), "{text}");
    }
    assert_eq!(
        Version::of(r#"{"origin":"*"}"#).digits(),
        "0f979c10aad84214b776039dfd325c4f6d43461aabe544df70715cd856444d60"
    );
    assert_eq!(Version::NONE.digits(), "");
}

#[test]
fn policies_are_equal_if_they_decide_alike() {
    let policy = closing(&["/a/", "/b/"]);
    assert_eq!(policy, closing(&["/b/", "/a/"]));
    for others in [&["/a/"][..], &["/a/", "/b/", "/c/"], &["/a/", "/c/"]] {
        assert_ne!(policy, closing(others), "{others:?}");
    }
    assert_ne!(parse(r#"{"origin": false}"#), parse(r#"{"origin": true}"#));
}

#[test]
fn no_policy_means_same_origin_only_on_engine_ios_path() {
    let closed = Policy::closed();
    let spelt_out = parse(r#"{"routes": {"/socket.io": {"origin": false}}}"#);
    assert_eq!(*closed, spelt_out);
    assert_eq!(closed.version().to_string(), "none");
}
