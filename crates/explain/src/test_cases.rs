//! Files of expectations: requests, and how a policy should decide on them.

use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;
use socketio_cors_core::{cache::tenants::KeyStatus, policy::Policy};

use super::{
    Expectation, Explanation, PolicyDocument,
    page_request::{PageRequest, RequestDescription},
};

/// A file of expectations.
#[derive(Debug)]
pub struct TestFile {
    /// The path of the policy document, relative to the file.
    pub policy: String,
    /// The cases, in order.
    pub cases: Vec<TestCase>,
}

/// A request, and how a policy should decide on it.
#[derive(Debug)]
pub struct TestCase {
    /// The line on which it begins, from 1.
    pub line: usize,
    /// Its note, or else the request.
    pub name: String,
    request: PageRequest,
    key_status: KeyStatus,
    expect: Expectation,
    reason: Option<String>,
}

/// The result of a case.
#[derive(Debug)]
pub struct TestResult {
    /// The policy decides as expected.
    pub passed: bool,
    /// The decision with its reason, and if the case fails what was expected.
    pub message: String,
}

/// A file that has no such form.
#[derive(Debug, PartialEq, Eq)]
pub struct TestFileError {
    /// The line, from 1.
    pub line: usize,
    /// The error, as a sentence.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileFields<'f> {
    #[serde(rename = "$schema")]
    _schema: Option<String>,
    policy: String,
    #[serde(borrow)]
    cases: Vec<&'f RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the file")]
struct CaseFields {
    note: Option<String>,
    origin: Option<String>,
    #[serde(default)]
    no_origin: bool,
    #[serde(default)]
    embedded: bool,
    host: Option<String>,
    path: Option<String>,
    method: Option<String>,
    #[serde(default)]
    headers: HeaderNames,
    #[serde(default)]
    credentials: bool,
    #[serde(default)]
    websocket: bool,
    #[serde(default)]
    tenant: bool,
    expect: String,
    reason: Option<String>,
}

/// `["a", "b"]` or `"a,b"`.
#[derive(Deserialize)]
#[serde(untagged)]
enum HeaderNames {
    List(Vec<String>),
    Text(String),
}

impl Default for HeaderNames {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl TestFile {
    /// Reads a file of expectations.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, TestFileError> {
        let fields: FileFields<'_> =
            serde_json::from_str(text).map_err(|error| TestFileError::of(&error, 1))?;
        let case = |raw: &&RawValue| TestCase::parse(raw.get(), line_of(text, raw.get()));
        let cases = fields.cases.iter().map(case).collect::<Result<Vec<_>, _>>()?;
        if cases.is_empty() {
            return Err(TestFileError { line: 1, message: "the file has no cases".to_owned() });
        }
        Ok(Self { policy: fields.policy, cases })
    }
}

impl TestCase {
    fn parse(text: &str, line: usize) -> Result<Self, TestFileError> {
        let fields: CaseFields =
            serde_json::from_str(text).map_err(|error| TestFileError::of(&error, line))?;
        fields.case(line).map_err(|message| TestFileError { line, message })
    }

