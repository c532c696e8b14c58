//! The author of a published policy, and the commit.

use chrono::{DateTime, SecondsFormat};
use clap::Args;

use super::metadata::Metadata;
use crate::system::{Program, System};

#[derive(Args, Debug)]
pub(crate) struct AuthorOptions {
    /// Why, for `history`
    #[arg(short, long, value_name = "TEXT")]
    pub(crate) message: Option<String>,
    /// Who publishes, for `history` [default: the actor of CI, or git's user]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// Variables of GitHub, GitLab, `CircleCI`, Azure Pipelines and Buildkite.
const ACTORS: [&str; 5] = [
    "GITHUB_ACTOR",
    "GITLAB_USER_LOGIN",
    "CIRCLE_USERNAME",
    "BUILD_REQUESTEDFOR",
    "BUILDKITE_BUILD_CREATOR",
];

impl AuthorOptions {
    /// The metadata of `text`, which is published now. `file` is where it was read from, if that is a
    /// file.
    pub(crate) fn sign(&self, system: &dyn System, text: &str, file: Option<&str>) -> Metadata {
        let of_ci = || ACTORS.iter().find_map(|name| variable(system, name));
        let by = self.by.clone().or_else(of_ci).or_else(|| git(system, &["config", "user.name"]));
        Metadata {
            by,
            at: Some(time(system.now())),
            message: self.message.clone(),
            commit: file.and_then(|file| commit(system, file)),
            ..Metadata::of(text)
        }
    }
}

/// A time in milliseconds since 1970, in RFC 3339.
pub(crate) fn time(millis: u64) -> String {
    let time = i64::try_from(millis).ok().and_then(DateTime::from_timestamp_millis);
    time.unwrap_or_default().to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The commit that has `file` as it is. `None` if it is changed, or in no repository of git.
fn commit(system: &dyn System, file: &str) -> Option<String> {
    let changes = git(system, &["status", "--porcelain", "--ignored", "--", file])?;
    if !changes.is_empty() {
        return None;
    }
    git(system, &["rev-parse", "HEAD"])
}

/// The output of git, if it succeeds.
fn git(system: &dyn System, words: &[&str]) -> Option<String> {
    let arguments = words.iter().map(ToString::to_string).collect();
    let program = Program { name: "git".to_owned(), arguments, variables: Vec::new() };
    let finished = system.run(&program).ok().filter(|finished| finished.is_success)?;
    Some(String::from_utf8_lossy(&finished.output).trim().to_owned())
}

fn variable(system: &dyn System, name: &str) -> Option<String> {
    system.variable(name).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_in_seconds() {
        assert_eq!(time(0), "1970-01-01T00:00:00Z");
        assert_eq!(time(1_764_181_019_123), "2025-11-26T18:16:59Z");
    }
}
