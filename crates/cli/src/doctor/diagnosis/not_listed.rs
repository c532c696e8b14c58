//! Servers with a list of origins that the page's is not in.

use std::slice;

use super::{
    chromium::{client_says, unreadable},
    evidence::{body, with_cors},
    remedy, stripped, worker,
};
use crate::doctor::{
    engineio::BAD_REQUEST,
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    proxies,
    software::{Proxy, SocketServer, proxy, proxy_before, socket_server},
    step::Step,
};

pub(super) fn not_listed(examination: &Examination, poll: &Exchange) -> Finding {
    let origin = &examination.target.page.origin;
    let refused = examination.refuses_page();
    let summary = if refused && is_granted(examination, poll) {
        format!(
            "the CORS headers allow {origin}, but the server's own code refuses it (`allowRequest`, or a \
             middleware)"
        )
    } else if !refused && proxy(poll) == Some(Proxy::CloudFront) {
        format!(
            "the server does not allow {origin}: CloudFront does not pass Origin on, or the server's list does \
             not have it"
        )
    } else if refused {
        format!("the server refuses {origin}: its list of allowed origins does not have it")
    } else if let Some(proxy) =
        proxy_before(examination, poll).filter(|_| remedy::is_set_by_another(examination, poll))
    {
        format!("{}'s list of allowed origins does not have {origin}", proxy.name())
    } else {
        format!("the server's list of allowed origins does not have {origin}")
    };
    let mut seen = with_cors(poll);
    if refused {
        seen.extend(body(poll));
        let without = examination.get(Step::NoOriginPoll).filter(|it| it.opened().is_some());
        if without.is_some() && poll.origin.is_some() {
            seen.push("Without Origin, the same poll gets a session.".to_owned());
        }
    } else {
        seen.push(
            "The other headers show that the origin was looked for in a list, and not found."
                .to_owned(),
        );
    }
    let why = match poll.cors_check(false) {
        _ if examination.target.is_same_origin() => vec![client_says(poll)],
        Ok(()) => vec!["The poll fails, and no session begins.".to_owned(), client_says(poll)],
        Err(error) => unreadable(examination, poll, error),
    };
    let finding =
        Finding::new(Code::OriginNotListed, Severity::Error, summary).seen(poll, seen).why(why);
    if refused {
        return finding.fix(let_in(examination, poll));
    }
    let page = slice::from_ref(origin);
    let by_another = remedy::set_by_another(examination, poll, page);
    if !by_another.is_empty() {
        return finding
            .fix(["The list is not Socket.IO's. Add the origin where the list is, to those that it has."])
            .fix(by_another)
            .fix([stripped::origin_changed(examination, poll)]);
    }
    let finding =
        if proxy(poll) == Some(Proxy::CloudFront) { finding.fix(BY_CLOUDFRONT) } else { finding };
    let is_nginx = proxy(poll) == Some(Proxy::Nginx);
    let with_credentials = remedy::needs_credentials(examination, poll);
    let by_nginx =
        if is_nginx { remedy::origin_list(Proxy::Nginx, page, with_credentials) } else { vec![] };
    let finding = finding.fix([WRITTEN_AS_HERE]).fix(remedy::allow_page(examination)).fix(by_nginx).fix([
        "If the list has it, print the list as the server sees it. An environment variable that is not set \
         gives undefined, quotes may belong to the value, and several origins in one text are one entry \
         (`process.env.ORIGINS.split(\",\")` makes a list of them). \"*\" as an entry of a list matches nothing.",
    ]).fix([stripped::origin_changed(examination, poll)]);
    let proxies = proxies::of(poll);
    if proxies.is_empty() {
        finding
    } else {
        finding.fix([format!(
            "If the list has it, the proxy ({}) removes Access-Control-Allow-Origin: --direct with the \
             server's own URL tells.",
            proxies.join(", ")
        )])
    }
}

/// True if the list of `cors` has let the page in.
pub(super) fn is_granted(examination: &Examination, poll: &Exchange) -> bool {
    let origin = &examination.target.page.origin;
    poll.allowed_origin().as_ref() == Some(origin)
        && !examination.target.is_same_origin()
        && !matches!(socket_server(examination), SocketServer::Node2 | SocketServer::Php)
}

