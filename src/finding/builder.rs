//! How a finding is made.

use super::{Finding, Patch, Remediation, StatementRef};
use crate::arn::Arn;
use crate::asl::State;
use crate::loc::Pointer;
use crate::rule_id::RuleId;
use crate::severity::Severity;
use crate::value::TraceStep;

/// Where in its workflow a finding stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindingPlace {
    /// It is about the workflow as a whole.
    Workflow,
    /// A state, with the place in it.
    State {
        /// The state's own name.
        name: String,
        /// The place in the definition: the state's own, or one below it.
        pointer: Pointer,
    },
    /// A statement of the role, which [`Finding::policy`] names.
    Role {
        /// The state that makes it worse.
        state: Option<String>,
    },
    /// A place in the definition outside of every state.
    Definition(Pointer),
}

impl FindingPlace {
    /// A state as a whole.
    pub fn state_itself(state: &State) -> Self {
        Self::State {
            name: state.name.clone(),
            pointer: state.pointer.clone(),
        }
    }

    /// A place in the definition, in this state where it stands in one.
    pub fn within(state: Option<&State>, pointer: Pointer) -> Self {
        match state {
            Some(state) => Self::State {
                name: state.name.clone(),
                pointer,
            },
            None => Self::Definition(pointer),
        }
    }

    /// The name of the state.
    pub fn state(&self) -> Option<&str> {
        match self {
            Self::State { name, .. } => Some(name),
            Self::Role { state } => state.as_deref(),
            Self::Workflow | Self::Definition(_) => None,
        }
    }

    /// The place in the definition.
    pub const fn pointer(&self) -> Option<&Pointer> {
        match self {
            Self::State { pointer, .. } | Self::Definition(pointer) => Some(pointer),
            Self::Workflow | Self::Role { .. } => None,
        }
    }

    pub(super) fn clean(&mut self, clean: &impl Fn(&mut String) -> bool) {
        match self {
            Self::Workflow => {}
            Self::Role { state } => state.iter_mut().for_each(|name| {
                clean(name);
            }),
            Self::State { name, pointer } => {
                clean(name);
                *pointer = pointer.cleaned(clean);
            }
            Self::Definition(pointer) => *pointer = pointer.cleaned(clean),
        }
    }
}

/// What identifies a finding among those of its rule on its workflow, across evaluations: state path, statement content,
/// principal; never an index or a line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject(String);

impl Subject {
    /// The workflow itself: the rule can say one thing of it only.
    pub const fn workflow() -> Self {
        Self(String::new())
    }

    /// The text, as it goes into the fingerprint.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Subject {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Subject {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// What a finding says to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// One line.
    pub title: String,
    /// What and why, plain text.
    pub detail: String,
    /// What to do, concrete.
    pub fix: String,
}

/// A finding in the making: rule, severity, workflow, subject, place and words are there from the start, the evidence is
/// added.
#[must_use]
#[derive(Clone, Debug)]
pub struct FindingBuilder(Finding);

impl FindingBuilder {
    /// A finding with the parts that none can be without.
    pub fn new(
        rule: RuleId,
        severity: Severity,
        workflow: &Arn,
        subject: Subject,
        place: FindingPlace,
        words: Words,
    ) -> Self {
        Self(Finding {
            rule,
            severity,
            workflow: workflow.clone(),
            place,
            states: Vec::new(),
            title: words.title,
            detail: words.detail,
            actions: Vec::new(),
            resources: Vec::new(),
            reach: None,
            trace: Vec::new(),
            policy: None,
            principals: Vec::new(),
            more_principals: 0,
            via: Vec::new(),
            version: None,
            declared: None,
            suppressed: None,
            remediation: Remediation {
                text: words.fix,
                patch: None,
            },
            subject,
        })
    }

    /// Moves it to another place.
    pub fn at(&mut self, place: FindingPlace) -> &mut Self {
        self.0.place = place;
        self
    }

    /// The file and the logical id that declare the workflow, before it is deployed.
    pub fn declared(&mut self, declared: Option<String>) -> &mut Self {
        self.0.declared = declared;
        self
    }

    /// Every state it concerns, the one where it stands first.
    pub fn states(&mut self, states: Vec<String>) -> &mut Self {
        self.0.states = states;
        self
    }

    /// The actions concerned, as the policy writes them.
    pub fn actions(&mut self, actions: Vec<String>) -> &mut Self {
        self.0.actions = actions;
        self
    }

    /// The resources concerned, as the policy writes them.
    pub fn resources(&mut self, resources: Vec<String>) -> &mut Self {
        self.0.resources = resources;
        self
    }

    /// How far a caller can reach.
    pub fn reach(&mut self, reach: Option<String>) -> &mut Self {
        self.0.reach = reach;
        self
    }

    /// The way of the value, source first.
    pub fn trace(&mut self, trace: Vec<TraceStep>) -> &mut Self {
        self.0.trace = trace;
        self
    }

    /// The policy statement concerned.
    pub fn policy(&mut self, policy: Option<StatementRef>) -> &mut Self {
        self.0.policy = policy;
        self
    }

    /// How many more principals it concerns than it names.
    pub fn more_principals(&mut self, count: usize) -> &mut Self {
        self.0.more_principals = count;
        self
    }

    /// The principals concerned; of very many the first.
    pub fn principals(&mut self, principals: Vec<String>) -> &mut Self {
        self.0.principals = principals;
        self
    }

    /// The workflows that hand the input on, the one that is started first at the front.
    pub fn via(&mut self, via: Vec<Arn>) -> &mut Self {
        self.0.via = via;
        self
    }

    /// What to paste.
    pub fn patch(&mut self, patch: Option<Patch>) -> &mut Self {
        self.0.remediation.patch = patch;
        self
    }

    /// The finding.
    pub fn build(self) -> Finding {
        self.0
    }
}
