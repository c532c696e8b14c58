use super::*;

/// The prefixes whose rules have a say on `path`, a URL's path.
fn prefixes<'p>(policy: &'p Policy, path: &str) -> Vec<&'p str> {
    policy.routes_for(&PathVariants::of(path)).map(Route::prefix).collect()
}

#[test]
fn the_tenant_prefixes_of_all_routes_are_listed_once_each() {
    let policy = parse(
        r#"{"routes": {
            "/b/": {"origin": [{"kv": "b:"}, "https://a.example", {"kv": "a:"}]},
            "/x/": {"origin": "*"},
            "/a/": {"origin": [{"kv": "a:"}, {"kv": "c:"}]}
        }}"#,
    );
    assert_eq!(policy.tenant_prefixes(), ["b:", "a:", "c:"]);
    assert_eq!(closing(&["/socket.io/"]).tenant_prefixes(), [""; 0]);
}

#[test]
fn the_origins_of_each_rule_are_counted() {
    let policy = parse(
        r#"{"routes": {
            "/a/": {"origin": ["https://a.example", "https://*.b.example", {"kv": "t:"}]},
            "/b/": {"origin": false},
            "/c/": {"origin": true},
            "/d/": {"origin": "*"}
        }}"#,
    );
    let counts: Vec<_> =
        policy.rules().map(|(prefix, rule)| (prefix, rule.origin_count())).collect();
    assert_eq!(counts, [("/a/", 3), ("/b/", 0), ("/c/", 0), ("/d/", 0)]);
}

#[test]
fn each_route_has_its_own_rule() {
    let policy = parse(
        r#"{"routes": {
            "/socket.io/": {"origin": "https://a.example", "credentials": true},
            "/api/": {"origin": "*", "maxAge": 5}
        }}"#,
    );
    let rule = |path| &policy.routes_for(&PathVariants::of(path)).next().unwrap().rule;
    assert!(allows(rule("/socket.io/"), "https://a.example"));
    assert!(!allows(rule("/socket.io/"), "https://b.example"));
    assert!(credentials(rule("/socket.io/")));
    assert_eq!(rule("/socket.io/").max_age, None);
    assert!(allows(rule("/api/x"), "https://b.example"));
    assert_eq!(rule("/api/x").max_age, Some(HeaderValue::from(5)));
}

#[test]
fn the_longest_prefix_wins_wherever_it_stands() {
    let mut routes = ["/", "/socket.io/", "/socket.io/chat/", "/socket.io/chat", "/sock"];
    for _ in 0..routes.len() {
        routes.rotate_left(1);
        let policy = closing(&routes);
        for (path, prefix) in [
            ("/", "/"),
            ("/other", "/"),
            ("/sock", "/sock"),
            ("/socks/", "/sock"),
            ("/socket.io", "/socket.io/"),
            ("/socket.io/", "/socket.io/"),
            ("/socket.io/cha", "/socket.io/"),
            ("/socket.io/chat", "/socket.io/chat/"),
            ("/socket.io/chat/room", "/socket.io/chat/"),
            ("/socket.io/chats", "/socket.io/chat"),
        ] {
            assert_eq!(prefixes(&policy, path), [prefix], "{path} of {routes:?}");
        }
    }
}

#[test]
fn a_prefix_that_ends_in_a_slash_covers_what_is_below_it_and_itself() {
    for (prefix, path, covered) in [
        ("/socket.io/", "/socket.io/", true),
        ("/socket.io/", "/socket.io", true),
        ("/socket.io/", "/socket.io/1/websocket", true),
        ("/socket.io/", "/socket.iox", false),
        ("/socket.io/", "/Socket.io/", true),
        ("/socket.io/", "/", false),
        ("/socket.io/", "/x/socket.io/", false),
        ("/socket.io", "/socket.io", true),
        ("/socket.io", "/socket.io/", true),
        ("/socket.io", "/socket.iox", true),
        ("/socket.io", "/socket.i", false),
        ("/", "/", true),
        ("/", "", true),
        ("/", "/anything", true),
        ("/a b/", "/a%20b/", true),
        ("/caf\u{e9}/", "/caf%C3%A9/", true),
    ] {
        let policy = closing(&[prefix]);
        assert_eq!(!prefixes(&policy, path).is_empty(), covered, "{prefix} on {path}");
    }
}

