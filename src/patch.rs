//! Applies a finding's patch to a snapshot, which is how invariant 9 (a patch cures, opens nothing and takes no needed
//! permission away) is held by tests.

mod preview;

use serde_json::Value;

use crate::finding::Patch;
use crate::snapshot::{Account, Document, Fetched, NamedDocument, Role, StateMachine};

pub use preview::{Preview, preview};

/// Why a patch could not be applied, for the person who tried.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PatchError {
    /// The workflow, role or policy that it changes is not in the snapshot.
    #[error("`{0}` is not in the snapshot")]
    Missing(String),
    /// A document or an operation does not have the shape that the patch expects.
    #[error("`{0}` does not have the shape that the patch changes")]
    Shape(String),
}

/// Applies several patches to the workflow with this ARN. Statement indexes of all of them refer to the policies as they
/// are before the first; patches that say the same are applied once.
///
/// # Errors
/// The first patch that does not fit; the snapshot may hold those before it.
pub fn apply(account: &mut Account, workflow: &str, patches: &[Patch]) -> Result<(), PatchError> {
    let mut distinct: Vec<&Patch> = Vec::new();
    let single = patches.iter().flat_map(|patch| match patch {
        Patch::Several { patches } => patches.as_slice(),
        one => std::slice::from_ref(one),
    });
    for patch in single {
        if !distinct.contains(&patch) {
            distinct.push(patch);
        }
    }
    // A replaced statement may become several or none: from the last index to the first, the others keep their places.
    distinct.sort_by_key(|p| match p {
        Patch::PolicyStatement { statement, .. } => std::cmp::Reverse(*statement),
        _ => std::cmp::Reverse(usize::MAX),
    });
    distinct
        .into_iter()
        .try_for_each(|patch| apply_one(account, workflow, patch))
}

fn apply_one(account: &mut Account, workflow: &str, patch: &Patch) -> Result<(), PatchError> {
    match patch {
        Patch::Several { patches } => apply(account, workflow, patches),
        Patch::PolicyStatement {
            policy,
            statement,
            replace_with,
        } => {
            let document = policy_document(account, workflow, policy)?;
            edit(document, policy, |value| {
                replace_statement(value, *statement, replace_with)
            })
        }
        Patch::AddStatements { policy, statements } => {
            add_statements(role_of(account, workflow)?, policy, statements)
        }
        Patch::ReplaceAttachment {
            detach,
            policy,
            statements,
        } => {
            let role = role_of(account, workflow)?;
            if let Fetched::Present(attached) = &mut role.attached {
                attached.retain(|a| a.arn != *detach);
            }
            add_statements(role, policy, statements)
        }
        Patch::TrustPolicy { document } => {
            role_of(account, workflow)?.trust = Fetched::Present(Document(document.to_string()));
            Ok(())
        }
        Patch::LoggingConfiguration { set } => set_logging(machine_of(account, workflow)?, set),
        Patch::TracingConfiguration { set } => {
            machine_of(account, workflow)?.tracing =
                set.get("enabled").and_then(Value::as_bool).unwrap_or(false);
            Ok(())
        }
        Patch::Definition { operations } => {
            let machine = machine_of(account, workflow)?;
            let mut value = parse(&machine.definition, workflow)?;
            for operation in operations {
                json_patch(&mut value, operation)
                    .ok_or_else(|| PatchError::Shape(operation.to_string()))?;
            }
            machine.definition = value.to_string();
            Ok(())
        }
    }
}

/// Puts statements into the inline policy of this name, which is made where it is not there.
fn add_statements(role: &mut Role, policy: &str, statements: &[Value]) -> Result<(), PatchError> {
    if !matches!(role.inline, Fetched::Present(_)) {
        role.inline = Fetched::Present(Vec::new());
    }
    let Fetched::Present(inline) = &mut role.inline else {
        return Err(PatchError::Missing(policy.to_owned()));
    };
    if let Some(held) = inline.iter_mut().find(|d| d.name == policy) {
        return edit(&mut held.document, policy, |value| {
            let all = value.get_mut("Statement")?;
            if all.is_object() {
                *all = Value::Array(vec![all.take()]);
            }
            all.as_array_mut()
                .map(|all| all.extend(statements.iter().cloned()))
        });
    }
    let document = serde_json::json!({"Version": "2012-10-17", "Statement": statements});
    inline.push(NamedDocument {
        name: policy.to_owned(),
        document: Document(document.to_string()),
    });
    Ok(())
}

fn parse(text: &str, name: &str) -> Result<Value, PatchError> {
    serde_json::from_str(text).map_err(|_| PatchError::Shape(name.to_owned()))
}

