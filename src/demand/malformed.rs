//! Texts of a definition that stand where a request names a resource, begin as an ARN and are none.

use super::lookup::lookup;
use super::names::is_malformed_arn;
use crate::asl::{Node, State, Template};
use crate::catalog::{Integration, IntegrationKind, Roles, Targets};
use crate::glob::Glob;
use crate::loc::Pointer;
use crate::value::Value;

/// A malformed ARN and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct MalformedArn {
    /// Where in the definition.
    pub pointer: Pointer,
    /// The request parameter.
    pub parameter: &'static str,
    /// The text.
    pub text: String,
}

/// The malformed ARNs of one call.
pub fn malformed_arns(
    state: &State,
    integration: &Integration,
    arguments: &Value,
) -> Vec<MalformedArn> {
    let mut found: Vec<MalformedArn> = Vec::new();
    for parameter in parameters(integration) {
        for value in lookup(arguments, parameter) {
            let Some(text) = value
                .as_text()
                .filter(|t| is_malformed_arn(&Glob::literal(t)))
            else {
                continue;
            };
            let template = state.arguments.as_ref();
            let site = MalformedArn {
                pointer: template
                    .and_then(|t| place_of(t, text))
                    .unwrap_or_else(|| state.pointer.clone()),
                parameter,
                text: text.to_owned(),
            };
            if !found.iter().any(|f| f.text == site.text) {
                found.push(site);
            }
        }
    }
    found
}

/// The parameters that name resources or roles of the call.
fn parameters(integration: &Integration) -> Vec<&'static str> {
    let of = |targets: &Targets| targets.named().map(|(path, _)| path).collect::<Vec<_>>();
    match &integration.kind {
        IntegrationKind::Optimized(row) => {
            let uses = row.uses.iter().flat_map(|u| of(&u.targets));
            uses.chain(row.passes.iter().flat_map(|p| p.paths.iter().copied()))
                .collect()
        }
        IntegrationKind::Sdk { operation, .. } => {
            let mut all: Vec<_> = operation.uses.iter().flat_map(|u| of(&u.targets)).collect();
            if let Roles::Documented(paths) = &operation.roles {
                all.extend(paths);
            }
            all
        }
        _ => Vec::new(),
    }
}

/// Where the text stands.
fn place_of(template: &Template, text: &str) -> Option<Pointer> {
    match &template.node {
        Node::Object(members) => members.iter().find_map(|(_, m)| place_of(m, text)),
        Node::Array(items) => items.iter().find_map(|i| place_of(i, text)),
        Node::Text(found) => (found.display() == text).then(|| template.pointer.clone()),
        _ => None,
    }
}
