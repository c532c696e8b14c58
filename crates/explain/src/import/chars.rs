//! Sets of ASCII characters.

use std::ops::{BitAnd, BitOr};

/// A set of ASCII characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Chars(u128);

impl Chars {
    /// The characters of a host's label, as browsers send it.
    pub(super) const LABEL: Self = Self::of(b"abcdefghijklmnopqrstuvwxyz0123456789-");
    /// The characters of an origin, as browsers send it.
    pub(super) const ORIGIN: Self = Self::of(b"abcdefghijklmnopqrstuvwxyz0123456789-.:/[]");
    /// The characters of a port.
    pub(super) const DIGITS: Self = Self::of(b"0123456789");

    /// Those in `bytes`.
    pub(super) const fn of(mut bytes: &[u8]) -> Self {
        let mut set = 0;
        while let [first, rest @ ..] = bytes {
            set |= bit(*first);
            bytes = rest;
        }
        Self(set)
    }

    /// Returns true if `byte` is among them.
    pub(super) const fn has(self, byte: u8) -> bool {
        self.0 & bit(byte) != 0
    }

    /// Returns true if all of `others` are among them.
    pub(super) const fn has_all(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Their number.
    pub(super) const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Returns true if there are none.
    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them.
    pub(super) fn iter(self) -> impl Iterator<Item = char> {
        (0..128_u8).filter(move |byte| self.has(*byte)).map(char::from)
    }
}

/// The bit of `byte`; none if it is not ASCII.
const fn bit(byte: u8) -> u128 {
    match 1_u128.checked_shl(byte as u32) {
        Some(bit) => bit,
        None => 0,
    }
}

impl BitOr for Chars {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for Chars {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}
