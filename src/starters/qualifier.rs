//! The version or alias by which a request asks for a workflow: the caller chooses it among those that are there.

use std::collections::BTreeSet;

use crate::iam::{Context, Statement};

/// The context key that holds it; a request by the workflow's own ARN has none (AWS Step Functions Developer Guide,
/// "Authorization for versions and aliases").
const KEY: &str = "states:StateMachineQualifier";

/// An alias that no policy speaks of.
const OTHER: &str = "-";

/// The ways to ask for one revision of a workflow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revision {
    /// By the workflow's own ARN: the current one.
    pub unqualified: bool,
    /// The numbers of published versions that are this revision; `None` where they were not read.
    pub numbers: Option<Vec<String>>,
}

impl Revision {
    /// The current revision of a workflow whose versions were not read.
    pub const CURRENT: Self = Self {
        unqualified: true,
        numbers: None,
    };
}

/// What principals' statements about starting say of versions and aliases.
#[derive(Debug, Default)]
pub(super) struct Qualified {
    /// The values that their conditions compare with; empty where there are none.
    values: BTreeSet<String>,
    /// Whether they ask for it at all.
    is_asked: bool,
}

/// One request that asks for a revision.
pub(super) struct Asked {
    /// What is known of it.
    pub context: Context,
    /// What it depends on that such a request can be made: an alias of that name.
    pub depends: Option<&'static str>,
}

impl Qualified {
    pub(super) fn of<'s>(statements: impl Iterator<Item = &'s Statement>) -> Self {
        let mut own = Self::default();
        let conditions = statements.flat_map(|s| &s.conditions);
        for condition in conditions.filter(|c| c.key.eq_ignore_ascii_case(KEY)) {
            own.is_asked = true;
            // A name that the pattern fits.
            let fitting = |text: &String| text.replace('*', "").replace('?', "a");
            own.values.extend(condition.texts.iter().map(fitting));
        }
        own
    }

    /// Each way to ask for the revision, the surest first; `None` where no statement minds.
    pub(super) fn requests(&self, revision: &Revision, context: &Context) -> Option<Vec<Asked>> {
        if !self.is_asked {
            return None;
        }
        let by = |qualifier: &str, depends| Asked {
            context: context.clone().with(KEY, qualifier),
            depends,
        };
        let mut all = Vec::new();
        if revision.unqualified {
            all.push(Asked {
                context: context.clone().without(KEY),
                depends: None,
            });
        }
        let numbers = revision.numbers.as_deref();
        all.extend(numbers.into_iter().flatten().map(|number| by(number, None)));
        // An alias leads to published versions, and its name is more than digits (CreateStateMachineAlias). Which there are is
        // not known.
        if numbers.is_none_or(|numbers| !numbers.is_empty()) {
            let is_number = |value: &str| value.bytes().all(|b| b.is_ascii_digit());
            let may_be = |value: &&String| numbers.is_none() || !is_number(value);
            let named = self.values.iter().filter(may_be).map(String::as_str);
            all.extend(named.chain([OTHER]).map(|value| by(value, Some(KEY))));
        }
        Some(all)
    }
}
