use serde_json::{Value, json};

use super::*;

const TIME: i64 = 1_764_194_400_000;

fn line() -> Value {
    json!({
        "event": "request-refused", "host": "api.example.com", "origin": "https://a.example",
        "reason": "unlisted-origin", "method": "GET", "path": "/socket.io/",
        "transport": "polling", "policy": "0a568b28", "reportOnly": true,
    })
}

fn refusal(time: Option<i64>) -> Refusal {
    Refusal {
        host: "api.example.com".to_owned(),
        origin: Some("https://a.example".to_owned()),
        reason: "unlisted-origin".to_owned(),
        transport: "polling".to_owned(),
        path: "/socket.io/".to_owned(),
        report_only: true,
        time: time.map(|time| (time, time)),
        count: 1,
    }
}

fn read(text: &str) -> (Vec<Refusal>, LogReader) {
    let mut reader = LogReader::new();
    let found: Vec<_> = reader.feed(text.as_bytes()).collect();
    let found = found.into_iter().chain(reader.end()).collect();
    (found, reader)
}

#[test]
fn a_line_is_found_in_each_kind_of_log_with_its_time() {
    let text = line().to_string();
    let request = json!({ "request": { "url": "https://x", "headers": { "a": "b" } } });
    for (log, time) in [
        (line(), None),
        (json!([line()]), None),
        // wrangler tail --format json
        (
            json!({
                "wallTime": 1, "outcome": "ok", "scriptName": "edge", "event": request,
                "logs": [{ "message": [text], "level": "log", "timestamp": TIME }],
                "eventTimestamp": 5,
            }),
            Some(TIME),
        ),
        // Logpush
        (
            json!({
                "EventTimestampMs": 5, "Event": request, "Outcome": "ok",
                "Logs": [{ "Level": "log", "Message": [text], "TimestampMs": TIME }],
            }),
            Some(TIME),
        ),
        // Workers Logs
        (
            json!({ "success": true, "result": { "events": { "events": [{
                "$metadata": { "id": "1", "message": text, "level": "info" },
                "$workers": { "event": request },
                "source": line(), "timestamp": TIME, "dataset": "cloudflare-workers",
            }] } } }),
            Some(TIME),
        ),
        (
            json!([{ "timestamp": "2025-11-26T22:00:00Z", "source": line(), "$metadata": { "message": text } }]),
            Some(TIME),
        ),
        (json!({ "timestamp": TIME, "$metadata": { "message": text } }), Some(TIME)),
        (json!({ "source": { "message": text }, "timestamp": TIME }), Some(TIME)),
        // OpenTelemetry
        (
            json!({ "resourceLogs": [{ "scopeLogs": [{ "logRecords": [
                { "timeUnixNano": "1764194400000000000", "body": { "stringValue": text } }
            ] }] }] }),
            Some(TIME),
        ),
        (json!({ "level": "log", "message": text, "timestamp": TIME / 1000 }), Some(TIME)),
    ] {
        for text in [log.to_string(), format!("{log:#}"), format!("\n{log:#}\n\n")] {
            let (found, reader) = read(&text);
            assert_eq!(found, [refusal(time)], "{text}");
            assert_eq!((reader.flaws(), reader.values()), (Flaws::default(), 1), "{text}");
        }
    }
}

#[test]
fn texts_that_visitors_send_are_not_read_as_log_lines() {
    let text = line().to_string();
    for log in [
        json!({ "event": { "request": { "url": text, "headers": { "message": text } } }, "logs": [] }),
        json!({ "event": line(), "timestamp": TIME }),
        json!({ "$workers": { "event": { "message": text } }, "source": {} }),
        json!({ "headers": line(), "timestamp": TIME }),
        json!({ "attributes": [{ "key": "user-agent", "value": { "stringValue": text } }] }),
        json!({ "Event": { "Request": { "URL": text } }, "Exceptions": [{ "Message": text }] }),
        json!({ "message": "request-refused" }),
        json!({ "event": "policy-changed", "host": "api.example.com" }),
    ] {
        let (found, _) = read(&log.to_string());
        assert_eq!(found, [], "{log}");
    }
}

#[test]
fn lines_of_one_log_do_not_leak_into_each_other() {
    let other = json!({ "event": "policy-changed", "origin": "https://x.example", "count": 3 });
    let mut without = line();
    without.as_object_mut().unwrap().remove("origin");
    let suppressed =
        json!({ "event": "log-lines-suppressed", "lines": "request-refused", "count": 40 });
    let failures = json!({ "event": "log-lines-suppressed", "lines": "failures", "count": 7 });
    let wrapped = json!({ "logs": [
        { "message": [suppressed.to_string()], "timestamp": TIME },
        { "message": [line().to_string()], "timestamp": TIME },
    ] });
    let (found, reader) = read(&format!("{other}\n{without}\n{suppressed}\n{failures}\n{wrapped}"));
    let no_origin = Refusal { origin: None, ..refusal(None) };
    assert_eq!(found, [no_origin, refusal(Some(TIME))]);
    assert_eq!(reader.suppressed(), 80);
}

#[test]
fn complete_lines_are_read_from_a_log_that_is_cut_off() {
    let text = line().to_string();
    let whole = json!({ "logs": [{ "message": [text], "timestamp": TIME }], "eventTimestamp": 5 });
    let text = whole.to_string();
    let cut = text.strip_suffix('}').unwrap();
    let (found, reader) = read(&format!("{cut}\nsome text\n{text}"));
    assert_eq!(found.len(), 2);
    assert_eq!(reader.flaws(), Flaws { other_lines: 1, broken: 1 });
}
