//! wrangler's configuration. Only the fields are read that say where a policy goes, and if it is
//! enforced.
//!
//! Source: Wrangler, "Configuration": which file it takes, and what an environment inherits: its
//! name and account, and neither variables nor namespaces.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use serde_json::Value;
use socketio_cors_core::policy::keys;

use crate::system::System;

/// The files that wrangler looks for, here and above: the first of these names before the others.
const NAMES: &[&str] = &["wrangler.json", "wrangler.jsonc", "wrangler.toml"];

/// A configuration, and the environment of it that is used.
#[derive(Debug)]
pub(crate) struct WranglerConfig {
    pub(crate) path: PathBuf,
    root: Value,
    /// `None` for the top level.
    pub(crate) environment: Option<String>,
    /// Somebody chose it.
    is_chosen: bool,
}

impl WranglerConfig {
    /// The one that `wrangler --config <file> --env <environment>` takes. wrangler itself complains
    /// if it cannot be read.
    pub(crate) fn read(
        system: &dyn System,
        file: Option<&str>,
        environment: Option<&str>,
    ) -> Option<Self> {
        let path = match file {
            Some(file) => PathBuf::from(file),
            None => find(system, &system.current_directory().ok()?)?,
        };
        let of_process = system.variable("CLOUDFLARE_ENV");
        let chosen = environment.or(of_process.as_deref());
        let mut text = String::new();
        system.open(path.to_str()?).ok()?.read_to_string(&mut text).ok()?;
        let is_toml = path.extension().is_some_and(|extension| extension == "toml");
        Self::parse(path, &text, is_toml, chosen)
    }

    fn parse(path: PathBuf, text: &str, is_toml: bool, chosen: Option<&str>) -> Option<Self> {
        let root = if is_toml {
            toml::from_str(text).ok()?
        } else {
            jsonc_parser::parse_to_serde_value(text, &jsonc_parser::ParseOptions::default()).ok()?
        };
        let environment = chosen.filter(|name| !name.is_empty()).map(str::to_owned);
        Some(Self { path, root, environment, is_chosen: chosen.is_some() })
    }

    /// The environments, where there are some and nobody chose one of them, or the top level.
    pub(crate) fn unchosen_environments(&self) -> Vec<&str> {
        let environments = self.root.get("env").and_then(Value::as_object);
        let names = environments.into_iter().flatten().map(|(name, _)| name.as_str());
        names.filter(|_| !self.is_chosen).collect()
    }

    /// `REPORT_ONLY` is `"on"`.
    pub(crate) fn is_report_only(&self) -> bool {
        let variables = self.scope().and_then(|scope| scope.get("vars"));
        variables.and_then(|it| it.get("REPORT_ONLY")).is_some_and(|value| value == "on")
    }

    /// The Worker's name.
    pub(crate) fn worker(&self) -> Option<String> {
        let name = |scope: &Value| Some(scope.get("name")?.as_str()?.to_owned());
        match &self.environment {
            None => name(&self.root),
            Some(environment) => self
                .scope()
                .and_then(name)
                .or_else(|| Some(format!("{}-{environment}", name(&self.root)?))),
        }
    }

    /// The account's id.
    pub(crate) fn account(&self) -> Option<&str> {
        let own = self.scope().and_then(|scope| scope.get("account_id"));
        own.or_else(|| self.root.get("account_id"))?.as_str()
    }

    /// The id of the namespace that has the policies. `None` where wrangler made one itself.
    pub(crate) fn namespace(&self) -> Option<&str> {
        let namespaces = self.scope()?.get("kv_namespaces")?.as_array()?;
        let is_policy = |it: &&Value| it.get("binding").is_some_and(|name| name == keys::BINDING);
        namespaces.iter().find(is_policy)?.get("id")?.as_str()
    }

