//! `Access-Control-Allow-Origin` that does not name the page.

use std::slice;

use socketio_cors_core::origin::Origin;
use socketio_cors_explain::fetch_standard::CorsError;

use super::{
    chromium::{client_says, unreadable},
    doubled::doubled,
    evidence::{body, shortened, with_cors},
    invalid_origin, origin_check, own_refusal, remedy, stripped, worker,
};
use crate::doctor::{
    engineio::BAD_REQUEST,
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    near_misses, proxies,
    software::{Proxy, SocketServer, proxy, proxy_before, socket_server},
    step::Step,
};

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    let Some(poll) = examination.spoken_poll() else { return Vec::new() };
    let refused = examination.refuses_page();
    if examination.target.is_same_origin() || examination.refuses_polling() {
        return refused.then(|| not_listed(examination, poll)).into_iter().collect();
    }
    let finding = match poll.cors_check(false) {
        _ if refused && let Some(finding) = origin_check::finding(examination, poll) => {
            Some(finding)
        }
        _ if refused && let Some(finding) = own_refusal::finding(examination, poll) => {
            Some(finding)
        }
        // `allowRequest` refuses, and the CORS headers are there all the same.
        Ok(()) if refused => {
            Some(near_miss(examination, poll).unwrap_or_else(|| not_listed(examination, poll)))
        }
        Ok(()) => stripped::from_posts(examination, poll),
        Err(CorsError::Multiple) => Some(doubled(examination, poll)),
        Err(CorsError::Mismatch) => Some(
            stripped::replaced(examination, poll, "Access-Control-Allow-Origin")
                .or_else(|| near_miss(examination, poll))
                .or_else(|| says_false(poll).then(|| not_listed(examination, poll)))
                .or_else(|| invalid_origin::finding(examination, poll))
                .unwrap_or_else(|| other_origin(examination, poll)),
        ),
        Err(CorsError::Missing | CorsError::Wildcard | CorsError::Credentials) => {
            Some(missing(examination, poll))
        }
    };
    finding.into_iter().collect()
}

/// True if a list was looked up and has no such origin, as Go's socket.io and old middlewares say it.
fn says_false(poll: &Exchange) -> bool {
    poll.allowed_origin().as_deref() == Some("false")
}

fn missing(examination: &Examination, poll: &Exchange) -> Finding {
    let refused = examination.refuses_page();
    let elsewhere = || if refused { None } else { stripped::from_some(examination, poll) };
    stripped::by_proxy(examination, poll)
        .or_else(|| near_miss(examination, poll))
        .or_else(elsewhere)
        .unwrap_or_else(|| {
            if refused || has_remains(poll) {
                not_listed(examination, poll)
            } else {
                not_configured(examination, poll)
            }
        })
}

/// True if something of CORS is there, and `Access-Control-Allow-Origin` is not.
pub(super) fn has_remains(poll: &Exchange) -> bool {
    let varies = poll.header("Vary").unwrap_or_default().to_ascii_lowercase().contains("origin");
    let headers = poll.answer.iter().flat_map(|answer| &answer.headers);
    let mut names = headers.map(|(name, _)| name.to_ascii_lowercase());
    varies || names.any(|name| name.starts_with("access-control-"))
}

fn not_configured(examination: &Examination, poll: &Exchange) -> Finding {
    let is_node = matches!(socket_server(examination), SocketServer::Node | SocketServer::Node2);
    let finding = Finding::new(
        Code::NoCorsHeaders,
        Severity::Error,
        "the poll is answered without any CORS header: the server allows no other origins",
    )
    .seen(poll, with_cors(poll))
    .why(unreadable(poll, CorsError::Missing));
    if worker::only_reports(poll) {
        return finding.fix([worker::ONLY_REPORTS]);
    }
    finding
        .fix(remedy::allow_page(examination))
        .fix(set_by_proxy(examination, poll))
        .fix(in_nest(examination))
        .fix(is_node.then_some(
            "`cors` is an option of Socket.IO's Server. A web framework's middleware (app.use(cors())) does \
             not see Socket.IO's requests. `origins` is Socket.IO 2's name for it.",
        ))
        .fix([
            "If the code has that already: is the origin empty, because of an environment variable that is \
             not set (print it)? Was this server restarted since? Does a proxy remove the headers (--direct \
             with the server's own URL tells)?",
        ])
}

