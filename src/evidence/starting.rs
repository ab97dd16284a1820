//! What the rules about a workflow's surroundings ask of the facts.

use std::collections::BTreeMap;

use crate::asl::{QueryLanguage, StateId};
use crate::catalog::{self, Level};
use crate::facts::Facts;
use crate::finding::{FindingBuilder, FindingPlace, Patch};
use crate::glob::Glob;
use crate::iam::{Condition, Effect, Policy, ResourceSpec, Statement};
use crate::starters::{Actor, START, START_SYNC, StartGrant, Starter, first_of};

pub use crate::starters::{crowd, listed};
use crate::workflow::WorkflowType;

impl Facts<'_> {
    /// The actions that start an execution of this type of workflow.
    pub const fn start_actions(&self) -> &'static [&'static str] {
        match self.workflow.kind {
            WorkflowType::Standard => &[START],
            WorkflowType::Express => &[START, START_SYNC],
        }
    }

    /// Sets the state of a finding about several: the first one.
    pub fn place(&self, finding: &mut FindingBuilder, states: &[StateId]) {
        let Some(state) = states.first().and_then(|id| self.definition.state(*id)) else {
            return;
        };
        finding.at(FindingPlace::state_itself(state));
        let named = states.iter().filter_map(|id| self.definition.state(*id));
        finding.states(named.map(|s| s.name.clone()).collect());
    }

    /// The states by name, at most three of them.
    pub fn states_in_words(&self, states: &[StateId]) -> String {
        let named = states.iter().filter_map(|id| self.definition.state(*id));
        some_of(
            &named.map(|s| format!("`{}`", s.name)).collect::<Vec<_>>(),
            3,
        )
    }

    /// The trust policy as it should be, where it was read.
    pub fn trust_patch(&self) -> Option<Patch> {
        let document = self.trust.ideal.clone()?;
        Some(Patch::TrustPolicy { document })
    }

    /// The field that holds the arguments in the query language of the first of these states.
    pub fn arguments_field(&self, states: &[StateId]) -> Option<&'static str> {
        let state = self.definition.state(*states.first()?)?;
        Some(match state.query_language {
            QueryLanguage::JsonPath => "Parameters",
            QueryLanguage::Jsonata => "Arguments",
        })
    }

    /// Whether the action runs, writes or assumes something; one that is not known is taken to.
    pub fn acts(&self, action: &str) -> bool {
        catalog::action(action)
            .is_none_or(|info| !matches!(info.level(), Level::Read | Level::List))
    }
}

/// The first few of many names, and how many more there are.
pub fn some_of(names: &[String], limit: usize) -> String {
    some_of_many(names.get(..limit).unwrap_or(names), names.len())
}

