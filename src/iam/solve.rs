//! Which outcomes the unknown keys can bring about, and which of the keys matter.
//!
//! Every unknown key gets one value of each kind that the conditions on it can tell apart ([`values`]), absence included. What a choice of values does is a set of rules that match; choices that match the same rules are one. Keys of
//! which a condition speaks together (a policy variable) are chosen together. A key matters if two of its values, all
//! else being equal, lead to different outcomes. Within the bounds this is exact; beyond them every key of an undecided
//! rule is taken to matter, which never turns an open answer into a certain one.

mod choices;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::evaluate::spec_fits;
use super::layers::{Logic, Seat, Seats};
use super::{Condition, Context, Effect, ResourceSpec};
use choices::{combinations, free_group, matters};
pub(super) use values::{Several, several};

/// A set of rules, as bits.
pub(super) type Rules = u128;
/// More combinations than this, for keys taken together or for all of them, are not tried.
const MAX_COMBINATIONS: usize = 4_096;

/// What comes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    Allow,
    Deny,
    NoMatch,
}

impl From<Effect> for Outcome {
    fn from(effect: Effect) -> Self {
        match effect {
            Effect::Allow => Self::Allow,
            Effect::Deny => Self::Deny,
        }
    }
}

/// A statement that matches if all its atoms hold.
pub(super) struct Rule<'a> {
    pub(super) effect: Effect,
    pub(super) seat: Seat,
    pub(super) atoms: Vec<Atom<'a>>,
}

/// Something that hangs on what is not known.
#[derive(Clone, Copy)]
pub(super) enum Atom<'a> {
    /// A condition on unknown keys.
    Condition(&'a Condition),
    /// A resource element with unknown variables, and the resource.
    Resource(&'a ResourceSpec, &'a str),
    /// A choice of its own, by number.
    Free(usize),
}

/// Rules whose matching is open, and what the others have settled.
pub(super) struct Problem<'a> {
    known: &'a Context,
    pub(super) several: Several<'a>,
    pub(super) rules: Vec<Rule<'a>>,
    denied: bool,
    /// The seats of which some statement surely allows.
    allowed: Seats,
    logic: Logic,
}

/// The answer.
pub(super) struct Outcomes {
    /// In order, without repetition, never empty.
    pub(super) reachable: Vec<Outcome>,
    /// The keys that matter, as first spelled.
    pub(super) on: Vec<String>,
    /// The free choices that matter.
    pub(super) free: BTreeSet<usize>,
}

/// Keys that are chosen together, and what each choice matches.
struct Group {
    keys: Vec<String>,
    /// For each choice, the number of each key's value, and the rules that this group does not rule out.
    choices: Vec<(Vec<usize>, Rules)>,
}

impl<'a> Problem<'a> {
    pub(super) fn new(known: &'a Context, logic: Logic) -> Self {
        Self {
            known,
            several: Rc::default(),
            rules: Vec::new(),
            denied: false,
            allowed: Seats::NONE,
            logic,
        }
    }

    /// A statement matches for certain.
    pub(super) const fn settle(&mut self, effect: Effect, seat: Seat) {
        match effect {
            Effect::Deny => self.denied = true,
            Effect::Allow => self.allowed = self.allowed.and(seat.bit),
        }
    }

    /// Every seat of which some statement allows or may allow.
    pub(super) fn all_seats(&self) -> Seats {
        let allows = self.rules.iter().filter(|r| r.effect == Effect::Allow);
        allows.fold(self.allowed, |all, rule| all.and(rule.seat.bit))
    }

    /// Whether an allow of the seat is a reason for what all of these seats allow.
    pub(super) fn grants(&self, seat: Seat, all: Seats) -> bool {
        self.logic.grants(seat, all)
    }

    /// Whether the condition speaks of a key of which nothing is known.
    pub(super) fn is_open(&self, condition: &Condition) -> bool {
        keys_of(Atom::Condition(condition))
            .iter()
            .any(|(lower, _)| self.known.get(lower).is_none())
    }

    /// Whether the rule matches, taken by itself: both answers where it hangs on the unknown keys.
    pub(super) fn matches(&self, rule: &Rule<'a>) -> Vec<bool> {
        let mut alone = Self::new(self.known, Logic::default());
        alone.several = Rc::clone(&self.several);
        alone.rules.push(Rule {
            effect: rule.effect,
            seat: Seat::IDENTITY,
            atoms: rule.atoms.clone(),
        });
        let outcomes = alone.solve().reachable;
        outcomes.iter().map(|o| *o != Outcome::NoMatch).collect()
    }

