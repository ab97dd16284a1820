//! Whether a granted resource can be one that the action acts on at all: `s3:ListBucket` on `bucket/*` grants nothing.

use crate::catalog::{self, widest};
use crate::glob::{Glob, Token};

/// Whether the pattern can match a resource of one of the action's types (service authorization reference). An action
/// that the reference does not know, or that has no types, is taken to act on anything.
pub fn applies(action: &str, pattern: &Glob) -> bool {
    let Some(info) = catalog::action(action).filter(catalog::ActionInfo::has_resource_types) else {
        return true;
    };
    let parts: Vec<&[Token]> = pattern
        .tokens()
        .splitn(6, |t| *t == Token::Char(':'))
        .collect();
    info.resource_patterns().any(|kind| {
        // A bucket's name holds no slash: what has one names objects.
        if kind.is_bucket && pattern.tokens().contains(&Token::Char('/')) {
            return false;
        }
        // Segment by segment, so that no wildcard of the template reaches over a colon.
        match &kind.segments {
            Some(segments) if parts.len() == segments.len() => {
                let mut pairs = segments.iter().zip(&parts);
                pairs.all(|(ours, theirs)| ours.overlaps_tokens(theirs))
            }
            _ => kind.whole.overlaps(pattern),
        }
    })
}

/// The resources of the action's types in one partition or any, as patterns; `None` where the reference does not know the action, or it has none.
pub fn resources_of(action: &str, partition: Option<&str>) -> Option<Vec<Glob>> {
    let info = catalog::action(action).filter(catalog::ActionInfo::has_resource_types)?;
    let own = |arn: &str| match partition {
        Some(partition) => widest(&arn.replace("${Partition}", partition)),
        None => widest(arn),
    };
    Some(info.resource_types().map(|kind| own(kind.arn)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_no_object_and_an_execution_no_state_machine() {
        for (action, pattern, expected) in [
            ("s3:ListBucket", "arn:aws:s3:::b", true),
            ("s3:ListBucket", "arn:aws:s3:::b*", true),
            ("s3:ListBucket", "arn:aws:s3:::b/*", false),
            ("s3:GetObject", "arn:aws:s3:::b", false),
            ("s3:GetObject", "arn:aws:s3:::b*", true),
            ("s3:GetObject", "arn:aws:s3:::b/k", true),
            ("s3:GetObject", "*", true),
            (
                "states:DescribeExecution",
                "arn:aws:states:us-east-1:123456789012:stateMachine:x",
                false,
            ),
            (
                "states:DescribeExecution",
                "arn:aws:states:us-east-1:123456789012:execution:x:*",
                true,
            ),
            ("iam:PassRole", "EcsTaskRole", false),
            ("made:Up", "anything", true),
        ] {
            assert_eq!(
                applies(action, &Glob::parse(pattern)),
                expected,
                "{action} {pattern}"
            );
        }
    }
}
