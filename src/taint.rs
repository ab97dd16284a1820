//! What somebody outside decides of each task: the parameters that choose a target, are run, or choose an identity.

mod commands;
mod locate;
mod one_value;
mod roles;
mod targets;
mod weigh;
mod wiring;

pub use wiring::Wiring;

use std::collections::HashMap;
use std::sync::Arc;

use crate::asl::{Definition, State, StateId};
use crate::catalog::Integration;
use crate::flow::{Flow, strength};
use crate::grants::RoleFacts;
use crate::loc::Pointer;
use crate::need::{Need, Phase};
use crate::reach::Reach;
use crate::severity::Severity;
use crate::value::{Guard, Source, Strength, TraceStep, Unknown, Value};

/// One thing that somebody outside decides.
#[derive(Clone, Debug)]
pub struct TaintedSink {
    /// The state.
    pub state: StateId,
    /// What is decided.
    pub kind: SinkKind,
    /// The parameters through which, the most telling first; never empty.
    pub parameters: Vec<Parameter>,
    /// How far; for commands nothing.
    pub reach: Option<Reach>,
}

/// What is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SinkKind {
    /// Which resource these actions act on.
    Target {
        /// The actions, the one that weighs most first.
        actions: Vec<String>,
        /// They only read.
        reads: bool,
        /// It reaches people rather than resources.
        outward: bool,
    },
    /// What is executed or interpreted.
    Command {
        /// Critical for an explicit shell, an image, Systems Manager, a buildspec, user data and `command-runner.jar`; medium for
        /// the values of environment variables and arguments whose names the definition fixes; else high.
        severity: Severity,
        /// The action that runs it.
        action: String,
    },
    /// Which role is assumed or passed.
    Credentials {
        /// `sts:AssumeRole` or `iam:PassRole`.
        action: &'static str,
    },
}

/// One parameter that somebody outside decides, in whole or in part.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its path in the request, such as `ContainerOverrides[0].Command`.
    pub path: String,
    /// Where it stands in the definition; the state itself where the whole input is passed on.
    pub pointer: Pointer,
    /// What it may be.
    pub value: Value,
    /// What it decides, to stand after its name; empty where it names the resource.
    pub reason: &'static str,
}

impl Parameter {
    /// The parts of it that somebody outside chooses.
    pub fn tainted(&self) -> Vec<&Unknown> {
        let all = self.value.unknowns().into_iter();
        all.filter(|u| u.is_tainted()).collect()
    }

    /// Whether the text around what is chosen fixes partition, service, region, account and type of the resource.
    fn is_placed(&self) -> bool {
        let globs = self.value.settled().patterns();
        let is_address = |text: &str| text.starts_with("arn:") || text.contains("://");
        !globs.is_empty()
            && strength::of_patterns(&globs) >= Strength::NameOpen
            && globs.iter().all(|glob| is_address(&glob.to_string()))
    }
}

impl TaintedSink {
    fn tainted(&self) -> impl Iterator<Item = &Unknown> {
        self.parameters.iter().flat_map(Parameter::tainted)
    }

    /// Whether no caller chooses it, only outside data.
    pub fn is_external(&self) -> bool {
        let origins = |u: &Unknown| u.origins.iter().any(|o| o.source == Source::Caller);
        !self.tainted().any(origins)
    }

    /// Whether guards hold every part of it to fixed partition, service, region, account and type (or a name's beginning),
    /// or the text around it does.
    pub fn is_held(&self) -> bool {
        let is_held = |p: &Parameter| {
            p.is_placed()
                || p.tainted().iter().all(|u| {
                    let globs = u.allowed.as_ref();
                    globs.is_some_and(|g| strength::of_patterns(g) >= Strength::NameOpen)
                })
        };
        self.parameters.iter().all(is_held)
    }

