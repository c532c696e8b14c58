//! `doctor`: why a live Socket.IO deployment fails, and what to change.
//!
//! The flow goes one way: what was asked ([`target`]), the requests ([`probes`]) or a browser's
//! recording of them ([`recording`]), what came of them ([`examination`]), what is wrong with it
//! ([`diagnosis`]), the report.

mod address_space;
mod arguments;
mod asker;
mod auth;
mod cookies;
mod diagnosis;
mod engineio;
mod examination;
mod exchange;
mod facts;
mod finding;
mod json;
mod look_alikes;
mod near_misses;
mod probes;
mod proxies;
mod python_servers;
mod query;
mod recording;
mod software;
mod step;
mod target;
mod text;

use std::time::Duration;

use clap::{Args, value_parser};
use url::Url;

use self::{
    arguments::Beside,
    examination::Examination,
    exchange::Exchange,
    finding::Severity,
    query::Query,
    recording::Wanted,
    target::{Page, Target},
};
use super::{
    CommandError, Report, Status, System, WrongUsage,
    printable::{self, printable},
};
use crate::network::SystemNetwork;

pub(super) const EXAMPLES: &str = "\
Examples:
  socketio-cors doctor https://api.example.com --origin https://app.example.com
  socketio-cors doctor http://localhost:3000 --origin http://localhost:5173 --client 2
  socketio-cors doctor https://api.example.com --origin https://app.example.com \\
    --header 'Authorization: Bearer abc' --cookie 'sid=123' --direct http://10.0.0.1:3000
  socketio-cors doctor --har recording.har";

#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(super) struct Doctor {
    /// The server, as the page's client has it
    #[arg(value_name = "URL", required_unless_present = "har")]
    url: Option<String>,
    /// The page's origin
    #[arg(long, value_name = "https://…", required_unless_present = "har")]
    origin: Option<String>,
    /// Send nothing: diagnose a browser's recording (network panel, "Save all as HAR")
    #[arg(long, value_name = "FILE")]
    #[arg(conflicts_with_all = [
        "header", "query", "auth", "cookie", "websocket", "direct", "timeout", "hold", "no_trailing_slash",
    ])]
    har: Option<String>,
    /// Socket.IO's path [default: /socket.io/]
    #[arg(long, value_name = "P")]
    path: Option<String>,
    /// The page's client has addTrailingSlash: false
    #[arg(long)]
    no_trailing_slash: bool,
    /// A header that the page's client sets (extraHeaders); may be repeated
    #[arg(long, value_name = "N:V")]
    header: Vec<String>,
    /// The query that the page's client sets (query); also taken from the URL
    #[arg(long, value_name = "a=b&c=d")]
    query: Option<String>,
    /// What the page's client 3 or 4 connects to a namespace with (auth), an object
    #[arg(long, value_name = "{token:'abc'}")]
    auth: Option<String>,
    /// The browser's cookies for the server; implies --credentials
    #[arg(long, value_name = "a=b; c=d")]
    cookie: Option<String>,
    /// The page sends credentials (withCredentials: true)
    #[arg(long)]
    credentials: bool,
    /// The page's Socket.IO client; 2 always sends credentials
    #[arg(long, value_name = "2|3|4", default_value = "4")]
    #[arg(value_parser = value_parser!(u8).range(2..=4))]
    client: u8,
    /// The page's client uses WebSocket alone (its transports have no polling)
    #[arg(long)]
    websocket: bool,
    /// The same server past its proxy, to tell what the proxy changes
    #[arg(long, value_name = "URL")]
    direct: Option<String>,
    /// How long each step may take
    #[arg(long, value_name = "SECONDS", default_value = "10")]
    #[arg(value_parser = value_parser!(u16).range(1..=600))]
    timeout: u16,
    /// Keep a poll and a WebSocket open for so long, to find proxies that end idle connections
    #[arg(long, value_name = "SECONDS")]
    #[arg(value_parser = value_parser!(u16).range(1..=3600))]
    hold: Option<u16>,
    /// The least severity that the exit status tells of
    #[arg(long, value_name = "SEVERITY", value_enum, default_value = "danger")]
    fail_on: Severity,
    /// Print one JSON object instead of text
    ///
    /// {"url", "path", "origin", "client", "credentials", "websocket", "facts",
    /// "findings", "steps", "good"}; each finding has "code", "severity", "summary",
    /// "evidence", "why", "fix" and "steps", each step "name", "method", "url",
    /// "origin", "status", "headers", "body" and "error".
    #[arg(long)]
    json: bool,
}

/// What the page's client asks, as its URL and options say.
struct Asked {
    /// The server, without a path.
    base: Url,
    /// Socket.IO's, where one is given.
    path: Option<String>,
    namespace: String,
    query: Query,
}

impl Doctor {
    pub(super) async fn run(&self, system: &dyn System) -> Result<Report, CommandError> {
        let mut tell = |nth: usize, exchange: &Exchange| {
            system.print_error(&progress(nth, exchange));
        };
        let examination = match &self.har {
            Some(file) => self.recorded(system, file)?,
            None => probes::examine(self.live(system)?, &SystemNetwork::new(), &mut tell).await,
        };
        let findings = diagnosis::diagnose(&examination);
        let facts = facts::facts(&examination);
        let text = if self.json {
            printable::json(&json::report(&examination, &facts, &findings))
        } else {
            text::report(&examination, &facts, &findings)
        };
        let Page { query, auth, .. } = &examination.target.page;
        let text = auth.hidden(&query.hidden(&text));
        let fails = findings.iter().any(|finding| finding.severity <= self.fail_on);
        Ok(Report { text, status: Status::good_if(!fails) })
    }

