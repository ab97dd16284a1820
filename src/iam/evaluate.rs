//! One request decided (IAM User Guide, "Policy evaluation logic"): identity policies and the permissions boundary.
//!
//! An explicit deny of either wins; an allow needs an identity policy's allow, and the boundary's where there is one.
//! Conditions on keys of which nothing is known leave the answer open only where some value of them would change it:
//! [`super::solve`] tries one value of each kind that the policies can tell apart.

use std::sync::Arc;

use super::solve::{Atom, Outcome, Outcomes, Problem, Rule};
use super::{Context, Effect, Policy, ResourceSpec, Statement, Unreadable};
use crate::arn::Arn;

/// What a principal has been given.
#[derive(Clone, Debug, Default)]
pub struct Authority {
    /// Inline and managed policies, a user's groups' included. A policy that could not be read stands here as one whose
    /// document is [`Unreadable`].
    pub identity: Vec<Arc<Policy>>,
    /// The permissions boundary.
    pub boundary: Option<Arc<Policy>>,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Who asks; what its ARN tells is known of the context.
    pub principal: Option<&'a Arn>,
    /// The action, in any capitals.
    pub action: &'a str,
    /// The resource's ARN; `*` for actions without resource types, which only a `*` pattern matches.
    pub resource: &'a str,
    /// What is known of the context; goes before what the principal's ARN tells.
    pub context: &'a Context,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Allowed, by these statements of identity policies; never empty.
    Allow {
        /// The statements.
        by: Vec<StatementRef>,
    },
    /// Explicitly denied, by these statements; never empty.
    Deny {
        /// The statements.
        by: Vec<StatementRef>,
    },
    /// Implicitly denied.
    NoMatch,
    /// Not decided.
    Depends {
        /// Exactly the unknown context keys that can change the answer, as the policies spell them, sorted.
        on: Vec<String>,
        /// The unreadable parts that can change it, such as ``statement 2 of `deploy` ``.
        unread: Vec<String>,
    },
}

/// One statement of a policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementRef {
    /// The policy's name.
    pub policy: String,
    /// The statement's index from 0.
    pub statement: usize,
    /// Its Sid.
    pub sid: Option<String>,
}

impl Authority {
    /// Every policy with whether it is the boundary.
    pub(super) fn policies(&self) -> impl Iterator<Item = (&Policy, bool)> {
        let identity = self.identity.iter().map(|p| (&**p, false));
        identity.chain(self.boundary.iter().map(|p| (&**p, true)))
    }
}

/// Decides one request.
pub fn evaluate(authority: &Authority, request: &Request<'_>) -> Decision {
    let known = match request.principal {
        Some(principal) => request.context.clone().or(Context::of_principal(principal)),
        None => request.context.clone(),
    };
    let action = request.action.to_ascii_lowercase();
    let mut case = Case::new(authority, &known);
    for (policy, boundary) in authority.policies() {
        for statement in &policy.statements {
            if !statement.actions.matches_lower(&action) {
                continue;
            }
            let mut atoms = Vec::new();
            match resource_fits(&statement.resources, request.resource, &known) {
                Some(true) => {}
                Some(false) => continue,
                None => atoms.push(Atom::Resource(&statement.resources, request.resource)),
            }
            case.statement(policy, boundary, statement, atoms);
        }
        for unreadable in &policy.unreadable {
            let about = |spec: &Option<super::ActionSpec>| {
                spec.as_ref().is_none_or(|a| a.matches_lower(&action))
            };
            let fits = |spec: &Option<ResourceSpec>| {
                spec.as_ref()
                    .is_none_or(|r| resource_fits(r, request.resource, &known) != Some(false))
            };
            if about(&unreadable.actions) && fits(&unreadable.resources) {
                case.unreadable(policy, boundary, unreadable);
            }
        }
    }
    case.decide()
}

/// Whether the element is about the resource; `None` where that hangs on an unknown key.
pub(super) fn resource_fits(spec: &ResourceSpec, resource: &str, known: &Context) -> Option<bool> {
    let open = |pattern: &super::ResourcePattern| {
        pattern
            .template
            .variables()
            .any(|v| known.get(&v.key.to_ascii_lowercase()).is_none())
    };
    let lookup = |key: &str| known.get(key).flatten();
    if spec.patterns().iter().any(open) {
        // One fixed pattern that fits, or none that can fit however the variables turn out, decides all the same.
        let mut possible = spec.patterns().iter().filter(|p| {
            if resource == "*" {
                p.widest().is_any()
            } else {
                p.widest().matches(resource)
            }
        });
        let (any, settled) = (
            possible.clone().next().is_some(),
            possible.any(|p| !open(p) && pattern_fits(p, resource, &lookup)),
        );
        if any && !settled {
            return None;
        }
    }
    Some(spec_fits(spec, resource, &lookup))
}

