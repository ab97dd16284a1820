//! What an event may hold that a rule's pattern lets through, and who can bring it about.
//!
//! Whoever may put events on a bus chooses `source`, `detail-type`, `resources` and `detail`, but no `source` that begins
//! with `aws.` (EventBridge API Reference, `PutEventsRequestEntry`). Of the services' own events, S3's tell the key that
//! whoever puts an object chooses, and CloudTrail's the request that whoever makes the call writes.

use serde_json::Value as Json;

use super::super::{Cause, Place, pattern};
use super::fixed;
use crate::snapshot::entries::EventRule;
use crate::value::{Source, Unknown, Value};

/// An event of one rule.
pub struct Event {
    /// What it holds.
    pub value: Value,
    /// Who can bring it about with a content of his choice.
    pub causes: Vec<Cause>,
    /// It comes by the clock, and nobody chooses anything of it.
    pub by_the_clock: bool,
}

/// The rule's event.
pub fn of(rule: &EventRule, home: &Place) -> Event {
    let pattern = rule
        .event_pattern
        .as_deref()
        .filter(|p| !p.trim().is_empty());
    if pattern.is_none() && rule.schedule_expression.is_some() {
        return Event {
            value: envelope(fixed("detail"), fixed("source")),
            causes: Vec::new(),
            by_the_clock: true,
        };
    }
    // A pattern that cannot be read lets everything through.
    let pattern = pattern.and_then(|text| serde_json::from_str::<Json>(text).ok());
    let patterns = pattern::alternatives(&pattern.unwrap_or_default());
    let events = patterns.iter().map(|p| match p {
        Json::Object(members) => past(members, rule, home),
        _ => past(&Members::new(), rule, home),
    });
    let mut all = Event {
        value: Value::NEVER,
        causes: Vec::new(),
        by_the_clock: false,
    };
    for event in events {
        all.value = all.value.join(&event.value);
        let new = event.causes.into_iter().filter(|c| !all.causes.contains(c));
        let new: Vec<Cause> = new.collect();
        all.causes.extend(new);
    }
    all
}

/// The members of a pattern's object.
type Members = serde_json::Map<String, Json>;

/// An event that a pattern without `$or` lets through.
fn past(pattern: &Members, rule: &EventRule, home: &Place) -> Event {
    let sources = pattern::beginnings(pattern.get("source"));
    let detail = |open: Unknown| match pattern.get("detail") {
        Some(guard) => pattern::let_through(guard, &open),
        None => Value::Any(open),
    };
    let foreign = |sources: &[(String, bool)]| {
        !sources.is_empty() && sources.iter().all(|(s, _)| s.starts_with("aws."))
    };
    if let Some(sources) = sources.as_deref().filter(|s| foreign(s)) {
        let kind = pattern.get("detail-type").and_then(|t| t.as_array());
        let calls = kind.is_some_and(|kinds| {
            kinds
                .iter()
                .any(|k| k.as_str().is_some_and(|k| k.contains("via CloudTrail")))
        });
        let only_s3 = sources.iter().all(|(s, _)| s == "aws.s3");
        return match (calls, only_s3) {
            (true, _) => call(detail),
            (_, true) => put_object(pattern, home, detail),
            _ => of_a_service(detail),
        };
    }
    let bus = match rule.event_bus_name.as_str() {
        "" => home.arn("events", "event-bus/default"),
        arn if arn.starts_with("arn:") => arn.to_owned(),
        name => home.arn("events", &format!("event-bus/{name}")),
    };
    Event {
        value: envelope(
            detail(Unknown::of(Source::Caller, "$.detail")),
            chosen(pattern, "source"),
        )
        .with_field("detail-type", chosen(pattern, "detail-type"))
        .with_field("resources", chosen(pattern, "resources")),
        causes: put_events(&bus, pattern, sources.as_deref()),
        by_the_clock: false,
    }
}

fn chosen(pattern: &Members, name: &str) -> Value {
    let open = Unknown::of(Source::Caller, format!("$.{name}"));
    match pattern.get(name) {
        Some(guard) => pattern::let_through(guard, &open),
        None => Value::Any(open),
    }
}

