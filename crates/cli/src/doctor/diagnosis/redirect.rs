//! Polls that are redirected.

use url::Url;

use super::{
    attaching::{self, is_attaching},
    chromium::{PREFLIGHT, blocked, console},
    evidence::with_headers,
    known,
};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{Proxy, proxy},
    step::Step,
    target::Target,
};

/// The difference between the target of a redirect and the request, if both have Socket.IO's path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Https,
    SlashAdded,
    SlashTaken,
    Host,
    None,
}

pub(super) fn finding(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    let location = poll.redirects_to()?;
    if let Some(finding) = of_end(examination, poll) {
        return Some(finding);
    }
    let target = &examination.target;
    let end = Url::parse(&poll.url).and_then(|url| url.join(&location)).ok();
    // Any other target is not Socket.IO: an error page, for example.
    let fix = match end.as_ref().filter(|end| is_same_path(end, target)) {
        Some(end) => remedy(examination, poll, end),
        None => vec![
            "Exclude Socket.IO's path from the rule that redirects (http to https, a slash added or \
             removed, a login page)."
                .to_owned(),
        ],
    };
    let consequence = consequence(examination, end.as_ref());
    let shown = end.map_or(location, |mut end| {
        end.set_query(None);
        end.into()
    });
    Some(
        Finding::new(
            Code::Redirected,
            Severity::Error,
            format!("the poll is redirected to {shown}"),
        )
        .seen(
            poll,
            with_headers(
                poll,
                &["location", "server", "x-powered-by", "access-control-allow-origin"],
            ),
        )
        .why(consequence)
        .why(printed(examination, poll))
        .fix(fix),
    )
}

/// The effect on a poll that is redirected to `end`.
fn consequence(examination: &Examination, end: Option<&Url>) -> Vec<String> {
    let target = &examination.target;
    let is_own = |end: &&Url| end.origin() == target.base.origin() && target.is_same_origin();
    let Some(end) = end.filter(is_own) else {
        return vec![
            "A redirect has to pass the CORS check like any answer. If it leads to another origin, the page's \
             origin becomes null on the way. Browsers do not follow redirects of preflights and WebSockets."
                .to_owned(),
        ];
    };
    let then = if end.path() == target.path.trim_end_matches('/') {
        "where Socket.IO answers only if the server has `addTrailingSlash: false`"
    } else {
        "and fails if Socket.IO does not answer there"
    };
    vec![
        format!(
            "The page is of the server's own origin, so this is not about CORS. The browser follows the \
             redirect to {}, {then}. It follows none of a WebSocket.",
            end.path()
        ),
        "The Socket.IO client then reports: xhr poll error, or server error".to_owned(),
    ]
}

/// Chromium's message: with headers of the page's own it is the preflight that is redirected.
fn printed(examination: &Examination, poll: &Exchange) -> Vec<String> {
    let target = &examination.target;
    if target.page.unsafe_headers().is_empty() || target.is_same_origin() {
        return console(examination, poll);
    }
    let why = format!("{PREFLIGHT}Redirect is not allowed for a preflight request.");
    vec!["Chromium prints:".to_owned(), blocked(poll, &why)]
}

/// Something else than Socket.IO answers where the poll is redirected to, and a page may read it.
fn of_end(examination: &Examination, poll: &Exchange) -> Option<Finding> {
    let end = examination.all(Step::OtherPath).last()?;
    let answers = end.answer.is_some() && end.redirects_to().is_none();
    let is_other = answers && !end.is_engine_io() && !end.is_empty();
    let known = known::of(end).filter(|known| is_other && known.code == Code::NotSocketIo)?;
    let finding = known::finding(examination, end, known);
    Some(finding.seen(poll, with_headers(poll, &["location"])))
}

/// True if what the poll is redirected to had no Socket.IO until it was asked.
fn is_attached(examination: &Examination) -> bool {
    let mut polls = examination.all(Step::OtherPath);
    polls.next().zip(polls.next()).is_some_and(|(first, next)| is_attaching(first, next))
}

