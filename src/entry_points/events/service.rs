//! Events of AWS services, which nobody can forge: what of them whoever makes a call chooses, and which call that is.

use std::sync::Arc;

use serde_json::Value as Json;

use super::super::{Cause, Place, pattern};
use super::event::{Event, Members, envelope};
use super::fixed;
use crate::value::{Source, Unknown, Value};

/// The event of services alone that the pattern lets through.
pub fn event(
    pattern: &Members,
    sources: &[(String, bool)],
    home: &Place,
    detail: impl Fn(Unknown) -> Value,
) -> Event {
    let kinds = pattern.get("detail-type").and_then(Json::as_array);
    let calls = kinds.is_some_and(|kinds| {
        let mut kinds = kinds.iter().filter_map(Json::as_str);
        kinds.any(|k| k.contains("via CloudTrail"))
    });
    let only = |source: &str| sources.iter().all(|(s, _)| s == source);
    if calls {
        call(pattern, sources, home, detail)
    } else if only("aws.s3") {
        put_object(pattern, home, detail)
    } else if only("aws.states") {
        started(pattern, home, detail)
    } else {
        of_a_service(detail)
    }
}

/// A member of the pattern's `detail`.
fn asked<'p>(pattern: &'p Members, names: &[&str]) -> Option<&'p Json> {
    let mut place = pattern.get("detail")?;
    for name in names {
        place = place.get(name)?;
    }
    Some(place)
}

/// The texts that a list of matchers names, as patterns; `*` where it names none.
fn globs(guard: Option<&Json>) -> Vec<String> {
    let all = pattern::beginnings(guard).filter(|all| !all.is_empty());
    let all = all.unwrap_or_else(|| vec![(String::new(), false)]);
    let glob = |(name, whole): (String, bool)| format!("{name}{}", if whole { "" } else { "*" });
    all.into_iter().map(glob).collect()
}

/// Objects of these buckets with these keys.
fn objects(buckets: &[String], keys: &[String], home: &Place) -> Vec<String> {
    let partition = match home.partition.as_str() {
        "" => "aws",
        partition => partition,
    };
    let of = |bucket: &String| {
        let keys = keys.iter();
        keys.map(|key| format!("arn:{partition}:s3:::{bucket}/{key}"))
            .collect::<Vec<_>>()
    };
    buckets.iter().flat_map(of).collect()
}

/// Which action each event of S3 about an object tells of (Amazon S3 User Guide, "Using EventBridge").
const OF_OBJECTS: [(&str, &str); 5] = [
    ("Object Created", "s3:PutObject"),
    ("Object Deleted", "s3:DeleteObject"),
    ("Object Tags Added", "s3:PutObjectTagging"),
    ("Object Tags Deleted", "s3:DeleteObjectTagging"),
    ("Object ACL Updated", "s3:PutObjectAcl"),
];

/// S3's events: whoever puts the object chooses its key.
fn put_object(pattern: &Members, home: &Place, detail: impl Fn(Unknown) -> Value) -> Event {
    let told = detail(Unknown::of(Source::Caller, "$.detail"));
    let key = told.field("object").field("key");
    let value = Value::object([
        (
            "object".to_owned(),
            Value::object([("key".to_owned(), key)]).with_rest(fixed("detail.object")),
        ),
        ("bucket".to_owned(), untaint(&told.field("bucket"))),
    ])
    .with_rest(fixed("detail"));
    let kinds = pattern.get("detail-type").and_then(Json::as_array);
    let kinds: Vec<&str> = kinds
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .collect();
    let told = OF_OBJECTS.iter().filter(|(kind, _)| kinds.contains(kind));
    let mut actions: Vec<&'static str> = told.map(|(_, action)| *action).collect();
    if actions.is_empty() {
        actions.push("s3:PutObject");
    }
    let buckets = globs(asked(pattern, &["bucket", "name"]));
    let keys = globs(asked(pattern, &["object", "key"]));
    let resources = objects(&buckets, &keys, home);
    let causes = actions.into_iter().flat_map(|action| {
        let resources = resources.iter();
        resources.map(move |resource| Cause {
            action: action.into(),
            resource: resource.clone(),
            ..Cause::default()
        })
    });
    Event::new(envelope(value, fixed("source")), causes.collect())
}

/// CloudTrail's events: whoever makes the call writes its request.
fn call(
    pattern: &Members,
    sources: &[(String, bool)],
    home: &Place,
    detail: impl Fn(Unknown) -> Value,
) -> Event {
    let told = detail(Unknown::of(Source::External, "$.detail"));
    let fields = [
        "requestParameters",
        "responseElements",
        "userAgent",
        "errorMessage",
        "resources",
        "additionalEventData",
    ];
    let value = Value::object(fields.map(|name| (name.to_owned(), told.field(name))));
    let value = envelope(value.with_rest(fixed("detail")), fixed("source"));
    let causes = calls(pattern, sources, home, &Arc::new(value.clone()));
    Event {
        untold: causes.is_none(),
        ..Event::new(value, causes.unwrap_or_default())
    }
}

