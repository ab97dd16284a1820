//! The JSON report, `stepwarden/report/1`.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::report::{Applied, Report};
use super::{Counts, escape};
use crate::arn::Arn;
use crate::assess::Assessment;
use crate::document::Location;
use crate::entry_points::Authorization;
use crate::facts::entry::Entry;
use crate::finding::{Finding, Patch, StatementRef, Suppression};
use crate::gap::Gap;
use crate::loc::Pointer;
use crate::rule_id::RuleId;
use crate::severity::Severity;
use crate::value::TraceStep;

/// The whole report.
pub fn report(report: &Report<'_>) -> Value {
    let each = report.assessments.iter().enumerate();
    let workflows: Vec<WorkflowRow<'_>> = each
        .map(|(index, a)| WorkflowRow::of(report, index, a))
        .collect();
    let all = report.assessments.iter().flat_map(|a| &a.findings);
    let mut value = json!({
        "schema": SCHEMA,
        "workflows": workflows,
    });
    if let Some(fields) = value.as_object_mut() {
        fields.append(&mut end(report, &Counts::of(all)));
    }
    value
}

/// What stands in it behind the workflows.
fn end(report: &Report<'_>, all: &Counts) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("summary".to_owned(), counts(all));
    if let Some(applied) = report.applied {
        fields.insert("configuration".to_owned(), configuration(applied, report));
    }
    if report.hidden > 0 {
        fields.insert("hidden".to_owned(), json!(report.hidden));
    }
    if !report.failures.is_empty() {
        fields.insert("failures".to_owned(), json!(report.failures));
    }
    fields
}

/// The schema of the report.
const SCHEMA: &str = "stepwarden/report/1";

/// A report that is written workflow by workflow; the same text as that of the whole.
pub struct Written<W> {
    out: W,
    any: bool,
}

impl<W: Write> Written<W> {
    /// Begins the report.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(mut out: W) -> io::Result<Self> {
        write!(out, "{{\n  \"schema\": \"{SCHEMA}\",\n  \"workflows\": [")?;
        Ok(Self { out, any: false })
    }

    /// Adds one workflow, as [`workflow_text`] gives it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn workflow(&mut self, text: &str) -> io::Result<()> {
        let before = if std::mem::replace(&mut self.any, true) {
            ","
        } else {
            ""
        };
        write!(self.out, "{before}\n    {text}")
    }

    /// Ends it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn end(mut self, report: &Report<'_>, all: &Counts) -> io::Result<()> {
        let after = if self.any { "\n  " } else { "" };
        write!(self.out, "{after}]")?;
        for (name, value) in end(report, all) {
            write!(self.out, ",\n  {}: {}", json!(name), indented(&value, 1)?)?;
        }
        self.out.write_all(b"\n}\n")?;
        self.out.flush()
    }
}

/// One workflow as it stands in the report.
///
/// # Errors
/// When something of it is no JSON.
pub fn workflow_text(
    report: &Report<'_>,
    index: usize,
    assessment: &Assessment,
) -> io::Result<String> {
    indented(&WorkflowRow::of(report, index, assessment), 2)
}

/// JSON over several lines, each but the first so many steps to the right. No line ends inside of a string.
fn indented(value: &impl Serialize, steps: usize) -> io::Result<String> {
    let text = serde_json::to_string_pretty(value)?;
    Ok(text.replace('\n', &format!("\n{}", "  ".repeat(steps))))
}

/// What the configuration does to the report.
fn configuration(applied: &Applied, report: &Report<'_>) -> Value {
    let all = applied.adjustments.iter();
    let adjustments: Vec<Value> = all
        .map(|a| json!({ "rule": a.rule, "severity": a.severity, "reason": a.reason }))
        .collect();
    json!({
        "file": applied.file,
        "adjustments": adjustments,
        "honoured": !applied.ignored,
        "unused": report.idle,
    })
}

/// One workflow of a report.
#[derive(Serialize)]
struct WorkflowRow<'a> {
    arn: &'a Arn,
    name: &'a str,
    r#type: &'static str,
    owner: &'a str,
    entry_points: Vec<EntryRow<'a>>,
    findings: Vec<FindingRow<'a>>,
    incomplete: Vec<GapRow<'a>>,
    #[serde(skip_serializing_if = "is_zero")]
    more_entry_points: usize,
}

