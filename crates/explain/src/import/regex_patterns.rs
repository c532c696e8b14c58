//! The patterns of a policy that a regular expression stands for.
//!
//! A pattern is never open to look-alikes. If the expression is, because it is not anchored or a
//! dot is not escaped, the patterns are the intended ones, and [`look_alike`] names an origin that
//! it matches besides.

mod parts;

use socketio_cors_core::{
    origin::Origin,
    origin::pattern::{OriginPattern, OriginSet},
};

use self::parts::{IMPLIED, Part, Wild, choices, text};
use super::{
    chars::Chars,
    regex::{Regex, Unreadable},
};
use crate::registrable_domain;

/// The most patterns of one regular expression.
const MAX_PATTERNS: usize = 1000;
/// An origin that is in no configuration.
pub(super) const STRANGER: &str = "https://stranger.invalid";
/// The most patterns that a finding repeats.
const MAX_SHOWN: usize = 4;

/// A regular expression as patterns.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Translation {
    /// Each once; those of `http` come last.
    pub(super) patterns: Vec<Pattern>,
    /// The reason why an alternative has no pattern, if there is such an alternative.
    pub(super) unsayable: Option<&'static str>,
    /// It takes every origin.
    pub(super) is_everything: bool,
}

/// A pattern that stands for what a regular expression takes, or nearly so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    /// It is valid.
    pub(super) text: String,
    /// It takes what the expression does not.
    pub(super) is_wider: bool,
}

/// The reason why an alternative has no pattern.
#[derive(Debug, PartialEq, Eq)]
enum Obstacle {
    /// It takes nothing that a browser sends.
    NoOrigin,
    /// No pattern can say it.
    Unsayable(&'static str),
}

const OPEN_SCHEME: Obstacle = Obstacle::Unsayable("its scheme is open");
const OPEN_HOST: Obstacle = Obstacle::Unsayable("it leaves the domain open");
const SEVERAL: Obstacle = Obstacle::Unsayable("several parts of the host are open");
const PLACE: Obstacle = Obstacle::Unsayable(
    "a pattern's * can be part of one label only, and two more labels must follow",
);

impl Translation {
    /// That of `regex`.
    pub(super) fn of(regex: &Regex) -> Self {
        let mut found = Self::default();
        if regex.is_match(STRANGER) {
            found.is_everything = true;
            return found;
        }
        for sequence in &regex.sequences {
            for parts in choices(sequence) {
                match parts.and_then(|parts| patterns(&parts)) {
                    Ok(patterns) => patterns.into_iter().for_each(|it| found.add(it)),
                    Err(Obstacle::NoOrigin) => {}
                    Err(Obstacle::Unsayable(why)) => found.unsayable = Some(why),
                }
            }
        }
        // `:*` includes the default port.
        let texts: Vec<String> = found.patterns.iter().map(|it| it.text.clone()).collect();
        found.patterns.retain(|it| !texts.contains(&format!("{}:*", it.text)));
        found.patterns.sort_by_key(|pattern| pattern.text.starts_with("http:"));
        if found.patterns.len() > MAX_PATTERNS {
            found.patterns.clear();
            found.unsayable = Some("it matches too many origins");
        }
        found
    }

    fn add(&mut self, pattern: Pattern) {
        match self.patterns.iter_mut().find(|it| it.text == pattern.text) {
            Some(same) => same.is_wider &= pattern.is_wider,
            None => self.patterns.push(pattern),
        }
    }
}

/// An origin of another owner that `regex` takes, and its `patterns` do not.
fn look_alike(regex: &Regex, patterns: &[Pattern]) -> Option<String> {
    let set: OriginSet =
        patterns.iter().filter_map(|it| OriginPattern::try_from(it.text.as_str()).ok()).collect();
    let is_open = |probe: &String| {
        let origin = Origin::try_from(probe.as_str());
        regex.is_match(probe) && origin.is_ok_and(|origin| !set.contains(&origin))
    };
    patterns.iter().find_map(|pattern| probes(&pattern.text).into_iter().find(is_open))
}

/// The finding that a regular expression is open to look-alikes, and what to do.
pub(super) fn look_alike_message(regex: &Regex, patterns: &[Pattern]) -> Option<(String, String)> {
    let origin = look_alike(regex, patterns)?;
    let meant = shown(patterns.iter());
    let help = format!("imported without them, as it was probably meant: {meant}");
    Some((format!("open to look-alikes: it matches {origin}"), help))
}

/// The finding that patterns are wider than their regular expression.
pub(super) fn wider_message(patterns: &[&Pattern]) -> Option<(String, &'static str)> {
    let wider = patterns.iter().copied().filter(|pattern| pattern.is_wider).collect::<Vec<_>>();
    let message =
        format!("imported as {}, which allows more of that domain", shown(wider.iter().copied()));
    (!wider.is_empty()).then_some((message, "if that is too much, list the origins"))
}

/// The finding that a regular expression, or a part of it, has no pattern.
pub(super) fn unsayable_message(
    regex: &Result<Regex, Unreadable>,
) -> Option<(String, &'static str)> {
    let list = "list the origins, or give each a KV key: {\"kv\": \"tenant:\"}";
    let regex = match regex {
        Err(unreadable) => {
            return Some((format!("no pattern can express it: {}", unreadable.0), list));
        }
        Ok(regex) => regex,
    };
    let Translation { patterns, unsayable, is_everything } = Translation::of(regex);
    if let Some(why) = unsayable {
        return Some((format!("no pattern can express all of it: {why}"), list));
    }
    let is_nothing = patterns.is_empty() && !is_everything && !regex.is_match("");
    let help = "an origin is scheme://host[:port], in lower case";
    is_nothing.then(|| ("matches no origin that a browser sends".to_owned(), help))
}

/// The first of `patterns`, for people.
fn shown<'p>(patterns: impl ExactSizeIterator<Item = &'p Pattern>) -> String {
    let more = if patterns.len() > MAX_SHOWN { ", …" } else { "" };
    let texts: Vec<_> = patterns.take(MAX_SHOWN).map(|pattern| pattern.text.as_str()).collect();
    format!("{}{more}", texts.join(", "))
}

