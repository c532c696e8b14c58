//! Answers that tell who wrote them: challenges, logins, firewalls, platforms, default pages.
//!
//! Each file below has rows of one kind. The first row whose signs are all present is used.

mod challenges;
mod cloudflare;
mod frameworks;
mod gateways;
mod hosting;
mod limits;
mod logins;
mod outages;
mod pages;
mod passwords;
mod refusals;

use super::{
    chromium::{console, shown_as},
    evidence::with_body,
    remedy,
};
use crate::doctor::{
    engineio,
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{Proxy, proxy_before},
    step::Step,
};

/// An answer that is known, and what to do about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) code: Code,
    /// A sentence without a full stop, with `{}` for what was asked: "the poll".
    pub(super) says: &'static str,
    /// Lines as in [`Finding`].
    pub(super) fix: &'static [&'static str],
}

/// By which signs an answer is known.
struct Row {
    signs: &'static [Sign],
    known: Known,
}

/// Something about an answer. Texts are compared without regard to letter case.
enum Sign {
    /// Its status is this.
    Status(u16),
    /// It has this header.
    Header(&'static str),
    /// It has this header, with this in it.
    Says(&'static str, &'static str),
    /// Its body has this in it.
    Body(&'static str),
    /// Its body is this.
    Is(&'static str),
    /// It has no header of that name.
    Lacks(&'static str),
    /// Its body is empty.
    Empty,
    /// It redirects to another path, with this in its URL.
    LeadsTo(&'static str),
}

impl Sign {
    fn is_on(&self, exchange: &Exchange) -> bool {
        let has = |text: String, part: &str| {
            text.to_ascii_lowercase().contains(&part.to_ascii_lowercase())
        };
        let header = |name: &str| exchange.header(name);
        match *self {
            Self::Status(status) => exchange.status() == Some(status),
            Self::Header(name) => header(name).is_some(),
            Self::Says(name, part) => header(name).is_some_and(|value| has(value, part)),
            Self::Lacks(name) => header(name).is_none(),
            Self::Empty => !exchange.is_body_kept() && exchange.body().trim().is_empty(),
            Self::Is(body) => exchange.body().trim() == body,
            Self::Body(part) => has(exchange.body().to_owned(), part),
            Self::LeadsTo(part) => exchange.redirects_to().is_some_and(|location| {
                // A login is another path: https instead of http leads to the same one.
                let is_same = location.split('?').next().unwrap_or_default().contains("/socket.io");
                !is_same && has(location, part)
            }),
        }
    }
}

/// Every row, those of the most particular kind first.
const ROWS: &[&[Row]] = &[
    challenges::ROWS,
    logins::ROWS,
    refusals::WHOEVER_ASKS,
    refusals::FIREWALLS,
    refusals::ROWS,
    limits::ROWS,
    outages::ROWS,
    gateways::ROWS,
    hosting::ROWS,
    frameworks::ROWS,
    pages::ROWS,
];

/// The software that wrote an answer, if it is known and the answer is not Engine.IO's.
pub(super) fn of(exchange: &Exchange) -> Option<Known> {
    exchange.answer.as_ref()?;
    // A page may not be able to read a handshake, and still it is Engine.IO's.
    let is_handshake = engineio::open(exchange.body()).is_some();
    if is_handshake
        || exchange.is_engine_io()
        || exchange.is_upgraded()
        || exchange.is_acknowledged()
    {
        return None;
    }
    let challenge = first(challenges::ROWS, exchange);
    challenge
        .or_else(|| cloudflare::of(exchange))
        .or_else(|| ROWS.iter().find_map(|rows| first(rows, exchange)))
}

/// The same, of those that do not depend on who asks: a host that is not served, headers that are too large.
pub(super) fn whoever_asks(exchange: &Exchange) -> Option<Known> {
    exchange.answer.as_ref().and_then(|_| first(refusals::WHOEVER_ASKS, exchange))
}

/// The firewall whose page an answer is, whatever its status.
pub(super) fn firewall(exchange: &Exchange) -> Option<Known> {
    of(exchange).and_then(|_| first(refusals::FIREWALLS, exchange))
}

fn first(rows: &[Row], exchange: &Exchange) -> Option<Known> {
    let row = rows.iter().find(|row| row.signs.iter().all(|sign| sign.is_on(exchange)));
    row.map(|row| row.known)
}

/// The finding that an answer is, and what else there is to say.
pub(super) fn finding(examination: &Examination, exchange: &Exchange, known: Known) -> Finding {
    let says = known.says.replace("{}", asked(exchange));
    let is_alone = examination.target.page.websocket;
    let finding = Finding::new(known.code, Severity::Error, says)
        .seen(exchange, with_body(exchange))
        .why(if is_alone || exchange.is_of_websocket() {
            vec![OF_WEBSOCKET]
        } else {
            why(known.code).into_iter().chain(shown_as(examination, exchange)).collect()
        })
        .why(console(examination, exchange));
    if passwords::is_wanted(exchange) {
        return finding.fix(passwords::fix(examination, exchange));
    }
    let direct = examination.get(Step::DirectPoll).filter(|it| it.is_engine_io());
    let forwards = proxy_before(examination, exchange).filter(|proxy| {
        matches!(proxy, Proxy::Nginx | Proxy::Apache | Proxy::Caddy | Proxy::Haproxy)
    });
    if let Some(direct) = direct.filter(|_| known.code == Code::ServerError && forwards.is_some()) {
        let lines = remedy::right_address(examination, forwards);
        return finding.seen(direct, with_body(direct)).fix(lines);
    }
    let is_login = known.code == Code::LoginRequired && exchange.step == Step::Preflight;
    let is_limit = known.code == Code::RateLimited;
    finding
        .fix(without_headers(examination, exchange, known.code))
        .fix(if is_login { PAST_LOGINS } else { &[] }.iter().copied())
        .fix(fix(examination, exchange, known.fix))
        .fix(is_limit.then_some(
            "Wait a minute before you run this again: the doctor itself sends some 25 requests.",
        ))
}

/// Of a login that a page cannot give, where it sends its token in a header.
fn without_headers(examination: &Examination, exchange: &Exchange, code: Code) -> Option<String> {
    let names = examination.target.page.unsafe_headers().join(", ");
    let is_kept = code == Code::LoginRequired && exchange.is_of_websocket() && !names.is_empty();
    is_kept.then(|| {
        format!(
            "Browsers send {names} with polls, but not with a WebSocket. Let Socket.IO's path past the login, and \
             send the token in the client's `auth`; or check a cookie there, or a token in the client's `query`."
        )
    })
}

/// The lines of a fix, with the page's origin for `{origin}`, Socket.IO's option for it for `{cors}`, the
/// server's URLs and host for `{https}`, `{ws}`, `{host}` and, if it may be an address, `{hostname}`, and in the words of the proxy that is seen where they
/// depend on it.
pub(super) fn fix(examination: &Examination, exchange: &Exchange, lines: &[&str]) -> Vec<String> {
    let target = &examination.target;
    let proxy = proxy_before(examination, exchange);
    let written = lines.iter().flat_map(|line| remedy::by_proxy(line, proxy, &target.path));
    let encrypted = target.with_scheme("https");
    let host = target.base.domain().unwrap_or("api.example.com");
    let ws = target.websocket_base();
    let written = written.map(|line| line.replace("{https}", &encrypted).replace("{host}", host));
    let hostname = target.base.host_str().unwrap_or_default();
    let written = written.map(|line| line.replace("{ws}", &ws).replace("{hostname}", hostname));
    let cors = remedy::of_page(examination);
    let written = written.map(|line| line.replace("{cors}", &cors));
    written.map(|line| line.replace("{origin}", &target.page.origin)).collect()
}

/// The fix that lets preflights, which have no cookie or token, past a login.
pub(super) const PAST_LOGINS: &[&str] = &[
    "A preflight never has a cookie or a token: let OPTIONS past the login.",
    "oauth2-proxy:",
    "  --skip-auth-preflight=true",
    "nginx's auth_request, in the location that it asks:",
    "  if ($request_method = OPTIONS) { return 204; }",
    "Authelia: a rule with `methods: [OPTIONS]` and `policy: bypass`. Cloudflare Access: \"Bypass options \
     requests to origin\". Express, Passport: attach Socket.IO to the HTTP server, before that middleware.",
];

/// The fix where a later request of the page is answered in words that are known, of those codes.
pub(super) fn hint(exchange: &Exchange, codes: &[Code]) -> Option<&'static [&'static str]> {
    of(exchange).filter(|known| codes.contains(&known.code)).map(|known| known.fix)
}

/// The later requests of the page: what is known of one's answer is why it failed.
pub(super) fn later(examination: &Examination) -> Option<Finding> {
    let steps = [Step::Preflight, Step::Post, Step::PollAgain, Step::Websocket, Step::Upgrade];
    let needed = |exchange: &&Exchange| {
        exchange.step != Step::Preflight || !examination.target.page.unsafe_headers().is_empty()
    };
    let mut exchanges = steps.into_iter().flat_map(|step| examination.all(step)).filter(needed);
    // Other refusals and outages of a later request belong to the finding about that request.
    let tells = |exchange: &Exchange, known: &Known| {
        let is_told = matches!(
            known.code,
            Code::Challenged | Code::RateLimited | Code::LoginRequired | Code::CloudflareError
        );
        let is_firewall = || !exchange.is_of_websocket() && firewall(exchange).is_some();
        is_told || exchange.is_of_another() || is_firewall()
    };
    let told = exchanges.find_map(|exchange| {
        Some((exchange, of(exchange).filter(|known| tells(exchange, known))?))
    });
    let Some((exchange, known)) = told else { return limited(examination) };
    let finding = finding(examination, exchange, known);
    // A page that answers one method has a rule of its own, and not the whole path.
    if known.code == Code::NotSocketIo && exchange.method != "GET" {
        let by_method = format!(
            "The poll gets to Socket.IO, and {} does not: a rule looks at the method. Send GET, POST and OPTIONS \
             for the path the same way.",
            asked(exchange)
        );
        return Some(Finding { fix: [vec![by_method], finding.fix].concat(), ..finding });
    }
    Some(finding)
}

/// A limit that the doctor's further requests exceeded, and that a page may exceed in time.
fn limited(examination: &Examination) -> Option<Finding> {
    let is_limit = |known: &Known| known.code == Code::RateLimited;
    let mut exchanges = examination.exchanges.iter();
    let (exchange, known) =
        exchanges.find_map(|exchange| Some((exchange, of(exchange).filter(is_limit)?)))?;
    let finding = finding(examination, exchange, known);
    let why = "The page's own requests passed before: the doctor's further ones came too fast. A page makes fewer, but \
               all people behind one address share such a limit.";
    Some(Finding { severity: Severity::Warning, why: vec![why.to_owned()], ..finding })
}

/// The steps in which something is answered in words of that kind.
pub(super) fn steps_of(examination: &Examination, code: Code) -> Vec<Step> {
    let is_of_it = |exchange: &&Exchange| of(exchange).is_some_and(|known| known.code == code);
    examination.exchanges.iter().filter(is_of_it).map(|exchange| exchange.step).collect()
}

/// The request, as a sentence names it.
pub(super) fn asked(exchange: &Exchange) -> &'static str {
    match (exchange.method, exchange.is_of_websocket()) {
        ("OPTIONS", _) => "the preflight",
        ("POST", _) => "the POST",
        (_, true) => "the WebSocket's handshake",
        _ => "the poll",
    }
}

const OF_WEBSOCKET: &str = "The handshake does not reach Socket.IO. CORS headers do not matter to it: the page \
 stays on polling, or fails if it uses WebSocket alone.";

/// What the answer is to a page.
fn why(code: Code) -> Option<&'static str> {
    match code {
        Code::Challenged => Some(
            "A challenge is a page whose script has to run in a tab. A background request cannot run it, \
             and so fails, whatever its CORS headers are.",
        ),
        Code::LoginRequired => Some(
            "Who asks has to be known: by a page for a person, which a background request cannot show, or by a \
             token or a cookie with each request.",
        ),
        Code::RateLimited => Some(
            "A client that polls sends a request every few seconds, and everyone behind one address may share a \
             limit. A client that fails tries again, which keeps it over the limit.",
        ),
        Code::Blocked => Some("The request does not reach Socket.IO."),
        Code::NotSocketIo => Some("The server that answers is not Socket.IO."),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
