//! Text for people.

pub(crate) mod explanation_text;
pub(crate) mod printable;
pub(crate) mod snippet;
