//! What the workflow itself needs: log delivery, tracing, its own key.

use super::pattern::{Openness, arn_parts, or_any};
use super::resolve::Resolved;
use super::{Home, Maker};
use crate::asl::Definition;
use crate::glob::Glob;
use crate::need::{Need, Phase, Target};
use crate::workflow::{LogLevel, Workflow, WorkflowType};

/// What log delivery needs, all on `*` (Step Functions Developer Guide, "IAM policies for logging to CloudWatch Logs").
pub const LOGGING: [&str; 8] = [
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
];
/// Extras of the same template.
pub const LOGGING_EXTRAS: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];
/// What tracing needs, all on `*` (Step Functions Developer Guide, "IAM policies for X-Ray").
pub const TRACING: [&str; 4] = [
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
];
/// An extra of AWS's own managed policies for it.
pub const TRACING_EXTRAS: [&str; 1] = ["xray:GetSamplingStatisticSummaries"];

/// What the workflow needs beside its states.
pub fn workflow_needs(workflow: &Workflow, _definition: &Definition, home: &Home) -> Vec<Need> {
    let maker = Maker {
        state: None,
        label: "workflow".to_owned(),
        home,
    };
    let mut needs = Vec::new();
    let logs = workflow
        .logging
        .as_ref()
        .is_some_and(|l| l.level != LogLevel::Off && !l.destinations.is_empty());
    if logs {
        needs.extend(on_star(&maker, &LOGGING, Phase::Logging, false));
        needs.extend(on_star(&maker, &LOGGING_EXTRAS, Phase::Logging, true));
    }
    if workflow.tracing == Some(true) {
        needs.extend(on_star(&maker, &TRACING, Phase::Tracing, false));
        needs.extend(on_star(&maker, &TRACING_EXTRAS, Phase::Tracing, true));
    }
    if let Some(key) = &workflow.kms_key {
        // A synchronous Express execution only decrypts the definition; other Express executions keep data, too.
        let optional = workflow.kind == WorkflowType::Express;
        let mut data_key = encryption(&maker, "kms:GenerateDataKey", key);
        data_key.optional = optional;
        needs.extend([encryption(&maker, "kms:Decrypt", key), data_key]);
    }
    needs
}

fn on_star(maker: &Maker<'_>, actions: &[&str], phase: Phase, optional: bool) -> Vec<Need> {
    actions
        .iter()
        .map(|action| {
            let mut need = maker.need(action, Vec::new(), phase, optional);
            need.resources = vec![Glob::any()];
            need.companions.clear();
            need
        })
        .collect()
}

fn encryption(maker: &Maker<'_>, action: &str, key: &str) -> Need {
    let home = maker.home;
    let text = Glob::literal(key);
    let place = |resource: &str| {
        super::pattern::arn(
            &or_any(&home.partition),
            "kms",
            &or_any(&home.region),
            &or_any(&home.account),
            &Glob::parse(resource),
        )
    };
    let (glob, open) = match arn_parts(&text) {
        _ if key.contains("alias/") => (place("key/*"), Openness::Generated),
        Some(_) => (text, Openness::Closed),
        None => {
            let mut glob = place("key/");
            glob.extend(&text);
            (glob, Openness::Closed)
        }
    };
    let resolved = Resolved::plain(glob, open);
    let mut need = maker.need(action, vec![resolved], Phase::Encryption, false);
    super::request::encryption_context(&mut need, maker);
    if open == Openness::Generated {
        need.target = Target::NotDerivable;
    }
    need
}
