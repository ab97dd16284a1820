//! Which workflows a task starts. In an account where each starts each, those that are started by the same tasks are told
//! once.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::links::Start;
use crate::glob::Glob;
use crate::grants::RoleFacts;
use crate::grants::role::Grant;
use crate::workflow::Workflow;

/// Places of workflows, sorted.
pub(super) type Places = Arc<[usize]>;

/// What a role lets be started: its ARN, the action, the patterns.
type Asked<'r> = (&'r str, String, Vec<Glob>);

/// The workflows that tasks start, asked once for tasks that ask alike.
pub(super) struct Reached<'w, 'r> {
    places: &'w HashMap<&'w str, usize>,
    workflows: &'w [Workflow],
    /// Each workflow's ARN with a version behind it.
    versions: Vec<String>,
    /// The grants of each role that was met.
    grants: HashMap<&'r str, Vec<Grant<'r>>>,
    known: HashMap<Asked<'r>, Places>,
    /// Whether a role lets start a workflow, by its ARN, the action and the place.
    granted: HashMap<(&'r str, String), BTreeMap<usize, bool>>,
}

impl<'w, 'r> Reached<'w, 'r> {
    pub(super) fn new(places: &'w HashMap<&'w str, usize>, workflows: &'w [Workflow]) -> Self {
        Self {
            places,
            workflows,
            versions: workflows.iter().map(|w| format!("{}:1", w.arn)).collect(),
            grants: HashMap::new(),
            known: HashMap::new(),
            granted: HashMap::new(),
        }
    }

    /// The places of the workflows that the task names, and the role lets start.
    pub(super) fn by(&mut self, start: &Start, role: Option<&'r RoleFacts>) -> Places {
        let role = role.filter(|r| r.whole);
        let arn = role.map_or("", |r| r.arn.as_str());
        let asked = (arn, start.action.clone(), start.resources.clone());
        if let Some(known) = self.known.get(&asked) {
            return Arc::clone(known);
        }
        let mut found: Vec<usize> = start.resources.iter().flat_map(|p| self.named(p)).collect();
        found.sort_unstable();
        found.dedup();
        found.retain(|place| self.is_granted(*place, &start.action, role));
        let found: Places = found.into();
        self.known.insert(asked, Arc::clone(&found));
        found
    }

    /// The workflows that a pattern matches.
    fn named(&self, pattern: &Glob) -> Vec<usize> {
        if let Some(literal) = pattern.as_literal() {
            // A version or alias is started with the workflow's own permission.
            let base: Vec<&str> = literal.splitn(8, ':').take(7).collect();
            return self
                .places
                .get(&*base.join(":"))
                .copied()
                .into_iter()
                .collect();
        }
        let any = pattern.is_any();
        let each = self.workflows.iter().zip(&self.versions).enumerate();
        let matched = each.filter(|(_, (workflow, version))| {
            any || pattern.matches(workflow.arn.as_str()) || pattern.matches(version)
        });
        matched.map(|(place, _)| place).collect()
    }

    fn is_granted(&mut self, place: usize, action: &str, role: Option<&'r RoleFacts>) -> bool {
        let (Some(role), Some(workflow)) = (role, self.workflows.get(place)) else {
            return true;
        };
        let arn = role.arn.as_str();
        let known = self.granted.entry((arn, action.to_owned())).or_default();
        let all = self.grants.entry(arn).or_insert_with(|| role.grants());
        *known.entry(place).or_insert_with(|| {
            let one = Glob::literal(workflow.arn.as_str());
            all.iter().any(|g| g.allows(action, &one))
        })
    }
}

/// Who is started by which links, as it is found.
#[derive(Default)]
pub(super) struct Met {
    /// Links that start the same workflows, by what they start.
    bundles: BTreeMap<Places, Vec<usize>>,
}

impl Met {
    /// Adds a link by its number; numbers grow.
    pub(super) fn add(&mut self, link: usize, children: Places) {
        self.bundles.entry(children).or_default().push(link);
    }

    /// The group of links that starts each workflow, and the links of each group in their order.
    pub(super) fn by_child(self) -> (BTreeMap<usize, usize>, Vec<Vec<usize>>) {
        let mut started: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (number, children) in self.bundles.keys().enumerate() {
            for child in children.iter() {
                started.entry(*child).or_default().push(number);
            }
        }
        let bundles: Vec<&Vec<usize>> = self.bundles.values().collect();
        let (mut by_child, mut groups) = (BTreeMap::new(), Vec::new());
        let mut known: HashMap<Vec<usize>, usize> = HashMap::new();
        for (child, by) in started {
            let next = known.len();
            let group = match known.get(&by) {
                Some(group) => *group,
                None => {
                    let links = by.iter().filter_map(|b| bundles.get(*b)).copied();
                    let mut links: Vec<usize> = links.flatten().copied().collect();
                    links.sort_unstable();
                    groups.push(links);
                    known.insert(by, next);
                    next
                }
            };
            by_child.insert(child, group);
        }
        (by_child, groups)
    }
}
