//! What begins a workflow's executions, and who steers which of its tasks by it: principals, entry points, and the
//! workflows that hand their input on, field by field and through cycles.

mod links;
mod started;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::AccountFacts;
use crate::arn::Arn;
use crate::budget;
use crate::entry_points::{Authorization, EntryPoint, EntryPoints, Fill, Kind, in_words};
use crate::gap::{Gap, Input};
use crate::iam::Principals;
use crate::starters::{self, StartIndex, Starter};
use crate::taint::TaintedSink;
use crate::workflow::Workflow;

use links::caller_paths;
pub use links::{Link, Links, Start};
pub(super) use started::may_start;

/// More combinations of a workflow and paths than this are not followed.
const MAX_STEPS: usize = 512;
/// Nor is what is handed on by so many workflows, one after the other.
const MAX_WAY: usize = 32;

/// What begins the executions of one workflow.
#[derive(Default)]
pub struct EntryFacts<'a> {
    /// Rules, schedules, pipes, APIs and function URLs.
    pub points: Vec<&'a EntryPoint>,
    /// Its place among the account's workflows.
    place: usize,
    /// Workflows that start it.
    pub links: Vec<&'a Link>,
    /// For each tainted sink, in their order, who steers it.
    pub steering: Vec<Steering<'a>>,
    /// Whether every kind of entry point and every principal was read.
    pub is_whole: bool,
    /// Whether every kind of entry point was read that may begin its executions.
    pub points_are_whole: bool,
}

/// Who puts a value of his choice where a task takes it from.
#[derive(Default)]
pub struct Steering<'a> {
    /// Principals that may start the workflow, or a workflow that hands its input on to it.
    pub starters: Vec<Steer<Starter<'a>>>,
    /// Entry points whose requests or events do.
    pub points: Vec<Steer<&'a EntryPoint>>,
    /// Not all of it was followed.
    pub cut: bool,
}

/// Somebody, or something, with the workflows in between, the one that is started first.
pub struct Steer<T> {
    /// Who.
    pub who: T,
    /// The workflows that hand the input on; empty where he starts this one.
    pub via: Vec<Arn>,
    /// The paths of the first one's input that end where the task takes its value from.
    pub at: Vec<String>,
}

impl Steering<'_> {
    /// Whether nobody but administrators puts a value there.
    pub fn is_nobody(&self) -> bool {
        self.starters.is_empty() && self.points.is_empty() && !self.cut
    }
}

/// One entry of a report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// What it asks for.
    pub authorization: Option<Authorization>,
    /// Whether somebody without AWS credentials can begin an execution there.
    pub public: bool,
    /// How much of the input is chosen.
    pub input: Fill,
    /// The role that it starts with.
    pub role: Option<String>,
}

impl Entry {
    /// For people: `POST /orders of shop (rest-api, no authorizer): the whole input`.
    pub fn in_words(&self) -> String {
        let name = in_words(self.kind, &self.name, self.authorization);
        format!("{name}: {}", self.input.in_words())
    }
}

impl<'a> EntryFacts<'a> {
    /// The other workflows that start it: who steers one by its starting itself began it otherwise.
    pub fn others(&self) -> impl Iterator<Item = &&'a Link> {
        self.links.iter().filter(|l| l.parent != self.place)
    }

    /// Every entry point, for reports; `starters` are the principals. Of those the first fifty, with how many more there are.
    pub fn entries(&self, starters: &[Starter<'_>]) -> (Vec<Entry>, usize) {
        let of_point = |point: &&EntryPoint| Entry {
            kind: point.kind,
            name: point.name.clone(),
            authorization: point.authorization,
            public: point.public,
            input: point.fill,
            role: point.role.as_ref().map(ToString::to_string),
        };
        let of_link = |link: &&Link| Entry {
            kind: Kind::Workflow,
            name: link.name.clone(),
            authorization: None,
            public: false,
            input: link.fill,
            role: link.role.clone(),
        };
        let mut entries: Vec<Entry> = self.points.iter().map(of_point).collect();
        entries.extend(self.others().map(of_link));
        let mut principals = Vec::new();
        for starter in starters
            .iter()
            .filter(|s| s.starts() && !s.actor.is_configured())
        {
            let actor = starter.actor;
            let functions = actor.runs.iter().filter_map(|r| {
                let name = r.strip_prefix("function `")?;
                name.strip_suffix('`')
            });
            let mut is_function = false;
            for function in functions {
                is_function = true;
                entries.push(Entry {
                    kind: Kind::Function,
                    name: function.to_owned(),
                    authorization: None,
                    public: false,
                    input: Fill::Unknown,
                    role: Some(actor.arn.to_string()),
                });
            }
            if !is_function && actor.runs.is_empty() {
                principals.push(starter);
            }
        }
        let principals = starters::listed(&mut principals);
        let more = principals.count - principals.listed.len();
        entries.extend(principals.listed.into_iter().map(|name| Entry {
            kind: Kind::Principal,
            name,
            authorization: Some(Authorization::Iam),
            public: false,
            input: Fill::Whole,
            role: None,
        }));
        entries.sort();
        entries.dedup();
        (entries, more)
    }
}

