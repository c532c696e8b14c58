use super::*;

mod accepted;
mod refused;
mod routes;

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

fn credentials(rule: &Rule) -> bool {
    matches!(rule.access, Access::Echoed { credentials: true, .. })
}

fn allows(rule: &Rule, origin: &str) -> bool {
    Origin::try_from(origin).is_ok_and(|origin| rule.allows(&origin))
}

#[test]
fn a_version_is_the_first_8_digits_of_the_texts_sha_256() {
    // `printf '%s' … | sha256sum`
    for (text, version) in [
        ("", "e3b0c442"),
        (r#"{"origin":"*"}"#, "0f979c10"),
        ("{\"origin\":\"*\"}\n", "955bbc6b"),
        (r#"{"origin":"https://65.example"}"#, "00bdf7ba"),
    ] {
        assert_eq!(Version::of(text).to_string(), version, "{text}");
    }
    assert_eq!(parse(r#"{"origin":"*"}"#).version().to_string(), "0f979c10");
}

#[test]
fn no_policy_means_same_origin_only_on_engine_ios_path() {
    let closed = Policy::closed();
    let spelt_out = parse(r#"{"routes": {"/socket.io": {"origin": false}}}"#);
    assert_eq!(format!("{:?}", closed.routes), format!("{:?}", spelt_out.routes));
    assert_eq!(closed.version().to_string(), "none");
}
