//! How much a set of patterns is: one target, a list, a part of a type, or any of it.

use super::Class;
use crate::catalog::{self, Breadth};
use crate::flow::strength;
use crate::glob::Glob;
use crate::value::Strength;

/// Forms that only repeat another target are dropped.
pub(super) fn without_companions(globs: Vec<Glob>) -> Vec<Glob> {
    let literals: Vec<Glob> = globs
        .iter()
        .filter(|g| g.as_literal().is_some())
        .cloned()
        .collect();
    let repeats = |glob: &Glob| {
        literals
            .iter()
            .any(|l| l != glob && catalog::companions(l).contains(glob) && shorter(l, glob))
    };
    let kept: Vec<Glob> = globs.iter().filter(|g| !repeats(g)).cloned().collect();
    if kept.is_empty() { globs } else { kept }
}

/// The one target that a companion form stands for, such as the function of its qualifiers or the family of its
/// revisions; any other pattern is its own. The executions of a workflow are many.
pub(super) fn target(glob: &Glob) -> Glob {
    let tails = [":*", "/index/*"];
    let base = tails.iter().find_map(|tail| {
        let tail = Glob::parse(tail);
        let head = glob.tokens().strip_suffix(tail.tokens())?;
        let mut base = Glob::literal("");
        head.iter().for_each(|t| base.push(*t));
        let is_one = base.as_literal().is_some_and(|text| {
            let resource = text.splitn(6, ':').nth(5).unwrap_or_default();
            resource.contains([':', '/']) && !resource.starts_with("execution:")
        });
        (is_one && catalog::companions(&base).contains(glob)).then_some(base)
    });
    base.unwrap_or_else(|| glob.clone())
}

fn shorter(a: &Glob, b: &Glob) -> bool {
    a.tokens().len() < b.tokens().len()
}

pub(super) fn class_of(action: &str, globs: &[Glob]) -> Class {
    let mut globs: Vec<Glob> = globs.iter().map(target).collect();
    globs.sort();
    globs.dedup();
    let widest = globs.iter().map(|g| catalog::breadth(action, g)).max();
    match widest {
        None => Class::Nothing,
        Some(Breadth::One) if globs.len() == 1 => Class::One,
        Some(Breadth::One) => Class::List,
        Some(Breadth::Part) => Class::Part,
        Some(Breadth::Any) => Class::Any,
    }
}

/// The class of texts that name no resource of a known type: URLs, principals, policies.
pub fn class_of_texts(globs: &[Glob]) -> Class {
    if globs.is_empty() {
        return Class::Nothing;
    }
    match strength::of_patterns(globs) {
        Strength::Finite if globs.len() == 1 => Class::One,
        Strength::Finite => Class::List,
        Strength::NameOpen => Class::Part,
        _ => Class::Any,
    }
}
