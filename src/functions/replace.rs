//! A function whose role grants one API action does little more than call it: Step Functions can do that itself.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use super::role::{Ceiling, is_beside};
use crate::arn::Arn;
use crate::catalog::{self, Fill, Operation, Sensitivity, Targets};
use crate::iam::{ActionSpec, Authority, Effect};

/// The task that could stand in a function's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The action that the role grants.
    pub action: String,
    /// The SDK integration, such as `dynamodb:putItem`.
    pub integration: String,
    /// The arguments that name the target, with the value that the grant tells.
    pub arguments: Value,
}

/// The one action of a role, where there is just one and Step Functions can call it.
pub fn find(authority: &Authority) -> Option<Replacement> {
    let mut actions: BTreeSet<String> = BTreeSet::new();
    let mut resources: BTreeSet<&str> = BTreeSet::new();
    let ceiling = Ceiling::of(authority);
    for policy in &authority.identity {
        if !policy.unreadable.is_empty() {
            return None;
        }
        for statement in policy
            .statements
            .iter()
            .filter(|s| s.effect == Effect::Allow)
        {
            let ActionSpec::Only(patterns) = &statement.actions else {
                return None;
            };
            for pattern in patterns.iter().filter(|p| !is_beside(&p.text)) {
                if pattern.has_wildcard() {
                    return None;
                }
                let action = catalog::action(&pattern.text)?.name();
                if !ceiling.leaves(&action) {
                    continue;
                }
                actions.insert(action);
                resources.extend(
                    statement
                        .resources
                        .patterns()
                        .iter()
                        .map(|p| p.text.as_str()),
                );
            }
        }
    }
    let action = actions.pop_first().filter(|_| actions.is_empty())?;
    if answers_with_a_secret(&action) {
        return None;
    }
    let (service, operation) = by_action().get(&action)?;
    let row = catalog::operation(service, operation)?;
    let one: Vec<&str> = resources.into_iter().collect();
    let target = match one.as_slice() {
        [one] if !one.contains(['*', '?', '$']) => Arn::parse(one),
        _ => None,
    };
    Some(Replacement {
        arguments: arguments(&row, target.as_ref()),
        integration: format!("{service}:{}", camel(operation)),
        action,
    })
}

/// Actions whose answer holds a credential or a key in plain text, beside those that the catalog lists for reading secrets,
/// assuming roles and decrypting (API references of the services: the response's elements).
const ANSWERS: [&str; 13] = [
    "cognito-idp:AdminInitiateAuth",
    "cognito-idp:AdminRespondToAuthChallenge",
    "cognito-idp:InitiateAuth",
    "cognito-idp:RespondToAuthChallenge",
    "ecr-public:GetAuthorizationToken",
    "ecr:GetAuthorizationToken",
    "iam:CreateAccessKey",
    "iam:CreateServiceSpecificCredential",
    "iam:ResetServiceSpecificCredential",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "secretsmanager:GetRandomPassword",
    "sts:GetSessionToken",
];

/// Whether the answer would put a credential or a secret into the execution's history.
fn answers_with_a_secret(action: &str) -> bool {
    let reads = matches!(
        catalog::sensitivity(action),
        Some(Sensitivity::Secret | Sensitivity::Assume | Sensitivity::Decrypt)
    );
    reads || ANSWERS.iter().any(|a| a.eq_ignore_ascii_case(action))
}

/// SDK integrations spell operations in camelCase.
fn camel(operation: &str) -> String {
    let mut chars = operation.chars();
    match chars.next() {
        Some(first) => first.to_ascii_lowercase().to_string() + chars.as_str(),
        None => String::new(),
    }
}

/// The parameters that name the target; those that the grant does not fill are left to a person.
fn arguments(row: &Operation, target: Option<&Arn>) -> Value {
    let mut arguments = Map::new();
    for usage in row.own_uses() {
        let Targets::Types(specs) = &usage.targets else {
            continue;
        };
        let Some(spec) = specs.first() else { continue };
        for fill in &spec.fills {
            let (path, value) = match fill {
                Fill::Name { path, .. } => (path, target.map(Arn::name)),
                Fill::Arn(path) => (path, target.map(Arn::as_str)),
                Fill::Open | Fill::Fixed(_) | Fill::Below(_) | Fill::Behind(_) => continue,
            };
            let several = spec.fills.len() > 1;
            if path.chars().all(char::is_alphanumeric) {
                let value = value.filter(|_| !several).unwrap_or("…");
                arguments.insert((*path).to_owned(), json!(value));
            }
        }
    }
    Value::Object(arguments)
}

/// The operation that an action stands for: one that needs nothing else, by preference of the action's own name.
fn by_action() -> &'static HashMap<String, (&'static str, &'static str)> {
    static INDEX: OnceLock<HashMap<String, (&'static str, &'static str)>> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut index: HashMap<String, (&'static str, &'static str)> = HashMap::new();
        for service in catalog::services() {
            for operation in catalog::operations_of(service) {
                let mut needed = operation.own_uses();
                let (Some(usage), None) = (needed.next(), needed.next()) else {
                    continue;
                };
                let name = usage.action.split(':').nth(1).unwrap_or_default();
                let own = |candidate: &str| candidate.eq_ignore_ascii_case(name);
                let known = index.get(&usage.action);
                let better = known.is_none_or(|(known_service, known)| {
                    let closer = (own(operation.name), usage.action.starts_with(service));
                    let before = (own(known), usage.action.starts_with(known_service));
                    closer > before || closer == before && operation.name.len() < known.len()
                });
                if better {
                    index.insert(usage.action.clone(), (service, operation.name));
                }
            }
        }
        index
    })
}
