//! The machine, by Node.

use std::{
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use anstream::adapter::strip_str;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use super::{DirectoryEntry, Finished, Program, System};
use crate::node::host;

/// The machine, by Node.
#[derive(Debug)]
pub(crate) struct NodeSystem;

impl System for NodeSystem {
    fn open(&self, path: &str) -> io::Result<Box<dyn Read>> {
        Ok(Box::new(NodeFile(host::open(path).map_err(io_error)?)))
    }

    fn is_file(&self, path: &Path) -> bool {
        host::is_file(&path.to_string_lossy())
    }

    fn is_directory(&self, path: &Path) -> bool {
        host::is_directory(&path.to_string_lossy())
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<DirectoryEntry>> {
        let entry = |entry: Array| DirectoryEntry {
            path: directory.join(entry.get(0).as_string().unwrap_or_default()),
            is_directory: entry.get(1).is_truthy(),
        };
        let entries = host::list(&directory.to_string_lossy()).map_err(io_error)?;
        Ok(entries.into_iter().map(entry).collect())
    }

    fn write_temporary(&self, text: &str) -> io::Result<PathBuf> {
        host::write_temporary(text).map(PathBuf::from).map_err(io_error)
    }

    fn create(&self, path: &str, text: &str) -> io::Result<()> {
        host::create_file(path, text).map_err(io_error)
    }

    fn replace(&self, path: &str, text: &str) -> io::Result<()> {
        host::replace_file(path, text).map_err(io_error)
    }

    fn remove(&self, path: &Path) {
        host::remove(&path.to_string_lossy());
    }

    fn current_directory(&self) -> io::Result<PathBuf> {
        host::current_directory().map(PathBuf::from).map_err(io_error)
    }

    fn beside(&self, file: &str, relative: &str) -> String {
        host::beside(file, relative)
    }

    fn search_path(&self) -> Vec<PathBuf> {
        host::search_path().into_iter().map(PathBuf::from).collect()
    }

    fn variable(&self, name: &str) -> Option<String> {
        host::variable(name)
    }

    fn print(&self, text: &str) -> io::Result<()> {
        let shown = shown(text, host::prints_colour());
        host::print(&shown).map_err(io_error)
    }

    fn print_error(&self, text: &str) {
        host::print_error(&shown(text, host::prints_errors_in_colour()));
    }

    fn shows_progress(&self) -> bool {
        host::shows_progress()
    }

    fn can_ask(&self) -> bool {
        host::can_ask()
    }

    fn read_answer(&self) -> io::Result<String> {
        host::read_answer().map_err(io_error)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is a whole number after 1970"
    )]
    fn now(&self) -> u64 {
        js_sys::Date::now() as u64
    }

    fn sleep(&self, time: Duration) {
        host::sleep(time.as_secs_f64() * 1000.0);
    }

    fn run(&self, program: &Program<'_>) -> io::Result<Finished> {
        let variables = program.variables.iter().flat_map(|(name, value)| [*name, *value]);
        let variables = variables.map(str::to_owned).collect();
        let ended = host::run_to_end(&program.name, program.arguments.clone(), variables)
            .map_err(io_error)?;
        Ok(Finished {
            is_success: ended.is_success(),
            status: ended.status(),
            output: ended.output(),
            errors: ended.errors(),
        })
    }
}

fn shown(text: &str, in_colour: bool) -> String {
    if in_colour { text.to_owned() } else { strip_str(text).to_string() }
}

/// A file that is open, by Node's number of it.
struct NodeFile(i32);

impl Read for NodeFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = host::read_from(self.0, buffer).map_err(io_error)?;
        Ok(usize::try_from(len).unwrap_or_default())
    }
}

impl Drop for NodeFile {
    fn drop(&mut self) {
        host::close(self.0);
    }
}

/// An error of Node, with its text alone: "ENOENT: no such file or directory, open 'x'" is "no such
/// file or directory".
fn io_error(thrown: JsValue) -> io::Error {
    let error: host::NodeError = thrown.unchecked_into();
    let code = error.code().unwrap_or_default();
    let kind = match code.as_str() {
        "ENOENT" => ErrorKind::NotFound,
        "EEXIST" => ErrorKind::AlreadyExists,
        "EACCES" | "EPERM" => ErrorKind::PermissionDenied,
        _ => ErrorKind::Other,
    };
    let message = error.message();
    let without_code = message.strip_prefix(&format!("{code}: ")).unwrap_or(&message);
    let text = without_code.split_once(", ").map_or(without_code, |(text, _)| text);
    io::Error::new(kind, text)
}
