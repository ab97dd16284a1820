//! Findings in the AWS Security Finding Format (AWS Security Hub User Guide, "Required top-level ASFF attributes" and "Optional
//! top-level ASFF attributes"), as BatchImportFindings takes them.

use serde_json::{Value, json};

use super::columns::cut;
use super::links;
use crate::arn::Arn;
use crate::finding::Finding;
use crate::moment::Moment;
use crate::severity::Severity;
use crate::verdict::ReportedFinding;
use crate::workflow::Workflow;

/// Findings of one call (AWS Security Hub API Reference, "BatchImportFindings").
pub const OF_A_CALL: usize = 100;
const TITLE: usize = 256;
const DESCRIPTION: usize = 1_024;
const RECOMMENDATION: usize = 512;
const FIELD: usize = 1_024;

/// What Security Hub is to know of one workflow: what is open, and what is no more.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    /// The workflow.
    pub workflow: &'a Workflow,
    /// The findings that are open.
    pub open: &'a [&'a Finding],
    /// What was kept of those, for the day on which each was first seen.
    pub told: &'a [ReportedFinding],
    /// The findings that are gone.
    pub gone: &'a [ReportedFinding],
    /// Now.
    pub now: Moment,
}

/// The findings, in batches of one call each.
pub fn batches(picture: &Picture<'_>) -> Vec<Value> {
    let open = picture.open.iter().map(|finding| active(picture, finding));
    let gone = picture
        .gone
        .iter()
        .map(|finding| archived(picture, finding));
    let all: Vec<Value> = open.chain(gone).collect();
    all.chunks(OF_A_CALL).map(|part| json!(part)).collect()
}

fn active(picture: &Picture<'_>, finding: &Finding) -> Value {
    let fingerprint = finding.fingerprint();
    let told = picture.told.iter().find(|t| t.fingerprint == fingerprint);
    let about = About {
        fingerprint: &fingerprint,
        rule: finding.rule().as_str(),
        severity: finding.severity(),
        title: finding.title(),
        description: finding.detail(),
        fix: &finding.remediation().text,
        since: told.map_or("", |t| &t.since),
        state: "ACTIVE",
    };
    document(picture, &about)
}

fn archived(picture: &Picture<'_>, gone: &ReportedFinding) -> Value {
    let about = About {
        fingerprint: &gone.fingerprint,
        rule: &gone.rule,
        severity: gone.severity,
        title: &gone.title,
        description: "it is gone",
        fix: "nothing: it is gone",
        since: &gone.since,
        state: "ARCHIVED",
    };
    document(picture, &about)
}

struct About<'a> {
    fingerprint: &'a str,
    rule: &'a str,
    severity: Severity,
    title: &'a str,
    description: &'a str,
    fix: &'a str,
    since: &'a str,
    state: &'a str,
}

fn document(picture: &Picture<'_>, about: &About<'_>) -> Value {
    let workflow = picture.workflow;
    let arn = &workflow.arn;
    let (account, region, partition) = (arn.account(), arn.region(), arn.partition());
    let now = picture.now.iso();
    let since = match Moment::parse(&format!("{}T00:00:00Z", about.since)) {
        Some(day) => day.iso(),
        None => now.clone(),
    };
    let label = match about.severity {
        Severity::Critical => "CRITICAL",
        Severity::High => "HIGH",
        Severity::Medium => "MEDIUM",
        Severity::Low => "LOW",
        Severity::Info => "INFORMATIONAL",
    };
    let types = ["Software and Configuration Checks/AWS Security Best Practices"];
    let mut recommendation = json!({ "Text": said(about.fix, RECOMMENDATION) });
    if let (Some(link), Some(fields)) = (links::workflow(arn), recommendation.as_object_mut()) {
        fields.insert("Url".to_owned(), json!(link.whole()));
    }
    let role = workflow.role.as_ref().map(Arn::as_str);
    json!({
        "SchemaVersion": "2018-10-08",
        "Id": format!("{arn}/{}", about.fingerprint),
        "ProductArn": format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default"),
        "GeneratorId": format!("stepwarden/{}", about.rule),
        "AwsAccountId": account,
        "Types": types,
        "FirstObservedAt": since,
        "CreatedAt": since,
        "UpdatedAt": now,
        "Severity": { "Label": label, "Original": about.severity.word() },
        "Title": said(&format!("{}: {}", about.rule, about.title), TITLE),
        "Description": said(about.description, DESCRIPTION),
        "Remediation": { "Recommendation": recommendation },
        "ProductFields": {
            "stepwarden/rule": about.rule,
            "stepwarden/fingerprint": about.fingerprint,
            "stepwarden/owner": said(&workflow.owner, FIELD),
        },
        "Resources": [{
            "Type": "AwsStepFunctionStateMachine",
            "Id": arn,
            "Partition": partition,
            "Region": region,
            "Details": { "AwsStepFunctionStateMachine": {
                "Name": said(&workflow.name, FIELD), "StateMachineArn": arn, "RoleArn": role,
            } },
        }],
        "RecordState": about.state,
    })
}

