//! What a task makes public: by an access control list, a share, a policy for everybody, or by writing to what is public.

mod document;
mod standing;
mod table;

use crate::analysis::TaskFacts;
use crate::asl::Definition;
use crate::catalog::Integration;
use crate::flow::Flow;
use crate::sinks;
use crate::taint::values_at;
use crate::value::Value;
use table::{Only, Row};

pub(crate) use document::is_closed;
pub use standing::open_resources;

/// One thing that a task makes public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// The parameter that does.
    pub parameter: &'static str,
    /// What is made public, in a word: `object`, `snapshot`, `policy`.
    pub what: &'static str,
    /// What it says: the value, or the statement of the document.
    pub says: String,
    /// By the access control list of an object or bucket, which a bucket may refuse.
    pub by_acl: bool,
}

/// What this task makes public.
pub fn of_task(
    definition: &Definition,
    flow: &Flow,
    tasks: &[TaskFacts],
    task: &TaskFacts,
) -> Vec<Exposure> {
    let Some(state) = definition.state(task.state) else {
        return Vec::new();
    };
    let (service, operation) = (task.integration.service(), task.integration.operation());
    let arguments = flow.arguments(state.id);
    let mut found: Vec<Exposure> = Vec::new();
    for row in table::of(service, operation) {
        if !row.only.iter().all(|only| may_hold(arguments, *only)) {
            continue;
        }
        let said = values_at(arguments, row.parameter)
            .into_iter()
            .find_map(|v| says(&v, row));
        let Some(said) = said else { continue };
        let by_acl = is_acl(row);
        if by_acl && row.what == "object" && refuses_acls(flow, tasks, arguments) {
            continue;
        }
        push(
            &mut found,
            Exposure {
                parameter: row.parameter,
                what: row.what,
                says: said,
                by_acl,
            },
        );
    }
    found.extend(documents(&task.integration, arguments));
    found
}

/// The statements for everybody in the policy documents of a request.
fn documents(integration: &Integration, arguments: &Value) -> Vec<Exposure> {
    let mut found = Vec::new();
    for sink in sinks::of(integration.service(), integration.operation()) {
        let asked = sink.only.as_ref().is_none_or(|only| {
            values_at(arguments, &only.parameter).iter().any(|v| {
                v.as_text()
                    .is_some_and(|t| t.eq_ignore_ascii_case(&only.is))
            })
        });
        if !sink.is_policy() || !asked {
            continue;
        }
        let documents = values_at(arguments, &sink.parameter);
        for statement in documents.iter().filter_map(document::for_everybody) {
            push(
                &mut found,
                Exposure {
                    parameter: &sink.parameter,
                    what: "policy",
                    says: statement,
                    by_acl: false,
                },
            );
        }
    }
    found
}

fn push(found: &mut Vec<Exposure>, exposure: Exposure) {
    if !found
        .iter()
        .any(|e| e.what == exposure.what && e.parameter == exposure.parameter)
    {
        found.push(exposure);
    }
}

fn is_acl(row: &Row) -> bool {
    row.parameter == "ACL"
        || row.parameter.starts_with("Grant")
        || row.parameter.starts_with("AccessControlPolicy")
}

/// What of the value stands for everybody.
fn says(value: &Value, row: &Row) -> Option<String> {
    let of_text = |text: &str| {
        let everybody = row
            .values
            .iter()
            .any(|wanted| match wanted.strip_prefix('~') {
                Some(part) => text.contains(part),
                None => text == *wanted,
            });
        everybody.then(|| text.to_owned())
    };
    match value {
        Value::Array(items) | Value::OneOf(items) => items.iter().find_map(|v| says(v, row)),
        Value::Each(inner) => says(inner, row),
        other => other.as_text().and_then(of_text),
    }
}

fn may_hold(arguments: &Value, only: Only) -> bool {
    match only {
        Only::Is(path, wanted) => {
            let values = values_at(arguments, path);
            let other = |v: &Value| v.as_text().is_some_and(|t| t != wanted);
            values.is_empty() || !values.iter().all(other)
        }
        Only::Without(path) => values_at(arguments, path)
            .iter()
            .all(|v| matches!(v, Value::Absent | Value::Null)),
    }
}

/// Whether the workflow itself makes the bucket refuse access control lists: by its ownership, which is the default of a new
/// bucket, or by blocking public ones (Amazon S3 User Guide, "Controlling ownership of objects and disabling ACLs").
fn refuses_acls(flow: &Flow, tasks: &[TaskFacts], arguments: &Value) -> bool {
    let bucket = text_at(arguments, "Bucket");
    let Some(bucket) = bucket else { return false };
    tasks.iter().any(|task| {
        let theirs = flow.arguments(task.state);
        if task.integration.service() != "s3" || text_at(theirs, "Bucket").as_ref() != Some(&bucket)
        {
            return false;
        }
        let enforced = |path: &str| text_at(theirs, path).as_deref() == Some("BucketOwnerEnforced");
        let blocks = |name: &str| {
            let path = format!("PublicAccessBlockConfiguration.{name}");
            values_at(theirs, &path)
                .iter()
                .any(|v| matches!(v, Value::Bool(true)))
        };
        match task.integration.operation() {
            "CreateBucket" => {
                let ownership = values_at(theirs, "ObjectOwnership");
                ownership.iter().all(|v| matches!(v, Value::Absent)) || enforced("ObjectOwnership")
            }
            "PutBucketOwnershipControls" => enforced("OwnershipControls.Rules[].ObjectOwnership"),
            "PutPublicAccessBlock" => blocks("BlockPublicAcls") || blocks("IgnorePublicAcls"),
            _ => false,
        }
    })
}

fn text_at(arguments: &Value, path: &str) -> Option<String> {
    match values_at(arguments, path).as_slice() {
        [only] => only.as_text().map(str::to_owned),
        _ => None,
    }
}
