//! What an event may hold that a rule's pattern lets through, and who can bring it about.
//!
//! Whoever may put events on a bus chooses `source`, `detail-type`, `resources` and `detail`, but no `source` that begins
//! with `aws.` (EventBridge API Reference, `PutEventsRequestEntry`). Of the services' own events, S3's tell the key that
//! whoever puts an object chooses, and CloudTrail's the request that whoever makes the call writes.

use std::sync::Arc;

use serde_json::Value as Json;

use super::super::{Cause, Place, pattern};
use super::{fixed, service};
use crate::snapshot::entries::EventRule;
use crate::value::{Source, Unknown, Value};

/// An event of one rule.
#[derive(Clone)]
pub struct Event {
    /// What it holds.
    pub value: Value,
    /// Who can bring it about with a content of his choice.
    pub causes: Vec<Cause>,
    /// It comes by the clock, and nobody chooses anything of it.
    pub by_the_clock: bool,
    /// It may tell of calls of which the pattern does not say which they are.
    pub untold: bool,
}

impl Event {
    /// One that these bring about, told whole and not by the clock.
    pub fn new(value: Value, causes: Vec<Cause>) -> Self {
        Self {
            value,
            causes,
            by_the_clock: false,
            untold: false,
        }
    }
}

/// The rule's event.
pub fn of(rule: &EventRule, home: &Place) -> Event {
    let pattern = rule
        .event_pattern
        .as_deref()
        .filter(|p| !p.trim().is_empty());
    if pattern.is_none() && rule.schedule_expression.is_some() {
        return Event {
            by_the_clock: true,
            ..Event::new(envelope(fixed("detail"), fixed("source")), Vec::new())
        };
    }
    let patterns = patterns(rule);
    let events = patterns.iter().filter_map(Json::as_object).map(|members| {
        let mut event = past(members, rule, home);
        if !is_of_home(members, home) {
            event.causes.clear();
        }
        event
    });
    let mut all = Event::new(Value::NEVER, Vec::new());
    for event in events {
        all.untold |= event.untold;
        all.value = all.value.join(&event.value);
        let new = event.causes.into_iter().filter(|c| !all.causes.contains(c));
        let new: Vec<Cause> = new.collect();
        all.causes.extend(new);
    }
    all
}

/// The members of a pattern's object.
pub type Members = serde_json::Map<String, Json>;

/// Whether the pattern lets through what comes of calls in this account and region: an event tells both, and nobody
/// chooses them (EventBridge User Guide, "AWS service event metadata").
fn is_of_home(pattern: &Members, home: &Place) -> bool {
    let lets = |name: &str, own: &str| own.is_empty() || pattern::lets(pattern.get(name), own);
    lets("account", &home.account) && lets("region", &home.region)
}

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
        return service::event(pattern, sources, home, detail);
    }
    let value = sent(pattern);
    let kinds = pattern::beginnings(pattern.get("detail-type"));
    let causes = put_events(
        &bus(rule, home),
        sources.as_deref(),
        kinds.as_deref(),
        &value,
    );
    Event::new(value, causes)
}

/// The bus that the rule listens to.
pub fn bus(rule: &EventRule, home: &Place) -> String {
    match rule.event_bus_name.as_str() {
        "" => home.arn("events", "event-bus/default"),
        arn if arn.starts_with("arn:") => arn.to_owned(),
        name => home.arn("events", &format!("event-bus/{name}")),
    }
}

/// What somebody puts on a bus that the pattern lets through.
fn sent(pattern: &Members) -> Value {
    let open = Unknown::of(Source::Caller, "$.detail");
    let detail = match pattern.get("detail") {
        Some(guard) => pattern::let_through(guard, &open),
        None => Value::Any(open),
    };
    envelope(detail, chosen(pattern, "source"))
        .with_field("detail-type", chosen(pattern, "detail-type"))
        .with_field("resources", chosen(pattern, "resources"))
}

/// Who may put on its bus what a rule forwards to the bus of another. What was forwarded once is not forwarded again
/// (EventBridge User Guide, "Sending events between event buses in the same account and Region").
pub fn forwarded(from: &EventRule, to: &EventRule, home: &Place) -> Vec<Cause> {
    let own = bus(from, home);
    let mut causes = Vec::new();
    for first in patterns(from) {
        for second in patterns(to) {
            let (Json::Object(first), Json::Object(second)) = (&first, &second) else {
                continue;
            };
            if !is_of_home(first, home) || !is_of_home(second, home) {
                continue;
            }
            let both = |name: &str| {
                let of = |pattern: &Members| pattern::beginnings(pattern.get(name));
                pattern::both(of(first), of(second))
            };
            let (sources, kinds) = (both("source"), both("detail-type"));
            let value = sent(first);
            causes.extend(put_events(
                &own,
                sources.as_deref(),
                kinds.as_deref(),
                &value,
            ));
        }
    }
    causes
}

/// The patterns of a rule without `$or`; one that cannot be read lets everything through.
fn patterns(rule: &EventRule) -> Vec<Json> {
    let text = rule
        .event_pattern
        .as_deref()
        .filter(|p| !p.trim().is_empty());
    let pattern = text.and_then(|text| serde_json::from_str::<Json>(text).ok());
    let all = pattern::alternatives(&pattern.unwrap_or_default());
    let open = |pattern: Json| match pattern {
        Json::Object(_) => pattern,
        _ => Json::Object(Members::new()),
    };
    all.into_iter().map(open).collect()
}

fn chosen(pattern: &Members, name: &str) -> Value {
    let open = Unknown::of(Source::Caller, format!("$.{name}"));
    match pattern.get(name) {
        Some(guard) => pattern::let_through(guard, &open),
        None => Value::Any(open),
    }
}

pub fn envelope(detail: Value, source: Value) -> Value {
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
fn put_events(
    bus: &str,
    sources: Option<&[(String, bool)]>,
    kinds: Option<&[(String, bool)]>,
    event: &Value,
) -> Vec<Cause> {
    let brings = Arc::new(event.clone());
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
                action: "events:PutEvents".into(),
                resource: bus.to_owned(),
                context,
                brings: Some(Arc::clone(&brings)),
                ..Cause::default()
            });
        }
    }
    causes
}
