//! The same account in another order: keys, statements, policies, states.

use serde_json::{Map, Value};
use stepwarden::snapshot::{Account, Document, Fetched, NamedDocument};

/// Reverses.
pub fn reverse(length: usize, index: usize) -> usize {
    length - 1 - index
}

/// Moves the first to the end.
pub fn rotate(length: usize, index: usize) -> usize {
    (index + 1) % length
}

type Turn = fn(usize, usize) -> usize;

/// Reorders everything whose order means nothing.
pub fn account(account: &mut Account, turn: Turn) {
    for machine in &mut account.workflows {
        if let Ok(value) = serde_json::from_str::<Value>(&machine.definition) {
            machine.definition = keys(&value, turn, false).to_string();
        }
    }
    let Fetched::Present(iam) = &mut account.iam else {
        return;
    };
    for role in &mut iam.roles {
        if let Fetched::Present(inline) = &mut role.inline {
            policies(inline, turn);
        }
        if let Fetched::Present(trust) = &mut role.trust {
            document(trust, turn);
        }
    }
    for user in &mut iam.users {
        policies(&mut user.inline, turn);
    }
    for managed in &mut iam.managed {
        if let Fetched::Present(policy) = &mut managed.document {
            document(policy, turn);
        }
    }
    iam.roles = turned(&iam.roles, turn);
    iam.users = turned(&iam.users, turn);
    account.workflows = turned(&account.workflows, turn);
}

fn policies(policies: &mut Vec<NamedDocument>, turn: Turn) {
    for policy in policies.iter_mut() {
        document(&mut policy.document, turn);
    }
    *policies = turned(policies, turn);
}

fn document(document: &mut Document, turn: Turn) {
    if let Ok(value) = serde_json::from_str::<Value>(&document.0) {
        document.0 = keys(&value, turn, true).to_string();
    }
}

fn turned<T: Clone>(items: &[T], turn: Turn) -> Vec<T> {
    (0..items.len())
        .map(|i| items[turn(items.len(), i)].clone())
        .collect()
}

/// Turns the keys of every object, and in a policy also statements, actions and resources, which are sets.
fn keys(value: &Value, turn: Turn, policy: bool) -> Value {
    match value {
        Value::Object(map) => {
            let entries: Vec<(String, Value)> = map
                .iter()
                .map(|(key, inner)| (key.clone(), keys(inner, turn, policy)))
                .collect();
            Value::Object(turned(&entries, turn).into_iter().collect::<Map<_, _>>())
        }
        Value::Array(items) => {
            let items: Vec<Value> = items.iter().map(|i| keys(i, turn, policy)).collect();
            Value::Array(if policy { turned(&items, turn) } else { items })
        }
        other => other.clone(),
    }
}