    /// The name of the Analytics Engine dataset that is bound under this name.
    pub(crate) fn dataset(&self, binding: &str) -> Option<String> {
        let datasets = self.scope()?.get("analytics_engine_datasets")?.as_array()?;
        let its =
            datasets.iter().find(|it| it.get("binding").is_some_and(|name| name == binding))?;
        // Without a name wrangler takes the binding's.
        Some(its.get("dataset").and_then(Value::as_str).unwrap_or(binding).to_owned())
    }

    /// The part of the configuration that the environment does not inherit.
    fn scope(&self) -> Option<&Value> {
        match &self.environment {
            Some(environment) => self.root.get("env")?.get(environment),
            None => Some(&self.root),
        }
    }
}

/// The file that wrangler takes where none is named.
fn find(system: &dyn System, directory: &Path) -> Option<PathBuf> {
    let nearest = |name| {
        let mut paths = directory.ancestors().map(|above| above.join(name));
        paths.find(|path| system.is_file(path))
    };
    NAMES.iter().find_map(nearest)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::system::NativeSystem;

    const TOML: &str = "name = \"a\"\naccount_id = \"x\"\ndate = 2026-11-26\n[vars]\n\
        REPORT_ONLY = \"on\"\n[[kv_namespaces]]\nbinding = \"POLICY\"\nid = \"k\"\n\
        [env.staging]\nname = \"b\"\n[env.production]\naccount_id = \"y\"\n\
        kv_namespaces = [{ binding = \"OTHER\", id = \"o\" }, { binding = \"POLICY\", id = \"p\" }]\n\
        [env.production.vars]\nREPORT_ONLY = \"off\"\n";
    const JSON: &str = r#"{ // a comment
        "name": "a", "account_id": "x", "vars": {"REPORT_ONLY": "on",},
        "kv_namespaces": [{"binding": "POLICY", "id": "k"}],
        "env": {"staging": {"name": "b"}, "production": {"account_id": "y",
            "kv_namespaces": [{"binding": "OTHER", "id": "o"}, {"binding": "POLICY", "id": "p"}],
            "vars": {"REPORT_ONLY": "off"}}}, /* */ }"#;

    fn config(text: &str, is_toml: bool, environment: Option<&str>) -> Option<WranglerConfig> {
        WranglerConfig::parse(PathBuf::new(), text, is_toml, environment)
    }

    #[test]
    fn an_environment_inherits_its_name_and_account() {
        for (text, is_toml) in [(TOML, true), (JSON, false)] {
            for (environment, is_report_only, worker, account, namespace) in [
                (None, true, Some("a"), Some("x"), Some("k")),
                (Some(""), true, Some("a"), Some("x"), Some("k")),
                (Some("staging"), false, Some("b"), Some("x"), None),
                (Some("production"), false, Some("a-production"), Some("y"), Some("p")),
                (Some("none"), false, Some("a-none"), Some("x"), None),
            ] {
                let config = config(text, is_toml, environment).unwrap();
                assert_eq!(config.is_report_only(), is_report_only, "{environment:?} {text}");
                assert_eq!(config.worker().as_deref(), worker, "{environment:?} {text}");
                assert_eq!(config.account(), account, "{environment:?} {text}");
                assert_eq!(config.namespace(), namespace, "{environment:?} {text}");
            }
            assert!(config(text, !is_toml, None).is_none());
        }
    }

    #[test]
    fn environments_are_unchosen_unless_one_is_named() {
        for (environment, expected) in
            [(None, &["production", "staging"][..]), (Some(""), &[]), (Some("staging"), &[])]
        {
            let mut names = config(TOML, true, environment).unwrap();
            names.path = PathBuf::new();
            assert_eq!(names.unchosen_environments(), expected, "{environment:?}");
        }
        assert_eq!(config("name = \"a\"", true, None).unwrap().unchosen_environments(), [""; 0]);
    }

    #[test]
    fn json_is_preferred_to_toml_and_the_nearest_file_to_others() {
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
