//! How each principal may start workflows or replace what they do, in a form that is kept and compared: a change of policies shows by it which
//! workflows it concerns.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::grants::Own;
use super::{REDRIVE, START, START_SYNC, UPDATE};
use crate::arn::Arn;
use crate::digest::Digest;
use crate::glob::Glob;
use crate::iam::{self, Effect, Policy, Principal, Principals, ResourceSpec, Statement};
use crate::snapshot::{Document, Iam};

/// How a principal may start workflows: comparable, so that a change of policies shows which workflows it concerns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartShape {
    /// The resource patterns of the statements that allow a start, sorted.
    pub patterns: Vec<String>,
    /// The digest of all that decides: those statements, their conditions, what denies them, and who can be the principal.
    pub digest: String,
}

/// The shapes of the principals that may start anything, by `role/NAME` and `user/NAME`: names are unique in an account.
/// Administrators may start everything, raise nothing, and have no patterns.
pub fn start_shapes(iam: &Iam) -> BTreeMap<String, StartShape> {
    let principals = Principals::new(iam);
    principals.iter().filter_map(shape).collect()
}

fn shape(principal: &Principal) -> Option<(String, StartShape)> {
    let kind = if principal.is_role { "role" } else { "user" };
    let name = format!("{kind}/{}", principal.name);
    let authority = &principal.authority;
    if principal.is_administrator() {
        let digest = "administrator".to_owned();
        return Some((
            name,
            StartShape {
                patterns: Vec::new(),
                digest,
            },
        ));
    }
    let policies = authority.identity.iter().chain(&authority.boundary);
    let about: Vec<&Statement> = policies
        .flat_map(|p| &p.statements)
        .filter(|s| starts(s))
        .collect();
    let identity = authority.identity.iter().flat_map(|p| &p.statements);
    let allowed = identity.filter(|s| s.effect == Effect::Allow && starts(s));
    let patterns: BTreeSet<String> = allowed.flat_map(patterns).collect();
    if patterns.is_empty() {
        return None;
    }
    let mut parts: Vec<String> = about.iter().map(|s| s.raw.to_string()).collect();
    let trust = principal.trust.iter().flat_map(|t| &t.statements);
    parts.extend(trust.map(|s| s.raw.to_string()));
    parts.push(format!("boundary {}", authority.boundary.is_some()));
    parts.sort();
    let mut digest = Digest::default();
    parts.iter().for_each(|part| digest.part(part));
    let shape = StartShape {
        patterns: patterns.into_iter().collect(),
        digest: digest.hex(),
    };
    Some((name, shape))
}

/// Whether it is about starting a workflow, or about replacing what it does: both are asked for on the workflow itself.
fn starts(statement: &Statement) -> bool {
    [START, START_SYNC, REDRIVE, UPDATE]
        .iter()
        .any(|action| statement.actions.matches(action))
}

/// With every policy variable as `*`: no less than what they can match.
fn patterns(statement: &Statement) -> Vec<String> {
    match &statement.resources {
        ResourceSpec::Only(patterns) => patterns.iter().map(|p| p.widest().to_string()).collect(),
        ResourceSpec::AllBut(_) => vec!["*".to_owned()],
        ResourceSpec::Unstated => Vec::new(),
    }
}

/// Whether a policy document allows a start of anything; one that cannot be read may.
pub fn mentions_start(document: &str) -> bool {
    let (policy, problems) = iam::parse::policy("", &Document(document.to_owned()));
    let allows = |policy: &Policy| {
        let mut statements = policy.statements.iter();
        statements.any(|s| s.effect == Effect::Allow && starts(s))
    };
    allows(&policy) || problems.iter().any(|p| p.blind)
}

/// Whether one of the patterns matches the workflow or an execution of it.
pub fn any_opens(patterns: &BTreeSet<String>, workflow: &Arn) -> bool {
    let own = Own::new(workflow);
    patterns.iter().map(|p| Glob::parse(p)).any(|glob| {
        own.may_match(&glob) && !own.asked(&glob).is_nothing() || own.is_named_by(&glob)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{Fetched, NamedDocument, Role};
    use serde_json::{Value, json};

    fn role(name: &str, statements: &Value) -> Role {
        let document = Document(json!({ "Statement": statements }).to_string());
        Role {
            arn: format!("arn:aws:iam::123456789012:role/team/{name}"),
            name: name.to_owned(),
            trust: Fetched::Present(Document(r#"{"Statement":[]}"#.to_owned())),
            inline: Fetched::Present(vec![NamedDocument {
                name: "p".to_owned(),
                document,
            }]),
            attached: Fetched::Present(Vec::new()),
            boundary: None,
            tags: Vec::new(),
        }
    }

    fn shapes(statements: &Value) -> BTreeMap<String, StartShape> {
        start_shapes(&Iam {
            roles: vec![role("r", statements)],
            ..Iam::default()
        })
    }

    #[test]
    fn who_may_start_nothing_has_no_shape() {
        let read = json!([{ "Effect": "Allow", "Action": "states:Describe*", "Resource": "*" }]);
        assert!(shapes(&read).is_empty());
        let deny = json!([{ "Effect": "Deny", "Action": "states:*", "Resource": "*" }]);
        assert!(shapes(&deny).is_empty());
    }

    #[test]
    fn only_what_is_about_starting_changes_a_shape() {
        let start = json!({ "Effect": "Allow", "Action": "states:Start*", "Resource": "arn:aws:states:*:*:stateMachine:a-*" });
        let other = json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*" });
        let narrow =
            json!({ "Effect": "Deny", "Action": "states:StartExecution", "Resource": "*" });
        let alone = shapes(&json!([start]));
        assert_eq!(
            alone["role/r"].patterns,
            ["arn:aws:states:*:*:stateMachine:a-*"]
        );
        assert_eq!(alone, shapes(&json!([other, start])));
        assert_ne!(alone, shapes(&json!([start, narrow])));
    }

    #[test]
    fn a_document_mentions_starting_or_cannot_be_read() {
        let document = |action: &str| {
            json!({ "Statement": { "Effect": "Allow", "Action": action, "Resource": "*" } })
                .to_string()
        };
        for yes in [
            "states:*",
            "*",
            "states:StartExecution",
            "states:UpdateStateMachine",
            "STATES:startsync*",
        ] {
            assert!(mentions_start(&document(yes)), "{yes}");
        }
        assert!(!mentions_start(&document("states:Describe*")));
        assert!(mentions_start("{"));
    }

    #[test]
    fn a_pattern_opens_what_it_matches_and_no_version_is_authorised_by_itself() {
        let arn = |name: &str| {
            Arn::parse(&format!(
                "arn:aws:states:eu-west-1:123456789012:stateMachine:{name}"
            ))
            .unwrap()
        };
        let one = |pattern: &str| BTreeSet::from([pattern.to_owned()]);
        let base = "arn:aws:states:eu-west-1:123456789012:stateMachine:";
        for (pattern, opens) in [
            ("*".to_owned(), true),
            (format!("{base}pay"), true),
            (format!("{base}pay:prod"), false),
            (format!("{base}pay:*"), false),
            (format!("{base}p*"), true),
            (format!("{base}other"), false),
            (format!("{base}payments"), false),
            (
                "arn:aws:states:us-east-1:*:stateMachine:*".to_owned(),
                false,
            ),
            (
                "arn:aws:states:eu-west-1:123456789012:execution:pay:*".to_owned(),
                true,
            ),
        ] {
            assert_eq!(any_opens(&one(&pattern), &arn("pay")), opens, "{pattern}");
        }
    }
}
