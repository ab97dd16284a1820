//! Pipes: what they read of a source, through what enriches it, as a workflow's input.

use super::super::doors::Doors;
use super::super::start::unqualified;
use super::super::{
    Authorization, Cause, EntryPoint, EntryPoints, Fill, Kind, Unread, follow, policy,
};
use super::source::{self, Record};
use super::{fixed, made};
use crate::arn::Arn;
use crate::entry_points::Starts;
use crate::snapshot::entries::Pipe;
use crate::value::{Source, Unknown, Value};

/// Pipes to workflows, or through one that enriches. What a queue or a stream holds comes from outside; each execution
/// gets a batch of it.
pub fn pipes(pipes: &[Pipe], doors: &Doors<'_>, found: &mut EntryPoints) {
    for pipe in pipes.iter().filter(|p| p.desired_state != "STOPPED") {
        let record = source::record(pipe);
        let read = record.value.clone();
        let sender = Sender::of(pipe, record, doors, found);
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
struct Sender {
    /// What puts records into the source.
    causes: Vec<Cause>,
    /// Whoever sends a message without credentials begins an execution with it.
    anybody: bool,
}

impl Sender {
    fn of(pipe: &Pipe, record: Record, doors: &Doors<'_>, found: &mut EntryPoints) -> Self {
        let mut causes = record.causes;
        let queue = Arn::parse(&pipe.source).filter(|arn| arn.service() == "sqs");
        let Some(policy) = queue.and_then(|arn| doors.queue(&arn)) else {
            return Self {
                causes,
                anybody: false,
            };
        };
        for cause in &mut causes {
            cause.named = policy::named(policy, &cause.action);
        }
        let mut anybody = doors.opens(Some(policy));
        // What is published to a topic comes into the queues that subscribe to it.
        for topic in policy::topics(policy) {
            let own = Arn::parse(&topic).and_then(|arn| doors.topic(&arn));
            anybody |= doors.opens_topic(own);
            if own.is_none() {
                found.unread.push(Unread {
                    kind: Kind::Pipe,
                    what: format!("the policy of the topic `{topic}`"),
                    why: format!(
                        "it was not collected, the queue of the pipe `{}` takes what is published there",
                        pipe.name
                    ),
                    optional: true,
                });
            }
            causes.push(Cause {
                action: "sns:Publish".into(),
                resource: topic,
                named: own
                    .map(|p| policy::named(p, "sns:Publish"))
                    .unwrap_or_default(),
                ..Cause::default()
            });
        }
        Self { causes, anybody }
    }
}

/// The workflow that a pipe calls with its records, which are this where there is no template.
fn piped(
    pipe: &Pipe,
    called: &str,
    template: Option<&str>,
    given: (&Value, Fill),
    sender: &Sender,
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
            _ => sender.causes.clone(),
        },
        note: "",
    })
}
