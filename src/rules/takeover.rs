use std::collections::{BTreeMap, BTreeSet};

use super::{Meta, Rule};
use crate::arn::Arn;
use crate::evidence::canonical;
use crate::evidence::starting::{crowd, some_of, some_of_many};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::grants::gain::{Gain, Prize};
use crate::grants::role::PolicySource;
use crate::iam::sets::Grant;
use crate::need::Target as NeedTarget;
use crate::rule_id::RuleId;
use crate::severity::Severity;
use crate::starters::{Actor, Means, Taker, Target};

/// `takeover`
pub struct Takeover;

/// More principals, or permissions, than this are counted in the detail, not named.
const NAMED: usize = 5;

/// One statement that lets somebody take the workflow over.
#[derive(Default)]
struct Story<'f> {
    /// Those of one kind each, whoever gains nothing left out.
    takers: Vec<Taker<'f>>,
    gained: BTreeSet<String>,
    most: Option<Gain>,
}

/// What the roles that can be come by are worth, weighed when first asked for.
type Prizes<'f> = BTreeMap<Option<&'f Arn>, Option<Prize<'f>>>;

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
        let mut prizes = Prizes::new();
        for mut taker in starts.takers(&target) {
            let deployers = &facts.config.baseline.principals;
            let is_deployer = |who: &Actor| deployers.iter().any(|p| p.matches(&who.arn));
            taker.members.retain(|(_, who)| !is_deployer(who));
            let Some((most, gained)) = gains(facts, &mut taker, &mut prizes) else {
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

/// What the principals gain, and how much that is; those who gain nothing are taken out, and there is nothing to tell where
/// nobody is left.
fn gains<'f>(
    facts: &'f Facts<'_>,
    taker: &mut Taker<'f>,
    prizes: &mut Prizes<'f>,
) -> Option<(Gain, Vec<String>)> {
    let function = match &taker.means {
        Means::Function(arn) => {
            let function = facts.functions.functions.iter().find(|f| f.arn == *arn)?;
            Some(&function.role.as_ref()?.arn)
        }
        _ => None,
    };
    taker.members.retain(|(_, who)| Some(&who.arn) != function);
    // Who writes the policies is held to nothing, but where a condition holds him.
    let writes = taker.means == Means::Policies && taker.depends.is_empty();
    let prize = prizes
        .entry(function)
        .or_insert_with(|| prize(facts, function))
        .as_ref()?;
    let mut gained: BTreeSet<usize> = BTreeSet::new();
    taker.members.retain(|(_, who)| {
        let may_hold = |service: &str| who.allows.may_hold(service);
        let mut beyond = prize.beyond((&who.authority, &who.arn), &may_hold);
        if gained.len() == prize.grant_count() {
            return beyond.next().is_some() || writes;
        }
        let mut gains = false;
        for place in beyond {
            gains = true;
            gained.insert(place);
        }
        gains || writes
    });
    taker.members.first()?;
    let grants = || gained.iter().filter_map(|place| prize.grant(*place));
    let word = |grant: &Grant<'_>| format!("{} on `{}`", grant.action_text(), grant.resource_text);
    let mut words: Vec<String> = grants().map(|(grant, _)| word(grant)).collect();
    let mut most = grants().map(|(_, gain)| *gain).max();
    if writes {
        most = Some(Gain::Administrator);
        words.insert(0, "whatever he writes into the role's policies".to_owned());
    }
    Some((most?, words))
}

/// What a function's role is worth, or the workflow's own.
fn prize<'f>(facts: &'f Facts<'_>, function: Option<&Arn>) -> Option<Prize<'f>> {
    let needed = |action: &str| {
        let mut needs = facts
            .needs
            .iter()
            .filter(|n| n.action.eq_ignore_ascii_case(action));
        function.is_none() && needs.any(|n| n.target == NeedTarget::Static)
    };
    match function {
        Some(role) => Some(Prize::of(facts.starts?.authority(role)?, role, &needed)),
        None => {
            let role = facts.role?;
            Some(Prize::of(&role.authority, &role.arn, &needed))
        }
    }
}

fn tell(
    facts: &Facts<'_>,
    id: RuleId,
    means: &Means,
    subject: &str,
    story: &Story<'_>,
) -> Option<Finding> {
    let least = |t: &&Taker<'_>| t.members.iter().map(|(place, _)| *place).min();
    let first = story.takers.iter().min_by_key(least)?;
    let severity = match story.most? {
        Gain::Administrator | Gain::Escalation => Severity::Critical,
        Gain::Acting => Severity::High,
        Gain::Bounded => Severity::Medium,
    };
    let mut who: Vec<(usize, &Actor)> = story
        .takers
        .iter()
        .flat_map(|t| &t.members)
        .copied()
        .collect();
    who.sort_by_key(|(place, _)| *place);
    let count = who.len();
    let named = who.iter().take(NAMED);
    let names: Vec<String> = named
        .map(|(_, who)| format!("`{}`", who.arn.resource()))
        .collect();
    let names = some_of_many(&names, count);
    let principals = crowd(who.iter().map(|(_, who)| *who));
    let gained: Vec<String> = story.gained.iter().cloned().collect();
    let gained = some_of(&gained, NAMED);
    let whose = match who.as_slice() {
        [(_, one)] => format!("`{}`", one.arn.name()),
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
        format!("{whose} {does}, and gain{} by it", if count == 1 { "s" } else { "" }),
        format!(
            "{} → statement {} of `{}` ({} on `{}`{depends}) → {where_}: who decides {what} gains what its role may do and his own policies do not allow: {gained}",
            names,
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
    principals.tell(&mut finding);
    finding.actions(vec![first.action.to_owned()]);
    finding.resources(vec![first.resource.clone()]);
    Some(finding.build())
}
