//! One workflow by itself: settings, definition, data flow and needs, before anything of the account is joined.

use crate::asl::{self, Definition, StateId};
use crate::catalog::{self, Integration};
use crate::config::Config;
use crate::facts::secrets::{self, SecretSite};
use crate::facts::settings;
use crate::gap::Gap;
use crate::need::Need;
use crate::snapshot::{Account, StateMachine};
use crate::workflow::Workflow;

/// One workflow by itself.
#[derive(Debug)]
pub struct Dossier {
    /// Its settings.
    pub workflow: Workflow,
    /// Its definition.
    pub definition: Definition,
    /// Its task states.
    pub tasks: Vec<TaskFacts>,
    /// What it must be allowed.
    pub needs: Vec<Need>,
    /// Credentials in the definition.
    pub secrets: Vec<SecretSite>,
    /// What could not be read or decided.
    pub gaps: Vec<Gap>,
}

/// One task state and what it calls.
#[derive(Clone, Debug)]
pub struct TaskFacts {
    /// The state.
    pub state: StateId,
    /// What it calls, and how.
    pub integration: Integration,
}

impl Dossier {
    /// Parses one workflow and derives what it needs.
    pub fn new(account: &Account, machine: &StateMachine, config: &Config) -> Self {
        let (workflow, gaps) = settings::workflow(account, machine, config);
        let definition = asl::parse(&machine.definition);
        let tasks: Vec<TaskFacts> = definition
            .tasks()
            .map(|(state, task)| TaskFacts {
                state: state.id,
                integration: catalog::resource(&task.resource),
            })
            .collect();
        let needs = Vec::new();
        let secrets = serde_json::from_str(&machine.definition)
            .map(|v| secrets::find(&v))
            .unwrap_or_default();
        Self {
            workflow,
            definition,
            tasks,
            needs,
            secrets,
            gaps,
        }
    }
}
