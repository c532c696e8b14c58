//! The policy documents that a command is about: files, and those in directories.

use std::{
    io,
    path::{Path, PathBuf},
};

use clap::Args;

use crate::{
    document::Document,
    report::CommandError,
    system::{DirectoryEntry, System},
};

#[derive(Args, Debug)]
pub(crate) struct DocumentFiles {
    /// Policy documents, or directories: every .json file below them but cases.json; - for the
    /// standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,
}

impl DocumentFiles {
    /// One file is named, and not a directory.
    pub(crate) fn is_one_file(&self, system: &dyn System) -> bool {
        matches!(self.files.as_slice(), [file] if !system.is_directory(Path::new(file)))
    }

    /// Reads all of them: in the order in which they are named, and those of a directory by name.
    ///
    /// # Errors
    /// One cannot be read, or a directory has none.
    pub(crate) fn read(&self, system: &dyn System) -> Result<Vec<Document>, CommandError> {
        let mut documents = Vec::new();
        for file in &self.files {
            if file == "-" || !system.is_directory(Path::new(file)) {
                documents.push(Document::read(system, file)?);
                continue;
            }
            let paths = documents_below(system, Path::new(file))
                .map_err(|error| CommandError::unreadable(file, &error))?;
            if paths.is_empty() {
                let error = io::Error::other("the directory has no .json file");
                return Err(CommandError::unreadable(file, &error));
            }
            for path in paths {
                documents.push(Document::read(system, &path.to_string_lossy())?);
            }
        }
        Ok(documents)
    }
}

/// The documents below a directory, by name. Hidden directories and `node_modules` are left out, and
/// so are the cases of `socketio-cors test`.
fn documents_below(system: &dyn System, directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut entries = system.list(directory)?;
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    for DirectoryEntry { path, is_directory } in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') || name == "node_modules" {
            continue;
        }
        if is_directory {
            found.extend(documents_below(system, &path)?);
        } else if name.ends_with(".json") && !name.ends_with("cases.json") {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::system::NativeSystem;

    #[test]
    fn the_documents_of_a_directory_are_its_json_files_by_name() {
        let root = tempfile::tempdir().unwrap();
        for directory in ["hosts", "node_modules", ".git"] {
            fs::create_dir(root.path().join(directory)).unwrap();
        }
        for file in [
            "policy.json",
            "cases.json",
            "api.cases.json",
            "README.md",
            "hosts/b.json",
            "hosts/a.json",
            "node_modules/package.json",
            ".git/x.json",
            ".hidden.json",
        ] {
            fs::write(root.path().join(file), "").unwrap();
        }
        let found = documents_below(&NativeSystem, root.path()).unwrap();
        let expected =
            ["hosts/a.json", "hosts/b.json", "policy.json"].map(|it| root.path().join(it));
        assert_eq!(found, expected);
    }
}
