//! Which workflow starts which, with what of its own input.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::analysis::WorkflowAnalysis;
use crate::entry_points::{Fill, chosen, follow, passed_on};
use crate::glob::Glob;
use crate::grants::RoleFacts;
use crate::need::{Need, Phase};
use crate::value::{Source, Value};
use crate::workflow::Workflow;

/// One task of a workflow that starts another.
#[derive(Debug)]
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
            for unknown in chosen(&value) {
                let callers = unknown
                    .origins
                    .iter()
                    .filter(|o| o.source == Source::Caller);
                above.extend(callers.map(|o| o.path.clone()));
            }
        }
        above
    }
}

/// One task that starts a workflow.
#[derive(Debug)]
pub struct Start {
    action: String,
    /// What it starts.
    resources: Vec<Glob>,
    /// What that gets, in terms of its own workflow's input.
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
        needs.filter_map(start).collect()
    }
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
    ) -> Self {
        let places: HashMap<&str, usize> = workflows
            .iter()
            .enumerate()
            .map(|(place, w)| (w.arn.as_str(), place))
            .collect();
        let mut links = Self::default();
        let mut by_child: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (parent, (starts, workflow)) in starts.iter().zip(workflows).enumerate() {
            for start in starts {
                let number = links.all.len();
                links.all.push(Link {
                    parent,
                    name: workflow.name.clone(),
                    role: workflow.role.as_ref().map(ToString::to_string),
                    fill: Fill::of(&start.input),
                    input: start.input.clone(),
                    called: start.called.clone(),
                });
                for child in targets(start, &places, workflows, role(parent)) {
                    by_child.entry(child).or_default().push(number);
                }
            }
        }
        let mut known: HashMap<Vec<usize>, usize> = HashMap::new();
        for (child, numbers) in by_child {
            let next = known.len();
            let group = *known.entry(numbers.clone()).or_insert(next);
            if group == next {
                links.groups.push(numbers);
            }
            links.by_child.insert(child, group);
        }
        links
    }

    /// The links that start the workflow at this place.
    pub fn to(&self, child: usize) -> Vec<&Link> {
        let numbers = self.group(child).and_then(|group| self.groups.get(group));
        let numbers = numbers.into_iter().flatten();
        numbers.filter_map(|n| self.all.get(*n)).collect()
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

/// The places of the workflows that these patterns name, and the role lets start.
fn targets(
    start: &Start,
    places: &HashMap<&str, usize>,
    workflows: &[Workflow],
    role: Option<&RoleFacts>,
) -> BTreeSet<usize> {
    let grants = role.filter(|r| r.whole);
    let grants = grants.map(RoleFacts::grants);
    let granted = |arn: &str| {
        let one = Glob::literal(arn);
        grants
            .as_ref()
            .is_none_or(|all| all.iter().any(|g| g.allows(&start.action, &one)))
    };
    let mut found = BTreeSet::new();
    for pattern in &start.resources {
        if let Some(literal) = pattern.as_literal() {
            // A version or alias is started with the workflow's own permission.
            let base: Vec<&str> = literal.splitn(8, ':').take(7).collect();
            let base = base.join(":");
            found.extend(places.get(base.as_str()).filter(|_| granted(&base)));
            continue;
        }
        for (place, workflow) in workflows.iter().enumerate() {
            let arn = workflow.arn.as_str();
            if (pattern.matches(arn) || pattern.matches(&format!("{arn}:1"))) && granted(arn) {
                found.insert(place);
            }
        }
    }
    found
}
