//! Facts: everything that is known of one workflow, joined; the only thing that rules see.
//!
//! A [`WorkflowAnalysis`] is one workflow by itself; [`AccountFacts`] reads the account once and joins its analyses with roles,
//! principals, log groups and functions into [`Facts`], one for each workflow.

mod account;
pub mod entry;
mod execution_role;
pub mod layers;
mod missing;
pub(crate) mod statements;
mod supply;

pub use account::{AccountFacts, unknown_workflows};
pub use missing::{Missing, Withheld};

pub use crate::catalog::{IntegrationKind, Pattern as IntegrationPattern};
pub use crate::need::{Need, Phase, Target};

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::analysis::TaskFacts;
use crate::asl::{Definition, Kind, State, StateId, Task};
use crate::config::Config;
use crate::demand::{MalformedArn, malformed_arns};
use crate::finding::{FindingBuilder, FindingPlace, Subject, Words};
use crate::flow::Flow;
use crate::gap::Gap;
use crate::grants::{GrantAssessment, RoleFacts};
use crate::loc::Pointer;
use crate::rule_id::RuleId;
use crate::secrets::{Redactor, SecretSite};
use crate::severity::Severity;
use crate::workflow::Workflow;
use crate::{functions, log_delivery, starters, taint, trust};

/// Everything known of one workflow.
pub struct Facts<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// Its settings.
    pub workflow: &'a Workflow,
    /// Its definition.
    pub definition: &'a Definition,
    /// Its task states and what they call.
    pub tasks: &'a [TaskFacts],
    /// What it must be allowed.
    pub needs: &'a [Need],
    /// Where its values come from; `None` where nothing could be read.
    pub flow: Option<&'a Flow>,
    /// What somebody outside decides of its tasks.
    pub taint: Vec<taint::TaintedSink>,
    /// What leads where in the definition, for the guards to paste; gathered when first asked for.
    pub wiring: OnceLock<taint::Wiring>,
    /// Where each state stands.
    pub(crate) places: OnceLock<HashMap<&'a str, usize>>,
    /// How its role's statements stand to each other; gathered when first asked for.
    pub(crate) statements: OnceLock<statements::Statements<'a>>,
    /// What the other workflows with the same role need.
    pub others_needs: Vec<&'a Need>,
    /// Its execution role, as far as it was read.
    pub role: Option<&'a RoleFacts>,
    /// What the role grants, judged.
    pub supplies: Vec<GrantAssessment<'a>>,
    /// Where it logs.
    pub logging: log_delivery::LoggingFacts,
    /// Credentials in the definition.
    pub secrets: &'a [SecretSite],
    /// What takes them out of everything that is shown.
    pub redactor: Option<&'a Redactor>,
    /// Who can be its execution role.
    pub trust: trust::TrustFacts,
    /// Who can start it.
    pub starters: starters::Starters<'a>,
    /// What begins its executions, and who steers its tasks by that.
    pub entry: entry::EntryFacts<'a>,
    /// What stands above the account and at its resources; `None` where nothing could be read.
    pub layers: Option<layers::LayerFacts<'a>>,
    /// Who may start what in the account; `None` where nothing could be read.
    pub starts: Option<&'a starters::StartIndex>,
    /// The Lambda functions that it invokes.
    pub functions: functions::FunctionFacts,
    /// What could not be read or decided.
    pub gaps: Vec<Gap>,
}

impl<'a> Facts<'a> {
    /// Whether no state of the definition was read: what it needs is not known either.
    pub fn definition_is_unknown(&self) -> bool {
        self.definition.states.is_empty()
    }

    /// A workflow of which nothing could be read but its name.
    pub fn only_gaps(
        config: &'a Config,
        workflow: &'a Workflow,
        definition: &'a Definition,
        gaps: Vec<Gap>,
    ) -> Self {
        Self {
            config,
            workflow,
            definition,
            tasks: &[],
            needs: &[],
            flow: None,
            taint: Vec::new(),
            wiring: OnceLock::new(),
            places: OnceLock::new(),
            statements: OnceLock::new(),
            others_needs: Vec::new(),
            role: None,
            supplies: Vec::new(),
            logging: log_delivery::LoggingFacts::default(),
            secrets: &[],
            redactor: None,
            trust: trust::TrustFacts::default(),
            starters: starters::Starters::default(),
            entry: entry::EntryFacts::default(),
            starts: None,
            layers: None,
            functions: functions::FunctionFacts::default(),
            gaps,
        }
    }

    /// Texts that stand where a call names a resource, begin as an ARN and are none.
    pub fn malformed_arns(&self) -> Vec<MalformedArn> {
        let of_task = |task: &TaskFacts| {
            let state = self.definition.state(task.state)?;
            let arguments = self.flow?.arguments(state.id);
            Some(malformed_arns(state, &task.integration, arguments))
        };
        self.tasks.iter().filter_map(of_task).flatten().collect()
    }

    /// A finding about this workflow as a whole.
    pub fn finding(
        &self,
        rule: RuleId,
        severity: Severity,
        subject: impl Into<Subject>,
        title: impl Into<String>,
        detail: impl Into<String>,
        fix: impl Into<String>,
    ) -> FindingBuilder {
        let mut finding = FindingBuilder::new(
            rule,
            severity,
            &self.workflow.arn,
            subject.into(),
            FindingPlace::Workflow,
            Words {
                title: title.into(),
                detail: detail.into(),
                fix: fix.into(),
            },
        );
        finding.declared(self.workflow.declared.clone());
        finding
    }

    /// A task state with its task.
    pub fn task(&self, id: StateId) -> Option<(&'a State, &'a Task)> {
        let state = self.definition.state(id)?;
        match &state.kind {
            Kind::Task(task) => Some((state, task)),
            _ => None,
        }
    }

    /// The innermost state in which a place of the definition stands.
    pub fn state_at(&self, pointer: &Pointer) -> Option<&'a State> {
        let states = &self.definition.states;
        let places = self.places.get_or_init(|| {
            let each = states.iter().enumerate();
            each.map(|(i, s)| (s.pointer.as_str(), i)).collect()
        });
        let mut text = pointer.as_str();
        loop {
            if let Some(place) = places.get(text) {
                return states.get(*place);
            }
            text = text.get(..text.rfind('/')?)?;
        }
    }

    /// Whether all that can start the workflow was read, and nobody but administrators, and entry points that put no value
    /// of a caller's or of an outsider's there, decides what this sink takes from the input.
    pub fn is_out_of_reach(&self, sink: &taint::TaintedSink) -> bool {
        let place = self.taint.iter().position(|s| std::ptr::eq(s, sink));
        let steering = place.and_then(|place| self.entry.steering.get(place));
        self.entry.is_whole
            && !sink.is_external()
            && steering.is_some_and(entry::Steering::is_nobody)
    }

    /// What is needed and not granted.
    pub fn missing(&self) -> Vec<Missing> {
        missing::find(self)
    }
}
