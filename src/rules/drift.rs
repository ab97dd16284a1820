use super::{Change, Meta, Rule};
use crate::drift::{DriftFacts, Since, Widening};
use crate::facts::Facts;
use crate::finding::{Finding, Patch};
use crate::posture::Part;
use crate::severity::Severity;

/// `drift`
pub struct Drift;

/// More changes than this are counted, not described.
const DESCRIBED: usize = 20;

impl Rule for Drift {
    fn meta(&self) -> &'static Meta {
        meta!(
            "drift",
            from [Baseline, Definition, Settings, Role, RoleTrust, Principals, EntryPoints, LogGroups],
            builds_on [],
            "that of the worst change, at least low",
            "what is deployed is wider than the approved baseline"
        )
    }

    fn compare(&self, facts: &Facts<'_>, change: &Change<'_>, out: &mut Vec<Finding>) {
        let Some(drift) = change.drift else {
            return;
        };
        let Some(severity) = drift.severity() else {
            return;
        };
        let mut finding = facts.finding(
            self.meta().id,
            severity.max(Severity::Low),
            "",
            title(drift),
            detail(drift),
            fix(facts, drift),
        );
        finding.patch(patch(facts, drift));
        finding.principals(principals(drift));
        out.push(finding.build());
    }
}

fn title(drift: &DriftFacts) -> String {
    let (first, more) = match drift.widenings.as_slice() {
        [(only, _)] => (only, String::new()),
        [(first, _), rest @ ..] => (first, format!(" and {} more", rest.len())),
        [] => return "wider than its approved baseline".to_owned(),
    };
    format!("wider than its approved baseline: {}{more}", first.text)
}

fn detail(drift: &DriftFacts) -> String {
    let approval = &drift.approval;
    let told = drift.widenings.iter().take(DESCRIBED);
    let mut parts: Vec<String> = told.map(|(widening, since)| one(widening, since)).collect();
    let more = drift.widenings.len().saturating_sub(DESCRIBED);
    if more > 0 {
        parts.push(format!("and {more} more"));
    }
    let unapproved = drift.unapproved.as_ref();
    let unapproved = unapproved.map_or_else(String::new, |why| format!(". {why}"));
    format!(
        "the baseline was {} at {} by {}. Since then it is wider: {}{unapproved}",
        approval.how.in_words(),
        approval.approved_at,
        approval.approved_by,
        parts.join("; ")
    )
}

fn one(widening: &Widening, since: &Since) -> String {
    format!(
        "{}: {} ({})",
        widening.severity,
        widening.text,
        since.in_words()
    )
}

/// Principals that are new among those that may start it or be its role.
fn principals(drift: &DriftFacts) -> Vec<String> {
    let all = drift.widenings.iter().map(|(w, _)| w);
    let arns = all.filter_map(|w| w.principal.clone());
    let mut arns: Vec<String> = arns.collect();
    arns.sort();
    arns.dedup();
    arns
}

fn fix(facts: &Facts<'_>, drift: &DriftFacts) -> String {
    let mut kinds: Vec<Part> = drift.widenings.iter().map(|(w, _)| w.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let back: Vec<&str> = kinds.into_iter().map(way_back).collect();
    format!(
        "take back what nobody approved: {}. Where the change is intended, `stepwarden approve {}` makes it the baseline",
        back.join("; "),
        facts.workflow.arn
    )
}

const fn way_back(kind: Part) -> &'static str {
    match kind {
        Part::Grant => {
            "in the role's policies, remove the new grants and restore the conditions, denies and the boundary that are gone"
        }
        Part::Reach => "in the definition, restore the guard or the fixed target that is gone",
        Part::Target => "in the definition, restore the targets",
        Part::Logging => "restore logging, tracing and encryption as they were",
        Part::Starter => "take the permission to start this workflow back from the new principals",
        Part::Entry => {
            "remove the new entry points, and give the others their authorizers and input templates back"
        }
        Part::Trust => {
            "in the role's trust policy, remove the new principals and restore the conditions"
        }
    }
}

/// The settings as the baseline has them, where they alone are what is wider, so that setting them back is the whole fix.
fn patch(facts: &Facts<'_>, drift: &DriftFacts) -> Option<Patch> {
    const SETTINGS: [&str; 3] = ["logging level", "logging data", "logging tracing"];
    let was = drift.logging.as_ref()?;
    let has = |key: &str| drift.widenings.iter().any(|(w, _)| w.key == key);
    let only_settings = drift
        .widenings
        .iter()
        .all(|(w, _)| SETTINGS.contains(&w.key.as_str()));
    let mut patches = Vec::new();
    if has("logging level") || has("logging data") {
        if !facts.logging.undeliverable.is_empty() {
            return None;
        }
        let destination = |arn: &String| serde_json::json!({"cloudWatchLogsLogGroup": {"logGroupArn": format!("{arn}:*")}});
        let destinations: Vec<_> = was.destinations.iter().map(destination).collect();
        patches.push(Patch::LoggingConfiguration {
            set: serde_json::json!({
                "level": was.level.word(),
                "includeExecutionData": was.execution_data && facts.workflow.sensitive.is_none(),
                "destinations": destinations,
            }),
        });
    }
    if has("logging tracing") {
        patches.push(Patch::TracingConfiguration {
            set: serde_json::json!({"enabled": true}),
        });
    }
    match patches.len() {
        _ if !only_settings => None,
        0 => None,
        1 => patches.pop(),
        _ => Some(Patch::Several { patches }),
    }
}
