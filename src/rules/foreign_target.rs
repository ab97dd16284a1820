use std::collections::BTreeSet;

use super::{Meta, Rule};
use crate::arn::PLACEHOLDER_ACCOUNT;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::grants::elsewhere;
use crate::need::Need;
use crate::severity::Severity;

/// `foreign-target`
pub struct ForeignTarget;

impl Rule for ForeignTarget {
    fn meta(&self) -> &'static Meta {
        meta!(
            "foreign-target",
            from [Definition, Settings, Versions],
            builds_on [],
            "medium",
            "a task acts on a resource of an account that is not trusted"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let own = facts.workflow.arn.account();
        // Of a template, the account is known only where it is deployed.
        if own.is_empty() || own == PLACEHOLDER_ACCOUNT {
            return;
        }
        let mut told = BTreeSet::new();
        for need in facts.needs {
            let Some(state) = need.state.and_then(|id| facts.definition.state(id)) else {
                continue;
            };
            for resource in &need.resources {
                let text = resource.to_string();
                let Some(account) = text.split(':').nth(4) else {
                    continue;
                };
                let foreign = account.len() == 12
                    && account.bytes().all(|b| b.is_ascii_digit())
                    && account != own;
                let trusted = facts.config.trusted_accounts.iter().any(|a| a == account);
                if !foreign || trusted || !told.insert((state.id, account.to_owned())) {
                    continue;
                }
                let mut finding = facts.state_finding(
                    self.meta().id,
                    Severity::Medium,
                    state,
                    account,
                    format!("`{}` acts on a resource of account {account}", state.name),
                    format!(
                        "{} on `{text}` is outside the workflow's account {own}, and {account} is not a trusted account: \
                         data leaves, or the work depends on what somebody else owns",
                        need.action
                    ),
                    format!("if the account is yours, add \"{account}\" to `trusted-accounts` in the configuration; otherwise point the task at your own resource{}", other_side(facts, need)),
                );
                finding.actions(vec![need.action.clone()]);
                finding.resources(vec![text]);
                out.push(finding.build());
            }
        }
    }
}

/// What the resource's own policy must say where the call is meant.
fn other_side(facts: &Facts<'_>, need: &Need) -> String {
    let role = facts.workflow.role.as_ref();
    match role.and_then(|role| elsewhere::statement(need, role)) {
        Some((resource, statement)) => {
            format!(
                ". Where it is meant, the policy of `{resource}` must allow it, too: {statement}"
            )
        }
        None => String::new(),
    }
}
