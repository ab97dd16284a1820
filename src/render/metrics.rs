//! What the function counts, in CloudWatch's embedded metric format: one line of log that becomes metrics (Amazon
//! CloudWatch User Guide, "Specification: Embedded metric format").

use serde_json::{Map, Value, json};

use super::alert::Alert;
use super::{Counts, escape};
use crate::assess::Assessment;
use crate::moment::Moment;
use crate::severity::Severity;

/// One invocation's counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    events: u64,
    evaluations: u64,
    alerts: u64,
    opened: Counts,
    resolved: u64,
    drifts: u64,
    gaps: u64,
    failures: u64,
    untold: u64,
    sweeps: u64,
    /// Open findings by owner, where they were counted.
    open: Vec<(String, Counts)>,
    /// Calls to AWS, tries of the same call each for itself.
    pub calls: u64,
    /// Calls that a service answered with "slower".
    pub throttles: u64,
    /// From the invocation's begin to its end.
    pub milliseconds: u64,
}

/// The namespace of the metrics.
pub const NAMESPACE: &str = "stepwarden";

/// The metric of what is open, by owner and severity: its sum over a sweep is what is open.
pub const OPEN: &str = "OpenFindings";
/// Characters of an owner as a dimension's value (CloudWatch takes 1,024 and refuses an empty one).
const OWNER: usize = 200;

/// Their names and units; the names are in the dashboard and the alarms.
pub const NAMES: [(&str, &str); 16] = [
    ("Events", "Count"),
    ("Evaluations", "Count"),
    ("Alerts", "Count"),
    ("OpenedCritical", "Count"),
    ("OpenedHigh", "Count"),
    ("OpenedMedium", "Count"),
    ("OpenedLow", "Count"),
    ("Resolved", "Count"),
    ("Drifts", "Count"),
    ("Gaps", "Count"),
    ("Failures", "Count"),
    ("UntoldChanges", "Count"),
    ("SweepsFinished", "Count"),
    ("Calls", "Count"),
    ("Throttles", "Count"),
    ("Duration", "Milliseconds"),
];

impl Metrics {
    /// A watched event came.
    pub const fn event(&mut self) {
        self.events += 1;
    }

    /// A workflow was evaluated.
    pub fn evaluated(&mut self, assessment: &Assessment) {
        self.evaluations += 1;
        self.gaps += assessment.gaps.iter().filter(|g| !g.optional).count() as u64;
    }

    /// An alert was published.
    pub fn told(&mut self, alert: &Alert<'_>) {
        self.alerts += 1;
        for finding in &alert.opened {
            self.opened.add(finding.severity(), 1);
        }
        self.resolved += alert.resolved.len() as u64;
        self.drifts += u64::from(alert.drift.is_some());
    }

    /// A change was found that no event had told of.
    pub const fn untold(&mut self) {
        self.untold += 1;
    }

    /// A sweep came to its end.
    pub const fn swept(&mut self) {
        self.sweeps += 1;
    }

    /// An outlet that is switched on took nothing, and will not before a person sees to it.
    pub const fn unheard(&mut self) {
        self.gaps += 1;
    }

    /// What is open, by owner.
    pub fn open(&mut self, owners: &[(String, Counts)]) {
        self.open.extend_from_slice(owners);
    }

    /// The invocation failed, or a message of it.
    pub const fn failed(&mut self, failed: bool) {
        self.failures += failed as u64;
    }

    /// A line for each owner and severity of what is open, for the log; none where nothing was counted.
    pub fn open_lines(&self, function: &str, now: Moment) -> Vec<String> {
        let one = |(owner, counts): &(String, Counts)| {
            let owner: String = escape::subject(&escape::line(owner), OWNER);
            let lines = Severity::WORST_FIRST.map(|severity| {
                let definition = json!({
                    "Timestamp": now.seconds().saturating_mul(1000),
                    "CloudWatchMetrics": [{
                        "Namespace": NAMESPACE,
                        "Dimensions": [["Function", "Severity"], ["Function", "Owner", "Severity"]],
                        "Metrics": [{ "Name": OPEN, "Unit": "Count" }],
                    }],
                });
                json!({
                    "_aws": definition, "Function": function, "Owner": owner,
                    "Severity": severity.word(), OPEN: counts.get(severity),
                })
                .to_string()
            });
            lines.into_iter().take(4)
        };
        self.open.iter().flat_map(one).collect()
    }

    /// The line for the log.
    pub fn line(&self, function: &str, now: Moment) -> String {
        let opened = |severity| self.opened.get(severity) as u64;
        let values = [
            self.events,
            self.evaluations,
            self.alerts,
            opened(Severity::Critical),
            opened(Severity::High),
            opened(Severity::Medium),
            opened(Severity::Low),
            self.resolved,
            self.drifts,
            self.gaps,
            self.failures,
            self.untold,
            self.sweeps,
            self.calls,
            self.throttles,
            self.milliseconds,
        ];
        let definitions = NAMES.map(|(name, unit)| json!({ "Name": name, "Unit": unit }));
        let mut line = Map::from_iter([
            (
                "_aws".to_owned(),
                json!({
                    "Timestamp": now.seconds().saturating_mul(1000),
                    "CloudWatchMetrics": [{
                        "Namespace": NAMESPACE, "Dimensions": [["Function"]], "Metrics": definitions,
                    }],
                }),
            ),
            ("Function".to_owned(), json!(function)),
        ]);
        for ((name, _), value) in NAMES.iter().zip(values) {
            line.insert((*name).to_owned(), json!(value));
        }
        Value::Object(line).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_is_a_metric_by_owner_and_severity_and_info_is_none() {
        let mut metrics = Metrics::default();
        assert!(metrics.open_lines("f", Moment::default()).is_empty());
        let mut counts = Counts::default();
        counts.add(Severity::High, 3);
        metrics.open(&[("pay\nments".to_owned(), counts)]);
        let lines = metrics.open_lines("f", Moment::default());
        let read: Vec<Value> = lines
            .iter()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect();
        let told: Vec<_> = read
            .iter()
            .map(|l| (l["Severity"].as_str().unwrap(), &l[OPEN]))
            .collect();
        assert_eq!(
            told,
            [
                ("critical", &json!(0)),
                ("high", &json!(3)),
                ("medium", &json!(0)),
                ("low", &json!(0))
            ]
        );
        assert_eq!(read[0]["Owner"], "pay\\nments");
    }

    #[test]
    fn every_metric_that_is_declared_has_a_value_beside_it() {
        let mut metrics = Metrics::default();
        metrics.event();
        metrics.untold();
        metrics.milliseconds = 7;
        let line = metrics.line("stepwarden", Moment::from_seconds(1_800_000_000));
        let line: Value = serde_json::from_str(&line).unwrap();
        let declared = line.pointer("/_aws/CloudWatchMetrics/0/Metrics").unwrap();
        for metric in declared.as_array().unwrap() {
            let name = metric["Name"].as_str().unwrap();
            assert!(line[name].is_u64(), "{name}");
        }
        assert_eq!(line["_aws"]["Timestamp"], 1_800_000_000_000_u64);
        assert_eq!(
            (&line["Events"], &line["UntoldChanges"], &line["Duration"]),
            (&json!(1), &json!(1), &json!(7))
        );
        assert_eq!(line["Function"], "stepwarden");
    }
}
