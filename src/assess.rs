//! Facts × configuration → one assessment of each workflow.

mod deployed;
mod many;
mod masked;
mod since;
mod undone;
mod versions;

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::{self, owner};
use crate::arn::Arn;
use crate::asl::Definition;
use crate::baseline;
use crate::budget;
use crate::config::Config;
use crate::dependencies;
use crate::drift::{self, Baseline, DriftFacts, Held, Since};
use crate::entry_points;
use crate::facts::entry::Entry;
use crate::facts::{AccountFacts, Facts};
use crate::finding::Finding;
use crate::gap::{Gap, Input};
use crate::graph::Graph;
use crate::posture::Posture;
use crate::rules::{self, RULES, Transient};
use crate::snapshot::Account;
use crate::suppression;
use crate::trigger::{Change, EventInfo};
use crate::verdict::Record;
use crate::workflow::{OwnerSource, Workflow};
use deployed::Evidence;
pub use deployed::{Deploying, Proof};
pub use many::{account, each, with_postures};

/// What is to be said of one workflow.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// The workflow.
    pub workflow: Workflow,
    /// Worst first; suppressed ones are marked, not left out.
    pub findings: Vec<Finding>,
    /// What was not checked.
    pub gaps: Vec<Gap>,
    /// The ways by which its executions begin.
    pub entry_points: Vec<Entry>,
    /// Its states, for a picture.
    pub graph: Graph,
    /// How many more principals may start it than are listed there.
    pub more_entry_points: usize,
    /// The functions that it invokes, by unqualified ARN.
    pub invoked: Vec<Arn>,
    /// The resources with a policy of their own that it acts on.
    pub acted_on: BTreeSet<Arn>,
    /// The kinds of entry point that may begin its executions, whether one is there or not.
    pub begun_by: BTreeSet<entry_points::Kind>,
    /// What its risk rests on, to be kept as a baseline or compared; `None` where nothing could be read, and where neither
    /// is asked for.
    pub posture: Option<Posture>,
    /// How it differs from its approved baseline; `None` where there is none.
    pub drift: Option<DriftFacts>,
    /// The baseline that the event sets: it was confirmed, and what it deployed is what was read.
    pub approved: Option<Baseline>,
    /// Whether the event may set another baseline, once CloudTrail confirms it.
    pub to_confirm: bool,
    /// Digests of the revision and the documents that were judged.
    pub judged: BTreeSet<String>,
}

/// What is known beside the account.
pub struct Known<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// The day, `YYYY-MM-DD`, for the expiry of suppressions.
    pub today: &'a str,
    /// The time, ISO 8601 in UTC: when a change is found that no event told of.
    pub now: &'a str,
    /// The event that led to the evaluation.
    pub event: Option<&'a EventInfo>,
    /// The same event, where its caller may be a deployer and what it deployed may be approved.
    pub deploying: Option<Deploying<'a>>,
    /// The same event, where what it made should be there by now: where it is not, it was undone.
    pub undone: Option<&'a Change>,
    /// What is remembered of workflows, by ARN.
    pub remembered: &'a BTreeMap<String, Remembered>,
}

/// What is remembered of one workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Its approved baseline.
    pub baseline: Baseline,
    /// Since when it is wider than that, by the key of the widening.
    pub since: BTreeMap<String, Since>,
    /// Of those, what is not told yet.
    pub held: BTreeMap<String, Held>,
    /// The revision at the last verdict.
    pub revision: Option<String>,
    /// When each revision and document was last judged, by its digest.
    pub judged: BTreeMap<String, String>,
}

impl Remembered {
    /// What is kept of a workflow; `None` where it has no baseline.
    pub fn of(record: &Record) -> Option<Self> {
        Some(Self {
            baseline: record.baseline.clone()?,
            since: record.widened.clone(),
            held: record.held.clone(),
            revision: record.revision.clone(),
            judged: record.judged.clone(),
        })
    }
}