fn remedy(examination: &Examination, poll: &Exchange, end: &Url) -> Vec<String> {
    let target = &examination.target;
    let origin = end.origin().ascii_serialization();
    let client = |options: &str| format!("  io(\"{origin}\"{options})");
    let path = if target.path == "/socket.io/" {
        String::new()
    } else {
        format!(", {{ path: \"{}\" }}", target.path)
    };
    match change(target, end) {
        Change::SlashTaken => {
            let attach = is_attached(examination).then(|| attaching::remedy(target, end.path()));
            slash_taken(poll, target).into_iter().chain(attach.into_iter().flatten()).collect()
        }
        Change::SlashAdded if proxy(poll) == Some(Proxy::Nginx) => vec![
            format!(
                "nginx's `location {0}/` wants the slash at the end. If client and server are to do without it \
                 (`addTrailingSlash: false`), write `location {0}`.",
                target.path
            ),
            "Otherwise take `addTrailingSlash: false` out of both:".to_owned(),
            client(&path),
        ],
        Change::SlashAdded => vec![
            "The server, or the proxy before it, wants a slash at the end (nginx's `location /socket.io/`, Django's \
             APPEND_SLASH). Take `addTrailingSlash: false` out of the client:"
                .to_owned(),
            client(&path),
        ],
        Change::Https => vec![
            "Write https: in the client:".to_owned(),
            client(&path),
            BY_HTTP.to_owned(),
        ],
        Change::Host => vec![
            "Give the client the host that the redirect leads to:".to_owned(),
            client(&path),
            "Or exclude Socket.IO's path from the rule that redirects (to www., away from it, or to https)."
                .to_owned(),
        ],
        Change::None => vec![
            "The redirect leads to the same URL: a cookie has to be set first, or two proxies disagree \
             about https. Exclude Socket.IO's path from the rule that redirects."
                .to_owned(),
            BY_HTTP.to_owned(),
        ],
    }
}

/// The fix in what takes the slash away, and in client and server.
fn slash_taken(poll: &Exchange, target: &Target) -> Vec<String> {
    let path = target.path.as_str();
    let escaped = path.replace('.', "\\.");
    let without = path.trim_end_matches('/');
    let proxy = proxy(poll).filter(|_| !is_next(poll));
    let (mut lines, also) = match proxy {
        Some(Proxy::Nginx) => {
            let rest = escaped.trim_start_matches('/');
            let lines = vec![
                "nginx removes the slash at the end, by a `rewrite` or a `return 301`. Move that into `location \
                 /`, or leave Socket.IO's path out of it:"
                    .to_owned(),
                format!("  rewrite ^/(?!{rest})(.*)/$ /$1 permanent;"),
            ];
            (lines, format!(", and write `location {without}` in nginx"))
        }
        Some(Proxy::Apache | Proxy::LiteSpeed) => {
            let lines = vec![
                "A RewriteRule removes the slash at the end. Leave Socket.IO's path out of it, by a condition \
                 right before it:"
                    .to_owned(),
                format!("  RewriteCond %{{REQUEST_URI}} !^{escaped}"),
            ];
            (lines, String::new())
        }
        Some(Proxy::Caddy) => {
            let lines = vec![format!(
                "Caddy removes the slash at the end, by a `redir`. Leave Socket.IO's path out of its matcher: `not path \
                 {path}*`."
            )];
            (lines, String::new())
        }
        _ => {
            let lines = vec![
                "Something removes the slash at the end, as Next.js, Vercel and a rewrite in nginx or Apache do."
                    .to_owned(),
            ];
            (lines, String::new())
        }
    };
    let or = if lines.len() > 1 || proxy == Some(Proxy::Caddy) { "Or let" } else { "Let" };
    lines.push(format!("{or} client and server do without the slash{also}:"));
    lines.extend(
        [
            "  io(\"…\", { addTrailingSlash: false })",
            "  new Server(httpServer, { addTrailingSlash: false, … })",
            "The doctor then needs --no-trailing-slash.",
        ]
        .map(str::to_owned),
    );
    if is_next(poll) {
        lines.extend([
            "Or let Next.js keep paths as they are, in next.config.js, and its `rewrites` keep the slash:"
                .to_owned(),
            "  skipTrailingSlashRedirect: true,".to_owned(),
            format!(
                "  rewrites: async () => [{{ source: \"{path}\", destination: \"http://127.0.0.1:3000{path}\" }}],"
            ),
        ]);
    }
    lines
}

const BY_HTTP: &str = "If the client has https already: the proxy that ends TLS asks the server over http, \
 and the server redirects for ever. Let the proxy say so (X-Forwarded-Proto: https). Cloudflare: SSL mode \
 Full, not Flexible.";

fn change(target: &Target, end: &Url) -> Change {
    let (asked, ends) = (target.path.ends_with('/'), end.path().ends_with('/'));
    match (target.base.scheme(), end.scheme()) {
        ("http", "https") if target.base.host_str() == end.host_str() => Change::Https,
        _ if target.base.origin() != end.origin() => Change::Host,
        _ if asked && !ends => Change::SlashTaken,
        _ if !asked && ends => Change::SlashAdded,
        _ => Change::None,
    }
}

fn is_next(poll: &Exchange) -> bool {
    // Its redirects of slashes are permanent, and without its name.
    let is_nameless = poll.status() == Some(308) && poll.header("Server").is_none();
    let by = poll.header("X-Powered-By").unwrap_or_default();
    by.contains("Next.js") || poll.header("X-Vercel-Id").is_some() || is_nameless
}

/// But for a slash at the end.
fn is_same_path(url: &Url, target: &Target) -> bool {
    url.path().trim_end_matches('/') == target.path.trim_end_matches('/')
}
