use std::sync::Arc;

use super::*;
use crate::value::{Origin, Piece, Source};

mod conditions;
mod derived;
mod messages;
mod named;
mod optimized;
mod sdk;
mod whole;

fn home() -> Home {
    Home {
        partition: "aws".to_owned(),
        region: "us-east-1".to_owned(),
        account: "123456789012".to_owned(),
        name: "flow".to_owned(),
    }
}

fn unknown(source: Source) -> Unknown {
    Unknown {
        origins: vec![Arc::new(Origin {
            source,
            path: "$.x".to_owned(),
            trace: Vec::new(),
        })],
        ..Unknown::default()
    }
}

/// Text in which `<caller>` is a hole of the caller's and `<deploy>` one of the deployment's.
fn text(text: &str) -> Value {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('<') {
        let (word, tail) = tail.split_once('>').unwrap();
        if !before.is_empty() {
            pieces.push(Piece::Literal(before.to_owned()));
        }
        pieces.push(Piece::Hole(unknown(match word {
            "caller" => Source::Caller,
            name => Source::Deployment(name.to_owned()),
        })));
        rest = tail;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest.to_owned()));
    }
    Value::Text(pieces)
}

fn value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(b) => Value::Bool(*b),
        serde_json::Value::Number(n) => Value::Number(n.to_string()),
        serde_json::Value::String(s) => text(s),
        serde_json::Value::Array(a) => Value::Array(a.iter().map(value).collect()),
        serde_json::Value::Object(o) => Value::object(o.iter().map(|(k, v)| (k.clone(), value(v)))),
    }
}

fn task(resource: &str) -> (Task, State) {
    let definition = crate::asl::parse(
        &serde_json::json!({"StartAt": "S", "States":
            {"S": {"Type": "Task", "Resource": resource, "End": true}}})
        .to_string(),
    );
    let (state, task) = definition.tasks().next().unwrap();
    (task.clone(), state.clone())
}

fn needs_at(home: &Home, resource: &str, arguments: &Value) -> Vec<Need> {
    let resource = if resource.starts_with("arn:") {
        resource.to_owned()
    } else {
        format!("arn:aws:states:::{resource}")
    };
    let (task, state) = task(&resource);
    let integration = catalog::resource(&task.resource);
    assert_eq!(integration.unknown_reason(), None, "{resource}");
    task_needs(&task, &state, &integration, arguments, None, home)
}

fn needs(resource: &str, arguments: serde_json::Value) -> Vec<Need> {
    needs_at(&home(), resource, &value(&arguments))
}

fn resources(need: &Need) -> Vec<String> {
    need.resources.iter().map(Glob::to_string).collect()
}

/// The one need of this action.
fn on<'a>(needs: &'a [Need], action: &str) -> &'a Need {
    let mut found = needs.iter().filter(|n| n.action == action);
    let need = found
        .next()
        .unwrap_or_else(|| panic!("no {action} in {needs:#?}"));
    assert!(found.next().is_none(), "two of {action}");
    need
}

/// What one call needs of this action, a list for each requirement.
fn all_of(needs: &[Need], action: &str) -> Vec<Vec<String>> {
    let of_action = needs.iter().filter(|n| n.action == action);
    of_action.map(resources).collect()
}

/// The required actions on their resources, and how the target is known.
fn check(resource: &str, arguments: serde_json::Value, expected: &[(&str, &[&str], Target)]) {
    let needs = needs(resource, arguments);
    for (action, globs, target) in expected {
        let need = on(&needs, action);
        assert_eq!(resources(need), *globs, "{resource} {action}");
        assert_eq!(need.target, *target, "{resource} {action} {globs:?}");
    }
    let required: Vec<&str> = needs
        .iter()
        .filter(|n| !n.optional)
        .map(|n| n.action.as_str())
        .collect();
    for action in required {
        assert!(
            expected.iter().any(|(a, _, _)| *a == action),
            "{resource}: {action} is not expected"
        );
    }
}