/// Assesses the first so many workflows of the account, in its order, beside what is remembered of them; the others are
/// there to be compared with.
pub fn remembering(snapshot: &Account, known: &Known<'_>, first: usize) -> Vec<Assessment> {
    let account = AccountFacts::new(snapshot, known.config);
    let judged = |mut facts: Facts<'_>| {
        let posture = posture(&mut facts);
        let remembered = known.remembered.get(facts.workflow.arn.as_str());
        let deployed = deployed(snapshot, known, facts.workflow, remembered, &posture);
        let (drift, approved) = match remembered {
            Some(remembered) => {
                let baseline = &remembered.baseline.posture;
                facts.gaps.extend(drift::gaps(baseline, &posture));
                let compared = since::drift(remembered, &posture, known, deployed.as_ref());
                (Some(compared.drift), compared.approved)
            }
            None => (None, first_approval(known, deployed.as_ref(), &posture)),
        };
        let to_confirm = deployed.as_ref().is_some_and(|(deploying, _)| {
            let other = match remembered {
                Some(remembered) => remembered.baseline.posture != posture,
                None => !known.config.baseline.first_sight,
            };
            matches!(deploying.proof, Proof::Awaited(_)) && other
        });
        let transient = undone::find(snapshot, known, &facts, remembered);
        let told = transient.as_ref().map(|(_, transient)| transient);
        let mut assessment = judge_changed(&facts, drift, told, known.today);
        (assessment.approved, assessment.to_confirm) = (approved, to_confirm);
        assessment.judged = undone::judged(snapshot, &facts, &posture);
        assessment.judged.extend(transient.map(|(key, _)| key));
        assessment.posture = kept(posture);
        owned_by_actor(&mut assessment.workflow, known.event);
        assessment
    };
    let mut assessments = account.each(first, judged);
    versions::add(&account, known.today, &mut assessments);
    assessments.extend(many::unknown(snapshot, known.config, known.today));
    assessments
}

/// The posture of a workflow, as far as its budget goes.
fn posture(facts: &mut Facts<'_>) -> Posture {
    let (posture, cuts) = budget::within(budget::RULES, || Posture::of(facts));
    facts
        .gaps
        .extend(analysis::stopped("what its risk rests on", &cuts));
    posture.unwrap_or_default()
}

/// The posture as it may be kept; `None` where nothing is known.
fn kept(posture: Posture) -> Option<Posture> {
    Some(posture.bounded()).filter(|posture| !posture.is_blank())
}

/// The event, and what it has deployed of this workflow, where its caller is a deployer.
fn deployed<'a>(
    snapshot: &Account,
    known: &Known<'a>,
    workflow: &Workflow,
    remembered: Option<&Remembered>,
    now: &Posture,
) -> Option<(Deploying<'a>, Evidence)> {
    let deploying = known.deploying?;
    baseline::approves(known.config, &deploying.change.event, workflow)?;
    let compared = deployed::Compared {
        snapshot,
        workflow,
        baseline: remembered.map_or(now, |r| &r.baseline.posture),
        now,
        revision: remembered.and_then(|r| r.revision.as_deref()),
    };
    Some((deploying, Evidence::of(deploying.change, &compared)))
}

/// The first baseline of a workflow that has none by sight.
fn first_approval(
    known: &Known<'_>,
    deployed: Option<&(Deploying<'_>, Evidence)>,
    now: &Posture,
) -> Option<Baseline> {
    let (deploying, evidence) = deployed?;
    let made = deploying.proof == Proof::Known && evidence.is_whole_definition();
    made.then(|| Baseline {
        approval: since::approval(deploying, known),
        posture: now.clone().bounded(),
    })
}

/// Where no tag names an owner, whoever made the change is the nearest thing to one.
fn owned_by_actor(workflow: &mut Workflow, event: Option<&EventInfo>) {
    if workflow.owner_source == OwnerSource::Default
        && let Some(actor) = event.and_then(|event| owner::of_actor(&event.actor))
    {
        workflow.owner = actor;
        workflow.owner_source = OwnerSource::Actor;
    }
}

/// What is said of a workflow of which nothing could be read.
pub fn unread(arn: &Arn, why: &str, config: &Config, today: &str) -> Assessment {
    let workflow = Workflow {
        arn: arn.clone(),
        ..Workflow::unread(arn.name(), &config.default_owner)
    };
    let gap = Gap::new(Input::Workflow, format!("the workflow {arn}"), why);
    let definition = Definition::default();
    judge(
        &Facts::only_gaps(config, &workflow, &definition, vec![gap]),
        today,
    )
}

/// Runs every rule over one workflow's facts, as far as its budget goes. `today` is `YYYY-MM-DD`, for the expiry of
/// suppressions.
pub fn judge(facts: &Facts<'_>, today: &str) -> Assessment {
    judge_changed(facts, None, None, today)
}

/// The same, with how the workflow differs from its approved baseline.
fn judge_changed(
    facts: &Facts<'_>,
    drift: Option<DriftFacts>,
    transient: Option<&Transient>,
    today: &str,
) -> Assessment {
    let change = rules::Change {
        drift: drift.as_ref(),
        transient,
    };
    let (assessment, cuts) = budget::within(budget::RULES, || by_rules(facts, &change, today));
    let Some(gap) = analysis::stopped("the rules", &cuts) else {
        let all = || by_rules(&bare(facts, facts.gaps.clone()), &change, today);
        return assessment.unwrap_or_else(all);
    };
    match assessment {
        Some(mut assessment) => {
            assessment.tell(gap, facts.config, today);
            assessment
        }
        None => {
            let gaps = facts.gaps.iter().cloned().chain([gap]).collect();
            by_rules(&bare(facts, gaps), &change, today)
        }
    }
}

impl Assessment {
    /// Adds a gap that the judgement itself made, with what the rules say of one.
    fn tell(&mut self, gap: Gap, config: &Config, today: &str) {
        let definition = Definition::default();
        let facts = Facts::only_gaps(config, &self.workflow, &definition, vec![gap.clone()]);
        let told = by_rules(&facts, &rules::Change::default(), today);
        self.findings.extend(told.findings);
        order(&mut self.findings);
        self.gaps.push(gap);
    }
}

/// The same workflow with nothing known of it but these gaps.
fn bare<'a>(facts: &Facts<'a>, gaps: Vec<Gap>) -> Facts<'a> {
    Facts {
        redactor: facts.redactor,
        ..Facts::only_gaps(facts.config, facts.workflow, facts.definition, gaps)
    }
}

