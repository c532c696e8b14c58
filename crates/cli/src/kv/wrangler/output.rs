//! JSON in the output of wrangler, around which warnings may stand.

use serde_json::{Deserializer, Value};

/// The first value of JSON that begins a line, with `opening`.
pub(super) fn first_value(output: &[u8], opening: char) -> Option<Value> {
    let text = std::str::from_utf8(output).ok()?;
    let lines = text.split_inclusive('\n').scan(0_usize, |next, line| {
        let start = *next;
        *next = next.saturating_add(line.len());
        Some((start, line))
    });
    let (start, _) = lines.into_iter().find(|(_, line)| line.starts_with(opening))?;
    Deserializer::from_str(text.get(start..)?).into_iter::<Value>().next()?.ok()
}
