//! What a task's definition fixes of its request beside the resource, for conditions on it.

use super::lookup::{Presence, lookup, presence, spellings};
use super::pattern::patterns;
use super::{Home, Maker, names, resolve};
use crate::catalog::{self, Fill, ParameterKey, TargetSpec};
use crate::glob::Glob;
use crate::need::{
    HTTP_ENDPOINT, HTTP_METHOD, MACHINE_QUALIFIER, Need, PASSED_TO, REQUEST_ALIAS, Target,
};
use crate::value::Value;

/// Services that AWS documents as the receiver of the roles that a task passes to them, in the policies of the Step
/// Functions Developer Guide or in their own guides' `iam:PassedToService` examples. Of other services the principal is
/// derived from the name and good for a fix, but not to call a condition wrong.
const RECEIVERS: [&str; 12] = [
    "bedrock.amazonaws.com",
    "cloudformation.amazonaws.com",
    "codebuild.amazonaws.com",
    "ec2.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "elasticmapreduce.amazonaws.com",
    "emr-serverless.amazonaws.com",
    "glue.amazonaws.com",
    "lambda.amazonaws.com",
    "mediaconvert.amazonaws.com",
    "sagemaker.amazonaws.com",
    "states.amazonaws.com",
];

/// An HTTP call's endpoint and method (Step Functions Developer Guide, "Call HTTPS APIs": condition keys).
pub(super) fn http(need: &mut Need, arguments: &Value, home: &Home) {
    for (key, path) in [(HTTP_ENDPOINT, "ApiEndpoint"), (HTTP_METHOD, "Method")] {
        let values: Vec<Glob> = lookup(arguments, path)
            .iter()
            .flat_map(spellings)
            .flat_map(|pieces| patterns(&pieces, home))
            .map(|pattern| pattern.glob)
            .collect();
        if !values.is_empty() {
            need.request.push((key, values));
        }
    }
}

/// The condition keys that hold what the request's parameters say.
pub(super) fn parameters(need: &mut Need, arguments: &Value, home: &Home) {
    if matches!(arguments, Value::Any(_)) {
        return;
    }
    let action = need.action.clone();
    for row in catalog::parameter_keys(&action) {
        let told = match presence(arguments, row.parameter) {
            Presence::Always => of_parameter(row, arguments, home),
            Presence::Never => match row.default {
                Some(_) => of_parameter(row, arguments, home),
                None => Some(Vec::new()),
            },
            Presence::Maybe => None,
        };
        if let Some(values) = told {
            need.request.push((row.key, values));
        }
    }
}

/// The values that the parameter gives the key; `None` where it has some that are no text.
fn of_parameter(row: &ParameterKey, arguments: &Value, home: &Home) -> Option<Vec<Glob>> {
    if let Some(kind) = row.kind {
        let service = row.key.split(':').next().unwrap_or_default();
        let spec = TargetSpec {
            kind,
            fills: vec![Fill::Name {
                path: row.parameter,
                default: row.default,
            }],
        };
        let found = resolve::resolve(service, &spec, arguments, home)?;
        return Some(found.into_iter().map(|r| r.glob).collect());
    }
    let texts: Vec<_> = lookup(arguments, row.parameter)
        .iter()
        .flat_map(spellings)
        .collect();
    let values: Vec<Glob> = texts
        .iter()
        .flat_map(|pieces| patterns(pieces, home))
        .map(|pattern| pattern.glob)
        .collect();
    (!values.is_empty()).then_some(values)
}

/// The tags that a call gives what it makes or changes (IAM User Guide, "Controlling access to AWS resources using tags",
/// `aws:RequestTag` and `aws:TagKeys`). Nothing is told where some key is chosen at run time.
pub(super) fn tags(arguments: &Value) -> Option<Vec<(String, Glob)>> {
    let Value::Object { fields, rest: None } = arguments else {
        return None;
    };
    let mut all = Vec::new();
    for (name, value) in fields.iter() {
        if !speaks_of_tags(name) {
            // Tags somewhere inside are of something else, or of what is made: that is not known.
            if holds_tags(value) {
                return None;
            }
            continue;
        }
        let specifications = name.to_ascii_lowercase().starts_with("tagspecification");
        let lists = if specifications {
            lookup(value, "Tags")
        } else {
            vec![value.clone()]
        };
        for list in lists {
            all.extend(tags_in(&list)?);
        }
    }
    Some(all)
}

fn speaks_of_tags(name: &str) -> bool {
    name.to_ascii_lowercase().contains("tag")
}

