//! Policies from configurations of nginx as they are found, and from Socket.IO's server options.

use serde_json::Value;
use socketio_cors_explain::{
    PolicyDocument,
    import::{Import, ImportOptions, import},
};

mod broken;
mod lists;
mod locations;
mod options;
mod regexes;
mod requests;

const DEFAULT: ImportOptions<'_> = ImportOptions { path: "/socket.io/", server: None };

/// Imports `text`, and compares with the `policy`, in any layout, and the findings: each its line,
/// `left out` or `changed`, and the beginning of its message. The policy has to be valid.
#[track_caller]
fn assert_import(text: &str, options: &ImportOptions<'_>, policy: &str, findings: &[&str]) {
    let Import { policy: imported, findings: found } = import(text, options);
    if let Some(json) = &imported {
        let document = PolicyDocument::read(json.clone());
        assert_eq!(document.policy().err(), None, "{text}\n{json}");
    }
    let value = |json: &str| -> Value { serde_json::from_str(json).unwrap() };
    let found: Vec<String> = found
        .iter()
        .map(|finding| {
            let kind = if finding.is_imported { "changed" } else { "left out" };
            format!("{} {kind}: {}", finding.diagnostic.line, finding.diagnostic.message)
        })
        .collect();
    let is_as_expected = imported.as_deref().map(value)
        == (!policy.is_empty()).then(|| value(policy))
        && found.len() == findings.len()
        && found.iter().zip(findings).all(|(found, expected)| found.starts_with(expected));
    assert!(
        is_as_expected,
        "{text}\n{}\n{found:#?}",
        imported.unwrap_or_else(|| "no policy".to_owned())
    );
}

/// The same of a configuration that has these directives in `location /socket.io/`.
#[track_caller]
fn assert_location(directives: &str, policy: &str, findings: &[&str]) {
    let text = format!("location /socket.io/ {{ {directives} }}");
    assert_import(&text, &DEFAULT, policy, findings);
}

/// The same of `map $http_origin $cors_origin`, whose value is `Access-Control-Allow-Origin` with
/// credentials.
#[track_caller]
fn assert_map(lines: &str, policy: &str, findings: &[&str]) {
    let text = format!(
        "map $http_origin $cors_origin {{ {lines} }}
         server {{
             location / {{
                 add_header Access-Control-Allow-Origin $cors_origin always;
                 add_header Access-Control-Allow-Credentials true always;
             }}
         }}"
    );
    assert_import(&text, &DEFAULT, policy, findings);
}
