use super::*;

fn folded(text: &str) -> Reading {
    Reading::Folded(text.to_owned())
}

fn segments(text: &str) -> Reading {
    Reading::Segments(text.to_owned())
}

#[track_caller]
fn assert_read(rows: &[(&str, Reading)]) {
    for (raw, reading) in rows {
        assert_eq!(PathVariants::of(raw), PathVariants { raw, reading: reading.clone() }, "{raw}");
    }
}

#[test]
fn a_plain_path_has_one_reading() {
    for raw in
        ["/", "/socket.io/", "/img/socket.io-logo.png", "/a,b/c=d/~e/x..y", "/x/y.z:!$&'()*+@"]
    {
        assert_read(&[(raw, Reading::Plain)]);
    }
}

#[test]
fn a_path_is_folded_as_far_as_any_server_goes() {
    assert_read(&[
        ("/%73ocket.io/", folded("/socket.io/")),
        ("/%2573ocket%252Eio%25252f", folded("/socket.io/")),
        ("/SOCKET.IO", folded("/socket.io")),
        ("/%C5%BFoc%E2%84%AAet.io/", folded("/socket.io/")),
        ("/caf%C3%89/%C4%B0%C4%B1", folded("/caf\u{e9}/ii")),
        ("/%CE%A3%CF%82", folded("/\u{3c3}\u{3c3}")),
        ("/%C3%25A9", folded("/\u{e9}")),
        ("/a%5cb\\c", folded("/a/b/c")),
        ("/a;b=c/d;e", folded("/a/d")),
        ("/a%3bb/c%3Fd/e%23", folded("/a/c/e")),
        ("/a//b///", folded("/a/b/")),
        ("/a/./b/.", folded("/a/b/")),
        ("/a%20/%20b%20c/d%2e%20", folded("/a/b c/d")),
        ("/a./b..", folded("/a/b")),
        ("/.well-known/x", folded("/.well-known/x")),
        ("/api/files/a%2Fb", folded("/api/files/a/b")),
        ("/100%/%zz", folded("/100%/%zz")),
        ("/%ff", folded("/\u{fffd}")),
        ("x", folded("/x")),
    ]);
}

#[test]
fn segments_may_be_dropped_for_dots_or_as_a_host() {
    assert_read(&[
        ("/a%5cb/..%2fsocket.io/", segments("/a/b/socket.io/")),
        ("/x/../socket.io/", segments("/x/socket.io/")),
        ("/x/%252e%252E/y", segments("/x/y")),
        ("/x/..;/y", segments("/x/y")),
        ("/x/.%2e;a=b/y", segments("/x/y")),
        ("/x/..%20/...", segments("/x/")),
        ("", segments("/")),
        ("//host/y", segments("/host/y")),
        ("/\\host", segments("/host")),
        ("/%2fhost", segments("/host")),
        ("/%255chost", segments("/host")),
        ("/;x/host", segments("/host")),
        ("/.//host", segments("/host")),
        ("/%20/x", segments("/x")),
    ]);
}

#[test]
fn a_parameter_may_end_at_a_slash_or_only_at_one_that_is_not_encoded() {
    assert_read(&[
        ("/.;a%2fb/socket.io/", segments("/b/socket.io/")),
        ("/x/.;a\\b/socket.io/", segments("/x/b/socket.io/")),
        ("/x;a/y", folded("/x/y")),
    ]);
}

#[test]
fn a_path_may_be_read_as_anything_where_servers_disagree_on_its_characters() {
    let many_segments = "/x".repeat(MAX_SEGMENTS + 1);
    for raw in [
        "/%2525253573",
        "/x%00",
        "/x%2509",
        "/x\ty",
        "/%7f",
        "/%c0%afsocket.io/",
        "/%c0%25afsocket.io/",
        "/%e0%80%af",
        "/%f0%80%80%af",
        "/%u0073ocket.io/",
        "/%25U0073ocket.io/",
        &format!("/..{many_segments}"),
    ] {
        assert_read(&[(raw, Reading::Anything)]);
    }
    assert_ne!(PathVariants::of(&format!("/%20x{many_segments}")).reading, Reading::Anything);
}

#[test]
fn only_the_start_that_all_servers_read_alike_is_certain() {
    for (raw, certain) in [
        ("/socket.io/", "/socket.io/"),
        ("/API/x%20y", "/API/x"),
        ("/a;b/c", "/a"),
        ("/a//b", "/a/"),
        ("/a/.b", "/a/"),
        ("/a\\b", "/a"),
        ("/a./b", "/a."),
        ("/\u{e9}", "/"),
        ("%2f", ""),
    ] {
        assert_eq!(PathVariants::of(raw).certain_part(), certain, "{raw}");
    }
}

#[test]
fn prefixes_are_folded_like_paths() {
    for (prefix, folded) in [
        ("/", "/"),
        ("/socket.io", "/socket.io"),
        ("/Socket.IO/", "/socket.io/"),
        ("/a;b/c", "/a/c"),
        ("/my app/", "/my app/"),
        ("/100%/x/", "/100"),
        ("/\u{c9}t\u{e9}/", "/\u{e9}t\u{e9}/"),
    ] {
        assert_eq!(fold_prefix(prefix), folded, "{prefix}");
    }
}

#[test]
fn normalises_every_spelling_of_a_prefix_to_one() {
    for (raw, normal) in [
        ("/socket.io/", "/socket.io/"),
        ("/socket.io", "/socket.io"),
        ("/%73ocket.io/", "/socket.io/"),
        ("/socket%2Eio%2f", "/socket.io/"),
        ("//socket.io/", "/socket.io/"),
        ("///socket.io///", "/socket.io/"),
        ("/x/../socket.io/", "/socket.io/"),
        ("/x/%2e%2E/socket.io/", "/socket.io/"),
        ("/./socket.io/.", "/socket.io/"),
        ("/socket.io/x/..", "/socket.io/"),
        ("/socket.io/%2e%2e/api", "/api"),
        ("/..%2fsocket.io/", "/socket.io/"),
        ("/\\socket.io/", "/socket.io/"),
        ("/%5csocket.io%5C", "/socket.io/"),
        ("/../../..", "/"),
        ("", "/"),
        ("socket.io/", "/socket.io/"),
        ("/%2573ocket.io/", "/%73ocket.io/"),
        ("/%zz%", "/%zz%"),
        ("/%ff", "/\u{fffd}"),
        ("/.well-known/x", "/.well-known/x"),
    ] {
        assert_eq!(normalise(raw), normal, "{raw}");
    }
}
