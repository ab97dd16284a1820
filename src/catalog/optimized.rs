//! The optimized integrations, from `catalog/optimized.txt`.

use std::sync::OnceLock;

use super::spec::{self, Targets};
use crate::need::Phase;

static TEXT: &str = include_str!("../../catalog/optimized.txt");

/// One optimized integration.
#[derive(Debug)]
pub struct Optimized {
    /// `service:operation`.
    pub id: &'static str,
    /// The patterns that it supports: `RR`, `sync`, `sync:2`, `token`.
    pub patterns: Vec<&'static str>,
    /// How sure the row is: `doc`, `inferred`, `community`.
    pub confidence: &'static str,
    /// What it needs.
    pub uses: Vec<Use>,
    /// The managed rule of `.sync`.
    pub rule: Option<&'static str>,
    /// The roles that it passes.
    pub passes: Vec<Pass>,
}

impl Optimized {
    /// The SDK's name of the service that is called.
    pub fn sdk_service(&self) -> &'static str {
        match self.id.split_once(':').unwrap_or_default() {
            ("bedrock", "invokeModel") => "bedrockruntime",
            ("bedrockagentcore", _) => "bedrockagentcore",
            ("elasticmapreduce", _) => "emr",
            ("emr-containers", _) => "emrcontainers",
            ("emr-serverless", _) => "emrserverless",
            ("events", _) => "eventbridge",
            ("states", _) => "sfn",
            (service, _) => service,
        }
    }

    /// The SDK operation that is called; `None` where the integration is none of the API, such as a request to an endpoint.
    pub fn sdk_operation(&self) -> Option<super::Operation> {
        let name = match self.id {
            "elasticmapreduce:createCluster" => "RunJobFlow",
            "elasticmapreduce:addStep" => "AddJobFlowSteps",
            "elasticmapreduce:terminateCluster" => "TerminateJobFlows",
            id => id.split_once(':').map_or("", |(_, operation)| operation),
        };
        super::operation(self.sdk_service(), name)
    }
}

/// Actions on targets.
#[derive(Debug)]
pub struct Use {
    /// When.
    pub phase: Phase,
    /// Whether its absence is nothing to report.
    pub optional: bool,
    /// The actions, all on the same targets.
    pub actions: Vec<&'static str>,
    /// What they are used on.
    pub targets: Targets,
}

/// Roles passed to a service.
#[derive(Debug)]
pub struct Pass {
    /// The service principal that receives them.
    pub principal: &'static str,
    /// The request's parameters; empty where data behind the request names the roles.
    pub paths: Vec<&'static str>,
}

/// Every optimized integration, in the order of the table.
pub fn all() -> &'static [Optimized] {
    static ROWS: OnceLock<Vec<Optimized>> = OnceLock::new();
    ROWS.get_or_init(|| parse(TEXT))
}

/// The integration of this service and operation.
pub fn find(service: &str, operation: &str) -> Option<&'static Optimized> {
    all().iter().find(|row| {
        row.id
            .split_once(':')
            .is_some_and(|(s, o)| s == service && o == operation)
    })
}

fn parse(text: &'static str) -> Vec<Optimized> {
    let mut rows: Vec<Optimized> = Vec::new();
    for line in text.lines() {
        let mut words = line.split(' ');
        let first = words.next().unwrap_or_default();
        if let Some(id) = first.strip_prefix('[').and_then(|f| f.strip_suffix(']')) {
            rows.push(Optimized {
                id,
                patterns: words.next().unwrap_or_default().split(',').collect(),
                confidence: words.next().unwrap_or_default(),
                uses: Vec::new(),
                rule: None,
                passes: Vec::new(),
            });
            continue;
        }
        let Some(row) = rows.last_mut() else { continue };
        let (a, b) = (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        );
        let phase = match first.trim_end_matches('?') {
            "start" => Phase::Start,
            "poll" => Phase::Poll,
            "cancel" => Phase::Cancel,
            "rule" => {
                row.rule = Some(a);
                continue;
            }
            "pass" => {
                row.passes.push(Pass {
                    principal: a,
                    paths: b.split(',').filter(|p| *p != "?").collect(),
                });
                continue;
            }
            _ => continue,
        };
        row.uses.push(Use {
            phase,
            optional: first.ends_with('?'),
            actions: a.split(',').collect(),
            targets: spec::parse(b),
        });
    }
    rows
}
