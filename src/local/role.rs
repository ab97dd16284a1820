//! The file of `--role`: a policy document, an array of them, or an object with `policies`, `trust` and `boundary`.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::{Error, read, recognise};
use crate::document::{self, Keep, Notation, Place};
use crate::loc::Pointer;
use crate::snapshot::{Document, Fetched, Iam, ManagedPolicy, NamedDocument, Role};

const BOUNDARY: &str = "arn:aws:iam:::policy/boundary";

/// The policies of an execution role, as a file gives them.
#[derive(Debug)]
pub struct RoleFile {
    /// The file.
    pub document: document::Document,
    policies: Vec<Policy>,
    trust: Option<(Pointer, Value)>,
    boundary: Option<(Pointer, Value)>,
}

#[derive(Debug)]
struct Policy {
    name: String,
    at: Pointer,
    body: Value,
}

impl RoleFile {
    /// Reads the file.
    ///
    /// # Errors
    /// When it cannot be read, is not valid, or holds no policy.
    pub fn read(path: &Path) -> Result<Self, Error> {
        Self::parse(path, read::read_file(path)?)
    }

    /// Reads the file's text.
    ///
    /// # Errors
    /// As [`RoleFile::read`].
    pub fn parse(path: &Path, text: String) -> Result<Self, Error> {
        let document = recognise::document(path, text)?;
        let not_policies = |what: &str| Error::Unusable {
            path: path.to_owned(),
            what: format!(
                "is not a policy document (an object with `Statement`), nor an array of them: {what}"
            ),
        };
        // Of a key that stands twice one would count and the other be seen, and a role that is cut is no role.
        if let Some(issue) = document.issues.first() {
            let (what, at) = (issue.message, &issue.pointer);
            return Err(Error::Unusable {
                path: path.to_owned(),
                what: format!("is not a role that can be judged: {what}, at `{at}`"),
            });
        }
        let root = Pointer::root();
        let member = |name: &str| {
            let value = document.value.get(name).filter(|v| !v.is_null())?;
            Some((root.key(name), value.clone()))
        };
        let (listed, trust, boundary) = match &document.value {
            Value::Array(all) => (each(all, &root), None, None),
            Value::Object(fields) if fields.contains_key("policies") => {
                let at = root.key("policies");
                let all = fields.get("policies").and_then(Value::as_array);
                let all = all.ok_or_else(|| not_policies("its `policies` is not an array"))?;
                (each(all, &at), member("trust"), member("boundary"))
            }
            Value::Object(_) => (vec![(root.clone(), document.value.clone())], None, None),
            _ => return Err(not_policies("it is neither an object nor an array")),
        };
        if listed.is_empty() {
            return Err(not_policies(
                "the array is empty; leave `--role` out where no policy is known",
            ));
        }
        let mut policies = Vec::new();
        for (index, (at, value)) in listed.into_iter().enumerate() {
            policies.push(policy(index, at, &value).map_err(|what| not_policies(&what))?);
        }
        Ok(Self {
            policies,
            trust,
            boundary,
            document,
        })
    }

    /// A role of this ARN with the policies.
    pub fn iam(&self, arn: &str) -> Iam {
        let mut iam = Iam::default();
        if let Some((_, boundary)) = &self.boundary {
            iam.managed.push(ManagedPolicy {
                name: "boundary".to_owned(),
                arn: BOUNDARY.to_owned(),
                document: Fetched::Present(text(boundary)),
            });
        }
        let inline = self.policies.iter().map(|policy| NamedDocument {
            name: policy.name.clone(),
            document: text(&policy.body),
        });
        iam.roles.push(Role {
            arn: arn.to_owned(),
            name: arn.rsplit('/').next().unwrap_or_default().to_owned(),
            trust: match &self.trust {
                Some((_, trust)) => Fetched::Present(text(trust)),
                None => Fetched::NotCollected,
            },
            inline: Fetched::Present(inline.collect()),
            attached: Fetched::Present(Vec::new()),
            boundary: self.boundary.as_ref().map(|_| BOUNDARY.to_owned()),
            tags: Vec::new(),
        });
        iam
    }

    /// Where its policies' documents stand, by name.
    pub fn places(&self) -> BTreeMap<String, Place> {
        let policies = self
            .policies
            .iter()
            .map(|p| (p.name.clone(), self.place(&p.at)));
        let boundary = self
            .boundary
            .iter()
            .map(|(at, _)| ("boundary".to_owned(), self.place(at)));
        policies.chain(boundary).collect()
    }

    /// Where its trust policy stands.
    pub fn trust(&self) -> Option<Place> {
        self.trust.as_ref().map(|(at, _)| self.place(at))
    }

