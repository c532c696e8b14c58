//! The report of `learn` as JSON.

use serde_json::{Map, Value, json};

use super::{
    findings::{Finding, Findings, Verdict},
    learn_text::{Sources, time},
    tally::{Counts, Seen, Tally},
};

pub(super) fn report(
    sources: &Sources,
    tally: &Tally,
    findings: &Findings<'_>,
    policy: Option<&str>,
) -> Value {
    let origins = findings.origins.iter().map(|it| finding(tally, it));
    let families = findings.families.iter().map(|family| {
        json!({
            "pattern": family.pattern,
            "origins": family.members,
            "why": family.objection,
        })
    });
    let without = tally.without_origin.iter().map(|(reason, it)| (reason.clone(), seen(tally, it)));
    let log = sources.log.as_ref().map(|log| {
        json!({
            "entries": log.entries,
            "broken": log.broken,
            "otherLines": log.other_lines,
            "suppressed": log.suppressed,
            "cut": log.cut,
        })
    });
    let dataset = sources.dataset.as_ref().map(|dataset| {
        json!({ "name": dataset.name, "sampled": dataset.is_sampled, "truncated": dataset.is_cut })
    });
    json!({
        "log": log,
        "dataset": dataset,
        "refusals": seen(tally, &tally.total),
        "enforced": tally.enforced,
        "hosts": tally.hosts,
        "origins": origins.collect::<Vec<_>>(),
        "wildcards": families.collect::<Vec<_>>(),
        "malformed": { "count": tally.malformed.count, "examples": tally.malformed_texts },
        "withoutOrigin": without.collect::<Map<_, _>>(),
        "dropped": { "origins": tally.dropped.origins, "refusals": tally.dropped.requests },
        "uncovered": tally.uncovered,
        "policy": policy,
    })
}

fn finding(tally: &Tally, finding: &Finding<'_>) -> Value {
    let mut value = seen(tally, finding.seen);
    let why = match &finding.verdict {
        Verdict::Not(objection) => Some((objection.code, objection.text.as_str())),
        _ => None,
    };
    if let Some(members) = value.as_object_mut() {
        members.insert("origin".to_owned(), finding.origin.into());
        members.insert("verdict".to_owned(), finding.verdict.as_str().into());
        members.insert("code".to_owned(), why.map(|(code, _)| code).into());
        members.insert("why".to_owned(), why.map(|(_, text)| text).into());
        members.insert("routes".to_owned(), finding.rules.clone().into());
    }
    value
}

fn seen(tally: &Tally, seen: &Seen) -> Value {
    let counts = |counts: &Counts| {
        let named = tally.named(counts).into_iter();
        named.map(|(name, count)| (name.to_owned(), count.into())).collect::<Map<_, _>>()
    };
    let (first, last) =
        seen.time.map(|(first, last)| (time(first), time(last))).unwrap_or_default();
    json!({
        "count": seen.count,
        "reasons": counts(&seen.reasons),
        "transports": counts(&seen.transports),
        "first": first,
        "last": last,
    })
}
