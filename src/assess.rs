//! Facts × configuration → one assessment of each workflow.

use crate::arn::Arn;
use crate::asl::Definition;
use crate::config::Config;
use crate::facts::{self, AccountFacts, Facts};
use crate::finding::{Finding, Suppression};
use crate::gap::Gap;
use crate::glob::Glob;
use crate::rules::{self, RULES};
use crate::snapshot::Account;
use crate::workflow::Workflow;

/// What is to be said of one workflow.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// The workflow.
    pub workflow: Workflow,
    /// Worst first; suppressed ones are marked, not left out.
    pub findings: Vec<Finding>,
    /// What was not checked.
    pub gaps: Vec<Gap>,
}

/// Assesses every workflow of the account, in its order. `today` is `YYYY-MM-DD`, for the expiry of suppressions.
pub fn account(snapshot: &Account, config: &Config, today: &str) -> Vec<Assessment> {
    let account = AccountFacts::new(snapshot, config);
    let mut assessments: Vec<Assessment> =
        account.facts().map(|facts| judge(&facts, today)).collect();
    let definition = Definition::default();
    for (name, gap) in facts::unknown_workflows(snapshot) {
        let workflow = Workflow::unread(&name, &config.default_owner);
        assessments.push(judge(
            &Facts::only_gaps(config, &workflow, &definition, vec![gap]),
            today,
        ));
    }
    assessments
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

/// Runs every rule over one workflow's facts. `today` is `YYYY-MM-DD`, for the expiry of suppressions.
pub fn judge(facts: &Facts<'_>, today: &str) -> Assessment {
    let active = || {
        RULES
            .iter()
            .filter(|r| !facts.config.disabled_rules.iter().any(|d| d == r.meta().id))
    };
    let mut findings = Vec::new();
    for rule in active() {
        rule.check(facts, &mut findings);
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
    }
    order(&mut findings);
    Assessment {
        workflow: facts.workflow.clone(),
        findings,
        gaps: facts.gaps.clone(),
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

/// The tag that suppresses rules on its workflow: rule ids, separated by anything that no id holds.
const SUPPRESS_TAG: &str = "stepwarden:suppress";

fn suppression(finding: &Finding, facts: &Facts<'_>, today: &str) -> Option<Suppression> {
    let entry = facts.config.suppressions.iter().find(|s| {
        let pattern = Glob::parse(&s.workflow);
        let named =
            pattern.matches(&facts.workflow.name) || pattern.matches(facts.workflow.arn.as_str());
        s.rule == finding.rule && named && s.until.as_str() >= today
    });
    if let Some(entry) = entry {
        return Some(Suppression {
            reason: entry.reason.clone(),
            until: Some(entry.until.clone()),
        });
    }
    let tag = facts
        .workflow
        .tags
        .iter()
        .find(|(key, _)| key == SUPPRESS_TAG)?;
    let listed = tag
        .1
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .any(|id| id == finding.rule);
    listed.then(|| Suppression {
        reason: format!("tag `{SUPPRESS_TAG}` on the workflow"),
        until: None,
    })
}
