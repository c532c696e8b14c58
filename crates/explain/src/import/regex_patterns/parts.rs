//! The alternatives of a regular expression, as the characters and the open parts of an origin.

use super::Obstacle;
use crate::import::{
    chars::Chars,
    regex::{Element, Sequence},
};

/// A class of up to so many characters is written out, while there are no more alternatives.
const MAX_CHOICES: usize = 10;

/// A part of an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Char(char),
    Wild(Wild),
}

/// An open part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wild {
    pub(super) chars: Chars,
    pub(super) min: u32,
    pub(super) max: Option<u32>,
    /// It is whole labels, each with its dot.
    pub(super) is_labels: bool,
    /// It is not written: the expression has no anchor there.
    pub(super) is_implied: bool,
    /// It takes only some of what can be in a label.
    pub(super) is_partial: bool,
}

pub(super) const IMPLIED: Wild = Wild {
    chars: Chars::ORIGIN,
    min: 0,
    max: None,
    is_labels: false,
    is_implied: true,
    is_partial: false,
};

/// The alternatives of a sequence with its small classes written out, each as parts.
pub(super) fn choices(sequence: &Sequence) -> Vec<Result<Vec<Part>, Obstacle>> {
    let mut all = vec![Vec::new()];
    if !sequence.starts {
        all = vec![vec![Part::Wild(IMPLIED)]];
    }
    for element in &sequence.elements {
        let most = MAX_CHOICES.checked_div(all.len()).unwrap_or(0).max(1);
        let Ok(parts) = choice(element, most) else { return vec![Err(Obstacle::NoOrigin)] };
        let longer = all.iter().flat_map(|before: &Vec<Part>| {
            parts.iter().map(move |part| [before.as_slice(), part.as_slice()].concat())
        });
        all = longer.collect();
    }
    let end = (!sequence.ends).then_some(Part::Wild(IMPLIED));
    all.into_iter().map(|parts| Ok(merged(parts.into_iter().chain(end)))).collect()
}

/// The parts that an element can be; a class of more than `most` characters is an open part.
fn choice(element: &Element, most: usize) -> Result<Vec<Vec<Part>>, Obstacle> {
    let wild = |chars: Chars, min, max: Option<u32>, is_labels| {
        let is_partial = max.is_some() || !chars.has_all(Chars::LABEL);
        let wild = Wild { chars, min, max, is_labels, is_implied: false, is_partial };
        vec![vec![Part::Wild(wild)]]
    };
    match *element {
        Element::One(chars) => {
            let chars = chars & Chars::ORIGIN;
            // A dot that is not escaped.
            if chars == Chars::ORIGIN {
                return Ok(vec![vec![Part::Char('.')]]);
            }
            match chars.len() {
                0 => Err(Obstacle::NoOrigin),
                len if len <= most => Ok(chars.iter().map(|char| vec![Part::Char(char)]).collect()),
                _ => Ok(wild(chars, 1, Some(1), false)),
            }
        }
        Element::Many { chars, min, max } => match chars & Chars::ORIGIN {
            none if none.is_empty() && min > 0 => Err(Obstacle::NoOrigin),
            none if none.is_empty() => Ok(vec![Vec::new()]),
            chars => Ok(wild(chars, min, max, false)),
        },
        Element::Labels { chars, min } => Ok(wild(chars & Chars::LABEL, min, None, true)),
    }
}

/// `parts` with open ones that follow each other made one.
fn merged(parts: impl Iterator<Item = Part>) -> Vec<Part> {
    let mut merged: Vec<Part> = Vec::new();
    for part in parts {
        match (merged.last_mut(), part) {
            (Some(Part::Wild(last)), Part::Wild(next)) => {
                *last = Wild {
                    chars: last.chars | next.chars,
                    min: last.min.saturating_add(next.min),
                    max: last.max.zip(next.max).map(|(a, b)| a.saturating_add(b)),
                    is_labels: last.is_labels && next.is_labels,
                    is_implied: last.is_implied && next.is_implied,
                    // One of the two has to be there, and can be less than the other.
                    is_partial: [*last, next].iter().any(|it| it.min > 0 && it.is_partial),
                }
            }
            _ => merged.push(part),
        }
    }
    merged
}

/// The text of the parts, if none of them is open.
pub(super) fn text(parts: &[Part]) -> Option<String> {
    let char = |part: &Part| match part {
        Part::Char(char) => Some(*char),
        Part::Wild(_) => None,
    };
    parts.iter().map(char).collect()
}
