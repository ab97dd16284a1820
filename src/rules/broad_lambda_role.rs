use std::collections::{BTreeMap, BTreeSet};

use super::{Meta, Rule};
use crate::asl::StateId;
use crate::evidence::starting::some_of;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::functions::{FunctionRole, Held, InvokedFunction};
use crate::rule_id::RuleId;
use crate::severity::Severity;

/// `broad-lambda-role`
pub struct BroadLambdaRole;

impl Rule for BroadLambdaRole {
    fn meta(&self) -> &'static Meta {
        meta!(
            "broad-lambda-role",
            from [Definition, Functions, Principals],
            builds_on [],
            "high for an administrator or an escalation path, else medium",
            "an invoked function's role is broad"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let mut by_role: BTreeMap<&str, (&FunctionRole, Vec<&InvokedFunction>)> = BTreeMap::new();
        for function in &facts.functions.functions {
            if let Some(role) = &function.role {
                let (_, functions) = by_role
                    .entry(role.arn.as_str())
                    .or_insert_with(|| (role, Vec::new()));
                functions.push(function);
            }
        }
        for (role, functions) in by_role.values() {
            out.extend(tell(facts, self.meta().id, functions, role));
        }
    }
}

fn tell(
    facts: &Facts<'_>,
    id: RuleId,
    functions: &[&InvokedFunction],
    role: &FunctionRole,
) -> Option<Finding> {
    let held: Vec<&Held> = role
        .service_wide
        .iter()
        .chain(&role.writes_everywhere)
        .collect();
    let (severity, what, policy) = match (&role.admin, &role.escalates, held.first()) {
        (Some(statement), ..) => (
            Severity::High,
            "an administrator".to_owned(),
            statement.clone(),
        ),
        (None, Some((path, statement)), _) => (
            Severity::High,
            format!(
                "one that raises privileges: it {} ({})",
                path.how,
                path.actions.join(", ")
            ),
            statement.clone(),
        ),
        (None, None, Some(first)) => (Severity::Medium, words(role), first.statement.clone()),
        (None, None, None) => return None,
    };
    let names: Vec<String> = functions
        .iter()
        .map(|f| format!("`{}`", f.arn.name()))
        .collect();
    let arns: Vec<String> = functions.iter().map(|f| format!("`{}`", f.arn)).collect();
    let several = functions.len() > 1;
    let mut finding = facts.finding(
        id,
        severity,
        role.arn.as_str(),
        format!(
            "the role of the function{} {} is {what}",
            if several { "s" } else { "" },
            some_of(&names, 3)
        ),
        format!(
            "the workflow invokes {}, which {} as `{}`: {what}, by statement {} of `{}`. Whoever steers the input of {} works with that",
            some_of(&arns, 3),
            if several { "act" } else { "acts" },
            role.arn,
            policy.statement,
            policy.name,
            if several { "these functions" } else { "the function" },
        ),
        if several {
            "give each function a role of its own, with the actions that its code calls, on the resources that it uses"
        } else {
            "grant the function the actions that its code calls, on the resources that it uses"
        },
    );
    let on: BTreeSet<String> = held.iter().flat_map(|h| h.resources.clone()).collect();
    let all = || vec!["*".to_owned()];
    let (actions, resources) = match (&role.admin, &role.escalates) {
        (Some(_), _) => (all(), all()),
        (None, Some((path, _))) => (path.actions.clone(), on.into_iter().collect()),
        (None, None) => (
            held.iter().map(|h| h.action.clone()).collect(),
            on.into_iter().collect(),
        ),
    };
    finding.actions(actions).resources(resources);
    finding.principals(vec![role.arn.to_string()]);
    finding.policy(Some(policy));
    let states: BTreeSet<StateId> = functions.iter().flat_map(|f| f.states.clone()).collect();
    facts.place(&mut finding, &states.into_iter().collect::<Vec<_>>());
    Some(finding.build())
}

/// Why it is broad: at most four patterns by name.
fn words(role: &FunctionRole) -> String {
    let list = |held: &[Held]| {
        let names: Vec<String> = held
            .iter()
            .take(4)
            .map(|h| format!("`{}`", h.action))
            .collect();
        let more = match held.len().saturating_sub(4) {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        format!("{}{more}", names.join(", "))
    };
    match (
        role.service_wide.as_slice(),
        role.writes_everywhere.as_slice(),
    ) {
        ([], writes) => format!("broad: it writes with {} on every resource", list(writes)),
        (wide, []) => format!("broad: it holds {}", list(wide)),
        (wide, writes) => format!(
            "broad: it holds {} and writes with {} on every resource",
            list(wide),
            list(writes)
        ),
    }
}
