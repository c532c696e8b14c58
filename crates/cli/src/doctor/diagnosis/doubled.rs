//! `Access-Control-Allow-Origin` with more than one value.

use socketio_cors_core::origin::Origin;
use socketio_cors_explain::fetch_standard::CorsError;

use super::{
    chromium::unreadable,
    evidence::{shortened, with_cors},
    remedy,
};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{Proxy, SocketServer, proxy_before, socket_server},
    step::Step,
};

pub(super) fn doubled(examination: &Examination, poll: &Exchange) -> Finding {
    let allowed = poll.allowed_origin().unwrap_or_default();
    let in_one = poll.headers().all("Access-Control-Allow-Origin").count() == 1;
    let own = own_values(examination);
    let has_comma = in_one && allowed.split([',', ' ']).filter(|one| !one.is_empty()).count() == 1;
    let summary = if has_comma {
        format!(
            "Access-Control-Allow-Origin has a comma beside its origin: {}",
            shortened(&allowed)
        )
    } else if in_one {
        "Access-Control-Allow-Origin has several origins in one header".to_owned()
    } else if listed(poll).is_some() {
        "Access-Control-Allow-Origin is there more than once, with another origin each time: a list is \
         written out, or the server and a proxy before it both set it"
            .to_owned()
    } else {
        let who = match own {
            Some(0) => "what is before the server sets both",
            Some(1) => "the server sets one, and a proxy before it adds another",
            Some(_) => "the server itself sets both",
            None if is_within_middleware(examination, poll) => {
                "python-socketio and a CORS middleware around it (FastAPI's CORSMiddleware) both set it"
            }
            None => "usually the server and a proxy before it both set it",
        };
        format!("Access-Control-Allow-Origin is there twice: {who}")
    };
    let finding = Finding::new(Code::DoubledOrigin, Severity::Error, summary)
        .seen(poll, with_cors(poll))
        .why(["Browsers accept only one value, even if each of them is right."])
        .why(unreadable(examination, poll, CorsError::Multiple));
    let finding = match examination.get(Step::DirectPoll).filter(|it| it.answer.is_some()) {
        Some(direct) => finding.seen(direct, told_apart(direct, &allowed)),
        None => finding,
    };
    if has_comma {
        return finding.fix([
            "Remove the comma where the header is set. A list that was joined to a text, or an environment variable, \
             may end with one.",
        ]);
    }
    if in_one {
        let by_another =
            remedy::set_by_another(examination, poll, &listed_with_page(examination, &allowed));
        if !by_another.is_empty() {
            return finding.fix(["The header cannot hold a list."]).fix(by_another);
        }
        return finding
            .fix(["The header cannot hold a list. Let the server send the origin of the page that asks:"])
            .fix(of_list(examination, &allowed))
            .fix(remedy::policy(examination));
    }
    // Without `origins` it echoes each origin.
    let is_open = socket_server(examination) == SocketServer::Node2 && examination.is_server_2();
    let finding = finding.fix(leave_one(examination, poll)).fix(of_echo(examination));
    let finding = if is_open { finding.fix(remedy::socket_io(examination)) } else { finding };
    finding.fix([
        "socketio-cors-edge removes the server's own header, so there is never more than one.",
    ])
}

/// Which of the two to keep, if one of them allows every origin that asks: for a stranger's, only that one
/// is there.
fn of_echo(examination: &Examination) -> Option<String> {
    let foreign = examination.get(Step::ForeignPoll).filter(|poll| poll.grants_its_origin())?;
    let origin = foreign.origin.as_deref()?;
    Some(format!(
        "Keep the one that has a list: the other lets every website in, as {origin} shows."
    ))
}

/// True if python-socketio answers, and nothing tells of a proxy.
fn is_within_middleware(examination: &Examination, poll: &Exchange) -> bool {
    socket_server(examination) == SocketServer::Python
        && matches!(proxy_before(examination, poll), None | Some(Proxy::Gunicorn))
}

/// The number of values that the server itself sets, if it was asked with `--direct`.
fn own_values(examination: &Examination) -> Option<usize> {
    let direct = examination.get(Step::DirectPoll).filter(|it| it.answer.is_some())?;
    Some(direct.headers().all("Access-Control-Allow-Origin").count())
}