/// These names of so many in all.
pub fn some_of_many(names: &[String], count: usize) -> String {
    let shown = names.join(", ");
    match count.saturating_sub(names.len()) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The first few of these principals in words, and how many more there are.
pub fn who(starters: &[&Starter<'_>], limit: usize) -> String {
    let names: Vec<String> = first_of(starters, limit)
        .into_iter()
        .map(in_words)
        .collect();
    some_of_many(&names, starters.iter().map(|s| s.count()).sum())
}

/// The statements by which these principals start the workflow, each with who holds it.
pub fn by_statement<'s, 'i>(
    starters: &[&'s Starter<'i>],
) -> Vec<(&'s StartGrant, Vec<&'s Starter<'i>>)> {
    let mut by: Vec<(&StartGrant, Vec<&Starter<'_>>)> = Vec::new();
    let mut places = BTreeMap::new();
    for starter in starters {
        for grant in starter.grants.iter().filter(|g| g.starts()) {
            let statement = (&grant.statement.name, grant.statement.statement);
            let same = (statement, &grant.resource, &grant.depends);
            let place = *places.entry(same).or_insert(by.len());
            match by.get_mut(place) {
                Some((_, who)) => who.push(*starter),
                None => by.push((grant, vec![*starter])),
            }
        }
    }
    by
}

/// `user/kim`, or with what runs with a role.
pub fn in_words(actor: &Actor) -> String {
    let name = actor.arn.resource();
    match actor.runs.as_slice() {
        [] => format!("`{name}`"),
        [one] => format!("`{name}` (execution role of {one})"),
        [one, rest @ ..] => {
            format!("`{name}` (execution role of {one} and {} more)", rest.len())
        }
    }
}

impl Starter<'_> {
    /// Whether its own policies let it do the action on all that these patterns match, wherever they let it start the
    /// workflow. A condition that stands on every one of its start grants too, such as that MFA is present, is met
    /// whenever it starts, and keeps nothing from it; any other condition on an allow does. A deny that would take the
    /// start away as well takes nothing from who starts.
    pub fn may_everywhere(&self, facts: &Facts<'_>, action: &str, reach: &[Glob]) -> bool {
        let authority = &self.actor.authority;
        let granted = |policies: &mut dyn Iterator<Item = &Policy>, pattern: &Glob| {
            let mut statements = policies.flat_map(|p| &p.statements);
            statements.any(|s| {
                s.effect == Effect::Allow
                    && s.conditions.iter().all(|c| self.is_met_at_start(c))
                    && covers(s, action, pattern)
            })
        };
        let starts = |s: &Statement| {
            !s.conditions.iter().any(is_about_the_resource)
                && facts.start_actions().iter().any(|a| s.actions.matches(a))
                && s.resources
                    .may_touch(&Glob::literal(facts.workflow.arn.as_str()))
        };
        let denied = |pattern: &Glob| {
            let policies = authority.identity.iter().chain(&authority.boundary);
            let own = policies.flat_map(|p| &p.statements);
            // What a service control policy denies everybody alike it denies the workflow's role, too.
            let mut statements = own.chain(authority.telling_denies(&self.actor.arn));
            statements.any(|s| {
                s.effect == Effect::Deny
                    && s.actions.matches(action)
                    && s.resources.may_touch(pattern)
                    && !starts(s)
            })
        };
        let boundary = || authority.boundary.iter().map(|p| &**p);
        reach.iter().all(|pattern| {
            granted(&mut authority.identity.iter().map(|p| &**p), pattern)
                && (authority.boundary.is_none() || granted(&mut boundary(), pattern))
                && !denied(pattern)
        })
    }

    /// Whether each of its start grants has the condition, and that is about who asks and not about what is asked for.
    fn is_met_at_start(&self, condition: &Condition) -> bool {
        let mut grants = self.grants.iter().filter(|g| g.starts());
        !is_about_the_resource(condition) && grants.all(|g| g.conditions.contains(condition))
    }
}

/// Whether the condition is about the resource (`aws:ResourceTag/…`, `aws:ResourceAccount`), and so met by one and not by
/// another.
fn is_about_the_resource(condition: &Condition) -> bool {
    let key = condition.key.to_ascii_lowercase();
    key.starts_with("aws:resource")
}

/// Whether the statement is about the action on all that the pattern matches.
fn covers(statement: &Statement, action: &str, pattern: &Glob) -> bool {
    if !statement.actions.matches(action) {
        return false;
    }
    // `*` as a reach stands for every resource, which a pattern over every ARN covers too.
    let all = statement.resources.covers_all();
    match &statement.resources {
        _ if all => true,
        ResourceSpec::Only(patterns) => {
            let fixed = patterns.iter().filter(|p| !p.template.has_variables());
            let globs: Vec<Glob> = fixed.map(crate::iam::ResourcePattern::widest).collect();
            pattern.covered_by(&globs)
        }
        ResourceSpec::AllBut(spared) => !spared.iter().any(|p| p.widest().overlaps(pattern)),
        ResourceSpec::Unstated => false,
    }
}
