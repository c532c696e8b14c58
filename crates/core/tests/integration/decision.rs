//! Which decision is taken on which request, through the public API.

use socketio_cors_core::{
    cache::tenants::KeyStatus,
    decision::{Reason, decide, judge_page},
    origin::Origin,
    policy::Policy,
    request::RequestHead,
};

use crate::common::{
    EVERY, EVIL, GOOD, LISTED, OWN, POLL, PREFLIGHT, WILDCARD, assert_decided, at, decided, from,
    policy, preflight_from,
};

/// A request without an `Origin`, as a browser describes it.
fn fetched<'a>(site: &'a str, mode: &'a str, dest: &'a str) -> RequestHead<'a> {
    RequestHead { fetch_site: Some(site), fetch_mode: Some(mode), fetch_dest: Some(dest), ..POLL }
}

#[test]
fn the_first_matching_row_of_the_table_decides() {
    let jsonp = "/socket.io/?EIO=3&transport=polling&j=0";
    assert_decided(
        LISTED,
        &[
            (preflight_from(GOOD), "preflight listed-origin"),
            (preflight_from(OWN), "preflight same-origin"),
            (preflight_from(EVIL), "refuse unlisted-origin"),
            (preflight_from("null"), "refuse null-origin"),
            (preflight_from("evil"), "refuse malformed-origin"),
            (preflight_from("wss://api.example.com"), "preflight no-page"),
            (preflight_from("https://good.com, https://good.com"), "refuse malformed-origin"),
            (from(OWN), "allow same-origin"),
            (from(GOOD), "allow listed-origin"),
            (from("https://x.y.apps.com"), "allow listed-origin"),
            (from("wss://api.example.com"), "allow no-page"),
            (from(EVIL), "refuse unlisted-origin"),
            (from("https://good.com, https://api.example.com"), "allow two-origins"),
            (from("https://good.com, https://evil.com"), "refuse malformed-origin"),
            (fetched("cross-site", "no-cors", "script"), "refuse cross-site-embed"),
            (
                at("/socket.io/socket.io.js", fetched("cross-site", "no-cors", "script")),
                "allow client-bundle",
            ),
            (at(jsonp, POLL), "refuse jsonp"),
            (POLL, "allow missing-origin"),
            (at("/other", preflight_from(EVIL)), "uncovered no-route"),
        ],
    );
}

#[test]
fn only_options_with_an_origin_and_a_requested_method_is_a_preflight() {
    let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "BREW", "options", "Options"];
    for method in methods {
        // A header that only preflights carry makes no preflight of another method.
        for requested_method in [None, Some("POST")] {
            let with = |head| RequestHead { method, requested_method, ..head };
            assert_decided(
                LISTED,
                &[
                    (with(from(GOOD)), "allow listed-origin"),
                    (with(from(EVIL)), "refuse unlisted-origin"),
                    (with(POLL), "allow missing-origin"),
                ],
            );
        }
    }
    let plain = |head| RequestHead { method: "OPTIONS", ..head };
    let asked_headers = RequestHead { requested_headers: Some("x-a"), ..plain(from(GOOD)) };
    assert_decided(
        LISTED,
        &[
            (plain(from(GOOD)), "allow listed-origin"),
            (asked_headers, "allow listed-origin"),
            (plain(from(EVIL)), "refuse unlisted-origin"),
            (plain(POLL), "allow missing-origin"),
            (PREFLIGHT, "allow missing-origin"),
            (preflight_from(""), "refuse malformed-origin"),
        ],
    );
    assert_decided(
        r#"{"origin": true, "missingOrigin": "deny"}"#,
        &[(PREFLIGHT, "refuse missing-origin")],
    );
}

#[test]
fn a_preflight_is_judged_by_its_origin_whatever_it_asks_for() {
    for method in ["GET", "DELETE", "brew", "*", ""] {
        let asking = |head| RequestHead { requested_method: Some(method), ..head };
        assert_decided(
            LISTED,
            &[
                (asking(preflight_from(GOOD)), "preflight listed-origin"),
                (asking(preflight_from(EVIL)), "refuse unlisted-origin"),
            ],
        );
    }
    assert_decided(EVERY, &[(preflight_from(EVIL), "preflight every-origin")]);
    for origin in ["null", "file://", "x y", "https://a.com, https://b.com", ""] {
        assert_decided(WILDCARD, &[(preflight_from(origin), "preflight every-origin")]);
    }
}

