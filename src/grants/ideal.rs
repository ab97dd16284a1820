//! The fix: each statement as it should be, from the needs that it serves.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::budget;
use crate::catalog::{self, Breadth};
use crate::glob::Glob;
use crate::grants::assessment::{Cause, GrantAssessment, applies};
use crate::grants::role::Grant;
use crate::iam::{ResourceSpec, Statement};
use crate::need::{HTTP_ENDPOINT, Need, Phase, REQUEST_ALIAS, Target};

/// A statement rewritten.
#[derive(Debug)]
pub struct Ideal {
    /// What should stand in its place; empty: nothing needs it.
    pub statements: Vec<Value>,
    /// The action patterns that could not be improved, because only a person can name the resources.
    pub undecided: Vec<String>,
}

/// One (action, condition) with the resources it is to be granted on.
#[derive(Default)]
struct Rows(BTreeMap<(Vec<String>, String), Vec<String>>);

impl Rows {
    fn add(&mut self, action: &str, resources: &[String], condition: &Option<Value>) {
        if resources.is_empty() {
            return;
        }
        let condition = condition.as_ref().map(Value::to_string).unwrap_or_default();
        let actions = self.0.entry((resources.to_vec(), condition)).or_default();
        if !actions.iter().any(|a| a == action) {
            actions.push(action.to_owned());
        }
    }
}

/// Rewrites the statement that these supplies come from; `all` are those of the whole role, `needs` what its workflows need,
/// by action. Of needs that may be many it looks at no more than can be written down.
pub fn statement<'n>(
    statement: &Statement,
    supplies: &[&GrantAssessment<'_>],
    all: &[GrantAssessment<'_>],
    needs: &BTreeMap<&'n str, Vec<&'n Need>>,
) -> Ideal {
    let is_withheld = |need: &Need| !need.optional && !all.iter().any(|s| s.grant.meets(need));
    let mut rows = Rows::default();
    let mut undecided = Vec::new();
    let own = statement.raw.get("Condition").cloned();
    let written = written(statement);
    for supply in supplies {
        let serves = |n: &&Need| {
            budget::spend(1);
            supply.grant.serves(n) || !supply.grant.written_for(n).is_empty() && is_withheld(n)
        };
        // A state chooses the target, or the content of an escalating call, at run time: only a person can decide.
        let open = match supply.cause {
            Some(Cause::DynamicTarget { .. }) => true,
            Some(Cause::Escalation { .. }) => needs.values().any(|all| all.iter().any(&serves)),
            _ => false,
        };
        let parts = match supply.cause.is_none() || open {
            true => None,
            false => {
                let each = needs.iter();
                let each = each.map(|(action, all)| {
                    one_action(
                        action,
                        all.iter().copied().filter(&serves),
                        &supply.grant,
                        &own,
                    )
                });
                each.collect::<Option<Vec<Part<'_>>>>()
            }
        };
        let Some(parts) = parts else {
            if matches!(statement.resources, ResourceSpec::AllBut(_)) {
                // Written out, what is kept would lose its exception: the whole statement is left to a person.
                undecided.extend(supplies.iter().map(|s| s.grant.action.text.clone()));
                continue;
            }
            // As it is: no need is taken away, and nothing is widened.
            rows.add(&supply.grant.action.text, &written, &own);
            if supply.cause.is_some() {
                undecided.push(supply.grant.action.text.clone());
            }
            continue;
        };
        for part in parts {
            rows.add(part.action, &part.resources, &part.condition);
            if !part.is_decided {
                undecided.push(supply.grant.action.text.clone());
            }
        }
    }
    Ideal {
        statements: render(statement, &rows),
        undecided,
    }
}

/// More resources than this in one statement are left to a person.
const MAX_RESOURCES: usize = 30;

/// What is left of a pattern for one action.
struct Part<'n> {
    action: &'n str,
    resources: Vec<String>,
    condition: Option<Value>,
    /// Whether the result is better than what stands there.
    is_decided: bool,
}

/// What one action needs; `None` where that is a list that nobody reads, and that may be longer than a policy.
fn one_action<'n>(
    action: &'n str,
    needs: impl Iterator<Item = &'n Need>,
    grant: &Grant<'_>,
    own: &Option<Value>,
) -> Option<Part<'n>> {
    let mut resources: Vec<String> = Vec::new();
    let mut is_decided = true;
    let mut passed_to: Vec<&str> = Vec::new();
    for need in needs {
        let kept = [Phase::PassRole, Phase::Logging, Phase::Forwarded];
        if need.optional && !kept.contains(&need.phase) {
            continue;
        }
        passed_to.extend(need.passed_to);
        for resource in cut(need, grant) {
            let open = catalog::breadth(action, &resource) == Breadth::Any;
            let chosen = matches!(need.target, Target::RunTime) || need.phase == Phase::PassRole;
            is_decided &= !(open && chosen);
            let text = resource.to_string();
            if !resources.contains(&text) {
                resources.push(text);
            }
        }
        if resources.len() > MAX_RESOURCES {
            return None;
        }
    }
    resources.sort();
    passed_to.sort_unstable();
    passed_to.dedup();
    Some(Part {
        action,
        resources,
        condition: with_passed_to(own, &passed_to),
        is_decided,
    })
}

