//! A task's `Resource` (Amazon States Language; Step Functions Developer Guide, "Integrating services").

use super::operations::{self, Operation};
use super::optimized::{self, Optimized};
use crate::asl::{Segment, Text};

/// What a task calls.
#[derive(Clone, Debug)]
pub struct Integration {
    /// What.
    pub kind: IntegrationKind,
    /// How it waits.
    pub pattern: Pattern,
}

/// How a task waits for its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pattern {
    /// For the response only.
    RequestResponse,
    /// `.sync`
    Sync,
    /// `.sync:2`
    Sync2,
    /// `.waitForTaskToken`
    WaitForTaskToken,
}

impl Pattern {
    /// The suffix of the resource: empty, `.sync`, `.sync:2`, `.waitForTaskToken`.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::RequestResponse => "",
            Self::Sync => ".sync",
            Self::Sync2 => ".sync:2",
            Self::WaitForTaskToken => ".waitForTaskToken",
        }
    }

    /// Whether it waits for the job's end by itself.
    pub const fn is_sync(self) -> bool {
        matches!(self, Self::Sync | Self::Sync2)
    }
}

/// The kinds of integration.
#[derive(Clone, Debug)]
pub enum IntegrationKind {
    /// An optimized integration.
    Optimized(&'static Optimized),
    /// An AWS SDK integration.
    Sdk {
        /// The name after `aws-sdk:`.
        service: String,
        /// Its row.
        operation: Box<Operation>,
    },
    /// A Lambda function's ARN in place of an integration.
    LambdaFunction,
    /// An activity's ARN: a worker polls for it, the role needs nothing.
    Activity,
    /// Only a deployment tells what it is, mostly a Lambda function.
    Unresolved,
    /// Not known: permissions for it cannot be checked.
    Unknown {
        /// The service as written, where there is one.
        service: String,
        /// The operation as written, where there is one.
        operation: String,
        /// Why, in words.
        reason: String,
    },
}

impl Integration {
    /// The service as the resource names it (`lambda`, `dynamodb`, `sfn`); `lambda` and `states` for bare ARNs.
    pub fn service(&self) -> &str {
        match &self.kind {
            IntegrationKind::Optimized(row) => row.id.split_once(':').map_or("", |(s, _)| s),
            IntegrationKind::Sdk { service, .. } | IntegrationKind::Unknown { service, .. } => {
                service
            }
            IntegrationKind::LambdaFunction => "lambda",
            IntegrationKind::Activity => "states",
            IntegrationKind::Unresolved => "",
        }
    }

    /// The operation: as the table spells it, `invoke` for a bare function ARN, `activity` for an activity.
    /// Optimized integrations spell it `startExecution`, SDK ones `StartExecution`: compare without regard to case.
    pub fn operation(&self) -> &str {
        match &self.kind {
            IntegrationKind::Optimized(row) => row.id.split_once(':').map_or("", |(_, o)| o),
            IntegrationKind::Sdk { operation, .. } => operation.name,
            IntegrationKind::LambdaFunction => "invoke",
            IntegrationKind::Activity => "activity",
            IntegrationKind::Unresolved => "",
            IntegrationKind::Unknown { operation, .. } => operation,
        }
    }

    /// For people: `ecs:runTask.sync`, `aws-sdk:sfn:StartExecution`.
    pub fn label(&self) -> String {
        let suffix = self.pattern.suffix();
        match &self.kind {
            IntegrationKind::Optimized(row) => format!("{}{suffix}", row.id),
            IntegrationKind::Sdk { service, operation } => {
                format!("aws-sdk:{service}:{}{suffix}", operation.name)
            }
            IntegrationKind::LambdaFunction => "lambda function".to_owned(),
            IntegrationKind::Activity => "activity".to_owned(),
            IntegrationKind::Unresolved => "resource known at deployment only".to_owned(),
            IntegrationKind::Unknown {
                service, operation, ..
            } => format!("unknown {service}:{operation}"),
        }
    }

