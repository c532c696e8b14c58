//! `Access-Control-Allow-Origin` that does not name the page.

use std::slice;

use socketio_cors_core::origin::Origin;
use socketio_cors_explain::fetch_standard::CorsError;

use super::{
    chromium::unreadable,
    doubled::doubled,
    evidence::{shortened, with_cors},
    invalid_origin,
    not_configured::not_configured,
    not_listed::not_listed,
    origin_check, own_refusal, remedy, stripped,
};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    near_misses,
    software::{SocketServer, proxy, proxy_before, socket_server},
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
            if refused || poll.has_other_cors_headers() {
                not_listed(examination, poll)
            } else {
                not_configured(examination, poll)
            }
        })
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
    let unset = UNSET.iter().find(|word| has_word(&allowed, word));
    let why = unset.map(|word| format!(": {word} is what a variable has that is not set"));
    let finding = Finding::new(
        Code::OriginNotListed,
        Severity::Error,
        format!(
            "{who} allows \"{}\", and not {origin}{}",
            shortened(&allowed),
            why.unwrap_or_default()
        ),
    )
    .seen(poll, with_cors(poll))
    .why(unreadable(examination, poll, CorsError::Mismatch))
    .fix(unset.map(|_| {
        "Print the variable of which the code makes the origin (process.env.…), as the server sees it, and set it \
         where the server is started."
    }));
    if !by_another.is_empty() {
        return finding.fix(by_another);
    }
    finding
    .fix([
        "The header holds one origin. Where `cors.origin` is a list, the server sends the origin that asks; where it is a text, it always sends that text.",
    ])
    .fix(remedy::allow_page(examination))
    .fix(["If a proxy sets the header, let it send the page's origin, or leave the header to the server."])
    .fix(
        proxy(poll)
            .map(|proxy| {
                let with_credentials = remedy::needs_credentials(examination, poll);
                remedy::origin_list(proxy, slice::from_ref(origin), with_credentials)
            })
            .unwrap_or_default(),
    )
}

/// Texts of values that were never set.
const UNSET: &[&str] = &["undefined", "null", "NaN", "None", "[object Object]"];

/// True if `text` has that word, and not within another.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(start, _)| {
        let is_part = |character: char| character.is_alphanumeric();
        let (before, rest) = text.split_at_checked(start).unwrap_or_default();
        let after = rest.strip_prefix(word).unwrap_or_default();
        !before.ends_with(is_part) && !after.starts_with(is_part)
    })
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
        finding.why(unreadable(examination, poll, CorsError::Mismatch))
    } else {
        finding.seen(exchange, with_cors(exchange)).why(unreadable(
            examination,
            poll,
            CorsError::Missing,
        ))
    };
    if how == near_misses::PATTERN && socket_server(examination) == SocketServer::Python {
        return Some(
            finding
                .fix([
                    "python-socketio compares whole origins. Write the page's, or a function that compares (re is \
                     Python's own module):",
                    "  cors_allowed_origins=lambda origin: bool(origin and re.fullmatch(r\"https://[a-z0-9-]+\\.example\\.com\", origin))",
                ])
                .fix(remedy::allow_page(examination)),
        );
    }
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
            .fix((!is_quoted).then(|| {
                format!("In the list, replace {} by \"{page}\", or add it.", quoted(&wrong))
            }))
            .fix(is_quoted.then_some(
                "The quotes are a part of the value. They may come from where the environment is set: `docker run \
                 --env-file` and Compose's `- ORIGIN=\"…\"` keep them. Write ORIGIN=https://… there, without quotes.",
            ))
            .fix((how == near_misses::WWW).then_some(
                "If the site is open under both names, list both.",
            ))
            .fix(remedy::headers_of_proxy(examination, poll))
            .fix(remedy::allow_page(examination)),
    )
}
