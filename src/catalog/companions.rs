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
        ("secretsmanager", "secret") => secret(resource, name),
        ("logs", "log-group") => {
            // A group's name holds slashes: only the colon ends it.
            let colons = name.split(|t| *t == Token::Char(':')).take(2);
            let kept: usize = colons.map(|part| part.len() + 1).sum();
            let group = slice(resource, head_length + kept.saturating_sub(1));
            vec![with(&group, ":*"), group]
        }
        ("s3", _) => {
            let bucket = cut(1);
            let dynamic = words.len() > 1 && name.iter().any(|t| t.is_star());
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

/// A secret with and without the hyphen and six characters that end its ARN. The secrets of EventBridge connections stand
/// in AWS's own template with any region and account (Step Functions Developer Guide, "Call HTTPS APIs").
fn secret(resource: &Glob, name: &[Token]) -> Vec<Glob> {
    const RANDOM: &str = "-??????";
    let ending = RANDOM.chars().count();
    let length = resource.tokens().len().saturating_sub(ending);
    let tail = resource.tokens().get(length..).unwrap_or_default();
    let is_random = |t: &Token| match t {
        Token::One => true,
        Token::Char(c) => c.is_ascii_alphanumeric(),
        Token::Any | Token::Within => false,
    };
    let has_ending = name.len() > ending
        && matches!(tail, [Token::Char('-'), random @ ..] if random.iter().all(is_random));
    let whole = match (has_ending, name.last()) {
        (true, _) => slice(resource, length),
        (false, Some(Token::Any | Token::Within) | None) => Glob::literal(""),
        (false, Some(_)) => resource.clone(),
    };
    let mut forms = Vec::new();
    if !whole.tokens().is_empty() {
        let mut form = whole.clone();
        form.extend(&Glob::parse(RANDOM));
        forms.extend([form, whole]);
    }
    if text(name).starts_with("secret:events!connection/") {
        let partition = resource
            .tokens()
            .split(|t| *t == Token::Char(':'))
            .nth(1)
            .map(text)
            .filter(|p| !p.is_empty())
            .unwrap_or_else(|| "*".to_owned());
        let template = format!("arn:{partition}:secretsmanager:*:*:secret:events!connection/*");
        forms.push(Glob::parse(&template));
    }
    forms
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
