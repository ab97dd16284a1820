//! Credentials that stand in a definition. Only where and of what kind: the value itself is never kept.

use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::Value;

use crate::loc::Pointer;

/// A credential's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretSite {
    /// Where it stands.
    pub pointer: Pointer,
    /// What it looks like, such as `AWS access key id`.
    pub kind: &'static str,
}

/// Shapes that are credentials wherever they stand. Sources: each vendor's documentation of its token format, and the
/// public rule set of gitleaks (MIT).
const SHAPES: &[(&str, &str)] = &[
    ("AWS access key id", r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"),
    (
        "private key",
        r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----",
    ),
    (
        "GitHub token",
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})",
    ),
    ("GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("Slack token", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    (
        "Slack webhook",
        r"hooks\.slack\.com/(?:services|workflows)/T[A-Za-z0-9_]+/[A-Za-z0-9_]+/[A-Za-z0-9_]{16,}",
    ),
    ("Stripe key", r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    ("Google API key", r"\bAIza[A-Za-z0-9_-]{35}"),
    ("npm token", r"\bnpm_[A-Za-z0-9]{36}\b"),
    (
        "SendGrid key",
        r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    ),
    ("API key", r"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}"),
    (
        "JSON Web Token",
        r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}",
    ),
    ("bearer token", r"(?i)\bbearer\s+[A-Za-z0-9._~+/-]{20,}=*"),
    (
        "basic authentication",
        r"(?i)\bbasic\s+[A-Za-z0-9+/]{12,}={0,2}(?:\W|$)",
    ),
    (
        "password in a URL",
        r"\b[a-z][a-z0-9+.-]*://[^\s/:@{}$<>]+:[^\s/:@{}$<>]{3,}@[^\s/]",
    ),
];

static SHAPE: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    SHAPES
        .iter()
        .filter_map(|(kind, text)| Some((*kind, Regex::new(text).ok()?)))
        .collect()
});

/// Names of fields that hold a secret, without case and separators; a name counts when it ends in one of these.
const SECRET_NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secretaccesskey",
    "secretkey",
    "clientsecret",
    "apisecret",
    "appsecret",
    "sharedsecret",
    "webhooksecret",
    "signingsecret",
    "apikey",
    "xapikey",
    "authtoken",
    "accesstoken",
    "apitoken",
    "bearertoken",
    "refreshtoken",
    "sessiontoken",
    "privatekey",
    "encryptionkey",
    "signingkey",
    "secret",
];

/// Values that are no secret, whatever the field: words that people write in place of one.
const PLACEHOLDERS: &[&str] = &[
    "example",
    "changeme",
    "change-me",
    "change_me",
    "placeholder",
    "replace",
    "redacted",
    "your",
    "dummy",
    "insert",
    "todo",
    "xxxx",
    "****",
    "....",
    "none",
    "null",
    "undefined",
    "string",
    "hidden",
    "sample",
    "fixme",
];

/// What people write for the password of a URL that shows a form.
const STAND_INS: &[&str] = &["pass", "passwd", "password", "pw", "pwd", "secret", "token"];

/// How deep the search goes; no definition that Step Functions accepts nests deeper.
const MAX_DEPTH: usize = 128;

/// Finds them in a whole definition.
pub fn find(definition: &Value) -> Vec<SecretSite> {
    let mut sites = Vec::new();
    walk(definition, &Pointer::root(), None, 0, &mut sites);
    sites
}

fn walk(
    value: &Value,
    pointer: &Pointer,
    name: Option<&str>,
    depth: usize,
    sites: &mut Vec<SecretSite>,
) {
    if depth > MAX_DEPTH {
        return;
    }
    match value {
        Value::String(text) => {
            if let Some(kind) = kind(text, name) {
                sites.push(SecretSite {
                    pointer: pointer.clone(),
                    kind,
                });
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                walk(item, &pointer.index(i), name, depth + 1, sites);
            }
        }
        Value::Object(map) => {
            // A pair such as {"Name": "DB_PASSWORD", "Value": "…"} names its value beside it.
            let label = ["Name", "name", "Key", "key", "ParameterKey"]
                .iter()
                .find_map(|k| map.get(*k)?.as_str());
            for (key, item) in map {
                let named = match key.as_str() {
                    "Value" | "value" | "ParameterValue" | "StringValue" => label.or(name),
                    // An attribute value of DynamoDB ({"S": "…"}) bears the name of its attribute.
                    "S" => name,
                    _ => Some(key.strip_suffix(".$").unwrap_or(key)),
                };
                walk(item, &pointer.key(key), named, depth + 1, sites);
            }
        }
        _ => {}
    }
}

fn kind(text: &str, name: Option<&str>) -> Option<&'static str> {
    if text.len() < 6 {
        return None;
    }
    let shaped = SHAPE.iter().find_map(|(kind, shape)| {
        let hit = shape.find(text)?;
        let scheme = kind.starts_with("b");
        let none = is_placeholder(hit.as_str()) || is_stand_in(hit.as_str());
        (!none && (!scheme || is_random(hit.as_str()))).then_some(*kind)
    });
    shaped.or_else(|| named_secret(text, name?))
}

