//! Variables of JavaScript that stand for a literal: `const customers = ["https://a.example"];`

use crate::strict_json::{Extent, StrictJson};

const KEYWORDS: [&str; 3] = ["const", "let", "var"];
/// The texts that follow the name of a list where it is changed.
const CHANGES: [&str; 6] = ["[", "+=", ".push(", ".unshift(", ".splice(", ".length ="];

/// The JSON of the literal for which the variable `name` stands in all of `text`. An error has the
/// place at which its value is no literal.
pub(super) fn literal_of(text: &str, name: &str) -> Option<Result<String, usize>> {
    let mut values = Vec::new();
    for (start, _) in text.match_indices(name) {
        let (before, rest) = text.split_at_checked(start)?;
        let after = rest.get(name.len()..)?;
        let is_property = before.ends_with('.') && !before.ends_with("...");
        if before.ends_with(is_of_name) || after.starts_with(is_of_name) || is_property {
            continue;
        }
        if is_declaration(before) {
            values.push(assigned(after)?);
        } else if assigned(after).is_some()
            || CHANGES.iter().any(|change| after.trim_start().starts_with(change))
        {
            return None;
        }
    }
    let [value] = values.as_slice() else { return None };
    let start = text.len().saturating_sub(value.len());
    match StrictJson::read(text, start, Extent::Value) {
        Err(fault) => Some(Err(fault.span.start)),
        Ok(json) => {
            let end = json.written(&(0..json.text().len())).end;
            ends_statement(text.get(end..)?).then(|| Ok(json.text().trim().to_owned()))
        }
    }
}

fn is_of_name(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '_' | '$')
}

/// A variable is declared after this.
fn is_declaration(before: &str) -> bool {
    let before = before.trim_end();
    let mut without = KEYWORDS.iter().filter_map(|keyword| before.strip_suffix(keyword));
    without.any(|before| !before.ends_with(is_of_name))
}

/// What is assigned to the name before `after`, and the text after it. TypeScript has a type between.
fn assigned(after: &str) -> Option<&str> {
    let after = after.trim_start();
    let after = match after.strip_prefix(':') {
        Some(typed) => typed.get(typed.lines().next()?.find('=')?..)?,
        None => after,
    };
    let value = after.strip_prefix('=').filter(|value| !value.starts_with(['=', '>']))?;
    Some(value.trim_start())
}

/// Nothing is done to the value before `after`.
fn ends_statement(after: &str) -> bool {
    let next = after.trim_start();
    let (gap, _) =
        after.split_at_checked(after.len().saturating_sub(next.len())).unwrap_or_default();
    let goes_on = next.starts_with(['.', '[', '(', '+', '?', '`', '|', '&']);
    next.is_empty()
        || next.starts_with([';', ','])
        || next.starts_with("as const")
        || gap.contains('\n') && !goes_on
}
