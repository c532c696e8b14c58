use serde_json::{Value, json};

use super::{Wanted, read};
use crate::doctor::{diagnosis::diagnose, finding::Finding};

const PAGE: &str = "https://app.example.com";
const OPEN: &str = r#"0{"sid":"a","upgrades":["websocket"],"pingInterval":25000}"#;

/// A request to the server, and its answer.
fn entry(method: &str, query: &str, status: u16, headers: &[(&str, &str)], body: &str) -> Value {
    let headers = headers.iter().map(|(name, value)| json!({ "name": name, "value": value }));
    json!({
        "time": 12.5,
        "request": {
            "method": method,
            "url": format!("https://api.example.net/socket.io/?EIO=4&{query}"),
            "headers": [{ "name": "origin", "value": PAGE }],
        },
        "response": {
            "status": status,
            "headers": headers.collect::<Value>(),
            "content": { "text": body },
        },
    })
}

/// The findings of a recording of these by a browser.
#[track_caller]
fn diagnosed(creator: &str, entries: &[Value]) -> Vec<Finding> {
    let creator = json!({ "name": creator });
    let log = json!({ "version": "1.2", "creator": creator, "entries": entries });
    let har = json!({ "log": log }).to_string();
    diagnose(&read(har.as_bytes(), &Wanted::default()).unwrap())
}

#[track_caller]
fn found(entries: &[Value]) -> Vec<String> {
    diagnosed("WebInspector", entries)
        .iter()
        .map(|finding| format!("{} {}", finding.severity.as_str(), finding.code.as_str()))
        .collect()
}

#[test]
fn a_recording_gets_the_same_diagnosis_as_a_live_examination() {
    let grant: &[(&str, &str)] = &[
        ("access-control-allow-origin", PAGE),
        ("access-control-allow-credentials", "true"),
        ("vary", "Origin"),
    ];
    let poll = |status, headers, body| entry("GET", "transport=polling&t=a", status, headers, body);
    let good = poll(200, grant, OPEN);
    let failed = |error: &str| {
        let mut entry = poll(0, &[], "");
        entry["response"]["_error"] = json!(error);
        entry
    };
    let mut doubled = good.clone();
    doubled["response"]["headers"][0]["value"] = json!(format!("{PAGE}\n{PAGE}"));
    let mut packed = good.clone();
    packed["response"]["content"] = json!({ "encoding": "base64", "text": "MHsic2lkIjoiYiJ9" });
    let unknown = r#"{"code":1,"message":"Session ID unknown"}"#;
    let post =
        |status, headers, body| entry("POST", "transport=polling&sid=a", status, headers, body);
    let mut asking = entry("OPTIONS", "transport=polling", 204, grant, "");
    asking["request"]["headers"] = json!([
        { "name": "Origin", "value": PAGE },
        { "name": "Access-Control-Request-Headers", "value": "x-token" },
    ]);
    let blocked = |reason: &str| {
        let mut entry = failed("net::ERR_FAILED");
        entry["_blockedReason"] = json!(reason);
        entry
    };
    let mut cut = asking.clone();
    cut["response"]["status"] = json!(0);
    cut["response"]["_error"] = json!("net::ERR_EMPTY_RESPONSE");
    let gzip = [("access-control-allow-origin", PAGE), ("content-encoding", "gzip")];
    let mut untrue = poll(200, &gzip, "");
    untrue["response"]["_error"] = json!("net::ERR_CONTENT_DECODING_FAILED");
    for (entries, expected) in [
        (vec![untrue], vec!["error answer-changed"]),
        (vec![cut, failed("net::ERR_EMPTY_RESPONSE")], vec!["error preflight-failed"]),
        (vec![good.clone()], vec![]),
        (vec![packed], vec![]),
        (vec![poll(200, &[], OPEN)], vec!["error no-cors-headers"]),
        (vec![good.clone(), poll(429, &[], "")], vec!["error rate-limited"]),
        (vec![poll(404, &[], "Cannot GET /socket.io/")], vec!["error not-socket-io"]),
        (vec![poll(403, &[("cf-mitigated", "challenge")], "")], vec!["error challenged"]),
        (vec![doubled], vec!["error doubled-origin"]),
        (vec![good.clone(), post(400, grant, unknown)], vec!["error session-lost"]),
        (vec![good.clone(), post(403, &[], "")], vec!["error post-failed"]),
        (vec![asking, good.clone()], vec!["error header-not-allowed"]),
        (vec![failed("net::ERR_NAME_NOT_RESOLVED")], vec!["error dns-failed"]),
        (vec![failed("net::ERR_CERT_DATE_INVALID")], vec!["error tls-failed"]),
        (vec![failed("net::ERR_EMPTY_RESPONSE")], vec!["error connection-failed"]),
        (vec![failed("net::ERR_FAILED")], vec!["error blocked-in-browser"]),
        (vec![failed("net::ERR_BLOCKED_BY_CLIENT")], vec!["error blocked-in-browser"]),
        (vec![blocked("csp")], vec!["error blocked-in-browser"]),
        // The page gave it up.
        (vec![good, failed("net::ERR_ABORTED")], vec![]),
    ] {
        assert_eq!(found(&entries), expected, "{entries:?}");
    }
}

