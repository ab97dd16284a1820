//! Reading policy documents (IAM User Guide, "Grammar of the IAM JSON policy language").

use std::sync::Arc;

use serde_json::{Map, Value};

use super::condition::{self, Condition};
use super::{
    ActionPattern, ActionSpec, Effect, Policy, PrincipalEntry, PrincipalKind, PrincipalSpec,
    Problem, ResourcePattern, ResourceSpec, Statement, Unreadable, Version, json,
};
use crate::snapshot::Document;

/// More statements than this are not read.
const MAX_STATEMENTS: usize = 10_000;
/// A longer document is not read: four times what a call may carry (IAM API Reference, PutRolePolicy: at most 131,072
/// characters), so that one from the API fits, URL-encoded or not.
const MAX_BYTES: usize = 524_288;

/// The element names of a statement.
const ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
];

/// Where a document stands, which decides what elements it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// An identity policy or permissions boundary: resources, no principals.
    Identity,
    /// A trust policy or another resource's: principals, and resources where the service asks for them.
    Resource,
}

/// Reads an identity policy or a permissions boundary, URL-encoded or not. What cannot be read is a problem, and stays
/// in the policy as [`Unreadable`], so that no deny is lost in silence.
pub fn policy(name: &str, document: &Document) -> (Policy, Vec<Problem>) {
    read(name, document, Kind::Identity)
}

/// Reads a role's trust policy.
pub fn trust_policy(name: &str, document: &Document) -> (Policy, Vec<Problem>) {
    read(name, document, Kind::Resource)
}

/// Reads the policy of a resource, or a resource control policy.
pub fn resource_policy(name: &str, document: &Document) -> (Policy, Vec<Problem>) {
    read(name, document, Kind::Resource)
}

/// Reads an identity policy that is JSON already.
pub fn policy_value(name: &str, document: &Value) -> (Policy, Vec<Problem>) {
    let mut reader = Reader::new(name, Kind::Identity);
    reader.document(document);
    reader.finish()
}

fn read(name: &str, document: &Document, kind: Kind) -> (Policy, Vec<Problem>) {
    let mut reader = Reader::new(name, kind);
    if document.0.len() > MAX_BYTES {
        reader.nothing(format!(
            "the document has {} bytes, more than the {MAX_BYTES} that are read",
            document.0.len()
        ));
        return reader.finish();
    }
    match json::read(&document.0) {
        Ok(value) => reader.document(&value),
        Err(why) => reader.nothing(why),
    }
    reader.finish()
}

struct Reader {
    kind: Kind,
    policy: Policy,
    problems: Vec<Problem>,
}

impl Reader {
    fn new(name: &str, kind: Kind) -> Self {
        let policy = Policy {
            name: name.to_owned(),
            version: Version::V2008,
            statements: Vec::new(),
            unreadable: Vec::new(),
        };
        Self {
            kind,
            policy,
            problems: Vec::new(),
        }
    }

    fn finish(self) -> (Policy, Vec<Problem>) {
        (self.policy, self.problems)
    }

    fn problem(&mut self, statement: Option<usize>, blind: bool, why: impl Into<String>) {
        self.problems.push(Problem {
            policy: self.policy.name.clone(),
            statement,
            why: why.into(),
            blind,
        });
    }

    /// Nothing of the document can be read.
    fn nothing(&mut self, why: impl Into<String>) {
        self.policy.unreadable.push(Unreadable {
            index: None,
            effect: None,
            actions: None,
            resources: None,
        });
        self.problem(None, true, why);
    }

    fn document(&mut self, document: &Value) {
        let Some(fields) = document.as_object() else {
            return self.nothing("the document is not a JSON object");
        };
        match element(fields, "Version") {
            None => {}
            Some(Value::String(text)) if text == "2012-10-17" => {
                self.policy.version = Version::V2012;
            }
            Some(Value::String(text)) if text == "2008-10-17" => {}
            Some(_) => {
                return self.nothing("`Version` is neither `2012-10-17` nor `2008-10-17`");
            }
        }
        for key in fields.keys() {
            if !["Version", "Id", "Statement"]
                .iter()
                .any(|name| name.eq_ignore_ascii_case(key))
            {
                self.problem(None, false, format!("`{key}` is no element of a policy"));
            }
        }
        match element(fields, "Statement") {
            None => self.nothing("`Statement` is missing"),
            Some(Value::Array(statements)) if statements.len() > MAX_STATEMENTS => {
                let count = statements.len();
                self.nothing(format!(
                    "the document has {count} statements, more than the {MAX_STATEMENTS} that are read"
                ));
            }
            Some(Value::Array(statements)) => {
                for (index, statement) in statements.iter().enumerate() {
                    self.statement(index, statement);
                }
            }
            Some(statement @ Value::Object(_)) => self.statement(0, statement),
            Some(_) => self.nothing("`Statement` is neither an object nor an array"),
        }
        self.repeated_sids();
    }

