//! What begins a workflow's executions, and who steers which of its tasks by it: principals, entry points, and the
//! workflows that hand their input on, field by field and through cycles.

mod alike;
mod links;
mod reached;
mod started;
mod steering;

use std::collections::HashMap;

use serde::Serialize;

use super::AccountFacts;
use crate::arn::Arn;
use crate::entry_points::{Authorization, EntryPoint, EntryPoints, Fill, Kind, in_words};
use crate::gap::{Gap, Input};
use crate::iam::Principals;
use crate::starters::{self, StartIndex, Starter};
use crate::taint::TaintedSink;
use crate::workflow::Workflow;

use links::caller_paths;
pub use links::{Link, Links, Start};
pub(super) use started::may_start;
use steering::Memory;

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

    /// Every entry point, for reports; `starters` are the principals. Of those, and of other workflows, the first fifty, with
    /// how many more there are.
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
        let mut links: Vec<(&str, Fill, &&Link)> =
            self.others().map(|l| (&*l.name, l.fill, l)).collect();
        links.sort_unstable_by_key(|(name, fill, _)| (*name, *fill));
        links.dedup_by_key(|(name, fill, _)| (*name, *fill));
        let mut more = links.len().saturating_sub(starters::LISTED);
        let listed = links.iter().take(starters::LISTED);
        entries.extend(listed.map(|(_, _, link)| of_link(link)));
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
        more += principals.count - principals.listed.len();
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
    let mut memory = Memory::default();
    let steering = taint.iter().map(|sink| {
        let paths = caller_paths(sink);
        match paths.is_empty() {
            true => Steering::default(),
            false => steering::find(ground, place, paths, &mut memory),
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
