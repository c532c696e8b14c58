//! The Worker's lines in a log, however they are wrapped.
//!
//! A line of the Worker is an object with an `event`, or a text of JSON with one. What wraps it has the
//! time:
//!
//! | from | a line is | its time |
//! |---|---|---|
//! | the Worker itself, `wrangler dev` | the object | none |
//! | `wrangler tail --format json` | a text in `logs[].message` | `timestamp` beside it |
//! | Logpush (`workers_trace_events`) | a text in `Logs[].Message` | `TimestampMs` beside it |
//! | Workers Logs, the API's and the dashboard's JSON | `source`, and once more a text in `$metadata.message` | `timestamp` beside them |
//! | OpenTelemetry | a text in `body.stringValue` | `timeUnixNano` beside it |
//!
//! The log also has headers and URLs that visitors send. Nothing in them is read as a log line.

use std::{mem, sync::LazyLock};

use chrono::DateTime;
use memchr::{memchr, memmem::Finder};

use super::{
    json_stream::{Flaws, JsonStream, Kind, Visitor},
    refusal::Refusal,
};

/// The most refusals that wait for the time of what is around them.
const MAX_PENDING: usize = 1000;
/// The longest text that is kept of a field, in bytes: 256 characters, each escaped.
const MAX_FIELD_LEN: usize = 4096;

const REFUSED: &[u8] = b"request-refused";
const SUPPRESSED: &[u8] = b"log-lines-suppressed";

static EVENTS: LazyLock<[Finder<'_>; 2]> =
    LazyLock::new(|| [Finder::new(REFUSED), Finder::new(SUPPRESSED)]);

/// Finds the Worker's lines.
#[derive(Debug)]
pub(super) struct LogReader {
    stream: JsonStream,
    lines: Lines,
}

/// The Worker's lines of a log, as they are found.
#[derive(Debug, Default)]
struct Lines {
    frames: Vec<Frame>,
    depth: usize,
    found: Vec<Refusal>,
    suppressed: u64,
    /// Objects and lists that are no part of others.
    values: u64,
    /// For texts of JSON.
    inner: Option<Box<LogReader>>,
}

/// A list or an object that is open.
#[derive(Debug, Default)]
struct Frame {
    /// Its name in what is around it; of an element of a list, that of the list.
    name: Name,
    is_list: bool,
    /// The name of the member that comes next.
    next: Name,
    /// Strangers wrote it.
    is_foreign: bool,
    line: Line,
    time: Option<i64>,
    /// The refusals that were found in it and have no time yet; those of `$metadata` are marked.
    pending: Vec<(Refusal, bool)>,
    /// True if a refusal was found in it outside `$metadata`.
    has_found: bool,
}

/// The fields of an object that may be a line of the Worker.
#[derive(Debug, Default)]
struct Line {
    event: Event,
    refusal: Refusal,
    lines_are_refusals: bool,
    number: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Event {
    #[default]
    Other,
    Refused,
    Suppressed,
}

/// A name of a member that matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Name {
    #[default]
    Other,
    Event,
    Host,
    Origin,
    Reason,
    Transport,
    Path,
    ReportOnly,
    LinesOf,
    Count,
    Time,
    Message,
    Body,
    StringValue,
    Metadata,
    /// A part that has headers and URLs in it.
    Foreign,
}

impl Name {
    fn of(written: &[u8]) -> Self {
        match written {
            b"event" | b"Event" => Self::Event,
            b"host" => Self::Host,
            b"origin" => Self::Origin,
            b"reason" => Self::Reason,
            b"transport" => Self::Transport,
            b"path" => Self::Path,
            b"reportOnly" => Self::ReportOnly,
            b"lines" => Self::LinesOf,
            b"count" => Self::Count,
            b"timestamp" | b"TimestampMs" | b"eventTimestamp" | b"EventTimestampMs"
            | b"timeUnixNano" | b"time" => Self::Time,
            b"message" | b"Message" => Self::Message,
            b"body" | b"Body" => Self::Body,
            b"stringValue" => Self::StringValue,
            b"$metadata" => Self::Metadata,
            b"request" | b"Request" | b"response" | b"Response" | b"headers" | b"Headers"
            | b"cf" | b"$workers" | b"attributes" | b"exceptions" | b"Exceptions" => Self::Foreign,
            _ => Self::Other,
        }
    }
}

impl LogReader {
    pub(super) fn new() -> Self {
        Self { stream: JsonStream::new(), lines: Lines::default() }
    }

    /// Takes the next bytes of a log. Returns the refusals that are whole.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> impl Iterator<Item = Refusal> {
        self.stream.feed(bytes, &mut self.lines);
        self.lines.found.drain(..)
    }

    /// The log has ended. Returns the last refusals.
    pub(super) fn end(&mut self) -> impl Iterator<Item = Refusal> {
        self.stream.end(&mut self.lines);
        self.lines.found.drain(..)
    }

    /// The refusals that the Worker says it did not log.
    pub(super) fn suppressed(&self) -> u64 {
        self.lines.suppressed
    }

    /// The number of values.
    pub(super) fn values(&self) -> u64 {
        self.lines.values
    }

    pub(super) fn flaws(&self) -> Flaws {
        self.stream.flaws
    }
}

