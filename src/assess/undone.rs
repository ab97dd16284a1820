//! What was undone, or replaced, before it was read: judged by the document that the event holds; of a definition, which no
//! event holds, only the revision is known.

use std::collections::BTreeSet;

use super::{Known, Remembered, judge};
use crate::baseline;
use crate::facts::{AccountFacts, Facts};
use crate::finding::Finding;
use crate::posture::Posture;
use crate::rules::{Transient, Undone};
use crate::severity::Severity;
use crate::snapshot::{Account, Document, Fetched, NamedDocument};
use crate::trigger::{Affects, Change, Expected};
use crate::verdict::judged_as;

/// What of the event was not there any more, and the digest by which it is remembered as judged; `None` where it still is, was judged since, or is a deployer's own.
pub(super) fn find(
    snapshot: &Account,
    known: &Known<'_>,
    facts: &Facts<'_>,
    remembered: Option<&Remembered>,
) -> Option<(String, Transient)> {
    let change = known.undone?;
    if baseline::approves(known.config, &change.event, facts.workflow).is_some() {
        return None;
    }
    let judged_since = |key: &str| {
        let at = remembered.and_then(|r| r.judged.get(key));
        at.is_some_and(|at| at.as_str() >= change.event.time.as_str())
    };
    let what = match &change.affects {
        Affects::Workflow(workflow) if change.event.name == "UpdateStateMachine" => {
            let arn = facts.workflow.arn.as_str();
            let machine = snapshot.workflows.iter().find(|m| m.arn == arn)?;
            let (made, read) = (workflow.revision.as_ref()?, machine.revision_id.as_ref()?);
            let key = judged_as(made);
            if workflow.arn.as_str() != arn || made == read || judged_since(&key) {
                return None;
            }
            (key, Undone::Revision(made.clone()))
        }
        Affects::Role { name } => policy(snapshot, known, facts, change, name, &judged_since)?,
        _ => return None,
    };
    let (key, what) = what;
    let transient = Transient {
        event: change.event.clone(),
        what,
    };
    Some((key, transient))
}

fn policy(
    snapshot: &Account,
    known: &Known<'_>,
    facts: &Facts<'_>,
    change: &Change,
    name: &str,
    judged_since: &dyn Fn(&str) -> bool,
) -> Option<(String, Undone)> {
    let Some(Expected::Inline {
        policy,
        document: Some(document),
        ..
    }) = &change.expects
    else {
        return None;
    };
    let iam = snapshot.iam.present()?;
    let role = iam.roles.iter().find(|role| role.name == name)?;
    let still = change.expects.as_ref()?.holds(role)?;
    let key = judged_as(document);
    if still || judged_since(&key) {
        return None;
    }
    let mut with = snapshot.clone();
    let iam = match &mut with.iam {
        Fetched::Present(iam) => iam,
        _ => return None,
    };
    let role = iam.roles.iter_mut().find(|role| role.name == name)?;
    let Fetched::Present(inline) = &mut role.inline else {
        return None;
    };
    inline.retain(|p| p.name != *policy);
    inline.push(NamedDocument {
        name: policy.clone(),
        document: Document(document.clone()),
    });
    let (opened, severity) = opened(&with, known, facts);
    let undone = Undone::Policy {
        name: policy.clone(),
        role: name.to_owned(),
        opened,
        severity,
    };
    Some((key, undone))
}

/// What would have been found while it was so, worst first, beyond what is found now.
fn opened(with: &Account, known: &Known<'_>, facts: &Facts<'_>) -> (Vec<String>, Severity) {
    let now = judge(facts, known.today);
    let now: BTreeSet<String> = now.findings.iter().map(Finding::fingerprint).collect();
    let account = AccountFacts::new(with, known.config);
    let arn = facts.workflow.arn.as_str();
    let place = with.workflows.iter().position(|w| w.arn == arn);
    let then = place.and_then(|place| account.with(place, |then| judge(&then, known.today)));
    let found = then.map(|then| then.findings);
    let new = found.into_iter().flatten().filter(|f| {
        f.is_open() && f.severity() > Severity::Info && !now.contains(&f.fingerprint())
    });
    let new: Vec<Finding> = new.collect();
    let severity = new.iter().map(|f| f.severity()).max();
    let titles = new
        .iter()
        .map(|f| format!("{}: {} ({})", f.severity(), f.title(), f.rule()));
    (
        titles.collect(),
        severity.unwrap_or(Severity::Low).max(Severity::Low),
    )
}

/// What this evaluation judges, to be kept with its time: the revision, and the documents of the role.
pub(super) fn judged(snapshot: &Account, facts: &Facts<'_>, posture: &Posture) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let arn = facts.workflow.arn.as_str();
    let machine = snapshot.workflows.iter().find(|m| m.arn == arn);
    all.extend(
        machine
            .and_then(|m| m.revision_id.as_deref())
            .map(judged_as),
    );
    let role = snapshot.iam.present().and_then(|iam| {
        let own =
            |role: &&crate::snapshot::Role| Some(role.arn.as_str()) == posture.role.as_deref();
        iam.roles.iter().find(own)
    });
    let inline = role.and_then(|role| role.inline.present());
    all.extend(
        inline
            .into_iter()
            .flatten()
            .map(|p| judged_as(&p.document.0)),
    );
    all
}