fn pattern_fits<'v>(
    pattern: &super::ResourcePattern,
    resource: &str,
    lookup: &impl Fn(&str) -> Option<&'v [String]>,
) -> bool {
    let variable = |key: &str| match lookup(&key.to_ascii_lowercase()) {
        Some([value]) => Some(value.as_str()),
        _ => None,
    };
    let glob = pattern.template.glob(&variable);
    glob.is_some_and(|g| {
        if resource == "*" {
            g.is_any()
        } else {
            g.matches(resource)
        }
    })
}

/// Whether the element is about the resource, every key being known; a variable without a value matches nothing.
pub(super) fn spec_fits<'v>(
    spec: &ResourceSpec,
    resource: &str,
    lookup: &impl Fn(&str) -> Option<&'v [String]>,
) -> bool {
    let any = |patterns: &[super::ResourcePattern]| {
        patterns.iter().any(|p| pattern_fits(p, resource, lookup))
    };
    match spec {
        ResourceSpec::Only(patterns) => any(patterns),
        ResourceSpec::AllBut(patterns) => !any(patterns),
        ResourceSpec::Unstated => true,
    }
}

/// The statements that are about one request, on the way to a decision.
pub(super) struct Case<'a> {
    known: &'a Context,
    authority: &'a Authority,
    problem: Problem<'a>,
    /// What matches whatever the unknown keys are.
    sure: Vec<(Outcome, bool, StatementRef)>,
    /// What may match, in step with the problem's rules.
    maybe: Vec<StatementRef>,
    /// What each free choice of the problem stands for.
    free: Vec<Free>,
}

/// What a choice that no key's value explains stands for.
enum Free {
    /// What an unreadable part says.
    Unread(String),
    /// Whether a variable's value lets a pattern match, for questions about whole patterns.
    Key(String),
}

impl<'a> Case<'a> {
    pub(super) fn new(authority: &'a Authority, known: &'a Context) -> Self {
        Self {
            known,
            authority,
            problem: Problem::new(known, authority.boundary.is_some()),
            sure: Vec::new(),
            maybe: Vec::new(),
            free: Vec::new(),
        }
    }

    /// Takes a statement into account whose action fits, and whose resource fits if the atoms hold.
    pub(super) fn statement(
        &mut self,
        policy: &Policy,
        boundary: bool,
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
        let reference = StatementRef {
            policy: policy.name.clone(),
            statement: statement.index,
            sid: statement.sid.clone(),
        };
        self.rule(statement.effect, boundary, atoms, reference);
    }

    fn rule(&mut self, effect: Effect, boundary: bool, atoms: Vec<Atom<'a>>, by: StatementRef) {
        if atoms.is_empty() {
            let outcome = match effect {
                Effect::Allow => Outcome::Allow,
                Effect::Deny => Outcome::Deny,
            };
            self.problem.settle(effect, boundary);
            self.sure.push((outcome, boundary, by));
        } else {
            self.problem.rules.push(Rule {
                effect,
                boundary,
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
    pub(super) fn unreadable(&mut self, policy: &Policy, boundary: bool, part: &Unreadable) {
        let name = &policy.name;
        let what = match part.index {
            Some(index) => format!("statement {index} of `{name}`"),
            None => format!("policy `{name}`"),
        };
        for effect in [Effect::Allow, Effect::Deny] {
            if part.effect.is_none_or(|e| e == effect) {
                self.free.push(Free::Unread(what.clone()));
                let atoms = vec![Atom::Free(self.free.len() - 1)];
                let by = StatementRef {
                    policy: name.clone(),
                    statement: part.index.unwrap_or(0),
                    sid: None,
                };
                self.rule(effect, boundary, atoms, by);
            }
        }
    }

    pub(super) fn decide(mut self) -> Decision {
        if !self.problem.rules.is_empty() {
            let policies = self.authority.policies();
            let conditions = policies
                .flat_map(|(p, _)| &p.statements)
                .flat_map(|s| &s.conditions);
            let sets = conditions.filter(|c| c.is_multivalued());
            self.problem.several = sets.map(|c| c.lower.as_str()).collect();
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
        let counts = |effect: Outcome, boundary: bool| match outcome {
            // The boundary limits and does not grant: an allow is by the identity policies.
            Outcome::Allow => effect == Outcome::Allow && !boundary,
            outcome => effect == outcome,
        };
        let sure = self.sure.into_iter();
        let mut by: Vec<StatementRef> = sure
            .filter(|(effect, boundary, _)| counts(*effect, *boundary))
            .map(|(_, _, by)| by)
            .collect();
        let mut sometimes = Vec::new();
        let rules = self.problem.rules.iter().zip(self.maybe);
        for (rule, statement) in rules.filter(|(rule, _)| counts(rule.effect.into(), rule.boundary))
        {
            match self.problem.matches(rule).as_slice() {
                [true] => by.push(statement),
                [false] => {}
                _ => sometimes.push(statement),
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
