//! The machine, by the standard library.

use std::{
    env, fs,
    io::{self, ErrorKind, IsTerminal, Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{DirectoryEntry, Finished, Program, System};

/// The machine, by the standard library.
#[derive(Debug)]
pub(crate) struct NativeSystem;

impl System for NativeSystem {
    fn open(&self, path: &str) -> io::Result<Box<dyn Read>> {
        Ok(match path {
            "-" => Box::new(io::stdin()),
            path => Box::new(fs::File::open(path)?),
        })
    }

    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }

    fn is_directory(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<DirectoryEntry>> {
        let entry = |entry: io::Result<fs::DirEntry>| {
            let entry = entry?;
            let is_directory = entry.file_type()?.is_dir();
            Ok(DirectoryEntry { path: entry.path(), is_directory })
        };
        fs::read_dir(directory)?.map(entry).collect()
    }

    fn write_temporary(&self, text: &str) -> io::Result<PathBuf> {
        let mut file =
            tempfile::Builder::new().prefix("socketio-cors-").suffix(".json").tempfile()?;
        file.write_all(text.as_bytes())?;
        Ok(file.into_temp_path().keep()?)
    }

    fn create(&self, path: &str, text: &str) -> io::Result<()> {
        fs::File::create_new(path)?.write_all(text.as_bytes())
    }

    fn replace(&self, path: &str, text: &str) -> io::Result<()> {
        // A link stays one.
        let path = fs::canonicalize(path)?;
        let directory = path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::Builder::new().prefix(".socketio-cors-").tempfile_in(directory)?;
        file.write_all(text.as_bytes())?;
        file.as_file().set_permissions(fs::metadata(&path)?.permissions())?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        Ok(())
    }

    fn remove(&self, path: &Path) {
        let _ = fs::remove_file(path);
    }

    fn current_directory(&self) -> io::Result<PathBuf> {
        env::current_dir()
    }

    fn beside(&self, file: &str, relative: &str) -> String {
        let directory = Path::new(file).parent().unwrap_or(Path::new(""));
        directory.join(relative).to_string_lossy().into_owned()
    }

    fn search_path(&self) -> Vec<PathBuf> {
        env::var("PATH").iter().flat_map(env::split_paths).collect()
    }

    fn variable(&self, name: &str) -> Option<String> {
        env::var(name).ok()
    }

    fn print(&self, text: &str) -> io::Result<()> {
        let mut output = anstream::stdout();
        match write!(output, "{text}").and_then(|()| output.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        }
    }

    fn print_error(&self, text: &str) {
        let _ = write!(anstream::stderr(), "{text}");
    }

    fn shows_progress(&self) -> bool {
        io::stderr().is_terminal()
    }

    fn can_ask(&self) -> bool {
        io::stdin().is_terminal()
    }

    fn read_answer(&self) -> io::Result<String> {
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        Ok(answer)
    }

    fn now(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    fn sleep(&self, time: Duration) {
        thread::sleep(time);
    }

    fn run(&self, program: &Program<'_>) -> io::Result<Finished> {
        let output = Command::new(&program.name)
            .args(&program.arguments)
            .envs(program.variables.iter().copied())
            .stdin(Stdio::null())
            .output()?;
        Ok(Finished {
            is_success: output.status.success(),
            status: output.status.to_string(),
            output: output.stdout,
            errors: output.stderr,
        })
    }
}