/// The proxy's own lines, where it is the one that is to set the header.
fn set_by_proxy(examination: &Examination, poll: &Exchange) -> Vec<String> {
    let mut lines = remedy::headers_of_proxy(examination, poll);
    let told = match (lines.first_mut(), proxy(poll)) {
        (Some(first), Some(proxy)) => (first, proxy),
        _ => return lines,
    };
    *told.0 = match told.1 {
        Proxy::Nginx => {
            "Or, if nginx is to set it and not the server, in Socket.IO's location: an add_header in a location \
             cancels those around it."
                .to_owned()
        }
        other => format!("Or, if {} is to set it and not the server:", other.name()),
    };
    lines
}

/// `NestJS` has no `new Server`.
fn in_nest(examination: &Examination) -> Option<String> {
    let origin = &examination.target.page.origin;
    let is_node = socket_server(examination) == SocketServer::Node;
    is_node.then(|| {
        format!("In NestJS: `@WebSocketGateway({{ cors: {{ origin: [\"{origin}\"] }} }})`.")
    })
}

fn not_listed(examination: &Examination, poll: &Exchange) -> Finding {
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
        Err(error) => unreadable(poll, error),
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
    let by_nginx = if is_nginx { remedy::origin_list(Proxy::Nginx, page) } else { Vec::new() };
    let finding = finding.fix([WRITTEN_AS_HERE]).fix(remedy::allow_page(examination)).fix(by_nginx).fix([
        "If the list has it, print the list as the server sees it. An environment variable that is not set \
         gives undefined, quotes may belong to the value, and several origins in one text are one entry \
         (`process.env.ORIGINS.split(\",\")` makes a list of them).",
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
fn is_granted(examination: &Examination, poll: &Exchange) -> bool {
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

const WRITTEN_AS_HERE: &str =
    "Add the origin to the list as it is written here: no path, no slash at the end.";

const WITH_PORT: &str = "Add the origin to `origins`, with its port: in an array, an entry without a port matches \
                         nothing.";

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
    lines.push(
        "If the list has it: an `allowRequest` function or a middleware may refuse for another reason, \
         such as a missing token or cookie (--header, --cookie, --query)."
            .to_owned(),
    );
    lines
}

/// The fix where the page is refused, by who refuses it.
fn servers(examination: &Examination, poll: &Exchange) -> Vec<String> {
    let origin = &examination.target.page.origin;
    // Socket.IO 2 sends no CORS headers with a refusal.
    let by_list = poll.engine_error().is_some() && !has_remains(poll);
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

fn other_origin(examination: &Examination, poll: &Exchange) -> Finding {
    let origin = &examination.target.page.origin;
    let allowed = poll.allowed_origin().unwrap_or_default();
    let by_another =
        remedy::set_by_another(examination, poll, &[shortened(&allowed), origin.clone()]);
    let who = match proxy_before(examination, poll).filter(|_| !by_another.is_empty()) {
        Some(proxy) => proxy.name(),
        None if by_another.is_empty() => "the server",
        None => "a proxy, or code beside Socket.IO,",
    };
    let finding = Finding::new(
        Code::OriginNotListed,
        Severity::Error,
        format!("{who} allows \"{}\", and not {origin}", shortened(&allowed)),
    )
    .seen(poll, with_cors(poll))
    .why(unreadable(poll, CorsError::Mismatch));
    if !by_another.is_empty() {
        return finding.fix(by_another);
    }
    finding
    .fix([
        "The header can hold one origin, that of the page that asks. If `origin` is a list, the server \
         sends that one. If it is a text, the server always sends the text.",
    ])
    .fix(remedy::allow_page(examination))
    .fix(["If a proxy sets the header, let it send the page's origin, or leave the header to the server."])
    .fix(
        proxy(poll)
            .map(|proxy| remedy::origin_list(proxy, slice::from_ref(origin)))
            .unwrap_or_default(),
    )
}

/// A value as a sentence has it: in quotes of another kind where it has some itself.
fn quoted(value: &str) -> String {
    if value.contains('"') { format!("`{value}`") } else { format!("\"{value}\"") }
}

fn differs_in_port(allowed: &str, page: &str) -> bool {
    let without_port = |text| {
        Origin::try_from(text).ok().map(|origin: Origin<'_>| origin.without_port().to_owned())
    };
    allowed != page
        && without_port(allowed).is_some()
        && without_port(allowed) == without_port(page)
}

/// An origin that is nearly the page's, and is granted or named.
fn near_miss(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    let page = &examination.target.page.origin;
    let allowed = poll.allowed_origin();
    let misses = near_misses::of(&Origin::try_from(page.as_str()).ok()?);
    let granted = |origin: &str| {
        examination.all(Step::NearMiss).find(|asked| {
            asked.origin.as_deref() == Some(origin)
                && asked.opened().is_some()
                && asked.allowed_origin().as_deref() == Some(origin)
        })
    };
    let other_port = allowed.iter().filter(|allowed| differs_in_port(allowed, page));
    let is_other_case = |allowed: &&String| *allowed != page && allowed.eq_ignore_ascii_case(page);
    let other_case = allowed.iter().filter(is_other_case);
    let misses = misses
        .into_iter()
        .chain(other_port.map(|other| (other.clone(), near_misses::OTHER_PORT)))
        .chain(other_case.map(|other| (other.clone(), near_misses::LETTER_CASE)));
    let (wrong, how, exchange) = misses.into_iter().find_map(|(origin, how)| {
        let is_named = allowed.as_ref() == Some(&origin);
        // That case has its own sentence.
        if is_named && how == near_misses::PATTERN {
            return None;
        }
        let exchange = is_named.then_some(poll).or_else(|| granted(&origin))?;
        Some((origin, how, exchange))
    })?;
    let finding = Finding::new(
        Code::OriginNearMiss,
        Severity::Error,
        format!("the server allows {}, {how}; the page's origin is {page}", quoted(&wrong)),
    )
    .seen(poll, with_cors(poll));
    let finding = if std::ptr::eq(exchange, poll) {
        finding.why(unreadable(poll, CorsError::Mismatch))
    } else {
        finding.seen(exchange, with_cors(exchange)).why(unreadable(poll, CorsError::Missing))
    };
    if how == near_misses::PATTERN {
        return Some(
            finding
                .fix([
                    "A list of `cors` has origins and regular expressions. Write the pattern as one:",
                    invalid_origin::PATTERN,
                    "Or write the page's origin:",
                ])
                .fix(remedy::allow_page(examination)),
        );
    }
    let by_another = remedy::set_by_another(examination, poll, slice::from_ref(page));
    if !by_another.is_empty() {
        let one = remedy::headers_of_proxy(examination, poll);
        return Some(finding.fix(if one.is_empty() { by_another } else { one }));
    }
    let is_quoted = how == near_misses::QUOTES;
    Some(
        finding
            .fix([format!("In the list, replace {} by \"{page}\", or add it.", quoted(&wrong))])
            .fix(is_quoted.then_some(
                "The quotes may come from where the environment is set: `docker run --env-file` and Compose's \
                 `- ORIGIN=\"…\"` keep them. Write the value without quotes there.",
            ))
            .fix(remedy::headers_of_proxy(examination, poll))
            .fix(remedy::allow_page(examination)),
    )
}
