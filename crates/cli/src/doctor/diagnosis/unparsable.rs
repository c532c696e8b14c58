//! Lists in a preflight's answer that browsers cannot parse, and then take the preflight for one that fails.
//!
//! Source: Chromium's `PreflightResult::Parse`: the methods first, then the headers.

use super::{
    chromium::blocked,
    direct_preflight::{by_proxy, right_without_proxy},
    evidence::{shortened, with_cors},
    remedy,
    request_headers::list_headers,
};
use crate::doctor::{
    examination::Examination,
    exchange::Exchange,
    finding::{Code, Finding, Severity},
    software::{Proxy, answers_preflight, own_preflight},
};

const METHODS: &str = "Access-Control-Allow-Methods";
const HEADERS: &str = "Access-Control-Allow-Headers";

/// A list that makes the preflight of the page's headers fail, whatever is in it.
pub(super) fn finding(examination: &Examination, preflight: &Exchange) -> Option<Finding> {
    let names = examination.target.page.unsafe_headers();
    if names.is_empty() {
        return None;
    }
    let wrong = |header| Some((header, fault(&preflight.header(header)?)?));
    let (header, fault) = wrong(METHODS).or_else(|| wrong(HEADERS))?;
    let is_of_methods = header == METHODS;
    let code = if is_of_methods { Code::PreflightFailed } else { Code::HeaderNotAllowed };
    let direct = right_without_proxy(examination);
    let proxy = answers_preflight(examination, preflight);
    let whose = match (own_preflight(examination, preflight), direct) {
        (Some(proxy), _) => format!("{}'s ", proxy.name()),
        (None, Some(_)) => "the proxy's ".to_owned(),
        (None, None) => String::new(),
    };
    let summary = format!("{whose}{header} cannot be parsed: {fault}");
    let why = format!("Cannot parse {header} response header field in preflight response.");
    let finding =
        Finding::new(code, Severity::Error, summary).seen(preflight, with_cors(preflight)).why([
            "The browser asks first, and then does not send the request: a list that it cannot parse allows \
             nothing. Chromium prints:"
                .to_owned(),
            blocked(preflight, &why),
        ]);
    if let Some(direct) = direct {
        return Some(by_proxy(examination, preflight, direct, finding));
    }
    Some(finding.fix(if is_of_methods {
        list_methods(proxy)
    } else {
        list_headers(examination, preflight, &names)
    }))
}

/// What is wrong with a list of names (RFC 9110, 5.6.1 and 5.6.2), if it is no such list.
fn fault(list: &str) -> Option<String> {
    // An `http::HeaderName` is a token, as a method is.
    let is_token = |name: &&str| name.is_empty() || name.parse::<http::HeaderName>().is_ok();
    let wrong = list.split(',').map(str::trim).find(|name| !is_token(name))?;
    Some(if wrong.contains(['[', ']']) {
        "there are brackets in it".to_owned()
    } else if wrong.contains('"') {
        "there are quotes in it".to_owned()
    } else if wrong.contains(';') {
        "there is a semicolon where a comma has to be".to_owned()
    } else if wrong.contains(char::is_whitespace) {
        "there is a space where a comma has to be".to_owned()
    } else {
        format!("\"{}\" is not a name", shortened(wrong))
    })
}

/// The lines that list the methods of a client.
fn list_methods(proxy: Option<Proxy>) -> Vec<String> {
    let mut lines = vec!["Write a comma between the methods, and nothing around them.".to_owned()];
    if proxy == Some(Proxy::Express) {
        lines.push("In Express's `cors` middleware:".to_owned());
        lines.push("  app.use(cors({ methods: [\"GET\", \"POST\"] }));".to_owned());
        return lines;
    }
    if proxy.is_some() {
        lines.extend(remedy::lines::set_header(proxy, METHODS, "GET,POST"));
    }
    lines.push("In a Socket.IO 3 or 4 server (a page needs no other methods):".to_owned());
    lines.push("  cors: { …, methods: [\"GET\", \"POST\"] }".to_owned());
    lines
}
