//! The progress that `wrangler kv bulk put` and `delete` print for more than 1,000 keys.

/// The number of keys that were changed for certain, as the last line of progress in `output` has it:
/// "Uploaded 10% (1,000 out of 10,000)", which comes ahead of the next thousand.
pub(super) fn done(output: &[u8]) -> usize {
    let text = String::from_utf8_lossy(output);
    text.lines().rev().find_map(count).unwrap_or_default()
}

fn count(line: &str) -> Option<usize> {
    let (_, rest) = line.split_once("% (")?;
    let (count, _) = rest.split_once(" out of ")?;
    count.replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_read_from_the_last_line_of_progress() {
        for (output, expected) in [
            ("", 0),
            ("Resource location: remote\n", 0),
            ("Uploaded 0% (0 out of 2,500)\n", 0),
            ("Uploaded 0% (0 out of 2,500)\nUploaded 40% (1,000 out of 2,500)\nx\n", 1000),
            ("Deleted 90% (1,234,000 out of 1,300,000)\r\n", 1_234_000),
            ("Uploaded 40% (many out of 2,500)\n", 0),
        ] {
            assert_eq!(done(output.as_bytes()), expected, "{output}");
        }
    }
}
