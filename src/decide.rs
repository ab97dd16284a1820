//! `stepwarden decide`: IAM decisions with their reasons, one or as JSON lines. Text in, text out.
//!
//! Known of a request is what the line says, and what the principal itself tells: its ARN and, with a snapshot, its tags.
//! Identity policies, the permissions boundary, and of the other layers those that the line or the snapshot gives: session
//! policies, the organization's policies, the resource's own. What is not given is not considered.

mod given;
mod line;

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::iam::{
    AccountLayers, Authority, Context, Decision, Principals, Request, ResourceSide, StatementRef,
    Together, evaluate_on, together,
};
use crate::parallel;
use given::Documents;
use line::Line;

/// Decides lines; the principals are those of a snapshot, where there is one.
#[derive(Debug, Default)]
pub struct Decider<'a> {
    principals: Option<&'a Principals>,
    around: Option<&'a AccountLayers>,
    documents: Documents,
}

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
    /// Where more layers than the principal's own policies and boundary are considered.
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'d str>,
}

/// An answer, and whether layers were considered beyond the principal's own policies and boundary.
struct Answered {
    decision: Decision,
    layered: bool,
}

#[derive(Serialize)]
struct Failed<'d> {
    error: &'d str,
}

/// So many lines are answered by one thread, which reads a document that they share once.
const BLOCK: usize = 1024;

impl<'a> Decider<'a> {
    /// Decides for the principals of a snapshot, or with nothing but what the lines bring.
    pub fn new(principals: Option<&'a Principals>) -> Self {
        Self {
            principals,
            ..Self::default()
        }
    }

    /// With what stands above and around them.
    #[must_use]
    pub fn within(self, around: &'a AccountLayers) -> Self {
        Self {
            around: Some(around),
            ..self
        }
    }

