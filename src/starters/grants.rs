//! Statements that allow a start, by what they are about.

use std::sync::Arc;

use super::{REDRIVE, START, START_SYNC};
use crate::arn::Arn;
use crate::finding::StatementRef;
use crate::glob::{Glob, Token};
use crate::iam::{Authority, Condition, Effect, Policy, ResourceSpec, Statement, evaluate};

/// One resource pattern of a statement that allows a start.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The place in the index of those who hold it.
    pub group: usize,
    policy: Arc<Policy>,
    statement: usize,
    sid: Option<String>,
    /// Which of the three actions.
    pub actions: Vec<&'static str>,
    /// As the policy writes it; `NotResource …` for all but some.
    pub text: String,
    /// What it can match.
    pub glob: Glob,
    /// The workflow that it names, without version or alias.
    pub names: Option<String>,
    /// No condition, no variable and no exception: it surely allows what it matches.
    pub sure: bool,
    /// The statement's conditions.
    pub conditions: Arc<[Condition]>,
}

/// Whether some statement of the policy allows a start.
pub fn are_in(policy: &Policy) -> bool {
    let about = |s: &Statement| {
        [START, START_SYNC, REDRIVE]
            .iter()
            .any(|a| s.actions.matches(a))
    };
    let mut statements = policy.statements.iter();
    statements.any(|s| s.effect == Effect::Allow && about(s))
}

/// The grants of one allowing statement.
pub fn of(group: usize, policy: &Arc<Policy>, statement: &Statement) -> Vec<Grant> {
    let actions: Vec<&'static str> = [START, START_SYNC, REDRIVE]
        .into_iter()
        .filter(|a| statement.actions.matches(a))
        .collect();
    if actions.is_empty() {
        return Vec::new();
    }
    let conditions: Arc<[Condition]> = statement.conditions.clone().into();
    let grant = |text: String, glob: Glob, sure: bool| Grant {
        conditions: Arc::clone(&conditions),
        group,
        policy: Arc::clone(policy),
        statement: statement.index,
        sid: statement.sid.clone(),
        actions: actions.clone(),
        names: glob.as_literal().as_deref().and_then(workflow_of),
        text,
        glob,
        sure: sure && statement.conditions.is_empty(),
    };
    match &statement.resources {
        ResourceSpec::Only(patterns) => patterns
            .iter()
            .map(|p| {
                let mut made = grant(p.text.clone(), p.widest(), !p.template.has_variables());
                // `ARN:*` is every version and alias of one workflow.
                if made.names.is_none() {
                    made.names = p.text.strip_suffix(":*").and_then(|base| {
                        let literal = !base.contains(['*', '?', '$']);
                        literal.then(|| workflow_of(base)).flatten()
                    });
                }
                made
            })
            .collect(),
        ResourceSpec::AllBut(patterns) => {
            let all: Vec<&str> = patterns.iter().map(|p| p.text.as_str()).collect();
            let text = format!("NotResource {}", all.join(", "));
            vec![grant(text, Glob::any(), false)]
        }
        ResourceSpec::Unstated => Vec::new(),
    }
}

/// The workflow whose ARN, version, alias or execution this is.
fn workflow_of(text: &str) -> Option<String> {
    let arn = Arn::parse(text)?;
    if arn.service() != "states" {
        return None;
    }
    let mut parts = arn.resource().splitn(3, ':');
    let kind = parts.next()?;
    let name = parts.next()?;
    let named = matches!(kind, "stateMachine" | "execution" | "express");
    named.then(|| {
        format!(
            "arn:{}:states:{}:{}:stateMachine:{name}",
            arn.partition(),
            arn.region(),
            arn.account()
        )
    })
}

/// One workflow as patterns meet it.
pub struct Own {
    /// The workflow. A start of a version or alias is authorised on it too (Step Functions Developer Guide,
    /// "Authorization for versions and aliases"): a grant on their own ARNs lets nobody start anything.
    start: String,
    /// One execution for all.
    redrive: String,
}

/// What to ask for to learn what a pattern comes to for one workflow.
pub struct Asked {
    start: Option<String>,
    redrive: Option<String>,
}

impl Own {
    /// Of the workflow with this ARN.
    pub fn new(workflow: &Arn) -> Self {
        Self {
            start: workflow.to_string(),
            redrive: format!(
                "arn:{}:states:{}:{}:execution:{}:x",
                workflow.partition(),
                workflow.region(),
                workflow.account(),
                workflow.name()
            ),
        }
    }

