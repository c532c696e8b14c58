use super::*;

/// The prefixes whose rules have a say on `path`, a URL's path.
fn prefixes<'p>(policy: &'p Policy, path: &str) -> Vec<&'p str> {
    let forms = path::Forms::of(path);
    let prefix_of =
        |rule| policy.routes.iter().find(|route| std::ptr::eq(&raw const route.rule, rule));
    policy.rules_for(&forms).map(|rule| prefix_of(rule).unwrap().prefix.as_str()).collect()
}

/// A document that closes every one of `routes`.
fn closing(routes: &[&str]) -> Policy {
    let routes: Vec<_> =
        routes.iter().map(|at| format!(r#""{at}": {{"origin": false}}"#)).collect();
    parse(&format!(r#"{{"$schema": "x", "routes": {{{}}}}}"#, routes.join(",")))
}

#[test]
fn each_route_has_its_own_rule() {
    let policy = parse(
        r#"{"routes": {
            "/socket.io/": {"origin": "https://a.example", "credentials": true},
            "/api/": {"origin": "*", "maxAge": 5}
        }}"#,
    );
    let rule = |path| policy.rules_for(&path::Forms::of(path)).next().unwrap();
    assert!(allows(rule("/socket.io/"), "https://a.example"));
    assert!(!allows(rule("/socket.io/"), "https://b.example"));
    assert!(credentials(rule("/socket.io/")));
    assert_eq!(rule("/socket.io/").max_age, None);
    assert!(allows(rule("/api/x"), "https://b.example"));
    assert_eq!(rule("/api/x").max_age.as_deref(), Some("5"));
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
        ("/socket.io/", "/Socket.io/", false),
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
fn each_form_of_a_path_covers_it_and_the_raw_one_comes_first() {
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
        ("/%2573ocket.io/", vec![]),
    ] {
        assert_eq!(prefixes(&policy, path), covering, "{path}");
    }
}
