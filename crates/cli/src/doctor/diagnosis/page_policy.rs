//! The page's own Content-Security-Policy, by which a browser sends no request.

use std::collections::HashSet;

use url::Url;

use super::{
    browser_blocks,
    csp::{self, Directive},
    evidence::{asked, decoded, shortened},
    without_origin,
};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    step::Step,
    target::Target,
};

pub(super) fn findings(examination: &Examination) -> Vec<Finding> {
    let page = examination.get(Step::Page).filter(|page| page.is_ok());
    let own = || page.and_then(|page| finding(examination, page));
    without_origin::of_sandbox(examination).or_else(own).into_iter().collect()
}

fn finding(examination: &Examination, page: &Exchange) -> Option<Finding> {
    let target = &examination.target;
    let origin = Url::parse(&target.page.origin).ok()?;
    let policies = policies(page);
    let forbidden = |url: &str| {
        let url = Url::parse(url).ok()?;
        policies.iter().find_map(|policy| {
            let directive = csp::forbids(&policy.text, &origin, &url)?;
            Some((policy, directive, url.clone()))
        })
    };
    let poll = forbidden(&examination.page_poll()?.url).filter(|_| !target.page.websocket);
    let summary = if poll.is_some() || target.page.websocket {
        browser_blocks::BY_POLICY
    } else {
        "the page's own Content-Security-Policy forbids the WebSocket, so the page stays on polling"
    };
    let websocket = || forbidden(&examination.get(Step::Websocket)?.url);
    let (policy, directive, url) = poll.or_else(websocket)?;
    let mut seen = asked(page);
    seen.push(format!("  {}", policy.shown(directive)));
    Some(
        Finding::new(Code::BlockedInBrowser, Severity::Error, summary)
            .seen(page, seen)
            .why([
                "The browser does not send it, so CORS does not matter. Chromium prints:"
                    .to_owned(),
                printed(&url, directive),
            ])
            .fix([
                "Add the server to the policy's connect-src, for polls and for WebSockets:"
                    .to_owned(),
                format!("  Content-Security-Policy: connect-src {}", sources(directive, target)),
            ])
            .fix(["That is the policy of the page at /. One at another path may have another."]),
    )
}

/// The sources with the server's among them.
fn sources(directive: Directive<'_>, target: &Target) -> String {
    let kept = directive.sources.split_whitespace().filter(|it| !it.eq_ignore_ascii_case("'none'"));
    let mut sources: Vec<_> = kept.map(str::to_owned).collect();
    sources.extend([target.shown_base().to_owned(), target.websocket_base()]);
    let mut seen = HashSet::new();
    sources.retain(|source| seen.insert(source.clone()));
    sources.join(" ")
}

/// Chromium's message.
fn printed(url: &Url, directive: Directive<'_>) -> String {
    let fallback = if directive.name == "connect-src" {
        ""
    } else {
        " Note that 'connect-src' was not explicitly set, so 'default-src' is used as a fallback."
    };
    format!(
        "  Connecting to '{url}' violates the following Content Security Policy directive: \
         \"{directive}\".{fallback} The action has been blocked."
    )
}

/// A header of policies, or a `<meta>` with one.
struct Policy {
    text: String,
    is_header: bool,
}

impl Policy {
    /// It as it is in the page, of which the directive matters.
    fn shown(&self, directive: Directive<'_>) -> String {
        let is_whole = !self.text.contains([';', ',']);
        let ellipsis = if is_whole { "" } else { "…" };
        let text = format!("{ellipsis}{}{ellipsis}", shortened(&directive.to_string()));
        if self.is_header {
            format!("Content-Security-Policy: {text}")
        } else {
            format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{text}\">")
        }
    }
}

fn policies(page: &Exchange) -> Vec<Policy> {
    let headers = page.headers();
    let headers = headers.all("Content-Security-Policy");
    let headers = headers.map(|text| Policy { text: text.to_owned(), is_header: true });
    let metas = metas(page.body()).map(|text| Policy { text, is_header: false });
    headers.chain(metas).collect()
}

/// The policies in `<meta>` elements of a page.
fn metas(page: &str) -> impl Iterator<Item = String> {
    page.split("<meta").skip(1).filter_map(|rest| {
        let attributes = rest.split('>').next()?;
        let name = attribute(attributes, "http-equiv")?;
        name.eq_ignore_ascii_case("content-security-policy")
            .then(|| attribute(attributes, "content"))?
    })
}

fn attribute(attributes: &str, name: &str) -> Option<String> {
    let (_, rest) = attributes.split_once(&format!("{name}="))?;
    let quote = rest.chars().next().filter(|it| matches!(it, '"' | '\''))?;
    let (value, _) = rest.get(1..)?.split_once(quote)?;
    Some(decoded(value))
}
