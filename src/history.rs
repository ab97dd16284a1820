//! What one evaluation makes of what is kept: the alert that tells the difference, and the record that is kept next. The
//! function and the command line share it.

use std::collections::{BTreeMap, BTreeSet};

use crate::arn::Arn;
use crate::assess::Assessment;
use crate::config::Config;
use crate::delta::{self, Before, Delta};
use crate::dependencies::{self, Dependency, PolicyHolders};
use crate::drift::{self, Approval, Baseline, Held, How, Since};
use crate::finding::Counts;
use crate::moment::Moment;
use crate::render::alert::{self, Alert, Drift, Resolved};
use crate::render::cause;
use crate::rule_id::{RuleId, rule_ids};
use crate::snapshot::{Account, StateMachine, VersionRef};
use crate::trigger::EventInfo;
use crate::verdict::{ListedVersions, Record, ReportedFinding};
use crate::workflow::{OwnerSource, Workflow};

/// Characters of a day, `2026-11-23`.
const DAY: usize = 10;
/// Characters of a cause that are kept.
const MAX_CAUSE: usize = 300;

/// One evaluation.
pub struct Evaluation<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// What is kept of the workflow.
    pub record: Option<&'a Record>,
    /// The event that led to it.
    pub event: Option<&'a EventInfo>,
    /// The sweep that led to it.
    pub sweep: Option<&'a str>,
    /// When it began.
    pub began: Moment,
    /// What was read; `None` where it could not be.
    pub read: Option<Read>,
}

/// What was read of a workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Its revision.
    pub revision: Option<String>,
    /// The digest of what was evaluated.
    pub basis: String,
    /// On what the verdict rests.
    pub depends_on: BTreeSet<Dependency>,
    /// Its published versions, where they were listed.
    pub versions: Option<Vec<VersionRef>>,
}

impl Read {
    /// Of a workflow that was read, and of the functions and resources that its assessment names.
    pub fn of(machine: &StateMachine, account: &Account, assessment: &Assessment) -> Self {
        let holders = PolicyHolders::new(account).of(machine, &assessment.acted_on);
        Self {
            revision: machine.revision_id.clone(),
            basis: dependencies::basis(machine, account),
            depends_on: dependencies::depends_on(machine, account, &assessment.invoked)
                .into_iter()
                .chain(dependencies::begun_by(machine, &assessment.begun_by))
                .chain(dependencies::policies_of(machine, &holders))
                .collect(),
            versions: None,
        }
    }
}

/// What is kept of a workflow when a person takes it as it is for its baseline; `None` where it could not be read.
pub fn approved(
    record: Option<&Record>,
    assessment: &Assessment,
    read: &Read,
    by: &str,
    now: Moment,
) -> Option<Record> {
    let approval = Approval {
        approved_at: now.iso(),
        approved_by: by.to_owned(),
        how: How::Approved,
    };
    let posture = assessment.posture.clone()?;
    // Of a workflow that nothing is kept of, nothing was told: the next event tells all of it.
    let old = record.cloned().unwrap_or_else(|| Record {
        owner: assessment.workflow.owner.clone(),
        evaluated_at: now.iso(),
        revision: read.revision.clone(),
        basis: read.basis.clone(),
        depends_on: read.depends_on.clone(),
        ..Record::blank(&assessment.workflow.arn)
    });
    Some(Record {
        baseline: Some(Baseline { approval, posture }),
        widened: BTreeMap::new(),
        held: BTreeMap::new(),
        ..old
    })
}

/// An assessment in the light of what is kept.
#[derive(Clone, Debug)]
pub struct Reviewed {
    /// What is to be told of.
    pub assessment: Assessment,
}

/// The difference, and what is kept next.
#[derive(Clone, Debug)]
pub struct Compared<'a> {
    /// What is told; nothing where it tells of no change.
    pub alert: Alert<'a>,
    /// What is kept.
    pub next: Record,
}

