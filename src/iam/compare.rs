//! Whether one authority allows something that another does not.
//!
//! Requests are told apart only by what some pattern of either side can tell apart: one action and one resource stand
//! for all of their kind, and every such pair is decided for both sides under the same choices of the condition keys.

use std::cell::Cell;
use std::collections::HashSet;
use std::ops::ControlFlow;
use std::rc::Rc;

use super::evaluate::{Authority, resource_fits};
use super::layers::{Logic, Seat};
use super::solve::{Atom, Problem, Rule, Rules, Several, several};
use super::{ActionSpec, Context, Effect, ResourceSpec, Statement};
use crate::glob::{self, Glob, Shape, Token};

/// Pairs of an action and a resource that are decided at most, for one question.
const MAX_PAIRS: usize = 400;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// Everything that it allows, the other allows too.
    Nothing,
    /// Not so: an action, in lower case, on a resource that is allowed by the one and not by the other.
    Allows {
        /// The action.
        action: String,
        /// The resource; `*` for actions without resource types.
        resource: String,
    },
    /// Not decided: the patterns tell more kinds of request apart than are tried.
    Undecided,
}

/// What is asked: whether `statement` of `new` allows, within these patterns, what `old` does not.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The one side.
    pub new: &'a Authority,
    /// The other.
    pub old: &'a Authority,
    /// An allow among the identity policies of `new`.
    pub statement: &'a Statement,
    /// The action pattern to look at, in lower case.
    pub action: &'a Glob,
    /// The resource pattern to look at.
    pub resource: &'a Glob,
    /// The resources that there are for an action, in lower case.
    pub universe: &'a dyn Fn(&str) -> Universe,
}

/// The resources that an action can be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Universe {
    /// As patterns.
    pub resources: Vec<Glob>,
    /// Whether it can be about no resource: such a request is matched by a `*` alone.
    pub none: bool,
}

/// Statement, whose side it is on, and whether it is a boundary's.
#[derive(Clone, Copy)]
struct Said<'a> {
    statement: &'a Statement,
    new: bool,
    boundary: bool,
}