impl Lines {
    fn top(&mut self) -> Option<&mut Frame> {
        self.frames.get_mut(self.depth.checked_sub(1)?)
    }

    /// The name of the value that comes now, unless strangers wrote it.
    fn trusted_name(&self) -> Option<Name> {
        let top = self.frames.get(self.depth.checked_sub(1)?)?;
        let name = if top.is_list { top.name } else { top.next };
        (!top.is_foreign).then_some(name)
    }

    /// Finds the lines in a text of JSON.
    fn read_text(&mut self, quoted: &[u8]) {
        if EVENTS.iter().all(|event| event.find(quoted).is_none()) {
            return;
        }
        let Some(text) = unescaped(quoted) else { return };
        let mut inner = self.inner.take().unwrap_or_else(|| Box::new(LogReader::new()));
        let found: Vec<_> = inner.feed(text.as_bytes()).collect();
        let found: Vec<_> = found.into_iter().chain(inner.end()).collect();
        self.suppressed = self.suppressed.saturating_add(mem::take(&mut inner.lines.suppressed));
        self.inner = Some(inner);
        if let Some(top) = self.top() {
            top.pending.extend(found.into_iter().map(|refusal| (refusal, false)));
        }
    }
}

impl Visitor for Lines {
    fn open(&mut self, kind: Kind) {
        let (name, is_foreign) = match self.frames.get(self.depth.wrapping_sub(1)) {
            Some(top) => {
                let name = if top.is_list { top.name } else { top.next };
                // `event` is a text in a line, and in what wraps it a request.
                (name, top.is_foreign || matches!(name, Name::Foreign | Name::Event))
            }
            None => (Name::Other, false),
        };
        if self.depth == self.frames.len() {
            self.frames.push(Frame::default());
        }
        self.depth = self.depth.saturating_add(1);
        if let Some(top) = self.top() {
            (top.name, top.is_list, top.is_foreign) = (name, kind == Kind::List, is_foreign);
            top.next = Name::Other;
        }
    }

    fn close(&mut self) {
        let Some(top) = self.top() else { return };
        let is_metadata = top.name == Name::Metadata;
        let mut pending = mem::take(&mut top.pending);
        let time = top.time.take().map(|time| (time, time));
        let has_found = mem::take(&mut top.has_found);
        let line = mem::take(&mut top.line);
        self.depth = self.depth.saturating_sub(1);
        match line {
            Line { event: Event::Refused, refusal, .. } => {
                pending.push((Refusal { count: 1, ..refusal }, false));
            }
            Line { event: Event::Suppressed, lines_are_refusals: true, number, .. } => {
                self.suppressed = self.suppressed.saturating_add(number);
            }
            _ => {}
        }
        if has_found || pending.iter().any(|(_, is_second)| !is_second) {
            pending.retain(|(_, is_second)| !is_second);
        }
        let is_outermost = self.depth == 0;
        if is_outermost {
            self.values = self.values.saturating_add(1);
        }
        if !is_metadata && (time.is_some() || is_outermost || pending.len() > MAX_PENDING) {
            if let Some(above) = self.top() {
                above.has_found |= !pending.is_empty();
            }
            let refusals = pending.drain(..).map(|(refusal, _)| Refusal { time, ..refusal });
            self.found.extend(refusals);
        } else if let Some(above) = self.top() {
            let pending = pending.into_iter().map(|(refusal, _)| (refusal, is_metadata));
            above.pending.extend(pending);
        }
    }

