//! What a workflow writes to resources whose own policies hand it to everybody.

use super::document::open_statement;
use crate::asl::StateId;
use crate::glob::{Glob, Token};
use crate::iam::{AccountLayers, Found, Policy, Statement};
use crate::need::Need;

/// A resource that a workflow writes to, and of which everybody may read what it writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenResource {
    /// The resource that holds the policy.
    pub arn: String,
    /// What is written there, by action.
    pub writes: Vec<String>,
    /// The action by which everybody reads it.
    pub reads: &'static str,
    /// The statement, in a word.
    pub says: String,
    /// The states that write there.
    pub states: Vec<StateId>,
}

/// What is written by the first is read by the second.
const READ_BY: [(&str, &str); 9] = [
    ("s3:PutObject", "s3:GetObject"),
    ("s3:ReplicateObject", "s3:GetObject"),
    ("s3:RestoreObject", "s3:GetObject"),
    ("sqs:SendMessage", "sqs:ReceiveMessage"),
    ("sns:Publish", "sns:Subscribe"),
    (
        "secretsmanager:CreateSecret",
        "secretsmanager:GetSecretValue",
    ),
    (
        "secretsmanager:PutSecretValue",
        "secretsmanager:GetSecretValue",
    ),
    (
        "secretsmanager:RotateSecret",
        "secretsmanager:GetSecretValue",
    ),
    (
        "secretsmanager:UpdateSecret",
        "secretsmanager:GetSecretValue",
    ),
];

/// The resources among those that these needs write to, in the order of the needs. A policy that was not read is none.
pub fn open_resources(needs: &[Need], layers: &AccountLayers) -> Vec<OpenResource> {
    let mut found: Vec<OpenResource> = Vec::new();
    for need in needs.iter().filter(|n| !n.optional) {
        let Some((state, reads)) = need.state.zip(reads_back(&need.action)) else {
            continue;
        };
        for resource in &need.resources {
            let Some(holder) = holder(resource) else {
                continue;
            };
            let Found::Policy(policy) = layers.resources.find(&holder) else {
                continue;
            };
            let Some(says) = for_everybody(policy, reads, resource) else {
                continue;
            };
            match found.iter_mut().find(|o| o.arn == holder.as_str()) {
                Some(open) => {
                    push(&mut open.states, state);
                    push(&mut open.writes, need.action.clone());
                }
                None => found.push(OpenResource {
                    arn: holder.to_string(),
                    writes: vec![need.action.clone()],
                    reads,
                    says,
                    states: vec![state],
                }),
            }
        }
    }
    found
}

fn push<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

fn reads_back(action: &str) -> Option<&'static str> {
    let mut pairs = READ_BY.iter();
    pairs
        .find(|(writes, _)| *writes == action)
        .map(|(_, reads)| *reads)
}

/// The resource whose policy is asked: the bucket of an object, else the resource itself. None where its name is open.
fn holder(resource: &Glob) -> Option<crate::arn::Arn> {
    let name = resource.tokens().split(|t| *t == Token::Char('/')).next()?;
    let text: Option<String> = name
        .iter()
        .map(|t| match t {
            Token::Char(c) => Some(*c),
            Token::Any | Token::Within | Token::One => None,
        })
        .collect();
    let arn = crate::arn::Arn::parse(&text?)?;
    (arn.service() == "s3" || resource.as_literal().is_some()).then_some(arn)
}

/// The statement that allows everybody the action on some of what is written.
fn for_everybody(policy: &Policy, action: &str, written: &Glob) -> Option<String> {
    let some = |s: &Statement| s.actions.matches(action) && s.resources.may_touch(written);
    let all = |s: &Statement| s.actions.matches(action) && s.resources.spans(written);
    open_statement(policy, some, all)
}
