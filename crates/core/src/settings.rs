//! The Worker's variables, as `wrangler.toml` sets them.

use std::fmt;

use crate::host;

/// How long an isolate uses a policy without asking KV again, unless
/// `POLICY_FRESH_SECONDS` says otherwise.
pub const DEFAULT_FRESH_SECONDS: u32 = 30;

/// How long the origin server may take to begin its answer, unless
/// `UPSTREAM_TIMEOUT_SECONDS` says otherwise: as long as Cloudflare itself
/// waits for a proxied origin. A long poll takes Engine.IO's `pingInterval`,
/// 25 s unless set.
pub const DEFAULT_TIMEOUT_SECONDS: u32 = 120;

/// Every variable, read and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `UPSTREAM`.
    pub upstream: Upstream,
    /// `POLICY_FRESH_SECONDS`, 1 to 86400.
    pub fresh_seconds: u32,
    /// `UPSTREAM_TIMEOUT_SECONDS`, 1 to 86400.
    pub timeout_seconds: u32,
    /// `EXPLAIN`: whether answers carry `x-cors-decision`.
    pub explain: bool,
    /// `REPORT_ONLY`: whether everything is forwarded untouched, whatever is decided.
    pub report_only: bool,
    /// Whether an Analytics Engine dataset is bound as `DECISIONS`.
    pub has_dataset: bool,
    /// The variables with a bad value, which stand at their defaults above.
    pub bad: Vec<BadVariable>,
}

/// Where requests are forwarded to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upstream {
    /// The zone's own origin: the URL stays as it is.
    Zone,
    /// This `http(s)://host[:port]`.
    Server(String),
    /// Nowhere: the variable has a bad value.
    Unknown,
}

/// A variable with a value that it cannot have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadVariable {
    name: &'static str,
    value: String,
    expected: &'static str,
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
    /// Whether `DECISIONS` is bound.
    pub has_dataset: bool,
}

impl Settings {
    /// Reads every variable. An empty one counts as not set, which is how an
    /// environment of `wrangler.toml` takes a variable back.
    #[must_use]
    pub fn read(variables: Variables) -> Self {
        let mut bad = Vec::new();
        let mut check = |name, value: Option<String>, expected, valid: fn(&str) -> bool| {
            let value = value.filter(|value| !value.is_empty())?;
            if valid(&value) {
                return Some(value);
            }
            bad.push(BadVariable { name, value, expected });
            None
        };
        let upstream_is_set = variables.upstream.as_ref().is_some_and(|value| !value.is_empty());
        let upstream = check("UPSTREAM", variables.upstream, EXPECTED_UPSTREAM, is_upstream);
        let fresh =
            check("POLICY_FRESH_SECONDS", variables.fresh_seconds, EXPECTED_SECONDS, is_seconds);
        let timeout = check(
            "UPSTREAM_TIMEOUT_SECONDS",
            variables.timeout_seconds,
            EXPECTED_SECONDS,
            is_seconds,
        );
        let explain = check("EXPLAIN", variables.explain, EXPECTED_SWITCH, is_switch);
        let report_only = check("REPORT_ONLY", variables.report_only, EXPECTED_SWITCH, is_switch);
        let seconds = |value: Option<String>| value.and_then(|value| value.parse().ok());
        Self {
            upstream: match upstream {
                Some(server) => Upstream::Server(server),
                None if upstream_is_set => Upstream::Unknown,
                None => Upstream::Zone,
            },
            fresh_seconds: seconds(fresh).unwrap_or(DEFAULT_FRESH_SECONDS),
            timeout_seconds: seconds(timeout).unwrap_or(DEFAULT_TIMEOUT_SECONDS),
            explain: explain.as_deref() == Some("on"),
            report_only: report_only.as_deref() == Some("on"),
            has_dataset: variables.has_dataset,
            bad,
        }
    }
}

const EXPECTED_UPSTREAM: &str =
    "http://host[:port] or https://host[:port], without a path or a trailing slash";
const EXPECTED_SECONDS: &str = "a whole number of seconds, 1 to 86400";
const EXPECTED_SWITCH: &str = "\"on\" or \"off\"";

fn is_switch(value: &str) -> bool {
    matches!(value, "on" | "off")
}

fn is_seconds(value: &str) -> bool {
    value.bytes().all(|b| b.is_ascii_digit())
        && value.parse::<u32>().is_ok_and(|seconds| (1..=86_400).contains(&seconds))
}

/// `http(s)://host[:port]`. Unlike in a policy, upper case and the default port
/// do no harm here.
fn is_upstream(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let authority = lower.strip_prefix("http://").or_else(|| lower.strip_prefix("https://"));
    authority.is_some_and(|authority| {
        let (host, port) = crate::origin::split_port(authority);
        host::is_canonical(host) && port.is_none_or(|port| host::parse_port(port).is_some())
    })
}

impl fmt::Display for BadVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is \"{}\"; it has to be {}", self.name, self.value, self.expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_is_on_or_off() {
        for (value, on) in [("on", true), ("off", false), ("", false)] {
            let value = Some(value.to_owned());
            let variables =
                Variables { explain: value.clone(), report_only: value, ..Default::default() };
            let settings = Settings::read(variables);
            assert_eq!((settings.explain, settings.report_only), (on, on));
            assert!(settings.bad.is_empty());
        }
    }

    fn upstream(value: &str) -> Upstream {
        Settings::read(Variables { upstream: Some(value.into()), ..Default::default() }).upstream
    }

    #[test]
    fn nothing_set_means_the_defaults() {
        let expected = Settings {
            upstream: Upstream::Zone,
            fresh_seconds: 30,
            timeout_seconds: 120,
            explain: false,
            report_only: false,
            has_dataset: false,
            bad: Vec::new(),
        };
        assert_eq!(Settings::read(Variables::default()), expected);
    }

    #[test]
    fn an_empty_variable_is_not_set() {
        assert_eq!(upstream(""), Upstream::Zone);
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
            assert_eq!(upstream(value), Upstream::Server(value.into()));
        }
    }

    #[test]
    fn rejects_every_bad_value_at_once_and_names_it() {
        let settings = Settings::read(Variables {
            upstream: Some("origin.example.com".into()),
            fresh_seconds: Some("0".into()),
            timeout_seconds: Some("1.5".into()),
            explain: Some("yes".into()),
            report_only: Some("true".into()),
            has_dataset: false,
        });
        assert_eq!(settings.upstream, Upstream::Unknown);
        assert_eq!(
            settings.bad.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "UPSTREAM is \"origin.example.com\"; it has to be http://host[:port] or \
                 https://host[:port], without a path or a trailing slash",
                "POLICY_FRESH_SECONDS is \"0\"; it has to be a whole number of seconds, 1 to 86400",
                "UPSTREAM_TIMEOUT_SECONDS is \"1.5\"; it has to be a whole number of seconds, 1 to 86400",
                "EXPLAIN is \"yes\"; it has to be \"on\" or \"off\"",
                "REPORT_ONLY is \"true\"; it has to be \"on\" or \"off\"",
            ]
        );
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
            assert_eq!(upstream(value), Upstream::Unknown, "{value}");
        }
    }

    #[test]
    fn rejects_seconds_out_of_range() {
        for value in ["0", "86401", "-1", "+1", "1s", " 1", "99999999999"] {
            let variables = Variables { fresh_seconds: Some(value.into()), ..Default::default() };
            assert_eq!(Settings::read(variables).bad.len(), 1, "{value}");
        }
    }
}