/// A literal in a field that is named like a secret.
fn named_secret(text: &str, name: &str) -> Option<&'static str> {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let suspicious = SECRET_NAMES.iter().any(|s| plain.ends_with(s));
    if !suspicious
        || is_reference(text)
        || is_placeholder(text)
        || plain.contains(&text.to_ascii_lowercase())
    {
        return None;
    }
    // Sentences, type names and words describe a secret; they are none.
    let varied = text
        .chars()
        .any(|c| !c.is_ascii_alphabetic() && c != '_' && c != '-');
    let one_word = !text.chars().any(char::is_whitespace);
    (one_word && varied).then_some("secret in a field so named")
}

/// Whether what follows an authentication scheme is a token rather than prose: it has a digit or changes case inside.
fn is_random(text: &str) -> bool {
    let token = text.split_whitespace().nth(1).unwrap_or_default();
    let inner_upper = token.chars().skip(1).any(|c| c.is_ascii_uppercase());
    let lower = token.chars().any(|c| c.is_ascii_lowercase());
    token.chars().any(|c| c.is_ascii_digit()) || (inner_upper && lower)
}

/// Something that names a secret, or is computed at run or deployment time.
fn is_reference(text: &str) -> bool {
    let starts = [
        "$",
        "{%",
        "{{",
        "arn:",
        "/",
        "alias/",
        "States.",
        "ssm:",
        "secretsmanager:",
        "<",
        "http",
    ];
    let whole = text.trim();
    starts.iter().any(|s| whole.starts_with(s))
        || whole.contains("${")
        || whole.contains("{{resolve:")
}

/// Whether it is a URL such as `https://user:password@host`.
fn is_stand_in(text: &str) -> bool {
    let password = text
        .split_once("://")
        .and_then(|(_, rest)| rest.split_once('@'))
        .and_then(|(login, _)| login.split_once(':'));
    password.is_some_and(|(_, p)| STAND_INS.iter().any(|s| p.eq_ignore_ascii_case(s)))
}

fn is_placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let mut chars = text.chars();
    let first = chars.next();
    let repeated = chars.all(|c| Some(c) == first);
    repeated
        || PLACEHOLDERS.iter().any(|p| lower.contains(p))
        || (lower.contains('<') && lower.contains('>'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn kinds(value: &Value) -> Vec<&'static str> {
        find(value).into_iter().map(|s| s.kind).collect()
    }

    #[test]
    fn what_only_looks_like_one() {
        for quiet in [
            json!({"SecretId": "prod/db/password-1"}),
            json!({"SecretArn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf"}),
            json!({"TaskToken.$": "$$.Task.Token", "NextToken": "abc123def456ghi789"}),
            json!({"ClientRequestToken": "9f1c2d3e-aaaa-bbbb-cccc-ddddeeeeffff"}),
            json!({"Password": "{{resolve:secretsmanager:db:SecretString:password}}"}),
            json!({"MasterUserPassword.$": "$.password1"}),
            json!({"password": "<password-1>"}),
            json!({"password": "changeme1"}),
            json!({"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"}),
            json!({"SecretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}),
            json!({"Comment": "basic authentication is not used"}),
            json!({"Comment": "Rotate the password: 90 days at most"}),
            json!({"Url": "https://user:${Password}@example.org/"}),
            json!({"Url": "https://user:password@example.org/"}),
            json!({"Url": "postgres://db.internal:5432/orders"}),
            json!({"PasswordPolicy": "MinimumLength14"}),
            json!({"Name": "DB_PASSWORD", "Value.$": "$.p"}),
            json!({"apikey": "{% $states.input.key1 %}"}),
        ] {
            assert_eq!(kinds(&quiet), Vec::<&str>::new(), "{quiet}");
        }
    }

    #[test]
    fn what_is_one() {
        let key = format!("AKIA{}", "J2345672ABCDEFGH");
        for (value, kind) in [
            (
                json!({"a": {"b": [format!("use {key} now")]}}),
                "AWS access key id",
            ),
            (
                json!({"x": "-----BEGIN RSA PRIVATE KEY-----\nMIIE"}),
                "private key",
            ),
            (
                json!({"Authorization": format!("Bearer {}", "a1b2c3d4e5".repeat(3))}),
                "bearer token",
            ),
            (
                json!({"url": "mysql://root:hunter22@db.internal/orders"}),
                "password in a URL",
            ),
            (
                json!({"Name": "DB_PASSWORD", "Value": "hunter22!"}),
                "secret in a field so named",
            ),
            (
                json!({"password": {"S": "Tr0ub4dor"}}),
                "secret in a field so named",
            ),
            (
                json!({"x": format!("ghp_{}", "a1B2".repeat(9))}),
                "GitHub token",
            ),
        ] {
            assert_eq!(kinds(&value), [kind], "{value}");
        }
    }

    #[test]
    fn the_place_is_a_pointer_and_the_value_is_not_kept() {
        let sites = find(&json!({"States": {"a/b": {"Parameters": {"ApiKey": "k3y-9f8e7d6c"}}}}));
        assert_eq!(sites.len(), 1);
        assert_eq!(sites[0].pointer.as_str(), "/States/a~1b/Parameters/ApiKey");
        assert!(!format!("{sites:?}").contains("9f8e"));
    }
}
