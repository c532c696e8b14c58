//! The outcome of a request in a browser, for a page that sends credentials where they are allowed.

use socketio_cors_core::{action::Action, cors::Headers, decision::Verdict, request::RequestHead};

use super::{
    explained_request::ExplainedRequest,
    fetch_standard::{NotAllowed, ResponseHeaders, cors_check, preflight_check},
};

/// The outcome of `request`, after its preflight if it has one, as a sentence. `None` if no browser is
/// involved, or the origin server's own headers decide.
pub(super) fn outcome(
    preflight: Option<&ExplainedRequest<'_>>,
    request: &ExplainedRequest<'_>,
    websocket: bool,
) -> Option<String> {
    let head = &request.head;
    head.origin?;
    let refused =
        matches!(request.decision.verdict, Verdict::Refuse) && !request.decision.is_report_only();
    if websocket {
        let outcome = if refused {
            "fails: the browser reports an error to the page"
        } else if request.removed().is_empty() {
            "opens, if the origin server agrees"
        } else {
            "opens, if the origin server agrees, which sees no cookies of the visitor"
        };
        return Some(format!("the WebSocket {outcome}"));
    }
    match preflight.map(judge_preflight) {
        Some(Preflight::Fails(why)) => {
            return Some(format!(
                "the browser stops at the preflight: {why}; the request is never sent"
            ));
        }
        Some(Preflight::IsForwarded) => return None,
        Some(Preflight::Passes) | None => {}
    }
    if refused {
        return Some(
            "the page cannot read the answer: the browser reports a CORS error".to_owned(),
        );
    }
    if head.is_same_origin() {
        return Some("the page can read the answer: it is of the same origin".to_owned());
    }
    let Action::Forward { owned: Some(headers), .. } = &request.action else { return None };
    Some(if allows_origin(&response_headers(headers), head) {
        "the page can read the answer".to_owned()
    } else {
        "the page cannot read the answer: the browser reports a CORS error".to_owned()
    })
}

/// The end of a preflight.
enum Preflight {
    Passes,
    Fails(String),
    /// The origin server decides.
    IsForwarded,
}

fn judge_preflight(preflight: &ExplainedRequest<'_>) -> Preflight {
    let Action::Answer(answer) = &preflight.action else { return Preflight::IsForwarded };
    let headers = response_headers(&answer.headers);
    if !(200..300).contains(&answer.status) {
        return Preflight::Fails(format!("its status is {}", answer.status));
    }
    if !allows_origin(&headers, &preflight.head) {
        let problem = "Access-Control-Allow-Origin does not name the page's origin";
        return Preflight::Fails(problem.to_owned());
    }
    let method = preflight.head.requested_method.unwrap_or_default();
    let names = preflight.head.requested_headers.unwrap_or_default().split(',');
    match preflight_check(&headers, method, names, sends_credentials(&headers)) {
        Err(NotAllowed::Method(method)) => {
            Preflight::Fails(format!("Access-Control-Allow-Methods does not list {method}"))
        }
        Err(NotAllowed::Header(name)) => {
            Preflight::Fails(format!("Access-Control-Allow-Headers does not list {name}"))
        }
        Ok(()) => Preflight::Passes,
    }
}

fn allows_origin(headers: &ResponseHeaders<'_>, head: &RequestHead<'_>) -> bool {
    let check = |origin| cors_check(headers, origin, sends_credentials(headers));
    head.origin.is_some_and(|origin| check(origin).is_ok())
}

/// The page sends credentials wherever it may.
fn sends_credentials(headers: &ResponseHeaders<'_>) -> bool {
    headers.get("Access-Control-Allow-Credentials").as_deref() == Some("true")
}

fn response_headers<'h>(headers: &'h Headers<'_>) -> ResponseHeaders<'h> {
    headers.iter().map(|(name, value)| (*name, &**value)).collect()
}
