//! What is known of the requests that Step Functions makes with an execution role, and which conditions that decides.
//!
//! Every request is made by a session of the role that the service holds ([`Context::of_execution_role`]). Of the request
//! for one need, its definition tells more: the service that a role is passed to, the endpoint of an HTTP call.

use crate::glob::{Glob, Token};
use crate::iam::{Condition, Context, SetPrefix, Statement, Test};
use crate::need::Need;

/// Keys that only requests for the one action carry (service authorization reference, condition keys of IAM and of Step
/// Functions).
const OF_ONE_ACTION: [(&str, &str); 3] = [
    ("iam:passedtoservice", "iam:PassRole"),
    ("states:httpendpoint", "states:InvokeHTTPEndpoint"),
    ("states:httpmethod", "states:InvokeHTTPEndpoint"),
];

/// Whether every condition of the statement surely holds for the request.
pub fn surely_applies(statement: &Statement, session: &Context, need: Option<&Need>) -> bool {
    statement
        .conditions
        .iter()
        .all(|c| decides(c, session, need) == Some(true))
}

/// Whether some condition of the statement fails in every request, so that it never applies.
pub fn never_applies(statement: &Statement, session: &Context, need: Option<&Need>) -> bool {
    statement
        .conditions
        .iter()
        .any(|c| decides(c, session, need) == Some(false))
}

/// Whether some condition asks for a key that requests for this action, given by its name, never carry.
pub fn never_applies_to(statement: &Statement, session: &Context, action: &str) -> bool {
    statement.conditions.iter().any(|c| {
        is_elsewhere(&c.key.to_ascii_lowercase(), action)
            && session.clone().without(&c.key).decides(c) == Some(false)
    })
}

/// Whether only requests for another action carry the key.
fn is_elsewhere(key: &str, action: &str) -> bool {
    OF_ONE_ACTION
        .iter()
        .any(|(k, only)| *k == key && !action.eq_ignore_ascii_case(only))
}

/// Whether the condition holds for the request for this need, or for every request; `None` where that is not known.
fn decides(condition: &Condition, session: &Context, need: Option<&Need>) -> Option<bool> {
    match need.and_then(|need| of_need(need, &condition.key.to_ascii_lowercase())) {
        Some(values) => by_values(condition, session, &values),
        None => session.decides(condition),
    }
}

/// What the need tells of a key: the values of which the request has one, none where it does not carry the key.
fn of_need(need: &Need, key: &str) -> Option<Vec<Glob>> {
    if let Some((_, values)) = need.request.iter().find(|(k, _)| *k == key) {
        return Some(values.clone());
    }
    if is_elsewhere(key, &need.action) {
        return Some(Vec::new());
    }
    match key {
        "aws:requestedregion" => one_part(need, 3, |_| true),
        "aws:resourceaccount" => one_part(need, 4, is_account),
        _ => None,
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// The region or account of everything that the need is about, where all of it names the same kind of one.
fn one_part(need: &Need, at: usize, good: fn(&str) -> bool) -> Option<Vec<Glob>> {
    let mut parts: Vec<Glob> = Vec::new();
    for resource in &need.resources {
        let part = resource
            .tokens()
            .splitn(6, |t| *t == Token::Char(':'))
            .nth(at)?;
        let text: Option<String> = part
            .iter()
            .map(|t| match t {
                Token::Char(c) => Some(*c),
                Token::Any | Token::Within | Token::One => None,
            })
            .collect();
        let text = text.filter(|t| !t.is_empty() && good(t))?;
        parts.push(Glob::literal(&text));
    }
    (!parts.is_empty()).then_some(parts)
}

/// The condition on a key that has one of these values; none at all where there are none.
fn by_values(condition: &Condition, session: &Context, values: &[Glob]) -> Option<bool> {
    let key = condition.key.as_str();
    if values.is_empty() {
        return session.clone().without(key).decides(condition);
    }
    let literals: Option<Vec<String>> = values.iter().map(Glob::as_literal).collect();
    if let Some(literals) = literals {
        let mut answers = literals
            .into_iter()
            .map(|value| session.clone().with(key, value).decides(condition));
        let first = answers.next()?;
        return answers.all(|a| a == first).then_some(first).flatten();
    }
    let compares_text = matches!(
        condition.operator.test,
        Test::StringEquals | Test::StringLike | Test::Arn
    );
    if condition.operator.negated || condition.operator.set != SetPrefix::None || !compares_text {
        return None;
    }
    let possible = condition
        .values
        .iter()
        .any(|asked| values.iter().any(|v| asked.widest().overlaps(v)));
    (!possible).then_some(false)
}

#[cfg(test)]
mod tests;