    /// Why the catalog does not know it; `None` where it does.
    pub fn unknown_reason(&self) -> Option<&str> {
        match &self.kind {
            IntegrationKind::Unknown { reason, .. } => Some(reason),
            IntegrationKind::Sdk { operation, .. } if operation.how == operations::How::Unknown => {
                Some("the IAM action of this operation is not known")
            }
            _ => None,
        }
    }
}

/// Stands for an unresolved part while the text is taken apart.
const HOLE: char = '\u{1}';

/// Reads a task's `Resource`.
pub fn resource(resource: &Text) -> Integration {
    let text: String = resource
        .0
        .iter()
        .map(|segment| match segment {
            Segment::Literal(text) => text.replace(HOLE, " "),
            Segment::Unresolved(_) => HOLE.to_string(),
        })
        .collect();
    let plain = |kind| Integration {
        kind,
        pattern: Pattern::RequestResponse,
    };
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "lambda", _, _, rest] if rest.starts_with("function") || rest.contains(HOLE) => {
            plain(IntegrationKind::LambdaFunction)
        }
        ["arn", _, "states", _, _, rest] if rest.starts_with("activity") => {
            plain(IntegrationKind::Activity)
        }
        // Region and account are mostly left out, but may stand there (developer guide, "Integrating services").
        ["arn", _, "states", _, _, rest] => integration(rest),
        _ if text.contains(HOLE) => plain(IntegrationKind::Unresolved),
        _ => plain(unknown(
            "",
            "",
            "it is no integration, function or activity",
        )),
    }
}

fn unknown(service: &str, operation: &str, reason: impl Into<String>) -> IntegrationKind {
    IntegrationKind::Unknown {
        service: service.replace(HOLE, "${…}"),
        operation: operation.replace(HOLE, "${…}"),
        reason: reason.into(),
    }
}

fn integration(rest: &str) -> Integration {
    let (call, pattern) = [
        (".waitForTaskToken", Pattern::WaitForTaskToken),
        (".sync:2", Pattern::Sync2),
        (".sync", Pattern::Sync),
    ]
    .into_iter()
    .find_map(|(suffix, pattern)| Some((rest.strip_suffix(suffix)?, pattern)))
    .unwrap_or((rest, Pattern::RequestResponse));
    let kind = if call.contains(HOLE) {
        IntegrationKind::Unresolved
    } else if let Some(call) = call.strip_prefix("aws-sdk:") {
        sdk(call, pattern)
    } else {
        optimized(call, pattern)
    };
    Integration { kind, pattern }
}

fn sdk(call: &str, pattern: Pattern) -> IntegrationKind {
    let (service, operation) = call.split_once(':').unwrap_or((call, ""));
    let row = operations::find(service, operation);
    if row.is_none() && !operations::knows_service(service) {
        return unknown(
            service,
            operation,
            "the catalog has no SDK service of this name",
        );
    }
    match row {
        _ if pattern.is_sync() => unknown(
            service,
            operation,
            "an SDK integration has no `.sync` pattern",
        ),
        Some(row) => IntegrationKind::Sdk {
            service: service.to_ascii_lowercase(),
            operation: Box::new(row),
        },
        None => unknown(
            service,
            operation,
            "the catalog has no operation of this name; it may be newer than the catalog",
        ),
    }
}

fn optimized(call: &str, pattern: Pattern) -> IntegrationKind {
    let (service, operation) = call.split_once(':').unwrap_or((call, ""));
    match optimized::find(service, operation) {
        Some(row) => {
            let sync = match pattern {
                Pattern::Sync => row.patterns.contains(&"sync"),
                Pattern::Sync2 => row.patterns.contains(&"sync:2"),
                Pattern::RequestResponse | Pattern::WaitForTaskToken => true,
            };
            if sync {
                IntegrationKind::Optimized(row)
            } else {
                let suffix = pattern.suffix();
                unknown(
                    service,
                    operation,
                    format!("this integration has no `{suffix}` pattern"),
                )
            }
        }
        None if optimized::all()
            .iter()
            .any(|r| r.id.split_once(':').is_some_and(|(s, _)| s == service)) =>
        {
            unknown(
                service,
                operation,
                "the service has optimized integrations, but none for this operation",
            )
        }
        None => unknown(
            service,
            operation,
            "there is no optimized integration with this service",
        ),
    }
}
