//! Facts × configuration → one assessment of each workflow.

mod since;

use std::collections::BTreeMap;

use crate::analysis::{self, owner};
use crate::arn::Arn;
use crate::asl::Definition;
use crate::budget;
use crate::config::{self, Config, SUPPRESS_TAG, SuppressionEntry};
use crate::drift::{self, Baseline, DriftFacts, Since};
use crate::facts::{self, AccountFacts, Facts};
use crate::finding::{Finding, Suppression};
use crate::gap::Gap;
use crate::glob::Glob;
use crate::posture::Posture;
use crate::rules::{self, RULES};
use crate::snapshot::Account;
use crate::trigger::EventInfo;
use crate::workflow::{OwnerSource, Workflow};

/// What is to be said of one workflow.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// The workflow.
    pub workflow: Workflow,
    /// Worst first; suppressed ones are marked, not left out.
    pub findings: Vec<Finding>,
    /// What was not checked.
    pub gaps: Vec<Gap>,
    /// The functions that it invokes, by unqualified ARN.
    pub invoked: Vec<Arn>,
    /// What its risk rests on, to be kept as a baseline; `None` where nothing could be read.
    pub posture: Option<Posture>,
    /// How it differs from its approved baseline; `None` where there is none.
    pub drift: Option<DriftFacts>,
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
}

/// Assesses the first so many workflows of the account, in its order, beside what is remembered of them; the others are
/// there to be compared with.
pub fn remembering(snapshot: &Account, known: &Known<'_>, first: usize) -> Vec<Assessment> {
    let account = AccountFacts::new(snapshot, known.config);
    let judged = |mut facts: Facts<'_>| {
        let posture = Posture::of(&facts);
        let remembered = known.remembered.get(facts.workflow.arn.as_str());
        let drift = remembered.map(|remembered| {
            let baseline = &remembered.baseline.posture;
            facts.gaps.extend(drift::gaps(baseline, &posture));
            since::drift(remembered, &posture, known)
        });
        let mut assessment = judge_changed(&facts, drift, known.today);
        owned_by_actor(&mut assessment.workflow, known.event);
        assessment
    };
    let mut assessments: Vec<Assessment> = account.facts().take(first).map(judged).collect();
    assessments.extend(unknown(snapshot, known.config, known.today));
    assessments
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

/// Assesses every workflow of the account, in its order. `today` is `YYYY-MM-DD`, for the expiry of suppressions.
pub fn account(snapshot: &Account, config: &Config, today: &str) -> Vec<Assessment> {
    let account = AccountFacts::new(snapshot, config);
    let mut assessments: Vec<Assessment> =
        account.facts().map(|facts| judge(&facts, today)).collect();
    assessments.extend(unknown(snapshot, config, today));
    assessments
}

/// Workflows of which only a file's name is known.
fn unknown(snapshot: &Account, config: &Config, today: &str) -> Vec<Assessment> {
    let definition = Definition::default();
    let each = |(name, gap): (String, Gap)| {
        let workflow = Workflow::unread(&name, &config.default_owner);
        judge(
            &Facts::only_gaps(config, &workflow, &definition, vec![gap]),
            today,
        )
    };
    let unknown = facts::unknown_workflows(snapshot).into_iter();
    unknown.map(each).collect()
}

/// What is said of a workflow of which nothing could be read.
pub fn unread(arn: &Arn, why: &str, config: &Config, today: &str) -> Assessment {
    let workflow = Workflow {
        arn: arn.clone(),
        ..Workflow::unread(arn.name(), &config.default_owner)
    };
    let gap = Gap::new(format!("the workflow {arn}"), why, &["every rule"]);
    let definition = Definition::default();
    judge(
        &Facts::only_gaps(config, &workflow, &definition, vec![gap]),
        today,
    )
}

/// Runs every rule over one workflow's facts, as far as its budget goes. `today` is `YYYY-MM-DD`, for the expiry of
/// suppressions.
pub fn judge(facts: &Facts<'_>, today: &str) -> Assessment {
    judge_changed(facts, None, today)
}

