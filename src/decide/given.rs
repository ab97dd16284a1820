//! What lines bring to decide by, parsed.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use crate::iam::{Organization, Policy, Problem, parse};
use crate::snapshot::{Document, OrganizationPolicies};

/// Documents that lines brought with them, by name and text: many lines try the same ones.
#[derive(Debug, Default)]
pub(super) struct Documents(HashMap<(String, String), Result<Arc<Policy>, String>>);

/// The cache of documents starts anew at this many.
const MAX_DOCUMENTS: usize = 1_024;

/// What the policy of a line's resource is called in answers.
const RESOURCE_POLICY: &str = "resourcePolicy";

impl Documents {
    /// Each document of a list.
    pub(super) fn each(
        &mut self,
        name: &str,
        documents: &[Value],
    ) -> Result<Vec<Arc<Policy>>, String> {
        let named = documents.iter().enumerate();
        named
            .map(|(i, document)| self.one(format!("{name}[{i}]"), document))
            .collect()
    }

    /// A document without principals.
    pub(super) fn one(&mut self, name: String, document: &Value) -> Result<Arc<Policy>, String> {
        self.read(name, document, parse::policy)
    }

    /// The resource's own.
    pub(super) fn of_resource(&mut self, document: &Value) -> Result<Arc<Policy>, String> {
        self.read(RESOURCE_POLICY.to_owned(), document, parse::resource_policy)
    }

    fn read(
        &mut self,
        name: String,
        document: &Value,
        parse: fn(&str, &Document) -> (Policy, Vec<Problem>),
    ) -> Result<Arc<Policy>, String> {
        if self.0.len() > MAX_DOCUMENTS {
            self.0.clear();
        }
        let text = match document {
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        let key = (name, text);
        if let Some(parsed) = self.0.get(&key) {
            return parsed.clone();
        }
        let (policy, problems) = parse(&key.0, &Document(key.1.clone()));
        let parsed = match problems.iter().find(|p| p.blind) {
            Some(problem) => Err(in_words(problem)),
            None => Ok(Arc::new(policy)),
        };
        self.0.insert(key, parsed.clone());
        parsed
    }
}

/// The organization that a line gives.
pub(super) fn organization(given: &Value) -> Result<Organization, String> {
    let read = OrganizationPolicies::read(given).map_err(|why| format!("`organization`: {why}"))?;
    let (organization, problems) = Organization::of(&read);
    match problems.iter().find(|p| p.blind) {
        Some(problem) => Err(in_words(problem)),
        None => Ok(organization),
    }
}

fn in_words(problem: &Problem) -> String {
    match problem.statement {
        Some(index) => format!("statement {index} of `{}`: {}", problem.policy, problem.why),
        None => format!("`{}`: {}", problem.policy, problem.why),
    }
}
