//! Which workflow starts which, with what of its own input.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::alike::digest;
use super::reached::{Met, Reached};
use crate::analysis::WorkflowAnalysis;
use crate::entry_points::{
    Cause, EntryPoint, EntryPoints, Fill, Kind, Starts, chosen, follow, passed_on,
};
use crate::glob::Glob;
use crate::grants::RoleFacts;
use crate::need::{Need, Phase};
use crate::taint::TaintedSink;
use crate::value::{Source, Unknown, Value};
use crate::workflow::Workflow;

/// One task of a workflow that starts another, itself or by an event.
#[derive(Clone, Debug)]
pub struct Link {
    /// The place of the workflow that starts the other.
    pub parent: usize,
    /// Its name.
    pub name: String,
    /// Its role.
    pub role: Option<String>,
    /// What the other gets, in terms of the parent's input.
    pub input: Value,
    /// What the other's execution is called, in the same terms.
    pub called: Value,
    /// How much of the input somebody chooses.
    pub fill: Fill,
    /// Where it puts an event on a bus, that event in terms of the parent's input; `input` is then in terms of the event.
    pub event: Option<Value>,
    /// The same for links that hand on the same: they lead from the same paths to the same paths.
    pub handed: usize,
}

impl Link {
    /// The paths of the parent's input that stand at these paths of the child's.
    pub fn paths(&self, paths: &[String]) -> BTreeSet<String> {
        let mut above = BTreeSet::new();
        for path in paths {
            let value = match path.strip_prefix("$$.Execution.") {
                Some(own) if !own.starts_with("Input") => self.called.clone(),
                _ => follow(&self.input, path),
            };
            let unknowns = chosen(&value);
            if let Some(event) = &self.event {
                let places = unknowns.iter().flat_map(|u| &u.origins);
                for value in places.map(|o| follow(event, &o.path)) {
                    above.extend(callers(&chosen(&value)));
                }
                continue;
            }
            above.extend(callers(&unknowns));
        }
        above
    }
}

/// The paths of the input from which a sink takes what a caller chooses.
pub(super) fn caller_paths(sink: &TaintedSink) -> BTreeSet<String> {
    let parameters = sink
        .parameters
        .iter()
        .flat_map(crate::taint::Parameter::tainted);
    parameters
        .flat_map(|u| &u.origins)
        .filter(|o| o.source == Source::Caller)
        .map(|o| o.path.clone())
        .collect()
}

/// Where in the input stands what a caller chooses.
fn callers(unknowns: &[&Unknown]) -> Vec<String> {
    let origins = unknowns.iter().flat_map(|u| &u.origins);
    let callers = origins.filter(|o| o.source == Source::Caller);
    callers.map(|o| o.path.clone()).collect()
}

/// One task that starts a workflow, or puts an event on a bus.
#[derive(Debug)]
pub struct Start {
    pub(super) action: String,
    /// What it starts, or the buses.
    pub(super) resources: Vec<Glob>,
    /// What that gets, or the event, in terms of its own workflow's input.
    input: Value,
    /// What its execution is called, in the same terms; absent where AWS makes the name.
    called: Value,
}

impl Start {
    /// Every such task of a workflow.
    pub fn of(analysis: &WorkflowAnalysis) -> Vec<Self> {
        let mut seen = BTreeSet::new();
        let needs = analysis.needs.iter().filter(|n| starts_another(n));
        let start = |need: &Need| {
            let state = need.state.filter(|s| seen.insert(*s))?;
            let arguments = analysis.flow.arguments(state);
            let field = |upper: &str, lower: &str| match arguments.field(upper) {
                Value::Absent => arguments.field(lower),
                given => given,
            };
            Some(Self {
                action: need.action.clone(),
                resources: need.resources.clone(),
                input: passed_on(&field("Input", "input")),
                called: field("Name", "name"),
            })
        };
        let mut found: Vec<Self> = needs.filter_map(start).collect();
        let mut seen = BTreeSet::new();
        let puts = analysis.needs.iter().filter(|n| n.action == PUT_EVENTS);
        for state in puts.filter_map(|n| n.state).filter(|s| seen.insert(*s)) {
            found.extend(events(analysis.flow.arguments(state)));
        }
        found
    }
}

/// Putting events on a bus.
const PUT_EVENTS: &str = "events:PutEvents";

/// The events that a task puts on buses.
fn events(arguments: &Value) -> Vec<Start> {
    let entries = arguments.field("Entries");
    let entries = match &entries {
        Value::Array(all) => all.clone(),
        other => vec![other.elements()],
    };
    let event = |entry: &Value| {
        let bus = match entry.field("EventBusName") {
            Value::Absent => Value::text("default"),
            bus => bus,
        };
        Start {
            action: PUT_EVENTS.to_owned(),
            resources: bus.patterns(),
            input: Value::object([
                ("detail".to_owned(), passed_on(&entry.field("Detail"))),
                ("detail-type".to_owned(), entry.field("DetailType")),
                ("resources".to_owned(), entry.field("Resources")),
                ("source".to_owned(), entry.field("Source")),
            ]),
            called: Value::Absent,
        }
    };
    entries.iter().map(event).collect()
}

