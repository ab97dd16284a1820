//! What one call must be allowed on: an action with several required resource types needs one of each (Service
//! Authorization Reference, "Actions, resources, and condition keys for AWS services").

use super::Maker;
use super::call::one;
use super::pattern::{glob, head};
use super::resolve::{self, Resolved};
use crate::catalog::{self, TargetSpec, Targets};
use crate::glob::Token;
use crate::value::Value;

/// The resources of one requirement: any of them is one that the call may act on.
pub(super) type Alternatives = Vec<Resolved>;

/// What one parameter may name, each with the resource type that it then is of.
type OfTypes<'s> = Vec<(&'s str, Resolved)>;

/// The requirements of a use: targets that share the parameter which names them are alternatives, the others are all
/// needed. `None` where the row names types and the request uses none.
pub(super) fn requirements(
    maker: &Maker<'_>,
    action: &str,
    targets: &Targets,
    arguments: &Value,
) -> Option<Vec<Alternatives>> {
    let Targets::Types(specs) = targets else {
        return Some(Vec::new());
    };
    let service = action.split_once(':').map_or("", |(service, _)| service);
    let mut groups: Vec<(Option<&str>, OfTypes<'_>)> = Vec::new();
    for spec in specs.iter().filter(|s| is_of(action, s, specs)) {
        let Some(found) = one(maker, action, spec, arguments) else {
            continue;
        };
        let own = spec.own_parameter();
        let found = found.into_iter().map(|resolved| (spec.kind, resolved));
        let same = groups
            .iter_mut()
            .find(|(other, _)| own.is_some() && *other == own);
        match same {
            Some((_, group)) => group.extend(found),
            None => groups.push((own, found.collect())),
        }
    }
    let mut required: Vec<Alternatives> = Vec::new();
    for (_, group) in groups {
        for part in apart(by_id(service, group)) {
            let distinct = without_repeats(part);
            let known = |other: &Alternatives| are_same(other, &distinct);
            let chosen = |all: &Alternatives| all.iter().any(|r| !r.holes.is_empty());
            match required.iter_mut().find(|other| known(other)) {
                None => required.push(distinct),
                // Of two that say the same, the one that a run chooses counts.
                Some(other) if chosen(&distinct) && !chosen(other) => *other = distinct,
                Some(_) => {}
            }
        }
    }
    (!required.is_empty()).then_some(required)
}

/// Whether both name the same resources.
pub(super) fn are_same(a: &[Resolved], b: &[Resolved]) -> bool {
    a.iter().map(|r| &r.glob).eq(b.iter().map(|r| &r.glob))
}

/// Of the types that one parameter may name, those that its ids are of: `ou-…` is no account.
fn by_id(service: &str, group: OfTypes<'_>) -> Alternatives {
    let last = |resolved: &Resolved| {
        let tokens = resolved.glob.tokens();
        let end = tokens
            .rsplit(|t| matches!(t, Token::Char('/' | ':')))
            .next();
        end.map(|t| head(&glob(t))).unwrap_or_default()
    };
    let ends: Vec<String> = group.iter().map(|(_, r)| last(r)).collect();
    let fits = |(kind, resolved): &&(&str, Resolved)| {
        // A template may write something before the id (`r-`); another type's shows the id alone.
        let own = last(resolved);
        let bare = ends.iter().filter(|e| own.ends_with(e.as_str()));
        let id = bare.min_by_key(|e| e.len()).unwrap_or(&own);
        let types = catalog::types_of_id(service, id);
        types.is_empty() || types.contains(kind)
    };
    let first = group.first().map(|(kind, _)| *kind);
    let several = group.iter().any(|(kind, _)| Some(*kind) != first);
    let kept: Alternatives = group.iter().filter(fits).map(|(_, r)| r.clone()).collect();
    if several && !kept.is_empty() {
        return kept;
    }
    group.into_iter().map(|(_, resolved)| resolved).collect()
}

/// Whether the action has the type, or none of the row's types is its own.
fn is_of(action: &str, spec: &TargetSpec, specs: &[TargetSpec]) -> bool {
    let Some(info) = catalog::action(action) else {
        return true;
    };
    let own =
        |kind: &str| kind == "*" || kind == "uri" || info.resource_types().any(|t| t.name == kind);
    own(spec.kind) || !specs.iter().any(|s| own(s.kind))
}

/// An inference profile and the models behind it are both needed (Amazon Bedrock User Guide, "Prerequisites for inference
/// profiles"), although one parameter names them.
fn apart(group: Alternatives) -> Vec<Alternatives> {
    let is_model = |r: &Resolved| resolve::kind(&r.glob) == "bedrock:foundation-model/";
    let is_profile = |r: &Resolved| resolve::kind(&r.glob).ends_with("inference-profile/");
    let both = group.iter().any(is_model) && group.iter().any(|r| is_profile(r) && r.through);
    if !both {
        return vec![group];
    }
    let (models, profiles) = group.into_iter().partition(is_model);
    vec![profiles, models]
}

fn without_repeats(found: Alternatives) -> Alternatives {
    let mut distinct: Alternatives = Vec::new();
    for resolved in found {
        if !distinct.iter().any(|d| d.glob == resolved.glob) {
            distinct.push(resolved);
        }
    }
    distinct
}