    fn repeated_sids(&mut self) {
        let mut seen = std::collections::BTreeSet::new();
        let mut repeated = Vec::new();
        for statement in &self.policy.statements {
            if let Some(sid) = statement.sid.as_ref().filter(|s| !s.is_empty())
                && !seen.insert(sid)
            {
                let why = format!(
                    "the Sid `{sid}` stands on more than one statement; IAM asks for unique ones"
                );
                repeated.push((statement.index, why));
            }
        }
        for (index, why) in repeated {
            self.problem(Some(index), false, why);
        }
    }

    fn statement(&mut self, index: usize, raw: &Value) {
        let Some(fields) = raw.as_object() else {
            self.policy.unreadable.push(Unreadable {
                index: Some(index),
                effect: None,
                actions: None,
                resources: None,
            });
            return self.problem(Some(index), true, "the statement is not an object");
        };
        let mut faults = Vec::new();
        for (i, key) in fields.keys().enumerate() {
            if !ELEMENTS.iter().any(|name| name.eq_ignore_ascii_case(key)) {
                faults.push(format!("`{key}` is no element of a statement"));
            }
            if fields.keys().take(i).any(|k| k.eq_ignore_ascii_case(key)) {
                faults.push(format!("`{key}` stands twice"));
            }
        }
        let mut keep = |result: Result<_, String>| result.map_err(|why| faults.push(why)).ok();
        let effect = keep(effect(fields));
        let mut keep = |result: Result<_, String>| result.map_err(|why| faults.push(why)).ok();
        let actions = keep(actions(fields));
        let mut keep = |result: Result<_, String>| result.map_err(|why| faults.push(why)).ok();
        let resources = keep(self.resources(fields));
        let mut keep = |result: Result<_, String>| result.map_err(|why| faults.push(why)).ok();
        let principals = keep(self.principals(fields));
        let mut keep = |result: Result<_, String>| result.map_err(|why| faults.push(why)).ok();
        let conditions = keep(conditions(fields, self.policy.version));
        if faults.is_empty()
            && let (
                Some(effect),
                Some(actions),
                Some(resources),
                Some(principals),
                Some(conditions),
            ) = (
                effect,
                actions.clone(),
                resources.clone(),
                principals,
                conditions,
            )
        {
            let sid = element(fields, "Sid").and_then(Value::as_str);
            self.policy.statements.push(Statement {
                index,
                sid: sid.map(str::to_owned),
                effect,
                actions,
                resources,
                principals,
                conditions,
                raw: Arc::new(raw.clone()),
            });
            return;
        }
        self.policy.unreadable.push(Unreadable {
            index: Some(index),
            effect,
            actions,
            resources,
        });
        for why in faults {
            self.problem(Some(index), true, why);
        }
    }

    fn resources(&self, fields: &Map<String, Value>) -> Result<ResourceSpec, String> {
        let version = self.policy.version;
        let pattern = match self.kind {
            Kind::Identity => ResourcePattern::new,
            Kind::Resource => ResourcePattern::as_written,
        };
        let patterns = |value, name| -> Result<Vec<ResourcePattern>, String> {
            let texts = texts(value, name)?.into_iter();
            Ok(texts.map(|text| pattern(text, version)).collect())
        };
        match (element(fields, "Resource"), element(fields, "NotResource")) {
            (Some(_), Some(_)) => Err("it has both `Resource` and `NotResource`".to_owned()),
            (Some(value), None) => Ok(ResourceSpec::Only(patterns(value, "Resource")?)),
            (None, Some(value)) => Ok(ResourceSpec::AllBut(patterns(value, "NotResource")?)),
            (None, None) if self.kind != Kind::Identity => Ok(ResourceSpec::Unstated),
            (None, None) => Err("`Resource` is missing".to_owned()),
        }
    }

