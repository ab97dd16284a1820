//! EventBridge: rules, schedules and pipes.

mod event;

use serde_json::Value as Json;

use super::doors::Doors;
use super::policy;
use super::start::{StartRequest, Starts, unqualified};
use super::text::{self, Part};
use super::{Authorization, Cause, EntryPoint, EntryPoints, Fill, Kind, Place, follow, pattern};
use crate::arn::Arn;
use crate::glob::Glob;
use crate::iam::resources::holder;
use crate::snapshot::entries::{EventRule, EventTarget, Pipe, Schedule};
use crate::snapshot::{Document, Fetched};
use crate::value::{Source, Unknown, Value};

/// Rules whose targets are workflows.
pub fn rules(rules: &[EventRule], doors: &Doors<'_>, home: &Place, found: &mut EntryPoints) {
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
            let event = brought.get_or_insert_with(|| event::of(rule, home));
            let (input, fill) = given(target, event);
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

/// Pipes to workflows, or through one that enriches. What a queue or a stream holds comes from outside; each execution
/// gets a batch of it.
pub fn pipes(pipes: &[Pipe], doors: &Doors<'_>, found: &mut EntryPoints) {
    for pipe in pipes.iter().filter(|p| p.desired_state != "STOPPED") {
        let read = record(pipe);
        let queue = Arn::parse(&pipe.source).filter(|arn| arn.service() == "sqs");
        let policy = queue.and_then(|arn| doors.queue(&arn));
        let sender = Sender {
            policy,
            anybody: doors.opens(policy),
        };
        let enriched = pipe.enrichment.as_deref().map(|enrichment| {
            let template = pipe.enrichment_parameters.input_template.as_deref();
            found.list.extend(piped(
                pipe,
                enrichment,
                template,
                (&read, Fill::Whole),
                &sender,
            ));
            // What code makes of it, or an endpoint answers, is not followed.
            Value::Any(Unknown::of(Source::External, "$"))
        });
        let given = match &enriched {
            Some(made) => (made, Fill::Unknown),
            None => (&read, Fill::Whole),
        };
        let template = pipe.target_parameters.input_template.as_deref();
        found
            .list
            .extend(piped(pipe, &pipe.target, template, given, &sender));
    }
}

/// Who may send what a pipe reads.
struct Sender<'a> {
    /// The policy of the queue that it reads, where it was read and the queue has one.
    policy: Option<&'a Document>,
    /// Whoever sends a message without credentials begins an execution with it.
    anybody: bool,
}

/// The workflow that a pipe calls with its records, which are this where there is no template.
fn piped(
    pipe: &Pipe,
    called: &str,
    template: Option<&str>,
    given: (&Value, Fill),
    sender: &Sender<'_>,
) -> Option<EntryPoint> {
    let workflow = unqualified(called)?;
    let (record, fill) = given;
    let (each, fill) = match template {
        None => (record.clone(), fill),
        Some(template) => {
            let named = |name: &str| match name {
                "aws.pipes.event" | "aws.pipes.event.json" => record.clone(),
                name if name.starts_with("aws.pipes.") => fixed(name),
                path => follow(record, path),
            };
            made(template, &named, record)
        }
    };
    Some(EntryPoint {
        kind: Kind::Pipe,
        name: pipe.name.clone(),
        authorization: sender.anybody.then_some(Authorization::None),
        public: sender.anybody,
        starts: Starts::Workflow(workflow),
        input: Value::Each(Box::new(each)),
        fill,
        names: false,
        role: pipe.role_arn.as_deref().and_then(Arn::parse),
        causes: match fill {
            Fill::Constant => Vec::new(),
            _ => sent(&pipe.source, sender.policy),
        },
        note: "",
    })
}

/// One record of the source, past the filters.
fn record(pipe: &Pipe) -> Value {
    let open = Unknown::of(Source::External, "$");
    let criteria = pipe.source_parameters.filter_criteria.as_ref();
    let filters = criteria.map_or(&[][..], |c| c.filters.as_slice());
    let read = |text: &Option<String>| serde_json::from_str::<Json>(text.as_deref()?).ok();
    let each: Option<Vec<Value>> = filters
        .iter()
        .map(|f| Some(pattern::let_through(&read(&f.pattern)?, &open)))
        .collect();
    match each.filter(|e| !e.is_empty()) {
        Some(each) => each
            .iter()
            .skip(1)
            .fold(each.first().cloned().unwrap_or(Value::NEVER), |a, b| {
                a.join(b)
            }),
        None => Value::Any(open),
    }
}

/// What puts records into a source.
fn sent(source: &str, policy: Option<&Document>) -> Vec<Cause> {
    let Some(arn) = Arn::parse(source) else {
        return Vec::new();
    };
    let (action, resource) = match arn.service() {
        "sqs" => ("sqs:SendMessage", source.to_owned()),
        "kinesis" => ("kinesis:PutRecord", source.to_owned()),
        "dynamodb" => {
            let table = source.split("/stream/").next().unwrap_or(source);
            ("dynamodb:PutItem", table.to_owned())
        }
        _ => return Vec::new(),
    };
    vec![Cause {
        action,
        resource,
        context: Vec::new(),
        named: policy.map(policy::senders).unwrap_or_default(),
    }]
}
