//! The least-privilege role policy of a workflow: its needs, grouped and ready to paste.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::analysis::WorkflowAnalysis;
use crate::arn::Arn;
use crate::catalog::{self, Breadth};
use crate::glob::{Glob, Token};
use crate::grants::{condition, one_or_many};
use crate::need::{EVERYTHING, Need, Phase, Target};
use crate::value::{Source, Unknown};

/// What stands where a person must decide; it is no wildcard, so that pasting it unread grants nothing.
pub const PLACEHOLDER: &str = "DECIDE";

/// A policy document and what is left to a person.
#[derive(Debug, PartialEq)]
pub struct LeastPrivilege {
    /// The document (Version 2012-10-17).
    pub document: Value,
    /// One line for each placeholder or omission: where and what must be decided.
    pub decisions: Vec<String>,
}

/// The statements being put together: (resources, condition, undecided) → actions and the states that need them.
#[derive(Default)]
struct Row {
    actions: BTreeSet<String>,
    states: BTreeSet<String>,
}

/// Whether a person must decide, the phase where the workflow itself needs it, the resources and the condition.
type Key = (bool, Option<Phase>, Vec<String>, String);

/// Log delivery, tracing and encryption stand in statements of their own, as in AWS's templates.
fn is_of_the_workflow(need: &Need) -> Option<Phase> {
    need.state.is_none().then_some(need.phase)
}

/// Derives the policy from the workflow's needs.
pub fn policy(analysis: &WorkflowAnalysis) -> LeastPrivilege {
    let mut rows: BTreeMap<Key, Row> = BTreeMap::new();
    let mut decisions = BTreeSet::new();
    for need in &analysis.needs {
        if need.action == EVERYTHING {
            decisions.insert(format!(
                "{}: the service does what it is asked to with this role's permissions; what that needs is not in this policy",
                who(analysis, need)
            ));
            continue;
        }
        if need.optional && !is_worth_deciding(need) {
            continue;
        }
        let who = who(analysis, need);
        let (resources, open) = resources(need, &analysis.workflow.arn);
        if open {
            decisions.insert(format!(
                "{who}: `{}` needs a resource that the definition does not fix{}; replace `{PLACEHOLDER}` in {}",
                need.action,
                chosen_by(&need.holes),
                resources.join(", ")
            ));
        }
        let condition = condition(need).map(|c| c.to_string());
        let row = rows
            .entry((
                open,
                is_of_the_workflow(need),
                resources,
                condition.unwrap_or_default(),
            ))
            .or_default();
        row.actions.insert(need.action.clone());
        row.states.insert(who);
    }
    for task in &analysis.tasks {
        if let Some(reason) = task.integration.unknown_reason() {
            let name = analysis
                .definition
                .state(task.state)
                .map(|s| s.name.as_str())
                .unwrap_or_default();
            decisions.insert(format!(
                "`{name}`: {reason}; what it needs is not in this policy"
            ));
        }
    }
    let mut sids = BTreeSet::new();
    let statements: Vec<Value> = rows
        .into_iter()
        .map(|(key, row)| statement(key, &row, &mut sids))
        .collect();
    LeastPrivilege {
        document: json!({"Version": "2012-10-17", "Statement": statements}),
        decisions: decisions.into_iter().collect(),
    }
}

/// Optional needs that are real, but whose resources only a person knows: a task definition's roles, the data behind a
/// query.
fn is_worth_deciding(need: &Need) -> bool {
    let any = |r: &Glob| catalog::breadth(&need.action, r) == Breadth::Any;
    match need.phase {
        // What may be needed on something that the request names is left out: it works without, or the call says what lacks.
        Phase::Forwarded => need.resources.iter().any(any),
        Phase::PassRole | Phase::Start => need.target == Target::NotDerivable,
        _ => false,
    }
}

/// The resources as text, and whether a person must decide.
fn resources(need: &Need, home: &Arn) -> (Vec<String>, bool) {
    let mut open = false;
    let mut texts: Vec<String> = need
        .resources
        .iter()
        .flat_map(|resource| {
            let any = catalog::breadth(&need.action, resource) == Breadth::Any;
            let decide = any && (need.target == Target::RunTime || need.optional);
            let patterns = match decide {
                true if resource.is_any() => every_type(&need.action, home),
                true => vec![at_home(resource, home)],
                false => vec![resource.clone()],
            };
            patterns
                .iter()
                .map(|pattern| {
                    // A placeholder in the place of a whole ARN would be no resource.
                    let decide = decide && !pattern.is_any();
                    let text = spell(pattern, &need.holes, decide);
                    open |= text.contains(PLACEHOLDER);
                    text
                })
                .collect::<Vec<_>>()
        })
        .collect();
    texts.sort();
    texts.dedup();
    (texts, open)
}

/// Every resource of the action's types, in the workflow's own region and account.
fn every_type(action: &str, home: &Arn) -> Vec<Glob> {
    let types = catalog::action(action).map(|info| {
        let own = |template: &str| {
            let placed = template
                .replace("${Partition}", home.partition())
                .replace("${Region}", home.region())
                .replace("${Account}", home.account());
            let mut open = String::new();
            let mut rest = placed.as_str();
            while let Some((before, after)) = rest.split_once("${") {
                open.push_str(before);
                open.push('*');
                rest = after.split_once('}').map_or("", |(_, tail)| tail);
            }
            Glob::parse(&(open + rest))
        };
        info.resource_types()
            .map(|t| own(t.arn))
            .collect::<Vec<_>>()
    });
    types
        .filter(|t| !t.is_empty())
        .unwrap_or_else(|| vec![Glob::any()])
}

