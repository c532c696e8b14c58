//! The Worker's variables, as `wrangler.toml` sets them.

use std::fmt;

use crate::origin::{self, host};

/// The freshness of a policy in seconds where `POLICY_FRESH_SECONDS` is not set.
pub const DEFAULT_FRESH_SECONDS: u32 = 30;

/// The time in seconds that the origin server has to begin its answer where
/// `UPSTREAM_TIMEOUT_SECONDS` is not set. Cloudflare itself waits for 125 s; a long poll takes
/// Engine.IO's `pingInterval`, 25 s unless set.
pub const DEFAULT_TIMEOUT_SECONDS: u32 = 120;

/// Every variable, read and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `UPSTREAM`, an `http(s)://host[:port]`; `None` for the zone's own origin server, which
    /// the URL leads to as it is.
    pub upstream: Option<String>,
    /// `POLICY_FRESH_SECONDS`, 1 to 86400.
    pub fresh_seconds: u32,
    /// `UPSTREAM_TIMEOUT_SECONDS`, 1 to 86400.
    pub timeout_seconds: u32,
    /// `EXPLAIN`: answers carry `x-cors-decision`.
    pub explain: bool,
    /// `REPORT_ONLY`: everything is forwarded untouched, whatever is decided.
    pub report_only: bool,
    /// An Analytics Engine dataset is bound as `DECISIONS`.
    pub has_dataset: bool,
}

/// The variables' raw text, `None` where one is not set, and what is bound.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    /// `UPSTREAM`
    pub upstream: Option<String>,
    /// `POLICY_FRESH_SECONDS`
    pub fresh_seconds: Option<String>,
    /// `UPSTREAM_TIMEOUT_SECONDS`
    pub timeout_seconds: Option<String>,
    /// `EXPLAIN`
    pub explain: Option<String>,
    /// `REPORT_ONLY`
    pub report_only: Option<String>,
    /// `DECISIONS` is bound.
    pub has_dataset: bool,
}

/// Variables with values that they cannot have, and what the Worker does nevertheless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadVariables {
    /// One or more, in the order of [`Variables`].
    pub bad: Vec<BadVariable>,
    /// The service that remains.
    pub service: Service,
}

/// A variable with a value that it cannot have. Displayed as a sentence that says what it has
/// to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadVariable {
    name: &'static str,
    value: String,
    expected: &'static str,
}

/// The service that the variables allow. A bad one only ever restricts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Service {
    /// Everything. Under `REPORT_ONLY` a bad variable takes its default.
    Full(Settings),
    /// Covered routes answer 503, all else is forwarded: a variable is bad.
    UncoveredRoutes(Settings),
    /// Every request is answered 503: `UPSTREAM` is bad, so there is nowhere to forward to.
    Nothing,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            upstream: None,
            fresh_seconds: DEFAULT_FRESH_SECONDS,
            timeout_seconds: DEFAULT_TIMEOUT_SECONDS,
            explain: false,
            report_only: false,
            has_dataset: false,
        }
    }
}

