use std::collections::BTreeMap;

use super::{Meta, Rule};
use crate::arn::Arn;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::rule_id::RuleId;
use crate::severity::Severity;
use crate::starters::Way;
use crate::trust::{Outside, Who};

/// `external-invocation`
pub struct ExternalInvocation;

impl Rule for ExternalInvocation {
    fn meta(&self) -> &'static Meta {
        meta!(
            "external-invocation",
            from [Principals, StarterTrust, Organization],
            builds_on [],
            "high, critical where the trust is `*`",
            "somebody outside the account can reach a role that may start it"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let mut by_role: BTreeMap<&Arn, (bool, Vec<&Way>)> = BTreeMap::new();
        for starter in facts.starters.list.iter().filter(|s| s.starts()) {
            for way in starter.ways {
                let entry = by_role.entry(&starter.actor.arn).or_default();
                entry.1.push(way);
            }
        }
        // An administrator starts every workflow. What AWS makes for an organization's management account, which holds its
        // accounts anyhow, is not told.
        for (role, way) in &facts.starters.open_admins {
            if way.outside > Outside::Account || !is_of_the_organization(role, way) {
                let entry = by_role.entry(role).or_default();
                entry.0 = true;
                entry.1.push(way);
            }
        }
        for (role, (admin, ways)) in by_role {
            out.push(tell(facts, self.meta().id, role, admin, &ways));
        }
    }
}

fn tell(facts: &Facts<'_>, id: RuleId, role: &Arn, admin: bool, ways: &[&Way]) -> Finding {
    let anyone = ways.iter().any(|w| w.outside == Outside::Anyone);
    let (severity, who) = if anyone {
        (Severity::Critical, "anyone with an AWS account")
    } else if ways.iter().any(|w| w.outside == Outside::Provider) {
        (Severity::High, "whoever an identity provider vouches for")
    } else {
        (Severity::High, "another account")
    };
    let paths: Vec<String> = ways
        .iter()
        .map(|w| match &w.via {
            Some(via) => format!(
                "{} → `{via}` → `{role}` → `{}`",
                w.who.in_words(),
                facts.workflow.name
            ),
            None => format!(
                "{} → `{role}` → `{}`",
                w.who.in_words(),
                facts.workflow.name
            ),
        })
        .collect();
    let admin = if admin { ", an administrator," } else { "" };
    let mut finding = facts.finding(
        id,
        severity,
        role.as_str(),
        format!("{who} can become `{}` and start it", role.name()),
        format!(
            "the role `{role}`{admin} may start this workflow, and is within reach of {who}: {}",
            paths.join("; ")
        ),
        advice(ways),
    );
    let mut named: Vec<String> = ways.iter().map(|w| w.who.who.text().to_owned()).collect();
    named.sort();
    named.dedup();
    finding.principals([role.to_string()].into_iter().chain(named).collect());
    finding.actions(
        facts
            .start_actions()
            .iter()
            .map(|a| (*a).to_owned())
            .collect(),
    );
    finding.build()
}

/// Roles that AWS makes in member accounts for the management account (Organizations User Guide, "Accessing member
/// accounts"; Control Tower User Guide, "How AWS Control Tower works with roles").
const OF_THE_MANAGEMENT_ACCOUNT: [&str; 2] =
    ["OrganizationAccountAccessRole", "AWSControlTowerExecution"];

fn is_of_the_organization(role: &Arn, way: &Way) -> bool {
    let entered = way.via.as_ref().unwrap_or(role);
    OF_THE_MANAGEMENT_ACCOUNT.contains(&entered.name())
}

/// What to write into the trust policy instead, for each kind of way in.
fn advice(ways: &[&Way]) -> String {
    let mut advice: Vec<String> = ways.iter().map(|w| instead(w)).collect();
    advice.sort_unstable();
    advice.dedup();
    format!(
        "{}; or take the start permission from the role",
        advice.join("; ")
    )
}

fn instead(way: &Way) -> String {
    match (way.outside, &way.who.who) {
        (Outside::Anyone, Who::Federated(_)) => "give guests of the identity pool a role of their own that may start nothing".to_owned(),
        (Outside::Anyone, _) => "name the principals in the trust policy instead of `*`, or limit it: \"Condition\": {\"StringEquals\": {\"aws:PrincipalOrgID\": \"o-…\"}}".to_owned(),
        (Outside::Provider, Who::Federated(provider)) if !provider.starts_with("arn:") => format!(
            "fix the subject in the trust policy: \"Condition\": {{\"StringEquals\": {{\"{provider}:sub\": \"…\"}}}} (for a CI, the organization, repository and branch)"
        ),
        (Outside::Provider, _) => "fix who is meant in the trust policy: \"Condition\": {\"StringEquals\": {\"SAML:aud\": \"https://signin.aws.amazon.com/saml\", \"SAML:sub\": \"…\"}}".to_owned(),
        (Outside::Account, _) => "take the other account out of the trust policy, or, where it is meant, add it to `trusted-accounts` of the configuration".to_owned(),
    }
}
