//! The wrangler that is installed, where the user names none.

use std::{env, ffi::OsStr, path::Path};

/// How to run the one that npm installed, with the Node beside it, and without a download.
const OF_NPM: &[&str] = &["npx", "--no-install", "wrangler"];
/// How to run one that the PATH has.
const OF_PATH: &[&str] = &["wrangler"];

/// How wrangler is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Installed {
    pub(crate) command: &'static [&'static str],
    /// Whether none is where wrangler usually is. npx knows more places (npm's global prefix,
    /// its cache).
    pub(crate) is_missing: bool,
}

impl Installed {
    /// The one of the project that this is (`node_modules` of `directory` or of one above it), or
    /// else the one in `path`, a `PATH`.
    fn seen_from(directory: &Path, path: &OsStr) -> Self {
        let bin = Path::new("node_modules/.bin/wrangler");
        if directory.ancestors().any(|above| above.join(bin).is_file()) {
            Self { command: OF_NPM, is_missing: false }
        } else if env::split_paths(path).any(|directory| directory.join("wrangler").is_file()) {
            Self { command: OF_PATH, is_missing: false }
        } else {
            Self { command: OF_NPM, is_missing: true }
        }
    }

    /// The one that is found from here.
    pub(crate) fn here() -> Self {
        let path = env::var_os("PATH").unwrap_or_default();
        Self::seen_from(&env::current_dir().unwrap_or_default(), &path)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_projects_own_comes_before_that_of_the_path() {
        let root = tempfile::tempdir().unwrap();
        let [project, below, bin] =
            ["project", "project/src/deep", "bin"].map(|name| root.path().join(name));
        fs::create_dir_all(&below).unwrap();
        fs::create_dir_all(&bin).unwrap();
        let path = env::join_paths([Path::new("/nonexistent"), &bin]).unwrap();

        let none = Installed { command: OF_NPM, is_missing: true };
        assert_eq!(Installed::seen_from(&below, &path), none);

        fs::write(bin.join("wrangler"), "").unwrap();
        let of_path = Installed { command: OF_PATH, is_missing: false };
        assert_eq!(Installed::seen_from(&below, &path), of_path);

        fs::create_dir_all(project.join("node_modules/.bin")).unwrap();
        fs::write(project.join("node_modules/.bin/wrangler"), "").unwrap();
        let of_npm = Installed { command: OF_NPM, is_missing: false };
        for directory in [&below, &project] {
            assert_eq!(Installed::seen_from(directory, &path), of_npm);
        }
        assert_eq!(Installed::seen_from(root.path(), &path), of_path);
    }
}