    /// The guards met on the way, weakest first, of the parts that they do not hold.
    pub fn loose_guards(&self) -> Vec<Arc<Guard>> {
        let is_run = matches!(self.kind, SinkKind::Command { .. });
        let mut found = Vec::new();
        let parameters = self.parameters.iter();
        let loose = parameters.filter(|p| is_run || !p.is_placed());
        for unknown in loose.flat_map(Parameter::tainted) {
            let any_text = unknown.guards.iter().all(|g| g.any_text);
            let held = unknown.allowed.as_ref().is_some_and(|globs| {
                // A command has no account to be held to: what may follow a fixed beginning is the rest of the command.
                match strength::of_patterns(globs) {
                    Strength::Finite => true,
                    Strength::NameOpen => !(is_run && any_text),
                    _ => false,
                }
            });
            if !held {
                crate::value::merge_guards(&mut found, &unknown.guards);
            }
        }
        found.sort_by_key(|g| g.strength);
        found
    }

    /// Every guard met on the way.
    pub fn guards(&self) -> Vec<Arc<Guard>> {
        let mut found = Vec::new();
        for unknown in self.tainted() {
            crate::value::merge_guards(&mut found, &unknown.guards);
        }
        found
    }

    /// The way from the source to the parameter.
    pub fn trace(&self, state: &State) -> Vec<TraceStep> {
        let origins = || self.tainted().flat_map(|u| &u.origins);
        let origin = origins()
            .find(|o| o.source == Source::Caller)
            .or_else(|| origins().find(|o| o.source.is_tainted()));
        let mut steps = origin.map(|o| o.steps()).unwrap_or_default();
        let parameter = self.parameters.iter().find(|p| !p.tainted().is_empty());
        if let Some(parameter) = parameter
            && steps.last().is_none_or(|s| s.pointer != parameter.pointer)
        {
            steps.push(TraceStep {
                state: state.name.clone(),
                pointer: parameter.pointer.clone(),
                value: parameter.path.clone(),
            });
        }
        steps
    }
}

/// The values at a path of a request, such as `Overrides.ContainerOverrides[].Command`.
pub fn values_at(arguments: &Value, path: &str) -> Vec<Value> {
    let places = locate::places(arguments, path).into_iter();
    places.map(|place| place.value).collect()
}

/// What the search looks at.
#[derive(Clone, Copy)]
struct TaintContext<'a> {
    definition: &'a Definition,
    flow: &'a Flow,
    /// What each state needs.
    needs: &'a HashMap<StateId, Vec<&'a Need>>,
    /// The execution role, where it is known.
    role: Option<&'a RoleFacts>,
}

impl<'a> TaintContext<'a> {
    /// What this state needs in this phase.
    fn needs(&self, state: StateId, phase: Phase) -> impl Iterator<Item = &'a Need> + use<'a> {
        let all = self.needs.get(&state).into_iter().flatten().copied();
        all.filter(move |n| n.phase == phase)
    }
}

/// Everything that somebody outside decides, in the order of the tasks.
pub fn find<'t>(
    definition: &Definition,
    flow: &Flow,
    needs: &[Need],
    role: Option<&RoleFacts>,
    tasks: impl IntoIterator<Item = (StateId, &'t Integration)>,
) -> Vec<TaintedSink> {
    let mut by_state: HashMap<StateId, Vec<&Need>> = HashMap::new();
    for need in needs {
        if let Some(state) = need.state {
            by_state.entry(state).or_default().push(need);
        }
    }
    let ground = TaintContext {
        definition,
        flow,
        needs: &by_state,
        role,
    };
    let mut found = Vec::new();
    for (id, integration) in tasks {
        let Some(state) = definition.state(id) else {
            continue;
        };
        found.extend(roles::assumed(ground, state));
        if flow.arguments(id).is_tainted() {
            found.extend(targets::of_task(ground, state, integration));
            found.extend(commands::of_task(ground, state, integration));
        }
    }
    found.extend(targets::of_maps(ground));
    found
}
