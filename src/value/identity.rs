//! The names of a run's values, and what they depend on.

use std::sync::Arc;

use super::origin::MAX_PATH;

/// What stands in a path for the place of an element that another value says: no step of a field or a number looks like it.
const CHOSEN: &str = "[?]";

/// Names one concrete value of a run: in every run, two unknowns of one identity are equal, so that a guard on one
/// holds for the other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// The place where the value appears first: the execution input, a task's result, an item, a computed field.
    pub root: usize,
    /// The way from there, as a path without its root.
    pub path: Arc<str>,
    /// What says each place of the path that is no number, in the order of the path; `None` where there are none.
    chosen_by: Option<Arc<[Chooser]>>,
}

/// What says which element of a list is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Chooser {
    /// Another value of the run.
    Value(Identity),
    /// A workflow variable, until it is set again.
    Variable(Arc<str>),
}

impl Identity {
    /// The value at this path from its root.
    pub fn new(root: usize, path: impl Into<Arc<str>>) -> Self {
        Self {
            root,
            path: path.into(),
            chosen_by: None,
        }
    }

    /// The same beginning, with another path that holds the same chosen places.
    pub(super) fn with_path(&self, path: impl Into<Arc<str>>) -> Self {
        Self {
            path: path.into(),
            ..self.clone()
        }
    }

    /// The element of it at the place that this says; `None` where the name would grow too long.
    pub(super) fn chosen(&self, by: Chooser) -> Option<Self> {
        if self.weight() + by.weight() > MAX_PATH {
            return None;
        }
        let before = self.choosers().iter().cloned();
        Some(Self {
            root: self.root,
            path: Arc::from(format!("{}{CHOSEN}", self.path)),
            chosen_by: Some(before.chain([by]).collect()),
        })
    }

    fn choosers(&self) -> &[Chooser] {
        self.chosen_by.as_deref().unwrap_or_default()
    }

    /// Whether every place that is chosen in `whole`, of which this is a part, is chosen by the same in this.
    pub fn is_chosen_as(&self, whole: &Self) -> bool {
        self.choosers().starts_with(whole.choosers())
    }

    /// Whether it, or anything that chooses a place in its path, begins at a root that this says.
    pub fn begins_at(&self, is_meant: &dyn Fn(usize) -> bool) -> bool {
        is_meant(self.root)
            || self.choosers().iter().any(|by| match by {
                Chooser::Value(value) => value.begins_at(is_meant),
                Chooser::Variable(_) => false,
            })
    }

    /// Whether a workflow variable that this says chooses a place in its path.
    pub fn is_by_variable(&self, is_meant: &dyn Fn(&str) -> bool) -> bool {
        self.choosers().iter().any(|by| match by {
            Chooser::Value(value) => value.is_by_variable(is_meant),
            Chooser::Variable(name) => is_meant(name),
        })
    }

    fn weight(&self) -> usize {
        let choosers = self.choosers().iter().map(Chooser::weight);
        choosers.fold(self.path.len(), |sum, more| sum.saturating_add(more))
    }
}

impl Chooser {
    fn weight(&self) -> usize {
        CHOSEN.len()
            + match self {
                Self::Value(value) => value.weight(),
                Self::Variable(name) => name.len(),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_variable(name: &str) -> Chooser {
        Chooser::Variable(Arc::from(name))
    }

    #[test]
    fn an_element_is_told_by_what_chooses_it() {
        let list = Identity::new(0, ".l");
        let by = |chooser| list.chosen(chooser).unwrap();
        let index = Identity::new(5, ".i");
        assert_eq!(by(by_variable("i")), by(by_variable("i")));
        assert_ne!(by(by_variable("i")), by(by_variable("j")));
        assert_ne!(by(by_variable("i")), by(Chooser::Value(index.clone())));
        assert!(by(Chooser::Value(index.clone())).begins_at(&|root| root == 5));
        assert!(!by(by_variable("i")).begins_at(&|root| root == 5));
        // A variable that chooses what chooses.
        let nested = Chooser::Value(index.chosen(by_variable("k")).unwrap());
        assert!(by(nested.clone()).is_by_variable(&|name| name == "k"));
        assert!(!by(nested).is_by_variable(&|name| name == "i"));
    }

    #[test]
    fn no_field_looks_like_a_chosen_place() {
        for name in ["[?]", "?", "i", "at($i)", "l[?]"] {
            let step = super::super::path_step(name);
            assert!(!format!(".l{step}").ends_with(CHOSEN), "{step}");
        }
    }

    #[test]
    fn a_name_does_not_grow_without_bound() {
        let mut name = Identity::new(0, "");
        let mut steps = 0;
        while let Some(next) = name.chosen(Chooser::Value(name.clone())) {
            name = next;
            steps += 1;
        }
        assert!(steps < MAX_PATH);
    }
}