impl Evaluation<'_> {
    /// Keeps the owner that an earlier event told.
    pub fn review(&self, assessment: &Assessment) -> Reviewed {
        let mut assessment = assessment.clone();
        if let Some(record) = self.record
            && assessment.workflow.owner_source == OwnerSource::Default
        {
            assessment.workflow.owner.clone_from(&record.owner);
        }
        Reviewed { assessment }
    }

    /// Compares with what is kept.
    pub fn compare<'r>(&self, workflow: &Arn, reviewed: &'r Reviewed) -> Compared<'r>
    where
        Self: 'r,
    {
        let assessment = &reviewed.assessment;
        let known = |key: &str| {
            self.record
                .is_some_and(|r| r.widened.contains_key(key) && !r.held.contains_key(key))
        };
        // Only what is wider since the last look is told as drift.
        let told = assessment.drift.as_ref();
        let drift = told.and_then(|drift| Drift::of(drift, |key| !known(key)));
        let grown: &[RuleId] = if drift.is_some() {
            rule_ids!["drift"]
        } else {
            &[]
        };
        let delta = delta::between(
            Before {
                told: self.record.map_or(&[], |r| &r.told),
                gaps: self.record.map(|r| &r.gaps),
                grown,
            },
            assessment,
        );
        let next = self.next(workflow, reviewed, &delta);
        let alert = alert(delta, assessment, drift);
        Compared { alert, next }
    }

    fn next(&self, workflow: &Arn, reviewed: &Reviewed, delta: &Delta<'_>) -> Record {
        let (old, assessment) = (self.record, &reviewed.assessment);
        let read = self.read.as_ref();
        Record {
            workflow: workflow.clone(),
            owner: assessment.workflow.owner.clone(),
            evaluated_at: self.began.iso(),
            // Of what could not be read, nothing new is known.
            revision: match read {
                Some(read) => read.revision.clone(),
                None => old.and_then(|r| r.revision.clone()),
            },
            basis: match read {
                Some(read) => read.basis.clone(),
                None => old.map(|r| r.basis.clone()).unwrap_or_default(),
            },
            depends_on: match read {
                Some(read) => read.depends_on.clone(),
                None => old.map(|r| r.depends_on.clone()).unwrap_or_default(),
            },
            told: self.told(assessment, delta),
            gaps: delta.gaps.clone(),
            baseline: self.baseline(reviewed),
            widened: self.widened(assessment),
            held: self.held(assessment),
            judged: self.judged(assessment),
            versions: match read.and_then(|read| read.versions.clone()) {
                Some(all) => Some(ListedVersions {
                    at: self.began.iso(),
                    all,
                }),
                None => old.and_then(|r| r.versions.clone()),
            },
            sweep: self
                .sweep
                .map(str::to_owned)
                .or_else(|| old.and_then(|r| r.sweep.clone())),
        }
    }

    /// What is told after this, each with the day on which it was first seen, and with what it is about.
    fn told(&self, assessment: &Assessment, delta: &Delta<'_>) -> Vec<ReportedFinding> {
        let old: BTreeMap<&str, &ReportedFinding> = self
            .record
            .into_iter()
            .flat_map(|r| &r.told)
            .map(|told| (told.fingerprint.as_str(), told))
            .collect();
        let causes: BTreeMap<String, String> = assessment
            .findings
            .iter()
            .filter_map(|f| Some((f.fingerprint(), cause::shares(assessment, f)?)))
            .collect();
        let day = |told: &ReportedFinding| match (old.get(told.fingerprint.as_str()), self.record) {
            (Some(old), _) if !old.since.is_empty() => old.since.clone(),
            // An earlier version kept no day: that of the last verdict is the latest that it can be.
            (Some(_), Some(record)) => record.evaluated_at.chars().take(DAY).collect(),
            _ => self.began.day(),
        };
        let each = delta.told.iter().map(|told| ReportedFinding {
            since: day(told),
            cause: causes
                .get(&told.fingerprint)
                .map(|c| c.chars().take(MAX_CAUSE).collect()),
            ..told.clone()
        });
        each.collect()
    }

    /// What is wider now, each with the change that made it so. Of a part that could not be read, what was wider still is.
    fn widened(&self, assessment: &Assessment) -> BTreeMap<String, Since> {
        let Some(drift) = &assessment.drift else {
            return BTreeMap::new();
        };
        let posture = assessment.posture.as_ref();
        let hidden = |key: &String| {
            let part = drift::part_of(key);
            part.is_some_and(|part| posture.is_none_or(|p| !p.knows(part)))
        };
        let old = self.record.into_iter().flat_map(|r| &r.widened);
        let kept = old.filter(|(key, _)| hidden(key));
        let held = drift.held.iter().map(|(w, since, _)| (&w.key, since));
        let now = drift.widenings.iter().map(|(w, since)| (&w.key, since));
        let now = now.chain(held);
        kept.chain(now)
            .map(|(key, since)| (key.clone(), since.clone()))
            .collect()
    }

    /// What was judged when, the latest of it.
    fn judged(&self, assessment: &Assessment) -> BTreeMap<String, String> {
        const KEPT: usize = 64;
        let mut all = self.record.map(|r| r.judged.clone()).unwrap_or_default();
        let now = self.began.iso();
        all.extend(
            assessment
                .judged
                .iter()
                .map(|key| (key.clone(), now.clone())),
        );
        while all.len() > KEPT {
            let oldest = all.iter().min_by_key(|(_, at)| (*at).clone());
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else {
                break;
            };
            all.remove(&oldest);
        }
        all
    }

    /// What of that is not told yet. Of a part that could not be read, what was held still is.
    fn held(&self, assessment: &Assessment) -> BTreeMap<String, Held> {
        let Some(drift) = &assessment.drift else {
            return BTreeMap::new();
        };
        let told: BTreeSet<&str> = drift
            .widenings
            .iter()
            .map(|(w, _)| w.key.as_str())
            .collect();
        let posture = assessment.posture.as_ref();
        let hidden = |key: &String| {
            let part = drift::part_of(key);
            part.is_some_and(|part| posture.is_none_or(|p| !p.knows(part)))
        };
        let old = self.record.into_iter().flat_map(|r| &r.held);
        let kept = old.filter(|(key, _)| hidden(key) && !told.contains(key.as_str()));
        let kept = kept.map(|(key, held)| (key.clone(), held.clone()));
        let now = drift.held.iter();
        kept.chain(now.map(|(w, _, held)| (w.key.clone(), held.clone())))
            .collect()
    }

    /// The baseline that holds from now on.
    fn baseline(&self, reviewed: &Reviewed) -> Option<Baseline> {
        let old = self.record.and_then(|r| r.baseline.clone());
        let posture = reviewed.assessment.posture.clone();
        let first_sight = || {
            self.config.baseline.first_sight.then(|| Approval {
                approved_at: self.began.iso(),
                approved_by: "stepwarden".to_owned(),
                how: How::FirstSight,
            })
        };
        match (reviewed.assessment.approved.clone(), old, posture) {
            (Some(baseline), _, _) | (None, Some(baseline), _) => Some(baseline),
            (None, None, Some(posture)) => {
                first_sight().map(|approval| Baseline { approval, posture })
            }
            (None, None, None) => None,
        }
    }
}