impl<'a> Question<'a> {
    /// The answer.
    pub fn answer(&self) -> Beyond {
        let said = self.said();
        let actions: Vec<&Glob> = said
            .iter()
            .flat_map(|s| s.statement.actions.patterns())
            .map(super::ActionPattern::glob)
            .collect();
        let any_action = Glob::parse("?*:?*");
        let left = Cell::new(MAX_PAIRS);
        let policies = [self.new, self.old]
            .into_iter()
            .flat_map(|side| side.identity.iter().chain(&side.boundary));
        let several = several(policies.map(|p| &**p));
        let mut found = Beyond::Nothing;
        let mut seen = HashSet::new();
        let explored = kinds(self.action, &any_action, &actions, |action| {
            let about: Vec<Said<'a>> = said
                .iter()
                .filter(|s| s.statement.actions.matches(action))
                .copied()
                .collect();
            let own = about
                .iter()
                .any(|s| std::ptr::eq(s.statement, self.statement));
            let alike: Vec<_> = about
                .iter()
                .map(|s| std::ptr::from_ref(s.statement))
                .collect();
            if !own || !seen.insert(alike) {
                return ControlFlow::Continue(());
            }
            found = self.on_resources(action, &about, &left, &several);
            if found == Beyond::Nothing {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        match explored {
            Some(()) => found,
            None => Beyond::Undecided,
        }
    }

    fn said(&self) -> Vec<Said<'a>> {
        let side = |authority: &'a Authority, new: bool| {
            let own = authority.identity.iter().map(|p| (p, false));
            let all = own.chain(authority.boundary.iter().map(|p| (p, true)));
            all.flat_map(move |(policy, boundary)| {
                policy.statements.iter().map(move |statement| Said {
                    statement,
                    new,
                    boundary,
                })
            })
        };
        let mut said: Vec<Said<'a>> = side(self.new, true).chain(side(self.old, false)).collect();
        said.retain(|s| match &s.statement.actions {
            ActionSpec::Only(patterns) => patterns.iter().any(|p| p.glob().overlaps(self.action)),
            ActionSpec::AllBut(_) => true,
        });
        said.retain(|s| match &s.statement.resources {
            ResourceSpec::Only(all) => all.iter().any(|p| p.widest().overlaps(self.resource)),
            ResourceSpec::AllBut(_) | ResourceSpec::Unstated => true,
        });
        said
    }

    fn on_resources(
        &self,
        action: &str,
        about: &[Said<'a>],
        left: &Cell<usize>,
        several: &Several<'a>,
    ) -> Beyond {
        let globs = patterns(about);
        let mut found = Beyond::Nothing;
        let nothing = Context::new();
        let mut seen = HashSet::new();
        let mut ask = |resource: &str| {
            // Resources that the same statements surely match, and no other, are one.
            let fits = |s: &Said<'a>| resource_fits(&s.statement.resources, resource, &nothing);
            let alike: Vec<Option<bool>> = about.iter().map(fits).collect();
            if !alike.contains(&None) && !seen.insert(alike) {
                return ControlFlow::Continue(());
            }
            let Some(rest) = left.get().checked_sub(1) else {
                found = Beyond::Undecided;
                return ControlFlow::Break(());
            };
            left.set(rest);
            match self.differs(about, resource, several) {
                Some(false) => return ControlFlow::Continue(()),
                Some(true) => {
                    found = Beyond::Allows {
                        action: action.to_owned(),
                        resource: resource.to_owned(),
                    };
                }
                None => found = Beyond::Undecided,
            }
            ControlFlow::Break(())
        };
        let universe = (self.universe)(action);
        if universe.none && self.resource.is_any() && ask("*").is_break() {
            return found;
        }
        let globs: Vec<&Glob> = globs.iter().collect();
        for all in &universe.resources {
            let mut answered = false;
            let explored = kinds(self.resource, all, &globs, |resource| {
                let flow = ask(resource);
                answered |= flow.is_break();
                flow
            });
            if explored.is_none() {
                return Beyond::Undecided;
            }
            if answered {
                break;
            }
        }
        found
    }

    /// Whether, for some values of the condition keys, the statement matches, the new side allows and the old does not.
    fn differs(&self, about: &[Said<'a>], resource: &str, several: &Several<'a>) -> Option<bool> {
        let nothing = Context::new();
        let mut matching = Vec::new();
        for said in about {
            let mut atoms = Vec::new();
            match resource_fits(&said.statement.resources, resource, &nothing) {
                Some(true) => {}
                Some(false) => continue,
                None => atoms.push(Atom::Resource(&said.statement.resources, resource)),
            }
            atoms.extend(said.statement.conditions.iter().map(Atom::Condition));
            matching.push(Matching { said: *said, atoms });
        }
        let Some(rest) = self.what_matters(matching) else {
            return Some(false);
        };
        let rules: Vec<Rule<'_>> = rest.iter().map(Matching::rule).collect();
        let mut problem = Problem::new(&nothing, Logic::default());
        problem.several = Rc::clone(several);
        let sets = problem.matching(&rules)?;
        Some(sets.into_iter().any(|set| self.is_new(&rest, set)))
    }

    /// The statements on which the answer hangs: what surely matches settles others. `None` where the new side surely
    /// allows nothing here.
    fn what_matters<'r>(&self, mut all: Vec<Matching<'r>>) -> Option<Vec<Matching<'r>>> {
        let has = |all: &[Matching<'r>], new, boundary, effect, sure: bool| {
            all.iter()
                .any(|m| m.is(new, boundary, effect) && (!sure || m.atoms.is_empty()))
        };
        let denied = |all: &[Matching<'r>], new| {
            has(all, new, false, Effect::Deny, true) || has(all, new, true, Effect::Deny, true)
        };
        let own = |m: &Matching<'r>| std::ptr::eq(m.said.statement, self.statement);
        let bounded = self.new.boundary.is_some();
        if !all.iter().any(own)
            || denied(&all, true)
            || (bounded && !has(&all, true, true, Effect::Allow, false))
        {
            return None;
        }
        // Where the own statement matches, no other allow of its side adds anything.
        all.retain(|m| own(m) || !m.is(true, false, Effect::Allow));
        let nothing_before = denied(&all, false)
            || !has(&all, false, false, Effect::Allow, false)
            || (self.old.boundary.is_some() && !has(&all, false, true, Effect::Allow, false));
        if nothing_before {
            all.retain(|m| m.said.new);
        }
        for (new, boundary) in [(true, true), (false, false), (false, true)] {
            if has(&all, new, boundary, Effect::Allow, true) {
                all.retain(|m| !m.is(new, boundary, Effect::Allow) || m.atoms.is_empty());
            }
        }
        Some(all)
    }

    fn is_new(&self, all: &[Matching<'_>], set: Rules) -> bool {
        let matches = || {
            let all = all.iter().enumerate();
            all.filter(move |(i, _)| set & (1 << i) != 0)
                .map(|(_, m)| m)
        };
        let has = |new, boundary, effect| matches().any(|m| m.is(new, boundary, effect));
        let allowed = |new: bool, bounded: bool| {
            has(new, false, Effect::Allow)
                && (!bounded || has(new, true, Effect::Allow))
                && !has(new, false, Effect::Deny)
                && !has(new, true, Effect::Deny)
        };
        matches().any(|m| std::ptr::eq(m.said.statement, self.statement))
            && allowed(true, self.new.boundary.is_some())
            && !allowed(false, self.old.boundary.is_some())
    }
}

/// A statement whose action fits, and whose resource and conditions hold if the atoms do.
struct Matching<'a> {
    said: Said<'a>,
    atoms: Vec<Atom<'a>>,
}

impl<'a> Matching<'a> {
    fn rule(&self) -> Rule<'a> {
        Rule {
            effect: self.said.statement.effect,
            seat: Seat::IDENTITY,
            atoms: self.atoms.clone(),
        }
    }

