//! wrangler, which reads and writes KV with the credentials that its user has given it.

mod bulk_get;
mod installed;

use std::{
    io::{self, Write},
    process::{Command, Output, Stdio},
};

use serde_json::json;
use tempfile::NamedTempFile;

use crate::terminal::printable::{printable, typed};

use installed::Installed;

pub(crate) use bulk_get::Values;

/// A wrangler that is told which KV namespace to use.
#[derive(Debug)]
pub(crate) struct Wrangler {
    program: String,
    /// What stands before wrangler's own arguments, as in `npx wrangler`.
    leading: Vec<String>,
    options: Vec<String>,
    /// Whether it is probably not installed.
    is_missing: bool,
}

/// What to do where wrangler is not installed.
const INSTALL: &str = "no wrangler is installed here, nor is there one in the PATH. In the \
                       directory of your wrangler.toml run\n  npm install --save-dev wrangler\n\
                       or name another command with --wrangler. Tried:";

/// What wrangler could not do, and why, for people.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

impl Wrangler {
    /// The command that `text` is, split at white space, or else the wrangler that is installed;
    /// `None` if `text` is empty.
    pub(crate) fn new(text: Option<&str>, options: &[&str]) -> Option<Self> {
        let Installed { command, is_missing } = match text {
            Some(_) => Installed { command: &[], is_missing: false },
            None => Installed::here(),
        };
        let named = text.into_iter().flat_map(str::split_whitespace);
        let mut words = named.chain(command.iter().copied()).map(str::to_owned);
        let program = words.next()?;
        let options = options.iter().map(ToString::to_string).collect();
        Some(Self { program, leading: words.collect(), options, is_missing })
    }

    /// The values of `keys`, in one call.
    ///
    /// # Errors
    /// wrangler failed. That a key is missing is no error.
    pub(crate) fn read(&self, keys: impl Iterator<Item = String>) -> Result<Values, Failure> {
        let keys: Vec<_> = keys.collect();
        let output = self.run("get", &json!(keys))?;
        Values::of(&output.stdout, &keys).ok_or_else(|| {
            let said = said(&output);
            Failure(format!("{self} kv bulk get did not answer with the values:\n{said}"))
        })
    }

    /// Puts each value under its key, in order, in one call.
    ///
    /// # Errors
    /// wrangler failed. Some may have been written.
    pub(crate) fn write(&self, pairs: &[(&str, &str)]) -> Result<(), Failure> {
        let pair = |(key, value): &(&str, &str)| json!({ "key": key, "value": value });
        self.run("put", &pairs.iter().map(pair).collect()).map(drop)
    }

    /// The command that does `verb` to one key, for people to type.
    pub(crate) fn typed(&self, verb: &str, key: &str) -> String {
        let command = [&self.program].into_iter().chain(&self.leading).map(String::as_str);
        let options = self.options.iter().map(String::as_str);
        typed(command.chain(["kv", "key", verb]).chain(options).chain([key]))
    }

    /// Runs `wrangler kv bulk <command>` on a file of `content`.
    fn run(&self, command: &str, content: &serde_json::Value) -> Result<Output, Failure> {
        let file = temporary(&content.to_string())
            .map_err(|error| Failure(format!("cannot write a temporary file: {error}")))?;
        let output = Command::new(&self.program)
            .args(&self.leading)
            .args(["kv", "bulk", command])
            .arg(file.path())
            .args(&self.options)
            .env("WRANGLER_HIDE_BANNER", "true")
            .env("WRANGLER_SEND_METRICS", "false")
            .env("NO_COLOR", "1")
            // npx asks the registry for what is missing, 70 seconds long where there is no network.
            .envs(self.is_missing.then_some(("npm_config_fetch_retries", "0")))
            // It shall fail instead of asking.
            .stdin(Stdio::null())
            .output()
            .map_err(|error| {
                let what = format!("cannot run {self}: {error}");
                Failure(if self.is_missing {
                    format!("{INSTALL}\n  {what}")
                } else {
                    format!("{what}; --wrangler takes another command")
                })
            })?;
        if output.status.success() {
            return Ok(output);
        }
        let (status, said) = (output.status, said(&output));
        Err(Failure(if self.is_missing {
            format!("{INSTALL}\n{said}")
        } else {
            format!("{self} kv bulk {command} failed ({status}):\n{said}")
        }))
    }
}

impl std::fmt::Display for Wrangler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&printable(&self.program))?;
        self.leading.iter().try_for_each(|word| write!(f, " {}", printable(word)))
    }
}

/// A file of `text`, which only this user can read.
pub(crate) fn temporary(text: &str) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix("socketio-cors-").suffix(".json").tempfile()?;
    file.write_all(text.as_bytes())?;
    Ok(file)
}

/// The longest part of wrangler's output that is repeated, in bytes.
const MAX_SAID: usize = 4096;

/// What wrangler said: its errors or, if there are none, its output.
fn said(output: &Output) -> String {
    let told = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes.get(..MAX_SAID).unwrap_or(bytes)).into_owned();
        // It may be in colour, whatever NO_COLOR says.
        let plain = anstream::adapter::strip_str(&text).to_string();
        let lines = plain.lines().map(str::trim_end).filter(|line| !line.is_empty());
        lines
            .map(|line| format!("  {}", printable(&line.replace('\t', "  "))))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let errors = told(&output.stderr);
    if errors.is_empty() { told(&output.stdout) } else { errors }
}