#[test]
fn an_embed_by_another_origins_page_is_refused_unless_every_origin_is_allowed() {
    let embed = "refuse cross-site-embed";
    let missing = "allow missing-origin";
    for (site, mode, dest, expected) in [
        ("cross-site", "no-cors", "script", embed),
        ("same-site", "no-cors", "script", embed),
        ("cross-site", "no-cors", "image", embed),
        ("cross-site", "navigate", "iframe", embed),
        ("same-site", "navigate", "frame", embed),
        ("cross-site", "navigate", "object", embed),
        ("cross-site", "no-cors", "document", embed),
        ("cross-site", "websocket", "websocket", embed),
        ("cross-site", "cors", "empty", embed),
        // Links and pop-ups, to what nobody visits.
        ("cross-site", "navigate", "document", embed),
        ("same-site", "navigate", "document", embed),
        ("none", "navigate", "document", missing),
        ("none", "no-cors", "script", missing),
    ] {
        let head = fetched(site, mode, dest);
        assert_decided(LISTED, &[(head, expected)]);
        assert_decided(r#"{"origin": false}"#, &[(head, expected)]);
        assert_decided(EVERY, &[(head, missing)]);
        assert_decided(WILDCARD, &[(head, missing)]);
    }
    assert_decided(LISTED, &[(RequestHead { fetch_site: Some("cross-site"), ..POLL }, embed)]);
    let same_origin = fetched("same-origin", "cors", "empty");
    assert_decided(LISTED, &[(same_origin, "allow same-origin")]);
}

#[test]
fn a_link_is_let_through_unless_it_leads_to_engineio() {
    let link = fetched("cross-site", "navigate", "document");
    for (path, expected) in [
        ("/socket.io/", "allow missing-origin"),
        ("/socket.io/?x=1&transport=air", "allow missing-origin"),
        ("/socket.io/?EIO=3&transport=polling", "refuse cross-site-embed"),
        ("/socket.io/?transport=polling", "refuse cross-site-embed"),
        ("/socket.io/?%45IO=4", "refuse cross-site-embed"),
    ] {
        assert_decided(LISTED, &[(at(path, link), expected)]);
        assert_decided(EVERY, &[(at(path, link), "allow missing-origin")]);
    }
    // A frame is none, nor is what does not navigate.
    for (mode, dest) in [("navigate", "iframe"), ("no-cors", "document")] {
        let embed = at("/socket.io/", fetched("cross-site", mode, dest));
        assert_decided(LISTED, &[(embed, "refuse cross-site-embed")]);
    }
}

#[test]
fn the_origin_decides_whatever_fetch_metadata_says() {
    for site in ["cross-site", "same-site", "same-origin", "none"] {
        let described = |head| RequestHead { fetch_site: Some(site), ..head };
        let jsonp = "/socket.io/?j=0";
        assert_decided(
            r#"{"origin": "https://good.com", "missingOrigin": "deny"}"#,
            &[
                (described(from(GOOD)), "allow listed-origin"),
                (described(from(EVIL)), "refuse unlisted-origin"),
                (described(at(jsonp, from(GOOD))), "allow listed-origin"),
                (described(at(jsonp, from(EVIL))), "refuse unlisted-origin"),
            ],
        );
    }
}

#[test]
fn jsonp_without_an_origin_is_refused_unless_the_rule_allows_it_or_it_is_same_origin() {
    let refused = r#"{"origin": "https://good.com"}"#;
    let allowed = r#"{"origin": "https://good.com", "jsonp": true}"#;
    for query in ["j=0", "j", "EIO=3&j=12", "%6A=0", "sid=x&j=1&j=2"] {
        let path_and_query = format!("/socket.io/?{query}");
        let poll = at(&path_and_query, POLL);
        let described = |site| RequestHead { fetch_site: Some(site), ..poll };
        assert_decided(
            refused,
            &[
                (poll, "refuse jsonp"),
                (described("none"), "refuse jsonp"),
                (described("cross-site"), "refuse cross-site-embed"),
                (described("same-origin"), "allow same-origin"),
            ],
        );
        assert_decided(
            allowed,
            &[
                (poll, "allow jsonp"),
                (described("none"), "allow jsonp"),
                (described("cross-site"), "refuse cross-site-embed"),
                (described("same-origin"), "allow same-origin"),
            ],
        );
        assert_decided(EVERY, &[(poll, "refuse jsonp")]);
        assert_decided(
            r#"{"origin": true, "jsonp": true}"#,
            &[(described("cross-site"), "allow jsonp")],
        );
    }
    assert_decided(refused, &[(at("/socket.io/?J=0&t=j", POLL), "allow missing-origin")]);
    assert_decided(refused, &[(at("/socket.io/j=0", POLL), "allow missing-origin")]);
}

#[test]
fn a_request_without_an_origin_is_let_through_as_missing_origin_says() {
    for origin in ["false", "true", r#""*""#, r#""https://good.com""#] {
        let allow = format!(r#"{{"origin": {origin}, "missingOrigin": "allow"}}"#);
        let deny = format!(r#"{{"origin": {origin}, "missingOrigin": "deny"}}"#);
        let typed = fetched("none", "navigate", "document");
        for head in [POLL, typed] {
            assert_decided(&allow, &[(head, "allow missing-origin")]);
            assert_decided(&deny, &[(head, "refuse missing-origin")]);
        }
        assert_decided(&deny, &[(from(OWN), "allow same-origin")]);
    }
}

#[test]
fn polls_upgrades_and_open_sessions_are_judged_alike() {
    let queries = [
        "EIO=4&transport=polling",
        "EIO=4&transport=polling&sid=lv_VI97HAXpY6yYWAAAC",
        "EIO=4&transport=websocket",
        "EIO=4&transport=websocket&sid=lv_VI97HAXpY6yYWAAAC",
        "",
    ];
    for query in queries {
        let path_and_query = format!("/socket.io/?{query}");
        for method in ["GET", "POST"] {
            let asking = |head| RequestHead { method, ..at(&path_and_query, head) };
            assert_decided(
                LISTED,
                &[
                    (asking(from(GOOD)), "allow listed-origin"),
                    (asking(from(OWN)), "allow same-origin"),
                    (asking(from(EVIL)), "refuse unlisted-origin"),
                    (asking(from("null")), "refuse null-origin"),
                    (asking(POLL), "allow missing-origin"),
                ],
            );
        }
    }
}

#[test]
fn a_path_is_covered_in_every_spelling_that_a_server_may_read_as_the_routes() {
    let slashes = policy(r#"{"routes": {"/socket.io/": {"origin": false}}}"#);
    let single = policy(r#"{"origin": false}"#);
    for (path, under_slash, under_single) in [
        ("/socket.io/", true, true),
        ("/socket.io", true, true),
        ("/socket.io/?x=/y", true, true),
        ("/socket.io?x", true, true),
        ("/socket.io#x", true, true),
        ("/socket.io/1/xhr", true, true),
        ("/%73ocket.io/", true, true),
        ("/socket%2eio/", true, true),
        ("/socket.io%2f", true, true),
        ("/socket.io%2F?x", true, true),
        ("//socket.io/", true, true),
        ("///socket.io///", true, true),
        ("/x/../socket.io/", true, true),
        ("/x/%2e%2e/socket.io/", true, true),
        ("/./socket.io/", true, true),
        ("/socket.io/..", true, true),
        ("/socket.io/../api", true, true),
        ("/socket.io/..%2fapi", true, true),
        ("/\\socket.io/", true, true),
        ("/%5Csocket.io%5c", true, true),
        ("/socket.iox", false, true),
        ("/socket.io;x/", true, true),
        ("/socket.io%3fx", true, true),
        ("/Socket.io/", true, true),
        ("/x/..;/socket.io/", true, true),
        ("/;/socket.io/", true, true),
        ("/%2573ocket.io/", true, true),
        ("/a%5cb/..%2fsocket.io/", true, true),
        ("/", false, false),
        ("", false, false),
        ("/api?next=/socket.io/", false, false),
        ("/api#/socket.io/", false, false),
        ("/socket-io/", false, false),
        ("/api/files/a%2Fb", false, false),
        ("/a;b=c/d", false, false),
        ("/img/socket.io-logo.png", false, false),
        ("/x%20y", false, false),
        ("/x/socket.io/", false, false),
    ] {
        let head = at(path, from(EVIL));
        let expected =
            |covered| if covered { "refuse unlisted-origin" } else { "uncovered no-route" };
        assert_eq!(decided(head, &slashes), expected(under_slash), "{path}");
        assert_eq!(decided(head, &single), expected(under_single), "{path}");
    }
}

#[test]
fn a_request_that_two_routes_may_cover_has_to_satisfy_both() {
    let document = r#"{"routes": {
        "/": {"origin": true},
        "/socket.io/": {"origin": "https://good.com"},
        "/watched/": {"origin": false, "reportOnly": true}
    }}"#;
    for path in ["/x/../socket.io/", "/%73ocket.io/", "/socket.io/../x", "/watched/../socket.io/"] {
        assert_decided(
            document,
            &[
                (at(path, from(EVIL)), "refuse unlisted-origin"),
                (at(path, from(OWN)), "allow same-origin"),
                (at(path, preflight_from(EVIL)), "refuse unlisted-origin"),
            ],
        );
    }
    assert_decided(
        document,
        &[
            (at("/x/../socket.io/", from(GOOD)), "allow every-origin"),
            (at("/socket.io/../x", from(GOOD)), "allow listed-origin"),
            (at("/x", from(EVIL)), "allow every-origin"),
            (at("/socket.io/", from(EVIL)), "refuse unlisted-origin"),
        ],
    );
}

#[test]
fn report_only_changes_no_decision_and_blocks_nothing() {
    let policy = policy(r#"{"origin": false, "reportOnly": true}"#);
    let head = from(EVIL);
    let decision = decide(&head, &policy, |_| KeyStatus::Missing);
    assert_eq!(decided(head, &policy), "refuse unlisted-origin");
    assert!(decision.is_report_only() && !decision.blocks());
}

#[test]
fn without_a_policy_only_the_same_origin_is_allowed() {
    let closed = Policy::closed();
    for (head, expected) in [
        (from(OWN), "allow same-origin"),
        (from(GOOD), "refuse unlisted-origin"),
        (preflight_from(GOOD), "refuse unlisted-origin"),
        (fetched("cross-site", "no-cors", "script"), "refuse cross-site-embed"),
        (POLL, "allow missing-origin"),
        (at("/api", from(GOOD)), "uncovered no-route"),
    ] {
        assert_eq!(decided(head, closed), expected, "{head:?}");
    }
}

/// Verdict and reason where KV's say on every key is `key_status`, and the keys that
/// it was asked for.
fn decided_with(
    head: RequestHead<'_>,
    policy: &Policy,
    key_status: KeyStatus,
) -> (String, Vec<String>) {
    let mut keys = Vec::new();
    let decision = decide(&head, policy, |key| {
        keys.push(key.to_owned());
        key_status
    });
    (format!("{} {}", decision.verdict, decision.reason), keys)
}

#[test]
fn a_tenants_decision_follows_the_status_of_its_kv_key() {
    let policy = policy(r#"{"origin": ["https://good.com", {"kv": "tenant:"}, {"kv": "t/"}]}"#);
    let keys = ["tenant:https://evil.com", "t/https://evil.com"];
    for (key_status, expected) in [
        (KeyStatus::Present, "allow tenant-origin"),
        (KeyStatus::Missing, "refuse unlisted-origin"),
        (KeyStatus::Unknown, "refuse unasked-origin"),
        (KeyStatus::Failed, "refuse lookup-failed"),
        (KeyStatus::RateLimited, "refuse lookup-limited"),
    ] {
        let (decided, asked) = decided_with(from(EVIL), &policy, key_status);
        assert_eq!((decided.as_str(), asked.as_slice()), (expected, &keys.map(str::to_owned)[..]));
    }
    let (decided, _) = decided_with(preflight_from(EVIL), &policy, KeyStatus::Present);
    assert_eq!(decided, "preflight tenant-origin");
}

#[test]
fn a_page_is_judged_by_one_rule_and_its_kv_keys() {
    let policy = policy(r#"{"origin": ["https://good.com", {"kv": "a:"}, {"kv": "b:"}]}"#);
    let rule = &policy.routes()[0].rule;
    let key_status = |key: &str| match key {
        "b:https://tenant.com" => KeyStatus::Present,
        _ => KeyStatus::Missing,
    };
    for (text, expected) in [
        ("https://good.com", (true, Reason::ListedOrigin)),
        ("https://tenant.com", (true, Reason::TenantOrigin)),
        ("https://evil.com", (false, Reason::UnlistedOrigin)),
        ("null", (false, Reason::NullOrigin)),
    ] {
        let origin = Origin::try_from(text).unwrap();
        assert_eq!(judge_page(&origin, rule, key_status), expected, "{text}");
    }
}

#[test]
fn kv_is_read_only_if_the_decision_depends_on_it() {
    let policy = policy(
        r#"{"routes": {"/socket.io/": {"origin": ["https://good.com", {"kv": "tenant:"}]},
                       "/open/": {"origin": true}}}"#,
    );
    for (head, expected) in [
        (from(GOOD), "allow listed-origin"),
        (from(OWN), "allow same-origin"),
        (from("null"), "refuse null-origin"),
        (from("https://EVIL.com"), "refuse malformed-origin"),
        (from("file://"), "refuse unlisted-origin"),
        (from("file://evil.com"), "refuse unlisted-origin"),
        (from("ws://evil.com"), "allow no-page"),
        (from("wss://evil.com:8443"), "allow no-page"),
        (from("https://good.com, https://api.example.com"), "allow two-origins"),
        (from("null, https://evil.com"), "refuse malformed-origin"),
        (POLL, "allow missing-origin"),
        (at("/open/", from(EVIL)), "allow every-origin"),
        (at("/other", from(EVIL)), "uncovered no-route"),
    ] {
        let (decided, asked) = decided_with(head, &policy, KeyStatus::Present);
        assert_eq!((decided.as_str(), asked), (expected, Vec::new()), "{head:?}");
    }
}

#[test]
fn a_key_under_any_of_several_prefixes_allows_the_origin() {
    use KeyStatus::{Failed, Missing, Present, RateLimited, Unknown};
    let policy = policy(r#"{"origin": [{"kv": "a:"}, {"kv": "b:"}]}"#);
    for (a, b, expected) in [
        (Missing, Present, "allow tenant-origin"),
        (Present, Unknown, "allow tenant-origin"),
        (Failed, Present, "allow tenant-origin"),
        (Missing, Unknown, "refuse unasked-origin"),
        (Unknown, Failed, "refuse unasked-origin"),
        (Missing, Failed, "refuse lookup-failed"),
        (RateLimited, Missing, "refuse lookup-limited"),
        (Missing, Missing, "refuse unlisted-origin"),
    ] {
        let head = from(EVIL);
        let decision = decide(&head, &policy, |key| if key.starts_with("a:") { a } else { b });
        assert_eq!(format!("{} {}", decision.verdict, decision.reason), expected, "{a:?} {b:?}");
    }
}

#[test]
fn a_request_that_two_routes_may_cover_gets_only_what_both_grant() {
    use socketio_cors_core::decision::grant::Grant;
    const OPEN: &str = r#"{"origin": true, "credentials": true}"#;
    const GOOD_ONLY: &str = r#"{"origin": "https://good.com"}"#;
    const REPORTED: &str = r#"{"origin": true, "credentials": true, "reportOnly": true}"#;
    let grant = |a: &str, b: &str, head: RequestHead<'static>| {
        let policy = policy(&format!(r#"{{"routes": {{"/a/": {a}, "/b/": {b}}}}}"#));
        let grant = decide(&at("/a/..%2fb/", head), &policy, |_| KeyStatus::Missing).grant;
        grant.map(|grant| match grant {
            Grant::Origin { credentialed, .. } => Grant::Origin { origin: GOOD, credentialed },
            Grant::Anyone => Grant::Anyone,
        })
    };
    let only = |credentialed| Some(Grant::Origin { origin: GOOD, credentialed });
    for (a, b, with_origin, without) in [
        (OPEN, OPEN, only(true), None),
        (OPEN, GOOD_ONLY, only(false), None),
        (GOOD_ONLY, OPEN, only(false), None),
        (OPEN, WILDCARD, only(false), None),
        (WILDCARD, WILDCARD, Some(Grant::Anyone), Some(Grant::Anyone)),
        (WILDCARD, GOOD_ONLY, only(false), None),
        (REPORTED, GOOD_ONLY, only(false), None),
        (GOOD_ONLY, REPORTED, only(false), None),
    ] {
        assert_eq!(grant(a, b, from(GOOD)), with_origin, "{a} {b}");
        assert_eq!(grant(a, b, POLL), without, "{a} {b}");
    }
}

#[test]
fn an_origin_with_a_websocket_scheme_is_judged_as_a_missing_one() {
    let ws = |head| RequestHead { origin: Some("wss://api.example.com"), ..head };
    let jsonp = "/socket.io/?EIO=3&transport=polling&j=0";
    let upgrade = RequestHead { upgrade: Some("websocket"), ..POLL };
    for origin in ["false", "true", r#""*""#, r#"["https://good.com", {"kv": "t:"}]"#] {
        let with = |fields: &str| format!(r#"{{"origin": {origin}{fields}}}"#);
        assert_decided(
            &with(""),
            &[
                (ws(POLL), "allow no-page"),
                (ws(upgrade), "allow no-page"),
                (ws(PREFLIGHT), "preflight no-page"),
                (at(jsonp, ws(POLL)), "refuse jsonp"),
            ],
        );
        assert_decided(&with(r#", "jsonp": true"#), &[(at(jsonp, ws(POLL)), "allow jsonp")]);
        let same_origin = RequestHead { fetch_site: Some("same-origin"), ..POLL };
        assert_decided(
            &with(r#", "missingOrigin": "deny""#),
            &[
                (ws(POLL), "refuse no-page"),
                (ws(upgrade), "refuse no-page"),
                (ws(PREFLIGHT), "refuse no-page"),
                (ws(same_origin), "allow no-page"),
            ],
        );
    }
    // Such a client gets no CORS headers, and keeps its cookies: only those of pages are removed.
    let policy = policy(r#"{"origin": true, "credentials": true, "websocketCookies": false}"#);
    let head = ws(upgrade);
    let decision = decide(&head, &policy, |_| KeyStatus::Missing);
    assert!(decision.grant.is_none() && !decision.strips_credentials, "{decision:?}");
}

#[test]
fn two_origins_pass_without_cors_headers_if_each_passes_alone_and_one_is_not_a_websocket_url() {
    let listed = r#"["https://good.com", "file://"]"#;
    let passes = "allow two-origins";
    let malformed = "refuse malformed-origin";
    for (origins, origin, allow, deny) in [
        // Python's websocket-client: its own, and the one that was set.
        ("https://good.com, https://api.example.com", listed, passes, passes),
        ("https://api.example.com,https://good.com", listed, passes, passes),
        ("https://api.example.com , \tfile://", listed, passes, passes),
        ("https://api.example.com, https://api.example.com", "false", passes, passes),
        ("https://api.example.com, wss://api.example.com", listed, passes, malformed),
        ("wss://a.com, wss://b.com", listed, malformed, malformed),
        ("wss://a.com, https://evil.com", listed, malformed, malformed),
        ("https://api.example.com, https://evil.com", listed, malformed, malformed),
        ("https://api.example.com, null", listed, malformed, malformed),
        ("https://api.example.com, https://good.com/", listed, malformed, malformed),
        ("https://api.example.com, ", listed, malformed, malformed),
        ("https://api.example.com", listed, "allow same-origin", "allow same-origin"),
        ("https://good.com, https://good.com, https://good.com", listed, malformed, malformed),
        ("https://good.com https://good.com", listed, malformed, malformed),
        ("https://a.com, https://b.com", "true", passes, passes),
        ("null, file://", "true", passes, passes),
        ("https://a.com, b", "true", malformed, malformed),
    ] {
        for (missing, expected) in [("allow", allow), ("deny", deny)] {
            let document = format!(r#"{{"origin": {origin}, "missingOrigin": "{missing}"}}"#);
            assert_decided(&document, &[(from(origins), expected)]);
            let policy = policy(&document);
            let head = from(origins);
            let grant = decide(&head, &policy, |_| KeyStatus::Missing).grant;
            assert!(grant.is_none() || expected != passes, "{origins}: {grant:?}");
            // No browser sends them.
            if expected == passes {
                assert_decided(&document, &[(preflight_from(origins), malformed)]);
            }
        }
    }
    let with_cookies = r#"{"origin": true, "credentials": true}"#;
    assert_decided(with_cookies, &[(from("null, https://a.com"), malformed)]);
}

#[test]
fn one_of_two_origins_may_be_a_tenants() {
    let policy = policy(r#"{"origin": ["https://good.com", {"kv": "t:"}]}"#);
    for (key_status, expected) in [
        (KeyStatus::Present, "allow two-origins"),
        (KeyStatus::Missing, "refuse malformed-origin"),
        (KeyStatus::Unknown, "refuse unasked-origin"),
        (KeyStatus::Failed, "refuse lookup-failed"),
        (KeyStatus::RateLimited, "refuse lookup-limited"),
    ] {
        for origins in
            ["https://api.example.com, https://evil.com", "https://evil.com, https://good.com"]
        {
            let (decided, asked) = decided_with(from(origins), &policy, key_status);
            assert_eq!(
                (decided.as_str(), &asked[..]),
                (expected, &["t:https://evil.com".to_owned()][..])
            );
        }
    }
}

#[test]
fn a_cross_site_script_can_load_only_socketios_own_client() {
    let script = fetched("cross-site", "no-cors", "script");
    let client = "allow client-bundle";
    let embed = "refuse cross-site-embed";
    for (path, under_slash, under_single, under_root) in [
        ("/socket.io/socket.io.js", client, client, embed),
        ("/socket.io/socket.io.min.js", client, client, embed),
        ("/socket.io/socket.io.esm.min.js", client, client, embed),
        ("/socket.io/socket.io.msgpack.min.js", client, client, embed),
        ("/socket.io/socket.io.js.map", client, client, embed),
        ("/socket.io/socket.io.msgpack.min.js.map?v=4.8.1", client, client, embed),
        ("/socket.io/socket.io.js?t=1;u=2", client, client, embed),
        ("/socket.io/socket.io.js?EIO=3&transport=polling&j=0", embed, embed, embed),
        ("/socket.io/socket.io.js?EIO", embed, embed, embed),
        ("/socket.io/socket.io.js?%45IO=3", embed, embed, embed),
        ("/socket.io/socket.io.js?a;EIO=3", embed, embed, embed),
        ("/socket.io/socket.io.js?transport=", embed, embed, embed),
        ("/socket.io/socket.io.js?sid=x", embed, embed, embed),
        ("/socket.io/socket.io.js?x=1&j", embed, embed, embed),
        ("/socket.io/socket.io.js/", embed, embed, embed),
        ("/socket.io/socket.io.map", embed, embed, embed),
        ("/socket.io/socket.io.js.map.map", embed, embed, embed),
        ("/socket.io/socket.io.esm.js", embed, embed, embed),
        ("/socket.io/x/socket.io.js", embed, embed, embed),
        ("/socket.io//socket.io.js", embed, embed, embed),
        ("/socket.io/./socket.io.js", embed, embed, embed),
        ("/socket.io/x/../socket.io.js", embed, embed, embed),
        ("/socket.io/%73ocket.io.js", embed, embed, embed),
        ("/socket.io/socket.io.JS", embed, embed, embed),
        ("/socket.io/socket.io.js;x", embed, embed, embed),
        ("/socket.io/admin.js", embed, embed, embed),
        ("/socket.io/", embed, embed, embed),
        ("/socket.io.js", "uncovered no-route", embed, client),
    ] {
        for (prefix, expected) in
            [("/socket.io/", under_slash), ("/socket.io", under_single), ("/", under_root)]
        {
            let document = format!(
                r#"{{"routes": {{"{prefix}": {{"origin": false, "missingOrigin": "deny"}}}}}}"#
            );
            assert_decided(&document, &[(at(path, script), expected)]);
        }
    }
    let bundle = at("/socket.io/socket.io.js", script);
    assert_decided(
        LISTED,
        &[
            (RequestHead { method: "HEAD", ..bundle }, client),
            (RequestHead { fetch_site: Some("same-site"), ..bundle }, client),
            (RequestHead { method: "POST", ..bundle }, embed),
            (RequestHead { method: "OPTIONS", ..bundle }, embed),
            (RequestHead { upgrade: Some("h2c"), ..bundle }, embed),
            (RequestHead { origin: Some(EVIL), ..bundle }, "refuse unlisted-origin"),
        ],
    );
    for document in [EVERY, WILDCARD, r#"{"origin": "*", "missingOrigin": "deny"}"#] {
        assert_decided(document, &[(bundle, client)]);
    }
    let decision_policy = policy(LISTED);
    assert!(decide(&bundle, &decision_policy, |_| KeyStatus::Missing).grant.is_none());
}
