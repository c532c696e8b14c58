//! The wrangler that is installed, where the user names none.

use std::path::{Path, PathBuf};

use crate::system::System;

/// Runs the wrangler that npm installed, with the Node beside it, and without a download.
const NPX: &[&str] = &["npx", "--no-install", "wrangler"];
/// Runs the wrangler of the PATH.
const IN_PATH: &[&str] = &["wrangler"];

/// The command that runs wrangler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Installed {
    /// The program and the words before wrangler's own arguments, as a person types them.
    pub(crate) command: &'static [&'static str],
    /// The program of the project that `command` ends in running. npx takes half a second more. `None`
    /// where a shell would have to run it, as on Windows.
    pub(crate) program: Option<PathBuf>,
    /// Nothing is where wrangler usually is. npx knows more places (npm's global prefix, its
    /// cache).
    pub(crate) is_missing: bool,
}

impl Installed {
    /// The project's own, which is in `node_modules` of the current directory or of one above it, or
    /// else the one in the `PATH`.
    pub(crate) fn find(system: &dyn System) -> Self {
        let directory = system.current_directory().unwrap_or_default();
        Self::find_from(system, &directory, &system.search_path())
    }

    fn find_from(system: &dyn System, directory: &Path, search_path: &[PathBuf]) -> Self {
        let of_project = directory
            .ancestors()
            .map(|above| above.join("node_modules/.bin/wrangler"))
            .find(|program| system.is_file(program));
        if let Some(program) = of_project {
            let program = Some(program).filter(|_| cfg!(unix));
            return Self { command: NPX, program, is_missing: false };
        }
        let is_in_path =
            search_path.iter().any(|directory| system.is_file(&directory.join("wrangler")));
        let command = if is_in_path { IN_PATH } else { NPX };
        Self { command, program: None, is_missing: !is_in_path }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::system::NativeSystem;

    #[test]
    fn the_projects_wrangler_comes_before_the_one_in_path() {
        let root = tempfile::tempdir().unwrap();
        let [project, below, bin] =
            ["project", "project/src/deep", "bin"].map(|name| root.path().join(name));
        fs::create_dir_all(&below).unwrap();
        fs::create_dir_all(&bin).unwrap();
        let path = [PathBuf::from("/nonexistent"), bin.clone()];
        let find_from = |directory| Installed::find_from(&NativeSystem, directory, &path);

        let none = Installed { command: NPX, program: None, is_missing: true };
        assert_eq!(find_from(&below), none);

        fs::write(bin.join("wrangler"), "").unwrap();
        let in_path = Installed { command: IN_PATH, program: None, is_missing: false };
        assert_eq!(find_from(&below), in_path);

        fs::create_dir_all(project.join("node_modules/.bin")).unwrap();
        let program = project.join("node_modules/.bin/wrangler");
        fs::write(&program, "").unwrap();
        let own = Installed {
            command: NPX,
            program: Some(program).filter(|_| cfg!(unix)),
            is_missing: false,
        };
        for directory in [&below, &project] {
            assert_eq!(find_from(directory), own);
        }
        assert_eq!(find_from(root.path()), in_path);
    }
}
