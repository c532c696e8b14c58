//! The refusals in the dataset bound as `DECISIONS`, by the SQL API of Analytics Engine.
//!
//! The columns are those that the Worker writes (`src/metrics.rs`, docs/observability.md). A row stands
//! for `_sample_interval` decisions, as Cloudflare samples what comes in great numbers.

use std::time::Duration;

use chrono::DateTime;
use serde_json::Value;
use socketio_cors_core::origin::host;
use url::Url;

use super::refusal::Refusal;
use crate::{
    kv::wrangler_config::WranglerConfig,
    network::post,
    report::{CommandError, WrongUsage},
    system::System,
    terminal::printable::printable,
};

/// The most rows that are asked for: those of the most frequent.
const MAX_ROWS: usize = 10_000;
/// The most that is read of an answer, in bytes.
const MAX_ANSWER_LEN: usize = 16 << 20;
const TIMEOUT: Duration = Duration::from_mins(1);
const API: &str = "https://api.cloudflare.com/client/v4";
const BINDING: &str = "DECISIONS";

/// The dataset, and who may read it.
#[derive(Debug)]
pub(super) struct Dataset {
    url: Url,
    token: String,
    name: String,
}

/// The rows of the dataset.
#[derive(Debug, Default)]
pub(super) struct DatasetRows {
    pub(super) refusals: Vec<Refusal>,
    /// Some rows stand for several decisions.
    pub(super) is_sampled: bool,
    /// There are more rows.
    pub(super) is_cut: bool,
}

impl Dataset {
    /// The dataset of that `name`, or that of wrangler's configuration, in the account and with the
    /// token of the environment.
    ///
    /// # Errors
    /// One of them is missing.
    pub(super) fn find(
        system: &dyn System,
        name: Option<&str>,
        config: Option<&WranglerConfig>,
    ) -> Result<Self, WrongUsage> {
        let variable = |name| system.variable(name).filter(|value| !value.is_empty());
        let name = name.map(str::to_owned).or_else(|| config?.dataset(BINDING));
        let name = name.ok_or_else(|| WrongUsage(NO_DATASET.to_owned()))?;
        let account = variable("CLOUDFLARE_ACCOUNT_ID");
        let account = account.or_else(|| config?.account().map(str::to_owned));
        let account = account.ok_or_else(|| WrongUsage(NO_ACCOUNT.to_owned()))?;
        let token =
            variable("CLOUDFLARE_API_TOKEN").ok_or_else(|| WrongUsage(NO_TOKEN.to_owned()))?;
        let is_word = |text: &str, others: &[u8]| {
            !text.is_empty()
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || others.contains(&byte))
        };
        if !is_word(&name, b"_") {
            let name = printable(&name);
            return Err(WrongUsage(format!(
                "{name} is not a dataset name, which has only letters, digits and _"
            )));
        }
        if !is_word(&account, b"-_") {
            return Err(WrongUsage(format!("{} is not an account id", printable(&account))));
        }
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(WrongUsage(BAD_TOKEN.to_owned()));
        }
        let api = variable("CLOUDFLARE_API_BASE_URL").unwrap_or_else(|| API.to_owned());
        let url = format!("{}/accounts/{account}/analytics_engine/sql", api.trim_end_matches('/'));
        let url = Url::parse(&url).ok().filter(may_have_token);
        let url = url.ok_or_else(|| WrongUsage(BAD_API.to_owned()))?;
        Ok(Self { url, token, name })
    }

    /// For people.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The refusals of the last `days`, of one host or of all.
    ///
    /// # Errors
    /// Cloudflare gives no answer, or not this one.
    pub(super) async fn read(
        &self,
        days: u8,
        host: Option<&str>,
    ) -> Result<DatasetRows, CommandError> {
        let headers = vec![
            ("Authorization".to_owned(), format!("Bearer {}", self.token)),
            ("Content-Type".to_owned(), "text/plain".to_owned()),
        ];
        let sql = sql(&self.name, days, host);
        let answer = post(&self.url, headers, sql, TIMEOUT, MAX_ANSWER_LEN).await;
        let (status, body) = answer.map_err(|clause| failed(&clause))?;
        if status != 200 {
            return Err(refused(status, &body));
        }
        if body.len() >= MAX_ANSWER_LEN {
            return Err(failed("the answer is too long"));
        }
        rows(&body).ok_or_else(|| failed("the answer does not have the SQL API's format"))
    }
}

/// A token may only go where nobody else reads it.
fn may_have_token(url: &Url) -> bool {
    let is_near = url.host_str().is_some_and(host::is_loopback);
    url.scheme() == "https" || url.scheme() == "http" && is_near
}

fn sql(dataset: &str, days: u8, host: Option<&str>) -> String {
    let of_host = host.map(|host| format!(" AND index1 = '{host}'")).unwrap_or_default();
    format!(
        "SELECT index1 AS host, blob3 AS origin, blob2 AS reason, blob4 AS transport, blob6 AS route, \
         blob7 AS mode, SUM(_sample_interval) AS decisions, COUNT() AS points, MIN(timestamp) AS first, \
         MAX(timestamp) AS last FROM {dataset} WHERE blob1 = 'refuse' AND timestamp > NOW() - INTERVAL \
         '{days}' DAY{of_host} GROUP BY host, origin, reason, transport, route, mode \
         ORDER BY decisions DESC LIMIT {MAX_ROWS} FORMAT JSON"
    )
}

