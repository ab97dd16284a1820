//! How large a value may be. A value is counted as if nothing in it were shared: whoever walks it walks all of it, so that
//! a few steps that double would have no end.

use super::{Piece, Unknown, Value};
use crate::budget;

/// More parts and origins than this, and a value is told with less of its shape.
pub const MAX_WEIGHT: usize = 8192;

/// What stands in a report where a value grew beyond that.
const TOO_LARGE: &str =
    "a value too large to follow, of which the sources are kept and not the shape";

impl Unknown {
    /// How much there is to walk of it.
    pub(super) fn weight(&self) -> usize {
        1 + self.origins.len()
    }
}

impl Value {
    /// How many parts and origins it has.
    pub(super) fn weight(&self) -> usize {
        let all = |values: &[Self]| {
            values
                .iter()
                .fold(1usize, |sum, v| sum.saturating_add(v.weight()))
        };
        match self {
            Self::Any(unknown) => unknown.weight(),
            Self::Text(pieces) => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Literal(text) => 1 + text.len() / 64,
                    Piece::Hole(unknown) => unknown.weight(),
                })
                .fold(1, usize::saturating_add),
            Self::Array(values) | Self::OneOf(values) => all(values),
            Self::Each(value) => 1 + value.weight(),
            Self::Object { fields, rest } => fields
                .weight()
                .saturating_add(1 + rest.as_ref().map_or(0, |r| r.weight())),
            Self::Absent | Self::Null | Self::Bool(_) | Self::Number(_) => 1,
        }
    }

    /// The same, at most [`MAX_WEIGHT`]: as much of its shape as that leaves, and every source.
    #[must_use]
    pub fn bounded(self) -> Self {
        Gathering::default().take(self)
    }

    fn shrunk(self, most: usize) -> Self {
        budget::cut(TOO_LARGE);
        [6, 3, 1]
            .into_iter()
            .map(|depth| self.cut(depth))
            .find(|cut| cut.weight() <= most)
            .unwrap_or_else(|| Self::Any(self.collapsed().derived()))
    }
}

/// Parts of one value as they come together, none of which may make it too large.
#[derive(Debug)]
pub struct Gathering {
    left: usize,
}

impl Default for Gathering {
    fn default() -> Self {
        Self { left: MAX_WEIGHT }
    }
}

impl Gathering {
    /// One part more: as it is where there is room for it, else with less of its shape.
    #[must_use]
    pub fn take(&mut self, part: Value) -> Value {
        let weight = part.weight();
        budget::spend(weight);
        if let Some(left) = self.left.checked_sub(weight) {
            self.left = left;
            return part;
        }
        let part = part.shrunk(self.left / 2);
        self.left = self.left.saturating_sub(part.weight());
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Source;

    fn chosen() -> Value {
        Value::Any(Unknown::of(Source::Caller, "$.x"))
    }

    #[test]
    fn ordinary_values_stay_as_they_are() {
        let value = Value::object((0..1000).map(|i| (format!("f{i}"), chosen())));
        assert_eq!(value.clone().bounded(), value);
    }

    #[test]
    fn what_doubles_keeps_its_source() {
        let mut array = chosen();
        let mut object = chosen();
        for _ in 0..64 {
            array = Value::Array(vec![array.clone(), array.clone(), array]).bounded();
            let half = |name: &str| (name.to_owned(), object.clone());
            object = Value::object([half("a"), half("b")]).bounded();
        }
        for value in [array, object] {
            assert!(value.weight() <= MAX_WEIGHT);
            assert!(value.is_tainted());
            let innermost = (0..200).fold(value, |v, _| v.element(0).join(&v.field("a")));
            assert!(innermost.is_tainted(), "{innermost:?}");
        }
    }

    #[test]
    fn many_large_parts_are_no_large_whole() {
        let large = Value::Array(vec![chosen(); 2000]);
        let mut gathering = Gathering::default();
        let parts: Vec<Value> = (0..500).map(|_| gathering.take(large.clone())).collect();
        assert_eq!(parts.first(), Some(&large));
        assert!(parts.iter().all(Value::is_tainted));
        assert!(Value::Array(parts).weight() < 2 * MAX_WEIGHT);
    }
}
