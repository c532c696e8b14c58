//! Passwords that a proxy asks for itself (HTTP's Basic authentication): its 401 comes before Socket.IO.

use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    software::{Proxy, proxy_before},
    step::Step,
};

/// True if a password is what the answer wants.
pub(super) fn is_wanted(exchange: &Exchange) -> bool {
    let asks = exchange.header("WWW-Authenticate").unwrap_or_default().to_ascii_lowercase();
    exchange.status() == Some(401) && asks.starts_with("basic")
}

/// The fix in the proxy that asks for it.
pub(super) fn fix(examination: &Examination, exchange: &Exchange) -> Vec<String> {
    let proxy = proxy_before(examination, exchange);
    let before = proxy.filter(|proxy| nowhere(Some(*proxy)).is_empty()).map(|proxy| {
        format!("Is it {} that asks for a password, or a proxy behind it?", proxy.name())
    });
    let lines = if exchange.step == Step::Preflight {
        [
            &["A preflight never has a password. Ask every method but OPTIONS for it."],
            but_for_options(proxy),
            &["Or ask for no password on Socket.IO's path, and let Socket.IO check who it is (`auth`)."],
            nowhere(proxy),
            websocket(examination),
        ]
        .concat()
    } else if exchange.is_of_websocket() {
        [
            &["No page can send `Authorization` with a WebSocket. Ask for no password on Socket.IO's path, and \
               let Socket.IO check who it is (`auth`)."][..],
            nowhere(proxy),
            &["Or let clients stay on polling:", "  io(\"…\", { transports: [\"polling\"] })"],
        ]
        .concat()
    } else if sends_one(examination) {
        [
            &["The `Authorization` that was given is refused: is the password right? Or ask for none on \
               Socket.IO's path."][..],
            nowhere(proxy),
        ]
        .concat()
    } else {
        [
            &["Ask for no password on Socket.IO's path, and let Socket.IO check who it is (`auth`)."][..],
            nowhere(proxy),
            &["Or let the client send it, and ask every method but OPTIONS for it. A page's WebSocket cannot \
               send it, so the page then stays on polling.",
              "  io(\"…\", { extraHeaders: { authorization: \"Basic …\" } })"],
            but_for_options(proxy),
            &["To see what comes after it: --header 'Authorization: Basic …'."],
        ]
        .concat()
    };
    before.into_iter().chain(lines.into_iter().map(str::to_owned)).collect()
}

fn sends_one(examination: &Examination) -> bool {
    examination.target.page.unsafe_headers().iter().any(|name| name == "authorization")
}

/// The sentence about the page's WebSocket, if that is answered 401 too.
fn websocket(examination: &Examination) -> &'static [&'static str] {
    if examination.get(Step::Websocket).is_some_and(is_wanted) {
        &[
            "The WebSocket is answered 401 as well, and no page can send `Authorization` with one: as long as a \
           password is asked for there, the page stays on polling.",
        ]
    } else {
        &[]
    }
}

/// The lines that ask for a password with every method except OPTIONS.
fn but_for_options(proxy: Option<Proxy>) -> &'static [&'static str] {
    match proxy {
        Some(Proxy::Apache) => {
            &["In Apache, beside `Require valid-user`:", "  Require method OPTIONS"]
        }
        Some(Proxy::Caddy) => &[
            "In Caddy (`basicauth` before 2.8):",
            "  @asked not method OPTIONS",
            "  basic_auth @asked {",
            "    …",
            "  }",
        ],
        Some(Proxy::Haproxy) => {
            &["In HAProxy:", "  http-request auth unless METH_OPTIONS || { http_auth(USERS) }"]
        }
        Some(Proxy::Nginx) => &[IN_LOCATION, OFF, BUT_FOR_OPTIONS],
        Some(Proxy::Express) => &[
            "In Express, in place of app.use(basicAuth(…)):",
            "  const asks = basicAuth({ … });",
            "  app.use((request, response, next) =>",
            "    request.method === \"OPTIONS\" ? next() : asks(request, response, next));",
        ],
        _ => &[
            IN_LOCATION,
            OFF,
            BUT_FOR_OPTIONS,
            "Apache: `Require method OPTIONS` beside `Require valid-user`. Caddy: `@asked not method OPTIONS` \
             and `basic_auth @asked`. HAProxy: `http-request auth unless METH_OPTIONS || …`. Traefik: a router \
             of its own, with Method(`OPTIONS`) in its rule and without the middleware.",
        ],
    }
}

const IN_LOCATION: &str = "In nginx, in Socket.IO's location, in place of its auth_basic lines (the first, against those of the server):";
const OFF: &str = "  auth_basic off;";
const BUT_FOR_OPTIONS: &str =
    "  limit_except OPTIONS { auth_basic \"…\"; auth_basic_user_file /etc/nginx/htpasswd; }";

/// The lines that ask for no password on Socket.IO's path.
fn nowhere(proxy: Option<Proxy>) -> &'static [&'static str] {
    match proxy {
        Some(Proxy::Apache) => &[
            "In Apache:",
            "  <Location \"/socket.io/\">",
            "    Require all granted",
            "  </Location>",
        ],
        Some(Proxy::Caddy) => &[
            "In Caddy (`basicauth` before 2.8):",
            "  @others not path /socket.io/*",
            "  basic_auth @others {",
            "    …",
            "  }",
        ],
        Some(Proxy::Haproxy) => &[
            "In HAProxy:",
            "  http-request auth unless { path_beg /socket.io/ } || { http_auth(USERS) }",
        ],
        Some(Proxy::Express) => {
            &["In Express, put Socket.IO's proxy before app.use(basicAuth(…))."]
        }
        None | Some(Proxy::Nginx) => {
            &["In nginx:", "  location /socket.io/ { auth_basic off; proxy_pass …; }"]
        }
        Some(_) => &[],
    }
}
