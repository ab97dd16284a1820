//! One workflow by itself: settings, definition, data flow and needs, before anything of the account is joined.

mod express;
mod open;
pub mod owner;
mod settings;

use crate::asl::{self, Definition, Kind, StateId};
use crate::budget;
use crate::catalog::{self, Integration};
use crate::config::Config;
use crate::demand::{self, Home};
use crate::flow::{self, Flow, FlowContext};
use crate::gap::{Gap, GapSubject, Input};
use crate::need::{Need, Target};
use crate::secrets::{self, Secrets};
use crate::snapshot::{Account, StateMachine};
use crate::value::Unknown;
use crate::workflow::{Workflow, WorkflowType};

/// One workflow by itself.
#[derive(Debug)]
pub struct WorkflowAnalysis {
    /// Its settings.
    pub workflow: Workflow,
    /// Its definition.
    pub definition: Definition,
    /// Where its values come from.
    pub flow: Flow,
    /// Its task states.
    pub tasks: Vec<TaskFacts>,
    /// What it must be allowed.
    pub needs: Vec<Need>,
    /// Credentials in the definition.
    pub secrets: Secrets,
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

impl WorkflowAnalysis {
    /// Parses one workflow and derives what it needs, as far as its budget goes.
    pub fn new(account: &Account, machine: &StateMachine, config: &Config) -> Self {
        let (analysis, cuts) =
            budget::within(budget::FLOW, || Self::followed(account, machine, config));
        let mut analysis = analysis.unwrap_or_else(|| Self::unread(account, machine, config));
        analysis.gaps.extend(stopped("the data flow", &cuts));
        let (needs, cuts) = budget::within(budget::JOIN, || {
            let needs = needs(
                &analysis.workflow,
                &analysis.definition,
                &analysis.flow,
                &analysis.tasks,
            );
            note_unsourced(&needs);
            needs
        });
        analysis.needs = needs.unwrap_or_default();
        analysis.gaps.extend(stopped("what the states need", &cuts));
        analysis
    }

    /// The settings of a workflow that starts no other; `None` of any other, and of one that cannot be told. Nothing else of
    /// it is joined with other workflows, and following its data costs much more than reading it.
    pub fn of_no_starter(
        account: &Account,
        machine: &StateMachine,
        config: &Config,
    ) -> Option<Workflow> {
        let (starts_none, _) = budget::within(budget::FLOW, || {
            let (definition, _) = asl::parse_read(&machine.definition);
            !definition.tasks().any(|(_, task)| {
                let integration = catalog::resource(&task.resource);
                matches!(integration.service(), "states" | "sfn")
            })
        });
        starts_none?.then(|| settings::workflow(account, machine, config).0)
    }

    /// Of a workflow whose definition could not be followed at all, its settings.
    fn unread(account: &Account, machine: &StateMachine, config: &Config) -> Self {
        let (workflow, gaps) = settings::workflow(account, machine, config);
        Self {
            workflow,
            definition: Definition::default(),
            flow: Flow::default(),
            tasks: Vec::new(),
            needs: Vec::new(),
            secrets: Secrets::default(),
            gaps,
        }
    }

    fn followed(account: &Account, machine: &StateMachine, config: &Config) -> Self {
        let (workflow, gaps) = settings::workflow(account, machine, config);
        let (mut definition, read) = asl::parse_read(&machine.definition);
        if is_unread(account, machine) {
            definition.problems.clear();
        }
        let tasks: Vec<TaskFacts> = definition
            .tasks()
            .map(|(state, task)| TaskFacts {
                state: state.id,
                integration: catalog::resource(&task.resource),
            })
            .collect();
        if workflow.kind == WorkflowType::Express {
            let more = express::problems(&definition, &tasks);
            definition.problems.extend(more);
        }
        let known = !workflow.arn.region().is_empty();
        let flow = flow::analyse(
            &definition,
            FlowContext {
                workflow: known.then_some(&workflow.arn),
            },
        );
        let text = machine.definition.trim_start_matches('\u{feff}');
        let unread = match &read.fault {
            Some(fault) => text.get(fault.at..),
            // What a key holds that stands again, and what is nested too deep, is in the text alone.
            None => (!read.issues.is_empty()).then_some(text),
        };
        let secrets = secrets::find(&read.value, unread.unwrap_or_default());
        let mut gaps = gaps;
        gaps.extend(open::places(&definition));
        if !known {
            gaps.extend(open::names(&read.value));
        }
        Self {
            workflow,
            definition,
            flow,
            tasks,
            needs: Vec::new(),
            secrets,
            gaps,
        }
    }
}

/// Whether nothing is known of the definition: then it is not known to be none either.
fn is_unread(account: &Account, machine: &StateMachine) -> bool {
    let own = GapSubject::Workflow(machine.arn.clone());
    machine.definition.is_empty()
        && account
            .unreadable
            .iter()
            .any(|unread| unread.input == Input::Definition && unread.subject == own)
}

/// What of one workflow was not followed to its end, as a gap. What is said of it errs to the side of whoever attacks; what is
/// not said proves nothing.
pub fn stopped(what: &str, cuts: &[&'static str]) -> Option<Gap> {
    (!cuts.is_empty()).then(|| {
        let why = format!("the analysis stopped at {}", cuts.join(", and at "));
        Gap {
            cut: true,
            ..Gap::new(Input::Workflow, format!("{what}, whole"), why)
        }
    })
}

/// An open target of which no source is known is a gap of the analysis, never a clean one.
fn note_unsourced(needs: &[Need]) {
    let open = needs.iter().filter(|n| n.target == Target::RunTime);
    let mut holes = open.flat_map(|n| &n.holes);
    if holes.any(Unknown::is_unsourced) {
        budget::cut("a target that a run chooses, of which it is not known from what");
    }
}

/// What the tasks, the maps and the workflow itself need.
fn needs(
    workflow: &Workflow,
    definition: &Definition,
    flow: &Flow,
    tasks: &[TaskFacts],
) -> Vec<Need> {
    let home = Home::of(&workflow.arn);
    let mut needs = Vec::new();
    for facts in tasks {
        let Some(state) = definition.state(facts.state) else {
            continue;
        };
        if let Kind::Task(task) = &state.kind {
            let credentials = task
                .credentials
                .as_ref()
                .map(|_| flow.credentials(state.id));
            let arguments = flow.arguments(state.id);
            needs.extend(demand::task_needs(
                task,
                state,
                &facts.integration,
                arguments,
                credentials,
                &home,
            ));
        }
    }
    let reader = |id| flow.item_reader(id).clone();
    let writer = |id| flow.result_writer(id).clone();
    needs.extend(demand::map_needs(definition, &reader, &writer, &home));
    needs.extend(demand::workflow_needs(workflow, definition, &home));
    needs
}
