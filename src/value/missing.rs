//! Values in whose place there may be nothing.

use super::Value;

impl Value {
    /// Whether a way is known on which there is nothing in its place. An array with such an element stands for arrays of any
    /// length, of which each element is one of these, or an element of it.
    pub fn may_be_absent(&self) -> bool {
        self.alternatives().iter().any(|value| match value {
            Self::Absent => true,
            Self::Any(unknown) => unknown.missing,
            _ => false,
        })
    }

    /// This or nothing, side by side.
    #[must_use]
    pub fn or_absent(self) -> Self {
        match self {
            Self::OneOf(mut values) => {
                if !values.contains(&Self::Absent) {
                    values.push(Self::Absent);
                }
                Self::OneOf(values)
            }
            one => Self::OneOf(vec![one, Self::Absent]),
        }
    }

    /// What it is where it is there: whoever reads it where there is nothing fails.
    #[must_use]
    pub fn present(self) -> Self {
        match self {
            Self::Any(mut unknown) => {
                unknown.missing = false;
                Self::Any(unknown)
            }
            Self::OneOf(_) if self.may_be_absent() => {
                let there = self
                    .alternatives()
                    .iter()
                    .filter(|value| !matches!(value, Self::Absent));
                there.fold(Self::NEVER, |all, value| all.join(&value.clone().present()))
            }
            other => other,
        }
    }
}
