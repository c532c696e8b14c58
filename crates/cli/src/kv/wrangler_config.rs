//! wrangler's configuration, of which one variable of the Worker is read.
//!
//! Source: Wrangler, "Configuration": which file it takes, and that an environment inherits no
//! variables.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::system::System;

/// The files that wrangler looks for, here and above: the first of these names before the others.
const NAMES: &[&str] = &["wrangler.json", "wrangler.jsonc", "wrangler.toml"];

/// The configuration that `wrangler --config <file> --env <environment>` takes, if it sets
/// `REPORT_ONLY` to `"on"`. It is for wrangler to complain of one that cannot be read.
pub(crate) fn report_only(
    system: &dyn System,
    file: Option<PathBuf>,
    environment: Option<&str>,
) -> Option<PathBuf> {
    let path = file.or_else(|| find(system, &system.current_directory().ok()?))?;
    let of_process = system.variable("CLOUDFLARE_ENV");
    let environment = environment.or(of_process.as_deref()).filter(|name| !name.is_empty());
    let mut text = String::new();
    system.open(path.to_str()?).ok()?.read_to_string(&mut text).ok()?;
    let is_toml = path.extension().is_some_and(|extension| extension == "toml");
    (variable(&text, is_toml, environment, "REPORT_ONLY")? == "on").then_some(path)
}

/// The file that wrangler takes where none is named.
fn find(system: &dyn System, directory: &Path) -> Option<PathBuf> {
    let nearest = |name| {
        let mut paths = directory.ancestors().map(|above| above.join(name));
        paths.find(|path| system.is_file(path))
    };
    NAMES.iter().find_map(nearest)
}

/// A variable of the Worker in a configuration of that `text`.
fn variable(text: &str, is_toml: bool, environment: Option<&str>, name: &str) -> Option<String> {
    let root: Value = if is_toml {
        toml::from_str(text).ok()?
    } else {
        jsonc_parser::parse_to_serde_value(text, &jsonc_parser::ParseOptions::default()).ok()?
    };
    let scope = match environment {
        Some(environment) => root.get("env")?.get(environment)?,
        None => &root,
    };
    Some(scope.get("vars")?.get(name)?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::system::NativeSystem;

    #[test]
    fn a_variable_is_that_of_the_environment() {
        let toml = "name = \"a\"\ndate = 2026-11-26\n[vars]\nX = \"on\"\n[env.staging]\nname = \"b\"\n\
                    [env.production.vars]\nX = \"off\"\n";
        let json = "{ // a comment\n\"vars\": {\"X\": \"on\",},\n\"env\": {\"staging\": {}, \
                    \"production\": {\"vars\": {\"X\": \"off\"}}}, /* */ }";
        for (text, is_toml) in [(toml, true), (json, false)] {
            for (environment, expected) in [
                (None, Some("on")),
                (Some("staging"), None),
                (Some("production"), Some("off")),
                (Some("none"), None),
            ] {
                let value = variable(text, is_toml, environment, "X");
                assert_eq!(value.as_deref(), expected, "{environment:?} {text}");
            }
            assert_eq!(variable(text, is_toml, None, "Y"), None);
            assert_eq!(variable(text, !is_toml, None, "X"), None);
        }
    }

    #[test]
    fn wrangler_takes_json_before_toml_and_the_nearest() {
        let root = tempfile::tempdir().unwrap();
        let below = root.path().join("a/b");
        fs::create_dir_all(&below).unwrap();
        let [near, far, json] = ["a/wrangler.toml", "wrangler.toml", "wrangler.jsonc"]
            .map(|name| root.path().join(name));
        for path in [&far, &near, &json] {
            fs::write(path, "").unwrap();
            assert_eq!(find(&NativeSystem, &below).as_ref(), Some(path));
        }
    }
}
