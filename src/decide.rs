//! `stepwarden decide`: IAM decisions with their reasons, one or as JSON lines. Text in, text out.
//!
//! Known of a request is what the line says, and what the principal itself tells: its ARN and, with a snapshot, its tags.
//! Identity policies and the permissions boundary only: no service or resource control policy, session policy, key or
//! resource policy is looked at.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::arn::Arn;
use crate::iam::{
    Authority, Context, Decision, Policy, Principals, Problem, Request, StatementRef, evaluate,
    parse,
};

/// Decides lines; the principals are those of a snapshot, where there is one.
#[derive(Debug, Default)]
pub struct Decider<'a> {
    principals: Option<&'a Principals>,
    /// Documents that lines brought with them, by name and text: many lines try the same ones.
    documents: HashMap<(String, String), Result<Arc<Policy>, String>>,
}

/// The cache of documents starts anew at this many.
const MAX_DOCUMENTS: usize = 1_024;

/// The answer to one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// One line of JSON, without the line break.
    pub json: String,
    /// Whether it is an error: the command's exit status is then 2.
    pub is_error: bool,
}

/// One question, as the command line's own options put it.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// `--principal`
    pub principal: String,
    /// `--action`
    pub action: String,
    /// `--resource`
    pub resource: String,
    /// `--context`, each `KEY=VALUE`; a key that stands more than once has all its values.
    pub context: Vec<String>,
}

#[derive(Serialize)]
struct Decided<'d> {
    decision: &'static str,
    by: Vec<By<'d>>,
    on: &'d [String],
}

#[derive(Serialize)]
struct By<'d> {
    policy: &'d str,
    statement: usize,
}

#[derive(Serialize)]
struct Failed<'d> {
    error: &'d str,
}

impl<'a> Decider<'a> {
    /// Decides for the principals of a snapshot, or with nothing but what the lines bring.
    pub fn new(principals: Option<&'a Principals>) -> Self {
        Self {
            principals,
            documents: HashMap::new(),
        }
    }

    /// Answers every line of the text that is not blank, in order, each with a line break; whether any was an error.
    pub fn lines(&mut self, text: &str) -> (String, bool) {
        let mut out = String::new();
        let mut any_error = false;
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let answer = self.line(line);
            any_error |= answer.is_error;
            out.push_str(&answer.json);
            out.push('\n');
        }
        (out, any_error)
    }

    /// Answers one line of JSON.
    pub fn line(&mut self, line: &str) -> Answer {
        answer(self.read(line))
    }

    /// Answers the question that the command line's options put.
    pub fn question(&mut self, question: &Question) -> Answer {
        let mut context = Context::new();
        let mut values: Vec<(String, Vec<String>)> = Vec::new();
        for entry in &question.context {
            let Some((key, value)) = entry.split_once('=').filter(|(key, _)| !key.is_empty())
            else {
                return answer(Err(format!("`--context {entry}` is not `KEY=VALUE`")));
            };
            match values.iter_mut().find(|(k, _)| k.eq_ignore_ascii_case(key)) {
                Some((_, values)) => values.push(value.to_owned()),
                None => values.push((key.to_owned(), vec![value.to_owned()])),
            }
        }
        for (key, values) in values {
            context = context.with_values(&key, values);
        }
        let line = Line {
            principal: Some(question.principal.as_str()),
            action: &question.action,
            resource: &question.resource,
            context,
            policies: None,
            boundary: None,
        };
        answer(self.decide(line))
    }

    fn read(&mut self, text: &str) -> Result<Decision, String> {
        let value: Value = serde_json::from_str(text)
            .map_err(|error| format!("the line is not valid JSON: {error}"))?;
        let fields = value.as_object().ok_or("the line is not a JSON object")?;
        let line = Line {
            principal: optional_text(fields, "principal")?,
            action: required_text(fields, "action")?,
            resource: required_text(fields, "resource")?,
            context: context(fields.get("context"))?,
            policies: match fields.get("policies") {
                None | Some(Value::Null) => None,
                Some(Value::Array(documents)) => Some(documents),
                Some(_) => return Err("`policies` is not an array of policy documents".to_owned()),
            },
            boundary: fields.get("boundary"),
        };
        self.decide(line)
    }

    fn decide(&mut self, line: Line<'_>) -> Result<Decision, String> {
        let action = line.action;
        let (service, name) = action.split_once(':').unwrap_or((action, ""));
        if service.is_empty() || name.is_empty() || action.contains(['*', '?']) {
            return Err("`action` is not `service:Action` without wildcards".to_owned());
        }
        if line.resource != "*" && Arn::parse(line.resource).is_none() {
            return Err("`resource` is neither an ARN nor `*`".to_owned());
        }
        let principal = line
            .principal
            .map(|text| Arn::parse(text).ok_or("`principal` is not an ARN"))
            .transpose()?;
        let known = match (&principal, self.principals) {
            (Some(arn), Some(principals)) => principals.get(arn),
            _ => None,
        };
        let (authority, own);
        match (line.policies, line.boundary, known) {
            (None, None, Some(known)) => authority = &known.authority,
            (None, _, None) => {
                return Err(match (line.principal, self.principals) {
                    (None, _) => "`principal` is missing".to_owned(),
                    (Some(_), Some(_)) => "the principal is not in the snapshot".to_owned(),
                    (Some(_), None) => {
                        "there are no policies to decide by: give `policies` in the line, or a snapshot".to_owned()
                    }
                });
            }
            (policies, boundary, known) => {
                own = self.own(policies, boundary, known.map(|k| &k.authority))?;
                authority = &own;
            }
        }
        // The contract: a key that is not in the line's context is unknown, but for what the principal itself tells.
        let told = match (known, &principal) {
            (Some(known), _) => known.context(authority),
            (None, Some(arn)) => Context::of_principal(arn),
            (None, None) => Context::new(),
        };
        let context = line.context.or(told);
        let request = Request {
            principal: None,
            action,
            resource: line.resource,
            context: &context,
        };
        Ok(evaluate(authority, &request))
    }

    /// The line's own policies and boundary, each in the place of the principal's.
    fn own(
        &mut self,
        policies: Option<&Vec<Value>>,
        boundary: Option<&Value>,
        known: Option<&Authority>,
    ) -> Result<Authority, String> {
        let mut authority = known.cloned().unwrap_or_default();
        if let Some(documents) = policies {
            let named = documents.iter().enumerate();
            authority.identity = named
                .map(|(i, document)| self.document(format!("policies[{i}]"), document))
                .collect::<Result<_, _>>()?;
        }
        match boundary {
            None => {}
            Some(Value::Null) => authority.boundary = None,
            Some(document) => {
                authority.boundary = Some(self.document("boundary".to_owned(), document)?);
            }
        }
        Ok(authority)
    }

    fn document(&mut self, name: String, document: &Value) -> Result<Arc<Policy>, String> {
        if self.documents.len() > MAX_DOCUMENTS {
            self.documents.clear();
        }
        let text = match document {
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        let key = (name, text);
        if let Some(parsed) = self.documents.get(&key) {
            return parsed.clone();
        }
        let (policy, problems) = match document {
            Value::String(text) => {
                let document = crate::snapshot::Document(text.clone());
                parse::policy(&key.0, &document)
            }
            value => parse::policy_value(&key.0, value),
        };
        let parsed = match problems.iter().find(|p| p.blind) {
            Some(problem) => Err(in_words(problem)),
            None => Ok(Arc::new(policy)),
        };
        self.documents.insert(key, parsed.clone());
        parsed
    }
}