impl<'a> WorkflowRow<'a> {
    fn of(report: &Report<'_>, index: usize, assessment: &'a Assessment) -> Self {
        let workflow = &assessment.workflow;
        let placed = |found: &'a Finding| FindingRow {
            location: Some(report.places.finding(index, found)),
            new: report.is_new(found),
            ..FindingRow::of(found)
        };
        Self {
            arn: &workflow.arn,
            name: &workflow.name,
            r#type: workflow.kind.word(),
            owner: &workflow.owner,
            entry_points: assessment.entry_points.iter().map(EntryRow::of).collect(),
            findings: assessment.findings.iter().map(placed).collect(),
            incomplete: assessment.gaps.iter().map(GapRow::of).collect(),
            more_entry_points: assessment.more_entry_points,
        }
    }
}

/// One way by which executions begin.
#[derive(Serialize)]
struct EntryRow<'a> {
    kind: &'static str,
    name: String,
    authorization: Option<&'static str>,
    public: bool,
    input: &'static str,
    role: &'a Option<String>,
}

impl<'a> EntryRow<'a> {
    fn of(entry: &'a Entry) -> Self {
        Self {
            kind: entry.kind.word(),
            name: escape::line(&entry.name),
            authorization: entry.authorization.map(Authorization::word),
            public: entry.public,
            input: entry.input.word(),
            role: &entry.role,
        }
    }
}

#[derive(Serialize)]
struct GapRow<'a> {
    what: &'a str,
    why: &'a str,
}

impl<'a> GapRow<'a> {
    fn of(gap: &'a Gap) -> Self {
        Self {
            what: &gap.what,
            why: &gap.why,
        }
    }
}

#[derive(Serialize)]
struct StepRow<'a> {
    state: &'a str,
    pointer: &'a Pointer,
    value: &'a str,
}

#[derive(Serialize)]
struct RemediationRow<'a> {
    text: &'a str,
    patch: &'a Option<Patch>,
}

/// One finding.
#[derive(Serialize)]
struct FindingRow<'a> {
    fingerprint: String,
    rule: RuleId,
    severity: Severity,
    workflow: &'a Arn,
    state: Option<&'a str>,
    pointer: Option<&'a Pointer>,
    states: Vec<&'a str>,
    title: String,
    detail: &'a str,
    actions: &'a [String],
    resources: &'a [String],
    reach: Option<&'a str>,
    trace: Vec<StepRow<'a>>,
    policy: Option<&'a StatementRef>,
    principals: &'a [String],
    suppressed: Option<&'a Suppression>,
    via: &'a [Arn],
    version: Option<&'a str>,
    remediation: RemediationRow<'a>,
    help: String,
    #[serde(skip_serializing_if = "is_zero")]
    more_principals: usize,
    /// Where it is written; only where workflows are reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Option<Location>>,
    /// Whether it is new; only beside an earlier report.
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<bool>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes every field by reference"
)]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// More principals than this are counted, not listed, whoever made the finding.
const LISTED: usize = 50;

impl<'a> FindingRow<'a> {
    fn of(finding: &'a Finding) -> Self {
        let all = finding.principals();
        let principals = all.get(..LISTED).unwrap_or(all);
        let step = |step: &'a TraceStep| StepRow {
            state: &step.state,
            pointer: &step.pointer,
            value: &step.value,
        };
        Self {
            fingerprint: finding.fingerprint(),
            rule: finding.rule(),
            severity: finding.severity(),
            workflow: finding.workflow(),
            state: finding.state(),
            pointer: finding.pointer(),
            states: finding.concerned_states(),
            // A title is one line by contract; a line break in a state's name must not break it.
            title: escape::line(finding.title()),
            detail: finding.detail(),
            actions: finding.actions(),
            resources: finding.resources(),
            reach: finding.reach(),
            trace: finding.trace().iter().map(step).collect(),
            policy: finding.policy(),
            principals,
            suppressed: finding.suppressed(),
            via: finding.via(),
            version: finding.version(),
            remediation: RemediationRow {
                text: &finding.remediation().text,
                patch: &finding.remediation().patch,
            },
            help: finding.rule().address(),
            more_principals: finding.more_principals() + all.len() - principals.len(),
            location: None,
            new: None,
        }
    }
}

/// What was not checked, and why.
pub fn gaps(gaps: &[Gap]) -> Value {
    gaps.iter().map(|gap| json!(GapRow::of(gap))).collect()
}

/// How many of each severity.
pub fn counts(counts: &Counts) -> Value {
    let words = Severity::WORST_FIRST.map(|s| (s.word().to_owned(), json!(counts.get(s))));
    Value::Object(Map::from_iter(words))
}

/// One finding.
pub fn finding(finding: &Finding) -> Value {
    json!(FindingRow::of(finding))
}
