//! Companion forms: other ways to write the same target in a policy, never an excess.

use crate::glob::{Glob, Token};

/// The companion forms of a resource pattern, by the shape of its ARN (rules, "companion forms").
pub fn companions(resource: &Glob) -> Vec<Glob> {
    let mut parts = resource.tokens().splitn(6, |t| *t == Token::Char(':'));
    let service: String = parts.nth(2).map(text).unwrap_or_default();
    let Some(name) = parts.nth(2) else {
        return Vec::new();
    };
    let head_length = resource.tokens().len() - name.len();
    let words: Vec<&[Token]> = name
        .split(|t| matches!(t, Token::Char(':' | '/')))
        .collect();
    let kind = words.first().map(|w| text(w)).unwrap_or_default();
    let cut = |count: usize| {
        let kept: usize = words.iter().take(count).map(|w| w.len() + 1).sum();
        slice(resource, head_length + kept.saturating_sub(1))
    };
    let with = |base: &Glob, tail: &str| {
        let mut form = base.clone();
        form.extend(&Glob::parse(tail));
        form
    };
    match (service.as_str(), kind.as_str()) {
        ("lambda", "function") | ("batch", "job-definition") => {
            let bare = cut(2);
            vec![with(&bare, ":*"), bare]
        }
        ("dynamodb", "table") => {
            let table = cut(2);
            vec![with(&table, "/index/*"), table]
        }
        ("ecs", "task-definition") => {
            let family = cut(2);
            vec![with(&family, ":*"), family]
        }
        ("states", "stateMachine") => {
            let machine = cut(2);
            vec![with(&machine, ":*"), machine]
        }
        ("states", "execution") => vec![with(&cut(2), ":*")],
        ("ecs", "task") if words.len() > 2 => vec![with(&cut(2), "/*")],
        ("secretsmanager", "secret") => {
            let named = matches!(name.last(), Some(Token::Char(_)));
            if named {
                vec![with(resource, "-??????")]
            } else {
                Vec::new()
            }
        }
        ("logs", "log-group") => vec![with(&cut(2), ":*"), cut(2)],
        ("s3", _) => {
            let bucket = cut(1);
            let dynamic = words.len() > 1 && name.contains(&Token::Any);
            if dynamic {
                vec![with(&bucket, "/*"), bucket]
            } else {
                vec![bucket]
            }
        }
        ("sagemaker", _) => vec![with(resource, "*")],
        _ => Vec::new(),
    }
}

fn text(tokens: &[Token]) -> String {
    tokens
        .iter()
        .filter_map(|t| match t {
            Token::Char(c) => Some(*c),
            _ => None,
        })
        .collect()
}

fn slice(glob: &Glob, length: usize) -> Glob {
    let mut kept = Glob::literal("");
    glob.tokens()
        .iter()
        .take(length)
        .for_each(|t| kept.push(*t));
    kept
}