/// Every link of an account, by the workflow that is started.
#[derive(Debug, Default)]
pub struct Links {
    all: Vec<Link>,
    /// Which of the groups starts it. Workflows that the same tasks start share one.
    by_child: BTreeMap<usize, usize>,
    groups: Vec<Vec<usize>>,
}

impl Links {
    /// Joins the tasks that start workflows, each workflow's in the order of the workflows.
    pub fn of<'r>(
        starts: &[Vec<Start>],
        workflows: &[Workflow],
        role: &dyn Fn(usize) -> Option<&'r RoleFacts>,
        points: &EntryPoints,
        may_start: &dyn Fn(&EntryPoint, &Workflow) -> bool,
    ) -> Self {
        let places: HashMap<&str, usize> = workflows
            .iter()
            .enumerate()
            .map(|(place, w)| (w.arn.as_str(), place))
            .collect();
        let mut links = Self::default();
        let mut met = Met::default();
        let mut reached = Reached::new(&places, workflows);
        let mut alike: HashMap<String, usize> = HashMap::new();
        let mut number = |link: &Link| {
            let next = alike.len();
            let digest = digest([Some(&link.input), Some(&link.called), link.event.as_ref()]);
            *alike.entry(digest).or_insert(next)
        };
        for (parent, (starts, workflow)) in starts.iter().zip(workflows).enumerate() {
            for start in starts {
                let mut link = Link {
                    handed: 0,
                    parent,
                    name: workflow.name.clone(),
                    role: workflow.role.as_ref().map(ToString::to_string),
                    fill: Fill::of(&start.input),
                    input: start.input.clone(),
                    called: start.called.clone(),
                    event: None,
                };
                if start.action == PUT_EVENTS {
                    for point in events_to(start, points, role(parent)) {
                        let Starts::Workflow(arn) = &point.starts else {
                            continue;
                        };
                        let place = places.get(arn.as_str());
                        let Some((place, child)) =
                            place.and_then(|p| Some((*p, workflows.get(*p)?)))
                        else {
                            continue;
                        };
                        if may_start(point, child) {
                            link.event = Some(start.input.clone());
                            link.input = point.input.clone();
                            link.fill = point.fill;
                            link.handed = number(&link);
                            met.add(links.all.len(), Arc::from([place]));
                            links.all.push(link.clone());
                        }
                    }
                    continue;
                }
                link.handed = number(&link);
                met.add(links.all.len(), reached.by(start, role(parent)));
                links.all.push(link);
            }
        }
        (links.by_child, links.groups) = met.by_child();
        links
    }

    /// The links that start the workflow at this place.
    pub fn to(&self, child: usize) -> Vec<&Link> {
        let numbers = self.group(child).and_then(|group| self.groups.get(group));
        let numbers = numbers.into_iter().flatten();
        numbers.filter_map(|n| self.all.get(*n)).collect()
    }

    /// The links whose task itself starts the workflow at this place: an event that another puts on a bus comes by the rule.
    pub fn starting(&self, child: usize) -> Vec<&Link> {
        let links = self.to(child).into_iter();
        links.filter(|l| l.event.is_none()).collect()
    }

    /// Which of the groups of links starts the workflow at this place, where some do.
    pub fn group(&self, child: usize) -> Option<usize> {
        self.by_child.get(&child).copied()
    }
}

/// Whether it is a task's start of a workflow; the executions of a distributed map's children are the workflow's own.
fn starts_another(need: &Need) -> bool {
    let action = need.action.as_str();
    let start = matches!(
        action,
        "states:StartExecution" | "states:StartSyncExecution"
    );
    start && need.phase != Phase::MapRun
}

/// The rules that get an event which a task puts on a bus, where the role lets it.
fn events_to<'p>(
    start: &Start,
    points: &'p EntryPoints,
    role: Option<&RoleFacts>,
) -> Vec<&'p EntryPoint> {
    let grants = role.filter(|r| r.whole).map(RoleFacts::grants);
    let gets = |cause: &Cause| {
        let bus = cause.resource.as_str();
        let name = bus.rsplit('/').next().unwrap_or(bus);
        let own = Glob::literal(bus);
        cause.action == PUT_EVENTS
            && start
                .resources
                .iter()
                .any(|b| b.matches(bus) || b.matches(name))
            && grants
                .as_ref()
                .is_none_or(|all| all.iter().any(|g| g.allows(PUT_EVENTS, &own)))
            && is_let_through(&start.input, cause)
    };
    let rules = points.list.iter().filter(|p| p.kind == Kind::EventRule);
    rules.filter(|p| p.causes.iter().any(gets)).collect()
}

/// Whether an event may have the source and type that this brings about.
fn is_let_through(event: &Value, cause: &Cause) -> bool {
    let fits = |name: &str, key: &str| {
        let own = event.field(name).patterns();
        let asked = cause.context.iter().filter(|(k, _)| *k == key);
        let mut begins = asked.map(|(_, text)| {
            let mut glob = Glob::literal(text);
            glob.extend(&Glob::any());
            glob
        });
        let wanted = cause.brings.as_ref().map(|b| b.field(name).patterns());
        let meet = |wanted: &Glob| own.iter().any(|o| o.overlaps(wanted));
        begins.all(|b| meet(&b)) && wanted.is_none_or(|all| all.iter().any(meet))
    };
    fits("source", "events:source") && fits("detail-type", "events:detail-type")
}
