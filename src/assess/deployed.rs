//! What a deployer's event has deployed, by what was read: revision and documents. What anybody says counts for nothing, and
//! so does who made the call, before CloudTrail itself was asked.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::drift::{self, Widening};
use crate::iam::{Authority, parse};
use crate::posture::{Part, Permissions, Posture};
use crate::snapshot::{Account, Document, Fetched, Iam};
use crate::trigger::{self, Affects, Change, Expected, WorkflowChange};
use crate::workflow::Workflow;

/// An event whose caller may be a deployer, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Deploying<'a> {
    /// The event.
    pub change: &'a Change,
    /// Whether CloudTrail knows it.
    pub proof: Proof<'a>,
}

/// Whether CloudTrail knows an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof<'a> {
    /// It is asked later; until then (ISO 8601 in UTC) what the event may have deployed is not told as drift.
    Awaited(&'a str),
    /// It does, with the same caller.
    Known,
    /// It does not, or cannot be asked: why.
    Lacking(&'a str),
}

/// What the event has deployed, as far as reading shows it.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    parts: BTreeSet<Part>,
    /// The role that was given permissions.
    principal: Option<String>,
    /// Why it explains nothing, where it does not.
    pub why_not: Option<String>,
}

/// What it is compared with.
pub(super) struct Compared<'a> {
    pub snapshot: &'a Account,
    pub workflow: &'a Workflow,
    pub baseline: &'a Posture,
    pub now: &'a Posture,
    /// The revision at the last verdict.
    pub revision: Option<&'a str>,
}

impl Evidence {
    fn none(why: &str) -> Self {
        Self {
            why_not: Some(why.to_owned()),
            ..Self::default()
        }
    }

    /// Of an event.
    pub fn of(change: &Change, with: &Compared<'_>) -> Self {
        match &change.affects {
            Affects::Workflow(workflow) if is_definition(&change.event.name) => {
                of_definition(workflow, with)
            }
            Affects::Role { name } => match &change.expects {
                Some(expected) => of_role(name, expected, with),
                None => Self::none("the call deploys nothing that reading can be compared with"),
            },
            Affects::ManagedPolicy { arn } => of_managed(arn.as_str(), change, with),
            _ => Self::none("the call deploys nothing that reading can be compared with"),
        }
    }

    /// Whether the event made this.
    pub fn explains(&self, widening: &Widening) -> bool {
        self.parts.contains(&widening.kind)
            || widening.kind == Part::Starter
                && widening.principal.is_some()
                && widening.principal == self.principal
    }

    /// The baseline with what the event deployed; a part in which something else is wider stays as it was.
    pub fn merged(&self, baseline: &Posture, now: &Posture, widened: &[Widening]) -> Posture {
        let mut merged = baseline.clone();
        let whole = |part: Part| {
            let mut of = widened.iter().filter(|w| w.kind == part);
            of.all(|w| self.explains(w)) && (self.parts.contains(&part) || part == Part::Starter)
        };
        if whole(Part::Grant) {
            merged.grants.clone_from(&now.grants);
            merged.role.clone_from(&now.role);
        }
        if whole(Part::Reach) {
            merged.reach.clone_from(&now.reach);
        }
        if whole(Part::Target) {
            merged.targets.clone_from(&now.targets);
        }
        if whole(Part::Logging) {
            merged.logging.clone_from(&now.logging);
        }
        if whole(Part::Trust) {
            merged.trust.clone_from(&now.trust);
        }
        if self.principal.is_some() && whole(Part::Starter) {
            merged.starters.clone_from(&now.starters);
        }
        let mut left_out = std::mem::take(&mut merged.left_out);
        left_out.retain(|part| !merged.knows(*part));
        merged.left_out = left_out;
        merged
    }

    /// Whether the event made the workflow as it is.
    pub fn is_whole_definition(&self) -> bool {
        self.parts.contains(&Part::Target)
    }
}

fn is_definition(name: &str) -> bool {
    matches!(name, "CreateStateMachine" | "UpdateStateMachine")
}

/// A service that tells no revision has made none since the workflow was created (AWS Step Functions API Reference,
/// DescribeStateMachine).
fn revision(text: Option<&str>) -> Option<&str> {
    text.filter(|text| *text != "INITIAL")
}

