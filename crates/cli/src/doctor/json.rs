//! The report for machines.

use serde_json::{Value, json};

use super::{
    cookies::without_value, examination::Examination, exchange::Exchange, facts::Fact,
    finding::Finding, step::Step,
};

/// One JSON object.
pub(super) fn report(examination: &Examination, facts: &[Fact], findings: &[Finding]) -> Value {
    let target = &examination.target;
    let fact = |Fact { name, value }: &Fact| json!({ "name": name, "value": value });
    json!({
        "url": target.base.as_str(),
        "path": target.path,
        "origin": target.page.origin,
        "client": target.page.client,
        "credentials": target.page.credentialed,
        "websocket": target.page.websocket,
        "facts": facts.iter().map(fact).collect::<Value>(),
        "findings": findings.iter().map(finding).collect::<Value>(),
        "steps": examination.exchanges.iter().map(step).collect::<Value>(),
        "good": findings.is_empty(),
    })
}

fn finding(finding: &Finding) -> Value {
    let lines =
        |lines: &[String]| lines.iter().map(|line| line.trim_start().to_owned()).collect::<Value>();
    json!({
        "code": finding.code.as_str(),
        "severity": finding.severity.as_str(),
        "summary": finding.summary,
        "evidence": lines(&finding.evidence),
        "why": lines(&finding.why),
        "fix": lines(&finding.fix),
        "steps": finding.steps.iter().map(|step| step.as_str()).collect::<Value>(),
    })
}

fn step(exchange: &Exchange) -> Value {
    let Exchange { step, method, url, origin, answer, error, .. } = exchange;
    let step: &Step = step;
    let shown = |(name, value): &(String, String)| match name.to_ascii_lowercase().as_str() {
        "set-cookie" => json!([name, without_value(value)]),
        _ => json!([name, value]),
    };
    json!({
        "name": step.as_str(),
        "method": method,
        "url": url,
        "origin": origin,
        "status": answer.as_ref().map(|answer| answer.status),
        "headers": answer.iter().flat_map(|answer| &answer.headers).map(shown).collect::<Value>(),
        "body": answer.as_ref().map(|answer| &answer.body),
        "error": error.as_ref().map(|error| &error.text),
    })
}