struct Line<'l> {
    principal: Option<&'l str>,
    action: &'l str,
    resource: &'l str,
    context: Context,
    policies: Option<&'l Vec<Value>>,
    boundary: Option<&'l Value>,
}

fn in_words(problem: &Problem) -> String {
    match problem.statement {
        Some(index) => format!("statement {index} of `{}`: {}", problem.policy, problem.why),
        None => format!("`{}`: {}", problem.policy, problem.why),
    }
}

fn optional_text<'f>(
    fields: &'f Map<String, Value>,
    name: &str,
) -> Result<Option<&'f str>, String> {
    match fields.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("`{name}` is not a string")),
    }
}

fn required_text<'f>(fields: &'f Map<String, Value>, name: &str) -> Result<&'f str, String> {
    optional_text(fields, name)?.ok_or_else(|| format!("`{name}` is missing"))
}

fn context(value: Option<&Value>) -> Result<Context, String> {
    let fields = match value {
        None | Some(Value::Null) => return Ok(Context::new()),
        Some(Value::Object(fields)) => fields,
        Some(_) => return Err("`context` is not an object".to_owned()),
    };
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let mut context = Context::new();
    for (key, value) in fields {
        let values: Option<Vec<String>> = match value {
            Value::Null => {
                context = context.without(key);
                continue;
            }
            Value::Array(values) => values.iter().map(text).collect(),
            value => text(value).map(|text| vec![text]),
        };
        let Some(values) = values else {
            return Err(format!(
                "the context value of `{key}` is neither a string, a list of strings nor `null`"
            ));
        };
        context = context.with_values(key, values);
    }
    Ok(context)
}

fn answer(decided: Result<Decision, String>) -> Answer {
    let error = match &decided {
        Err(error) => error.clone(),
        Ok(Decision::Depends { unread, .. }) if !unread.is_empty() => {
            format!(
                "not decided, for it could not be read: {}",
                unread.join(", ")
            )
        }
        Ok(decision) => {
            return Answer {
                json: json(&shown(decision)),
                is_error: false,
            };
        }
    };
    Answer {
        json: json(&Failed { error: &error }),
        is_error: true,
    }
}

fn shown(decision: &Decision) -> Decided<'_> {
    match decision {
        Decision::Allow { by } => reasons("allow", by),
        Decision::Deny { by } => reasons("deny", by),
        Decision::NoMatch => reasons("no-match", &[]),
        Decision::Depends { on, .. } => Decided {
            on,
            ..reasons("depends", &[])
        },
    }
}

fn reasons<'d>(decision: &'static str, by: &'d [StatementRef]) -> Decided<'d> {
    let each = by.iter().map(|s| By {
        policy: &s.policy,
        statement: s.statement,
    });
    Decided {
        decision,
        by: each.collect(),
        on: &[],
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value)
        .unwrap_or_else(|_| r#"{"error":"the answer could not be written"}"#.to_owned())
}

#[cfg(test)]
mod tests;