    /// Answers every line of the text that is not blank, in order, each with a line break; whether any was an error.
    pub fn lines(&self, text: &str) -> (String, usize) {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).collect();
        let blocks: Vec<&[&str]> = lines.chunks(BLOCK).collect();
        let answers = parallel::map(0..blocks.len(), |block| {
            let mut decider = Self {
                principals: self.principals,
                around: self.around,
                ..Self::default()
            };
            let lines = blocks.get(block).copied().unwrap_or_default();
            let answers = lines.iter().map(|line| decider.line(line));
            answers.collect::<Vec<Answer>>()
        });
        let mut out = String::new();
        let mut errors = 0;
        for answer in answers.into_iter().flatten() {
            errors += usize::from(answer.is_error);
            out.push_str(&answer.json);
            out.push('\n');
        }
        (out, errors)
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
            ..Line::default()
        };
        answer(self.decide(line))
    }

    fn read(&mut self, text: &str) -> Result<Answered, String> {
        let value: Value = serde_json::from_str(text)
            .map_err(|error| format!("the line is not valid JSON: {error}"))?;
        let fields = value.as_object().ok_or("the line is not a JSON object")?;
        self.decide(Line::read(fields)?)
    }

    fn decide(&mut self, line: Line<'_>) -> Result<Answered, String> {
        let (principal, resource) = line.asked()?;
        let known = match (&principal, self.principals) {
            (Some(arn), Some(principals)) => principals.get(arn),
            _ => None,
        };
        if known.is_none() && line.policies.is_none() {
            return Err(match (line.principal, self.principals) {
                (None, _) => "`principal` is missing".to_owned(),
                (Some(_), Some(_)) => "the principal is not in the snapshot".to_owned(),
                (Some(_), None) => {
                    "there are no policies to decide by: give `policies` in the line, or a snapshot"
                        .to_owned()
                }
            });
        }
        let mut authority = self.own(&line, known.map(|k| &k.authority))?;
        // The contract: a key that is not in the line's context is unknown, but for what the principal itself tells.
        let told = match (known, &principal) {
            (Some(known), _) => known.context(&authority),
            (None, Some(arn)) => Context::of_principal(arn),
            (None, None) => Context::new(),
        };
        let above = match line.organization {
            Some(given) => Some(given::organization(given)?),
            None => self.around.and_then(|around| around.organization.clone()),
        };
        if let Some(organization) = &above {
            authority.service_controls = match &principal {
                Some(principal) => organization.service_controls_over(principal),
                None => Arc::clone(&organization.service_controls),
            };
        }
        let told = match above.as_ref().and_then(|o| o.id.as_ref()) {
            Some(id) => told.with("aws:PrincipalOrgID", id.clone()),
            None => told,
        };
        let context = line.context.or(told);
        let account = resource
            .as_ref()
            .map(|r| r.account().to_owned())
            .filter(|account| !account.is_empty())
            .or_else(|| context.only("aws:ResourceAccount").map(str::to_owned));
        let given = match line.resource_policy {
            Some(document) => Some(self.documents.of_resource(document)?),
            None => None,
        };
        let read = self.around.zip(resource.as_ref());
        let read = read.and_then(|(around, arn)| around.policy_of(arn, self.principals));
        let policy = given.as_deref().or(read);
        let controls = above.map(|organization| {
            let account = account.as_deref();
            // Above another account's resources stands something else; a line gives what stands above its resource.
            let own = line.organization.is_some()
                || account.is_none_or(|of| self.around.is_none_or(|around| around.is_home(of)));
            match own {
                true => organization.resource_controls_over(account.unwrap_or_default()),
                false => Arc::default(),
            }
        });
        let side = ResourceSide {
            policy,
            together: match policy {
                Some(_) => together(principal.as_ref(), line.action, account.as_deref()),
                None => Together::Alone,
            },
            controls: controls.as_deref().unwrap_or_default(),
        };
        let request = Request {
            principal: principal.as_ref(),
            action: line.action,
            resource: line.resource,
            context: &context,
        };
        Ok(Answered {
            layered: controls.is_some() || policy.is_some() || authority.session.is_some(),
            decision: evaluate_on(&authority, &request, side),
        })
    }

    /// The principal's own policies and boundary, those that the line brings in their place.
    fn own(&mut self, line: &Line<'_>, known: Option<&Authority>) -> Result<Authority, String> {
        let mut authority = known.cloned().unwrap_or_default();
        if let Some(documents) = line.policies {
            authority.identity = self.documents.each("policies", documents)?;
        }
        match line.boundary {
            None => {}
            Some(Value::Null) => authority.boundary = None,
            Some(document) => {
                authority.boundary = Some(self.documents.one("boundary".to_owned(), document)?);
            }
        }
        if let Some(documents) = line.session_policies {
            authority.session = Some(self.documents.each("sessionPolicies", documents)?);
        }
        Ok(authority)
    }
}

fn answer(decided: Result<Answered, String>) -> Answer {
    let error = match &decided {
        Err(error) => error.clone(),
        Ok(Answered {
            decision: Decision::Depends { unread, .. },
            ..
        }) if !unread.is_empty() => {
            format!(
                "not decided, for it could not be read: {}",
                unread.join(", ")
            )
        }
        Ok(answered) => {
            return Answer {
                json: json(&shown(answered)),
                is_error: false,
            };
        }
    };
    Answer {
        json: json(&Failed { error: &error }),
        is_error: true,
    }
}

fn shown(answered: &Answered) -> Decided<'_> {
    match &answered.decision {
        Decision::Allow { by } => answered.reasons("allow", by),
        Decision::Deny { by } => answered.reasons("deny", by),
        Decision::NoMatch => answered.reasons("no-match", &[]),
        Decision::Depends { on, .. } => Decided {
            on,
            ..answered.reasons("depends", &[])
        },
    }
}

impl Answered {
    fn reasons<'d>(&self, decision: &'static str, by: &'d [StatementRef]) -> Decided<'d> {
        let each = by.iter().map(|s| By {
            policy: &s.policy,
            statement: s.statement,
            layer: self.layered.then(|| s.layer.name()),
            target: s.target.as_deref(),
        });
        Decided {
            decision,
            by: each.collect(),
            on: &[],
        }
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value)
        .unwrap_or_else(|_| r#"{"error":"the answer could not be written"}"#.to_owned())
}

#[cfg(test)]
mod tests;