    /// Decides on the request under `policy`, which was read from `document`.
    #[must_use]
    pub fn run(&self, policy: &Policy, document: &PolicyDocument) -> TestResult {
        let explanation = Explanation::of(&self.request, policy, document, self.key_status);
        let deciding = explanation.refusal().unwrap_or(&explanation.request);
        let (verdict, reason) = (deciding.decision.verdict, deciding.decision.reason.to_string());
        let is_reason = self.reason.as_ref().is_none_or(|expected| *expected == reason);
        let passed = explanation.meets(self.expect) && is_reason;
        let report_only = if deciding.decision.is_report_only() { ", only reported" } else { "" };
        let mut message = format!("{verdict} ({reason}{report_only})");
        if !passed {
            let expected_reason = self.reason.iter().map(|reason| format!(" ({reason})"));
            let expected: String =
                [self.expect.to_string()].into_iter().chain(expected_reason).collect();
            message = format!("expected {expected}, got {message}");
            if self.expect == Expectation::Readable {
                let outcome = explanation.outcome.map(|outcome| outcome.to_string());
                let unknown = "no browser is involved, or the origin server's own headers decide";
                message = format!("{message}: {}", outcome.as_deref().unwrap_or(unknown));
            }
        }
        TestResult { passed, message }
    }
}

impl CaseFields {
    fn case(self, line: usize) -> Result<TestCase, String> {
        let senders = [self.origin.is_some(), self.no_origin, self.embedded];
        if senders.iter().filter(|is_given| **is_given).count() != 1 {
            return Err("a case needs exactly one of \"origin\", \"noOrigin\": true and \
                        \"embedded\": true"
                .to_owned());
        }
        let expect = self.expect.parse().map_err(|()| {
            format!("\"expect\" is \"{}\": write allow, refuse or readable", self.expect)
        })?;
        let description = RequestDescription {
            origin: self.origin,
            embedded: self.embedded,
            host: self.host,
            path: self.path,
            method: self.method.unwrap_or_else(|| "GET".to_owned()),
            headers: match self.headers {
                HeaderNames::List(names) => names,
                HeaderNames::Text(names) => names.split(',').map(str::to_owned).collect(),
            },
            credentials: self.credentials,
            websocket: self.websocket,
        };
        let request = description.request().map_err(|error| error.to_string())?;
        let key_status = if self.tenant { KeyStatus::Present } else { KeyStatus::Missing };
        let name = self.note.unwrap_or_else(|| request.to_string());
        Ok(TestCase { line, name, request, key_status, expect, reason: self.reason })
    }
}

impl TestFileError {
    /// An error in a text that begins on `first_line`.
    fn of(error: &serde_json::Error, first_line: usize) -> Self {
        let line = first_line.saturating_add(error.line().saturating_sub(1));
        let text = error.to_string();
        // The place is reported separately, so the message leaves it out.
        let message = text.split(" at line ").next().unwrap_or_default().to_owned();
        Self { line, message }
    }
}

impl fmt::Display for TestFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The line of `text` on which `part`, a part of it, begins.
fn line_of(text: &str, part: &str) -> usize {
    let start = part.as_ptr().addr().saturating_sub(text.as_ptr().addr());
    let before = text.get(..start).unwrap_or_default();
    before.bytes().filter(|byte| *byte == b'\n').count().saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"{
        "origin": ["https://a.example", {"kv": "tenant:"}],
        "allowedHeaders": ["x-token"]
    }"#;

    fn run_under(policy: &str, case: &TestCase) -> TestResult {
        let document = PolicyDocument::read(policy.to_owned());
        case.run(&document.policy().unwrap(), &document)
    }

    /// Runs one case under [`POLICY`].
    fn run(case: &str) -> TestResult {
        let text = format!("{{\"policy\": \"p.json\", \"cases\": [{case}]}}");
        let file = TestFile::parse(&text).unwrap();
        run_under(POLICY, &file.cases[0])
    }

    #[test]
    fn a_case_passes_if_the_policy_decides_as_expected() {
        for case in [
            r#"{"origin": "https://a.example", "expect": "allow"}"#,
            r#"{"origin": "https://a.example", "expect": "allow", "reason": "listed-origin"}"#,
            r#"{"origin": "https://a.example", "expect": "readable"}"#,
            r#"{"origin": "https://b.example", "expect": "refuse"}"#,
            r#"{"origin": "https://b.example", "tenant": true, "expect": "readable"}"#,
            r#"{"origin": "https://b.example", "websocket": true, "expect": "refuse"}"#,
            r#"{"origin": "https://a.example", "websocket": true, "expect": "readable"}"#,
            r#"{"origin": "https://b.example", "host": "b.example", "expect": "readable"}"#,
            r#"{"origin": "https://a.example", "headers": "x-token, x-other", "expect": "allow"}"#,
            r#"{"origin": "https://a.example", "headers": ["x-token"], "expect": "readable"}"#,
            r#"{"noOrigin": true, "expect": "allow", "reason": "missing-origin"}"#,
            r#"{"embedded": true, "expect": "refuse"}"#,
            r#"{"origin": "https://b.example", "path": "/other", "expect": "allow"}"#,
        ] {
            let result = run(case);
            assert!(result.passed, "{case}: {}", result.message);
        }
    }