#[test]
fn a_single_rule_covers_engine_ios_path_however_its_slash_is_set() {
    let policy = parse(r#"{"origin": false}"#);
    for (path, covered) in [
        ("/socket.io/", true),
        ("/socket.io", true),
        ("/socket.iox", true),
        ("/socket.i", false),
        ("/", false),
    ] {
        assert_eq!(!prefixes(&policy, path).is_empty(), covered, "{path}");
    }
}

#[test]
fn every_route_that_a_server_may_find_in_a_path_covers_it_the_raw_paths_route_first() {
    let policy = closing(&["/socket.io/", "/api/"]);
    for (path, covering) in [
        ("/socket.io/", vec!["/socket.io/"]),
        ("/%73ocket.io/", vec!["/socket.io/"]),
        ("//socket.io//", vec!["/socket.io/"]),
        ("/socket.io/../x", vec!["/socket.io/"]),
        ("/x/../socket.io/", vec!["/socket.io/"]),
        ("/socket.io/../api/", vec!["/socket.io/", "/api/"]),
        ("/api/../socket.io/", vec!["/api/", "/socket.io/"]),
        ("/%61pi/", vec!["/api/"]),
        // To a server that merges slashes but resolves nothing.
        ("//socket.io/..%2fx", vec!["/socket.io/"]),
        ("/%73ocket.io/..%2fapi/", vec!["/socket.io/", "/api/"]),
        ("/x/..", vec![]),
        ("/%2573ocket.io/", vec!["/socket.io/"]),
        // To nginx, a decoded backslash is a letter.
        ("/a%5cb/..%2fsocket.io/", vec!["/socket.io/"]),
        ("/SOCKET.IO/", vec!["/socket.io/"]),
        ("/x/..;/socket.io/", vec!["/socket.io/"]),
        ("/;/socket.io/", vec!["/socket.io/"]),
        ("//api/socket.io", vec!["/socket.io/", "/api/"]),
        ("/%252525253573", vec!["/socket.io/", "/api/"]),
    ] {
        assert_eq!(prefixes(&policy, path), covering, "{path}");
    }
}

#[test]
fn an_unrelated_path_is_not_covered_because_of_its_spelling() {
    for prefix in ["/socket.io", "/socket.io/"] {
        let policy = closing(&[prefix]);
        for path in [
            "/api/files/a%2Fb",
            "/a;b=c/d",
            "/img/socket.io-logo.png",
            "/x%20y",
            "/API/v1/Users",
            "/x/socket.io%20client/",
            "/docs/../img/x",
            "//cdn.example/x.js",
            "/.well-known/x",
            "/caf%E9",
        ] {
            assert_eq!(prefixes(&policy, path), Vec::<&str>::new(), "{path} under {prefix}");
        }
    }
}

#[test]
fn a_path_with_dots_is_covered_by_each_route_whose_segments_it_has_in_order() {
    for (prefix, path, covered) in [
        ("/a/b/", "/a/x/../b/", true),
        ("/a/b/", "/a/b/..", true),
        ("/a/b/", "/b/../a/", false),
        ("/a/b/", "/../a/bc", false),
        ("/a/b", "/../a/bc", true),
        ("/a/b", "/../ab", false),
        ("/A;x/b", "/../a/y/b", true),
        ("/100%/", "/../100%41", true),
        ("/", "/x/../y", true),
    ] {
        let policy = closing(&[prefix]);
        assert_eq!(!prefixes(&policy, path).is_empty(), covered, "{prefix} on {path}");
    }
}

#[test]
fn the_longest_prefix_wins_only_where_all_servers_find_it() {
    let policy = closing(&["/", "/socket.io/", "/socket.io/public/", "/API/"]);
    for (path, covering) in [
        ("/socket.io/public/x%20y", vec!["/socket.io/public/"]),
        ("/API/x", vec!["/API/"]),
        // A server that keeps the parameter reads another name than `public`.
        ("/socket.io/public;x/", vec!["/socket.io/", "/socket.io/public/"]),
        ("/%73ocket.io/public;x/", vec!["/", "/socket.io/", "/socket.io/public/"]),
        ("/socket.io/Public/", vec!["/socket.io/", "/socket.io/public/"]),
        ("/api%2fx", vec!["/", "/API/"]),
    ] {
        assert_eq!(prefixes(&policy, path), covering, "{path}");
    }
}

#[test]
fn a_path_under_a_thousand_routes_gets_each_rule_once() {
    let routes: Vec<_> = (0..1000).map(|number| format!("/{number}/")).collect();
    let routes: Vec<_> = routes.iter().map(String::as_str).collect();
    let policy = closing(&routes);
    assert_eq!(prefixes(&policy, "/x%00"), routes);
    assert_eq!(prefixes(&policy, "/7%2f../%38").len(), 2);
}
