//! Whether a policy document grants to everybody.

use crate::glob::Glob;
use crate::iam::layers::has_resource_controls;
use crate::iam::parse::trust_policy;
use crate::iam::{ActionSpec, Condition, Effect, Policy, PrincipalKind, PrincipalSpec, Statement};
use crate::snapshot::Document;
use crate::trust::{Who, limits, limits_of_denied};
use crate::value::{Piece, Value};

/// Condition keys of services that name an account, an organization, a source or a network of one's own (service
/// authorization reference), beside the global ones.
const NARROWING: [&str; 8] = [
    "aws:sourcearn",
    "aws:sourceowner",
    "kms:calleraccount",
    "lambda:principal",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "elasticfilesystem:accessedviamounttarget",
    "aws:principalisawsservice",
];

/// The first statement that allows everybody something without a condition that narrows it, in a word; none where no text
/// is known, or a deny keeps strangers out.
pub(super) fn for_everybody(document: &Value) -> Option<String> {
    let text = text(document)?;
    let (policy, _problems) = trust_policy("policy", &Document(text));
    open_statement(&policy, |_| true, is_whole)
}

/// The first allow of these statements that lets everybody in without a condition that narrows it, in a word; none where a
/// deny of those about `all` keeps strangers out.
pub(super) fn open_statement(
    policy: &Policy,
    some: impl Fn(&Statement) -> bool,
    all: impl Fn(&Statement) -> bool,
) -> Option<String> {
    let denied = policy.statements.iter().any(|s| {
        s.effect == Effect::Deny && is_for_all(s) && all(s) && keeps_strangers_out(&s.conditions)
    });
    if denied {
        return None;
    }
    let open = |s: &&Statement| {
        s.effect == Effect::Allow && is_for_all(s) && some(s) && !narrows(&s.conditions)
    };
    let statement = policy.statements.iter().find(open)?;
    Some(match &statement.sid {
        Some(sid) => format!("statement {} (`{sid}`)", statement.index),
        None => format!("statement {}", statement.index),
    })
}

/// The document as text: what a run puts in stands for some name, which is nobody's wildcard.
fn text(document: &Value) -> Option<String> {
    match document {
        Value::Text(pieces) => Some(
            pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Literal(text) => text.as_str(),
                    Piece::Hole(_) => "some-name",
                })
                .collect(),
        ),
        Value::Object { rest: None, .. } => json(document).map(|j| j.to_string()),
        _ => None,
    }
}

fn json(value: &Value) -> Option<serde_json::Value> {
    use serde_json::Value as Json;
    Some(match value {
        Value::Null => Json::Null,
        Value::Bool(b) => Json::Bool(*b),
        Value::Number(n) => Json::String(n.clone()),
        Value::Text(_) => Json::String(text(value)?),
        Value::Array(items) => Json::Array(items.iter().map(json).collect::<Option<_>>()?),
        Value::Object { fields, rest: None } => Json::Object(
            fields
                .iter()
                .map(|(k, v)| Some((k.to_owned(), json(v)?)))
                .collect::<Option<_>>()?,
        ),
        Value::Any(_) => Json::String("some-name".to_owned()),
        _ => return None,
    })
}

fn is_for_all(statement: &Statement) -> bool {
    match &statement.principals {
        Some(PrincipalSpec::Only(entries)) => entries
            .iter()
            .any(|e| e.kind == PrincipalKind::Aws && e.value == "*"),
        Some(PrincipalSpec::AllBut(_)) => true,
        None => false,
    }
}

fn narrows(conditions: &[Condition]) -> bool {
    let named = |c: &Condition| {
        let key = c.key.to_ascii_lowercase();
        let sure = !c.operator.negated && !c.operator.if_exists;
        let closed =
            !c.texts.is_empty() && c.texts.iter().all(|t| t.chars().any(char::is_alphanumeric));
        NARROWING.contains(&key.as_str()) && sure && closed
    };
    !limits(conditions, &Who::Anyone).is_empty() || conditions.iter().any(named)
}

/// Whether the statement is about every action of the service.
fn is_whole(statement: &Statement) -> bool {
    let all = |text: &str| text == "*" || text.ends_with(":*");
    statement.actions.patterns().iter().any(|p| all(&p.text))
}

/// Whether resource control policies keep strangers from everything of a service, whatever a resource's own policy or access
/// control list says: a deny for everybody who is not of the organization, or of a named account or network.
pub(crate) fn is_closed<'p>(service: &str, mut controls: impl Iterator<Item = &'p Policy>) -> bool {
    let all = Glob::parse(&format!("{service}:*"));
    let is_about_all = |s: &Statement| match &s.actions {
        ActionSpec::Only(patterns) => patterns.iter().any(|p| p.glob().includes(&all)),
        ActionSpec::AllBut(spared) => !spared.iter().any(|p| p.glob().overlaps(&all)),
    };
    has_resource_controls(&format!("{service}:any"))
        && controls.any(|policy| {
            policy.statements.iter().any(|s| {
                s.effect == Effect::Deny
                    && is_for_all(s)
                    && is_about_all(s)
                    && s.resources.covers_all()
                    && keeps_strangers_out(&s.conditions)
            })
        })
}

fn keeps_strangers_out(conditions: &[Condition]) -> bool {
    // The usual exception for services leaves no stranger in.
    let conditions: Vec<&Condition> = conditions
        .iter()
        .filter(|c| !c.key.eq_ignore_ascii_case("aws:PrincipalIsAWSService"))
        .collect();
    match conditions.as_slice() {
        [] => true,
        [one] => limits_of_denied(one, &Who::Anyone).is_some(),
        _ => false,
    }
}
