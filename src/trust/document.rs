//! The trust policy as it should be: services only, Step Functions under a condition.

use serde_json::{Map, Value, json};

use super::{Who, is_states, limit};
use crate::iam::{Condition, Effect, Policy, PrincipalKind, PrincipalSpec, Statement};

/// The trust policy with no principal but services, where Step Functions acts only for `sources` (workflow ARNs), or
/// only for the account where there are none. What other services may do stays as it is.
pub fn ideal(policy: &Policy, account: &str, sources: &[String]) -> Value {
    let mut statements = Vec::new();
    let mut admits_states = false;
    for statement in &policy.statements {
        match statement.effect {
            Effect::Deny => statements.push((*statement.raw).clone()),
            Effect::Allow => {
                admits_states |= allow(statement, account, sources, &mut statements);
            }
        }
    }
    if !admits_states {
        statements.push(json!({
            "Effect": "Allow",
            "Principal": {"Service": "states.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": with_source(Map::new(), account, sources)
        }));
    }
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// Writes the services of one allow; whether Step Functions is among them.
fn allow(statement: &Statement, account: &str, sources: &[String], out: &mut Vec<Value>) -> bool {
    let Some(PrincipalSpec::Only(entries)) = &statement.principals else {
        return false;
    };
    let services = entries
        .iter()
        .filter(|e| e.kind == PrincipalKind::Service && e.value != "*");
    let (states, others): (Vec<&str>, Vec<&str>) = services
        .map(|e| e.value.as_str())
        .partition(|name| is_states(name));
    let raw = |names: &[&str]| {
        let mut raw = statement.raw.as_object().cloned().unwrap_or_default();
        let names = match names {
            [one] => json!(one),
            many => json!(many),
        };
        raw.insert("Principal".to_owned(), json!({"Service": names}));
        raw
    };
    if !others.is_empty() {
        out.push(Value::Object(raw(&others)));
    }
    if states.is_empty() {
        return false;
    }
    let mut own = raw(&states);
    if !is_limited(&statement.conditions) {
        let present = own.get("Condition").and_then(Value::as_object);
        let condition = with_source(present.cloned().unwrap_or_default(), account, sources);
        own.insert("Condition".to_owned(), Value::Object(condition));
        if !others.is_empty() {
            // Two statements may not bear the same Sid.
            own.shift_remove("Sid");
        }
    }
    out.push(Value::Object(own));
    true
}

/// Whether conditions let Step Functions act only for known accounts or an organization.
pub fn is_limited(conditions: &[Condition]) -> bool {
    let states = Who::Service("states.amazonaws.com".to_owned());
    limit::of(conditions, &states).iter().any(|l| {
        matches!(
            l,
            limit::Limit::SourceAccounts(_) | limit::Limit::SourceOrganization
        )
    })
}

fn with_source(
    mut condition: Map<String, Value>,
    account: &str,
    sources: &[String],
) -> Map<String, Value> {
    let mut set = |operator: &str, key: &str, value: Value| {
        let keys = condition
            .entry(operator)
            .or_insert_with(|| Value::Object(Map::new()));
        if let Some(keys) = keys.as_object_mut() {
            keys.retain(|k, _| !k.eq_ignore_ascii_case(key));
            keys.insert(key.to_owned(), value);
        }
    };
    match sources {
        [] => set("StringEquals", "aws:SourceAccount", json!(account)),
        [one] => set("ArnLike", "aws:SourceArn", json!(one)),
        many => set("ArnLike", "aws:SourceArn", json!(many)),
    }
    condition
}
