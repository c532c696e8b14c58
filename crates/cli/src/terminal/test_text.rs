//! The results of tests, in each format.

use serde_json::{Value, json};
use socketio_cors_core::policy::Diagnostic;
use socketio_cors_explain::{
    check_json::diagnostics_json,
    test_cases::{TestCase, TestResult},
};

use super::{
    check_text::{count_faults, counted},
    github_annotation::{FilePlace, annotation},
    printable::{self, printable},
    snippet::{Severity, snippets},
};
use crate::document::Document;

/// A file of expectations, and its results.
#[derive(Debug)]
pub(crate) struct Tested {
    /// The file's path, for people.
    pub(crate) name: String,
    /// The policy document.
    pub(crate) document: Document,
    /// The result of each case; the faults of the document, if it has any.
    pub(crate) results: Result<Vec<(TestCase, TestResult)>, Vec<Diagnostic>>,
}

impl Tested {
    /// Every case passes.
    pub(crate) fn passed(&self) -> bool {
        self.results.as_ref().is_ok_and(|results| results.iter().all(|(_, result)| result.passed))
    }
}

/// A line for each case, and one for each file.
pub(crate) fn lines(tested: &[Tested]) -> String {
    let of_file = |tested: &Tested| {
        let lines: String = match &tested.results {
            Err(faults) => snippets(&tested.document, faults, Severity::Error),
            Ok(results) => {
                results.iter().map(|(case, result)| line(tested, case, result)).collect()
            }
        };
        format!("{lines}{}", summary(tested))
    };
    tested.iter().map(of_file).collect::<Vec<_>>().join("\n")
}

fn line(tested: &Tested, case: &TestCase, result: &TestResult) -> String {
    let (name, message) = (printable(&case.name), printable(&result.message));
    if result.passed {
        format!("ok    {name}: {message}\n")
    } else {
        format!("FAIL  {}:{}: {name}: {message}\n", tested.name, case.line)
    }
}

/// "cases.json: 3 cases, 1 failed".
fn summary(tested: &Tested) -> String {
    let name = &tested.name;
    match &tested.results {
        Err(faults) => format!("{name}: {} has {}", tested.document.name, count_faults(faults)),
        Ok(results) => {
            let failed = results.iter().filter(|(_, result)| !result.passed).count();
            format!("{name}: {}, {failed} failed", counted(results.len(), "case"))
        }
    }
}

/// TAP version 14. A policy with faults ends it ("Bail out!").
pub(crate) fn tap(tested: &[Tested]) -> String {
    if let Some(faulty) = tested.iter().find(|tested| tested.results.is_err()) {
        return format!("TAP version 14\nBail out! {}", summary(faulty));
    }
    let cases = tested.iter().flat_map(|tested| {
        let results = tested.results.iter().flatten();
        results.map(move |(case, result)| (tested, case, result))
    });
    let points: Vec<_> = cases
        .enumerate()
        .map(|(index, (tested, case, result))| {
            let number = index.saturating_add(1);
            let name = printable(&case.name).replace('\\', "\\\\").replace('#', "\\#");
            if result.passed {
                return format!("ok {number} - {name}");
            }
            let message = Value::from(printable(&result.message));
            let at = Value::from(format!("{}:{}", tested.name, case.line));
            format!("not ok {number} - {name}\n  ---\n  message: {message}\n  at: {at}\n  ...")
        })
        .collect();
    [format!("TAP version 14\n1..{}", points.len())]
        .into_iter()
        .chain(points)
        .collect::<Vec<_>>()
        .join("\n")
}

/// A list with an object for each file.
pub(crate) fn json(tested: &[Tested]) -> String {
    let case = |(case, result): &(TestCase, TestResult)| {
        json!({
            "line": case.line, "name": case.name,
            "passed": result.passed, "message": result.message,
        })
    };
    let of_file = |tested: &Tested| {
        let (faults, results) = match &tested.results {
            Ok(results) => (&[][..], results.as_slice()),
            Err(faults) => (faults.as_slice(), &[][..]),
        };
        json!({
            "file": tested.name,
            "policy": tested.document.name,
            "passed": tested.passed(),
            "faults": diagnostics_json(faults),
            "cases": results.iter().map(case).collect::<Value>(),
        })
    };
    printable::json(&tested.iter().map(of_file).collect())
}

/// An annotation for each case that fails and each fault of a policy, and a line for each file.
pub(crate) fn annotations(tested: &[Tested]) -> String {
    let of_file = |tested: &Tested| {
        let lines: Vec<_> = match &tested.results {
            Err(faults) => {
                let fault = |fault: &Diagnostic| {
                    let file = tested.document.name.as_str();
                    let place = FilePlace { file, line: fault.line, column: fault.column };
                    annotation(Severity::Error, place, &fault.to_string())
                };
                faults.iter().map(fault).collect()
            }
            Ok(results) => {
                let failed = results.iter().filter(|(_, result)| !result.passed);
                let failure = |(case, result): &(TestCase, TestResult)| {
                    let place = FilePlace { file: &tested.name, line: case.line, column: 1 };
                    let message = format!("{}: {}", case.name, result.message);
                    annotation(Severity::Error, place, &message)
                };
                failed.map(failure).collect()
            }
        };
        lines.into_iter().chain([summary(tested)]).collect::<Vec<_>>().join("\n")
    };
    tested.iter().map(of_file).collect::<Vec<_>>().join("\n")
}
