//! A finding in another browser's words than Chromium's.

use super::{firefox, webkit};
use crate::doctor::{examination::Examination, exchange::Exchange, finding::Finding};

const CHROMIUM: &str = "Chromium";

/// The same finding in the words of the page's browser, where that is known not to be Chromium.
pub(super) fn retold(examination: &Examination, finding: Finding) -> Finding {
    if examination.is_of_firefox {
        return in_words_of("Firefox", finding, |message| {
            firefox::message_of(examination, message).into_iter().collect()
        });
    }
    if webkit::is_webkits(&examination.target.page.origin) {
        return in_words_of("WebKit", finding, |message| webkit::messages_of(examination, message));
    }
    finding
}

/// The request of which Chromium's message says why CORS blocks it.
pub(super) fn blamed<'e>(
    examination: &'e Examination,
    url: &str,
    why: &str,
) -> Option<&'e Exchange> {
    let is_preflight = why.contains("preflight");
    let mut exchanges = examination.exchanges.iter();
    exchanges.find(|it| it.url == url && (it.method == "OPTIONS") == is_preflight)
}

/// The same finding, with `messages_of` each of Chromium's. A message that it has no equal for is left out.
fn in_words_of(
    browser: &str,
    finding: Finding,
    messages_of: impl Fn(&str) -> Vec<String>,
) -> Finding {
    let mut why: Vec<String> = Vec::new();
    let mut lines = finding.why.into_iter().peekable();
    while let Some(line) = lines.next() {
        let before = [" prints:", " would print:"].into_iter().find_map(|verb| {
            let before = line.strip_suffix(verb)?.strip_suffix(CHROMIUM)?;
            Some((before.to_owned(), verb))
        });
        let Some((before, verb)) = before else {
            why.push(line);
            continue;
        };
        let message = lines.next_if(|next| next.starts_with("  ")).unwrap_or_default();
        let messages = messages_of(message.trim_start());
        if !messages.is_empty() {
            why.push(format!("{before}{browser}{verb}"));
            why.extend(messages.into_iter().map(|message| format!("  {message}")));
        } else if !before.is_empty() {
            why.push(before.trim_end().to_owned());
        }
    }
    Finding { why, ..finding }
}
