//! Permissions that only what stands behind a call can need: keys of data at rest, the resources of a template.

use super::covered;
use crate::catalog::{self, Breadth};
use crate::grants::role::Grant;
use crate::need::{EVERYTHING, Need, Phase};

/// What a service does with a customer key for its caller (Key Management Service Developer Guide, "Using customer managed
/// keys with services").
const OF_KEYS: [&str; 5] = [
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
];

/// IAM prefixes of services that keep their callers' data under customer keys and use them with the caller's permissions.
const KEEPERS: [&str; 28] = [
    "athena",
    "backup",
    "bedrock",
    "comprehend",
    "dynamodb",
    "ebs",
    "ec2",
    "ecr",
    "elasticfilesystem",
    "es",
    "events",
    "firehose",
    "fsx",
    "glue",
    "kinesis",
    "logs",
    "polly",
    "rds",
    "rds-data",
    "redshift",
    "redshift-data",
    "s3",
    "sagemaker",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "textract",
];

/// Whether the grant names keys, by ARN or by the service that uses them, and some state calls a service that may keep its
/// data under one of them: the definition cannot tell.
pub(super) fn is_for_data(needs: &[Need], grant: &Grant<'_>) -> bool {
    let mut actions = covered(grant).peekable();
    let known = |action: &String| {
        OF_KEYS.iter().any(|k| k.eq_ignore_ascii_case(action))
            || action
                .to_ascii_lowercase()
                .starts_with("kms:generatedatakey")
    };
    if actions.peek().is_none() || !actions.all(|a| known(&a)) {
        return false;
    }
    let via = grant.statement.conditions.iter().any(|c| {
        c.key.eq_ignore_ascii_case("kms:ViaService")
            && !c.operator.negated
            && !c.texts.iter().any(|t| t.starts_with('*'))
    });
    let named = |r| catalog::breadth("kms:Decrypt", r) != Breadth::Any;
    (via || grant.resources().iter().all(named)) && needs.iter().any(calls_a_keeper)
}

fn calls_a_keeper(need: &Need) -> bool {
    let prefix = need.action.split(':').next().unwrap_or_default();
    matches!(
        need.phase,
        Phase::Start | Phase::ItemReader | Phase::ResultWriter
    ) && KEEPERS.contains(&prefix)
}

/// Whether a called service does whatever a state asks of it with the role's own permissions, such as deploying a template:
/// what it asks for is not in the definition.
pub(super) fn deploys(needs: &[Need]) -> bool {
    needs.iter().any(|n| n.action == EVERYTHING)
}
