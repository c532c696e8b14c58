//! Which `location`, which `server` and which file is that of Socket.IO.

use super::*;

const ALLOW: &str = "add_header Access-Control-Allow-Origin https://app.example.com;";
const ONE: &str = r#"{"origin": "https://app.example.com"}"#;

#[test]
fn the_policy_comes_from_the_location_that_nginx_chooses() {
    let other = "add_header Access-Control-Allow-Origin https://other.example;";
    for (locations, policy, findings) in [
        ("location / { ALLOW }", ONE, &[][..]),
        (
            "location /socket.io { ALLOW } location / { OTHER }",
            ONE,
            &["1 changed: location / does not seem"],
        ),
        ("location ^~ /socket.io/ { ALLOW }", ONE, &[]),
        ("location = /socket.io/ { ALLOW }", ONE, &[]),
        (r"location ~* ^/socket\.io/ { ALLOW } location /socket.io { }", ONE, &[]),
        (
            r"location ^~ /socket.io { ALLOW } location ~ \.io { OTHER }",
            ONE,
            &[r"1 changed: location \.io does not seem"],
        ),
        ("location / { location /socket.io/ { ALLOW } }", ONE, &[]),
        ("ALLOW", ONE, &[]),
        ("ALLOW location /api { OTHER }", ONE, &["1 changed: location /api does not seem"]),
        // The location has its own add_header, so it inherits none of those around it.
        ("ALLOW location /socket.io/ { add_header X-A b; }", "", &["1 left out: found no origins"]),
        ("ALLOW location /socket.io/ { proxy_pass http://a; }", ONE, &[]),
        (
            "location /api { ALLOW }",
            "",
            &["1 left out: found no origins", "1 changed: location /api does not seem"],
        ),
    ] {
        let server = locations.replace("ALLOW", ALLOW).replace("OTHER", other);
        assert_import(&server, &DEFAULT, policy, findings);
        let whole = format!("events {{}} http {{ server {{ {server} }} }}");
        assert_import(&whole, &DEFAULT, policy, findings);
    }
}

#[test]
fn other_socketio_paths_become_routes() {
    let text = format!(
        "server {{
            location /socket.io/ {{ {ALLOW} }}
            location /v2/socket.io/ {{ add_header Access-Control-Allow-Origin *; }}
            location /chat/ {{ {ALLOW} proxy_set_header Upgrade $http_upgrade; }}
            location ~ ^/rooms/.*/socket\\.io/ {{ {ALLOW} }}
        }}"
    );
    let policy = r#"{"routes": {
        "/socket.io": {"origin": "https://app.example.com"},
        "/v2/socket.io/": {"origin": "*"},
        "/chat/": {"origin": "https://app.example.com"}
    }}"#;
    assert_import(&text, &DEFAULT, policy, &["5 changed: location ^/rooms/"]);
}

#[test]
fn the_path_of_socketio_can_be_given() {
    let options = ImportOptions { path: "/api/socket.io/", ..DEFAULT };
    let text = format!("location /api {{ {ALLOW} }}");
    let policy = r#"{"routes": {"/api/socket.io/": {"origin": "https://app.example.com"}}}"#;
    assert_import(&text, &options, policy, &[]);
}

#[test]
fn servers_with_the_same_policy_become_one_document() {
    let redirect = "server { listen 80; server_name api.example.com; return 301 https://$host; }";
    let same = format!(
        "{redirect}
         server {{ server_name api.example.com; {ALLOW} }}
         server {{ server_name www.example.com; {ALLOW} }}"
    );
    assert_import(&same, &DEFAULT, ONE, &[]);
    let two = same.replacen("app.example.com", "old.example.com", 1);
    let findings = [
        "2 left out: server api.example.com has a policy",
        "3 left out: server www.example.com has",
    ];
    assert_import(&two, &DEFAULT, "", &findings);
    let options = ImportOptions { server: Some("www.example.com"), ..DEFAULT };
    assert_import(&two, &options, ONE, &[]);
    let options = ImportOptions { server: Some("nobody.example.com"), ..DEFAULT };
    assert_import(&two, &options, "", &["1 left out: found no origins"]);
}

#[test]
fn the_files_in_the_output_of_nginx_t_are_joined() {
    let dump = format!(
        "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok
# configuration file /etc/nginx/nginx.conf:
http {{
    include mime.types;
    include /etc/nginx/conf.d/*.conf;
}}

# configuration file /etc/nginx/mime.types:
types {{ text/html html; }}

# configuration file /etc/nginx/conf.d/api.conf:
server {{
    location / {{ include snippets/cors.conf; include other.conf; }}
}}

# configuration file /etc/nginx/snippets/cors.conf:
{ALLOW}
"
    );
    let (_, dump) = dump.split_once('\n').unwrap();
    assert_import(dump, &DEFAULT, ONE, &["12 changed: other.conf is not read"]);
    let windows = dump.replace('\n', "\r\n");
    assert_import(&windows, &DEFAULT, ONE, &["12 changed: other.conf is not read"]);
}
