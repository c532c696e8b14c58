//! Pages that have no origin, so that browsers send `Origin: null`: opened as a file, or in a sandbox.

use super::{
    chromium::{blocked_at, client_says, reason},
    evidence::{asked, with_cors},
    remedy,
};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    step::Step,
};

/// The finding of a page that was opened as a file. A `WebSocket` of it has `Origin: file://`, and a poll `null`.
pub(super) fn of_file(examination: &Examination) -> Option<Finding> {
    let page = &examination.target.page;
    if !page.origin.starts_with("file:") || page.websocket {
        return None;
    }
    let finding = refused(
        examination,
        "a page that was opened as a file has no origin: browsers and Electron send Origin: null with its polls",
    )?;
    let mut app = examination.clone();
    APP.clone_into(&mut app.target.page.origin);
    Some(
        finding
            .fix([
                "While you develop, serve the page over http (npx serve), and list the origin that it has then. An app needs \
                 a scheme of its own: in Electron `protocol.handle`, or the package electron-serve, whose origin is app://. \
                 (with the dot). List that:",
            ])
            .fix(remedy::allow_page(&app))
            .fix([
                "Or use WebSocket alone in the client, to which CORS does not matter. Its Origin is file://:",
                "  io(\"…\", { transports: [\"websocket\"] })",
                NOT_NULL,
            ]),
    )
}

/// The finding of a page whose own policy puts it into a sandbox.
pub(super) fn of_sandbox(examination: &Examination) -> Option<Finding> {
    let page = examination.get(Step::Page).filter(|page| page.is_ok())?;
    let headers = page.headers();
    let tokens = headers.all("Content-Security-Policy").find_map(sandbox)?;
    if tokens.contains("allow-same-origin") || examination.target.page.websocket {
        return None;
    }
    let policy = format!("Content-Security-Policy: sandbox {tokens}");
    let policy = policy.trim_end();
    let mut seen = asked(page);
    seen.push(format!("  {policy}"));
    Some(
        refused(
            examination,
            "the page's own Content-Security-Policy (sandbox) takes its origin: the browser sends Origin: null",
        )?
        .seen(page, seen)
        .fix([
            "Let the page keep its origin, or serve it without `sandbox`:".to_owned(),
            format!("  {policy} allow-same-origin"),
            NOT_NULL.to_owned(),
        ]),
    )
}

/// What comes after `sandbox` in a list of policies.
fn sandbox(policies: &str) -> Option<&str> {
    policies.split([',', ';']).map(str::trim).find_map(|directive| {
        let (name, tokens) = directive.split_once(' ').unwrap_or((directive, ""));
        name.eq_ignore_ascii_case("sandbox").then_some(tokens)
    })
}

const APP: &str = "app://.";

const NOT_NULL: &str =
    "Do not list null in the server: every page in a sandbox has it, whoever wrote that.";

/// The finding, where `Origin: null` is not let in.
fn refused(examination: &Examination, summary: &str) -> Option<Finding> {
    let finding = Finding::new(Code::BlockedInBrowser, Severity::Error, summary);
    if examination.recorded.is_some() {
        let poll = examination.page_poll().filter(|poll| poll.answer.is_none())?;
        return Some(finding.seen(poll, asked(poll)).why([client_says(poll)]));
    }
    let null = examination.get(Step::NullPoll)?;
    let error = null.cors_check(examination.target.page.credentialed).err()?;
    Some(
        finding
            .seen(null, with_cors(null))
            .why([
                "Such a page has no origin of its own, so no list can name it. Chromium prints:"
                    .to_owned(),
                printed(null, &reason(null, error)),
            ])
            .why([client_says(null)]),
    )
}

fn printed(null: &Exchange, why: &str) -> String {
    blocked_at(&null.url, "null", why)
}