/// The need's resources cut to what is granted: never more than the statement gives today. What a deny or the organization
/// takes away is missing, and stays as it is written: who lifts the deny finds it there.
fn cut(need: &Need, grant: &Grant<'_>) -> Vec<Glob> {
    let mut kept: Vec<Glob> = Vec::new();
    if !grant.serves(need) {
        return grant.written_for(need);
    }
    for resource in &need.resources {
        for met in grant.within(&need.action, resource) {
            // An open bucket's name cut to granted objects is no bucket.
            let acts = !need.optional || applies(&need.action, &met);
            if acts && !kept.iter().any(|k| k.includes(&met)) {
                kept.push(met);
            }
        }
    }
    kept
}

fn with_passed_to(own: &Option<Value>, services: &[&str]) -> Option<Value> {
    const KEY: &str = "iam:PassedToService";
    let mut condition = own
        .as_ref()
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    let mut limited = false;
    for keys in condition.values_mut().filter_map(Value::as_object_mut) {
        let open = |key: &str, value: &Value| key.eq_ignore_ascii_case(KEY) && is_star(value);
        // `*` limits nothing: the services take its place.
        keys.retain(|key, value| !open(key, value));
        limited |= keys.keys().any(|key| key.eq_ignore_ascii_case(KEY));
    }
    if services.is_empty() || limited {
        return own.clone();
    }
    condition.retain(|_, keys| keys.as_object().is_none_or(|k| !k.is_empty()));
    let names = match services {
        [one] => json!(one),
        many => json!(many),
    };
    let equals = condition
        .entry("StringEquals")
        .or_insert_with(|| Value::Object(Map::new()));
    if let Some(equals) = equals.as_object_mut() {
        equals.insert(KEY.to_owned(), names);
    }
    Some(Value::Object(condition))
}

fn is_star(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(is_star),
        other => other.as_str() == Some("*"),
    }
}

fn written(statement: &Statement) -> Vec<String> {
    match &statement.resources {
        ResourceSpec::Only(patterns) => patterns.iter().map(|p| p.text.clone()).collect(),
        ResourceSpec::AllBut(_) | ResourceSpec::Unstated => vec!["*".to_owned()],
    }
}

fn render(statement: &Statement, rows: &Rows) -> Vec<Value> {
    let single = rows.0.len() == 1;
    let mut statements = Vec::new();
    for ((resources, condition), actions) in &rows.0 {
        let mut out = Map::new();
        if let (true, Some(sid)) = (single, &statement.sid) {
            out.insert("Sid".to_owned(), json!(sid));
        }
        let mut actions = actions.clone();
        actions.sort();
        out.insert("Effect".to_owned(), json!("Allow"));
        out.insert("Action".to_owned(), one_or_many(&actions));
        out.insert("Resource".to_owned(), one_or_many(resources));
        if let Ok(condition @ Value::Object(_)) = serde_json::from_str(condition) {
            out.insert("Condition".to_owned(), condition);
        }
        statements.push(Value::Object(out));
    }
    statements
}

/// What a request fixes beside its resource, as the condition of a statement that allows it alone.
pub fn condition(need: &Need) -> Option<Value> {
    if let Some(service) = need.passed_to {
        return Some(json!({"StringEquals": {"iam:PassedToService": service}}));
    }
    let written = [
        (HTTP_ENDPOINT, "StringLike", "states:HTTPEndpoint"),
        (REQUEST_ALIAS, "StringEquals", "kms:RequestAlias"),
    ];
    written.into_iter().find_map(|(key, operator, name)| {
        let (_, values) = need.request.iter().find(|(k, _)| *k == key)?;
        let open = |v: &Glob| v.is_any();
        let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
        (!values.iter().any(open) && !texts.is_empty())
            .then(|| json!({operator: {name: one_or_many(&texts)}}))
    })
}

/// A list of one as the string itself, as people write it.
pub fn one_or_many(items: &[String]) -> Value {
    match items {
        [one] => json!(one),
        many => json!(many),
    }
}

/// Whether a statement's pattern is left to a person.
pub fn is_undecided(ideal: &Ideal, patterns: &[&str]) -> bool {
    ideal
        .undecided
        .iter()
        .any(|u| patterns.iter().any(|p| p.eq_ignore_ascii_case(u)))
}
