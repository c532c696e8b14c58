//! wrangler, which reads and writes KV with the credentials that its user has given it.

mod bulk_get;
mod bulk_progress;
mod installed;
mod key_list;
mod output;

use std::{
    env,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{
    system::{Finished, Program, System},
    terminal::printable::{printable, typed},
};
use installed::Installed;

pub(crate) use bulk_get::KvValues;
pub(crate) use key_list::ListedKey;

/// A wrangler command, with the options that choose a KV namespace.
pub(crate) struct Wrangler<'s> {
    system: &'s dyn System,
    program: String,
    /// The words before wrangler's own arguments, as in `npx wrangler`.
    leading: Vec<String>,
    options: Vec<String>,
    /// What is run in place of `program` and `leading`, if anything.
    own: Option<OwnWrangler>,
    /// It is probably not installed.
    is_missing: bool,
}

/// The project's wrangler, run as npx would run it.
struct OwnWrangler {
    program: String,
    /// The `PATH`, with the programs of the project's packages first: among them may be the Node that
    /// wrangler needs.
    search_path: String,
}

/// The advice where wrangler is not installed.
const INSTALL: &str = "found no wrangler here or in the PATH. In the directory of your \
                       wrangler.toml, run\n  npm install --save-dev wrangler\n\
                       or choose another command with --wrangler. Tried:";

/// A value to be put under a key.
#[derive(Debug)]
pub(crate) struct KvEntry<'v> {
    pub(crate) key: &'v str,
    pub(crate) value: &'v str,
    /// An object of at most 1,024 bytes; null for none.
    pub(crate) metadata: Value,
    /// The seconds after which KV forgets it, 60 at least; `None` if it stays.
    pub(crate) ttl: Option<u32>,
}

/// A change of many keys that failed.
#[derive(Debug)]
pub(crate) struct Unfinished {
    pub(crate) error: WranglerError,
    /// At least so many were changed, in order.
    pub(crate) done: usize,
}

/// wrangler failed: the command and its errors, for people.
#[derive(Debug)]
pub(crate) struct WranglerError(pub(crate) String);

impl<'s> Wrangler<'s> {
    /// The command `text`, split at white space, or else the wrangler that is installed; `None` if
    /// `text` is empty.
    pub(crate) fn new(
        system: &'s dyn System,
        text: Option<&str>,
        options: &[&str],
    ) -> Option<Self> {
        let Installed { command, program: own, is_missing } = match text {
            Some(_) => Installed { command: &[], program: None, is_missing: false },
            None => Installed::find(system),
        };
        let named = text.into_iter().flat_map(str::split_whitespace);
        let mut words = named.chain(command.iter().copied()).map(str::to_owned);
        let program = words.next()?;
        let options = options.iter().map(ToString::to_string).collect();
        let own = own.and_then(|path| OwnWrangler::new(&path, system));
        Some(Self { system, program, leading: words.collect(), options, own, is_missing })
    }

    /// The values of `keys`, in one call.
    ///
    /// # Errors
    /// wrangler failed. A missing key is no error.
    pub(crate) fn read(
        &self,
        keys: impl Iterator<Item = String>,
    ) -> Result<KvValues, WranglerError> {
        let keys: Vec<_> = keys.collect();
        let finished = self.end_bulk("get", &json!(keys), &[])?;
        let finished = self.succeeded(&["kv", "bulk", "get"], finished)?;
        KvValues::parse(&finished.output, &keys).ok_or_else(|| {
            let output = output_of(&finished);
            WranglerError(format!("{self} kv bulk get did not print the values:\n{output}"))
        })
    }

    /// The keys that begin with `prefix`, with their metadata, in one call.
    ///
    /// # Errors
    /// wrangler failed.
    pub(crate) fn list(&self, prefix: &str) -> Result<Vec<ListedKey>, WranglerError> {
        let finished = self.run(&["kv", "key", "list", "--prefix", prefix], &self.options)?;
        key_list::parse(&finished.output).ok_or_else(|| {
            let output = output_of(&finished);
            WranglerError(format!("{self} kv key list did not print the keys:\n{output}"))
        })
    }