    fn principals(&self, fields: &Map<String, Value>) -> Result<Option<PrincipalSpec>, String> {
        let spec = match (
            element(fields, "Principal"),
            element(fields, "NotPrincipal"),
        ) {
            (Some(_), Some(_)) => {
                return Err("it has both `Principal` and `NotPrincipal`".to_owned());
            }
            (Some(value), None) => Some(PrincipalSpec::Only(principal_entries(value)?)),
            (None, Some(value)) => Some(PrincipalSpec::AllBut(principal_entries(value)?)),
            (None, None) => None,
        };
        match (self.kind, &spec) {
            (Kind::Identity, Some(_)) => {
                Err("an identity policy can have no `Principal`".to_owned())
            }
            (Kind::Resource, None) => Err("`Principal` is missing".to_owned()),
            _ => Ok(spec),
        }
    }
}

/// An element by its name; names are compared without case, as a lenient reader must: a `deny` under a name in other
/// capitals is still one.
pub(super) fn element<'v>(fields: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    fields.get(name).or_else(|| {
        let mut entries = fields.iter();
        entries
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

fn effect(fields: &Map<String, Value>) -> Result<Effect, String> {
    match element(fields, "Effect").map(Value::as_str) {
        Some(Some("Allow")) => Ok(Effect::Allow),
        Some(Some("Deny")) => Ok(Effect::Deny),
        Some(_) => Err("`Effect` is neither `Allow` nor `Deny`".to_owned()),
        None => Err("`Effect` is missing".to_owned()),
    }
}

fn actions(fields: &Map<String, Value>) -> Result<ActionSpec, String> {
    let patterns = |value, name| -> Result<Vec<ActionPattern>, String> {
        Ok(texts(value, name)?
            .into_iter()
            .map(ActionPattern::new)
            .collect())
    };
    match (element(fields, "Action"), element(fields, "NotAction")) {
        (Some(_), Some(_)) => Err("it has both `Action` and `NotAction`".to_owned()),
        (Some(value), None) => Ok(ActionSpec::Only(patterns(value, "Action")?)),
        (None, Some(value)) => Ok(ActionSpec::AllBut(patterns(value, "NotAction")?)),
        (None, None) => Err("`Action` is missing".to_owned()),
    }
}

/// A string or an array of strings.
fn texts(value: &Value, name: &str) -> Result<Vec<String>, String> {
    let text = |value: &Value| {
        let text = value.as_str().map(str::to_owned);
        text.ok_or_else(|| format!("`{name}` holds something that is not a string"))
    };
    match value {
        Value::Array(values) if values.is_empty() => Err(format!("`{name}` is empty")),
        Value::Array(values) => values.iter().map(text).collect(),
        value => Ok(vec![text(value)?]),
    }
}

fn principal_entries(value: &Value) -> Result<Vec<PrincipalEntry>, String> {
    if value.as_str() == Some("*") {
        return Ok(vec![PrincipalEntry {
            kind: PrincipalKind::Aws,
            value: "*".to_owned(),
        }]);
    }
    let Some(map) = value.as_object() else {
        return Err("`Principal` is neither `*` nor an object".to_owned());
    };
    let mut entries = Vec::new();
    for (kind, value) in map {
        let kind = match kind.to_ascii_lowercase().as_str() {
            "aws" => PrincipalKind::Aws,
            "service" => PrincipalKind::Service,
            "federated" => PrincipalKind::Federated,
            "canonicaluser" => PrincipalKind::CanonicalUser,
            _ => return Err(format!("`{kind}` is no kind of principal")),
        };
        let values = texts(value, "Principal")?;
        entries.extend(
            values
                .into_iter()
                .map(|value| PrincipalEntry { kind, value }),
        );
    }
    Ok(entries)
}

fn conditions(fields: &Map<String, Value>, version: Version) -> Result<Vec<Condition>, String> {
    match element(fields, "Condition") {
        None => Ok(Vec::new()),
        Some(Value::Object(operators)) => condition::parse(operators, version),
        Some(_) => Err("`Condition` is not an object".to_owned()),
    }
}

#[cfg(test)]
mod tests;