/// Who may make the calls; `None` where the pattern does not say which they are.
fn calls(
    pattern: &Members,
    sources: &[(String, bool)],
    home: &Place,
    event: &Arc<Value>,
) -> Option<Vec<Cause>> {
    let whole = |all: Vec<(String, bool)>| -> Option<Vec<String>> {
        let texts = all.into_iter().map(|(text, whole)| whole.then_some(text));
        texts.collect()
    };
    let names = whole(pattern::beginnings(asked(pattern, &["eventName"]))?)?;
    let services = match asked(pattern, &["eventSource"]) {
        Some(guard) => whole(pattern::beginnings(Some(guard))?)?,
        None => whole(sources.to_vec())?,
    };
    let buckets = globs(asked(pattern, &["requestParameters", "bucketName"]));
    let keys = globs(asked(pattern, &["requestParameters", "key"]));
    let mut causes: Vec<Cause> = Vec::new();
    for service in &services {
        let service = service.trim_end_matches(".amazonaws.com");
        let service = service.trim_start_matches("aws.");
        for name in &names {
            let action = action(service, name);
            let resources = match OF_OBJECTS.iter().any(|(_, of)| *of == action) {
                true => objects(&buckets, &keys, home),
                false => vec!["*".to_owned()],
            };
            causes.extend(resources.into_iter().map(|resource| Cause {
                action: action.clone().into(),
                resource,
                brings: Some(Arc::clone(event)),
                ..Cause::default()
            }));
        }
    }
    Some(causes)
}

/// Services whose IAM prefix is not what CloudTrail calls them (CloudTrail User Guide, "CloudTrail record contents",
/// `eventSource`; Service Authorization Reference).
const PREFIXES: [(&str, &str); 4] = [
    ("monitoring", "cloudwatch"),
    ("email", "ses"),
    ("tagging", "tag"),
    ("eventbridge", "events"),
];

/// Calls whose permission has another name (Service Authorization Reference).
const PERMISSIONS: [(&str, &str); 9] = [
    ("s3:CopyObject", "s3:PutObject"),
    ("s3:CreateMultipartUpload", "s3:PutObject"),
    ("s3:CompleteMultipartUpload", "s3:PutObject"),
    ("s3:UploadPart", "s3:PutObject"),
    ("s3:DeleteObjects", "s3:DeleteObject"),
    ("s3:HeadObject", "s3:GetObject"),
    ("s3:ListObjects", "s3:ListBucket"),
    ("lambda:Invoke", "lambda:InvokeFunction"),
    ("sqs:SendMessageBatch", "sqs:SendMessage"),
];

/// The IAM action of a call.
fn action(service: &str, name: &str) -> String {
    let known = PREFIXES.iter().find(|(told, _)| *told == service);
    let prefix = known.map_or(service, |(_, prefix)| *prefix);
    // Some services write the version of their API behind the name: `UpdateFunctionCode20150331v2`.
    let name = match (prefix, name.find("20")) {
        ("lambda" | "cloudfront", Some(at)) => name.get(..at).unwrap_or(name),
        _ => name,
    };
    let action = format!("{prefix}:{name}");
    let needed = PERMISSIONS.iter().find(|(call, _)| *call == action);
    needed.map_or(action, |(_, needed)| (*needed).to_owned())
}

/// Events about executions: whoever starts one gives it its name and its input (Step Functions Developer Guide, "Automating
/// Step Functions event delivery with EventBridge").
fn started(pattern: &Members, home: &Place, detail: impl Fn(Unknown) -> Value) -> Event {
    let told = detail(Unknown::of(Source::External, "$.detail"));
    let given = ["name", "input"].map(|name| (name.to_owned(), told.field(name)));
    let given = Value::object(given).with_rest(fixed("detail"));
    let brings = Arc::new(envelope(given, fixed("source")));
    let workflows = match asked(pattern, &["stateMachineArn"]) {
        Some(guard) => globs(Some(guard)),
        None => vec![home.arn("states", "stateMachine:*")],
    };
    let causes = workflows.into_iter().map(|resource| Cause {
        action: "states:StartExecution".into(),
        resource,
        brings: Some(Arc::clone(&brings)),
        ..Cause::default()
    });
    Event::new(envelope(told, fixed("source")), causes.collect())
}

/// Another service's events: what they tell may come from outside (what a scanner found, what a partner sent).
fn of_a_service(detail: impl Fn(Unknown) -> Value) -> Event {
    let told = detail(Unknown::of(Source::External, "$.detail"));
    Event::new(envelope(told, fixed("source")), Vec::new())
}

/// The same where nobody who puts an object chooses it.
fn untaint(value: &Value) -> Value {
    value.map_unknowns(&mut |u| {
        let path = u
            .origins
            .first()
            .map(|o| o.path.clone())
            .unwrap_or_default();
        Unknown::of(Source::Context("detail.bucket".to_owned()), path)
    })
}
