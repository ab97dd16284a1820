//! How good a pattern is as a guard.

use crate::glob::{Glob, Token};
use crate::value::Strength;

/// How good a guard is that lets through exactly what this pattern matches.
pub fn of_pattern(glob: &Glob) -> Strength {
    if glob.as_literal().is_some() {
        return Strength::Finite;
    }
    let text: String = glob
        .tokens()
        .iter()
        .map(|token| match token {
            Token::Char(c) => *c,
            Token::One => '\u{1}',
            Token::Any | Token::Within => '\u{2}',
        })
        .collect();
    let open = |part: &str| part.contains(['\u{1}', '\u{2}']);
    if let Some(rest) = text.strip_prefix("arn:") {
        let parts: Vec<&str> = rest.splitn(5, ':').collect();
        return match parts.as_slice() {
            [partition, service, region, account, resource] => {
                let fixed = ![partition, service, region, account]
                    .iter()
                    .any(|p| open(p));
                if fixed && type_is_fixed(service, resource) {
                    Strength::NameOpen
                } else {
                    Strength::OpenPattern
                }
            }
            _ => Strength::OpenPattern,
        };
    }
    if let Some((authority, _)) = text.split_once("://").map(|(scheme, rest)| {
        let end = rest.find(['/', '?', '#']);
        (
            end.map(|e| format!("{scheme}://{}", rest.get(..e).unwrap_or_default())),
            rest,
        )
    }) {
        // A URL's host decides where it leads; a pattern without the slash after it leaves the host open.
        return match authority {
            Some(host) if !open(&host) && queue_is_at_home(&host, &text) => Strength::NameOpen,
            _ => Strength::OpenPattern,
        };
    }
    match glob.tokens().first() {
        Some(Token::Char(_)) => Strength::NameOpen,
        // Characters counted, none of them free in number: a name of this length, never an ARN of another account.
        Some(Token::One) if !glob.tokens().contains(&Token::Any) => Strength::NameOpen,
        _ => Strength::OpenPattern,
    }
}

/// A queue's URL names its account in its path (Amazon SQS Developer Guide, "Queue and message identifiers").
fn queue_is_at_home(host: &str, url: &str) -> bool {
    let is_queues = host.contains("://sqs.") || host.contains(".queue.amazonaws.");
    let path = url.strip_prefix(host).unwrap_or_default();
    let account = path.strip_prefix('/').and_then(|p| p.split_once('/'));
    !is_queues || account.is_some_and(|(account, _)| !account.contains(['\u{1}', '\u{2}']))
}

/// Services whose ARNs name no type: there is only one.
const ONE_TYPE: &[&str] = &["s3", "sns", "sqs"];

fn type_is_fixed(service: &str, resource: &str) -> bool {
    if ONE_TYPE.contains(&service) {
        return true;
    }
    match resource.split_once([':', '/']) {
        Some((kind, _)) => !kind.contains(['\u{1}', '\u{2}']) && !kind.is_empty(),
        None => false,
    }
}

/// How good it is that only these patterns are let through.
pub fn of_patterns(globs: &[Glob]) -> Strength {
    globs
        .iter()
        .map(of_pattern)
        .min()
        .unwrap_or(Strength::Finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pattern_leaves_open() {
        use Strength::{Finite, NameOpen, OpenPattern};
        for (text, strength) in [
            (
                "arn:aws:lambda:eu-west-1:123456789012:function:media",
                Finite,
            ),
            (
                "arn:aws:lambda:eu-west-1:123456789012:function:media-*",
                NameOpen,
            ),
            ("arn:aws:lambda:eu-west-1:123456789012:function:*", NameOpen),
            ("arn:aws:lambda:eu-west-1:*:function:media", OpenPattern),
            ("arn:aws:lambda:*:123456789012:function:media", OpenPattern),
            ("arn:aws:lambda:eu-west-1:123456789012:*", OpenPattern),
            ("arn:aws:sns:eu-west-1:123456789012:*", NameOpen),
            ("arn:aws:s3:::bucket/*", NameOpen),
            ("arn:aws:states:*", OpenPattern),
            ("arn:*", OpenPattern),
            ("media-*", NameOpen),
            ("*-media", OpenPattern),
            ("*", OpenPattern),
            ("https://api.example.com/*", NameOpen),
            ("https://api.example.com*", OpenPattern),
            ("https://*.example.com/*", OpenPattern),
            (
                "https://sqs.eu-west-1.amazonaws.com/123456789012/*",
                NameOpen,
            ),
            ("https://sqs.eu-west-1.amazonaws.com/*", OpenPattern),
            ("https://sqs.eu-west-1.amazonaws.com/*/jobs", OpenPattern),
        ] {
            assert_eq!(of_pattern(&Glob::parse(text)), strength, "{text}");
        }
    }
}