fn by_rules(facts: &Facts<'_>, change: &rules::Change<'_>, today: &str) -> Assessment {
    let active = || {
        RULES.iter().filter(|r| {
            !facts
                .config
                .disabled_rules
                .iter()
                .any(|d| *d == r.meta().id)
        })
    };
    let mut findings = Vec::new();
    for rule in active() {
        rule.check(facts, &mut findings);
        rule.compare(facts, change, &mut findings);
    }
    let mut reviewed = Vec::new();
    for rule in active() {
        rule.review(facts, &findings, &mut reviewed);
    }
    findings.append(&mut reviewed);
    if facts
        .layers
        .is_some_and(|layers| layers.organization_unread)
    {
        rules::note_unread_organization(&mut findings);
    }
    for finding in &mut findings {
        if let Some(severity) = facts.config.severities.get(&finding.rule()) {
            // Where nothing of the configuration is honoured that hides, it may still make a finding more severe.
            finding.set_severity(match facts.config.strict {
                true => finding.severity().max(*severity),
                false => *severity,
            });
        }
    }
    suppression::mark(&mut findings, facts, today);
    let mut concluded = Vec::new();
    for rule in active() {
        rule.conclude(facts, &findings, &mut concluded);
    }
    suppression::mark(&mut concluded, facts, today);
    findings.append(&mut concluded);
    order(&mut findings);
    let (entry_points, more_entry_points) = facts.entry.entries(&facts.starters.list);
    let assessment = Assessment {
        workflow: facts.workflow.clone(),
        findings,
        gaps: facts.gaps.clone(),
        graph: Graph::of(facts.definition, facts.redactor),
        entry_points,
        more_entry_points,
        invoked: facts
            .functions
            .functions
            .iter()
            .map(|f| f.arn.clone())
            .collect(),
        acted_on: dependencies::acted_on(facts.needs),
        begun_by: facts.starters.serves.clone(),
        posture: None,
        drift: change.drift.cloned(),
        approved: None,
        to_confirm: false,
        judged: BTreeSet::new(),
    };
    assessment.masked(facts.redactor)
}

/// Worst first; within a severity in the order of the rules and by place, so that reports do not depend on the order of evaluation. The same
/// subject under the same rule is one finding.
fn order(findings: &mut Vec<Finding>) {
    findings.sort_by(|a, b| {
        b.severity()
            .cmp(&a.severity())
            .then_with(|| a.rule().place().cmp(&b.rule().place()))
            .then_with(|| a.pointer().cmp(&b.pointer()))
            .then_with(|| a.subject().cmp(b.subject()))
    });
    findings.dedup_by(|a, b| a.rule() == b.rule() && a.subject() == b.subject());
}

#[cfg(test)]
mod tests;
