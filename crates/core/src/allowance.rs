//! How many lines of one kind an isolate logs, so that a flood of events is no
//! flood of lines.

/// What the allowance is for, in milliseconds.
const MINUTE: f64 = 60_000.0;

/// An allowance of lines, renewed each minute.
#[derive(Debug)]
pub struct Allowance {
    lines: u32,
    /// When this minute began, in milliseconds.
    began_at: f64,
    used: u32,
    left_out: u32,
}

impl Allowance {
    /// That of `lines` a minute.
    #[must_use]
    pub const fn of(lines: u32) -> Self {
        Self { lines, began_at: f64::NEG_INFINITY, used: 0, left_out: 0 }
    }

    /// How many lines were left out of the minute before, if there were any and it
    /// is over at `now`, in milliseconds. Says so once.
    #[must_use]
    pub fn settle(&mut self, now: f64) -> Option<u32> {
        if now - self.began_at < MINUTE {
            return None;
        }
        let left_out = std::mem::take(&mut self.left_out);
        *self = Self { began_at: now, ..Self::of(self.lines) };
        (left_out > 0).then_some(left_out)
    }

    /// Whether one more line may be logged in this minute.
    #[must_use]
    pub fn take(&mut self) -> bool {
        let allowed = self.used < self.lines;
        let count = if allowed { &mut self.used } else { &mut self.left_out };
        *count = count.saturating_add(1);
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_of_a_minute_is_told_once_when_it_is_over() {
        let mut allowance = Allowance::of(2);
        assert_eq!(allowance.settle(5.0), None);
        let taken: Vec<_> = (0..5).map(|_| allowance.take()).collect();
        assert_eq!(taken, [true, true, false, false, false]);
        assert_eq!(allowance.settle(60_004.0), None);
        assert_eq!(allowance.settle(60_005.0), Some(3));
        assert_eq!(allowance.settle(60_006.0), None);
        assert!(allowance.take() && allowance.take() && !allowance.take());
        assert_eq!(allowance.settle(1e9), Some(1));
        assert_eq!(allowance.settle(2e9), None);
    }

    #[test]
    fn a_flood_of_any_length_does_no_harm() {
        let mut allowance = Allowance { left_out: u32::MAX, ..Allowance::of(0) };
        assert!(!allowance.take());
        assert_eq!(allowance.settle(0.0), Some(u32::MAX));
    }
}
