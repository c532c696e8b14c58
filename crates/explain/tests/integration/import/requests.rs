//! Imports of `if`, `set` and `return`.

use super::*;

const ONE: &str = r#"{"origin": "https://app.example.com"}"#;

#[test]
fn if_conditions_and_variables_are_followed() {
    for (directives, policy, findings) in [
        (
            "if ($http_origin = https://app.example.com) { add_header Access-Control-Allow-Origin $http_origin; }",
            ONE,
            &[][..],
        ),
        (
            "set $cors ''; if ($http_origin = 'https://app.example.com') { set $cors $http_origin; }
             add_header Access-Control-Allow-Origin $cors always;",
            ONE,
            &[],
        ),
        // The gist that so many have copied, and `${cors}`.
        (
            r#"set $cors "";
               if ($http_origin ~ ^https://app\.example\.com$) { set $cors "true"; }
               if ($request_method = OPTIONS) { set $cors "${cors}options"; }
               if ($request_method = GET) { set $cors "${cors}get"; }
               if ($cors = "trueoptions") {
                   add_header Access-Control-Allow-Origin "$http_origin";
                   add_header Access-Control-Allow-Headers X-Token;
                   add_header Access-Control-Max-Age 600;
                   return 204;
               }
               if ($cors = "trueget") { add_header Access-Control-Allow-Origin "$http_origin"; }"#,
            r#"{"origin": "https://app.example.com", "allowedHeaders": ["X-Token"], "maxAge": 600}"#,
            &[],
        ),
        (
            r#"if ($http_origin ~* "^(https://(app|www)\.example\.com)$") { add_header Access-Control-Allow-Origin "$1"; }"#,
            r#"{"origin": ["https://app.example.com", "https://www.example.com"]}"#,
            &[],
        ),
        (
            "if ($http_origin) { add_header Access-Control-Allow-Origin $http_origin; }",
            r#"{"origin": true}"#,
            &[],
        ),
        (
            r"if ($http_origin != '') { add_header Access-Control-Allow-Origin $http_origin; }
              if ($request_method ~* '(GET|POST)') { add_header Access-Control-Allow-Origin $http_origin; }",
            r#"{"origin": true}"#,
            &[],
        ),
        (
            "set $origin https://app.example.com;
             if ($host = dev.example.com) { set $origin https://dev.example.com; }
             add_header Access-Control-Allow-Origin $origin;",
            ONE,
            &["2 left out: depends on $host"],
        ),
        // An `if` with its own add_header inherits none of those around it.
        (
            "add_header Access-Control-Allow-Origin https://app.example.com;
             add_header Access-Control-Allow-Headers X-Outer;
             if ($request_method = OPTIONS) { add_header Access-Control-Max-Age 1; return 204; }",
            r#"{"origin": "https://app.example.com", "allowedHeaders": ["X-Outer"], "maxAge": 1}"#,
            &[],
        ),
        (
            r"if ($http_origin ~* (https?://(example\.com|dev\.example\.com)$)) { set $cors $http_origin; }
              if ($cors) { add_header 'Access-Control-Allow-Origin' $cors; }",
            r#"{"origin": ["https://example.com", "https://dev.example.com", "http://example.com", "http://dev.example.com"]}"#,
            &[],
        ),
    ] {
        assert_location(directives, policy, findings);
    }
}

#[test]
fn an_origin_that_nginx_lets_through_is_allowed() {
    for (directives, policy, findings) in [
        (
            r#"if ($http_origin !~ "^https://web\.(example\.net|example\.org)$") { return 403; }"#,
            r#"{"origin": ["https://web.example.net", "https://web.example.org"], "missingOrigin": "deny"}"#,
            &[][..],
        ),
        (r#"if ($http_origin !~* "^$|^https://app\.example\.com$") { return 403; }"#, ONE, &[]),
        (
            "set $ok 0;
             if ($http_origin = https://app.example.com) { set $ok 1; }
             if ($http_origin = '') { set $ok 1; }
             if ($ok = 0) { return 403; }",
            ONE,
            &[],
        ),
        (
            r"if ($http_origin !~* (https?://(www\.)?example\.com)) { return 444; }",
            r#"{"origin": ["https://example.com:*", "https://www.example.com:*", "http://example.com:*", "http://www.example.com:*"], "missingOrigin": "deny"}"#,
            &["1 changed: open to look-alikes"],
        ),
        // The gate is narrower than the header.
        (
            r"if ($http_origin !~ ^https://app\.example\.com$) { return 403; }
              add_header Access-Control-Allow-Origin $http_origin;",
            r#"{"origin": "https://app.example.com", "missingOrigin": "deny"}"#,
            &[],
        ),
    ] {
        assert_location(directives, policy, findings);
    }
}
