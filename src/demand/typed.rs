//! What a parameter names that may name resources of several types: by an ARN, by an id that tells its type, or by a name.

use super::Home;
use super::names;
use super::pattern::{Openness, arn_parts, head, is_literal};
use super::resolve::{Resolved, same_type};
use super::template;
use crate::catalog::{self, Fill, ResourceType, TargetSpec};
use crate::glob::Glob;

/// The resources of the action's types that a text names: a resource in a policy is an ARN, whatever the request says. What
/// the request's `ResourceType` calls it leaves the type of that name only.
pub(super) fn of_the_types(
    action: &str,
    spec: &TargetSpec,
    said: Option<&str>,
    text: Resolved,
    home: &Home,
) -> Vec<Resolved> {
    let Some(info) = catalog::action(action) else {
        return vec![text];
    };
    let service = info.prefix();
    let all = || info.resource_types();
    let mut types: Vec<ResourceType> = all()
        .filter(|t| said.is_some_and(|said| letters(said).eq(letters(t.name))))
        .collect();
    if types.is_empty() {
        types = all().collect();
    }
    let with = |glob: Glob| Resolved {
        glob,
        ..text.clone()
    };
    if types.is_empty() {
        return vec![text];
    }
    let of_a_type = || types.iter().any(|t| same_type(&text.glob, t.arn));
    if matches!(spec.fills.as_slice(), [Fill::Behind(_)]) && !of_a_type() {
        let every = types.iter().map(|t| template::everywhere(t.arn, home));
        let open = match text.open {
            Openness::Closed => Openness::Generated,
            other => other,
        };
        return every.map(|glob| Resolved { open, ..with(glob) }).collect();
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

/// A name's letters, whatever stands between them.
fn letters(name: &str) -> impl Iterator<Item = char> {
    let letter = |c: char| c.is_ascii_alphanumeric().then(|| c.to_ascii_lowercase());
    name.chars().filter_map(letter)
}
