use serde_json::{Value, json};

use super::{Wanted, read};
use crate::doctor::diagnosis::diagnose;

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

/// The findings of a recording of these.
#[track_caller]
fn found(entries: &[Value]) -> Vec<String> {
    let har = json!({ "log": { "version": "1.2", "entries": entries } }).to_string();
    let examination = read(har.as_bytes(), &Wanted::default()).unwrap();
    let findings = diagnose(&examination);
    findings
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
