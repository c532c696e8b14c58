//! A rule: Socket.IO's `cors` object, and what this Worker adds to it.

use http::{HeaderValue, StatusCode};

use super::{
    Rule, dangers,
    diagnostic::{Diagnostics, Reported},
    field::Members,
    headers,
    json::Value,
    methods, origins,
};

/// Every field that a rule may have.
pub(super) const FIELDS: &[&str] = &[
    "origin",
    "origins",
    "methods",
    "allowedHeaders",
    "exposedHeaders",
    "credentials",
    "maxAge",
    "optionsSuccessStatus",
    "preflightContinue",
    "missingOrigin",
    "jsonp",
    "reportOnly",
    "websocketCookies",
    "dangerouslyAllow",
    "note",
];

/// The status of an answered preflight, as in Socket.IO.
pub(super) const DEFAULT_SUCCESS_STATUS: StatusCode = StatusCode::NO_CONTENT;

/// -1 turns the browser's preflight cache off; none keeps an answer for longer than a day.
const MAX_AGE_RANGE: (i32, i32) = (-1, 86_400);

/// The rule that `members` describe. Reports every fault of it.
pub(super) fn parse(
    members: &Members<'_>,
    diagnostics: &mut Diagnostics<'_>,
) -> Result<Rule, Reported> {
    // Each field is read before the first `?`, so that every fault is found.
    let credentials = members.bool_or(false, "credentials", diagnostics);
    let credentialed = matches!(credentials, Ok(true));
    let dangers = dangers::parse(members, diagnostics);
    let access = origins::access(members, credentialed, dangers, diagnostics);
    let methods = methods::parse(members, credentialed, diagnostics);
    let allowed_headers = headers::allowed(members, credentialed, diagnostics);
    let exposed_headers = headers::exposed(members, credentialed, diagnostics);
    let max_age = members.integer("maxAge", MAX_AGE_RANGE, diagnostics);
    let success_status = members.integer("optionsSuccessStatus", (200, 299), diagnostics);
    let preflight_continue = members.bool_or(false, "preflightContinue", diagnostics);
    let allows_missing_origin = missing_origin(members, diagnostics);
    let jsonp = members.bool_or(false, "jsonp", diagnostics);
    let report_only = members.bool_or(false, "reportOnly", diagnostics);
    let websocket_cookies = members.bool_or(true, "websocketCookies", diagnostics);
    members.check_note(diagnostics);

    Ok(Rule {
        access: access?,
        methods: methods?,
        allowed_headers: allowed_headers?,
        exposed_headers: exposed_headers?,
        max_age: max_age?.map(HeaderValue::from),
        success_status: success_status?
            .and_then(|status| StatusCode::from_u16(u16::try_from(status).ok()?).ok())
            .unwrap_or(DEFAULT_SUCCESS_STATUS),
        preflight_continue: preflight_continue?,
        allows_missing_origin: allows_missing_origin?,
        jsonp: jsonp?,
        report_only: report_only?,
        websocket_cookies: websocket_cookies?,
    })
}

fn missing_origin(
    members: &Members<'_>,
    diagnostics: &mut Diagnostics<'_>,
) -> Result<bool, Reported> {
    let Some(node) = members.get("missingOrigin") else { return Ok(true) };
    match node.value() {
        Value::Text(text) if text == "allow" => Ok(true),
        Value::Text(text) if text == "deny" => Ok(false),
        _ => Err(diagnostics.add_invalid(&node, "\"allow\" or \"deny\"", None)),
    }
}
