//! How far a value that somebody else chooses reaches: its patterns, cut by the grants for the action.

mod class;

use serde::{Deserialize, Serialize};

use crate::budget;
use crate::catalog::{self, Breadth};
use crate::finding::StatementRef;
use crate::glob::{Glob, Token};
use crate::grants::RoleFacts;
use crate::grants::role::Grant;
use crate::iam::{Effect, Unreadable};
use crate::need::Need;

pub use class::class_of_texts;
use class::{class_of, target, without_companions};

/// Of more literals than this, the first ones are told: they are a list either way. What is open is never left out.
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

/// Which part of an object's name is chosen outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// The bucket; the key comes from elsewhere.
    Bucket,
    /// The key; the bucket comes from elsewhere.
    Key,
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
    /// Whether the grants are wider than the finite reach: something else in the request is fixed, such as the key of
    /// an object in one of two buckets.
    pub fn is_granted_wider(&self, action: &str) -> bool {
        self.granted
            .iter()
            .any(|text| catalog::breadth(action, &target(&Glob::parse(text))) > Breadth::One)
    }

    /// The same where only one of bucket and key is chosen outside, so that the other widens nothing.
    #[must_use]
    pub fn by_one_of(mut self, action: &str, chosen: Chosen) -> Self {
        let fixed = Glob::literal("fixed");
        let with = |bucket: &Glob, key: &Glob| {
            let mut whole = bucket.clone();
            whole.push(Token::Char('/'));
            whole.extend(key);
            whole
        };
        let one = |glob: &Glob| match (object(glob), chosen) {
            (Some((bucket, _)), Chosen::Bucket) => with(&bucket, &fixed),
            (Some((_, key)), Chosen::Key) => with(&Glob::literal("arn:aws:s3:::fixed"), &key),
            (None, _) => glob.clone(),
        };
        let globs: Vec<Glob> = self.globs.iter().map(one).collect();
        self.class = class_of(action, &globs);
        self
    }

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
    granted(action, wanted, role, |_| true)
}

/// The same of what a state needs: what a deny or a layer above takes away in that request is no reach.
pub fn of_need(need: &Need, wanted: &[Glob], role: Option<&RoleFacts>) -> Reach {
    granted(&need.action, wanted, role, |grant| !grant.is_denied(need))
}

/// Which of the `wanted` roles may be passed to one of these services; all of them where no role is known.
pub fn of_passed(wanted: &[Glob], services: &[&str], role: Option<&RoleFacts>) -> Reach {
    granted("iam:PassRole", wanted, role, |grant| {
        conditioned(grant, "iam:PassedToService").is_none_or(|values| {
            services.is_empty()
                || values
                    .iter()
                    .any(|value| services.iter().any(|service| value.matches(service)))
        })
    })
}

fn granted(
    action: &str,
    wanted: &[Glob],
    role: Option<&RoleFacts>,
    applies: impl Fn(&Grant<'_>) -> bool,
) -> Reach {
    let Some(role) = role else {
        return classified(action, wanted.to_vec(), Vec::new(), None);
    };
    let mut globs: Vec<Glob> = Vec::new();
    let mut granted: Vec<String> = Vec::new();
    let mut widest: Option<(Class, StatementRef)> = None;
    let grants = role.grants();
    // What cannot be compared any more cuts nothing.
    let open = || classified(action, wanted.to_vec(), Vec::new(), None);
    for grant in grants.iter().filter(|g| concerns(g, action) && applies(g)) {
        if budget::is_spent() {
            return open();
        }
        let mut here = Vec::new();
        for resource in grant.resources() {
            for want in wanted {
                for glob in meet(&resource, want) {
                    if fits(action, &glob) {
                        push(&mut here, glob);
                    }
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
    if budget::is_spent() {
        return open();
    }
    // What a statement that cannot be read allows may be everything: it cuts nothing.
    if let Some(unread) = unread(role, action) {
        wanted
            .iter()
            .for_each(|want| push(&mut globs, want.clone()));
        widest = Some((Class::Nothing, unread));
    }
    classified(action, globs, granted, widest.map(|(_, s)| s))
}

/// A statement of the role that cannot be read and may allow the action.
fn unread(role: &RoleFacts, action: &str) -> Option<StatementRef> {
    role.policies.iter().find_map(|held| {
        let mut parts = held.policy.unreadable.iter();
        let part = parts.find(|part| may_allow(part, action))?;
        Some(StatementRef {
            name: held.policy.name.clone(),
            statement: part.index.unwrap_or_default(),
            sid: None,
        })
    })
}

fn may_allow(part: &Unreadable, action: &str) -> bool {
    let about = part.actions.as_ref();
    part.effect != Some(Effect::Deny)
        && about.is_none_or(|actions| actions.matches(&action.to_ascii_lowercase()))
}

/// What a granted resource and a wanted one have in common. A bucket's name holds no slash, so that an open bucket in
/// front of a key meets one granted bucket in its objects of that key, and in nothing deeper.
fn meet(resource: &Glob, want: &Glob) -> Vec<Glob> {
    let (Some((bucket, granted)), Some((name, key))) = (object(resource), object(want)) else {
        return resource.intersect(want);
    };
    let Some(bucket) = bucket.as_literal() else {
        return resource.intersect(want);
    };
    if !name.matches(&bucket) {
        return Vec::new();
    }
    let under = |key: Glob| {
        let mut object = Glob::literal(&format!("{bucket}/"));
        object.extend(&key);
        object
    };
    granted.intersect(&key).into_iter().map(under).collect()
}

/// Whether the action acts on such resources: what acts on buckets does not act on their objects.
fn fits(action: &str, glob: &Glob) -> bool {
    object(glob).is_none()
        || catalog::action(action).is_none_or(|info| {
            let mut types = info.resource_types().peekable();
            let holds_objects =
                |arn: &str| arn == "*" || arn.contains(":s3:::") && arn.contains('/');
            types.peek().is_none() || types.any(|t| holds_objects(t.arn))
        })
}

/// The bucket's ARN and the key of a pattern of S3 objects.
fn object(glob: &Glob) -> Option<(Glob, Glob)> {
    let at = glob.tokens().iter().position(|t| *t == Token::Char('/'))?;
    let part = |tokens: &[Token]| {
        let mut part = Glob::literal("");
        tokens.iter().for_each(|t| part.push(*t));
        part
    };
    let (bucket, key) = glob.tokens().split_at(at);
    let bucket = part(bucket);
    let text = bucket.to_string();
    let mut fields = text.splitn(6, ':');
    let is_bucket = fields.nth(2) == Some("s3")
        && fields.next() == Some("")
        && fields.next() == Some("")
        && fields.next().is_some_and(|name| !name.contains(':'));
    is_bucket.then(|| (bucket, part(key.get(1..).unwrap_or_default())))
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
    if let Some(unread) = unread(role, action) {
        statement.get_or_insert(unread);
        wanted.iter().for_each(|w| push(&mut globs, w.clone()));
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
    let has_room = globs.len() < MAX_PATTERNS || glob.as_literal().is_none();
    if has_room && !globs.iter().any(|g| g.includes(&glob)) {
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