impl Settings {
    /// Reads every variable. An empty one is taken as not set, which is how an environment of
    /// `wrangler.toml` takes a variable back.
    ///
    /// # Errors
    /// Every bad variable at once.
    pub fn read(variables: Variables) -> Result<Self, BadVariables> {
        let mut reader = Reader::default();
        let upstream = reader.read("UPSTREAM", variables.upstream, EXPECTED_UPSTREAM, upstream);
        let is_upstream_bad = !reader.bad.is_empty();
        let mut seconds = |name, value| reader.read(name, value, EXPECTED_SECONDS, seconds);
        let fresh_seconds = seconds("POLICY_FRESH_SECONDS", variables.fresh_seconds);
        let timeout_seconds = seconds("UPSTREAM_TIMEOUT_SECONDS", variables.timeout_seconds);
        let mut switch = |name, value| reader.read(name, value, EXPECTED_SWITCH, switch);
        let explain = switch("EXPLAIN", variables.explain);
        let report_only = switch("REPORT_ONLY", variables.report_only);
        let default = Self::default();
        let settings = Self {
            upstream,
            fresh_seconds: fresh_seconds.unwrap_or(default.fresh_seconds),
            timeout_seconds: timeout_seconds.unwrap_or(default.timeout_seconds),
            explain: explain.unwrap_or(default.explain),
            report_only: report_only.unwrap_or(default.report_only),
            has_dataset: variables.has_dataset,
        };
        if reader.bad.is_empty() {
            return Ok(settings);
        }
        let service = if is_upstream_bad {
            Service::Nothing
        } else if settings.report_only {
            Service::Full(settings)
        } else {
            Service::UncoveredRoutes(settings)
        };
        Err(BadVariables { bad: reader.bad, service })
    }
}

impl Service {
    /// The settings that requests are forwarded by; `None` where none is forwarded.
    #[must_use]
    pub fn settings(&self) -> Option<&Settings> {
        match self {
            Self::Full(settings) | Self::UncoveredRoutes(settings) => Some(settings),
            Self::Nothing => None,
        }
    }
}

impl From<Result<Settings, BadVariables>> for Service {
    fn from(read: Result<Settings, BadVariables>) -> Self {
        read.map_or_else(|bad| bad.service, Self::Full)
    }
}

/// Reads variables, and collects the bad ones.
#[derive(Default)]
struct Reader {
    bad: Vec<BadVariable>,
}

impl Reader {
    /// The value of a variable, if it is set to a good one.
    fn read<T>(
        &mut self,
        name: &'static str,
        value: Option<String>,
        expected: &'static str,
        parse: fn(&str) -> Option<T>,
    ) -> Option<T> {
        let value = value.filter(|value| !value.is_empty())?;
        let parsed = parse(&value);
        if parsed.is_none() {
            self.bad.push(BadVariable { name, value, expected });
        }
        parsed
    }
}

const EXPECTED_UPSTREAM: &str =
    "http://host[:port] or https://host[:port], without a path or a trailing slash";
const EXPECTED_SECONDS: &str = "a whole number of seconds, 1 to 86400";
const EXPECTED_SWITCH: &str = "\"on\" or \"off\"";