/// What begins executions in one account, by what it begins.
#[derive(Default)]
pub(super) struct EntryIndex {
    points: EntryPoints,
    /// Entry points by the workflow that they name.
    named: HashMap<String, Vec<usize>>,
    /// Those that start whatever their role may start.
    open: Vec<usize>,
    pub(super) links: Links,
}

impl EntryIndex {
    pub(super) fn new(points: EntryPoints, links: Links) -> Self {
        let mut index = Self {
            links,
            ..Self::default()
        };
        for (place, point) in points.list.iter().enumerate() {
            match &point.starts {
                crate::entry_points::Starts::Workflow(arn) => {
                    index.named.entry(arn.clone()).or_default().push(place)
                }
                crate::entry_points::Starts::Any => index.open.push(place),
            }
        }
        index.points = points;
        index
    }

    pub(super) fn is_whole(&self) -> bool {
        self.points.is_whole()
    }

    /// The entry points that begin executions of this workflow.
    fn of(&self, workflow: &Workflow, principals: &Principals, whole: bool) -> Vec<&EntryPoint> {
        let named = self.named.get(workflow.arn.as_str()).into_iter().flatten();
        let places = named.chain(&self.open);
        let points = places.filter_map(|place| self.points.list.get(*place));
        points
            .filter(|p| may_start(p, workflow, principals, whole))
            .collect()
    }

    /// What was not read of entry points that may begin this workflow's executions: of the kinds whose roles may.
    pub(super) fn gaps(&self, starters: &starters::Starters<'_>) -> Vec<Gap> {
        let mut gaps = Vec::new();
        for unread in &self.points.unread {
            let may = starters
                .list
                .iter()
                .filter(|s| s.starts())
                .find(|s| s.actor.serves.contains(&unread.kind));
            let Some(starter) = may else { continue };
            let why = format!(
                "{}, and `{}` may start the workflow: what begins executions there, and who chooses their input, is not known",
                unread.why,
                starter.actor.arn.resource()
            );
            gaps.push(match unread.optional {
                true => Gap::optional(Input::EntryPoints, unread.what.clone(), why),
                false => Gap::new(Input::EntryPoints, unread.what.clone(), why),
            });
        }
        gaps
    }
}

/// What is asked to find who steers a workflow.
struct Ground<'g, 'a> {
    index: &'a EntryIndex,
    starts: &'a StartIndex,
    principals: &'a Principals,
    iam_is_whole: bool,
    workflow: &'g dyn Fn(usize) -> Option<Named<'a>>,
}

/// A workflow with its tags, where they were read.
type Named<'a> = (&'a Workflow, Option<&'a [(String, String)]>);

impl AccountFacts<'_> {
    /// What begins the workflow's executions, and who steers its tasks by that.
    pub(super) fn entry<'f>(
        &'f self,
        index: usize,
        starters: &starters::Starters<'f>,
        taint: &[TaintedSink],
    ) -> EntryFacts<'f> {
        let workflow = |place: usize| {
            let machine = self.snapshot.workflows.get(place)?;
            let workflow = self.workflows.get(place)?;
            let read = machine.tags.present().is_some() || self.snapshot.tags.present().is_some();
            Some((workflow, read.then_some(workflow.tags.as_slice())))
        };
        let ground = Ground {
            index: &self.entry,
            starts: &self.starts,
            principals: &self.principals,
            iam_is_whole: self.snapshot.iam_is_whole,
            workflow: &workflow,
        };
        gather(&ground, index, starters, taint)
    }
}

