//! How far a value that somebody else chooses reaches: its patterns, cut by the grants for the action.

use serde::{Deserialize, Serialize};

use super::role::{Grant, RoleFacts};
use crate::catalog::{self, Breadth};
use crate::finding::StatementRef;
use crate::glob::Glob;

/// More patterns than this are told as the first ones.
const MAX_PATTERNS: usize = 256;

/// How far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Nothing: the role does not grant the action there.
    Nothing,
    /// One resource, or the companion forms of one.
    One,
    /// Finitely many.
    List,
    /// Some of the name is fixed, or the container is.
    Part,
    /// Every resource of the type: the container or the whole name is open, in one account or all.
    Any,
}

/// Everything that can be chosen.
#[derive(Clone, Debug)]
pub struct Reach {
    /// The resources, as patterns whose union holds.
    pub globs: Vec<Glob>,
    /// How far that is.
    pub class: Class,
    /// The resources as the policies write them, where the role is known.
    pub granted: Vec<String>,
    /// The first statement that gives the widest of it.
    pub statement: Option<StatementRef>,
}

impl Reach {
    /// For reports: the patterns, at most a few.
    pub fn text(&self) -> String {
        let shown: Vec<String> = self.globs.iter().take(4).map(Glob::to_string).collect();
        let more = self.globs.len().saturating_sub(shown.len());
        if more == 0 {
            shown.join(", ")
        } else {
            format!("{} and {more} more", shown.join(", "))
        }
    }
}

/// What of `wanted` the role lets the action reach; all of it where no role is known.
pub fn of_resources(action: &str, wanted: &[Glob], role: Option<&RoleFacts>) -> Reach {
    let Some(role) = role else {
        return classified(action, wanted.to_vec(), Vec::new(), None);
    };
    let mut globs: Vec<Glob> = Vec::new();
    let mut granted: Vec<String> = Vec::new();
    let mut widest: Option<(Class, StatementRef)> = None;
    let grants = role.grants();
    for grant in grants.iter().filter(|g| concerns(g, action)) {
        let mut here = Vec::new();
        for resource in grant.resources() {
            for want in wanted {
                for glob in resource.intersect(want) {
                    push(&mut here, glob);
                }
            }
        }
        if here.is_empty() {
            continue;
        }
        for resource in grant.resources() {
            let text = resource.to_string();
            if !granted.contains(&text) && granted.len() < MAX_PATTERNS {
                granted.push(text);
            }
        }
        let class = class_of(action, &here);
        if widest.as_ref().is_none_or(|(c, _)| class > *c) {
            widest = Some((class, reference(role, grant)));
        }
        here.into_iter().for_each(|glob| push(&mut globs, glob));
    }
    classified(action, globs, granted, widest.map(|(_, s)| s))
}

/// Whether a grant is about this action.
fn concerns(grant: &Grant<'_>, action: &str) -> bool {
    let lower = Glob::literal(&action.to_ascii_lowercase());
    grant.pieces.iter().any(|p| p.actions.overlaps(&lower))
}

fn reference(role: &RoleFacts, grant: &Grant<'_>) -> StatementRef {
    StatementRef {
        name: role
            .policies
            .get(grant.policy)
            .map(|held| held.policy.name.clone())
            .unwrap_or_default(),
        statement: grant.statement.index,
        sid: grant.statement.sid.clone(),
    }
}

/// What of the values a condition key of the grants lets through; everything where some grant does not ask.
/// `alike` gives the forms in which the key may hold a value.
pub fn of_values(
    action: &str,
    key: Option<&str>,
    wanted: &[Glob],
    role: Option<&RoleFacts>,
    alike: impl Fn(&Glob) -> Vec<Glob>,
    class: impl Fn(&[Glob]) -> Class,
) -> Reach {
    let plain = |globs: Vec<Glob>, granted, statement| {
        let class = class(&globs);
        Reach {
            globs,
            class,
            granted,
            statement,
        }
    };
    let Some(role) = role else {
        return plain(wanted.to_vec(), Vec::new(), None);
    };
    let mut globs: Vec<Glob> = Vec::new();
    let mut granted = Vec::new();
    let mut statement = None;
    for grant in role.grants().iter().filter(|g| concerns(g, action)) {
        statement.get_or_insert_with(|| reference(role, grant));
        granted.extend(grant.resources().iter().map(Glob::to_string));
        match key.and_then(|key| conditioned(grant, key)) {
            Some(values) => {
                for want in wanted.iter().flat_map(&alike) {
                    for value in &values {
                        for glob in value.intersect(&want) {
                            push(&mut globs, glob);
                        }
                    }
                }
            }
            None => wanted.iter().for_each(|w| push(&mut globs, w.clone())),
        }
    }
    granted.sort();
    granted.dedup();
    plain(globs, granted, statement)
}

/// The values that the grant's conditions ask the key to have; `None` where they do not.
fn conditioned(grant: &Grant<'_>, key: &str) -> Option<Vec<Glob>> {
    use crate::iam::{SetPrefix, Test};
    let condition = grant.statement.conditions.iter().find(|c| {
        c.key.eq_ignore_ascii_case(key)
            && !c.operator.negated
            && !c.operator.if_exists
            && c.operator.set != SetPrefix::ForAll
            && matches!(
                c.operator.test,
                Test::StringEquals | Test::StringEqualsIgnoreCase | Test::StringLike | Test::Arn
            )
    })?;
    let exact = matches!(
        condition.operator.test,
        Test::StringEquals | Test::StringEqualsIgnoreCase
    );
    Some(
        condition
            .values
            .iter()
            .zip(&condition.texts)
            .map(|(value, text)| {
                if exact && !text.contains("${") {
                    Glob::literal(text)
                } else {
                    value.widest()
                }
            })
            .collect(),
    )
}

fn push(globs: &mut Vec<Glob>, glob: Glob) {
    if globs.len() < MAX_PATTERNS && !globs.iter().any(|g| g.includes(&glob)) {
        globs.retain(|g| !glob.includes(g));
        globs.push(glob);
    }
}

fn classified(
    action: &str,
    globs: Vec<Glob>,
    granted: Vec<String>,
    statement: Option<StatementRef>,
) -> Reach {
    let globs = without_companions(globs);
    Reach {
        class: class_of(action, &globs),
        globs,
        granted,
        statement,
    }
}

/// Forms that only repeat another target are dropped.
fn without_companions(globs: Vec<Glob>) -> Vec<Glob> {
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

fn shorter(a: &Glob, b: &Glob) -> bool {
    a.tokens().len() < b.tokens().len()
}

fn class_of(action: &str, globs: &[Glob]) -> Class {
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
    use crate::flow::strength;
    use crate::value::Strength;
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