    fn name(&mut self, written: &[u8]) {
        if let Some(top) = self.top().filter(|top| !top.is_foreign) {
            top.next = Name::of(written);
        }
    }

    fn string(&mut self, quoted: &[u8]) {
        let Some(name) = self.trusted_name() else { return };
        let Some(top) = self.top() else { return };
        let is_body = top.name == Name::Body;
        let refusal = &mut top.line.refusal;
        match name {
            Name::Event if inner(quoted) == REFUSED => top.line.event = Event::Refused,
            Name::Event if inner(quoted) == SUPPRESSED => top.line.event = Event::Suppressed,
            Name::Host => refusal.host = field(quoted),
            Name::Origin => refusal.origin = Some(field(quoted)),
            Name::Reason => refusal.reason = field(quoted),
            Name::Transport => refusal.transport = field(quoted),
            Name::Path => refusal.path = field(quoted),
            Name::LinesOf => top.line.lines_are_refusals = inner(quoted) == REFUSED,
            Name::Time => top.time = time(inner(quoted)).or(top.time),
            Name::Message | Name::Body => self.read_text(quoted),
            Name::StringValue if is_body => self.read_text(quoted),
            _ => {}
        }
    }

    fn literal(&mut self, written: &[u8]) {
        let Some(name) = self.trusted_name() else { return };
        let Some(top) = self.top() else { return };
        match name {
            Name::ReportOnly => top.line.refusal.report_only = written == b"true",
            Name::Count => {
                let number = std::str::from_utf8(written).ok().and_then(|text| text.parse().ok());
                top.line.number = number.unwrap_or_default();
            }
            Name::Time => top.time = time(written).or(top.time),
            _ => {}
        }
    }

    fn give_up(&mut self) {
        // Complete lines are used, even if the value around them is cut off.
        for frame in self.frames.iter_mut().take(self.depth) {
            let Frame { pending, time, .. } = mem::take(frame);
            let time = time.map(|time| (time, time));
            let found = pending.into_iter().map(|(refusal, _)| Refusal { time, ..refusal });
            self.found.extend(found);
        }
        self.depth = 0;
    }
}

fn field(quoted: &[u8]) -> String {
    if quoted.len() > MAX_FIELD_LEN {
        // The Worker writes none.
        return String::new();
    }
    unescaped(quoted).unwrap_or_default()
}

/// The text between the quotes.
fn inner(quoted: &[u8]) -> &[u8] {
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default()
}

/// The text of a string; `None` if it has a wrong escape. What is not UTF-8 becomes U+FFFD.
fn unescaped(quoted: &[u8]) -> Option<String> {
    if memchr(b'\\', quoted).is_none() {
        return Some(String::from_utf8_lossy(inner(quoted)).into_owned());
    }
    let of_lossy = || serde_json::from_str(&String::from_utf8_lossy(quoted)).ok();
    serde_json::from_slice(quoted).ok().or_else(of_lossy)
}

/// A time in milliseconds since 1970: of RFC 3339, or a number of seconds, milliseconds, microseconds or
/// nanoseconds since then.
fn time(written: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(written).ok()?;
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let Ok(number) = whole.parse::<i64>() else {
        return Some(DateTime::parse_from_rfc3339(text).ok()?.timestamp_millis());
    };
    Some(match number {
        0..100_000_000_000 => number.saturating_mul(1000),
        100_000_000_000..100_000_000_000_000 => number,
        100_000_000_000_000..100_000_000_000_000_000 => number / 1000,
        _ => number / 1_000_000,
    })
}

#[cfg(test)]
mod tests;
