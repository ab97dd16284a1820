//! Grants as sets: what an authority gives for every resource of a pattern, not only for one.

use std::collections::HashSet;
use std::ops::ControlFlow;

use super::case::{Case, Stands};
use super::evaluate::{Authority, Decision, ResourceSide, StatementRef};
use super::layers::Layer;
use super::solve::Atom;
use super::{
    ActionPattern, ActionSpec, Condition, Context, Effect, Policy, ResourcePattern, ResourceSpec,
    Statement,
};
use crate::glob::{self, Glob, Shape};

/// What one allowing statement gives for one of its action patterns and one of its resource patterns.
#[derive(Clone, Debug)]
pub struct Grant<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The statement.
    pub statement: &'a Statement,
    /// The action pattern; `None` for `NotAction`.
    pub action: Option<&'a ActionPattern>,
    /// The resource pattern as written; `*` for `NotResource`.
    pub resource_text: &'a str,
    /// The resource pattern, policy variables as `*`.
    pub resource: Glob,
    /// What `NotResource` takes away.
    pub not_resource: Vec<Glob>,
}

impl Grant<'_> {
    /// The statement's conditions.
    pub fn conditions(&self) -> &[Condition] {
        &self.statement.conditions
    }

    /// Where it stands.
    pub fn reference(&self) -> StatementRef {
        StatementRef {
            policy: self.policy.name.clone(),
            statement: self.statement.index,
            sid: self.statement.sid.clone(),
            layer: Layer::Identity,
            target: None,
        }
    }

    /// The action pattern as written; `NotAction` where there is none.
    pub fn action_text(&self) -> &str {
        self.action.map_or("NotAction", |a| a.text.as_str())
    }
}

/// Every grant of the identity policies, before denies and boundary, in document order.
pub fn grants(authority: &Authority) -> Vec<Grant<'_>> {
    let mut out = Vec::new();
    for policy in &authority.identity {
        for statement in &policy.statements {
            if statement.effect == Effect::Allow {
                each_action(policy, statement, |_| true, &mut out);
            }
        }
    }
    out
}

/// The grants that are about this action.
pub fn grants_for<'a>(authority: &'a Authority, action: &str) -> Vec<Grant<'a>> {
    let mut out = Vec::new();
    for policy in &authority.identity {
        for statement in &policy.statements {
            if statement.effect == Effect::Allow && statement.actions.matches(action) {
                each_action(policy, statement, |p| p.matches(action), &mut out);
            }
        }
    }
    out
}

fn each_action<'a>(
    policy: &'a Policy,
    statement: &'a Statement,
    wanted: impl Fn(&ActionPattern) -> bool,
    out: &mut Vec<Grant<'a>>,
) {
    let actions: Vec<Option<&ActionPattern>> = match &statement.actions {
        ActionSpec::Only(patterns) => patterns.iter().filter(|p| wanted(p)).map(Some).collect(),
        ActionSpec::AllBut(_) => vec![None],
    };
    for action in actions {
        let grant = |resource_text, resource, not_resource| Grant {
            policy,
            statement,
            action,
            resource_text,
            resource,
            not_resource,
        };
        match &statement.resources {
            ResourceSpec::Only(patterns) => {
                let each = |p: &'a ResourcePattern| grant(p.text.as_str(), p.widest(), Vec::new());
                out.extend(patterns.iter().map(each));
            }
            ResourceSpec::AllBut(patterns) => {
                let fixed = patterns.iter().filter(|p| !p.template.has_variables());
                let taken = fixed.map(ResourcePattern::widest).collect();
                out.push(grant("*", Glob::any(), taken));
            }
            ResourceSpec::Unstated => {}
        }
    }
}

/// How much of a pattern is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Every resource of it.
    Full,
    /// Some resource of it for certain, others not, or not for certain.
    Partial,
    /// No resource for certain; some where these unknown keys have the right values.
    Conditional {
        /// The keys, sorted.
        on: Vec<String>,
        /// Unreadable parts of policies that could decide it.
        unread: Vec<String>,
    },
    /// No resource.
    None,
}

impl Coverage {
    /// Whether some resource is, or may be, allowed.
    pub const fn is_some(&self) -> bool {
        !matches!(self, Self::None)
    }
}