/// The origins that the values are, where each is another: a list is written out, and not two settings of
/// one header.
fn listed(doubled: &Exchange) -> Option<Vec<String>> {
    let mut values: Vec<_> = doubled
        .headers()
        .all("Access-Control-Allow-Origin")
        .map(|value| value.trim().to_owned())
        .collect();
    let all = values.len();
    values.sort_unstable();
    values.dedup();
    let are_origins = values.iter().all(|value| Origin::try_from(value.as_str()).is_ok());
    (all > 1 && values.len() == all && are_origins).then_some(values)
}

/// The fix where the header is there more than once, by who sets it: the server, if it does so without its
/// proxies too; the proxy that the answers name; both.
fn leave_one(examination: &Examination, poll: &Exchange) -> Vec<String> {
    let own = own_values(examination);
    let origins = listed(poll);
    let proxy = proxy_before(examination, poll);
    let by_proxy = match (&origins, proxy) {
        (Some(origins), Some(proxy)) => {
            remedy::origin_list(proxy, origins, remedy::needs_credentials(examination, poll))
        }
        _ => Vec::new(),
    };
    let by_server = match &origins {
        Some(origins) => {
            let list = of_list(examination, &origins.join(","));
            let mut lines = vec![WRITTEN_OUT.to_owned()];
            // The text of a variable is not a list of headers.
            lines.extend(list.into_iter().take(1));
            lines
        }
        None if socket_server(examination) == SocketServer::Python => {
            remedy::around_python(examination, "A")
        }
        None => vec![TWO_PARTS.to_owned()],
    };
    let both = remedy::one_value(examination, poll);
    match (own, origins.is_some()) {
        (Some(2..), _) => by_server,
        (Some(0), _) => [by_proxy, both].concat(),
        (None, true) => {
            let or = ["Or a proxy and the server set one each.".to_owned()];
            let two = [by_proxy, by_server];
            [two.concat(), or.to_vec(), both].concat()
        }
        _ => both,
    }
}

const WRITTEN_OUT: &str = "One program writes out its list of origins, such as response.setHeader or a \
 function for io.engine.on(\"headers\") with an array. Only the origin of the page that asks may be there. \
 Delete that code, and give Socket.IO the list, which does so:";

const TWO_PARTS: &str = "Two parts of the server set it, such as a middleware and Socket.IO's `cors`. Leave it \
 to Socket.IO's `cors`, and delete the other (`response.append`, io.engine.on(\"headers\")).";

/// The fix for a text that has several origins in it, as one of an environment variable has.
fn of_list(examination: &Examination, allowed: &str) -> Vec<String> {
    let listed = listed_with_page(examination, allowed);
    if socket_server(examination) != SocketServer::Node {
        return remedy::socket_io(examination);
    }
    let quoted: Vec<_> = listed.iter().map(|origin| format!("\"{origin}\"")).collect();
    let quoted = quoted.join(", ");
    vec![
        format!("  new Server(httpServer, {{ {} }})", remedy::cors_option(examination, &quoted)),
        "If the text is an environment variable, make it a list:".to_owned(),
        "  cors: { origin: process.env.ORIGINS.split(\",\") }".to_owned(),
    ]
}

/// The origins of such a text, and the page's.
fn listed_with_page(examination: &Examination, allowed: &str) -> Vec<String> {
    let page = &examination.target.page.origin;
    let origins = allowed.split([',', ' ']).map(str::trim);
    let is_origin = |text: &&str| Origin::try_from(*text).is_ok();
    let mut listed: Vec<_> =
        origins.filter(is_origin).take(MAX_LISTED).map(str::to_owned).collect();
    if !listed.contains(page) {
        listed.push(page.clone());
    }
    listed
}

/// The most origins that a fix lists.
const MAX_LISTED: usize = 20;

/// Which of the values the server sets itself.
fn told_apart(direct: &Exchange, allowed: &str) -> Vec<String> {
    let own: Vec<_> = direct.headers().all("Access-Control-Allow-Origin").collect();
    let mut lines = with_cors(direct);
    lines.push(match own.as_slice() {
        [] => format!("The server itself sets none: a proxy sets all of \"{allowed}\"."),
        [one] => format!("The server itself sets \"{one}\"; a proxy adds the rest."),
        _ => "The server itself sets it more than once.".to_owned(),
    });
    lines
}
