//! What browsers ask ahead of a request with headers of the page's own.

use socketio_cors_explain::fetch_standard::{CorsError, NotAllowed, preflight_check};

use super::{
    evidence::{PREFLIGHT, blocked, reason, with_body, with_cors, with_headers},
    remedy,
};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    step::Step,
};

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    // What keeps the page from the poll keeps it from the preflight.
    if examination.target.is_same_origin() || !examination.polls() || !examination.names_page() {
        return Vec::new();
    }
    let Some(preflight) = examination.get(Step::Preflight) else { return Vec::new() };
    let credentialed = examination.target.page.credentialed;
    let finding = match (preflight.status(), preflight.cors_check(credentialed)) {
        (Some(300..400), _) => Some(redirected(examination, preflight)),
        (Some(200..300), Ok(())) => header_not_allowed(examination, preflight),
        (Some(200..300), Err(error)) => {
            let poll = examination.spoken_poll().map(|poll| poll.cors_check(credentialed));
            (poll != Some(Err(error))).then(|| without_cors(examination, preflight, error))
        }
        _ => Some(failed(examination, preflight)),
    };
    finding.into_iter().collect()
}

fn severity(examination: &Examination) -> Severity {
    if needs_preflight(examination) { Severity::Error } else { Severity::Warning }
}

fn needs_preflight(examination: &Examination) -> bool {
    !examination.target.page.unsafe_headers().is_empty()
}

/// Whom it strikes, and what the console says then.
fn struck(examination: &Examination, preflight: &Exchange, why: &str) -> Vec<String> {
    let (whom, console) = if needs_preflight(examination) {
        let names = examination.target.page.unsafe_headers().join(", ");
        let whom = format!(
            "The page sets headers of its own ({names}): the browser asks first, and sends the \
             request only where the answer allows it."
        );
        (whom, "Chromium prints:")
    } else {
        let whom = "The page as described sets no header of its own: no preflight is sent, and it \
                    works. With extraHeaders it would fail, and a Socket.IO 2 client that sends \
                    binary data.";
        (whom.to_owned(), "Chromium would print:")
    };
    vec![whom, console.to_owned(), blocked(preflight, why)]
}

fn redirected(examination: &Examination, preflight: &Exchange) -> Finding {
    let location = preflight.header("Location").unwrap_or_default();
    let why = format!("{PREFLIGHT}Redirect is not allowed for a preflight request.");
    Finding::new(
        Code::PreflightRedirected,
        severity(examination),
        format!("the preflight is redirected to {location}"),
    )
    .seen(preflight, with_headers(preflight, &["location", "server"]))
    .why(struck(examination, preflight, &why))
    .fix([
        "Let OPTIONS out of the rule that redirects (a login, http to https, a slash), or write \
         the final URL in the client. Where a proxy answers preflights itself, with the CORS \
         headers: `return 204`.",
    ])
}

fn failed(examination: &Examination, preflight: &Exchange) -> Finding {
    let answer = match (preflight.status(), &preflight.error) {
        (Some(status), _) => format!("is answered {status}"),
        (None, Some(error)) => format!("has no answer: {}", error.text),
        (None, None) => "has no answer".to_owned(),
    };
    let credentialed = examination.target.page.credentialed;
    // The CORS check comes before the status.
    let why = match preflight.cors_check(credentialed) {
        Err(error) if preflight.answer.is_some() => reason(preflight, error),
        _ => "It does not have HTTP ok status.".to_owned(),
    };
    let why = format!("{PREFLIGHT}{why}");
    let finding = Finding::new(
        Code::PreflightFailed,
        severity(examination),
        format!("the preflight {answer}, where a status of 200 to 299 is needed"),
    )
    .seen(preflight, with_body(preflight))
    .why(struck(examination, preflight, &why));
    let finding = if preflight.engine_error().is_some() {
        finding.fix([
            "Socket.IO itself answers, which takes OPTIONS for a bad handshake unless it is told \
             what to say to it.",
        ])
    } else {
        finding.fix([
            "Something before Socket.IO answers. Let OPTIONS through to it, before any login or \
             filter of methods: a preflight never carries a token or a cookie.",
        ])
    };
    finding.fix(remedy::preflight(examination))
}

fn without_cors(examination: &Examination, preflight: &Exchange, error: CorsError) -> Finding {
    let what = match error {
        CorsError::Missing => "has no Access-Control-Allow-Origin",
        CorsError::Multiple => "has several values of Access-Control-Allow-Origin",
        CorsError::Wildcard => "has Access-Control-Allow-Origin: *, and the page sends credentials",
        CorsError::Mismatch => "has an Access-Control-Allow-Origin that is not the page's",
        CorsError::Credentials => "has no Access-Control-Allow-Credentials: true",
    };
    let why = format!("{PREFLIGHT}{}", reason(preflight, error));
    Finding::new(
        Code::PreflightWithoutCors,
        severity(examination),
        format!("the preflight's answer {what}, though the poll's is right"),
    )
    .seen(preflight, with_cors(preflight))
    .why(struck(examination, preflight, &why))
    .fix(["Something answers OPTIONS before Socket.IO does, or other than it answers polls: a \
         proxy's `return 204`, a web framework, an API gateway, a function of one's own. Let it \
         pass OPTIONS on, or send the CORS headers of the poll there too."])
    .fix(remedy::preflight(examination))
}

fn header_not_allowed(examination: &Examination, preflight: &Exchange) -> Option<Finding> {
    let page = &examination.target.page;
    let headers = preflight.headers();
    let names = page.unsafe_headers();
    let refused: Vec<_> = names
        .iter()
        .filter(|name| {
            let checked = preflight_check(&headers, "GET", [name.as_str()], page.credentialed);
            matches!(checked, Err(NotAllowed::Header(_)))
        })
        .map(String::as_str)
        .collect();
    let first = refused.first()?;
    let allowed = headers.get("Access-Control-Allow-Headers").unwrap_or_default();
    let why = format!(
        "Request header field {first} is not allowed by Access-Control-Allow-Headers in preflight \
         response."
    );
    let mut page_says = vec![
        "The browser asks first, and does not send the request. Chromium prints:".to_owned(),
        blocked(preflight, &why),
    ];
    if allowed.contains('*') {
        page_says.push(
            "A * there stands for every header only where no credentials are sent, and never for \
             Authorization."
                .to_owned(),
        );
    }
    let listed: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let listed = listed.join(", ");
    Some(
        Finding::new(
            Code::HeaderNotAllowed,
            Severity::Error,
            format!("the page's header {} is not allowed", refused.join(", ")),
        )
        .seen(preflight, with_cors(preflight))
        .why(page_says)
        .fix([
            "Allow them beside those that are allowed. In a Socket.IO 3 or 4 server (which \
             allows all that is asked for if it is given no list):"
                .to_owned(),
            format!("  cors: {{ …, allowedHeaders: [{listed}] }}"),
            "Behind socketio-cors-edge, in its policy:".to_owned(),
            format!("  {{ …, \"allowedHeaders\": [{listed}] }}"),
            "Or send a token without a header: the client's `auth` option travels in a packet, and \
             no preflight is needed."
                .to_owned(),
        ]),
    )
}