/// How much of the pattern the authority allows for the action, after denies and boundary.
///
/// `*` is the set of all resources here. For an action without resource types ask [`super::evaluate()`] about the
/// resource `*`. Exact but for resources that a policy variable of unknown value names (open), and for patterns whose
/// automaton has more than 20,000 states (partial, where an allow overlaps).
pub fn coverage(authority: &Authority, action: &str, resource: &Glob, known: &Context) -> Coverage {
    let mut question = Question::new(authority, action, resource, known);
    let mut sum = Sum::default();
    let mut seen = HashSet::new();
    let shapes = std::mem::take(&mut question.shapes);
    let explored = glob::explore(&shapes, true, |inside, _| {
        if inside.first() == Some(&true) && seen.insert(inside.to_vec()) {
            sum.add(question.decide(inside));
            if sum.allowed && sum.refused {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    });
    match explored {
        Some(()) => sum.coverage(),
        None if question.statements.iter().any(Candidate::allows) => Coverage::Partial,
        None => Coverage::None,
    }
}

#[derive(Default)]
struct Sum {
    allowed: bool,
    /// Somewhere the answer is not a certain allow.
    refused: bool,
    open: bool,
    on: Vec<String>,
    unread: Vec<String>,
}

impl Sum {
    fn add(&mut self, decision: Decision) {
        match decision {
            Decision::Allow { .. } => self.allowed = true,
            Decision::Deny { .. } | Decision::NoMatch => self.refused = true,
            Decision::Depends { on, unread } => {
                self.refused = true;
                self.open = true;
                self.on.extend(on);
                self.unread.extend(unread);
            }
        }
    }

    fn coverage(mut self) -> Coverage {
        if self.allowed {
            return if self.refused {
                Coverage::Partial
            } else {
                Coverage::Full
            };
        }
        if !self.open {
            return Coverage::None;
        }
        for list in [&mut self.on, &mut self.unread] {
            list.sort();
            list.dedup();
        }
        Coverage::Conditional {
            on: self.on,
            unread: self.unread,
        }
    }
}

/// A statement that is about the action.
struct Candidate<'a> {
    stands: Stands<'a>,
    statement: &'a Statement,
    patterns: Vec<Reading>,
}

impl Candidate<'_> {
    fn allows(&self) -> bool {
        let possible = match self.statement.resources {
            ResourceSpec::Only(_) => self.patterns.iter().any(|p| p.place != Place::Outside),
            _ => true,
        };
        possible
            && self.stands.seat.layer == Layer::Identity
            && self.statement.effect == Effect::Allow
    }
}

/// A resource pattern against the pattern asked about.
struct Reading {
    place: Place,
    /// The unknown keys of its variables: then it is only an upper bound.
    open: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It holds all of what is asked about.
    Around,
    /// It holds none of it.
    Outside,
    /// It holds a part: the number of its shape.
    Across(usize),
}

struct Question<'a> {
    authority: &'a Authority,
    action: String,
    known: &'a Context,
    statements: Vec<Candidate<'a>>,
    shapes: Vec<Shape>,
}

impl<'a> Question<'a> {
    fn new(authority: &'a Authority, action: &str, resource: &Glob, known: &'a Context) -> Self {
        let mut question = Self {
            authority,
            action: action.to_ascii_lowercase(),
            known,
            statements: Vec::new(),
            shapes: vec![Shape::from(resource)],
        };
        for stands in authority.policies() {
            for statement in &stands.policy.statements {
                if statement.actions.matches(&question.action) {
                    let patterns = statement.resources.patterns().iter();
                    let patterns = patterns.map(|p| question.place(p, resource)).collect();
                    question.statements.push(Candidate {
                        stands,
                        statement,
                        patterns,
                    });
                }
            }
        }
        question
    }

    fn place(&mut self, pattern: &ResourcePattern, resource: &Glob) -> Reading {
        let fact = |key: &str| self.known.get(&key.to_ascii_lowercase());
        let keys = pattern.template.variables().map(|v| v.key.clone());
        let open: Vec<String> = keys.filter(|key| fact(key).is_none()).collect();
        let value = |key: &str| match fact(key).flatten() {
            Some([value]) => Some(value.as_str()),
            _ => None,
        };
        let glob = if open.is_empty() {
            pattern.template.glob(&value)
        } else {
            Some(pattern.widest())
        };
        let place = match glob {
            Some(glob) if glob.includes(resource) => Place::Around,
            Some(glob) if glob.overlaps(resource) => {
                self.shapes.push(Shape::from(&glob));
                Place::Across(self.shapes.len() - 1)
            }
            _ => Place::Outside,
        };
        Reading { place, open }
    }

    /// The decision for the resources that are inside these shapes and outside the others.
    fn decide(&self, inside: &[bool]) -> Decision {
        let mut case = Case::new(self.authority, ResourceSide::default(), self.known);
        for candidate in &self.statements {
            let holds = |p: &&Reading| match p.place {
                Place::Around => true,
                Place::Outside => false,
                Place::Across(shape) => inside.get(shape) == Some(&true),
            };
            let hits: Vec<&Reading> = candidate.patterns.iter().filter(holds).collect();
            let sure = hits.iter().any(|p| p.open.is_empty());
            let matching = match &candidate.statement.resources {
                ResourceSpec::Only(_) => sure || !hits.is_empty(),
                ResourceSpec::AllBut(_) => !sure,
                ResourceSpec::Unstated => true,
            };
            if !matching {
                continue;
            }
            let mut atoms: Vec<Atom<'_>> = Vec::new();
            if !sure {
                for key in hits.iter().flat_map(|p| &p.open) {
                    atoms.push(case.open_key(key));
                }
            }
            case.statement(candidate.stands, candidate.statement, atoms);
        }
        for stands in self.authority.policies() {
            for part in &stands.policy.unreadable {
                let about = part.actions.as_ref();
                if about.is_none_or(|a| a.matches(&self.action)) {
                    case.unreadable(stands, part);
                }
            }
        }
        case.decide()
    }
}

/// The patterns whose union is what is both granted and needed: the statement's resources as they should be. Larger
/// than that only where [`Glob::intersect`] is.
pub fn narrowed(granted: &Glob, needed: &[Glob]) -> Vec<Glob> {
    let mut out: Vec<Glob> = Vec::new();
    for glob in needed.iter().flat_map(|need| granted.intersect(need)) {
        if !out.iter().any(|o| o.includes(&glob)) {
            out.retain(|o| !glob.includes(o));
            out.push(glob);
        }
    }
    out
}

#[cfg(test)]
mod tests;
