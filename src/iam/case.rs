//! The statements that are about one request, weighed together.

use std::sync::Arc;

use super::evaluate::{Authority, Decision, ResourceSide, StatementRef};
use super::layers::Seat;
use super::solve::{Atom, Outcome, Outcomes, Problem, Rule, several};
use super::{Context, Effect, Policy, Statement, Unreadable};

/// The statements that are about one request, on the way to a decision.
pub(super) struct Case<'a> {
    known: &'a Context,
    authority: &'a Authority,
    side: ResourceSide<'a>,
    problem: Problem<'a>,
    /// What matches whatever the unknown keys are.
    sure: Vec<(Outcome, Seat, StatementRef)>,
    /// What may match, in step with the problem's rules.
    maybe: Vec<StatementRef>,
    /// What each free choice of the problem stands for.
    free: Vec<Free>,
}

/// A policy with its place in the decision.
#[derive(Clone, Copy)]
pub(super) struct Stands<'p> {
    pub(super) policy: &'p Policy,
    pub(super) seat: Seat,
    pub(super) target: Option<&'p Arc<str>>,
}

impl Stands<'_> {
    fn statement(&self, index: usize, sid: Option<String>) -> StatementRef {
        StatementRef {
            policy: self.policy.name.clone(),
            statement: index,
            sid,
            layer: self.seat.layer,
            target: self.target.cloned(),
        }
    }
}

/// What a choice that no key's value explains stands for.
enum Free {
    /// What an unreadable part says.
    Unread(String),
    /// Whether a variable's value lets a pattern match, for questions about whole patterns.
    Key(String),
}

impl<'a> Case<'a> {
    pub(super) fn new(
        authority: &'a Authority,
        side: ResourceSide<'a>,
        known: &'a Context,
    ) -> Self {
        let logic = authority.logic(side.together);
        Self {
            known,
            authority,
            side,
            problem: Problem::new(known, logic),
            sure: Vec::new(),
            maybe: Vec::new(),
            free: Vec::new(),
        }
    }

    /// Takes a statement into account whose action fits, and whose resource fits if the atoms hold.
    pub(super) fn statement(
        &mut self,
        stands: Stands<'_>,
        statement: &'a Statement,
        mut atoms: Vec<Atom<'a>>,
    ) {
        for condition in &statement.conditions {
            let open = self.problem.is_open(condition);
            if open {
                atoms.push(Atom::Condition(condition));
            } else if !condition.holds(&|key| self.known.get(key).flatten()) {
                return;
            }
        }
        let by = stands.statement(statement.index, statement.sid.clone());
        self.rule(statement.effect, stands.seat, atoms, by);
    }

    fn rule(&mut self, effect: Effect, seat: Seat, atoms: Vec<Atom<'a>>, by: StatementRef) {
        if atoms.is_empty() {
            let outcome = match effect {
                Effect::Allow => Outcome::Allow,
                Effect::Deny => Outcome::Deny,
            };
            self.problem.settle(effect, seat);
            self.sure.push((outcome, seat, by));
        } else {
            self.problem.rules.push(Rule {
                effect,
                seat,
                atoms,
            });
            self.maybe.push(by);
        }
    }

    /// A choice that stays open because the key's value decides over a whole pattern's matching.
    pub(super) fn open_key(&mut self, key: &str) -> Atom<'a> {
        self.free.push(Free::Key(key.to_owned()));
        Atom::Free(self.free.len() - 1)
    }

    /// Takes an unreadable part into account.
    pub(super) fn unreadable(&mut self, stands: Stands<'_>, part: &Unreadable) {
        let name = &stands.policy.name;
        let what = match part.index {
            Some(index) => format!("statement {index} of `{name}`"),
            None => format!("policy `{name}`"),
        };
        for effect in [Effect::Allow, Effect::Deny] {
            if part.effect.is_none_or(|e| e == effect) {
                self.free.push(Free::Unread(what.clone()));
                let atoms = vec![Atom::Free(self.free.len() - 1)];
                let by = stands.statement(part.index.unwrap_or(0), None);
                self.rule(effect, stands.seat, atoms, by);
            }
        }
    }

    pub(super) fn decide(mut self) -> Decision {
        if !self.problem.rules.is_empty() {
            let own = self.authority.policies().map(|stands| stands.policy);
            self.problem.several = several(own.chain(self.side.policies()));
        }
        let Outcomes {
            reachable,
            on,
            free,
        } = self.problem.solve();
        match reachable.as_slice() {
            [outcome] => self.certain(*outcome),
            _ => {
                let mut keys = on;
                let mut unread = Vec::new();
                for (i, choice) in self.free.into_iter().enumerate() {
                    match choice {
                        _ if !free.contains(&i) => {}
                        Free::Key(key) => keys.push(key),
                        Free::Unread(what) => unread.push(what),
                    }
                }
                keys.sort();
                keys.dedup_by(|a, b| a.eq_ignore_ascii_case(b));
                unread.sort();
                unread.dedup();
                Decision::Depends { on: keys, unread }
            }
        }
    }

    fn certain(self, outcome: Outcome) -> Decision {
        let all = self.problem.all_seats();
        let counts = |effect: Outcome, seat: Seat| match outcome {
            Outcome::Allow => effect == Outcome::Allow && self.problem.grants(seat, all),
            outcome => effect == outcome,
        };
        let sure = self.sure.iter();
        let mut by: Vec<StatementRef> = sure
            .filter(|(effect, seat, _)| counts(*effect, *seat))
            .map(|(_, _, by)| by.clone())
            .collect();
        let mut sometimes = Vec::new();
        let rules = self.problem.rules.iter().zip(&self.maybe);
        for (rule, statement) in rules.filter(|(rule, _)| counts(rule.effect.into(), rule.seat)) {
            match self.problem.matches(rule).as_slice() {
                [true] => by.push(statement.clone()),
                [false] => {}
                _ => sometimes.push(statement.clone()),
            }
        }
        if by.is_empty() {
            // No one statement matches in every case, but in every case one of these does.
            by = sometimes;
        }
        match outcome {
            Outcome::Allow => Decision::Allow { by },
            Outcome::Deny => Decision::Deny { by },
            Outcome::NoMatch => Decision::NoMatch,
        }
    }
}
