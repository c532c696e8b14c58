//! The rule that says what nginx does in a scope.

use std::collections::{BTreeMap, BTreeSet};

use socketio_cors_core::{
    origin::Origin,
    origin::pattern::{OriginPattern, OriginSet},
};

use super::{
    finding::Findings,
    nginx_answer::{Answer, Header, Scope},
    nginx_candidates::{Candidate, Candidates},
    nginx_locations::{ALLOW_ORIGIN, says_origins},
    nginx_syntax::Directive,
    nginx_variables::{RegexKey, Request, Variables},
    regex_patterns::{
        Pattern, STRANGER, Translation, look_alike_message, unsayable_message, wider_message,
    },
    rule_draft::{CorsHeaders, OriginDraft, RuleDraft},
};
use crate::{DOMAIN_RULES, PolicyDocument};

/// The methods that are tried; the preflight is the last.
const METHODS: [&str; 3] = ["GET", "POST", "OPTIONS"];

/// Rules, as they are made of a configuration.
pub(super) struct Drafting<'d, 'c, 'f> {
    candidates: &'d Candidates,
    variables: &'d Variables<'c>,
    pub(super) findings: &'f mut Findings,
}

/// nginx's answers to a page, by [`METHODS`].
struct Answers<'c>([Answer<'c>; 3]);

impl<'d, 'c, 'f> Drafting<'d, 'c, 'f> {
    pub(super) fn new(
        candidates: &'d Candidates,
        variables: &'d Variables<'c>,
        findings: &'f mut Findings,
    ) -> Self {
        Self { candidates, variables, findings }
    }