/// Everything that begins the executions of the workflow at this place.
fn gather<'a>(
    ground: &Ground<'_, 'a>,
    place: usize,
    starters: &starters::Starters<'a>,
    taint: &[TaintedSink],
) -> EntryFacts<'a> {
    let Some((workflow, _)) = (ground.workflow)(place) else {
        return EntryFacts::default();
    };
    let mut memory = BTreeMap::new();
    let steering = taint.iter().map(|sink| {
        let paths = caller_paths(sink);
        match paths.is_empty() {
            true => Steering::default(),
            false => steering(ground, place, paths, &mut memory),
        }
    });
    let steering = steering.collect();
    EntryFacts {
        place,
        points: ground
            .index
            .of(workflow, ground.principals, ground.iam_is_whole),
        links: ground.index.links.starting(place),
        steering,
        points_are_whole: ground.index.is_whole()
            || starters.known && ground.index.gaps(starters).is_empty(),
        is_whole: starters.known && starters.blind.is_empty() && ground.index.is_whole(),
    }
}

/// Starters and entry points of a workflow that was met on the way.
type Memory<'a> = BTreeMap<usize, (Vec<Starter<'a>>, Vec<&'a EntryPoint>)>;

fn steering<'a>(
    ground: &Ground<'_, 'a>,
    place: usize,
    paths: BTreeSet<String>,
    memory: &mut Memory<'a>,
) -> Steering<'a> {
    let mut found = Steering::default();
    let mut seen: BTreeSet<(usize, BTreeSet<String>)> = BTreeSet::new();
    let mut handed: BTreeSet<(usize, BTreeSet<String>)> = BTreeSet::new();
    let mut told: BTreeSet<String> = BTreeSet::new();
    let mut open = std::collections::VecDeque::from([(place, paths, Vec::<Arn>::new())]);
    while let Some((at, paths, via)) = open.pop_front() {
        if !seen.insert((at, paths.clone())) {
            continue;
        }
        if seen.len() > MAX_STEPS || budget::is_spent() {
            found.cut = true;
            break;
        }
        budget::spend(1);
        let Some((workflow, tags)) = (ground.workflow)(at) else {
            continue;
        };
        let (starters, points) = memory.entry(at).or_insert_with(|| {
            let starters = ground.starts.direct(workflow, tags);
            let direct = starters
                .into_iter()
                .filter(|s| s.starts() && !s.actor.is_configured());
            let points = ground
                .index
                .of(workflow, ground.principals, ground.iam_is_whole);
            (direct.collect(), points)
        });
        let wanted: Vec<String> = paths.iter().cloned().collect();
        for starter in starters
            .iter()
            .filter(|s| told.insert(s.actor.arn.to_string()))
        {
            found.starters.push(Steer {
                who: starter.clone(),
                via: via.clone(),
                at: wanted.clone(),
            });
        }
        for point in points.iter().filter(|p| p.chooses(&wanted)) {
            if told.insert(format!("{}\n{}", point.kind.word(), point.name)) {
                found.points.push(Steer {
                    who: point,
                    via: via.clone(),
                    at: wanted.clone(),
                });
            }
        }
        // What the same links hand on to the same paths was followed from another workflow that they start.
        let group = ground.index.links.group(at);
        if !group.is_some_and(|group| handed.insert((group, paths.clone()))) {
            continue;
        }
        for link in ground.index.links.to(at) {
            budget::spend(1);
            let above = link.paths(&wanted);
            if above.is_empty() {
                continue;
            }
            let step = (link.parent, above);
            if seen.contains(&step) {
                continue;
            }
            let Some((parent, _)) = (ground.workflow)(link.parent) else {
                continue;
            };
            if via.len() >= MAX_WAY {
                found.cut = true;
                break;
            }
            let mut way = vec![parent.arn.clone()];
            way.extend(via.iter().cloned());
            open.push_back((step.0, step.1, way));
        }
    }
    found
}
