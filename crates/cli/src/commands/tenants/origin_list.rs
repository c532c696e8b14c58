//! The origins that a command is about: of its arguments, or of a file.

use std::{
    collections::{HashMap, hash_map::Entry},
    io::Read,
};

use clap::Args;
use serde_json::{Value, json};
use socketio_cors_explain::{TenantOrigin, is_utf16};

use super::origin_file::{OriginRecord, records};
use crate::{
    kv::metadata::{MAX_METADATA_LEN, cut},
    report::{CommandError, WrongUsage},
    system::System,
    terminal::{check_text::counted, printable::printable, snippet},
};

#[derive(Args, Debug)]
pub(super) struct OriginArguments {
    /// The origins
    #[arg(value_name = "ORIGIN", required_unless_present = "file", conflicts_with = "file")]
    origins: Vec<String>,
    /// A file of origins, one per line, or CSV with notes in a second column; - for the standard
    /// input
    ///
    /// A heading may name the columns: origin, note.
    #[arg(long, value_name = "FILE")]
    file: Option<String>,
}

/// Origins in canonical form, once each.
#[derive(Debug, Default)]
pub(super) struct OriginList {
    pub(super) tenants: Vec<Tenant>,
    /// Origins that were written in another form, each with its canonical form.
    rewritten: Vec<(String, String)>,
    /// The number of origins that were given more than once.
    repeated: usize,
}

/// An origin that has a KV key, or is to have one.
#[derive(Debug)]
pub(super) struct Tenant {
    pub(super) origin: TenantOrigin,
    pub(super) note: Option<String>,
    /// Its line in the file, the first if it is there twice.
    pub(super) line: Option<usize>,
}

/// The value of a key where nothing is noted.
pub(super) const NO_NOTE: &str = "1";

/// The longest file that is read, in bytes.
const MAX_FILE_LEN: u64 = 256 * 1024 * 1024;
/// The longest part of a faulty origin that is repeated, in bytes.
const MAX_QUOTED: usize = 100;
/// The most items of a list that are printed.
pub(super) const MAX_TOLD: usize = 20;

impl OriginArguments {
    /// They are on the standard input.
    pub(super) fn are_on_standard_input(&self) -> bool {
        self.file.as_deref() == Some("-")
    }

    /// The file's name, for people.
    pub(super) fn file_name(&self) -> Option<String> {
        let file = self.file.as_deref()?;
        let name = if file == "-" { "the standard input" } else { file };
        Some(printable(name).into_owned())
    }

    /// Reads them. If some cannot be a tenant's origin, the result is their faults, for people.
    ///
    /// # Errors
    /// The file cannot be read, or has none.
    pub(super) fn read(
        &self,
        system: &dyn System,
    ) -> Result<Result<OriginList, String>, CommandError> {
        let Some(file) = &self.file else {
            let each = self.origins.iter().map(|text| (None, text.clone(), None));
            return Ok(OriginList::of(each, |_| String::new()));
        };
        let name = self.file_name().unwrap_or_default();
        let text = read_file(system, file, &name)?;
        let records = records(&text);
        if records.is_empty() {
            return Err(WrongUsage(format!("{name} has no origins")).into());
        }
        let each = records
            .into_iter()
            .map(|OriginRecord { line, origin, note }| (Some(line), origin, note));
        Ok(OriginList::of(each, |line| format!("{name}:{line}: ")))
    }
}

/// The text of the file at `path`. Bytes that are not UTF-8 become U+FFFD, which no origin has.
fn read_file(system: &dyn System, path: &str, name: &str) -> Result<String, CommandError> {
    let mut bytes = Vec::new();
    let limit = MAX_FILE_LEN.saturating_add(1);
    let read = system.open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes));
    read.map_err(|error| CommandError::unreadable(name, &error))?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let wrong = if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_FILE_LEN {
        format!("{name} is longer than 256 MiB")
    } else if is_utf16(&text) {
        format!("{name} is UTF-16: save it as UTF-8; in Excel: \"CSV UTF-8\"")
    } else {
        return Ok(text);
    };
    Err(CommandError::WrongUsage(wrong))
}

impl OriginList {
    /// The origins of `each`: lines, texts and notes. Of those that are there twice, the last
    /// counts.
    fn of(
        each: impl Iterator<Item = (Option<usize>, String, Option<String>)>,
        place: impl Fn(usize) -> String,
    ) -> Result<Self, String> {
        let mut list = Self::default();
        let mut indices = HashMap::new();
        let (mut faults, mut count) = (Vec::new(), 0_usize);
        for (line, text, note) in each {
            match TenantOrigin::read(&text) {
                Err(fault) => {
                    count = count.saturating_add(1);
                    if count <= MAX_TOLD {
                        let place = line.map_or_else(String::new, &place);
                        let text = cut(&text, MAX_QUOTED);
                        let message = format!("{place}{text:?} {}: {}", fault.message, fault.help);
                        faults.push(snippet::error(&printable(&message)));
                    }
                }
                Ok(origin) => list.add(Tenant { origin, note, line }, text, &mut indices),
            }
        }
        if count == 0 {
            return Ok(list);
        }
        let more = count.saturating_sub(MAX_TOLD);
        faults.extend((more > 0).then(|| format!("… and {more} more")));
        faults.push(counted(count, "fault"));
        Err(faults.join("\n"))
    }

