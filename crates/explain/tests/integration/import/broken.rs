//! Files that are cut, wrong, or something else.

use super::*;

#[test]
fn the_complete_part_of_a_broken_file_is_imported() {
    let policy = r#"{"origin": "https://app.example.com"}"#;
    let start =
        "location /socket.io/ {\n add_header Access-Control-Allow-Origin https://app.example.com;";
    for (rest, finding) in [
        ("", "2 left out: the file ends in the middle"),
        ("\n proxy_pass", "3 left out: the file ends in the middle"),
        ("\n } }", "3 left out: unexpected \"}\""),
        ("\n add_header \"X", "3 left out: string without its closing quote"),
    ] {
        assert_import(&format!("{start}{rest}"), &DEFAULT, policy, &[finding]);
    }
}

#[test]
fn a_text_that_is_neither_nginx_nor_socketio_is_reported() {
    for text in
        ["", "Header set Access-Control-Allow-Origin \"*\"", "\u{0}\u{1}", "[]", "cors: *\n"]
    {
        let finding = "1 left out: neither an nginx configuration nor Socket.IO's server options";
        assert_import(text, &DEFAULT, "", &[finding]);
    }
}

#[test]
fn ten_thousand_origins_are_imported() {
    let line = |n| format!("https://s{n}.example $http_origin;");
    let lines = (0..10_000).map(line).collect::<Vec<_>>().join("\n");
    let text =
        format!("map $http_origin $o {{ {lines} }} add_header Access-Control-Allow-Origin $o;");
    let Import { policy, findings } = import(&text, &DEFAULT);
    assert_eq!(findings, []);
    let policy: Value = serde_json::from_str(&policy.unwrap()).unwrap();
    assert_eq!(policy["origin"].as_array().unwrap().len(), 10_000);
}
