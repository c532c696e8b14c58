//! Headers that a page sends, and the preflight does not allow.

use socketio_cors_explain::fetch_standard::{
    NotAllowed, allows_headers_by_wildcard, preflight_check,
};

use super::{
    chromium::blocked,
    direct_preflight::{by_proxy, right_without_proxy},
    evidence::{capitalized, with_cors},
    remedy,
};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{SocketServer, is_of_express, own_preflight, socket_server},
    target::Page,
};

/// What becomes of a request with such a header, and what is printed of it.
pub(super) const NOT_SENT: &str =
    "The browser asks first, and then does not send the request. Chromium prints:";
/// The same where the poll has a fault of its own.
pub(super) const NOT_SENT_NEXT: &str = "Once the fault above is mended, the browser asks first, and then does not send \
 the request. Chromium prints:";

/// `not_sent` is one of the sentences above.
pub(super) fn header_not_allowed(
    examination: &Examination,
    preflight: &Exchange,
    not_sent: &str,
) -> Option<Finding> {
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
    let is_let_pass = allows_headers_by_wildcard(&headers, page.credentialed);
    let why = format!(
        "Request header field {first} is not allowed by Access-Control-Allow-Headers in preflight \
         response."
    );
    let page_says = if is_let_pass {
        vec![
            "Browsers accept it today. By the standard, * stands for every header except Authorization, \
             which has to be listed by name."
                .to_owned(),
        ]
    } else {
        vec![not_sent.to_owned(), blocked(preflight, &why)]
    };
    let is_literal_star = !is_let_pass && allows_headers_by_wildcard(&headers, false);
    let star = is_literal_star.then_some(
        "With credentials, * is only a header's name. It stands for every header only without credentials.",
    );
    let severity = if is_let_pass { Severity::Warning } else { Severity::Error };
    let direct = right_without_proxy(examination);
    let who = match (own_preflight(examination, preflight), direct) {
        (Some(proxy), _) => proxy.name(),
        (None, Some(_)) => "the proxy",
        (None, None) => "the server",
    };
    let finding = Finding::new(
        Code::HeaderNotAllowed,
        severity,
        if is_let_pass {
            format!(
                "{who} allows the page's header {first} only by *, which by the standard does not stand for it"
            )
        } else {
            format!("{who} does not allow the page's header {}", refused.join(", "))
        },
    )
    .seen(preflight, with_cors(preflight))
    .why(page_says)
    .why(star);
    if let Some(direct) = direct {
        return Some(by_proxy(examination, preflight, direct, finding));
    }
    let names: Vec<_> = names.iter().filter(|name| !is_of_answers(name)).cloned().collect();
    // Without those of answers, nothing that is refused is left to be allowed.
    if refused.iter().all(|name| is_of_answers(name)) {
        return Some(finding);
    }
    Some(
        finding
        .fix(list_headers(examination, preflight, &names))
        .fix([
            "Or send the token in the client's `auth`, which travels in a packet and needs no preflight.",
        ]),
    )
}

/// The fix where the page sends headers that only a server's answers have.
pub(super) fn not_of_requests(page: &Page) -> Option<String> {
    let names = page.unsafe_headers();
    let of_answers: Vec<_> =
        names.iter().filter(|name| is_of_answers(name)).map(|name| capitalized(name)).collect();
    let (are, them) = match of_answers.len() {
        0 => return None,
        1 => ("is a header of the server's answers, not of", "it"),
        _ => ("are headers of the server's answers, not of", "them"),
    };
    let listed = of_answers.join(", ");
    let after =
        if of_answers.len() == names.len() { " A poll then needs no preflight." } else { "" };
    Some(format!(
        "{listed} {are} a page's requests: a page cannot allow itself. Remove {them} from `extraHeaders` in the \
         page's client.{after}"
    ))
}

/// True for the headers with which a server allows something.
fn is_of_answers(name: &str) -> bool {
    // The browser itself sends those of requests, whatever a page says.
    name.starts_with("access-control-") && !name.starts_with("access-control-request-")
}

/// Those that are allowed already, and `names`.
fn beside_allowed(preflight: &Exchange, names: &[String]) -> Vec<String> {
    let allowed = preflight.header("Access-Control-Allow-Headers").unwrap_or_default();
    // Whatever stands between the names, or around them.
    let is_between =
        |it: char| it.is_whitespace() || matches!(it, ',' | ';' | '"' | '\'' | '[' | ']');
    let allowed = allowed.split(is_between).map(str::to_ascii_lowercase);
    let allowed = allowed.filter(|name| name != "*" && name.parse::<http::HeaderName>().is_ok());
    let mut all: Vec<_> = allowed.take(MAX_LISTED).collect();
    all.extend(names.iter().filter(|name| !all.contains(name)).cloned().collect::<Vec<_>>());
    all
}

/// The most headers that a server's own list has in a fix.
const MAX_LISTED: usize = 20;

/// The lines that list the headers, for each software that may have answered.
pub(super) fn list_headers(
    examination: &Examination,
    preflight: &Exchange,
    names: &[String],
) -> Vec<String> {
    let names = beside_allowed(preflight, names);
    let quoted: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let quoted = quoted.join(", ");
    let mut lines = vec!["List every header that pages send:".to_owned()];
    lines.extend(remedy::allowed_headers(examination, preflight, &names));
    if remedy::is_of_ingress(preflight) {
        lines.extend([
            "This is the list of an nginx Ingress. In its annotations:".to_owned(),
            format!("  nginx.ingress.kubernetes.io/cors-allow-headers: \"{}\"", names.join(",")),
        ]);
    }
    // A setting of Socket.IO does not change an answer of other software.
    if is_of_express(preflight) {
        return lines;
    }
    match socket_server(examination) {
        SocketServer::Node | SocketServer::Node2 => lines.extend([
            "In a Socket.IO 3 or 4 server (without a list, it allows every header that is asked for):"
                .to_owned(),
            format!("  cors: {{ …, allowedHeaders: [{quoted}] }}"),
        ]),
        _ => lines.extend(remedy::socket_io(examination)),
    }
    lines.extend([
        "Behind socketio-cors-edge, in its policy:".to_owned(),
        format!("  {{ …, \"allowedHeaders\": [{quoted}] }}"),
    ]);
    lines
}