    /// Whether the text before the pattern's first wildcard fits: a test that is cheap, and passes too much.
    pub fn may_match(&self, glob: &Glob) -> bool {
        let fixed = |text: &str| {
            let mut text = text.chars();
            let tokens = glob.tokens().iter();
            let mut head = tokens.map_while(|t| match t {
                Token::Char(c) => Some(*c),
                _ => None,
            });
            head.all(|c| text.next() == Some(c))
        };
        fixed(&self.start) || fixed(&self.redrive)
    }

    /// Whether the pattern is the name of an execution of this workflow.
    pub fn is_named_by(&self, glob: &Glob) -> bool {
        let execution = glob.as_literal().filter(|l| l.contains(":execution:"));
        let named = execution.as_deref().and_then(workflow_of);
        named.is_some_and(|named| self.start == named)
    }

    /// What of this workflow the pattern matches.
    pub fn asked(&self, glob: &Glob) -> Asked {
        // An execution that is named exactly is asked for by its own name.
        let named = || glob.as_literal().filter(|l| l.contains(":execution:"));
        let redrive = glob.matches(&self.redrive).then(|| self.redrive.clone());
        Asked {
            start: glob.matches(&self.start).then(|| self.start.clone()),
            redrive: redrive.or_else(named),
        }
    }
}

impl Asked {
    /// Whether the pattern is not about the workflow at all.
    pub const fn is_nothing(&self) -> bool {
        self.start.is_none() && self.redrive.is_none()
    }

    /// The resource to ask for.
    pub fn resource(&self, action: &str) -> Option<&str> {
        if action == REDRIVE {
            self.redrive.as_deref()
        } else {
            self.start.as_deref()
        }
    }
}

/// Whether a pattern with wildcards names the workflow all the same: only its region or account is open, or the version
/// or alias behind its name.
pub fn names_by_pattern(text: &str, workflow: &Arn) -> bool {
    let Some(resource) = text.splitn(6, ':').nth(5) else {
        return false;
    };
    let name = workflow.resource();
    resource == name || resource.strip_prefix(name) == Some(":*")
}

/// Whether there is a boundary, or a deny of all resources but some.
pub fn has_ceiling(authority: &Authority) -> bool {
    let mut denies = authority.identity.iter().flat_map(|p| &p.statements);
    authority.boundary.is_some()
        || denies
            .any(|s| s.effect == Effect::Deny && matches!(s.resources, ResourceSpec::AllBut(_)))
}

/// Whether the boundary, or a deny of all other resources, leaves of the workflows that a wildcard matches only those that
/// it names, this one among them.
pub fn is_held_to(authority: &Authority, workflow: &Arn) -> bool {
    let about = |s: &&Statement| [START, START_SYNC].iter().any(|a| s.actions.matches(a));
    let matching = |s: &Statement| -> Vec<bool> {
        let patterns = s.resources.patterns().iter();
        patterns
            .filter(|p| p.widest().matches(workflow.as_str()))
            .map(|p| names_by_pattern(&p.text, workflow))
            .collect()
    };
    let all_name = |found: &[bool]| !found.is_empty() && found.iter().all(|named| *named);
    let bounded = authority.boundary.as_ref().is_some_and(|boundary| {
        let allows = boundary.statements.iter();
        let mut found = Vec::new();
        for statement in allows.filter(|s| s.effect == Effect::Allow).filter(about) {
            match &statement.resources {
                ResourceSpec::Only(_) => found.extend(matching(statement)),
                ResourceSpec::AllBut(_) | ResourceSpec::Unstated => found.push(false),
            }
        }
        all_name(&found)
    });
    let policies = authority.identity.iter().chain(&authority.boundary);
    let mut denies = policies
        .flat_map(|p| &p.statements)
        .filter(|s| s.effect == Effect::Deny && s.conditions.is_empty())
        .filter(about);
    bounded
        || denies.any(|s| matches!(s.resources, ResourceSpec::AllBut(_)) && all_name(&matching(s)))
}

impl Grant {
    /// Whether a decision names this statement.
    pub fn is(&self, by: &evaluate::StatementRef) -> bool {
        by.statement == self.statement && by.policy == self.policy.name
    }

    /// The statement, for reports.
    pub fn reference(&self) -> StatementRef {
        StatementRef {
            name: self.policy.name.clone(),
            statement: self.statement,
            sid: self.sid.clone(),
        }
    }
}
