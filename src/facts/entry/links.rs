//! Which workflow starts which, with what of its own input.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::analysis::WorkflowAnalysis;
use crate::entry_points::{Fill, chosen, follow, passed_on};
use crate::glob::Glob;
use crate::grants::RoleFacts;
use crate::need::{Need, Phase};
use crate::value::{Source, Value};

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
    /// How much of that somebody chooses.
    pub fill: Fill,
    /// The workflow starts itself: who steers it by that began it otherwise.
    pub is_own: bool,
}

impl Link {
    /// The paths of the parent's input that stand at these paths of the child's.
    pub fn paths(&self, paths: &[String]) -> BTreeSet<String> {
        let mut above = BTreeSet::new();
        for path in paths {
            let value = follow(&self.input, path);
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

/// Every link of an account, by the workflow that is started.
#[derive(Debug, Default)]
pub struct Links {
    all: Vec<Link>,
    by_child: BTreeMap<usize, Vec<usize>>,
}

impl Links {
    /// Reads the tasks that start workflows.
    pub fn of<'r>(
        analyses: &[WorkflowAnalysis],
        role: &dyn Fn(usize) -> Option<&'r RoleFacts>,
    ) -> Self {
        let places: HashMap<&str, usize> = analyses
            .iter()
            .enumerate()
            .map(|(place, a)| (a.workflow.arn.as_str(), place))
            .collect();
        let mut links = Self::default();
        for (parent, analysis) in analyses.iter().enumerate() {
            let mut seen = BTreeSet::new();
            for need in analysis.needs.iter().filter(|n| starts_another(n)) {
                let Some(state) = need.state.filter(|s| seen.insert(*s)) else {
                    continue;
                };
                let targets = targets(
                    &need.resources,
                    &places,
                    analyses,
                    role(parent),
                    &need.action,
                );
                if targets.is_empty() {
                    continue;
                }
                let arguments = analysis.flow.arguments(state);
                let given = match arguments.field("Input") {
                    Value::Absent => arguments.field("input"),
                    given => given,
                };
                let input = passed_on(&given);
                let fill = Fill::of(&input);
                for child in targets {
                    let number = links.all.len();
                    links.all.push(Link {
                        parent,
                        name: analysis.workflow.name.clone(),
                        role: analysis.workflow.role.as_ref().map(ToString::to_string),
                        fill,
                        input: input.clone(),
                        is_own: child == parent,
                    });
                    links.by_child.entry(child).or_default().push(number);
                }
            }
        }
        links
    }

    /// The links that start the workflow at this place.
    pub fn to(&self, child: usize) -> Vec<&Link> {
        let numbers = self.by_child.get(&child).into_iter().flatten();
        numbers.filter_map(|n| self.all.get(*n)).collect()
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
    patterns: &[Glob],
    places: &HashMap<&str, usize>,
    analyses: &[WorkflowAnalysis],
    role: Option<&RoleFacts>,
    action: &str,
) -> BTreeSet<usize> {
    let grants = role.filter(|r| r.whole);
    let grants = grants.map(RoleFacts::grants);
    let granted = |arn: &str| {
        let one = Glob::literal(arn);
        grants
            .as_ref()
            .is_none_or(|all| all.iter().any(|g| g.allows(action, &one)))
    };
    let mut found = BTreeSet::new();
    for pattern in patterns {
        if let Some(literal) = pattern.as_literal() {
            // A version or alias is started with the workflow's own permission.
            let base: Vec<&str> = literal.splitn(8, ':').take(7).collect();
            let base = base.join(":");
            found.extend(places.get(base.as_str()).filter(|_| granted(&base)));
            continue;
        }
        for (place, analysis) in analyses.iter().enumerate() {
            let arn = analysis.workflow.arn.as_str();
            if (pattern.matches(arn) || pattern.matches(&format!("{arn}:1"))) && granted(arn) {
                found.insert(place);
            }
        }
    }
    found
}
