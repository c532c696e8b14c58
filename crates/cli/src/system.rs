//! The machine around the tool: files, the terminal, the clock, the environment and other programs.
//! Everything else in the tool is a function of what these return.

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod node;

use std::{
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use native::NativeSystem;
#[cfg(target_arch = "wasm32")]
pub(crate) use node::NodeSystem;

/// The machine on which the tool runs.
pub(crate) trait System {
    /// Opens a file; `-` is the standard input.
    fn open(&self, path: &str) -> io::Result<Box<dyn Read>>;

    /// There is a file at `path`, and not a directory.
    fn is_file(&self, path: &Path) -> bool;

    /// There is a directory at `path`, or a link to one.
    fn is_directory(&self, path: &Path) -> bool;

    /// The entries of a directory, in no order.
    fn list(&self, directory: &Path) -> io::Result<Vec<DirectoryEntry>>;

    /// Writes a temporary file, which only this user can read, and returns its path.
    fn write_temporary(&self, text: &str) -> io::Result<PathBuf>;

    /// Writes a new file. It is an error if there is one.
    fn create(&self, path: &str, text: &str) -> io::Result<()>;

    /// Replaces the text of the file at `path` at once: whoever reads it sees the old one or the new one.
    fn replace(&self, path: &str, text: &str) -> io::Result<()>;

    /// Removes a file. One that cannot be removed stays.
    fn remove(&self, path: &Path);

    /// The directory in which the tool was started.
    fn current_directory(&self) -> io::Result<PathBuf>;

    /// The path `relative`, as seen from the directory of `file`.
    fn beside(&self, file: &str, relative: &str) -> String;

    /// The directories of the `PATH`.
    fn search_path(&self) -> Vec<PathBuf>;

    /// An environment variable; `None` as well if it is not UTF-8.
    fn variable(&self, name: &str) -> Option<String>;

    /// Writes to the standard output. It is not an error if the reader has closed it.
    fn print(&self, text: &str) -> io::Result<()>;

    /// Writes to the standard error, as far as it can be written to.
    fn print_error(&self, text: &str);

    /// The standard error is a terminal, on which a line may be written over.
    fn shows_progress(&self) -> bool;

    /// Somebody at a terminal can be asked.
    fn can_ask(&self) -> bool;

    /// The line that is typed at the terminal.
    fn read_answer(&self) -> io::Result<String>;

    /// The time, in milliseconds since 1970.
    fn now(&self) -> u64;

    /// Waits.
    fn sleep(&self, time: Duration);

    /// Runs a program to its end, without a standard input.
    fn run(&self, program: &Program<'_>) -> io::Result<Finished>;
}

/// A file or directory in a directory.
#[derive(Debug)]
pub(crate) struct DirectoryEntry {
    /// Its path, which begins with that of the directory.
    pub(crate) path: PathBuf,
    /// It is a directory, and not a link to one.
    pub(crate) is_directory: bool,
}

/// A program with its arguments.
#[derive(Debug)]
pub(crate) struct Program<'v> {
    /// Its name or path.
    pub(crate) name: String,
    /// Its arguments.
    pub(crate) arguments: Vec<String>,
    /// Environment variables besides the tool's own.
    pub(crate) variables: Vec<(&'static str, &'v str)>,
}

/// A program that has ended.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Its exit status is 0.
    pub(crate) is_success: bool,
    /// Its exit status, or the signal that ended it, for people.
    pub(crate) status: String,
    /// The standard output.
    pub(crate) output: Vec<u8>,
    /// The standard error.
    pub(crate) errors: Vec<u8>,
}
