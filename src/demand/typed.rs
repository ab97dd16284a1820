//! What a parameter names that may name resources of several types: by an ARN, by an id that tells its type, or by a name.

use super::Home;
use super::names;
use super::pattern::{Openness, arn_parts, head, is_literal};
use super::resolve::Resolved;
use super::template;
use crate::catalog::{self, Fill, ResourceType, TargetSpec};
use crate::glob::Glob;

/// The resources of the action's types that a text names: a resource in a policy is an ARN, whatever the request says.
pub(super) fn of_the_types(
    action: &str,
    spec: &TargetSpec,
    text: Resolved,
    home: &Home,
) -> Vec<Resolved> {
    let Some(info) = catalog::action(action) else {
        return vec![text];
    };
    let service = info.prefix();
    let types: Vec<ResourceType> = info.resource_types().collect();
    let with = |glob: Glob| Resolved {
        glob,
        ..text.clone()
    };
    if types.is_empty() {
        return vec![text];
    }
    if matches!(spec.fills.as_slice(), [Fill::Behind(_)]) {
        let every = types.iter().map(|t| template::everywhere(t.arn, home));
        return every.map(with).collect();
    }
    if text.glob.is_any() {
        return vec![text];
    }
    if arn_parts(&text.glob).is_some() || head(&text.glob).starts_with("arn:") {
        return vec![with(names::authorized_as(&text.glob))];
    }
    let id = head(&text.glob);
    let by_id = catalog::types_of_id(service, &id);
    let fits = |t: &&ResourceType| by_id.is_empty() || by_id.contains(&t.name);
    let chosen = types.iter().filter(fits).collect::<Vec<_>>();
    let chosen = if chosen.is_empty() {
        types.iter().collect()
    } else {
        chosen
    };
    chosen
        .into_iter()
        .map(|t| {
            let glob = template::named_last(t.arn, &text.glob, home);
            Resolved {
                // Containers that the request does not name stay open.
                open: if text.open == Openness::Closed && !is_literal(&glob) {
                    Openness::Generated
                } else {
                    text.open
                },
                ..with(glob)
            }
        })
        .collect()
}
