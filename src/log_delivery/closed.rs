//! Log groups that their key's policy, or the policies of CloudWatch Logs, keep the logs out of.

use super::{GroupState, LoggingFacts};
use crate::arn::Arn;
use crate::glob::Glob;
use crate::iam::{Context, Effect, Policy, PrincipalKind, PrincipalSpec, Statement};

/// What CloudWatch Logs does with the key of a log group (CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs
/// using AWS KMS").
const WITH_THE_KEY: [&str; 2] = ["kms:GenerateDataKey", "kms:Decrypt"];
/// What the delivery does in a log group (CloudWatch Logs User Guide, "Enable logging from AWS services").
const IN_THE_GROUP: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];
/// Groups whose names begin so need no policy of their own (Step Functions Developer Guide, "CloudWatch Logs resource policy
/// size limits").
const VENDED: &str = "/aws/vendedlogs/";

/// Notes of each group what its key's policy does not allow to CloudWatch Logs. A policy that was not read refuses nothing.
pub fn look_at_keys(facts: &mut LoggingFacts, policy: &dyn Fn(&Arn) -> Option<Policy>) {
    for destination in &mut facts.groups {
        let GroupState::Exists(group) = &destination.state else {
            continue;
        };
        let key = group.kms_key.as_deref().and_then(Arn::parse);
        let Some(policy) = key.and_then(|key| policy(&key)) else {
            continue;
        };
        let asks = Service {
            names: vec![
                format!("logs.{}.amazonaws.com", destination.arn.region()),
                "logs.amazonaws.com".to_owned(),
            ],
            known: of_a_service(&destination.arn).with(
                "kms:EncryptionContext:aws:logs:arn",
                destination.arn.as_str().trim_end_matches(":*"),
            ),
        };
        let refuses = |action: &&str| {
            policy.unreadable.is_empty()
                && (asks.is_denied(&policy, action, &|_| true)
                    || !asks.may_be_allowed(&policy, action, &|_| true))
        };
        destination.key_refuses = WITH_THE_KEY.into_iter().filter(refuses).collect();
    }
}

/// Notes of each group what a resource policy of CloudWatch Logs denies to the delivery, or none of them allows. Step
/// Functions writes one when logging is configured; where somebody took it away, nothing arrives.
pub fn look_at_delivery(facts: &mut LoggingFacts, policies: &[Policy]) {
    let unreadable = policies.iter().any(|p| !p.unreadable.is_empty());
    for destination in &mut facts.groups {
        if !matches!(destination.state, GroupState::Exists(_)) || unreadable {
            continue;
        }
        let vended = destination.name().starts_with(VENDED);
        let group = destination.arn.as_str().trim_end_matches(":*");
        let streams = Glob::parse(&format!("{group}:*"));
        let asks = Service {
            names: vec!["delivery.logs.amazonaws.com".to_owned()],
            known: of_a_service(&destination.arn),
        };
        let some = |s: &Statement| s.resources.may_touch(&streams);
        let all = |s: &Statement| s.resources.spans(&streams);
        let refuses = |action: &&str| {
            let mut policies = policies.iter();
            policies.clone().any(|p| asks.is_denied(p, action, &all))
                || !vended && !policies.any(|p| asks.may_be_allowed(p, action, &some))
        };
        destination.delivery_refused = IN_THE_GROUP.into_iter().filter(refuses).collect();
    }
}

/// What is known of a call that a service makes for a log group.
fn of_a_service(group: &Arn) -> Context {
    Context::new()
        .with("aws:PrincipalIsAWSService", "true")
        .with("aws:SourceAccount", group.account())
}

/// A service that asks for something.
struct Service {
    names: Vec<String>,
    known: Context,
}

impl Service {
    /// Whether some statement of these allows it, or may.
    fn may_be_allowed(
        &self,
        policy: &Policy,
        action: &str,
        about: &dyn Fn(&Statement) -> bool,
    ) -> bool {
        policy.statements.iter().any(|s| {
            s.effect == Effect::Allow
                && s.actions.matches(action)
                && about(s)
                && self.is_meant(s)
                && s.conditions
                    .iter()
                    .all(|c| self.known.decides(c) != Some(false))
        })
    }

    /// Whether some statement of these surely denies it.
    fn is_denied(&self, policy: &Policy, action: &str, about: &dyn Fn(&Statement) -> bool) -> bool {
        policy.statements.iter().any(|s| {
            s.effect == Effect::Deny
                && s.actions.matches(action)
                && about(s)
                && self.is_meant(s)
                && s.conditions
                    .iter()
                    .all(|c| self.known.decides(c) == Some(true))
        })
    }

    fn is_meant(&self, statement: &Statement) -> bool {
        match &statement.principals {
            Some(PrincipalSpec::Only(entries)) => entries.iter().any(|e| {
                let name = e.value.trim_end_matches(".cn");
                e.value == "*"
                    || e.kind == PrincipalKind::Service && self.names.iter().any(|n| n == name)
            }),
            Some(PrincipalSpec::AllBut(_)) => statement.effect == Effect::Allow,
            None => false,
        }
    }
}