/// A request to `url` that got no answer, with the browser's name for why.
fn unanswered(method: &str, url: &str, page: &str, error: &str) -> Value {
    json!({
        "request": { "method": method, "url": url, "headers": [{ "name": "Origin", "value": page }] },
        "response": { "status": 0, "headers": [], "_error": error },
    })
}

const POLL: &str = "https://api.example.net/socket.io/?EIO=4&transport=polling&t=a";

#[test]
fn an_error_of_chrome_that_is_no_fault_of_cors_is_not_told_as_one() {
    for (error, code, part) in [
        ("net::ERR_NAME_NOT_RESOLVED", "dns-failed", "has no address"),
        ("net::ERR_DNS_TIMED_OUT", "dns-failed", "has no address"),
        ("net::ERR_CONNECTION_REFUSED", "connection-failed", "refused"),
        ("net::ERR_CONNECTION_RESET", "connection-failed", "reset"),
        ("net::ERR_CONNECTION_CLOSED", "connection-failed", "closed"),
        ("net::ERR_ADDRESS_UNREACHABLE", "connection-failed", "no way"),
        ("net::ERR_TIMED_OUT", "no-answer-in-time", "sends nothing"),
        ("net::ERR_CERT_AUTHORITY_INVALID", "tls-failed", "does not trust"),
        ("net::ERR_CERT_WEAK_SIGNATURE_ALGORITHM", "tls-failed", "certificate"),
        ("net::ERR_SSL_PROTOCOL_ERROR", "tls-failed", "no TLS"),
        ("net::ERR_SSL_OBSOLETE_VERSION", "tls-failed", "no TLS"),
        ("net::ERR_BLOCKED_BY_CLIENT", "blocked-in-browser", "extension"),
        ("net::ERR_BLOCKED_BY_ADMINISTRATOR", "blocked-in-browser", "policy or a firewall"),
        ("net::ERR_NETWORK_ACCESS_DENIED", "blocked-in-browser", "policy or a firewall"),
        ("net::ERR_HTTP2_PROTOCOL_ERROR", "blocked-in-browser", "rules of HTTP/2"),
        ("net::ERR_QUIC_PROTOCOL_ERROR", "blocked-in-browser", "rules of HTTP/2"),
        ("net::ERR_NETWORK_CHANGED", "blocked-in-browser", "own network"),
        ("net::ERR_INTERNET_DISCONNECTED", "blocked-in-browser", "own network"),
        ("net::ERR_TUNNEL_CONNECTION_FAILED", "blocked-in-browser", "own proxy"),
        ("net::ERR_PROXY_CONNECTION_FAILED", "blocked-in-browser", "own proxy"),
        ("net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS", "blocked-in-browser", "own machine"),
        ("net::ERR_TOO_MANY_REDIRECTS", "blocked-in-browser", "ERR_TOO_MANY_REDIRECTS"),
        ("", "blocked-in-browser", "does not say why"),
        ("net::ERR_FAILED", "blocked-in-browser", "does not say why"),
    ] {
        let findings = diagnosed("WebInspector", &[unanswered("GET", POLL, PAGE, error)]);
        let [finding] = &findings[..] else { panic!("{error}: {findings:?}") };
        assert_eq!(finding.code.as_str(), code, "{error}");
        assert!(finding.summary.contains(part), "{error}: {}", finding.summary);
        let is_of_cors = format!("{finding:?}").contains("a fault of CORS");
        assert_eq!(is_of_cors, error == "net::ERR_FAILED", "{error}: {finding:?}");
    }
}