/// Origins of other owners that are like one of `pattern`.
fn probes(pattern: &str) -> Vec<String> {
    let sample = sample(pattern);
    let Some((scheme, host)) = sample.split_once("://") else { return Vec::new() };
    let domain = pattern.split_once("://").and_then(|(_, host)| host.strip_prefix("*."));
    let domain = domain.unwrap_or(host).trim_end_matches(":*");
    let mut probes = vec![format!("{scheme}://evil{domain}")];
    if !host.contains(':') {
        probes.push(format!("{sample}.evil.example"));
    }
    for (at, _) in host.match_indices('.') {
        if let Some((before, after)) = host.split_at_checked(at) {
            probes.push(format!("{scheme}://{before}x{}", after.trim_start_matches('.')));
        }
    }
    let owner = |origin: &str| {
        let (_, host) = origin.split_once("://").unwrap_or_default();
        let host = host.split(':').next().unwrap_or_default();
        registrable_domain(host).unwrap_or(host).to_owned()
    };
    probes.retain(|probe| owner(probe) != owner(&sample));
    probes
}

/// An origin that matches `pattern`.
pub(super) fn sample(pattern: &str) -> String {
    let pattern = pattern.strip_suffix(":*").unwrap_or(pattern);
    pattern.replacen("*.", "www.", usize::from(pattern.contains("://*."))).replace('*', "x1")
}

/// The patterns of an alternative.
fn patterns(parts: &[Part]) -> Result<Vec<Pattern>, Obstacle> {
    let (schemes, authority) = split_scheme(parts)?;
    let (host, port) = split_port(authority)?;
    let hosts = hosts(&host)?;
    let mut patterns = Vec::new();
    let mut is_invalid = None;
    for scheme in &schemes {
        for (host, is_wider) in &hosts {
            let (port, is_port_wider) = &port;
            let text = format!("{scheme}://{host}{port}");
            match OriginPattern::try_from(text.as_str()) {
                Ok(_) => patterns.push(Pattern { is_wider: *is_wider || *is_port_wider, text }),
                Err(_) if text.contains('*') => is_invalid = Some(PLACE),
                // As a host of one label after an optional group, or the default port.
                Err(_) => {}
            }
        }
    }
    match is_invalid {
        _ if !patterns.is_empty() => Ok(patterns),
        Some(obstacle) => Err(obstacle),
        None => Err(Obstacle::NoOrigin),
    }
}

const WEB: [&str; 2] = ["https", "http"];

/// The schemes, and what follows `://`.
fn split_scheme(parts: &[Part]) -> Result<(Vec<String>, &[Part]), Obstacle> {
    let web = || WEB.map(str::to_owned).to_vec();
    let separator = "://".chars().map(Part::Char).collect::<Vec<_>>();
    let Some(at) = parts.windows(separator.len()).position(|it| it == separator) else {
        let slash_at_start = matches!(parts.first(), Some(Part::Wild(it)) if it.chars.has(b'/'));
        let has_slash = |part: &Part| matches!(part, Part::Wild(it) if it.chars.has(b'/'));
        return match slash_at_start {
            true => Ok((web(), parts)),
            false if parts.iter().any(has_slash) => Err(OPEN_SCHEME),
            false => Err(Obstacle::NoOrigin),
        };
    };
    let (scheme, rest) = parts.split_at_checked(at).unwrap_or_default();
    let rest = rest.get(separator.len()..).unwrap_or_default();
    let (open, written) = match scheme {
        [Part::Wild(_), written @ ..] => (true, written),
        written => (false, written),
    };
    let Some(written) = text(written) else { return Err(OPEN_SCHEME) };
    match (open, written.as_str()) {
        (true, "") => Ok((web(), rest)),
        (true, text) if !WEB.contains(&text) => Err(OPEN_SCHEME),
        _ => Ok((vec![written], rest)),
    }
}

