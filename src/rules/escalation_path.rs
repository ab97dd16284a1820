use std::collections::{BTreeMap, BTreeSet};

use super::{Meta, Rule};
use crate::arn::Arn;
use crate::entry_points::EntryPoint;
use crate::evidence::starting::{by_statement, in_words, listed, some_of, who};
use crate::facts::Facts;
use crate::facts::entry::{Steer, Steering};
use crate::finding::Finding;
use crate::glob::Glob;
use crate::rule_id::RuleId;
use crate::severity::Severity;
use crate::starters::Starter;
use crate::taint::TaintedSink;

/// `escalation-path`
pub struct EscalationPath;

/// More principals, or statements, than this are counted in the detail, not named.
const NAMED: usize = 5;

/// A state that somebody steers.
#[derive(Default)]
struct Steered<'f> {
    findings: Vec<&'f Finding>,
    principals: Vec<Steer<Starter<'f>>>,
    named: BTreeSet<&'f Arn>,
    actions: Vec<String>,
    /// Who may bring about an event that reaches it, by what begins it.
    causes: BTreeMap<(String, Vec<Arn>), Vec<Starter<'f>>>,
}

impl<'f> Steered<'f> {
    /// Names the principals that are not named yet.
    fn add(&mut self, starter: Starter<'f>, via: &[Arn]) {
        let told = |s: &Steer<Starter<'f>>| s.who.is_same(&starter);
        if self.principals.iter().any(told) {
            return;
        }
        let new = starter.only(|actor| self.named.insert(&actor.arn));
        self.principals.extend(new.map(|who| Steer {
            who,
            via: via.to_vec(),
            at: Vec::new(),
        }));
    }
}

impl Rule for EscalationPath {
    fn meta(&self) -> &'static Meta {
        meta!(
            "escalation-path",
            from [Principals, EntryPoints, Organization],
            builds_on ["tainted-target", "tainted-command", "tainted-credentials"],
            "that of the tainted finding",
            "a principal that may start it can do through it what it may not do itself"
        )
    }

    fn check(&self, _facts: &Facts<'_>, _out: &mut Vec<Finding>) {}

    fn review(&self, facts: &Facts<'_>, found: &[Finding], out: &mut Vec<Finding>) {
        let mut states: BTreeMap<&str, Steered<'_>> = BTreeMap::new();
        let by_place = steering(facts);
        for finding in found.iter().filter(|f| is_open(f)) {
            let Some(pointer) = finding.pointer() else {
                continue;
            };
            let state = facts
                .state_at(pointer)
                .map_or(pointer.as_str(), |s| s.pointer.as_str());
            for steering in by_place.get(pointer.as_str()).into_iter().flatten() {
                let steered = states.entry(state).or_default();
                steered.findings.push(finding);
                for steer in &steering.starters {
                    for alike in steer.who.alike(finding.actions()) {
                        let beyond = beyond(facts, &alike, finding);
                        if beyond.is_empty() {
                            continue;
                        }
                        add(&mut steered.actions, beyond);
                        steered.add(alike, &steer.via);
                    }
                }
                for steer in &steering.points {
                    for (starter, beyond) in senders(facts, steer, finding) {
                        add(&mut steered.actions, beyond);
                        let way = (steer.who.name.clone(), steer.via.clone());
                        let by = steered.causes.entry(way).or_default();
                        if !by.iter().any(|s| s.actor.arn == starter.actor.arn) {
                            by.push(starter);
                        }
                    }
                }
            }
        }
        for (state, steered) in states {
            if !steered.principals.is_empty() || !steered.causes.is_empty() {
                out.extend(tell(facts, self.meta().id, state, &steered));
            }
        }
    }
}

/// Who steers the sinks at each place.
fn steering<'f>(facts: &'f Facts<'_>) -> BTreeMap<&'f str, Vec<&'f Steering<'f>>> {
    let mut by_place: BTreeMap<&str, Vec<&Steering<'_>>> = BTreeMap::new();
    for (sink, steering) in facts.taint.iter().zip(&facts.entry.steering) {
        let places: BTreeSet<&str> = sink.parameters.iter().map(|p| p.pointer.as_str()).collect();
        for place in places {
            by_place.entry(place).or_default().push(steering);
        }
    }
    by_place
}

/// What of the finding's actions its own policies do not let the principal do.
fn beyond(facts: &Facts<'_>, starter: &Starter<'_>, finding: &Finding) -> Vec<String> {
    let actions = finding.actions().iter();
    actions
        .filter(|action| !starter.may_everywhere(facts, action, &reach(facts, finding, action)))
        .cloned()
        .collect()
}

/// Who may bring about, with a content of his choice, what begins an execution there, and may not do the rest himself.
fn senders<'f>(
    facts: &'f Facts<'_>,
    steer: &Steer<&EntryPoint>,
    finding: &Finding,
) -> Vec<(Starter<'f>, Vec<String>)> {
    let Some(starts) = facts.starts else {
        return Vec::new();
    };
    let causes = steer.who.causes_at(&steer.at);
    let all = causes.into_iter().flat_map(|cause| starts.who_may(cause));
    all.filter_map(|starter| {
        let beyond = beyond(facts, &starter, finding);
        (!beyond.is_empty()).then_some((starter, beyond))
    })
    .collect()
}

