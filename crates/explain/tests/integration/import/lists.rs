//! Origins that are written out.

use super::*;

#[test]
fn the_policy_is_imported_from_the_cors_headers() {
    for (directives, policy, findings) in [
        (
            "add_header Access-Control-Allow-Origin https://app.example.com;
             add_header Access-Control-Allow-Credentials true;",
            r#"{"origin": "https://app.example.com", "credentials": true}"#,
            &[][..],
        ),
        // As enable-cors.org has it: wide open, for three methods.
        (
            "if ($request_method = 'OPTIONS') {
                add_header 'Access-Control-Allow-Origin' '*';
                add_header 'Access-Control-Allow-Methods' 'GET, POST, OPTIONS';
                #
                # Custom headers and headers various browsers *should* be OK with but aren't
                #
                add_header 'Access-Control-Allow-Headers' 'DNT,User-Agent,X-Requested-With,Content-Type';
                #
                # Tell client that this pre-flight info is valid for 20 days
                #
                add_header 'Access-Control-Max-Age' 1728000;
                add_header 'Content-Type' 'text/plain; charset=utf-8';
                add_header 'Content-Length' 0;
                return 204;
             }
             if ($request_method = 'POST') {
                add_header 'Access-Control-Allow-Origin' '*' always;
                add_header 'Access-Control-Expose-Headers' 'Content-Length,Content-Range' always;
             }
             if ($request_method = 'GET') {
                add_header 'Access-Control-Allow-Origin' '*' always;
             }",
            r#"{"origin": "*", "allowedHeaders": ["User-Agent", "X-Requested-With", "Content-Type"],
                "exposedHeaders": ["Content-Length", "Content-Range"], "maxAge": 86400}"#,
            &[],
        ),
        (
            "add_header Access-Control-Allow-Origin $http_origin always;
             add_header Access-Control-Allow-Credentials true always;",
            r#"{"origin": true, "credentials": true}"#,
            &[],
        ),
        (
            "add_header Access-Control-Allow-Origin *;
             add_header Access-Control-Allow-Credentials true;",
            r#"{"origin": "*"}"#,
            &["1 changed: \"*\" with credentials"],
        ),
        // The module headers-more.
        (
            "more_set_headers 'Access-Control-Allow-Origin: https://app.example.com'
                              \"Access-Control-Allow-Credentials:true\";",
            r#"{"origin": "https://app.example.com", "credentials": true}"#,
            &[],
        ),
        // Two origins, in the hope that browsers look for theirs.
        (
            "add_header Access-Control-Allow-Origin http://dev.example.com;
             add_header Access-Control-Allow-Origin https://dev.example.com;",
            r#"{"origin": ["http://dev.example.com", "https://dev.example.com"]}"#,
            &["1 changed: several origins", "2 changed: several origins"],
        ),
        (
            "add_header Access-Control-Allow-Origin \"http://a.example, https://b.example\";",
            r#"{"origin": ["http://a.example", "https://b.example"]}"#,
            &["1 changed: several origins"],
        ),
        (
            "add_header Access-Control-Allow-Origin https://app.example.com/;",
            "",
            &["1 left out: found no origins", "1 left out: \"https://app.example.com/\" has a path"],
        ),
        ("add_header Access-Control-Allow-Origin ec2.example.com;", "", &["1 left out: found no origins"]),
        (
            "add_header Access-Control-Allow-Origin '${NGINX_CORS_ALLOWED_ORIGIN}' always;",
            "",
            &["1 left out: found no origins", "1 left out: $NGINX_CORS_ALLOWED_ORIGIN is not set"],
        ),
    ] {
        assert_location(directives, policy, findings);
    }
}

