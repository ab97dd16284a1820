//! The policies above an account, parsed.

use std::sync::Arc;

use super::condition::{SetPrefix, Test};
use super::layers::{Level, MAX_LEVELS, Organization};
use super::{Condition, Effect, Policy, Problem, parse};
use crate::snapshot::{NamedDocument, OrganizationLevel, OrganizationPolicies};

impl Organization {
    /// Parses every document. What of them could not be read stays in its policy as unreadable and is a problem.
    pub fn of(read: &OrganizationPolicies) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        if read.levels.len() > MAX_LEVELS {
            let levels = read.levels.len();
            problems.push(problem(
                "the organization",
                format!("it has {levels} levels, more than the {MAX_LEVELS} that are looked at"),
            ));
        }
        let service_controls = levels(read, &mut problems, &service_controls);
        let resource_controls = levels(read, &mut problems, &resource_controls);
        // Where no level has any, that kind of policy is off (AWS Organizations User Guide, "SCP evaluation": else at least
        // one is attached everywhere).
        let is_off = service_controls.iter().all(|l| l.policies.is_empty());
        let organization = Self {
            id: read.id.clone(),
            management_account: read.management_account.clone(),
            service_controls: if is_off {
                Arc::default()
            } else {
                service_controls.into()
            },
            resource_controls: resource_controls.into(),
        };
        (organization, problems)
    }

    /// The organization's id: the one that was told, or the one that all its policies make an exception for (`Deny … unless
    /// aws:PrincipalOrgID is o-…`), for an organization that shuts itself out is none.
    pub fn own_id(&self) -> Option<String> {
        if self.id.is_some() {
            return self.id.clone();
        }
        let levels = self.service_controls.iter().chain(&*self.resource_controls);
        let statements = levels
            .flat_map(|l| &l.policies)
            .flat_map(|p| &p.statements)
            .filter(|s| s.effect == Effect::Deny);
        let mut spared = statements
            .flat_map(|s| &s.conditions)
            .filter(|c| is_exception(c))
            .flat_map(|c| &c.texts);
        let first = spared.next()?;
        let is_id = first.starts_with("o-") && !first.contains(['*', '?', '$']);
        (is_id && spared.all(|other| other == first)).then(|| first.clone())
    }
}

fn is_exception(condition: &Condition) -> bool {
    let operator = &condition.operator;
    let is_about_it = ["aws:principalorgid", "aws:resourceorgid", "aws:sourceorgid"]
        .contains(&condition.lower.as_str());
    let compares = matches!(
        operator.test,
        Test::StringEquals | Test::StringEqualsIgnoreCase | Test::StringLike
    );
    is_about_it && compares && operator.negated && operator.set == SetPrefix::None
}

type Parse = dyn Fn(&OrganizationLevel) -> Option<Vec<(Policy, Vec<Problem>)>>;

fn service_controls(level: &OrganizationLevel) -> Option<Vec<(Policy, Vec<Problem>)>> {
    let read = |d: &NamedDocument| parse::policy(&d.name, &d.document);
    Some(level.service_controls.as_ref()?.iter().map(read).collect())
}

fn resource_controls(level: &OrganizationLevel) -> Option<Vec<(Policy, Vec<Problem>)>> {
    let read = |d: &NamedDocument| parse::resource_policy(&d.name, &d.document);
    Some(level.resource_controls.as_ref()?.iter().map(read).collect())
}

/// The levels of one kind. A level of which it was not read is none here, and a problem where other levels have it.
fn levels(read: &OrganizationPolicies, problems: &mut Vec<Problem>, parse: &Parse) -> Vec<Level> {
    let mut out = Vec::new();
    for level in read.levels.iter().take(MAX_LEVELS) {
        let Some(parsed) = parse(level) else {
            continue;
        };
        let mut policies = Vec::new();
        for (policy, found) in parsed {
            policies.push(Arc::new(policy));
            problems.extend(found.into_iter().map(|p| Problem {
                policy: format!("{} of {}", p.policy, level.target),
                ..p
            }));
        }
        out.push(Level {
            target: Arc::from(level.target.as_str()),
            policies,
        });
    }
    let missing = read.levels.len().min(MAX_LEVELS) - out.len();
    if !out.is_empty() && missing > 0 {
        problems.push(problem(
            "the organization",
            format!("{missing} of its levels were not read whole"),
        ));
    }
    out
}

fn problem(what: &str, why: String) -> Problem {
    Problem {
        policy: what.to_owned(),
        statement: None,
        why,
        blind: true,
    }
}