    /// The rule of a scope; `None` if nothing there is about origins.
    pub(super) fn rule(&mut self, scope: &Scope<'c>) -> Option<RuleDraft> {
        let says_origins = scope.levels.iter().any(|level| says_origins(level));
        let strangers = self.answers(scope, STRANGER, None);
        if !says_origins && !strangers.get().is_refusal() {
            return None;
        }
        let allows = |answers: &Answers<'_>, origin: &str| {
            !answers.get().is_refusal() && (!says_origins || answers.grant(origin))
        };
        self.name_unknown(&strangers);
        let missing = self.answers(scope, "", None);
        let (origin, answers) = if allows(&strangers, STRANGER) {
            (self.every(&strangers), strangers)
        } else {
            let mut allowed = Vec::new();
            let mut refused = Vec::new();
            for candidate in self.candidates.iter() {
                let answers = self.answers(scope, &candidate.sample, candidate.regex.as_ref());
                if allows(&answers, &candidate.sample) {
                    allowed.push((candidate, answers));
                } else {
                    refused.push(candidate);
                }
            }
            let credentials = allowed.iter().all(|(_, answers)| answers.credentials());
            let candidates: Vec<&Candidate> = allowed.iter().map(|(it, _)| *it).collect();
            self.name_doubled(&allowed);
            let patterns = self.patterns(&candidates, &refused, credentials);
            let (_, answers) = allowed.into_iter().next()?;
            if patterns.is_empty() {
                return None;
            }
            (OriginDraft::listed(patterns), answers)
        };
        let mut headers = answers.headers();
        headers.denies_missing_origin = missing.get().is_refusal();
        Some(RuleDraft::new(origin, headers))
    }

    fn answers(&self, scope: &Scope<'c>, origin: &str, taken_by: Option<&RegexKey>) -> Answers<'c> {
        Answers(
            METHODS.map(|method| {
                Answer::of(scope, self.variables, Request { origin, method, taken_by })
            }),
        )
    }

    /// `origin` where nginx allows every one.
    fn every(&mut self, answers: &Answers<'c>) -> OriginDraft {
        let origin = answers.all_allow_origin();
        let is_wildcard = origin.iter().any(|(value, _)| *value == "*");
        if is_wildcard && answers.credentials() {
            for (_, directive) in origin {
                let message =
                    "\"*\" with credentials, which browsers reject: imported without credentials";
                let help = "list the origins, and add \"credentials\": true";
                self.findings.changed(directive.span(), message, help);
            }
        }
        if is_wildcard { OriginDraft::One("*".to_owned()) } else { OriginDraft::Every(true) }
    }

    /// Reports directives that depend on something that a policy cannot test.
    fn name_unknown(&mut self, answers: &Answers<'c>) {
        for answer in &answers.0 {
            for (directive, subject) in &answer.unknown {
                if says_origins(directive.inner()) || sets(directive) {
                    let message = format!(
                        "depends on ${}, which a policy cannot test",
                        subject.trim_start_matches('$')
                    );
                    let help = "the import takes it as false; if that is wrong, change the rule by \
                                hand";
                    self.findings.left_out(directive.span(), message, help);
                }
            }
            for header in
                answer.headers.iter().filter(|header| header.name.starts_with("access-control-"))
            {
                if let Err(variable) = &header.value {
                    let message = format!("${variable} is not set in this file");
                    let help = "give all files at once: nginx -T | socketio-cors import -; or write \
                                its value in its place";
                    self.findings.left_out(header.directive.span(), message, help);
                }
            }
        }
    }

    /// Reports a header that has several origins, or is set twice.
    fn name_doubled(&mut self, allowed: &[(&Candidate, Answers<'c>)]) {
        for (_, answers) in allowed {
            for answer in &answers.0 {
                let origin = |header: &&Header<'_>| header.name == ALLOW_ORIGIN;
                let headers = answer.headers.iter().filter(origin).collect::<Vec<_>>();
                let is_list = |value: &str| origins(value).count() > 1;
                for header in &headers {
                    let is_doubled = headers.len() > 1 && header.directive.name() == "add_header";
                    if is_doubled || header.value.as_deref().is_ok_and(is_list) {
                        let message = "several origins in one answer, which browsers reject: all \
                                       are imported";
                        let help = "the Worker answers each page with its own origin";
                        self.findings.changed(header.directive.span(), message, help);
                    }
                }
            }
        }
    }

    /// The patterns of the candidates that can be imported.
    fn patterns(
        &mut self,
        allowed: &[&Candidate],
        refused: &[&Candidate],
        credentials: bool,
    ) -> Vec<String> {
        let mut imported: Vec<&Candidate> = Vec::new();
        let mut patterns: Vec<String> = Vec::new();
        let mut seen = BTreeSet::new();
        for candidate in allowed {
            let Some(pattern) = &candidate.pattern else {
                imported.push(candidate);
                continue;
            };
            let Some(text) = self.valid(candidate, pattern, credentials) else { continue };
            if let Some(exception) = exception(&text, refused) {
                let message = format!("{text} is not imported, as nginx refuses {exception}");
                let help = "a policy has no exceptions: list the origins";
                self.findings.left_out(candidate.span.clone(), message, help);
                continue;
            }
            imported.push(candidate);
            if seen.insert(text.clone()) {
                patterns.push(text);
            }
        }
        self.name_regexes(&imported);
        // `:*` includes the default port.
        patterns.retain(|text| !seen.contains(&format!("{text}:*")));
        patterns
    }

    /// The text of a pattern that a policy may have.
    fn valid(
        &mut self,
        candidate: &Candidate,
        pattern: &Pattern,
        credentials: bool,
    ) -> Option<String> {
        let text = pattern.text.as_str();
        if let Err(error) = OriginPattern::try_from(text) {
            let message = format!("{text:?} {}", error.message());
            let help = error.help(text, DOMAIN_RULES.to_ascii);
            let help = format!("it matches no page in nginx either; {help}");
            self.findings.left_out(candidate.span.clone(), message, help);
            return None;
        }
        let document = serde_json::json!({ "origin": text, "credentials": credentials });
        let faults = PolicyDocument::read(document.to_string()).policy().err().unwrap_or_default();
        for fault in &faults {
            let help = fault.help.as_deref().unwrap_or("list the origins");
            self.findings.left_out(candidate.span.clone(), &*fault.message, help);
        }
        faults.is_empty().then(|| text.to_owned())
    }

    /// Reports where the policy differs from the regular expressions of `candidates`.
    fn name_regexes(&mut self, candidates: &[&Candidate]) {
        let mut by_place: BTreeMap<(usize, &RegexKey), Vec<&Pattern>> = BTreeMap::new();
        for candidate in candidates {
            if let Some(key) = &candidate.regex {
                let patterns = by_place.entry((candidate.span.start, key)).or_default();
                patterns.extend(&candidate.pattern);
            }
        }
        for ((start, key), patterns) in by_place {
            let span = |it: &&&Candidate| it.span.start == start;
            let Some(candidate) = candidates.iter().find(span) else { continue };
            let span = candidate.span.clone();
            let regex = self.variables.regex(key);
            if let Some((message, help)) = unsayable_message(&regex) {
                self.findings.left_out(span.clone(), message, help);
            }
            if let Some((message, help)) = wider_message(&patterns) {
                self.findings.changed(span.clone(), message, help);
            }
            let look_alikes = regex
                .as_ref()
                .as_ref()
                .ok()
                .and_then(|regex| look_alike_message(regex, &Translation::of(regex).patterns));
            if let Some((message, help)) = look_alikes {
                self.findings.changed(span, message, help);
            }
        }
    }
}

/// The origin of `refused` that the wildcard `pattern` would allow.
fn exception<'r>(pattern: &str, refused: &[&'r Candidate]) -> Option<&'r str> {
    let pattern = OriginPattern::try_from(pattern).ok().filter(|pattern| !pattern.is_exact())?;
    let set: OriginSet = [pattern].into_iter().collect();
    let is_in = |candidate: &&&Candidate| {
        Origin::try_from(candidate.sample.as_str()).is_ok_and(|origin| set.contains(&origin))
    };
    refused.iter().find(is_in).map(|candidate| candidate.sample.as_str())
}

