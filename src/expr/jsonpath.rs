//! JSONPath as Step Functions takes it (developer guide, "Paths in Step Functions"; the Jayway dialect).

mod filter;
mod parse;

pub use filter::equalities;
pub use parse::parse;
pub(crate) use parse::prefix;

/// What a path starts from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Root {
    /// `$`: the state's (effective) input.
    Input,
    /// `$$`: the context object.
    Context,
    /// `$name`: a workflow variable.
    Variable(String),
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// `.name` or `['name']`.
    Field(String),
    /// `[0]`, `[-1]`.
    Index(i64),
    /// `.*` or `[*]`.
    Wildcard,
    /// `..name`: this field at any depth.
    Descend(String),
    /// `..*`: every value at any depth.
    DescendAll,
    /// `[a:b:c]`.
    Slice,
    /// `[0,2]` or `['a','b']`: each of these single steps.
    Union(Vec<Step>),
    /// `[?(…)]`: the elements that pass a filter, of whose text [`equalities`] reads what holds of them all.
    Filter(String),
    /// `.length()` and the other functions of the Jayway dialect, which compute from everything selected so far.
    Function(String),
}

/// One parsed path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// What it starts from.
    pub root: Root,
    /// The steps from there.
    pub steps: Vec<Step>,
    /// As written.
    pub text: String,
}

impl Path {
    /// Whether it is a Reference Path: only fields and single non-negative or negative indexes,
    /// so that it names at most one node (Amazon States Language, "Reference Paths").
    pub fn is_reference(&self) -> bool {
        self.steps
            .iter()
            .all(|s| matches!(s, Step::Field(_) | Step::Index(_)))
    }
}

#[cfg(test)]
mod tests;