/// The host, and the port with its colon; true if that is wider.
fn split_port(authority: &[Part]) -> Result<(Vec<Part>, (String, bool)), Obstacle> {
    let no_port = (String::new(), false);
    let bracket = authority.iter().rposition(|part| *part == Part::Char(']')).unwrap_or(0);
    let colon = authority.iter().rposition(|part| *part == Part::Char(':'));
    if let Some(colon) = colon.filter(|colon| *colon >= bracket) {
        let (host, port) = authority.split_at_checked(colon).unwrap_or_default();
        return Ok((host.to_vec(), read_port(port.get(1..).unwrap_or_default())?));
    }
    match authority {
        // After a whole host, more of the host is a look-alike, and a port is not.
        [host @ .., Part::Wild(end)] if end.chars.has(b':') && is_whole(host) => {
            Ok((host.to_vec(), (":*".to_owned(), false)))
        }
        _ => Ok((authority.to_vec(), no_port)),
    }
}

/// Returns true if `host` may be all of a host.
fn is_whole(host: &[Part]) -> bool {
    let has_dot = host.contains(&Part::Char('.'));
    let is_open = !matches!(host.last(), Some(Part::Char(char)) if *char != '.');
    !is_open && (has_dot || text(host).is_some_and(|host| host == "localhost"))
}

fn read_port(parts: &[Part]) -> Result<(String, bool), Obstacle> {
    let written = match parts {
        [digits @ .., Part::Wild(end)] if end.is_implied && !digits.is_empty() => text(digits),
        _ => text(parts),
    };
    if let Some(port) = written.filter(|port| !port.is_empty()) {
        return Ok((format!(":{port}"), false));
    }
    let is_digit = |part: &Part| match part {
        Part::Char(char) => char.is_ascii_digit(),
        Part::Wild(wild) => !(wild.chars & Chars::DIGITS).is_empty(),
    };
    if !parts.iter().all(is_digit) || parts.is_empty() {
        return Err(Obstacle::NoOrigin);
    }
    let is_every = matches!(parts, [Part::Wild(it)]
        if it.min <= 2 && it.max.is_none_or(|max| max >= 4) && it.chars.has_all(Chars::DIGITS));
    Ok((":*".to_owned(), !is_every))
}

/// The hosts, as in a pattern; true for one that is wider.
fn hosts(parts: &[Part]) -> Result<Vec<(String, bool)>, Obstacle> {
    if parts.contains(&Part::Char('/')) {
        return Err(Obstacle::NoOrigin);
    }
    if let Some(host) = text(parts) {
        return Ok(vec![(host, false)]);
    }
    let OpenHost { before, wild, after } = OpenHost::of(parts).ok_or(SEVERAL)?;
    let is_one_label = !wild.chars.has(b'.');
    let exact = (format!("{before}{after}"), false);
    let below = |domain: &str, is_wider| (format!("*.{domain}"), is_wider);
    if after.is_empty() {
        return Err(OPEN_HOST);
    }
    if wild.is_labels {
        let below = below(&after, wild.is_partial);
        return match (before.as_str(), wild.min) {
            ("", 0) => Ok(vec![exact, below]),
            ("", _) => Ok(vec![below]),
            _ => Err(SEVERAL),
        };
    }
    if let Some(domain) = after.strip_prefix('.').filter(|_| before.is_empty()) {
        return Ok(vec![below(domain, is_one_label || wild.is_partial)]);
    }
    let within = (format!("{before}*{after}"), wild.is_partial);
    if !before.is_empty() || after.starts_with('-') || is_one_label {
        // No name in DNS has a label that ends in a hyphen, or begins with one.
        let is_name = !before.ends_with('-') && !after.starts_with('-');
        let exact = (wild.min == 0 && is_name).then_some(exact);
        return match after.split('.').count() {
            0..=2 => Err(OPEN_HOST),
            _ => Ok(exact.into_iter().chain([within]).collect()),
        };
    }
    // `.*example\.com`, or `example\.com` without an anchor.
    let below = (!wild.is_implied).then(|| below(&after, false));
    Ok([exact].into_iter().chain(below).collect())
}

/// A host with one open part.
struct OpenHost {
    before: String,
    wild: Wild,
    after: String,
}

impl OpenHost {
    /// Several open parts of one label count as one. `None` if they are of several labels.
    fn of(parts: &[Part]) -> Option<Self> {
        let is_wild = |part: &Part| matches!(part, Part::Wild(_));
        let (first, last) = (parts.iter().position(is_wild)?, parts.iter().rposition(is_wild)?);
        let before = text(parts.get(..first)?)?;
        let after = text(parts.get(last.checked_add(1)?..)?)?;
        let wild = match parts.get(first..=last)? {
            [Part::Wild(only)] => *only,
            several => {
                let is_of_label = |part: &Part| match part {
                    Part::Char(char) => *char != '.',
                    Part::Wild(wild) => !wild.chars.has(b'.') && !wild.is_labels,
                };
                let part_of_label =
                    Wild { chars: Chars::of(b"-"), min: 1, is_partial: true, ..IMPLIED };
                several.iter().all(is_of_label).then_some(part_of_label)?
            }
        };
        Some(Self { before, wild, after })
    }
}

#[cfg(test)]
mod tests;