fn machine_of<'a>(
    account: &'a mut Account,
    workflow: &str,
) -> Result<&'a mut StateMachine, PatchError> {
    let found = account.workflows.iter_mut().find(|w| w.arn == workflow);
    found.ok_or_else(|| PatchError::Missing(workflow.to_owned()))
}

fn role_of<'a>(account: &'a mut Account, workflow: &str) -> Result<&'a mut Role, PatchError> {
    let arn = machine_of(account, workflow)?.role_arn.clone();
    let Fetched::Present(iam) = &mut account.iam else {
        return Err(PatchError::Missing(arn));
    };
    iam.roles
        .iter_mut()
        .find(|r| r.arn == arn)
        .ok_or(PatchError::Missing(arn))
}

fn policy_document<'a>(
    account: &'a mut Account,
    workflow: &str,
    policy: &str,
) -> Result<&'a mut Document, PatchError> {
    let missing = || PatchError::Missing(policy.to_owned());
    let role = role_of(account, workflow)?;
    let inline = role
        .inline
        .present()
        .is_some_and(|all| all.iter().any(|d| d.name == policy));
    if inline {
        let role = role_of(account, workflow)?;
        let Fetched::Present(all) = &mut role.inline else {
            return Err(missing());
        };
        let found = all.iter_mut().find(|d| d.name == policy);
        return found.map(|d| &mut d.document).ok_or_else(missing);
    }
    let attachments = role.attached.present().cloned().unwrap_or_default();
    let arn = attachments
        .into_iter()
        .find(|a| a.name == policy)
        .map(|a| a.arn)
        .ok_or_else(missing)?;
    let Fetched::Present(iam) = &mut account.iam else {
        return Err(missing());
    };
    let managed = iam
        .managed
        .iter_mut()
        .find(|p| p.arn == arn)
        .ok_or_else(missing)?;
    match &mut managed.document {
        Fetched::Present(document) => Ok(document),
        _ => Err(missing()),
    }
}

fn edit(
    document: &mut Document,
    name: &str,
    change: impl FnOnce(&mut Value) -> Option<()>,
) -> Result<(), PatchError> {
    let mut value = parse(&document.0, name)?;
    change(&mut value).ok_or_else(|| PatchError::Shape(name.to_owned()))?;
    document.0 = value.to_string();
    Ok(())
}

fn replace_statement(policy: &mut Value, index: usize, replace_with: &[Value]) -> Option<()> {
    let statement = policy.get_mut("Statement")?;
    if statement.is_object() {
        *statement = Value::Array(vec![statement.take()]);
    }
    let all = statement.as_array_mut()?;
    (index < all.len()).then(|| {
        all.splice(index..=index, replace_with.iter().cloned());
    })
}

fn set_logging(machine: &mut StateMachine, set: &Value) -> Result<(), PatchError> {
    if let Some(level) = set.get("level").and_then(Value::as_str) {
        machine.log_level = Some(level.to_owned());
    }
    if let Some(data) = set.get("includeExecutionData").and_then(Value::as_bool) {
        machine.include_execution_data = data;
    }
    if let Some(destinations) = set.get("destinations").and_then(Value::as_array) {
        let arn = |d: &Value| {
            d.pointer("/cloudWatchLogsLogGroup/logGroupArn")?
                .as_str()
                .map(str::to_owned)
        };
        machine.log_destinations = destinations.iter().filter_map(arn).collect();
    }
    Ok(())
}

/// One RFC 6902 operation: add, replace or remove.
fn json_patch(target: &mut Value, operation: &Value) -> Option<()> {
    let path = operation.get("path")?.as_str()?;
    let (parent, last) = path.rsplit_once('/')?;
    let last = last.replace("~1", "/").replace("~0", "~");
    let parent = target.pointer_mut(parent)?;
    let value = || operation.get("value").cloned();
    match (operation.get("op")?.as_str()?, parent) {
        ("add", Value::Object(map)) => map.insert(last, value()?).map_or(Some(()), |_| Some(())),
        ("replace", Value::Object(map)) => {
            map.get_mut(&last).zip(value()).map(|(old, new)| *old = new)
        }
        ("remove", Value::Object(map)) => map.shift_remove(&last).map(|_| ()),
        ("add", Value::Array(list)) if last == "-" => value().map(|v| list.push(v)),
        (op, Value::Array(list)) => {
            let index: usize = last.parse().ok()?;
            match op {
                "add" if index <= list.len() => value().map(|v| list.insert(index, v)),
                "replace" => list
                    .get_mut(index)
                    .zip(value())
                    .map(|(old, new)| *old = new),
                "remove" if index < list.len() => {
                    list.remove(index);
                    Some(())
                }
                _ => None,
            }
        }
        _ => None,
    }
}