/// `CloudFront` leaves Origin out of its requests, unless a policy forwards it.
const BY_CLOUDFRONT: [&str; 2] = [
    "If the list has it: CloudFront passes Origin on only if the behavior for /socket.io/* has the origin \
     request policy AllViewer (and the cache policy CachingDisabled). Otherwise the server never sees the \
     page's origin.",
    "If the list does not have it:",
];

pub(super) const WRITTEN_AS_HERE: &str =
    "Add the origin to the list as it is written here: no path, no slash at the end.";

pub(super) const WITH_PORT: &str = "Add the origin to `origins`, with its port: in a list, an entry without a port matches \
 nothing, nor does one with a scheme and `:*`.";

/// The fix where a request is refused, and not only its answer kept from the page.
fn let_in(examination: &Examination, poll: &Exchange) -> Vec<String> {
    if let Some(remedy) = worker::remedy(poll) {
        return vec![remedy.to_owned()];
    }
    let mut lines = Vec::new();
    if poll.has_engine_error(BAD_REQUEST) && poll.origin.is_some() {
        lines.extend(
            [
                "Socket.IO answers so if a `cors.origin` function calls back with an Error, and if a \
                 middleware (io.engine.use) refuses. Let the function allow the page's origin:",
                "  origin: (origin, callback) => callback(null, allowed.includes(origin))",
            ]
            .map(str::to_owned),
        );
    }
    if poll.origin.is_none() {
        lines.push(
            "Browsers send no Origin with a GET to the page's own origin, but they do with POSTs and \
             WebSockets. Allow requests without an Origin, and this origin."
                .to_owned(),
        );
    } else if socket_server(examination) == SocketServer::Node2 && examination.is_server_2() {
        lines.push(WITH_PORT.to_owned());
    } else if !is_granted(examination, poll) {
        lines.push(WRITTEN_AS_HERE.to_owned());
    }
    lines.extend(servers(examination, poll));
    lines.extend(remedy::policy(examination));
    if socket_server(examination) == SocketServer::Php {
        return lines;
    }
    if socket_server(examination) == SocketServer::Python {
        lines.push(
            "If the list has it: is it a list? One text with commas, as of a variable, is one origin, so split it: \
             `.split(\",\")`. Is the argument spelled `cors_allowed_origins`? Another name, such as \
             `cors_allow_origins`, is ignored without a word."
                .to_owned(),
        );
        return lines;
    }
    lines.push(
        "If the list has it: an `allowRequest` function or a middleware may refuse for another reason, \
         such as a missing token or cookie (--header, --cookie, --query)."
            .to_owned(),
    );
    lines
}

/// The fix where the page is refused, by who refuses it.
pub(super) fn servers(examination: &Examination, poll: &Exchange) -> Vec<String> {
    let origin = &examination.target.page.origin;
    // Socket.IO 2 sends no CORS headers with a refusal.
    let by_list = poll.engine_error().is_some() && !poll.has_other_cors_headers();
    match (socket_server(examination), proxy(poll)) {
        (_, Some(Proxy::Nginx)) if poll.engine_error().is_none() => vec![
            "A line in nginx refuses it (`if ($http_origin …)`, a `map`, `valid_referers`). Write for \
             example:"
                .to_owned(),
            "  map $http_origin $is_foreign {".to_owned(),
            "    default 1;".to_owned(),
            "    \"\" 0;".to_owned(),
            format!("    \"{origin}\" 0;"),
            "  }".to_owned(),
            "  if ($is_foreign) { return 403; }".to_owned(),
        ],
        (SocketServer::Python | SocketServer::Php, _) => remedy::socket_io(examination),
        (SocketServer::Node2, _) if by_list => remedy::socket_io(examination),
        // An allowRequest is answered otherwise.
        (SocketServer::Node, _) if poll.has_engine_error(BAD_REQUEST) => {
            remedy::socket_io(examination)
        }
        _ => {
            let mut lines = remedy::own_function(examination);
            if !examination.grants_page() {
                lines.extend(remedy::socket_io(examination));
            }
            lines
        }
    }
}