fn switch(value: &str) -> Option<bool> {
    match value {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

fn seconds(value: &str) -> Option<u32> {
    let is_digits = value.bytes().all(|b| b.is_ascii_digit());
    value.parse().ok().filter(|seconds| is_digits && (1..=86_400).contains(seconds))
}

/// `http(s)://host[:port]`. Unlike in a policy, upper case and the default port
/// do no harm here.
fn upstream(value: &str) -> Option<String> {
    let lower = value.to_ascii_lowercase();
    let authority = lower.strip_prefix("http://").or_else(|| lower.strip_prefix("https://"))?;
    let (host, port) = origin::split_port(authority);
    let is_valid =
        host::is_canonical(host) && port.is_none_or(|port| host::parse_port(port).is_some());
    is_valid.then(|| value.to_owned())
}

impl fmt::Display for BadVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is \"{}\"; it has to be {}", self.name, self.value, self.expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upstream(value: &str) -> Result<Option<String>, Service> {
        let variables = Variables { upstream: Some(value.into()), ..Default::default() };
        Settings::read(variables).map(|settings| settings.upstream).map_err(|bad| bad.service)
    }

    #[test]
    fn without_variables_the_defaults_are_used() {
        let defaults = Settings {
            upstream: None,
            fresh_seconds: 30,
            timeout_seconds: 120,
            explain: false,
            report_only: false,
            has_dataset: false,
        };
        assert_eq!(Settings::read(Variables::default()), Ok(defaults));
    }

    #[test]
    fn a_switch_is_on_or_off() {
        for (value, on) in [("on", true), ("off", false), ("", false)] {
            let value = Some(value.to_owned());
            let variables =
                Variables { explain: value.clone(), report_only: value, ..Default::default() };
            let expected = Settings { explain: on, report_only: on, ..Settings::default() };
            assert_eq!(Settings::read(variables), Ok(expected));
        }
    }

    #[test]
    fn an_empty_variable_is_not_set() {
        assert_eq!(upstream(""), Ok(None));
    }

    #[test]
    fn accepts_upstreams() {
        for value in [
            "http://127.0.0.1:3000",
            "https://origin.example.com",
            "https://Origin.Example.com:443",
            "http://[::1]:3000",
            "http://localhost",
        ] {
            assert_eq!(upstream(value), Ok(Some(value.into())));
        }
    }

    #[test]
    fn rejects_every_bad_value_at_once_and_names_it() {
        let read = Settings::read(Variables {
            upstream: Some("origin.example.com".into()),
            fresh_seconds: Some("0".into()),
            timeout_seconds: Some("1.5".into()),
            explain: Some("yes".into()),
            report_only: Some("true".into()),
            has_dataset: false,
        });
        let bad = read.unwrap_err();
        assert_eq!(
            bad.bad.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "UPSTREAM is \"origin.example.com\"; it has to be http://host[:port] or \
                 https://host[:port], without a path or a trailing slash",
                "POLICY_FRESH_SECONDS is \"0\"; it has to be a whole number of seconds, 1 to 86400",
                "UPSTREAM_TIMEOUT_SECONDS is \"1.5\"; it has to be a whole number of seconds, 1 to 86400",
                "EXPLAIN is \"yes\"; it has to be \"on\" or \"off\"",
                "REPORT_ONLY is \"true\"; it has to be \"on\" or \"off\"",
            ]
        );
        assert_eq!(Service::from(Err(bad)), Service::Nothing);
    }

    #[test]
    fn a_bad_variable_closes_covered_routes_unless_only_reports_are_wanted() {
        let read = |report_only: &str| {
            let variables = Variables {
                timeout_seconds: Some("soon".into()),
                fresh_seconds: Some("5".into()),
                report_only: Some(report_only.into()),
                ..Default::default()
            };
            Settings::read(variables).unwrap_err().service
        };
        let settings = Settings { fresh_seconds: 5, ..Settings::default() };
        assert_eq!(read("off"), Service::UncoveredRoutes(settings.clone()));
        assert_eq!(read("on"), Service::Full(Settings { report_only: true, ..settings }));
    }

    #[test]
    fn every_service_except_nothing_has_settings() {
        let settings = Settings { fresh_seconds: 5, ..Settings::default() };
        for (service, expected) in [
            (Service::Full(settings.clone()), Some(&settings)),
            (Service::UncoveredRoutes(settings.clone()), Some(&settings)),
            (Service::Nothing, None),
        ] {
            assert_eq!(service.settings(), expected, "{service:?}");
        }
    }

    #[test]
    fn rejects_upstreams_that_are_more_or_less_than_an_origin() {
        for value in [
            "https://origin.example.com/",
            "https://origin.example.com/base",
            "https://user@origin.example.com",
            "https://origin.example.com?x",
            "wss://origin.example.com",
            "https://",
            "https://origin.example.com:0",
            "https://origin.example.com:*",
            "on",
        ] {
            assert_eq!(upstream(value), Err(Service::Nothing), "{value}");
        }
    }

    #[test]
    fn rejects_seconds_out_of_range() {
        for value in ["0", "86401", "-1", "+1", "1s", " 1", "99999999999"] {
            let variables = Variables { fresh_seconds: Some(value.into()), ..Default::default() };
            let bad = Settings::read(variables).unwrap_err();
            assert_eq!(
                (bad.bad.len(), bad.service),
                (1, Service::UncoveredRoutes(Settings::default()))
            );
        }
    }
}