fn add(actions: &mut Vec<String>, more: Vec<String>) {
    for action in more {
        if !actions.contains(&action) {
            actions.push(action);
        }
    }
}

/// Whether the caller chooses among more than a list that the grant makes: of a list, `tainted-target` is low and
/// `tainted-credentials` is medium.
fn is_open(finding: &Finding) -> bool {
    let least = match finding.rule().as_str() {
        "tainted-credentials" => Severity::High,
        _ => Severity::Medium,
    };
    finding.rule().is_tainted() && finding.severity() >= least
}

/// What a caller can choose there for the action: the reach of what is told, else the resources of the grant.
fn reach(facts: &Facts<'_>, finding: &Finding, action: &str) -> Vec<Glob> {
    let told = |sink: &&TaintedSink| {
        let pointer = sink.parameters.first().map(|p| &p.pointer);
        pointer == finding.pointer() && sink.actions().iter().any(|a| a == action)
    };
    let mut globs: Vec<Glob> = Vec::new();
    for reach in facts
        .taint
        .iter()
        .filter(told)
        .filter_map(|s| s.reach.as_ref())
    {
        globs.extend(reach.globs.iter().cloned());
    }
    if globs.is_empty() {
        globs = finding
            .resources()
            .iter()
            .map(|r| Glob::parse(r).segmented())
            .collect();
    }
    if globs.is_empty() {
        globs.push(Glob::any());
    }
    globs
}

fn tell(facts: &Facts<'_>, id: RuleId, state: &str, steered: &Steered<'_>) -> Option<Finding> {
    let worst = steered.findings.iter().max_by_key(|f| f.severity())?;
    let name = worst.state().unwrap_or_default();
    let mut starters: Vec<&Starter<'_>> = steered.principals.iter().map(|s| &s.who).collect();
    let senders = steered.causes.values().flatten();
    let mut principals = listed(&mut starters);
    let mut sending: BTreeSet<&Arn> = BTreeSet::new();
    for arn in senders.clone().map(|s| &s.actor.arn) {
        if !steered.named.contains(arn) && sending.insert(arn) {
            principals.add(arn);
        }
    }
    let reach = match worst.reach() {
        Some(reach) => reach.to_owned(),
        None if worst.resources().is_empty() => "*".to_owned(),
        None => worst.resources().join(", "),
    };
    let actions = steered.actions.join(", ");
    let whose = match (principals.count, principals.listed.first()) {
        (1, Some(one)) => format!(
            "`{}`",
            Arn::parse(one).map_or_else(|| one.clone(), |a| a.name().to_owned())
        ),
        (count, _) => format!("{count} principals"),
    };
    let mut grants: Vec<String> = Vec::new();
    let mut statements = |starters: &[&Starter<'_>]| {
        for (grant, _) in by_statement(starters) {
            let statement = &grant.statement;
            let text = format!("statement {} of `{}`", statement.statement, statement.name);
            if !grants.contains(&text) {
                grants.push(text);
            }
        }
    };
    statements(&starters);
    statements(&senders.collect::<Vec<_>>());
    let mut finding = facts.finding(
        id,
        worst.severity(),
        state,
        format!("{whose} can use state `{name}` for {actions}, beyond their own permissions"),
        format!(
            "{} → state `{name}` → {actions} on `{reach}`: the start is theirs, the state takes from its input what it acts on, and their own policies do not allow it",
            ways(facts, steered).join("; ")
        ),
        format!(
            "{}; or take the start permission from whoever may not do this: {}",
            worst.remediation().text,
            some_of(&grants, NAMED)
        ),
    );
    finding.at(worst.place().clone());
    finding.actions(steered.actions.clone());
    finding.resources(worst.resources().to_vec());
    finding.reach(worst.reach().map(str::to_owned));
    finding.trace(worst.trace().to_vec());
    principals.tell(&mut finding);
    let mut via: Vec<Arn> = Vec::new();
    let handed = steered.causes.keys().flat_map(|(_, via)| via);
    for workflow in steered.principals.iter().flat_map(|s| &s.via).chain(handed) {
        if !via.contains(workflow) {
            via.push(workflow.clone());
        }
    }
    finding.via(via);
    Some(finding.build())
}

/// `user/ada` → `first` → `last`, one for each way; `user/vic` → events of the rule `orders` → `last`.
fn ways(facts: &Facts<'_>, steered: &Steered<'_>) -> Vec<String> {
    let own = &facts.workflow.name;
    let mut by: BTreeMap<Vec<&str>, Vec<&Starter<'_>>> = BTreeMap::new();
    for steer in &steered.principals {
        let via = steer.via.iter().map(Arn::name).collect();
        by.entry(via).or_default().push(&steer.who);
    }
    let mut ways = Vec::new();
    for (via, starters) in by {
        let between: Vec<String> = via.iter().map(|name| format!("`{name}` → ")).collect();
        ways.push(format!(
            "{} → {}`{own}`",
            who(&starters, NAMED),
            between.concat()
        ));
    }
    for ((point, via), senders) in &steered.causes {
        let names: Vec<String> = senders.iter().map(|s| in_words(s.actor)).collect();
        let between: String = via.iter().map(|a| format!("`{}` → ", a.name())).collect();
        ways.push(format!(
            "{} → what `{point}` passes on → {between}`{own}`",
            some_of(&names, NAMED)
        ));
    }
    ways
}