fn rows(body: &str) -> Option<DatasetRows> {
    let answer: Value = serde_json::from_str(body).ok()?;
    let data = answer.get("data")?.as_array()?;
    let mut rows = DatasetRows { is_cut: data.len() >= MAX_ROWS, ..DatasetRows::default() };
    for row in data {
        let text = |name| Some(row.get(name)?.as_str()?.to_owned());
        let count = number(row.get("decisions")?)?;
        let points = row.get("points").and_then(number).unwrap_or(count);
        rows.is_sampled |= count != points;
        let time = |name| time(row.get(name)?.as_str()?);
        rows.refusals.push(Refusal {
            host: text("host")?,
            origin: text("origin").filter(|origin| !origin.is_empty()),
            reason: text("reason")?,
            transport: text("transport")?,
            path: text("route")?,
            report_only: row.get("mode")? == "report-only",
            time: time("first").zip(time("last")),
            count,
        });
    }
    Some(rows)
}

/// A number, or one in a text: numbers of 64 bits are quoted.
fn number(value: &Value) -> Option<u64> {
    let of_text = || value.as_str()?.parse().ok();
    value.as_u64().or_else(of_text).or_else(|| {
        let number = value.as_f64().filter(|number| *number >= 0.0)?;
        format!("{number:.0}").parse().ok()
    })
}

/// A time of the dataset, which is in UTC, in milliseconds since 1970.
fn time(text: &str) -> Option<i64> {
    let time = DateTime::parse_from_rfc3339(&format!("{}Z", text.replace(' ', "T"))).ok()?;
    Some(time.timestamp_millis())
}

fn refused(status: u16, body: &str) -> CommandError {
    // An error of the API, or of the SQL, which is a text.
    let json = serde_json::from_str::<Value>(body).ok();
    let of_api = json.as_ref().and_then(|json| json.pointer("/errors/0/message")?.as_str());
    let said: String = of_api.unwrap_or(body).trim().chars().take(300).collect();
    let help = match status {
        401 | 403 => "; the token needs the permission Account Analytics: Read",
        400 | 404 | 422 => "; is the dataset's name right, and has the Worker written to it?",
        429 => "; try again in some minutes",
        _ => "",
    };
    failed(&format!("it answers {status}: {said}{help}"))
}

fn failed(clause: &str) -> CommandError {
    CommandError::Failed(format!("cannot ask Cloudflare's SQL API: {}", printable(clause)))
}

const NO_DATASET: &str = "wrangler's configuration binds no dataset as DECISIONS; name one: \
                          --dataset NAME";
const NO_ACCOUNT: &str = "set CLOUDFLARE_ACCOUNT_ID: wrangler's configuration has no account_id";
const NO_TOKEN: &str =
    "set CLOUDFLARE_API_TOKEN to a token that has the permission Account Analytics: Read";
const BAD_TOKEN: &str = "CLOUDFLARE_API_TOKEN has characters that no token has";
const BAD_API: &str = "CLOUDFLARE_API_BASE_URL is not an https: URL";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_whether_numbers_are_quoted_or_not() {
        let row = |decisions: &str, mode: &str| {
            format!(
                r#"{{"host":"api.example.com","origin":"https://a.example","reason":"unlisted-origin",
                "transport":"polling","route":"/socket.io","mode":"{mode}","decisions":{decisions},
                "points":2,"first":"2025-11-26 22:00:00","last":"2025-11-26 22:00:01"}}"#
            )
        };
        let read = |data: &str| rows(&format!(r#"{{"meta":[],"data":[{data}],"rows":1}}"#));
        for (decisions, count, is_sampled) in
            [("2", 2, false), ("\"40\"", 40, true), ("40.0", 40, true)]
        {
            let found = read(&row(decisions, "report-only")).unwrap();
            let refusal = &found.refusals[0];
            assert_eq!((refusal.count, refusal.report_only), (count, true), "{decisions}");
            assert_eq!(refusal.time, Some((1_764_194_400_000, 1_764_194_401_000)));
            assert_eq!((found.is_sampled, found.is_cut), (is_sampled, false), "{decisions}");
        }
        assert!(!read(&row("1", "enforced")).unwrap().refusals[0].report_only);
        assert!(read("").unwrap().refusals.is_empty());
        for hostile in ["", "<html>", "[]", "{}", r#"{"data":{}}"#, r#"{"data":[1]}"#] {
            assert!(rows(hostile).is_none(), "{hostile}");
        }
        assert!(read(&row("-1", "")).is_none() && read(&row("\"x\"", "")).is_none());
    }

    #[test]
    fn a_token_is_sent_only_over_https_or_to_this_machine() {
        for (url, expected) in [
            ("https://api.cloudflare.com", true),
            ("http://127.0.0.1:80", true),
            ("http://localhost", true),
            ("http://api.example.com", false),
            ("ftp://localhost", false),
        ] {
            assert_eq!(may_have_token(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