    #[test]
    fn a_failed_case_says_what_was_expected_and_what_happened() {
        for (case, message) in [
            (
                r#"{"origin": "https://b.example", "expect": "allow"}"#,
                "expected allow, got refuse (unlisted-origin)",
            ),
            (
                r#"{"origin": "https://b.example", "method": "PUT", "expect": "allow"}"#,
                "expected allow, got refuse (unlisted-origin)",
            ),
            (
                r#"{"origin": "https://b.example", "expect": "refuse", "reason": "null-origin"}"#,
                "expected refuse (null-origin), got refuse (unlisted-origin)",
            ),
            (
                r#"{"origin": "https://a.example", "credentials": true, "expect": "readable"}"#,
                "expected readable, got allow (listed-origin): the page cannot read the answer: \
                 the request has credentials, and the answer does not allow them",
            ),
            (
                r#"{"origin": "https://a.example", "method": "PUT", "expect": "readable"}"#,
                "expected readable, got allow (listed-origin): the browser stops at the \
                 preflight: Access-Control-Allow-Methods does not list PUT; the request is never sent",
            ),
            (
                r#"{"noOrigin": true, "expect": "readable"}"#,
                "expected readable, got allow (missing-origin): no browser is involved, or the \
                 origin server's own headers decide",
            ),
        ] {
            let result = run(case);
            assert_eq!((result.passed, result.message.as_str()), (false, message), "{case}");
        }
    }

    #[test]
    fn a_rule_that_only_reports_refuses_as_if_it_were_enforced() {
        let policy = r#"{"origin": false, "reportOnly": true}"#;
        let text =
            r#"{"policy": "p", "cases": [{"origin": "https://a.example", "expect": "refuse"}]}"#;
        let file = TestFile::parse(text).unwrap();
        let result = run_under(policy, &file.cases[0]);
        assert!(result.passed);
        assert_eq!(result.message, "refuse (unlisted-origin, only reported)");
    }

    #[test]
    fn a_case_is_named_by_its_note_or_its_request() {
        let text = r#"{"policy": "p", "cases": [
            {"origin": "https://a.example", "expect": "allow"},

            {"noOrigin": true, "method": "post", "expect": "allow", "note": "the app"}
        ]}"#;
        let cases = TestFile::parse(text).unwrap().cases;
        let named: Vec<_> = cases.iter().map(|case| (case.line, case.name.as_str())).collect();
        let first = "GET /socket.io/?EIO=4&transport=polling from https://a.example";
        assert_eq!(named, [(2, first), (4, "the app")]);
    }

    #[test]
    fn the_first_error_of_a_file_is_reported_with_its_line() {
        for (text, line, message) in [
            ("{", 1, "EOF while parsing an object"),
            (
                "{\n\"policy\": \"p\",\n\"case\": []}",
                3,
                "unknown field `case`, expected one of `$schema`, `policy`, `cases`",
            ),
            (r#"{"policy": "p", "cases": []}"#, 1, "the file has no cases"),
            (
                "{\"policy\": \"p\", \"cases\": [\n{\"origin\": \"x\", \"expect\": \"deny\"}]}",
                2,
                "\"expect\" is \"deny\": write allow, refuse or readable",
            ),
            (
                "{\"policy\": \"p\", \"cases\": [\n{\"expect\": \"allow\"}]}",
                2,
                "a case needs exactly one of \"origin\", \"noOrigin\": true and \"embedded\": true",
            ),
            (
                "{\"policy\": \"p\", \"cases\": [\n{\n\"orign\": 1}]}",
                3,
                "unknown field `orign`, expected one of `note`, `origin`, `noOrigin`, `embedded`, \
                 `host`, `path`, `method`, `headers`, `credentials`, `websocket`, `tenant`, `expect`, \
                 `reason`",
            ),
            (
                "{\"policy\": \"p\", \"cases\": [{\"noOrigin\": true, \"path\": \"x\", \"expect\": \"allow\"}]}",
                1,
                "path x does not start with /",
            ),
        ] {
            let error = TestFile::parse(text).unwrap_err();
            assert_eq!(error, TestFileError { line, message: message.to_owned() }, "{text}");
        }
    }
}
