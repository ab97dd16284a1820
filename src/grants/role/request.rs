//! What is known of the requests that Step Functions makes with an execution role, and which conditions that decides.
//!
//! Every request is made by a session of the role that the service holds ([`Context::of_execution_role`]). Of the request
//! for one need, its definition tells more: the service that a role is passed to, the endpoint of an HTTP call.

use crate::glob::{Glob, Token};
use crate::iam::{Condition, Context, SetPrefix, Statement, Test, global_region};
use crate::need::{Need, Phase};

/// Keys that only requests for the one action carry (service authorization reference, condition keys of IAM and of Step
/// Functions).
const OF_ONE_ACTION: [(&str, &str); 3] = [
    ("iam:passedtoservice", "iam:PassRole"),
    ("states:httpendpoint", "states:InvokeHTTPEndpoint"),
    ("states:httpmethod", "states:InvokeHTTPEndpoint"),
];

/// Prefix of the keys that hold the tags which a request gives, and the key that holds all their keys, in lower case.
const REQUEST_TAG: &str = "aws:requesttag/";
const TAG_KEYS: &str = "aws:tagkeys";

/// What is known of the request for a need, where the session is known: every key of which the need tells one value, or that
/// it is absent.
pub fn context(session: &Context, need: &Need) -> Context {
    const OF_CALLS: [&str; 7] = [
        "aws:requestedregion",
        "aws:resourceaccount",
        "aws:resourceorgid",
        "aws:viaawsservice",
        "aws:calledvia",
        "aws:calledviafirst",
        "aws:calledvialast",
    ];
    let of_need_alone = need.request.iter().map(|(key, _)| *key);
    let tags = need
        .tags
        .iter()
        .flatten()
        .map(|(key, _)| format!("{REQUEST_TAG}{}", key.to_ascii_lowercase()));
    let tags: Vec<String> = tags.collect();
    let known = OF_CALLS
        .into_iter()
        .chain(of_need_alone)
        .chain(tags.iter().map(String::as_str))
        .fold(session.clone(), |known, key| {
            let told = of_need(need, key).or_else(|| of_own(need, key, session));
            match told.as_deref() {
                Some([]) => known.without(key),
                Some([one]) => match one.as_literal() {
                    Some(value) => known.with(key, value),
                    None => known,
                },
                _ => known,
            }
        });
    match &need.tags {
        Some(tags) => with_tag_keys(known, tags),
        None => known,
    }
}

fn with_tag_keys(known: Context, tags: &[(String, Glob)]) -> Context {
    match tags {
        [] => known.without(TAG_KEYS),
        tags => known.with_values(TAG_KEYS, tags.iter().map(|(k, _)| k.clone()).collect()),
    }
}

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
    let key = condition.key.to_ascii_lowercase();
    if let (TAG_KEYS, Some(tags)) = (key.as_str(), need.and_then(|n| n.tags.as_ref())) {
        return with_tag_keys(session.clone(), tags).decides(condition);
    }
    match need.and_then(|need| of_need(need, &key).or_else(|| of_own(need, &key, session))) {
        Some(values) => by_values(condition, session, &values),
        None => session.decides(condition),
    }
}

/// The organization of everything that the need is about, where all of it is of the role's own account.
fn of_own(need: &Need, key: &str, session: &Context) -> Option<Vec<Glob>> {
    if key != "aws:resourceorgid" {
        return None;
    }
    let (own, id) = session
        .only("aws:PrincipalAccount")
        .zip(session.only("aws:PrincipalOrgID"))?;
    let accounts = one_part(need, 4, is_account)?;
    let all_own = accounts
        .iter()
        .all(|a| a.as_literal().as_deref() == Some(own));
    all_own.then(|| vec![Glob::literal(id)])
}

/// What the need tells of a key: the values of which the request has one, none where it does not carry the key.
fn of_need(need: &Need, key: &str) -> Option<Vec<Glob>> {
    if let Some((_, values)) = need.request.iter().find(|(k, _)| *k == key) {
        return Some(values.clone());
    }
    if is_elsewhere(key, &need.action) {
        return Some(Vec::new());
    }
    if let (Some(name), Some(tags)) = (key.strip_prefix(REQUEST_TAG), &need.tags) {
        let own = tags.iter().find(|(k, _)| k.eq_ignore_ascii_case(name));
        return Some(own.map(|(_, value)| value.clone()).into_iter().collect());
    }
    match key {
        // Only what a service does with its caller's permissions comes through one (AWS KMS Developer Guide, "kms:ViaService").
        "kms:viaservice" if is_direct(need) => Some(Vec::new()),
        "aws:requestedregion" => one_part(need, 3, |_| true).or_else(|| region(need)),
        "aws:resourceaccount" => one_part(need, 4, is_account),
        // IAM User Guide, "Forward access sessions".
        "aws:viaawsservice" if is_direct(need) => Some(vec![Glob::literal("false")]),
        "aws:calledvia" | "aws:calledviafirst" | "aws:calledvialast" if is_direct(need) => {
            Some(Vec::new())
        }
        _ => None,
    }
}

/// Whether Step Functions surely makes the call itself: the action is of the service that the state calls. What that service
/// needs beside is often asked for in the role's name by the service.
fn is_direct(need: &Need) -> bool {
    let called = need.because.split(':').find(|part| *part != "aws-sdk");
    let of = need.action.split(':').next();
    is_by_role(need) && called.is_some() && called == of
}

/// Whether a call is authorized with the role, rather than the passing of another.
fn is_by_role(need: &Need) -> bool {
    !matches!(need.phase, Phase::Forwarded | Phase::PassRole)
}

/// The region of the endpoint that a call goes to whose resources tell none.
fn region(need: &Need) -> Option<Vec<Glob>> {
    if !is_by_role(need) {
        return None;
    }
    let own = need.region.as_deref()?;
    let service = need.action.split(':').next().unwrap_or_default();
    let partition = match own {
        cn if cn.starts_with("cn-") => "aws-cn",
        gov if gov.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    Some(vec![Glob::literal(
        global_region(partition, service).unwrap_or(own),
    )])
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
