//! The policies of `examples/`, of the documents, and of `tests/docs/policies.txt`, which
//! `tests/docs/schemas.test.js` holds against `policy.schema.json` as well.

use std::{
    fs,
    path::{Path, PathBuf},
};

use socketio_cors_core::policy::Policy;

/// The files of npm and wrangler in the directory of an app.
const OF_AN_APP: [&str; 4] = ["node_modules", ".wrangler", "package.json", "package-lock.json"];

/// Every `.json` file under `directory` that is a policy.
fn policies(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if OF_AN_APP.iter().any(|name| path.ends_with(name)) {
            continue;
        }
        if path.is_dir() {
            files.extend(policies(&path));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files
}

/// The schema that the policy `file` names: an app's is in the npm package.
fn schema_named(file: &Path, name: &str) -> PathBuf {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    match name.strip_prefix("./node_modules/socketio-cors-edge/") {
        Some(packaged) if file.with_file_name("package.json").exists() => root.join(packaged),
        _ => file.with_file_name(name),
    }
}

#[test]
fn every_example_names_the_schema_and_is_accepted() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let files = policies(&root.join("examples"));
    assert!(files.len() > 9, "{files:?}");
    for file in files {
        let document = fs::read_to_string(&file).unwrap();
        let json: serde_json::Value = serde_json::from_str(&document).unwrap();
        let named = schema_named(&file, json["$schema"].as_str().unwrap());
        let schema = root.join("policy.schema.json");
        assert_eq!(named.canonicalize().unwrap(), schema.canonicalize().unwrap());
        assert!(Policy::parse(&document).is_ok(), "{}", file.display());
    }
}

#[test]
fn every_policy_in_the_documents_is_accepted() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    for file in
        ["README.md", "docs/policy.md", "docs/deploying.md", "docs/migration.md", "docs/setups.md"]
    {
        let document = fs::read_to_string(root.join(file)).unwrap();
        let blocks =
            document.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap());
        let found: Vec<_> = blocks.filter(|block| block.contains("\"origin\":")).collect();
        assert!(!found.is_empty(), "{file}");
        for policy in found {
            assert!(Policy::parse(policy).is_ok(), "{file}: {policy}");
        }
    }
}

/// A row is a whole document, or the fields of a rule. A rule that names no origin gets a good one.
fn documents_of(row: &str) -> Vec<String> {
    if row.starts_with(['{', '[']) {
        return vec![row.to_owned()];
    }
    let origin = if row.contains(r#""origin"#) { "" } else { r#""origin": true, "# };
    let rule = format!("{{{origin}{row}}}");
    let routes = format!(r#"{{"routes": {{"/api/": {rule}}}}}"#);
    vec![rule, routes]
}

#[test]
fn every_row_is_accepted_or_refused_as_it_says() {
    let mut tried = 0;
    for line in include_str!("../../../../tests/docs/policies.txt").lines() {
        let Some((sign @ ("+" | "-" | "~"), row)) = line.split_once(' ') else { continue };
        for document in documents_of(row) {
            tried += 1;
            assert_eq!(Policy::parse(&document).is_ok(), sign == "+", "{document}");
        }
    }
    assert!(tried > 900, "{tried}");
}