#[test]
fn an_nginx_map_becomes_a_list_of_origins() {
    for (lines, policy, findings) in [
        (
            r#"default "";
               https://app.example.com $http_origin;
               "https://www.example.com" "$http_origin";
               'http://localhost:3000' 'http://localhost:3000';"#,
            r#"{"origin": ["https://app.example.com", "https://www.example.com", "http://localhost:3000"],
                "credentials": true}"#,
            &[][..],
        ),
        // nginx ignores the case of these.
        (
            "https://App.Example.com $http_origin;",
            r#"{"origin": "https://app.example.com", "credentials": true}"#,
            &[],
        ),
        // For an unlisted origin, nginx sends one fixed origin: only that origin's page is allowed.
        (
            "default https://app.example.com; https://www.example.com $http_origin;",
            r#"{"origin": ["https://app.example.com", "https://www.example.com"], "credentials": true}"#,
            &[],
        ),
        ("default *;", r#"{"origin": "*"}"#, &["4 changed: \"*\" with credentials"]),
        ("default $http_origin; \"\" \"\";", r#"{"origin": true, "credentials": true}"#, &[]),
        (
            "https://app.example.com $http_origin; https://old.example.com \"\";",
            r#"{"origin": "https://app.example.com", "credentials": true}"#,
            &[],
        ),
        (
            "https://app.example.com/ $http_origin; https://b\u{fc}cher.example $http_origin;
             https://a.example:443 1; https://b.example $http_origin;",
            r#"{"origin": "https://b.example", "credentials": true}"#,
            &[
                "1 left out: \"https://app.example.com/\" has a path",
                "1 left out: \"https://b\u{fc}cher.example\" has a Unicode host",
            ],
        ),
        (
            "include /etc/nginx/origins.map; https://b.example $http_origin;",
            r#"{"origin": "https://b.example", "credentials": true}"#,
            &["1 changed: /etc/nginx/origins.map is not read"],
        ),
        // With credentials, these would trust everybody's pages.
        (
            r"~^https://[a-z0-9-]+\.github\.io$ $http_origin; https://b.example $http_origin;",
            r#"{"origin": "https://b.example", "credentials": true}"#,
            &["1 left out: \"https://*.github.io\""],
        ),
    ] {
        assert_map(lines, policy, findings);
    }
}

#[test]
fn one_map_may_be_the_source_of_another() {
    let text = "
        map $http_origin $is_ours { default 0; https://a.example 1; ~^https://.*\\.b\\.example$ 1; }
        map $is_ours $origin { 1 $http_origin; 0 ''; }
        map $is_ours $credentials { 1 true; }
        server {
            add_header Access-Control-Allow-Origin $origin;
            add_header Access-Control-Allow-Credentials $credentials;
        }";
    let policy = r#"{"origin": ["https://a.example", "https://*.b.example"], "credentials": true}"#;
    assert_import(text, &DEFAULT, policy, &[]);
}

#[test]
fn methods_and_headers_are_imported_from_their_cors_headers() {
    let origin = "add_header Access-Control-Allow-Origin https://a.example;";
    for (directives, fields) in [
        ("add_header Access-Control-Allow-Methods 'GET,POST,OPTIONS,HEAD';", ""),
        (
            "add_header Access-Control-Allow-Methods 'GET, put, TRACE, PATCH';",
            r#", "methods": ["GET", "PUT", "PATCH"]"#,
        ),
        ("add_header Access-Control-Allow-Methods *;", r#", "methods": ["*"]"#),
        (
            "add_header Access-Control-Allow-Methods *; add_header Access-Control-Allow-Credentials true;",
            r#", "credentials": true"#,
        ),
        ("add_header Access-Control-Allow-Headers *;", ""),
        ("add_header Access-Control-Allow-Headers $http_access_control_request_headers;", ""),
        (
            "add_header Access-Control-Allow-Headers 'X-A, x-a,DNT , Keep-Alive,X-B,Sec-X,no name';",
            r#", "allowedHeaders": ["X-A", "X-B", "no", "name"]"#,
        ),
        ("add_header Access-Control-Max-Age 600;", r#", "maxAge": 600"#),
        ("add_header Access-Control-Max-Age never;", ""),
        ("if ($request_method = OPTIONS) { return 200; }", r#", "optionsSuccessStatus": 200"#),
        ("if ($request_method = OPTIONS) { return 204; }", ""),
    ] {
        let policy = format!("{{\"origin\": \"https://a.example\"{fields}}}");
        assert_location(&format!("{origin} {directives}"), &policy, &[]);
    }
}
