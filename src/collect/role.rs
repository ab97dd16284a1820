//! A role with everything that decides what it may do: three round trips at most.

use futures_util::future::{join, join_all, join3};

use super::around::StaleRead;
use super::{Account, PAUSES, RoleHead, lacking};
use crate::gap::{Input, Unread};
use crate::snapshot::{Attachment, Document, Fetched, Iam, ManagedPolicy, NamedDocument, Role};
use crate::trigger::Expected;

/// Reads a role whole. Where an event told what it must look like, reads again until it does, or the pauses are used up:
/// then what is late, and why that matters.
pub(super) async fn settled<A: Account>(
    port: &A,
    name: &str,
    expects: Option<&Expected>,
) -> (Fetched<Iam>, Option<StaleRead>) {
    let expects = expects.filter(|e| e.role() == name);
    let mut read = documents(port, outline(port, name).await).await;
    for pause in PAUSES {
        if !is_late(&read, expects) {
            return (read, None);
        }
        port.pause(pause).await;
        read = documents(port, outline(port, name).await).await;
    }
    let late = is_late(&read, expects).then(|| {
        let why = "the change that the event told of did not show up in time: what was checked may stand from before; \
                   `stepwarden scan` checks what is there now";
        // Policies, boundary and trust may all stand from before.
        Unread::of_account(Input::Workflow, format!("the role `{name}`"), why)
    });
    (read, late)
}

fn is_late(read: &Fetched<Iam>, expects: Option<&Expected>) -> bool {
    let role = read.present().and_then(|iam| iam.roles.first());
    match (role, expects) {
        (Some(role), Some(expects)) => expects.holds(role) == Some(false),
        _ => false,
    }
}

/// The first round: what a role consists of.
pub(super) struct Outline {
    head: Fetched<RoleHead>,
    inline: Fetched<Vec<String>>,
    attached: Fetched<Vec<Attachment>>,
}

/// Reads the first round.
pub(super) async fn outline<A: Account>(port: &A, name: &str) -> Outline {
    let calls = join3(
        port.role(name),
        port.inline_names(name),
        port.attached(name),
    );
    let (head, inline, attached) = calls.await;
    Outline {
        head,
        inline,
        attached,
    }
}

/// Reads the documents: inline and the managed policies' versions in a second round, theirs in a third.
pub(super) async fn documents<A: Account>(port: &A, outline: Outline) -> Fetched<Iam> {
    let head = match outline.head {
        Fetched::Present(head) => head,
        // A role that is not there is an answer: nothing runs with it.
        Fetched::Absent => return Fetched::Present(Iam::default()),
        other => return lacking(other, |_| Fetched::Absent),
    };
    let attached = outline.attached.present().cloned().unwrap_or_default();
    let mut arns: Vec<String> = attached.iter().map(|a| a.arn.clone()).collect();
    arns.extend(head.boundary.clone());
    arns.sort();
    arns.dedup();
    let (inline, managed) = join(
        inline(port, &head.name, outline.inline),
        join_all(arns.into_iter().map(|arn| managed(port, arn))),
    )
    .await;
    Fetched::Present(Iam {
        roles: vec![Role {
            arn: head.arn,
            name: head.name,
            trust: Fetched::Present(head.trust),
            inline,
            attached: outline.attached,
            boundary: head.boundary,
            tags: head.tags,
        }],
        managed,
        ..Iam::default()
    })
}

async fn inline<A: Account>(
    port: &A,
    role: &str,
    names: Fetched<Vec<String>>,
) -> Fetched<Vec<NamedDocument>> {
    let names = match names {
        Fetched::Present(names) => names,
        other => return lacking(other, |_| Fetched::Absent),
    };
    let read = join_all(names.iter().map(|name| port.inline(role, name))).await;
    let mut policies = Vec::with_capacity(names.len());
    for (name, document) in names.into_iter().zip(read) {
        match document {
            Fetched::Present(document) => policies.push(NamedDocument { name, document }),
            // Deleted between the two rounds.
            Fetched::Absent | Fetched::NotCollected => {}
            Fetched::Denied(why) => return Fetched::Denied(format!("policy `{name}`: {why}")),
            Fetched::Failed(why) => return Fetched::Failed(format!("policy `{name}`: {why}")),
        }
    }
    Fetched::Present(policies)
}

async fn managed<A: Account>(port: &A, arn: String) -> ManagedPolicy {
    let head = port.managed(&arn).await;
    let name = match &head {
        Fetched::Present(head) => head.name.clone(),
        _ => arn.rsplit('/').next().unwrap_or_default().to_owned(),
    };
    let document: Fetched<Document> = match head {
        Fetched::Present(head) => port.managed_version(&arn, &head.version).await,
        other => lacking(other, |_| Fetched::Absent),
    };
    ManagedPolicy {
        name,
        arn,
        document,
    }
}
