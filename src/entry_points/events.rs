//! EventBridge: rules, schedules and pipes.

mod event;
mod pipe;
mod service;
mod source;

pub use pipe::pipes;

use serde_json::Value as Json;

use super::doors::Doors;
use super::start::{StartRequest, Starts, unqualified};
use super::text::{self, Part};
use super::{Authorization, Cause, EntryPoint, EntryPoints, Fill, Kind, Place, Unread, follow};
use crate::arn::Arn;
use crate::glob::Glob;
use crate::iam::resources::holder;
use crate::snapshot::Fetched;
use crate::snapshot::entries::{EventRule, EventTarget, Pipe, Schedule};
use crate::value::{Source, Unknown, Value};

/// Rules whose targets are workflows.
pub fn rules(rules: &[EventRule], doors: &Doors<'_>, home: &Place, found: &mut EntryPoints) {
    let forwards = forwards(rules, home);
    for rule in rules.iter().filter(|r| r.state != "DISABLED") {
        let targets = match &rule.targets {
            Fetched::Present(targets) => targets,
            unread => {
                found.miss(
                    Kind::EventRule,
                    format!("the targets of the rule `{}`", rule.name),
                    unread,
                );
                continue;
            }
        };
        let mut brought = None;
        for target in targets {
            let Some(workflow) = unqualified(&target.arn) else {
                continue;
            };
            let event = brought.get_or_insert_with(|| {
                let mut event = event::of(rule, home);
                let passed_on = forwards.iter().filter(|f| f.to == event::bus(rule, home));
                event
                    .causes
                    .extend(passed_on.flat_map(|f| f.causes(rule, home)));
                event
            });
            let (input, fill) = given(target, event);
            if event.untold && fill != Fill::Constant {
                found.unread.push(Unread {
                    kind: Kind::EventRule,
                    what: format!("who makes the calls that the rule `{}` tells of", rule.name),
                    why: "its pattern does not name the calls of CloudTrail's events".to_owned(),
                    optional: true,
                });
            }
            // Whoever may put an object without credentials begins an execution with its name.
            let open = doors.let_cause(&event.causes);
            found.list.push(EntryPoint {
                kind: Kind::EventRule,
                name: rule.name.clone(),
                authorization: open.then_some(Authorization::None),
                public: open,
                starts: Starts::Workflow(workflow),
                causes: match fill {
                    Fill::Constant => Vec::new(),
                    _ => event.causes.clone(),
                },
                input,
                fill,
                names: false,
                role: target.role_arn.as_deref().and_then(Arn::parse),
                note: "",
            });
        }
    }
}

/// The buckets whose objects cause events of rules, and the queues that pipes read, with the workflows that are begun.
pub fn doors(rules: &[EventRule], pipes: &[Pipe], home: &Place) -> Vec<(String, Arn)> {
    let mut all = Vec::new();
    for rule in rules {
        let targets = rule.targets.present().into_iter().flatten();
        let begun: Vec<String> = targets.filter_map(|t| unqualified(&t.arn)).collect();
        if begun.is_empty() {
            continue;
        }
        let causes = event::of(rule, home).causes;
        let puts = causes.iter().filter(|c| c.action == "s3:PutObject");
        let buckets = puts.filter_map(|c| holder(&Glob::parse(&c.resource)));
        for bucket in buckets {
            all.extend(begun.iter().map(|w| (w.clone(), bucket.clone())));
        }
    }
    for pipe in pipes {
        let queue = Arn::parse(&pipe.source).filter(|arn| arn.service() == "sqs");
        let begun = [Some(&pipe.target), pipe.enrichment.as_ref()];
        let begun = begun.into_iter().flatten().filter_map(|a| unqualified(a));
        all.extend(begun.filter_map(|w| Some((w, queue.clone()?))));
    }
    all
}

/// A rule that hands its events on to another bus of the account.
struct Forward<'r> {
    rule: &'r EventRule,
    to: String,
    role: Option<Arn>,
}

impl Forward<'_> {
    /// Who may put on its bus what a rule of the other one gets.
    fn causes(&self, to: &EventRule, home: &Place) -> Vec<Cause> {
        let mut causes = event::forwarded(self.rule, to, home);
        for cause in &mut causes {
            cause.passed_on = self.role.clone().map(|role| (role, self.to.clone()));
        }
        causes
    }
}