#[test]
fn a_content_security_policy_is_told_to_have_the_server_itself() {
    for (server, sources) in [
        ("https://api.example.net", "https://api.example.net wss://api.example.net"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000 ws://127.0.0.1:3000"),
    ] {
        let url = format!("{server}/socket.io/?EIO=4&transport=polling&t=a");
        let findings = diagnosed("WebInspector", &[unanswered("GET", &url, PAGE, "csp")]);
        let line = format!("  Content-Security-Policy: connect-src 'self' {sources}");
        assert!(findings.iter().any(|finding| finding.fix.contains(&line)), "{findings:?}");
    }
}

#[test]
fn a_page_on_http_that_asks_a_more_private_address_is_told_so() {
    let at = |server: &str, page: &str, address: &str| {
        let url = format!("{server}/socket.io/?EIO=4&transport=polling&t=a");
        let document = json!({
            "request": { "method": "GET", "url": format!("{page}/"), "headers": [] },
            "response": { "status": 200, "headers": [], "content": { "mimeType": "text/html" } },
            "serverIPAddress": address,
        });
        diagnosed("WebInspector", &[document, unanswered("GET", &url, page, "net::ERR_FAILED")])
    };
    let http = "http://app.example.com";
    let public = "203.0.113.7";
    for (server, page, address, part) in [
        ("http://127.0.0.1:3000", http, public, "no http page of another machine"),
        ("http://localhost:3000", http, "", "no http page of another machine"),
        ("http://192.168.0.2:3000", http, public, "no http page of another machine"),
        ("http://127.0.0.1:3000", "http://192.168.0.2", "192.168.0.2", "no http page"),
        ("http://127.0.0.1:3000", PAGE, public, "the visitor's own machine"),
        // Those are as private as the server.
        ("http://127.0.0.1:3000", http, "127.0.0.1", "does not say why"),
        ("http://127.0.0.1:3000", "http://localhost:5173", "", "does not say why"),
        ("http://192.168.0.2:3000", http, "192.168.0.3", "does not say why"),
        // It may be in the same network.
        ("http://192.168.0.2:3000", http, "", "does not say why"),
        ("http://203.0.113.9:3000", http, public, "does not say why"),
    ] {
        let findings = at(server, page, address);
        let [finding] = &findings[..] else { panic!("{server} {page}: {findings:?}") };
        assert!(finding.summary.contains(part), "{server} {page} {address}: {}", finding.summary);
    }
}

#[test]
fn a_fault_that_is_explained_is_not_told_twice() {
    let url = POLL.replacen("https", "http", 1);
    for error in ["", "mixed-content", "net::ERR_FAILED"] {
        assert_eq!(found(&[unanswered("GET", &url, PAGE, error)]), ["error mixed-content"]);
    }
}

#[test]
fn an_answer_that_breaks_off_is_not_blamed_on_credentials() {
    let grant: &[(&str, &str)] = &[("access-control-allow-origin", PAGE), ("vary", "Origin")];
    let poll = |error: &str, headers: &[(&str, &str)]| {
        let mut poll = entry("GET", "transport=polling&t=a", 200, headers, "");
        poll["response"]["_error"] = json!(error);
        poll
    };
    for (error, expected) in [
        ("net::ERR_INCOMPLETE_CHUNKED_ENCODING", "error answer-changed"),
        ("net::ERR_CONTENT_LENGTH_MISMATCH", "error answer-changed"),
        ("net::ERR_FAILED", "error credentials-not-allowed"),
    ] {
        assert_eq!(found(&[poll(error, grant)]), [expected], "{error}");
    }
}

#[test]
fn a_preflight_whose_connection_ends_is_named() {
    let error = "net::ERR_EMPTY_RESPONSE";
    let mut preflight = unanswered("OPTIONS", POLL, PAGE, error);
    let asks = json!({ "name": "Access-Control-Request-Headers", "value": "x-token" });
    preflight["request"]["headers"].as_array_mut().unwrap().push(asks);
    assert_eq!(
        found(&[unanswered("GET", POLL, PAGE, error), preflight]),
        ["error preflight-failed"]
    );
}

/// An entry of Firefox, as it writes those without an answer.
fn of_firefox(method: &str, url: &str, state: &str, timings: Value) -> Value {
    let mut entry = unanswered(method, url, PAGE, "");
    entry["response"]["_error"].take();
    entry["_securityState"] = json!(state);
    entry["timings"] = timings;
    entry
}

#[test]
fn firefox_tells_by_times_and_by_tls_why_there_is_no_answer() {
    let times = |connect: u8, ssl: u8, send: u8| json!({ "blocked": 1, "dns": 0, "connect": connect, "ssl": ssl, "send": send, "wait": 0, "receive": 0 });
    let none = || json!({});
    let websocket = "wss://api.example.net/socket.io/?EIO=4&transport=websocket";
    for (entries, code, part) in [
        (
            vec![of_firefox("GET", POLL, "insecure", times(0, 0, 0))],
            "connection-failed",
            "Firefox did not reach the server",
        ),
        (
            vec![of_firefox("GET", POLL, "broken", times(0, 9, 0))],
            "tls-failed",
            "Firefox does not trust the server's certificate",
        ),
        (
            vec![of_firefox("GET", POLL, "insecure", times(8, 0, 9))],
            "connection-failed",
            "the connection is closed without an answer",
        ),
        (
            vec![
                of_firefox("GET", POLL, "insecure", none()),
                of_firefox("OPTIONS", POLL, "insecure", times(0, 0, 0)),
            ],
            "connection-failed",
            "Firefox did not reach the server",
        ),
        (
            vec![of_firefox("GET", websocket, "insecure", times(0, 0, 0))],
            "connection-failed",
            "Firefox did not reach the server",
        ),
        (vec![of_firefox("GET", POLL, "", none())], "blocked-in-browser", "does not say why"),
    ] {
        let findings = diagnosed("Firefox", &entries);
        let [finding] = &findings[..] else { panic!("{entries:?}: {findings:?}") };
        assert_eq!(finding.code.as_str(), code, "{entries:?}");
        assert!(finding.summary.contains(part), "{}", finding.summary);
        let whole = format!("{finding:?}");
        for not in ["Chromium", "net::", "Mostly"] {
            assert!(!whole.contains(not), "{not}: {whole}");
        }
    }
}

#[test]
fn a_file_without_requests_of_a_socketio_client_is_refused() {
    for (file, part) in [
        ("", "is not a HAR file"),
        ("{}", "is not a HAR file"),
        (r#"{"log":{"entries":[]}}"#, "has no request of a Socket.IO client"),
        (
            r#"{"log":{"entries":[{"request":{"url":"https://a.example/"},"response":{}}]}}"#,
            "has no request of a Socket.IO client",
        ),
    ] {
        let error = read(file.as_bytes(), &Wanted::default()).unwrap_err();
        assert!(error.contains(part), "{file}: {error}");
    }
}
