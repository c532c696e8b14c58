//! Whole numbers, in every spelling that JSON gives them.

/// The value of a JSON number that is whole: `600`, `600.0`, `6e2`. `None` for
/// any other, and for one beyond 32 bits.
pub(super) fn whole(spelling: &str) -> Option<i32> {
    let (mantissa, exponent) = spelling.split_once(['e', 'E']).unwrap_or((spelling, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0');
    if significant.trim_start_matches('-').is_empty() {
        return Some(0);
    }
    let zeros = digits.len().checked_sub(significant.len())?;
    let point = exponent.parse::<i32>().ok()?.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    let power = u32::try_from(point.checked_add(i32::try_from(zeros).ok()?)?).ok()?;
    significant.parse::<i32>().ok()?.checked_mul(10_i32.checked_pow(power)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_spelling_of_a_whole_number() {
        for (spelling, value) in [
            ("0", 0),
            ("-0", 0),
            ("0.000", 0),
            ("0e99999999999999999999", 0),
            ("-1", -1),
            ("600", 600),
            ("600.0", 600),
            ("6e2", 600),
            ("6E+2", 600),
            ("0.6e3", 600),
            ("-60000e-2", -600),
            ("999999999", 999_999_999),
        ] {
            assert_eq!(whole(spelling), Some(value), "{spelling}");
        }
    }

    #[test]
    fn rejects_fractions_and_what_is_too_large() {
        let long = "9".repeat(1_000_000);
        for spelling in [
            "0.5",
            "1.5",
            "6e-1",
            "1e999",
            "1e-99999999999999999999",
            "1e99",
            "18446744073709551616",
            &long,
        ] {
            assert_eq!(whole(spelling), None, "{spelling:.40}");
        }
    }
}