    fn place(&self, pointer: &Pointer) -> Place {
        Place {
            file: self.document.path.clone(),
            pointer: pointer.clone(),
        }
    }
}

fn each(all: &[Value], at: &Pointer) -> Vec<(Pointer, Value)> {
    let all = all.iter().enumerate();
    all.map(|(index, value)| (at.index(index), value.clone()))
        .collect()
}

/// One policy: its document, or that under `PolicyDocument` beside a name.
fn policy(index: usize, at: Pointer, value: &Value) -> Result<Policy, String> {
    let named = value.get("PolicyName").and_then(Value::as_str);
    let (at, body) = match value.get("PolicyDocument") {
        Some(body) => (at.key("PolicyDocument"), body),
        None => (at, value),
    };
    let body = match body {
        Value::String(text) => written(text)
            .map_err(|what| format!("the document of policy {index} is not valid: {what}"))?,
        other => other.clone(),
    };
    match body.get("Statement") {
        None => return Err("it has no `Statement`".to_owned()),
        Some(Value::Array(all)) if all.is_empty() => {
            return Err("its `Statement` is empty".to_owned());
        }
        Some(statements @ (Value::Array(_) | Value::Object(_))) => {
            if is_trust(statements) {
                let what = "a statement of it names a `Principal`: it is a trust policy or that of a resource, which a role's permissions are not";
                return Err(what.to_owned());
            }
        }
        Some(_) => return Err("its `Statement` is neither an object nor an array".to_owned()),
    }
    Ok(Policy {
        name: named.map_or_else(|| format!("policies[{index}]"), str::to_owned),
        at,
        body: resolved(body),
    })
}

/// Whether a statement says whom it is for, which no policy of an identity does (AWS IAM User Guide, "AWS JSON policy elements:
/// Principal").
fn is_trust(statements: &Value) -> bool {
    let names = |one: &Value| one.get("Principal").is_some() || one.get("NotPrincipal").is_some();
    match statements {
        Value::Array(all) => all.iter().any(names),
        one => names(one),
    }
}

/// A document that stands in a text.
fn written(text: &str) -> Result<Value, String> {
    let read = document::read(text, Notation::Json, Keep::ValuesOnly);
    match (read.fault, read.issues.first()) {
        (Some(fault), _) => Err(fault.message),
        (None, Some(issue)) => Err(issue.message.to_owned()),
        (None, None) => Ok(read.value),
    }
}

/// The document, with each text that a tool or a person has yet to fill in as a reference, which is what no text of a
/// policy is: a statement with it is one that cannot be read.
fn resolved(mut body: Value) -> Value {
    let statements = match body.get_mut("Statement") {
        Some(Value::Array(all)) => all.iter_mut().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    for statement in statements {
        for element in ["Action", "NotAction", "Resource", "NotResource", "Effect"] {
            match statement.get_mut(element) {
                Some(Value::Array(all)) => all.iter_mut().for_each(mark),
                Some(one) => mark(one),
                None => {}
            }
        }
    }
    body
}

fn mark(value: &mut Value) {
    if let Value::String(text) = value
        && is_placeholder(text)
    {
        *value = serde_json::json!({ "Ref": text });
    }
}

/// Whether a text of a policy is yet to be filled in: `${Name}` that is no policy variable (those are `${service:key}`,
/// `${*}`, `${?}` and `${$}`; IAM User Guide, "IAM policy elements: Variables"), `{{name}}`, `<name>`, or an account that is
/// neither digits nor a wildcard.
fn is_placeholder(text: &str) -> bool {
    let mut variables = text.split("${").skip(1);
    if variables.any(|rest| !is_policy_variable(rest.split('}').next().unwrap_or_default())) {
        return true;
    }
    if text.contains("{{") || text.contains(['<', '>']) {
        return true;
    }
    let mut parts = text.splitn(6, ':');
    let is_arn = parts.next() == Some("arn");
    let account = parts.nth(3).unwrap_or_default();
    let is_account = |c: char| c.is_ascii_digit() || matches!(c, '*' | '?');
    is_arn && !text.contains("${") && !account.chars().all(is_account) && account != "aws"
}

fn is_policy_variable(name: &str) -> bool {
    /// What other tools write before a colon in their own references.
    const TOOLS: [&str; 9] = [
        "self", "opt", "env", "param", "ssm", "cf", "file", "sls", "var",
    ];
    let key = name.split(',').next().unwrap_or_default().trim();
    matches!(key, "*" | "?" | "$")
        || key.split_once(':').is_some_and(|(service, rest)| {
            !rest.is_empty() && !rest.starts_with(':') && !TOOLS.contains(&service)
        })
}

fn text(value: &Value) -> Document {
    Document(match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}

#[cfg(test)]
mod tests;
