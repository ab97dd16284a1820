use std::collections::{BTreeMap, BTreeSet};

use super::{Meta, Rule};
use crate::arn::Arn;
use crate::evidence::canonical;
use crate::evidence::starting::some_of;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::grants::gain::{self, Gain};
use crate::grants::role::PolicySource;
use crate::need::Target as NeedTarget;
use crate::rule_id::RuleId;
use crate::severity::Severity;
use crate::starters::{Means, Taker, Target};

/// `takeover`
pub struct Takeover;

/// More principals, or permissions, than this are counted in the detail, not named.
const NAMED: usize = 5;

/// One statement that lets somebody take the workflow over.
#[derive(Default)]
struct Story<'f> {
    takers: Vec<Taker<'f>>,
    gained: BTreeSet<String>,
    most: Option<Gain>,
}

impl Rule for Takeover {
    fn meta(&self) -> &'static Meta {
        meta!(
            "takeover",
            from [Principals, ExecutionRole, Role, Functions, Organization],
            builds_on [],
            "critical where administrator or an escalation path is gained; high for a run, write or assume action on everything; else medium",
            "a principal may change what the workflow does or may do, and gains by it what it may not do itself"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let Some(starts) = facts.starts else { return };
        let target = target(facts);
        let mut stories: BTreeMap<(Means, String, String), Story<'_>> = BTreeMap::new();
        for taker in starts.takers(&target) {
            let deployer = facts
                .config
                .baseline
                .principals
                .iter()
                .any(|p| p.matches(&taker.actor.arn));
            if deployer {
                continue;
            }
            let Some((most, gained)) = gains(facts, &taker) else {
                continue;
            };
            let key = (
                taker.means.clone(),
                taker.policy.clone(),
                canonical(&taker.raw),
            );
            let story = stories.entry(key).or_default();
            story.most = story.most.max(Some(most));
            story.gained.extend(gained);
            story.takers.push(taker);
        }
        for ((means, policy, raw), story) in stories {
            out.extend(tell(
                facts,
                self.meta().id,
                &means,
                &format!("{policy}\n{raw}"),
                &story,
            ));
        }
    }
}

fn target<'t>(facts: &'t Facts<'_>) -> Target<'t> {
    let held = facts
        .role
        .map(|r| r.policies.as_slice())
        .unwrap_or_default();
    let managed = held.iter().filter_map(|p| match &p.source {
        PolicySource::Managed { arn, .. } => Some(arn.clone()),
        PolicySource::Inline => None,
    });
    let own = |arn: &String| Arn::parse(arn).is_some_and(|a| a.account() != "aws");
    Target {
        workflow: facts.workflow,
        tags: None,
        role: facts.workflow.role.as_ref(),
        policies: managed.filter(own).collect(),
        functions: facts.functions.functions.iter().map(|f| &f.arn).collect(),
    }
}

/// What the principal gains, and how much that is; `None` where it is nothing.
fn gains(facts: &Facts<'_>, taker: &Taker<'_>) -> Option<(Gain, Vec<String>)> {
    let own = &taker.actor.authority;
    let (holder, role) = match &taker.means {
        Means::Function(arn) => {
            let function = facts.functions.functions.iter().find(|f| f.arn == *arn)?;
            let role = &function.role.as_ref()?.arn;
            if *role == taker.actor.arn {
                return None;
            }
            (role, facts.starts?.authority(role)?)
        }
        _ => (&facts.role?.arn, &facts.role?.authority),
    };
    let needed = |action: &str| {
        let of_the_workflow = !matches!(taker.means, Means::Function(_));
        let mut needs = facts
            .needs
            .iter()
            .filter(|n| n.action.eq_ignore_ascii_case(action));
        of_the_workflow && needs.any(|n| n.target == NeedTarget::Static)
    };
    let gained = gain::gained(role, holder, (own, &taker.actor.arn));
    let mut most = gain::weigh(role, holder, &gained, &needed);
    let mut words: Vec<String> = gained
        .iter()
        .map(|g| format!("{} on `{}`", g.action_text(), g.resource_text))
        .collect();
    // Who writes the policies is held to nothing, but where a condition holds him.
    if taker.means == Means::Policies && taker.depends.is_empty() {
        most = Some(Gain::Administrator);
        words.insert(0, "whatever he writes into the role's policies".to_owned());
    }
    Some((most?, words))
}

fn tell(
    facts: &Facts<'_>,
    id: RuleId,
    means: &Means,
    subject: &str,
    story: &Story<'_>,
) -> Option<Finding> {
    let first = story.takers.first()?;
    let severity = match story.most? {
        Gain::Administrator | Gain::Escalation => Severity::Critical,
        Gain::Acting => Severity::High,
        Gain::Bounded => Severity::Medium,
    };
    let mut principals: Vec<String> = story
        .takers
        .iter()
        .map(|t| t.actor.arn.to_string())
        .collect();
    principals.sort();
    let names: Vec<String> = story
        .takers
        .iter()
        .map(|t| format!("`{}`", t.actor.arn.resource()))
        .collect();
    let gained: Vec<String> = story.gained.iter().cloned().collect();
    let gained = some_of(&gained, NAMED);
    let whose = match principals.as_slice() {
        [_] => format!("`{}`", first.actor.arn.name()),
        many => format!("{} principals", many.len()),
    };
    let (does, what) = match means {
        Means::Definition => ("may replace its definition", "what it does"),
        Means::Policies => ("may rewrite what its role may do", "what its role may do"),
        Means::Trust => ("may become its role", "who is its role"),
        Means::Role => (
            "may run a workflow of their own with its role",
            "a workflow with its role",
        ),
        Means::Function(_) => (
            "may replace the code of a function that it invokes",
            "what the function does",
        ),
    };
    let depends = match first.depends.as_slice() {
        [] => String::new(),
        keys => format!(", depending on {}", keys.join(", ")),
    };
    let where_ = match means {
        Means::Function(arn) => format!("the function `{}`", arn.name()),
        _ => format!("`{}`", facts.workflow.name),
    };
    let mut finding = facts.finding(
        id,
        severity,
        format!("{means:?}\n{subject}"),
        format!("{whose} {does}, and gain{} by it", if principals.len() == 1 { "s" } else { "" }),
        format!(
            "{} → statement {} of `{}` ({} on `{}`{depends}) → {where_}: who decides {what} gains what its role may do and his own policies do not allow: {gained}",
            some_of(&names, NAMED),
            first.statement,
            first.policy,
            first.action,
            first.resource,
        ),
        format!(
            "name in statement {} of `{}` the resources that are meant, or leave changes to the pipeline that deploys them and name that as a deployer in the configuration (`[baseline] principals`)",
            first.statement, first.policy
        ),
    );
    finding.principals(principals);
    finding.actions(vec![first.action.to_owned()]);
    finding.resources(vec![first.resource.clone()]);
    Some(finding.build())
}