fn of_definition(change: &WorkflowChange, with: &Compared<'_>) -> Evidence {
    let arn = with.workflow.arn.as_str();
    let machine = with.snapshot.workflows.iter().find(|m| m.arn == arn);
    let Some(machine) = machine.filter(|m| m.arn == change.arn.as_str()) else {
        return Evidence::none("the workflow that the event names could not be read");
    };
    if revision(machine.revision_id.as_deref()) != revision(change.revision.as_deref()) {
        return Evidence::none("the revision that is deployed is not the one that the event made");
    }
    let named = change.role.as_ref().map(crate::arn::Arn::as_str);
    if named.is_some_and(|role| role != machine.role_arn) {
        return Evidence::none(
            "the role that the workflow has is not the one that the event gave it",
        );
    }
    let mut parts = BTreeSet::from([Part::Target, Part::Logging, Part::Reach]);
    let switched = with.baseline.role != with.now.role && named == with.now.role.as_deref();
    if switched {
        parts.extend([Part::Grant, Part::Trust]);
    }
    Evidence {
        parts,
        ..Evidence::default()
    }
}

fn of_role(name: &str, expected: &Expected, with: &Compared<'_>) -> Evidence {
    let iam = with.snapshot.iam.present();
    let Some(role) = iam.and_then(|iam| iam.roles.iter().find(|r| r.name == name)) else {
        return Evidence::none("the role that the event names could not be read");
    };
    match expected.holds(role) {
        Some(true) => {}
        Some(false) => {
            return Evidence::none("what is read of the role is not what the event wrote");
        }
        None => return Evidence::none("what the event wrote to the role could not be read"),
    }
    let own = with.now.role.as_deref() == Some(role.arn.as_str());
    let documents: Vec<&Document> = match expected {
        Expected::Trust { .. } => {
            return Evidence {
                parts: own.then_some(Part::Trust).into_iter().collect(),
                ..Evidence::default()
            };
        }
        Expected::Inline { policy, .. } => {
            let all = role.inline.present().into_iter().flatten();
            all.filter(|p| p.name == *policy)
                .map(|p| &p.document)
                .collect()
        }
        Expected::Attached {
            policy, attached, ..
        } => iam
            .filter(|_| *attached)
            .and_then(|iam| managed(iam, policy))
            .into_iter()
            .collect(),
    };
    Evidence {
        parts: if own {
            granted(&documents, with)
        } else {
            BTreeSet::new()
        },
        principal: Some(role.arn.clone()),
        why_not: None,
    }
}

fn of_managed(arn: &str, change: &Change, with: &Compared<'_>) -> Evidence {
    let read = with
        .snapshot
        .iam
        .present()
        .and_then(|iam| managed(iam, arn));
    let (Some(read), Some(written)) = (read, &change.document) else {
        return Evidence::none("the call deploys nothing that reading can be compared with");
    };
    if !trigger::same(read, written) {
        return Evidence::none("what is read of the policy is not what the event wrote");
    }
    Evidence {
        parts: granted(&[read], with),
        ..Evidence::default()
    }
}

fn managed<'a>(iam: &'a Iam, arn: &str) -> Option<&'a Document> {
    let found = iam.managed.iter().find(|policy| policy.arn == arn)?;
    match &found.document {
        Fetched::Present(document) => Some(document),
        _ => None,
    }
}

/// The documents explain what the role grants where the baseline with them grants all of it. What a caller reaches follows
/// from that, as long as the definition is the one that was judged before.
fn granted(documents: &[&Document], with: &Compared<'_>) -> BTreeSet<Part> {
    let Some(explained) = together(with.baseline, documents) else {
        return BTreeSet::new();
    };
    let wider = drift::widened(&explained, with.now);
    if with.now.grants.is_none() || wider.iter().any(|w| w.kind == Part::Grant) {
        return BTreeSet::new();
    }
    let arn = with.workflow.arn.as_str();
    let machine = with.snapshot.workflows.iter().find(|m| m.arn == arn);
    let same = machine.is_some_and(|m| m.revision_id.as_deref() == with.revision);
    let mut parts = BTreeSet::from([Part::Grant]);
    parts.extend(same.then_some(Part::Reach));
    parts
}

fn together(baseline: &Posture, documents: &[&Document]) -> Option<Posture> {
    let mut grants = baseline.grants.clone()?;
    for document in documents {
        let (policy, problems) = parse::policy("", document);
        let authority = Authority {
            identity: vec![Arc::new(policy)],
            ..Authority::default()
        };
        let own = Permissions::of_authority(&authority).filter(|_| problems.is_empty())?;
        grants.allows.extend(own.allows);
    }
    Some(Posture {
        grants: Some(grants),
        ..baseline.clone()
    })
}