/// One harmless line; never an empty one, which the format refuses.
fn said(text: &str, most: usize) -> String {
    let line = cut(text, most);
    match line.trim().is_empty() {
        true => "-".to_owned(),
        false => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::tests::{finding, workflow};

    fn told(fingerprint: &str, since: &str) -> ReportedFinding {
        ReportedFinding {
            fingerprint: fingerprint.to_owned(),
            rule: "logging-off".to_owned(),
            severity: Severity::High,
            title: String::new(),
            since: since.to_owned(),
            cause: None,
        }
    }

    #[test]
    fn what_is_gone_keeps_its_id_and_the_day_it_was_first_seen() {
        let orders = workflow("Orders");
        let high = finding(Severity::High, "x");
        let kept = [told(&high.fingerprint(), "2026-11-01")];
        let at = |seconds: u64| Moment::from_seconds(1_795_424_400 + seconds);
        let open = Picture {
            workflow: &orders,
            open: &[&high],
            told: &kept,
            gone: &[],
            now: at(0),
        };
        let gone = Picture {
            open: &[],
            gone: &kept,
            now: at(9),
            ..open
        };
        let (open, gone) = (batches(&open), batches(&gone));
        let (open, gone) = (&open[0][0], &gone[0][0]);
        assert_eq!(
            (&open["RecordState"], &gone["RecordState"]),
            (&json!("ACTIVE"), &json!("ARCHIVED"))
        );
        for same in [
            "Id",
            "ProductArn",
            "GeneratorId",
            "AwsAccountId",
            "CreatedAt",
        ] {
            assert_eq!(open[same], gone[same], "{same}");
        }
        assert_eq!(open["CreatedAt"], "2026-11-01T00:00:00Z");
        assert!(open["UpdatedAt"].as_str() < gone["UpdatedAt"].as_str());
    }

    #[test]
    fn no_text_is_longer_than_the_format_takes_or_empty() {
        let orders = workflow("Orders");
        for text in ["", "\n", &"é".repeat(5_000), "\u{202e}"] {
            let all: Vec<Finding> = (0..250).map(|_| finding(Severity::Low, text)).collect();
            let open: Vec<&Finding> = all.iter().collect();
            let picture = Picture {
                workflow: &orders,
                open: &open,
                told: &[],
                gone: &[],
                now: Moment::default(),
            };
            let batches = batches(&picture);
            assert_eq!(batches.len(), 3);
            for finding in batches.iter().flat_map(|b| b.as_array().unwrap()) {
                for (member, most) in [
                    ("Title", 256),
                    ("Description", 1_024),
                    ("Id", 512),
                    ("GeneratorId", 512),
                ] {
                    let length = finding[member].as_str().unwrap().chars().count();
                    assert!((1..=most).contains(&length), "{member}: {length}");
                }
            }
        }
    }
}