    fn is(&self, new: bool, boundary: bool, effect: Effect) -> bool {
        (
            self.said.new,
            self.said.boundary,
            self.said.statement.effect,
        ) == (new, boundary, effect)
    }
}

/// At most so many values are tried in the place of a policy variable.
const MAX_VALUES: usize = 16;

/// The resource patterns, and those with policy variables once more with what conditions ask keys to be: a condition on
/// the key of a variable tells resources apart that the pattern alone does not.
fn patterns(about: &[Said<'_>]) -> Vec<Glob> {
    let mut globs = Vec::new();
    let conditions = || about.iter().flat_map(|s| &s.statement.conditions);
    let mut values: Vec<String> = conditions()
        .flat_map(|c| &c.values)
        .filter(|value| !value.has_variables())
        .flat_map(|value| [Some(example(&value.widest())), value.text(&|_| None)])
        .flatten()
        .collect();
    values.sort();
    values.dedup();
    values.truncate(MAX_VALUES);
    for pattern in about.iter().flat_map(|s| s.statement.resources.patterns()) {
        globs.push(pattern.widest());
        if pattern.template.has_variables() {
            globs.push(pattern.template.with_values());
            let filled = values
                .iter()
                .filter_map(|value| pattern.template.glob(&|_| Some(value.as_str())));
            globs.extend(filled);
        }
    }
    globs
}

/// A short text that the pattern matches.
fn example(glob: &Glob) -> String {
    let one = |token: &Token| match token {
        Token::Char(c) => Some(*c),
        Token::One => Some('x'),
        Token::Any | Token::Within => None,
    };
    glob.tokens().iter().filter_map(one).collect()
}

/// One text of every kind within both first patterns that the others can tell apart; `None` where there are too many.
fn kinds(
    within: &Glob,
    universe: &Glob,
    others: &[&Glob],
    mut each: impl FnMut(&str) -> ControlFlow<()>,
) -> Option<()> {
    let mut shapes = vec![Shape::from(within), Shape::from(universe)];
    let mut told = HashSet::from([within]);
    for other in others {
        if told.insert(other) && other.overlaps(within) && !other.includes(within) {
            shapes.push(Shape::from(*other));
        }
    }
    let mut seen = HashSet::new();
    glob::explore(&shapes, true, |inside, witness| {
        if let [true, true, rest @ ..] = inside
            && seen.insert(rest.to_vec())
        {
            return each(&witness());
        }
        ControlFlow::Continue(())
    })
}
