use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::{Finding, Patch};
use crate::log_delivery::{DELIVERY_ACTIONS, GroupState};
use crate::rule_id::RuleId;
use crate::severity::Severity;

/// `log-destination-broken`
pub struct LogDestinationBroken;

impl Rule for LogDestinationBroken {
    fn meta(&self) -> &'static Meta {
        meta!(
            "log-destination-broken",
            from [Settings, LogGroups, Role, ResourcePolicies],
            builds_on [],
            "high",
            "the configured log group does not exist, or the role may not deliver logs"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        missing_groups(facts, self.meta().id, out);
        missing_permissions(facts, self.meta().id, out);
        closed_keys(facts, self.meta().id, out);
        refused_deliveries(facts, self.meta().id, out);
    }
}

fn refused_deliveries(facts: &Facts<'_>, id: RuleId, out: &mut Vec<Finding>) {
    let refused = facts
        .logging
        .groups
        .iter()
        .filter(|g| !g.delivery_refused.is_empty());
    for destination in refused {
        let group = destination.arn.as_str().trim_end_matches(":*");
        let actions = destination.delivery_refused.join(", ");
        let mut finding = facts.finding(
            id,
            Severity::High,
            format!("delivery to {}", destination.arn),
            format!(
                "no logs can be delivered to the log group `{}`",
                destination.name()
            ),
            format!(
                "the resource policies of CloudWatch Logs do not allow {actions} on `{group}` to `delivery.logs.amazonaws.com`: executions run on without any log, and nothing tells so. A policy of the group's own, should it have one, was not read"
            ),
            format!(
                "let a resource policy (`aws logs put-resource-policy`) allow logs:CreateLogStream and logs:PutLogEvents on `{group}:log-stream:*` to `delivery.logs.amazonaws.com`, or log to a group under `/aws/vendedlogs/states/`, which needs none"
            ),
        );
        let actions = destination.delivery_refused.iter();
        finding.actions(actions.map(|a| (*a).to_owned()).collect());
        finding.resources(vec![group.to_owned()]);
        out.push(finding.build());
    }
}

fn closed_keys(facts: &Facts<'_>, id: RuleId, out: &mut Vec<Finding>) {
    let closed = facts
        .logging
        .groups
        .iter()
        .filter(|g| !g.key_refuses.is_empty());
    for destination in closed {
        let key = destination.existing().and_then(|g| g.kms_key.clone());
        let (key, name) = (key.unwrap_or_default(), destination.name());
        let refused = destination.key_refuses.join(", ");
        let service = format!("logs.{}.amazonaws.com", destination.arn.region());
        let mut finding = facts.finding(
            id,
            Severity::High,
            format!("key of {}", destination.arn),
            format!("the key of the log group `{name}` is closed to CloudWatch Logs"),
            format!(
                "the policy of `{key}` does not allow {refused} to `{service}`: nothing that is logged can be stored, and executions run on without any log"
            ),
            format!(
                "let the key's policy allow kms:Encrypt*, kms:Decrypt*, kms:ReEncrypt*, kms:GenerateDataKey* and kms:Describe* to `{service}`, with the condition {{\"ArnEquals\": {{\"kms:EncryptionContext:aws:logs:arn\": \"{}\"}}}}",
                destination.arn.as_str().trim_end_matches(":*")
            ),
        );
        let refused = destination.key_refuses.iter();
        finding.actions(refused.map(|a| (*a).to_owned()).collect());
        finding.resources(vec![key]);
        out.push(finding.build());
    }
}

fn missing_groups(facts: &Facts<'_>, id: RuleId, out: &mut Vec<Finding>) {
    for destination in &facts.logging.groups {
        if destination.state != GroupState::Missing {
            continue;
        }
        let name = destination.name();
        let mut finding = facts.finding(
            id,
            Severity::High,
            format!("group {}", destination.arn),
            format!("log group `{name}` does not exist"),
            "logging is configured, but its log group is not in the account: executions run on without any log, and nothing tells so",
            format!("create the log group `{name}` with a retention and a KMS key, or set the destination to one that exists"),
        );
        finding.resources(vec![destination.arn.to_string()]);
        out.push(finding.build());
    }
}

fn missing_permissions(facts: &Facts<'_>, id: RuleId, out: &mut Vec<Finding>) {
    let lacking = &facts.logging.undeliverable;
    let logs = facts.workflow.logging.as_ref().is_some_and(|l| l.is_on());
    if lacking.is_empty() || !logs {
        return;
    }
    let how_many = if lacking.len() == DELIVERY_ACTIONS.len() {
        "none".to_owned()
    } else {
        format!("{} of 8", DELIVERY_ACTIONS.len() - lacking.len())
    };
    let mut finding = facts.finding(
        id,
        Severity::High,
        "role",
        "the execution role may not deliver logs",
        format!(
            "logging is configured, but the role grants {how_many} of the log delivery permissions that Step Functions uses; it lacks {}: executions run on without a log as soon as the delivery has to be set up or changed",
            lacking.join(", ")
        ),
        if facts.logging.held_back {
            "take the log delivery actions out of the deny or into the permissions boundary, and grant them on `*`"
        } else {
            "grant the missing actions on `*` (log delivery has no resource-level permissions)"
        },
    );
    finding.actions(lacking.iter().map(|a| (*a).to_owned()).collect());
    finding.resources(vec!["*".to_owned()]);
    if !facts.logging.held_back {
        finding.patch(Some(Patch::AddStatements {
            policy: "LogDelivery".to_owned(),
            statements: vec![serde_json::json!({
                "Sid": "LogDelivery", "Effect": "Allow", "Action": lacking, "Resource": "*"
            })],
        }));
    }
    out.push(finding.build());
}