    /// The examination of a browser's recording.
    fn recorded(&self, system: &dyn System, file: &str) -> Result<Examination, CommandError> {
        let (base, path) = match &self.url {
            Some(url) => {
                let arguments::Server { base, beside, .. } = arguments::server("URL", url)?;
                let path = self.path.as_deref().map(arguments::path).transpose()?;
                (Some(base), path.or_else(|| beside.meant_path()))
            }
            None => (None, self.path.as_deref().map(arguments::path).transpose()?),
        };
        let origin = self.origin.as_deref().map(arguments::origin).transpose()?;
        let wanted = Wanted { base, path, origin, credentialed: self.credentials };
        let opened = system.open(file).map_err(|error| CommandError::unreadable(file, &error))?;
        recording::read(opened, &wanted).map_err(|problem| {
            CommandError::WrongUsage(format!("{} {}", printable(file), printable(&problem)))
        })
    }

    fn server(&self, url: &str) -> Result<Asked, WrongUsage> {
        let arguments::Server { base, beside, query } = arguments::server("URL", url)?;
        let path = self.path.as_deref().map(arguments::path).transpose()?;
        let root = || "/".to_owned();
        let (path, namespace) = match beside {
            Beside::Path(path) if self.path.is_some() => {
                return Err(WrongUsage(format!("--path is given, and the URL has one: {path}")));
            }
            Beside::Path(path) => (Some(path), root()),
            Beside::Namespace(namespace) => (path, namespace),
            Beside::Nothing => (path, root()),
        };
        let query = match &self.query {
            Some(_) if !query.is_empty() => {
                return Err(WrongUsage("--query is given, and the URL has one".to_owned()));
            }
            Some(text) => arguments::query(text)?,
            None => query,
        };
        Ok(Asked { base, path, namespace, query })
    }

    /// The target of a live examination, whose URL is completed as the page's client does it.
    fn live(&self, system: &dyn System) -> Result<Target, WrongUsage> {
        // Both are there, as clap sees to it, unless there is a recording.
        let url = self.url.as_deref().unwrap_or_default();
        let origin = self.origin.as_deref().unwrap_or_default();
        let Some(whole) = arguments::completed(url, origin) else {
            return self.target(url, origin);
        };
        let target = self.target(&whole, origin)?;
        system.print_error(&format!(
            "The URL is not whole. The client completes it from the page's: {}\n",
            printable(&whole)
        ));
        Ok(target)
    }

    /// The target of the arguments.
    fn target(&self, url: &str, origin: &str) -> Result<Target, WrongUsage> {
        let Asked { base, path, namespace, query } = self.server(url)?;
        let mut path = path.unwrap_or_else(|| "/socket.io/".to_owned());
        if self.no_trailing_slash && path.len() > 1 {
            path.truncate(path.trim_end_matches('/').len());
        }
        let direct = match &self.direct {
            Some(url) => match arguments::server("--direct", url)? {
                arguments::Server { query, .. } if !query.is_empty() => {
                    return Err(WrongUsage("--direct has a query: leave it out".to_owned()));
                }
                arguments::Server { base, beside: Beside::Nothing, .. } => Some(base),
                arguments::Server {
                    beside: Beside::Path(path) | Beside::Namespace(path), ..
                } => {
                    return Err(WrongUsage(format!("--direct has a path: leave out {path}")));
                }
            },
            None => None,
        };
        let headers = self.header.iter().map(|header| arguments::header(header));
        let auth = self.auth.as_deref().map(|text| arguments::auth(text, self.client));
        let cookie = self.cookie.as_deref().map(arguments::cookie).transpose()?;
        let page = Page {
            origin: arguments::origin(origin)?,
            headers: headers.collect::<Result<_, _>>()?,
            query,
            auth: auth.transpose()?.unwrap_or_default(),
            credentialed: self.credentials || cookie.is_some() || self.client == 2,
            cookie,
            client: self.client,
            websocket: self.websocket,
            namespace,
        };
        let timeout = Duration::from_secs(self.timeout.into());
        let hold = self.hold.map(|seconds| Duration::from_secs(seconds.into()));
        Ok(Target { base, path, page, direct, timeout, hold })
    }
}

/// A line about what came of a step, for the nth time.
fn progress(nth: usize, exchange: &Exchange) -> String {
    let outcome = match (exchange.status(), &exchange.error) {
        (Some(status), None) => status.to_string(),
        (Some(status), Some(error)) => format!("{status}, {}", error.text),
        (None, Some(error)) => error.text.clone(),
        (None, None) => "connected".to_owned(),
    };
    let again = if nth > 1 { format!(" ({nth})") } else { String::new() };
    let step = format!("{}{again}", exchange.step.as_str());
    format!("{step:<26}{}\n", printable(&outcome))
}
