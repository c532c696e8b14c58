//! The files of a log, read in parts.

use std::io::{Cursor, Read};

use flate2::read::MultiGzDecoder;

use super::{log_reader::LogReader, refusal::Refusal};
use crate::{report::CommandError, system::System, terminal::printable::printable};

/// The size of one read, in bytes.
const PART_LEN: usize = 256 << 10;
/// The time between two lines of progress, in milliseconds.
const PROGRESS: u64 = 200;
const MIB: u64 = 1 << 20;

/// Facts about the logs, besides the refusals in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LogFacts {
    pub(super) bytes: u64,
    /// Objects of JSON.
    pub(super) entries: u64,
    pub(super) broken: u64,
    pub(super) other_lines: u64,
    /// The refusals that the Worker says it did not log.
    pub(super) suppressed: u64,
    /// The files that break off: their names, and why.
    pub(super) cut: Vec<String>,
}

impl LogFacts {
    /// The number of lines, if there is nothing but other text.
    pub(super) fn no_log(&self) -> Option<u64> {
        let is_text = self.entries == 0 && self.broken == 0 && self.other_lines > 0;
        is_text.then_some(self.other_lines)
    }
}

/// Reads the log at `path`; `-` is the standard input. Each refusal of it goes to `take`.
///
/// # Errors
/// It cannot be read, or is UTF-16.
pub(super) fn read(
    system: &dyn System,
    path: &str,
    facts: &mut LogFacts,
    mut take: impl FnMut(Refusal),
) -> Result<(), CommandError> {
    let name = if path == "-" { "the standard input" } else { path };
    let unreadable = |error| CommandError::unreadable(name, &error);
    let mut file = system.open(path).map_err(unreadable)?;
    let mut beginning = Vec::new();
    file.by_ref().take(2).read_to_end(&mut beginning).map_err(unreadable)?;
    if matches!(beginning.as_slice(), [0xff, 0xfe] | [0xfe, 0xff]) {
        return Err(CommandError::WrongUsage(format!(
            "{} is UTF-16; save it as UTF-8, in PowerShell: … | Set-Content -Encoding utf8 FILE",
            printable(name)
        )));
    }
    let is_packed = beginning == [0x1f, 0x8b];
    let whole = Cursor::new(beginning).chain(file);
    let mut file: Box<dyn Read> =
        if is_packed { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) };
    let mut progress = Progress::new(system, name);
    let mut reader = LogReader::new();
    let mut part = vec![0; PART_LEN];
    loop {
        let len = match file.read(&mut part) {
            Ok(0) => break,
            Ok(len) => len,
            // The part that was unpacked before is still used.
            Err(error) if is_packed => {
                facts.cut.push(format!("{} is cut off: {error}", printable(name)));
                break;
            }
            Err(error) => return Err(unreadable(error)),
        };
        reader.feed(part.get(..len).unwrap_or_default()).for_each(&mut take);
        facts.bytes = facts.bytes.saturating_add(u64::try_from(len).unwrap_or_default());
        progress.tell(facts.bytes);
    }
    reader.end().for_each(&mut take);
    facts.entries = facts.entries.saturating_add(reader.values());
    facts.broken = facts.broken.saturating_add(reader.flaws().broken);
    facts.other_lines = facts.other_lines.saturating_add(reader.flaws().other_lines);
    facts.suppressed = facts.suppressed.saturating_add(reader.suppressed());
    Ok(())
}

/// A line on the terminal that says how far it is, if there is a terminal.
struct Progress<'s> {
    system: &'s dyn System,
    name: &'s str,
    next: Option<u64>,
    is_shown: bool,
}

impl<'s> Progress<'s> {
    fn new(system: &'s dyn System, name: &'s str) -> Self {
        let next = system.shows_progress().then(|| system.now().saturating_add(PROGRESS));
        Self { system, name, next, is_shown: false }
    }

    fn tell(&mut self, bytes: u64) {
        let Some(next) = self.next else { return };
        let now = self.system.now();
        if now >= next {
            self.next = Some(now.saturating_add(PROGRESS));
            self.is_shown = true;
            let name = printable(self.name);
            self.system.print_error(&format!("\r{name}: {} MiB read\u{1b}[K", bytes / MIB));
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if self.is_shown {
            self.system.print_error("\r\u{1b}[K");
        }
    }
}