    pub(super) fn solve(&self) -> Outcomes {
        let none = || (Vec::new(), BTreeSet::new());
        let (reachable, (on, free)) = if self.denied {
            (vec![Outcome::Deny], none())
        } else {
            let relevant: Vec<&Rule<'a>> =
                self.rules.iter().filter(|r| self.is_relevant(r)).collect();
            if relevant.is_empty() {
                (vec![self.outcome(&[], 0)], none())
            } else {
                return self
                    .exactly(&relevant)
                    .unwrap_or_else(|| self.carefully(&relevant));
            }
        };
        Outcomes {
            reachable,
            on,
            free,
        }
    }

    /// An allow that has been given without it cannot change anything.
    const fn is_relevant(&self, rule: &Rule<'a>) -> bool {
        match rule.effect {
            Effect::Deny => true,
            Effect::Allow => !self.allowed.includes(rule.seat.bit),
        }
    }

    fn outcome(&self, rules: &[&Rule<'a>], matching: Rules) -> Outcome {
        let mut allowed = self.allowed;
        for (i, rule) in rules.iter().enumerate() {
            if matching & (1 << i) != 0 {
                match rule.effect {
                    Effect::Deny => return Outcome::Deny,
                    Effect::Allow => allowed = allowed.and(rule.seat.bit),
                }
            }
        }
        if self.logic.allows(allowed) {
            Outcome::Allow
        } else {
            Outcome::NoMatch
        }
    }

    fn unknown_keys(&self, atom: Atom<'a>) -> Vec<(String, String)> {
        let mut keys = keys_of(atom);
        keys.retain(|(lower, _)| self.known.get(lower).is_none());
        keys
    }

    /// `None` beyond the bounds.
    fn exactly(&self, rules: &[&Rule<'a>]) -> Option<Outcomes> {
        if rules.len() > Rules::BITS as usize {
            return None;
        }
        let mut spelling = BTreeMap::new();
        let mut free_choices = BTreeSet::new();
        for atom in rules.iter().flat_map(|r| &r.atoms) {
            for (lower, written) in self.unknown_keys(*atom) {
                spelling.entry(lower).or_insert(written);
            }
            if let Atom::Free(choice) = atom {
                free_choices.insert(*choice);
            }
        }
        let mut groups = Vec::new();
        for keys in self.groups(rules) {
            groups.push(self.group(rules, keys)?);
        }
        for choice in &free_choices {
            groups.push(free_group(rules, *choice));
        }
        let mut outcomes = BTreeMap::new();
        let mut outcome = |matching: Rules| {
            *outcomes
                .entry(matching)
                .or_insert_with(|| self.outcome(rules, matching))
        };
        let mut reachable = BTreeSet::new();
        let mut on = Vec::new();
        let mut free = BTreeSet::new();
        for (i, group) in groups.iter().enumerate() {
            let others = combinations(groups.iter().enumerate().filter(|(j, _)| *j != i))?;
            for (_, rules) in &group.choices {
                reachable.extend(others.iter().map(|other| outcome(other & rules)));
            }
            for (position, key) in group.keys.iter().enumerate() {
                if matters(group, position, &others, &mut outcome) {
                    match key.strip_prefix('#').and_then(|n| n.parse().ok()) {
                        Some(choice) => _ = free.insert(choice),
                        None => on.extend(spelling.get(key).cloned()),
                    }
                }
            }
        }
        Some(Outcomes {
            reachable: reachable.into_iter().collect(),
            on,
            free,
        })
    }

    /// The sets of rules, by number, that match together for some values of the unknown keys; `None` beyond the bounds.
    pub(super) fn matching(&self, rules: &[Rule<'a>]) -> Option<BTreeSet<Rules>> {
        if rules.len() > Rules::BITS as usize {
            return None;
        }
        let rules: Vec<&Rule<'a>> = rules.iter().collect();
        let mut groups = Vec::new();
        for keys in self.groups(&rules) {
            groups.push(self.group(&rules, keys)?);
        }
        combinations(groups.iter().enumerate())
    }

    /// Kleene's logic: every undecided rule may match or not, independently of the others.
    fn carefully(&self, rules: &[&Rule<'a>]) -> Outcomes {
        let may_allow = self.logic.allows(self.all_seats());
        let may_deny = rules.iter().any(|r| r.effect == Effect::Deny);
        let sure_to_allow = self.logic.allows(self.allowed);
        let mut reachable = Vec::new();
        if may_allow {
            reachable.push(Outcome::Allow);
        }
        if may_deny {
            reachable.push(Outcome::Deny);
        }
        if !sure_to_allow {
            reachable.push(Outcome::NoMatch);
        }
        let mut on = BTreeMap::new();
        let mut free = BTreeSet::new();
        for rule in rules {
            if rule.effect == Effect::Allow && !may_allow {
                continue;
            }
            for atom in &rule.atoms {
                for (lower, written) in self.unknown_keys(*atom) {
                    on.entry(lower).or_insert(written);
                }
                if let Atom::Free(choice) = atom {
                    free.insert(*choice);
                }
            }
        }
        Outcomes {
            reachable,
            on: on.into_values().collect(),
            free,
        }
    }

    /// The unknown keys, those of one atom always together.
    fn groups(&self, rules: &[&Rule<'a>]) -> Vec<BTreeSet<String>> {
        let mut groups: Vec<BTreeSet<String>> = Vec::new();
        for atom in rules.iter().flat_map(|r| &r.atoms) {
            let keys = self.unknown_keys(*atom).into_iter().map(|(lower, _)| lower);
            let mut joined: BTreeSet<String> = keys.collect();
            if joined.is_empty() {
                continue;
            }
            groups.retain_mut(|group| {
                let apart = group.is_disjoint(&joined);
                if !apart {
                    joined.append(group);
                }
                apart
            });
            groups.push(joined);
        }
        groups
    }

    fn group(&self, rules: &[&Rule<'a>], keys: BTreeSet<String>) -> Option<Group> {
        let keys: Vec<String> = keys.into_iter().collect();
        let speaks = |atom: &Atom<'a>| {
            let own = keys_of(*atom);
            own.iter().any(|(lower, _)| keys.contains(lower))
        };
        let atoms: Vec<Vec<Atom<'a>>> = rules
            .iter()
            .map(|rule| rule.atoms.iter().copied().filter(speaks).collect())
            .collect();
        let flat: Vec<Atom<'a>> = atoms.iter().flatten().copied().collect();
        let values = values::of(&keys, &flat, self.known, &self.several);
        let total = values
            .iter()
            .try_fold(1_usize, |n, v| n.checked_mul(v.len()));
        if total.is_none_or(|n| n > MAX_COMBINATIONS) {
            return None;
        }
        let mut choices: Vec<(Vec<usize>, Rules)> = Vec::new();
        let mut numbers = vec![0; keys.len()];
        loop {
            let lookup = |key: &str| match keys.iter().position(|k| k == key) {
                Some(at) => values
                    .get(at)
                    .zip(numbers.get(at))
                    .and_then(|(v, n)| v.get(*n).and_then(|value| value.as_deref())),
                None => self.known.get(key).flatten(),
            };
            let mut matching: Rules = 0;
            for (i, atoms) in atoms.iter().enumerate() {
                if atoms.iter().all(|atom| holds(*atom, &lookup)) {
                    matching |= 1 << i;
                }
            }
            // Values of a key on its own that match the same rules are one.
            if keys.len() > 1 || !choices.iter().any(|(_, m)| *m == matching) {
                choices.push((numbers.clone(), matching));
            }
            if !advance(&mut numbers, &values) {
                return Some(Group { keys, choices });
            }
        }
    }
}

/// The next combination; whether there is one.
fn advance(numbers: &mut [usize], values: &[Vec<values::Value>]) -> bool {
    for (number, values) in numbers.iter_mut().zip(values) {
        *number += 1;
        if *number < values.len() {
            return true;
        }
        *number = 0;
    }
    false
}

/// The keys that an atom speaks of: in lower case, and as written.
fn keys_of(atom: Atom<'_>) -> Vec<(String, String)> {
    let pair = |key: &str| (key.to_ascii_lowercase(), key.to_owned());
    match atom {
        Atom::Condition(condition) => {
            let variables = condition.values.iter().flat_map(|v| v.variables());
            let own = (condition.lower.clone(), condition.key.clone());
            std::iter::once(own)
                .chain(variables.map(|v| pair(&v.key)))
                .collect()
        }
        Atom::Resource(spec, _) => {
            let patterns = spec.patterns().iter();
            patterns
                .flat_map(|p| p.template.variables())
                .map(|v| pair(&v.key))
                .collect()
        }
        Atom::Free(_) => Vec::new(),
    }
}

fn holds<'v>(atom: Atom<'_>, lookup: &impl Fn(&str) -> Option<&'v [String]>) -> bool {
    match atom {
        Atom::Condition(condition) => condition.holds(lookup),
        Atom::Resource(spec, resource) => spec_fits(spec, resource, lookup),
        Atom::Free(_) => true,
    }
}