/// The pattern with an open region and account closed to the workflow's own: a person who means another says so.
fn at_home(resource: &Glob, home: &Arn) -> Glob {
    let mut out = Glob::literal("");
    let segments: Vec<&[Token]> = resource
        .tokens()
        .splitn(6, |t| *t == Token::Char(':'))
        .collect();
    if segments.len() < 6 {
        return resource.clone();
    }
    for (at, segment) in segments.into_iter().enumerate() {
        if at > 0 {
            out.push(Token::Char(':'));
        }
        let own = match at {
            3 => home.region(),
            4 => home.account(),
            _ => "",
        };
        if segment == [Token::Any] && !own.is_empty() {
            out.extend(&Glob::literal(own));
        } else {
            segment.iter().for_each(|t| out.push(*t));
        }
    }
    out
}

/// The pattern with its holes filled: a deployment's names as `${Name}`, open choices as the placeholder.
fn spell(resource: &Glob, holes: &[Unknown], decide: bool) -> String {
    let tokens = resource.tokens();
    let is_star = |t: &Token| *t == Token::Any;
    let stars = tokens.iter().filter(|t| is_star(t)).count();
    // Holes and stars correspond where there are as many of them.
    let mut names: Vec<Option<String>> = holes.iter().map(deployment_name).collect();
    if stars != holes.len() {
        names = vec![None; stars];
    }
    let (first, last) = (
        tokens.iter().position(is_star),
        tokens.iter().rposition(is_star),
    );
    let whole = decide && names.iter().all(Option::is_none);
    let mut names = names.into_iter();
    let mut out = String::new();
    for (at, token) in tokens.iter().enumerate() {
        // One placeholder stands for everything from the first open part to the last.
        if whole && Some(at) > first && Some(at) <= last {
            continue;
        }
        match token {
            Token::Any | Token::Within => match names.next().flatten() {
                Some(name) => out.push_str(&format!("${{{name}}}")),
                None if decide => out.push_str(PLACEHOLDER),
                None => out.push('*'),
            },
            Token::One => out.push('?'),
            Token::Char('*') => out.push_str("${*}"),
            Token::Char('?') => out.push_str("${?}"),
            Token::Char(c) => out.push(*c),
        }
    }
    out
}

fn deployment_name(hole: &Unknown) -> Option<String> {
    hole.origins.iter().find_map(|o| match &o.source {
        Source::Deployment(name) => Some(name.clone()),
        _ => None,
    })
}

fn chosen_by(holes: &[Unknown]) -> String {
    let paths: BTreeSet<String> = holes
        .iter()
        .flat_map(|h| &h.origins)
        .filter(|o| !o.path.is_empty())
        .map(|o| format!("`{}`", o.path))
        .collect();
    if paths.is_empty() {
        return String::new();
    }
    format!(
        " ({} chooses it at run time)",
        paths.into_iter().collect::<Vec<_>>().join(", ")
    )
}

fn who(analysis: &WorkflowAnalysis, need: &Need) -> String {
    match need.state.and_then(|id| analysis.definition.state(id)) {
        Some(state) => format!("`{}`", state.name),
        None => match need.phase {
            Phase::Logging => "log delivery".to_owned(),
            Phase::Tracing => "tracing".to_owned(),
            Phase::Encryption => "encryption".to_owned(),
            _ => "the workflow".to_owned(),
        },
    }
}

fn statement(key: Key, row: &Row, sids: &mut BTreeSet<String>) -> Value {
    let (open, _, resources, condition) = key;
    let actions: Vec<String> = row.actions.iter().cloned().collect();
    let mut out = Map::new();
    out.insert("Sid".to_owned(), json!(sid(open, row, sids)));
    out.insert("Effect".to_owned(), json!("Allow"));
    out.insert("Action".to_owned(), one_or_many(&actions));
    out.insert("Resource".to_owned(), one_or_many(&resources));
    if let Ok(condition @ Value::Object(_)) = serde_json::from_str(&condition) {
        out.insert("Condition".to_owned(), condition);
    }
    Value::Object(out)
}

/// A Sid from the states' names: letters and digits only (IAM JSON policy elements: Sid), distinct within the document.
fn sid(open: bool, row: &Row, sids: &mut BTreeSet<String>) -> String {
    const MAX: usize = 64;
    let mut text = if open {
        "Decide".to_owned()
    } else {
        String::new()
    };
    for name in &row.states {
        let mut upper = true;
        let mut word = String::new();
        for c in name.chars() {
            if c.is_ascii_alphanumeric() {
                word.push(if upper { c.to_ascii_uppercase() } else { c });
            }
            upper = !c.is_ascii_alphanumeric();
        }
        if text.len() + word.len() > MAX {
            text.push_str("AndMore");
            break;
        }
        text.push_str(&word);
    }
    if text.is_empty() {
        text.push_str("State");
    }
    let mut unique = text.clone();
    let mut n = 2;
    while !sids.insert(unique.clone()) {
        unique = format!("{text}{n}");
        n += 1;
    }
    unique
}