fn envelope(detail: Value, source: Value) -> Value {
    let mut members = vec![("detail".to_owned(), detail), ("source".to_owned(), source)];
    for name in [
        "version",
        "id",
        "detail-type",
        "account",
        "time",
        "region",
        "resources",
    ] {
        members.push((name.to_owned(), fixed(name)));
    }
    Value::object(members)
}

/// One cause for each source and type that the pattern names; one for all where it names none.
fn put_events(bus: &str, pattern: &Members, sources: Option<&[(String, bool)]>) -> Vec<Cause> {
    let kinds = pattern::beginnings(pattern.get("detail-type"));
    let kinds = kinds.as_deref();
    let every = [(String::new(), false)];
    let sources = sources
        .unwrap_or(&every)
        .iter()
        .filter(|(s, _)| !s.starts_with("aws."));
    let with = |context: &mut Vec<(&'static str, String)>, key, value: &(String, bool)| {
        let (text, whole) = value;
        // A beginning stands for every text that begins so; one of them is asked for.
        if *whole || !text.is_empty() {
            context.push((key, text.clone()));
        }
    };
    let mut causes = Vec::new();
    for source in sources {
        for kind in kinds.unwrap_or(&every) {
            let mut context = Vec::new();
            with(&mut context, "events:source", source);
            with(&mut context, "events:detail-type", kind);
            causes.push(Cause {
                action: "events:PutEvents",
                resource: bus.to_owned(),
                context,
                named: Vec::new(),
            });
        }
    }
    causes
}

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
    let names = pattern
        .get("detail")
        .and_then(|d| d.get("bucket")?.get("name"));
    let partition = match home.partition.as_str() {
        "" => "aws",
        partition => partition,
    };
    let keys = pattern
        .get("detail")
        .and_then(|d| d.get("object")?.get("key"));
    let named = |guard| {
        let all = pattern::beginnings(guard).filter(|all| !all.is_empty());
        let all = all.unwrap_or_else(|| vec![(String::new(), false)]);
        let glob =
            |(name, whole): (String, bool)| format!("{name}{}", if whole { "" } else { "*" });
        all.into_iter().map(glob).collect::<Vec<_>>()
    };
    let keys = named(keys);
    let causes = named(names).into_iter().flat_map(|bucket| {
        let keys = keys.iter().map(move |key| (bucket.clone(), key));
        keys.map(|(bucket, key)| Cause {
            action: "s3:PutObject",
            resource: format!("arn:{partition}:s3:::{bucket}/{key}"),
            context: Vec::new(),
            named: Vec::new(),
        })
    });
    Event {
        value: envelope(value, fixed("source")),
        causes: causes.collect(),
        by_the_clock: false,
    }
}

/// CloudTrail's events: whoever makes the call writes its request.
fn call(detail: impl Fn(Unknown) -> Value) -> Event {
    let told = detail(Unknown::of(Source::External, "$.detail"));
    let value = Value::object([
        (
            "requestParameters".to_owned(),
            told.field("requestParameters"),
        ),
        (
            "responseElements".to_owned(),
            told.field("responseElements"),
        ),
        ("userAgent".to_owned(), told.field("userAgent")),
        ("errorMessage".to_owned(), told.field("errorMessage")),
        ("resources".to_owned(), told.field("resources")),
        (
            "additionalEventData".to_owned(),
            told.field("additionalEventData"),
        ),
    ])
    .with_rest(fixed("detail"));
    Event {
        value: envelope(value, fixed("source")),
        causes: Vec::new(),
        by_the_clock: false,
    }
}

/// Another service's events: what they tell may come from outside (what a scanner found, what a partner sent).
fn of_a_service(detail: impl Fn(Unknown) -> Value) -> Event {
    Event {
        value: envelope(
            detail(Unknown::of(Source::External, "$.detail")),
            fixed("source"),
        ),
        causes: Vec::new(),
        by_the_clock: false,
    }
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