fn forwards<'r>(rules: &'r [EventRule], home: &Place) -> Vec<Forward<'r>> {
    let buses = home.arn("events", "event-bus/");
    let mut found = Vec::new();
    let by_events = |r: &&EventRule| r.state != "DISABLED" && r.event_pattern.is_some();
    for rule in rules.iter().filter(by_events) {
        let targets = rule.targets.present().into_iter().flatten();
        let to_buses = targets.filter(|t| t.arn.starts_with(&buses) && t.input.is_none());
        found.extend(to_buses.map(|target| Forward {
            rule,
            to: target.arn.clone(),
            role: target.role_arn.as_deref().and_then(Arn::parse),
        }));
    }
    found
}

/// What a target's workflow gets of an event.
fn given(target: &EventTarget, event: &event::Event) -> (Value, Fill) {
    if let Some(text) = &target.input {
        return (constant(text), Fill::Constant);
    }
    if event.by_the_clock {
        return (event.value.clone(), Fill::Constant);
    }
    if let Some(path) = target.input_path.as_deref().filter(|p| *p != "$") {
        let input = follow(&event.value, path);
        let fill = Fill::of(&input).min(Fill::Part);
        return (input, fill);
    }
    let Some(transformer) = &target.input_transformer else {
        return (event.value.clone(), Fill::Whole);
    };
    let named = |name: &str| match name {
        "aws.events.event" | "aws.events.event.json" => event.value.clone(),
        name if name.starts_with("aws.events.") => fixed(name),
        name => match transformer.input_paths_map.get(name) {
            Some(path) => follow(&event.value, path),
            None => event.value.clone(),
        },
    };
    made(&transformer.input_template, &named, &event.value)
}

/// What a template with `<name>` makes; chosen whole where it is not understood.
fn made(template: &str, named: &dyn Fn(&str) -> Value, whole: &Value) -> (Value, Fill) {
    match text::document(&parts(template, named)) {
        Some(input) => {
            let fill = Fill::of(&input).min(Fill::Part);
            (input, fill)
        }
        None => (Value::Any(whole.collapsed()), Fill::Unknown),
    }
}

fn parts(template: &str, named: &dyn Fn(&str) -> Value) -> Vec<Part> {
    let mut parts = Vec::new();
    for (index, piece) in template.split('<').enumerate() {
        match (index, piece.split_once('>')) {
            (0, _) => parts.push(Part::Text(piece.to_owned())),
            (_, Some((name, rest))) if is_name(name) => {
                parts.push(Part::Hole(named(name)));
                parts.push(Part::Text(rest.to_owned()));
            }
            _ => parts.push(Part::Text(format!("<{piece}"))),
        }
    }
    parts
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(['"', ' ', '\n', '{', ':'])
}

fn constant(text: &str) -> Value {
    let json: Option<Json> = serde_json::from_str(text).ok();
    json.map_or_else(|| Value::text(text), |json| text::constant(&json))
}

/// Something that the service fills in.
fn fixed(name: &str) -> Value {
    Value::Any(Unknown::of(Source::Context(name.to_owned()), name))
}

/// Schedules that start a workflow, as a target of its own or as an API action. Their input is constant.
pub fn schedules(schedules: &[Schedule], found: &mut EntryPoints) {
    for schedule in schedules.iter().filter(|s| s.state != "DISABLED") {
        let target = &schedule.target;
        let input = target
            .input
            .as_deref()
            .map(constant)
            .unwrap_or_else(|| Value::object([]));
        let (starts, input) = match unqualified(&target.arn) {
            Some(workflow) => (Starts::Workflow(workflow), input),
            None if is_start(&target.arn) => {
                let request = StartRequest::of(&input);
                (request.starts, request.input)
            }
            None => continue,
        };
        found.list.push(EntryPoint {
            kind: Kind::Schedule,
            name: match schedule.group_name.as_str() {
                "" | "default" => schedule.name.clone(),
                group => format!("{group}/{}", schedule.name),
            },
            authorization: None,
            public: false,
            starts,
            input,
            fill: Fill::Constant,
            names: false,
            role: target.role_arn.as_deref().and_then(Arn::parse),
            causes: Vec::new(),
            note: "",
        });
    }
}

/// `arn:aws:scheduler:::aws-sdk:sfn:startExecution`
fn is_start(arn: &str) -> bool {
    let Some((_, call)) = arn.split_once(":aws-sdk:") else {
        return false;
    };
    let call = call.to_ascii_lowercase();
    matches!(
        call.as_str(),
        "sfn:startexecution" | "sfn:startsyncexecution"
    )
}
