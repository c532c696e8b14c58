//! The files of a configuration, as `nginx -T` prints them one after the other.

use std::ops::Range;

use super::{finding::Findings, nginx_syntax::Directive};

/// The deepest nesting of includes that is read. No configuration has more.
const MAX_DEPTH: usize = 10;
/// The text that `nginx -T` prints before the name of each file.
const MARKER: &str = "# configuration file ";

/// The directives of the first file of `text`, with those of the others in the place of `include`.
/// Without `nginx -T` there is one file, and what it includes is named.
pub(super) fn included(
    text: &str,
    directives: Vec<Directive>,
    findings: &mut Findings,
) -> Vec<Directive> {
    let files = Files::of(text, directives);
    let first = files.files.first().map(|file| file.directives.clone()).unwrap_or_default();
    files.include(first, 0, findings)
}

struct Files {
    files: Vec<File>,
}

struct File {
    /// Empty if it is the only one.
    path: String,
    directives: Vec<Directive>,
}

impl Files {
    fn of(text: &str, directives: Vec<Directive>) -> Self {
        let starts: Vec<(usize, &str)> = text
            .match_indices(MARKER)
            .filter(|(at, _)| {
                text.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with('\n'))
            })
            .filter_map(|(at, _)| {
                let line = text.get(at..)?.lines().next()?;
                Some((at, line.strip_prefix(MARKER)?.trim_end().strip_suffix(':')?))
            })
            .collect();
        let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([text.len()]);
        let ranges = starts.iter().zip(ends).map(|((start, path), end)| (*path, *start..end));
        let of = |range: &Range<usize>| {
            let is_in = |directive: &&Directive| range.contains(&directive.span().start);
            directives.iter().filter(is_in).cloned().collect()
        };
        let mut files: Vec<File> = ranges
            .map(|(path, range)| File { path: path.to_owned(), directives: of(&range) })
            .collect();
        if files.is_empty() {
            files.push(File { path: String::new(), directives });
        }
        Self { files }
    }

    fn include(
        &self,
        directives: Vec<Directive>,
        depth: usize,
        findings: &mut Findings,
    ) -> Vec<Directive> {
        let mut all = Vec::new();
        for mut directive in directives {
            if let Some(block) = directive.block.take() {
                directive.block = Some(self.include(block, depth, findings));
            }
            let pattern = match directive.values() {
                [pattern] if directive.name() == "include" => pattern.text.clone(),
                _ => String::new(),
            };
            if pattern.is_empty() {
                all.push(directive);
                continue;
            }
            let found = self.files.iter().filter(|file| is_meant(&pattern, &file.path));
            let mut found = found.peekable();
            if found.peek().is_none() && may_matter(&pattern) {
                let message = format!("{pattern} is not read");
                let help = "give all files at once: nginx -T | socketio-cors import -";
                findings.changed(directive.span(), message, help);
            }
            for file in found.filter(|_| depth < MAX_DEPTH) {
                let deeper = depth.saturating_add(1);
                all.extend(self.include(file.directives.clone(), deeper, findings));
            }
        }
        all
    }
}

/// Returns true if `pattern` matches the file `path`. It may have a `*` in its last segment, and be
/// relative.
fn is_meant(pattern: &str, path: &str) -> bool {
    if path.is_empty() {
        return false;
    }
    match pattern.split_once('*') {
        Some((before, after)) => {
            let rest = path.strip_suffix(after).and_then(|path| {
                if before.starts_with('/') {
                    return path.strip_prefix(before);
                }
                path.split_once(&format!("/{before}")).map(|(_, rest)| rest)
            });
            rest.is_some_and(|rest| !rest.contains('/'))
        }
        None if pattern.starts_with('/') => path == pattern,
        None => path.strip_suffix(pattern).is_some_and(|directory| directory.ends_with('/')),
    }
}

/// The file may have something about CORS.
fn may_matter(pattern: &str) -> bool {
    let name = pattern.rsplit('/').next().unwrap_or_default();
    !(name == "mime.types" || name.ends_with("_params") || pattern.contains("modules-enabled"))
}
