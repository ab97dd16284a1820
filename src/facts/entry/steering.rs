//! Who steers a task of a workflow: whoever starts it, and whoever starts what hands its input on to it.
//!
//! In an account where every workflow starts every other there are more ways than anybody can follow: sets of paths are
//! numbers here, what is handed on alike is looked through once, and a way is written down only where it ends at somebody.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use super::links::Link;
use super::{Ground, Steer, Steering};
use crate::arn::Arn;
use crate::budget;
use crate::entry_points::EntryPoint;
use crate::starters::Starter;

/// More combinations of a workflow and paths than this are not followed.
const MAX_STEPS: usize = 512;
/// Nor is what is handed on by so many workflows, one after the other.
const MAX_WAY: usize = 32;

/// What was found on the way from one workflow.
#[derive(Default)]
pub(super) struct Memory<'a> {
    /// Starters and entry points of a workflow that was met.
    met: BTreeMap<usize, (Vec<Starter<'a>>, Vec<&'a EntryPoint>)>,
    /// Sets of paths, each with its number.
    sets: Vec<Arc<[String]>>,
    numbers: HashMap<Arc<[String]>, usize>,
    /// The set of the parent's paths that stand at a set of the child's, by what is handed on; `None` where none do.
    above: HashMap<(usize, usize), Option<usize>>,
}

impl Memory<'_> {
    fn number(&mut self, paths: BTreeSet<String>) -> usize {
        let paths: Arc<[String]> = paths.into_iter().collect();
        if let Some(number) = self.numbers.get(&paths) {
            return *number;
        }
        let number = self.sets.len();
        self.sets.push(Arc::clone(&paths));
        self.numbers.insert(paths, number);
        number
    }

    fn paths(&self, number: usize) -> Arc<[String]> {
        self.sets.get(number).map(Arc::clone).unwrap_or_default()
    }

    fn above(&mut self, link: &Link, paths: usize) -> Option<usize> {
        let key = (link.handed, paths);
        if let Some(known) = self.above.get(&key) {
            return *known;
        }
        let above = link.paths(&self.paths(paths));
        let above = (!above.is_empty()).then(|| self.number(above));
        self.above.insert(key, above);
        above
    }
}

/// A workflow with the paths of its input that end where the task takes its value from.
struct Step {
    place: usize,
    paths: usize,
    /// The step from which it was come to, and how many there are before it.
    from: Option<usize>,
    depth: usize,
}

/// The workflows that hand the input on, from the one of this step to the one before the last.
fn way(ground: &Ground<'_, '_>, steps: &[Step], step: usize) -> Vec<Arn> {
    let mut way = Vec::new();
    let mut at = steps.get(step);
    while let Some(from) = at.and_then(|step| step.from) {
        let workflow = at.and_then(|step| (ground.workflow)(step.place));
        way.extend(workflow.map(|(workflow, _)| workflow.arn.clone()));
        at = steps.get(from);
    }
    way
}

/// Everybody who puts a value at these paths of the input of the workflow at this place.
pub(super) fn find<'a>(
    ground: &Ground<'_, 'a>,
    place: usize,
    paths: BTreeSet<String>,
    memory: &mut Memory<'a>,
) -> Steering<'a> {
    let mut found = Steering::default();
    let mut seen: HashSet<(usize, usize)> = HashSet::new();
    let mut handed: HashSet<(usize, usize)> = HashSet::new();
    let mut told: BTreeSet<String> = BTreeSet::new();
    let mut steps = vec![Step {
        place,
        paths: memory.number(paths),
        from: None,
        depth: 0,
    }];
    let mut open = VecDeque::from([0]);
    while let Some(number) = open.pop_front() {
        let Some((at, paths, depth)) = steps.get(number).map(|s| (s.place, s.paths, s.depth))
        else {
            break;
        };
        if !seen.insert((at, paths)) {
            continue;
        }
        if seen.len() > MAX_STEPS || budget::is_spent() {
            found.cut = true;
            break;
        }
        budget::spend(1);
        if (ground.workflow)(at).is_none() {
            continue;
        }
        meet(ground, (&steps, number), memory, &mut told, &mut found);
        // What the same links hand on to the same paths was followed from another workflow that they start.
        let group = ground.index.links.group(at);
        if !group.is_some_and(|group| handed.insert((group, paths))) {
            continue;
        }
        for link in ground.index.links.to(at) {
            budget::spend(1);
            let Some(above) = memory.above(link, paths) else {
                continue;
            };
            if seen.contains(&(link.parent, above)) || (ground.workflow)(link.parent).is_none() {
                continue;
            }
            if depth >= MAX_WAY {
                found.cut = true;
                break;
            }
            open.push_back(steps.len());
            steps.push(Step {
                place: link.parent,
                paths: above,
                from: Some(number),
                depth: depth + 1,
            });
        }
    }
    found
}

/// Tells of those who begin the executions of the workflow of this step and were not told yet.
fn meet<'a>(
    ground: &Ground<'_, 'a>,
    (steps, number): (&[Step], usize),
    memory: &mut Memory<'a>,
    told: &mut BTreeSet<String>,
    found: &mut Steering<'a>,
) {
    let Some(step) = steps.get(number) else {
        return;
    };
    let Some((workflow, tags)) = (ground.workflow)(step.place) else {
        return;
    };
    let wanted = memory.paths(step.paths);
    let (starters, points) = memory.met.entry(step.place).or_insert_with(|| {
        let starters = ground.starts.direct(workflow, tags);
        let direct = starters
            .into_iter()
            .filter(|s| s.starts() && !s.actor.is_configured());
        let points = ground
            .index
            .of(workflow, ground.principals, ground.iam_is_whole);
        (direct.collect(), points)
    });
    for starter in starters.iter() {
        if !told.contains(starter.actor.arn.as_str()) {
            told.insert(starter.actor.arn.to_string());
            found.starters.push(Steer {
                who: starter.clone(),
                via: way(ground, steps, number),
                at: wanted.to_vec(),
            });
        }
    }
    for point in points.iter().filter(|p| p.chooses(&wanted)) {
        if told.insert(format!("{}\n{}", point.kind.word(), point.name)) {
            found.points.push(Steer {
                who: point,
                via: way(ground, steps, number),
                at: wanted.to_vec(),
            });
        }
    }
}