/// Whether a field of this name stands somewhere in the value.
fn holds_tags(value: &Value) -> bool {
    match value {
        Value::Object { fields, rest } => {
            rest.is_some()
                || fields
                    .iter()
                    .any(|(k, v)| speaks_of_tags(k) || holds_tags(v))
        }
        Value::Array(items) | Value::OneOf(items) => items.iter().any(holds_tags),
        Value::Each(inner) => holds_tags(inner),
        _ => false,
    }
}

/// The tags of a list of keys with values, or of an object; `None` where they are not all known.
fn tags_in(value: &Value) -> Option<Vec<(String, Glob)>> {
    match value {
        Value::Absent | Value::Null => Some(Vec::new()),
        Value::Array(items) => {
            let each: Option<Vec<_>> = items.iter().map(one_tag).collect();
            each
        }
        Value::Object { fields, rest: None } => {
            let pairs = fields.iter();
            Some(pairs.map(|(k, v)| (k.to_owned(), text_of(v))).collect())
        }
        _ => None,
    }
}

fn one_tag(tag: &Value) -> Option<(String, Glob)> {
    let of = |names: [&str; 2]| {
        let found = names.iter().flat_map(|name| lookup(tag, name));
        let mut found = found.filter(|v| !matches!(v, Value::Absent));
        found.next()
    };
    let key = of(["Key", "TagKey"])?.as_text()?.to_owned();
    let value = of(["Value", "TagValue"]).map_or_else(|| Glob::literal(""), |v| text_of(&v));
    Some((key, value))
}

/// What the value can be as a text.
fn text_of(value: &Value) -> Glob {
    value.as_text().map_or_else(Glob::any, Glob::literal)
}

/// The version or alias by which a request names a workflow: the call is authorized on the workflow (Step Functions
/// Developer Guide, "Authorization for versions and aliases").
pub(super) fn qualifier(need: &mut Need, arguments: &Value, home: &Home) {
    if !need.action.starts_with("states:Start") {
        return;
    }
    let named: Vec<Option<Glob>> = lookup(arguments, "StateMachineArn")
        .iter()
        .flat_map(spellings)
        .flat_map(|pieces| patterns(&pieces, home))
        // An open end may hold a qualifier or none.
        .map(|p| p.glob.as_literal().map(|_| p.glob))
        .collect();
    let all: Option<Vec<Glob>> = named.into_iter().collect();
    let Some(all) = all.filter(|a| !a.is_empty()) else {
        return;
    };
    let qualifiers: Vec<Glob> = all.iter().filter_map(names::qualifier).collect();
    if qualifiers.is_empty() || qualifiers.len() == all.len() {
        need.request.push((MACHINE_QUALIFIER, qualifiers));
    }
}

/// The service that receives a role.
pub(super) fn passed_to(need: &mut Need, principal: &'static str) {
    need.passed_to = Some(principal);
    if !need.optional && RECEIVERS.contains(&principal) {
        // In China the principals of some services end in `.cn`.
        let names = [principal.to_owned(), format!("{principal}.cn")];
        let values = names.iter().map(|n| Glob::literal(n)).collect();
        need.request.push((PASSED_TO, values));
    }
}

/// The alias that names a key: one key, whichever it stands for (Key Management Service Developer Guide, "ABAC for KMS:
/// using aliases to control access").
pub(super) fn alias(need: &mut Need, arguments: &Value, home: &Home) {
    let mut aliases: Vec<Glob> = Vec::new();
    for pattern in lookup(arguments, "KeyId")
        .iter()
        .flat_map(spellings)
        .flat_map(|pieces| patterns(&pieces, home))
    {
        let text = pattern.glob.as_literal().unwrap_or_default();
        let Some(at) = text.find("alias/") else {
            return;
        };
        aliases.push(Glob::literal(text.get(at..).unwrap_or_default()));
    }
    if !aliases.is_empty() && need.action.starts_with("kms:") {
        need.request.push((REQUEST_ALIAS, aliases));
        if need.target == Target::NotDerivable {
            need.target = Target::Partial;
        }
    }
}

/// The encryption context of the workflow's own data (Step Functions Developer Guide, "Data at rest encryption").
pub(super) fn encryption_context(need: &mut Need, maker: &Maker<'_>) {
    const KEY: &str = "kms:encryptioncontext:aws:states:statemachinearn";
    let known = [&maker.home.account, &maker.home.region, &maker.home.name];
    if known.iter().all(|part| !part.is_empty()) {
        let own = super::map::own(maker.home, "stateMachine");
        need.request.push((KEY, vec![own]));
    }
}
