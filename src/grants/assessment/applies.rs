//! Whether a granted resource can be one that the action acts on at all: `s3:ListBucket` on `bucket/*` grants nothing.

use crate::catalog;
use crate::glob::{Glob, Token};

/// Whether the pattern can match a resource of one of the action's types (service authorization reference). An action
/// that the reference does not know, or that has no types, is taken to act on anything.
pub fn applies(action: &str, pattern: &Glob) -> bool {
    let Some(info) = catalog::action(action).filter(catalog::ActionInfo::has_resource_types) else {
        return true;
    };
    info.resource_types().any(|kind| {
        // A bucket's name holds no slash: what has one names objects.
        let is_bucket = kind.arn.ends_with(":::${BucketName}");
        if is_bucket && pattern.tokens().contains(&Token::Char('/')) {
            return false;
        }
        fits(&widest(kind.arn), pattern)
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

/// Whether some ARN matches both, segment by segment, so that no wildcard of the template reaches over a colon.
fn fits(template: &Glob, pattern: &Glob) -> bool {
    let (Some(ours), Some(theirs)) = (segments(template), segments(pattern)) else {
        return template.overlaps(pattern);
    };
    ours.iter().zip(&theirs).all(|(a, b)| a.overlaps(b))
}

/// The six parts of an ARN pattern; `None` for one that ends before its resource.
fn segments(pattern: &Glob) -> Option<Vec<Glob>> {
    let parts: Vec<Glob> = pattern
        .tokens()
        .splitn(6, |t| *t == Token::Char(':'))
        .map(|tokens| {
            let mut glob = Glob::literal("");
            tokens.iter().for_each(|t| glob.push(*t));
            glob
        })
        .collect();
    (parts.len() == 6).then_some(parts)
}

/// The template with every variable as `*`.
fn widest(template: &str) -> Glob {
    let mut glob = Glob::literal("");
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        glob.extend(&Glob::literal(before));
        glob.push(Token::Any);
        rest = after.split_once('}').map_or("", |(_, tail)| tail);
    }
    glob.extend(&Glob::literal(rest));
    glob
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
