//! Texts in texts.

/// `text` before and after the first `separator`. The standard library's search for
/// a text is made for long ones, and takes 5 KB (gzip) of the upload.
pub(crate) fn split_once<'t>(text: &'t str, separator: &str) -> Option<(&'t str, &'t str)> {
    let mut windows = text.as_bytes().windows(separator.len());
    let (before, rest) =
        text.split_at_checked(windows.position(|it| it == separator.as_bytes())?)?;
    Some((before, rest.strip_prefix(separator)?))
}

/// `text` before and after the last `separator`, an ASCII character.
pub(crate) fn rsplit_once(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = text.bytes().rposition(|byte| byte == separator)?;
    Some((text.get(..at)?, text.get(at.saturating_add(1)..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_split_where_the_standard_library_splits_it() {
        for text in
            ["", ":", "://", "a://b://c", "a:/:/b", "\u{fc}://\u{fc}", "a:b:c", "a:", "://:"]
        {
            assert_eq!(split_once(text, "://"), text.split_once("://"), "{text}");
            assert_eq!(rsplit_once(text, b':'), text.rsplit_once(':'), "{text}");
        }
    }
}