/// There is a `set` in it.
fn sets(directive: &Directive) -> bool {
    directive.inner().iter().any(|inner| inner.name() == "set")
}

/// The origins in the value of a header, which should be one.
fn origins(value: &str) -> impl Iterator<Item = &str> {
    value.split([',', ' ', '\n']).map(str::trim).filter(|origin| !origin.is_empty())
}

impl<'c> Answers<'c> {
    fn get(&self) -> &Answer<'c> {
        let Self([get, ..]) = self;
        get
    }

    fn preflight(&self) -> &Answer<'c> {
        let Self([.., preflight]) = self;
        preflight
    }

    /// Each value of `Access-Control-Allow-Origin`, with the directive that sets it.
    fn all_allow_origin(&self) -> Vec<(&str, &'c Directive)> {
        let headers = self.0.iter().flat_map(|answer| &answer.headers);
        let headers = headers.filter(|header| header.name == ALLOW_ORIGIN);
        headers
            .filter_map(|header| Some((header.value.as_deref().ok()?, header.directive)))
            .collect()
    }

    /// One of them lets a page of `origin` read it, or was meant to.
    fn grant(&self, origin: &str) -> bool {
        let values = self.all_allow_origin();
        values.iter().any(|(value, _)| *value == "*" || origins(value).any(|it| it == origin))
    }

    /// The first value of a header, of the preflight's answer if that has it.
    fn header(&self, name: &str) -> &str {
        let others = self.0.iter().find_map(|answer| answer.header(name));
        self.preflight().header(name).or(others).unwrap_or_default()
    }

    fn credentials(&self) -> bool {
        self.header("access-control-allow-credentials").eq_ignore_ascii_case("true")
    }

    fn headers(&self) -> CorsHeaders<'_> {
        CorsHeaders {
            methods: self.header("access-control-allow-methods"),
            allowed: self.header("access-control-allow-headers"),
            exposed: self.header("access-control-expose-headers"),
            max_age: self.header("access-control-max-age"),
            credentials: self.credentials(),
            preflight_status: self.preflight().status,
            denies_missing_origin: false,
        }
    }
}