impl<'a> Evaluation<'a> {
    /// The alert, with the event that led to it.
    pub fn because<'r>(&self, alert: Alert<'r>) -> Alert<'r>
    where
        'a: 'r,
    {
        Alert {
            event: self.event,
            ..alert
        }
    }
}

fn alert<'a>(delta: Delta<'a>, assessment: &'a Assessment, drift: Option<Drift>) -> Alert<'a> {
    let mut persisting = Counts::default();
    for severity in &delta.persisting {
        persisting.add(*severity, 1);
    }
    Alert {
        event: None,
        workflow: &assessment.workflow,
        resolved: delta.resolved.iter().map(resolved).collect(),
        persisting,
        unseen: delta.unseen.len(),
        drift,
        suppressed: alert::suppressed(assessment),
        entry_points: &assessment.entry_points,
        incomplete: &assessment.gaps,
        newly_incomplete: delta.newly_incomplete,
        opened: delta.opened,
    }
}

/// A workflow that is there no more, as far as it is remembered.
pub fn last_seen(record: &Record) -> Workflow {
    Workflow {
        arn: record.workflow.clone(),
        ..Workflow::unread(record.workflow.name(), &record.owner)
    }
}

/// The alert of its end: everything that was told of it is resolved.
pub fn gone<'a>(
    workflow: &'a Workflow,
    record: &Record,
    event: Option<&'a EventInfo>,
) -> Alert<'a> {
    Alert {
        event,
        resolved: record.told.iter().map(resolved).collect(),
        ..Alert::about(workflow)
    }
}

fn resolved(told: &ReportedFinding) -> Resolved {
    Resolved {
        fingerprint: told.fingerprint.clone(),
        rule: told.rule.clone(),
        title: told.title.clone(),
    }
}