    fn add(&mut self, tenant: Tenant, text: String, indices: &mut HashMap<String, usize>) {
        let origin = tenant.origin.as_str();
        if text != origin {
            self.rewritten.push((text, origin.to_owned()));
        }
        match indices.entry(origin.to_owned()) {
            Entry::Occupied(index) => {
                self.repeated = self.repeated.saturating_add(1);
                if let Some(before) = self.tenants.get_mut(*index.get()) {
                    *before = Tenant { line: before.line, ..tenant };
                }
            }
            Entry::Vacant(index) => {
                index.insert(self.tenants.len());
                self.tenants.push(tenant);
            }
        }
    }

    /// Lines about origins that were converted or repeated.
    pub(super) fn remarks(&self) -> Vec<String> {
        let rewritten = self.rewritten.iter().map(|(text, origin)| {
            printable(&format!("{text} becomes {origin}, as browsers send it")).into_owned()
        });
        let repeated = format!("{} given more than once", counted(self.repeated, "origin"));
        let repeated = (self.repeated > 0).then_some(repeated);
        shortened(rewritten).chain(repeated).collect()
    }
}

/// The first of several lines, and how many more there are.
pub(super) fn shortened(
    lines: impl ExactSizeIterator<Item = String>,
) -> impl Iterator<Item = String> {
    let more = lines.len().saturating_sub(MAX_TOLD);
    let rest = (more > 0).then(|| format!("… and {more} more"));
    lines.take(MAX_TOLD).chain(rest)
}

impl Tenant {
    /// The value of its key.
    pub(super) fn value(&self) -> &str {
        self.note.as_deref().unwrap_or(NO_NOTE)
    }

    /// The metadata of its key: the note, cut so that it fits, as lists of keys have no values.
    pub(super) fn metadata(&self) -> Value {
        let Some(note) = &self.note else { return Value::Null };
        // Escapes make it longer than it is, by six times at most.
        let lens = [MAX_METADATA_LEN, 900, 450, 150];
        let mut fitting = lens.iter().map(|len| json!({ "note": cut(note, *len) }));
        fitting.find(|it| it.to_string().len() <= MAX_METADATA_LEN).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(texts: &[(&str, Option<&str>)]) -> Result<OriginList, String> {
        let line = |(line, (text, note)): (usize, &(&str, Option<&str>))| {
            (Some(line), (*text).to_owned(), note.map(str::to_owned))
        };
        OriginList::of((1..).zip(texts).map(line), |line| format!("a.csv:{line}: "))
    }

    #[test]
    fn the_last_of_repeated_origins_is_used() {
        let list = list(&[
            ("https://a.example", Some("old")),
            ("https://b.example", None),
            ("https://A.example/", Some("new")),
        ])
        .unwrap();
        let tenants: Vec<_> = list
            .tenants
            .iter()
            .map(|it| (it.origin.as_str(), it.note.as_deref(), it.line))
            .collect();
        let expected =
            [("https://a.example", Some("new"), Some(1)), ("https://b.example", None, Some(2))];
        assert_eq!(tenants, expected);
        let remarks = [
            "https://A.example/ becomes https://a.example, as browsers send it",
            "1 origin given more than once",
        ];
        assert_eq!(list.remarks(), remarks);
    }

    #[test]
    fn twenty_faults_are_listed_each_with_its_line() {
        let mut texts = vec![("https://a.example", None)];
        texts.extend([("null", None); 23]);
        let faults = list(&texts).unwrap_err();
        assert!(faults.contains("a.csv:2: \"null\" is not one site's origin"), "{faults}");
        assert!(faults.contains("a.csv:21: ") && !faults.contains("a.csv:22: "), "{faults}");
        assert!(faults.ends_with("… and 3 more\n23 faults"), "{faults}");
        let long = format!("https://{}/", "x".repeat(10_000));
        assert!(list(&[(&long, None)]).unwrap_err().len() < 500);
    }

    #[test]
    fn a_note_is_stored_whole_as_the_value_and_cut_in_the_metadata() {
        for note in ["customer 17".to_owned(), "\u{1}".repeat(2000), "\u{fc}".repeat(2000)] {
            let tenant = Tenant {
                origin: TenantOrigin::read("https://a.example").unwrap(),
                note: Some(note.clone()),
                line: None,
            };
            assert_eq!(tenant.value(), note);
            let metadata = tenant.metadata();
            assert!(metadata.to_string().len() <= MAX_METADATA_LEN);
            let kept = metadata["note"].as_str().unwrap();
            assert!(note.starts_with(kept.trim_end_matches('…')) && kept.len() > 10);
        }
        let plain = Tenant {
            note: None,
            ..list(&[("https://a.example", None)]).unwrap().tenants.remove(0)
        };
        assert_eq!((plain.value(), plain.metadata()), ("1", Value::Null));
    }
}
