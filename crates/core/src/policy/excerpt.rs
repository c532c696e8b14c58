//! The beginning of a long text.

use std::fmt::{self, Write};

/// The text of `value`, cut at `limit` bytes with `…` in place of the rest.
pub(super) fn excerpt(value: &impl fmt::Display, limit: usize) -> String {
    let mut excerpt = Excerpt { text: String::new(), limit };
    match write!(excerpt, "{value}") {
        Ok(()) => excerpt.text,
        Err(fmt::Error) => excerpt.text + "…",
    }
}

/// Takes `limit` bytes and fails on the next, so that no more is rendered.
struct Excerpt {
    text: String,
    limit: usize,
}

impl Write for Excerpt {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let room = self.limit.saturating_sub(self.text.len());
        let fits = part.floor_char_boundary(room);
        self.text.push_str(part.get(..fits).unwrap_or_default());
        if fits == part.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_cut_at_a_whole_character() {
        assert_eq!(excerpt(&"b\u{fc}cher", 2), "b…");
    }
}