    /// Puts each value under its key, in order, in one call. wrangler itself sends 1,000 at once.
    ///
    /// # Errors
    /// wrangler failed. Some may have been written.
    pub(crate) fn write(&self, entries: &[KvEntry<'_>]) -> Result<(), Unfinished> {
        self.change_many("put", &entries.iter().map(KvEntry::json).collect(), &[])
    }

    /// Deletes keys, in order, in one call.
    ///
    /// # Errors
    /// wrangler failed. Some may have been deleted.
    pub(crate) fn delete(&self, keys: &[&str]) -> Result<(), Unfinished> {
        self.change_many("delete", &json!(keys), &["--force"])
    }

    fn change_many(&self, verb: &str, content: &Value, more: &[&str]) -> Result<(), Unfinished> {
        let not_begun = |error| Unfinished { error, done: 0 };
        let finished = self.end_bulk(verb, content, more).map_err(not_begun)?;
        if finished.is_success {
            return Ok(());
        }
        let done = bulk_progress::done(&finished.output);
        Err(Unfinished { error: self.failed(&["kv", "bulk", verb], &finished), done })
    }

    /// The name and id of the user's account, if the user has only one.
    pub(crate) fn only_account(&self) -> Option<(String, String)> {
        let config = self.options.iter().skip_while(|word| *word != "--config").take(2);
        let config: Vec<_> = config.cloned().collect();
        let finished = self.run(&["whoami", "--json"], &config).ok()?;
        let user = output::first_value(&finished.output, '{')?;
        let [account] = user.get("accounts")?.as_array()?.as_slice() else { return None };
        let text = |name| Some(account.get(name)?.as_str()?.to_owned());
        Some((text("name")?, text("id")?))
    }

    /// The command that does `verb` to one key, for people to type.
    pub(crate) fn key_command(&self, verb: &str, key: &str) -> String {
        let command = [&self.program].into_iter().chain(&self.leading).map(String::as_str);
        let options = self.options.iter().map(String::as_str);
        typed(command.chain(["kv", "key", verb]).chain(options).chain([key]))
    }

    /// Runs `wrangler kv bulk <verb>` to its end on a file of `content`, with `more` options.
    fn end_bulk(
        &self,
        verb: &str,
        content: &Value,
        more: &[&str],
    ) -> Result<Finished, WranglerError> {
        let path = self.system.write_temporary(&content.to_string());
        let file = path.map(|path| TemporaryFile { system: self.system, path });
        let file =
            file.map_err(|error| WranglerError(format!("cannot write a temporary file: {error}")))?;
        let path = file.path.to_string_lossy();
        let words = [&["kv", "bulk", verb, &*path], more].concat();
        self.end(&words, &self.options)
    }

    /// Runs wrangler with these words and `options`, successfully.
    fn run(&self, words: &[&str], options: &[String]) -> Result<Finished, WranglerError> {
        let finished = self.end(words, options)?;
        self.succeeded(words, finished)
    }

    /// `finished`, which was run with these words.
    ///
    /// # Errors
    /// It failed.
    fn succeeded(&self, words: &[&str], finished: Finished) -> Result<Finished, WranglerError> {
        if finished.is_success { Ok(finished) } else { Err(self.failed(words, &finished)) }
    }

    /// The error of a wrangler that was run with these words, and failed.
    fn failed(&self, words: &[&str], finished: &Finished) -> WranglerError {
        let (status, output) = (&finished.status, output_of(finished));
        WranglerError(if self.is_missing {
            format!("{INSTALL}\n{output}")
        } else {
            format!("{self} {} failed ({status}):\n{output}", subcommand(words))
        })
    }

    /// Runs wrangler with these words and `options` to its end.
    fn end(&self, words: &[&str], options: &[String]) -> Result<Finished, WranglerError> {
        let words = words.iter().map(ToString::to_string);
        let mut variables = vec![
            ("WRANGLER_HIDE_BANNER", "true"),
            ("WRANGLER_SEND_METRICS", "false"),
            ("NO_COLOR", "1"),
        ];
        if self.is_missing {
            // npx asks the registry for a missing package: for 70 seconds without a network.
            variables.push(("npm_config_fetch_retries", "0"));
        }
        let (name, leading) = match &self.own {
            Some(own) => (&own.program, &[][..]),
            None => (&self.program, &*self.leading),
        };
        variables.extend(self.own.iter().map(|own| ("PATH", &*own.search_path)));
        let program = Program {
            name: name.clone(),
            arguments: leading
                .iter()
                .cloned()
                .chain(words)
                .chain(options.iter().cloned())
                .collect(),
            variables,
        };
        self.system.run(&program).map_err(|error| {
            let message = format!("cannot run {self}: {error}");
            WranglerError(if self.is_missing {
                format!("{INSTALL}\n  {message}")
            } else {
                format!("{message}; choose another command with --wrangler")
            })
        })
    }
}

impl OwnWrangler {
    /// `None` if its paths are not UTF-8.
    fn new(path: &Path, system: &dyn System) -> Option<Self> {
        let directory = path.parent()?.to_owned();
        let directories = [directory].into_iter().chain(system.search_path());
        let search_path = env::join_paths(directories).ok()?.into_string().ok()?;
        Some(Self { program: path.to_str()?.to_owned(), search_path })
    }
}

/// "kv bulk get", of wrangler's own words.
fn subcommand(words: &[&str]) -> String {
    let words = words.iter().skip_while(|word| **word != "kv").take(3);
    words.map(|word| printable(word).into_owned()).collect::<Vec<_>>().join(" ")
}

impl KvEntry<'_> {
    fn json(&self) -> Value {
        let mut entry = json!({ "key": self.key, "value": self.value });
        if let Some(members) = entry.as_object_mut() {
            if !self.metadata.is_null() {
                members.insert("metadata".to_owned(), self.metadata.clone());
            }
            members.extend(self.ttl.map(|ttl| ("expiration_ttl".to_owned(), ttl.into())));
        }
        entry
    }
}

impl std::fmt::Display for Wrangler<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&printable(&self.program))?;
        self.leading.iter().try_for_each(|word| write!(f, " {}", printable(word)))
    }
}

/// A file that is removed when it has served its purpose.
struct TemporaryFile<'s> {
    system: &'s dyn System,
    path: PathBuf,
}

impl Drop for TemporaryFile<'_> {
    fn drop(&mut self) {
        self.system.remove(&self.path);
    }
}

/// The longest part of wrangler's output that is repeated, in bytes.
const MAX_OUTPUT: usize = 4096;

/// The errors of a wrangler that has ended or, if there are none, its output, indented.
fn output_of(finished: &Finished) -> String {
    let indented = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes.get(..MAX_OUTPUT).unwrap_or(bytes)).into_owned();
        // It may be in colour, whatever NO_COLOR says.
        let plain = anstream::adapter::strip_str(&text).to_string();
        let lines = plain.lines().map(str::trim_end).filter(|line| !line.is_empty());
        lines
            .map(|line| format!("  {}", printable(&line.replace('\t', "  "))))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let errors = indented(&finished.errors);
    if errors.is_empty() { indented(&finished.output) } else { errors }
}