/// The same, with how the workflow differs from its approved baseline.
fn judge_changed(facts: &Facts<'_>, drift: Option<DriftFacts>, today: &str) -> Assessment {
    let drift = drift.as_ref();
    let (assessment, cuts) = budget::within(budget::RULES, || by_rules(facts, drift, today));
    let Some(gap) = analysis::stopped("the rules", &cuts) else {
        let all = || by_rules(&bare(facts, facts.gaps.clone()), drift, today);
        return assessment.unwrap_or_else(all);
    };
    match assessment {
        Some(mut assessment) => {
            let told = by_rules(&bare(facts, vec![gap.clone()]), None, today);
            assessment.findings.extend(told.findings);
            order(&mut assessment.findings);
            assessment.gaps.push(gap);
            assessment
        }
        None => {
            let gaps = facts.gaps.iter().cloned().chain([gap]).collect();
            by_rules(&bare(facts, gaps), drift, today)
        }
    }
}

/// The same workflow with nothing known of it but these gaps.
fn bare<'a>(facts: &Facts<'a>, gaps: Vec<Gap>) -> Facts<'a> {
    Facts::only_gaps(facts.config, facts.workflow, facts.definition, gaps)
}

fn by_rules(facts: &Facts<'_>, drift: Option<&DriftFacts>, today: &str) -> Assessment {
    let active = || {
        RULES
            .iter()
            .filter(|r| !facts.config.disabled_rules.iter().any(|d| d == r.meta().id))
    };
    let change = rules::Change { drift };
    let mut findings = Vec::new();
    for rule in active() {
        rule.check(facts, &mut findings);
        rule.compare(facts, &change, &mut findings);
    }
    let mut reviewed = Vec::new();
    for rule in active() {
        rule.review(facts, &findings, &mut reviewed);
    }
    findings.append(&mut reviewed);
    for finding in &mut findings {
        if let Some(severity) = facts.config.severities.get(finding.rule) {
            finding.severity = *severity;
        }
        finding.suppressed = suppression(finding, facts, today);
        if finding.suppressed.is_none()
            && let Some(void) = entries(finding.rule, facts).next()
        {
            finding.detail = format!(
                "{}; the suppression of it (`{}`) ended on {} and is void",
                finding.detail, void.reason, void.until
            );
        }
    }
    order(&mut findings);
    Assessment {
        workflow: facts.workflow.clone(),
        findings,
        gaps: facts.gaps.clone(),
        invoked: facts
            .functions
            .functions
            .iter()
            .map(|f| f.arn.clone())
            .collect(),
        posture: Some(Posture::of(facts).bounded()).filter(|posture| !posture.is_blank()),
        drift: drift.cloned(),
    }
}

/// Worst first; within a severity in the order of the rules and by place, so that reports do not depend on the order of evaluation. The same
/// subject under the same rule is one finding.
fn order(findings: &mut Vec<Finding>) {
    findings.sort_by(|a, b| {
        b.severity
            .cmp(&a.severity)
            .then_with(|| rules::place(a.rule).cmp(&rules::place(b.rule)))
            .then_with(|| a.pointer.cmp(&b.pointer))
            .then_with(|| a.subject.cmp(&b.subject))
    });
    findings.dedup_by(|a, b| a.rule == b.rule && a.subject == b.subject);
}

/// The configuration's suppressions of this rule on the workflow, those that have ended included.
fn entries<'f>(
    rule: &'static str,
    facts: &'f Facts<'_>,
) -> impl Iterator<Item = &'f SuppressionEntry> {
    facts.config.suppressions.iter().filter(move |s| {
        let pattern = Glob::parse(&s.workflow);
        let named =
            pattern.matches(&facts.workflow.name) || pattern.matches(facts.workflow.arn.as_str());
        s.rule == rule && named
    })
}

fn suppression(finding: &Finding, facts: &Facts<'_>, today: &str) -> Option<Suppression> {
    let entry = entries(finding.rule, facts).find(|s| s.until.as_str() >= today);
    if let Some(entry) = entry {
        return Some(Suppression {
            reason: entry.reason.clone(),
            until: Some(entry.until.clone()),
        });
    }
    let mut tags = facts.workflow.tags.iter();
    let (_, tag) = tags.find(|(key, _)| key == SUPPRESS_TAG)?;
    let listed = config::listed_rules(tag).any(|id| id == finding.rule);
    listed.then(|| Suppression {
        reason: format!("tag `{SUPPRESS_TAG}` on the workflow"),
        until: None,
    })
}
