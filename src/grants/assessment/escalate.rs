//! The escalation paths that a role's grants open together.

use std::collections::BTreeSet;

use super::applies::applies;
use super::around::{Around, Found, Granted, Question};
use super::{Context, passing};
use crate::budget;
use crate::catalog::{self, Breadth};
use crate::glob::Glob;
use crate::grants::escalation::{self, Path, is_pass_role};
use crate::grants::role::{Grant, Piece};
use crate::iam::Test;
use crate::need::{Need, Phase};

/// A path that the role opens, with what it can use in the account.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The path.
    pub path: &'static Path,
    /// What of the account it can use.
    pub found: Found,
    /// Whether no condition but the one on the service stands in its way.
    pub unconditional: bool,
}

impl Opened {
    /// Whether it surely ends at an administrator.
    pub fn ends_at_administrator(&self) -> bool {
        self.unconditional && !self.found.administrators.is_empty()
    }
}

/// The paths of one role.
pub struct Ways {
    opened: Vec<Opened>,
    /// The actions of paths that each grant allows, in step with the grants.
    allowed: Vec<BTreeSet<&'static str>>,
    /// The statement of each grant: its policy's index and its own.
    statements: Vec<(usize, usize)>,
}

/// A grant of some action of a path, with what every path asks of it.
struct Key<'g, 'r> {
    grant: &'g Grant<'r>,
    allowed: &'g BTreeSet<&'static str>,
    resources: Vec<Glob>,
    /// The services that it lets a role be passed to.
    services: BTreeSet<&'static str>,
    /// A role of several can be passed with it.
    is_open: bool,
}

impl<'g, 'r> Key<'g, 'r> {
    fn new(grant: &'g Grant<'r>, allowed: &'g BTreeSet<&'static str>) -> Self {
        let passes = allowed.iter().any(|a| is_pass_role(a));
        Self {
            grant,
            allowed,
            resources: grant.resources(),
            services: if passes {
                passing::admitted(grant)
            } else {
                BTreeSet::new()
            },
            is_open: passes && passing::is_open(grant),
        }
    }

    fn allows(&self, action: &str) -> bool {
        self.allowed.contains(action)
    }
}

impl Ways {
    /// Finds them.
    pub fn of(grants: &[Grant<'_>], around: Option<&Around>) -> Self {
        let actions = escalation::actions();
        let allowed: Vec<BTreeSet<&'static str>> = grants
            .iter()
            .map(|grant| {
                budget::spend(actions.len());
                match budget::is_spent() {
                    true => BTreeSet::new(),
                    false => {
                        let all = actions.iter().copied();
                        all.filter(|a| allows(grant, a)).collect()
                    }
                }
            })
            .collect();
        let pairs = grants.iter().zip(&allowed);
        let keys: Vec<Key<'_, '_>> = pairs
            .filter(|(_, allowed)| !allowed.is_empty())
            .map(|(grant, allowed)| Key::new(grant, allowed))
            .collect();
        let held = |action: &str| keys.iter().any(|k| k.allows(action));
        let mut opened = Vec::new();
        let complete = |path: &&Path| path.actions.iter().all(|a| held(a));
        for path in escalation::paths().iter().filter(complete) {
            if !is_open(path, &keys, around) {
                continue;
            }
            let free = |key: &Key<'_, '_>| {
                let mut conditions = key.grant.statement.conditions.iter();
                conditions.all(passing::is_on_service)
            };
            let freely = |a: &String| keys.iter().any(|k| k.allows(a) && free(k));
            opened.push(Opened {
                path,
                found: found(path, &keys, around),
                unconditional: path.actions.iter().all(freely),
            });
        }
        drop(keys);
        Self {
            opened,
            allowed,
            statements: grants
                .iter()
                .map(|g| (g.policy, g.statement.index))
                .collect(),
        }
    }

    /// The paths to which the grant at this index is a key: it allows one of their actions that no state needs as the
    /// definition fixes it, and stands in the statement that allows the passing of the role, or else the first such action.
    /// What stands elsewhere is judged by itself, so that one set is told once.
    pub fn of_grant(&self, at: usize, context: &Context<'_, '_>, served: &[&Need]) -> Vec<Opened> {
        let Some(own) = self.allowed.get(at) else {
            return Vec::new();
        };
        let keys = |opened: &&Opened| {
            let path = opened.path;
            let mut mine = path
                .actions
                .iter()
                .filter(|a| own.contains(a.as_str()))
                .peekable();
            if mine.peek().is_none() || is_as_meant(context, path, served) {
                return false;
            }
            // Where fewer of its actions are a path already, this one adds nothing to it.
            let shorter = |o: &Opened| {
                escalation::adds_nothing(path, o.path) && !is_as_meant(context, o.path, served)
            };
            if self.opened.iter().any(shorter) {
                return false;
            }
            let needed = |action: &str| {
                context
                    .needs
                    .iter()
                    .any(|n| n.action.eq_ignore_ascii_case(action))
            };
            let served =
                |action: &str| served.iter().any(|n| n.action.eq_ignore_ascii_case(action));
            let used = path.actions.iter().all(|a| needed(a));
            let lead = path.actions.iter().find(|a| is_pass_role(a) || !needed(a));
            self.is_with(at, lead.or(path.actions.first()))
                && mine.any(|a| !served(a) || (used && !is_fixed(context, a)) || is_pass_role(a))
        };
        smallest(self.opened.iter().filter(keys).cloned().collect())
    }

    /// Whether a grant of the same statement allows the action.
    fn is_with(&self, at: usize, action: Option<&String>) -> bool {
        let (own, Some(action)) = (self.statements.get(at), action) else {
            return false;
        };
        let mut all = self.statements.iter().zip(&self.allowed);
        all.any(|(statement, set)| Some(statement) == own && set.contains(action.as_str()))
    }

    /// The paths that begin with an action that the grant at this index allows, whatever states need.
    pub fn through(&self, at: usize) -> Vec<Opened> {
        let own = self.allowed.get(at);
        let keys = |o: &&Opened| {
            let first = o.path.actions.first();
            own.zip(first)
                .is_some_and(|(own, first)| own.contains(first.as_str()))
        };
        smallest(self.opened.iter().filter(keys).cloned().collect())
    }
}

/// Without the paths that add nothing beside another, those that end at an administrator first.
fn smallest(opened: Vec<Opened>) -> Vec<Opened> {
    let all: Vec<&'static Path> = opened.iter().map(|o| o.path).collect();
    let needless = |o: &Opened| {
        all.iter()
            .any(|other| escalation::adds_nothing(o.path, other))
    };
    let mut kept: Vec<Opened> = opened.into_iter().filter(|o| !needless(o)).collect();
    kept.sort_by_key(|o| !o.ends_at_administrator());
    kept
}

/// Whether the grant allows the action on something that the action can act on.
fn allows(grant: &Grant<'_>, action: &str) -> bool {
    let named = |piece: &&Piece| piece.actions.matches_name(action);
    let mut about = grant.pieces.iter().filter(named).peekable();
    if about.peek().is_none() {
        return false;
    }
    // What has no resources is granted by `*` alone.
    let everywhere = catalog::action(action).is_some_and(|a| !a.has_resource_types());
    let fits = |r: &Glob| applies(action, r) && (!everywhere || r.matches("*"));
    about.any(|piece| piece.resources.iter().any(fits))
        && grant.can_allow(action)
        && (!is_pass_role(action) || passing::concerns_roles(grant))
}

/// Whether what the path asks beside its actions is there.
fn is_open(path: &Path, keys: &[Key<'_, '_>], around: Option<&Around>) -> bool {
    let open = |action: &String| {
        keys.iter().filter(|k| k.allows(action)).any(|key| {
            if is_pass_role(action) {
                return passes(path, key, around);
            }
            let wide = || {
                let mut resources = key.resources.iter();
                resources.any(|r| catalog::breadth(action, r) == Breadth::Any)
            };
            (!path.everywhere || wide()) && !path.unless.iter().any(|on| is_named(key.grant, on))
        })
    };
    path.actions.iter().all(open)
}

/// Whether a role of one's choice can be passed to the path's service: one of several, or an administrator.
fn passes(path: &Path, key: &Key<'_, '_>, around: Option<&Around>) -> bool {
    let mut services = path.pass_to.iter();
    services.any(|service| key.services.contains(service.as_str()))
        && (key.is_open || {
            let found = found(path, std::slice::from_ref(key), around);
            !found.administrators.is_empty()
        })
}

/// What the path can use in the account.
fn found(path: &Path, keys: &[Key<'_, '_>], around: Option<&Around>) -> Found {
    let (Some(around), Some(first), Some(any)) = (around, path.actions.first(), keys.first())
    else {
        return Found::default();
    };
    let granted = keys.iter().filter(|k| k.allows(first)).map(|key| Granted {
        resources: &key.resources,
        services: &key.services,
    });
    around.find(&Question {
        path,
        granted: granted.collect(),
        own: any.grant.holder(),
    })
}

/// Whether the statement's condition asks the key to be one of a few policies, none of which makes an administrator.
fn is_named(grant: &Grant<'_>, key: &str) -> bool {
    const ADMINISTRATORS: [&str; 3] = ["AdministratorAccess", "IAMFullAccess", "PowerUserAccess"];
    let harmless = |text: &String| {
        let name = text.rsplit('/').next().unwrap_or_default();
        !text.contains(['*', '?', '$']) && !ADMINISTRATORS.contains(&name)
    };
    grant.statement.conditions.iter().any(|c| {
        c.key.eq_ignore_ascii_case(key)
            && !c.operator.negated
            && !c.operator.if_exists
            && c.operator.test != Test::Null
            && c.texts.iter().all(harmless)
    })
}

/// Whether every state that needs the action names target and content in the definition.
fn is_fixed(context: &Context<'_, '_>, action: &str) -> bool {
    let mut uses = context
        .needs
        .iter()
        .filter(|n| n.action.eq_ignore_ascii_case(action))
        .peekable();
    uses.peek().is_some() && uses.all(|n| (context.fixed)(n))
}

/// Every action of the path is needed by states that name target and content in the definition, so that the path leads
/// nowhere but where its author meant.
fn is_as_meant(context: &Context<'_, '_>, path: &Path, served: &[&Need]) -> bool {
    if path.passes_role() {
        // A state that makes the compute with a role that the definition names passes no other; how wide the grant is
        // then is `pass-role-scope`'s business.
        let made = |n: &Need| {
            let beside = path.actions.iter().find(|a| !is_pass_role(a));
            beside.is_some_and(|a| n.action.eq_ignore_ascii_case(a))
        };
        let mut passed = context.needs.iter().filter(|n| n.phase == Phase::PassRole);
        return context.needs.iter().any(made) && passed.all(|n| (context.fixed)(n));
    }
    let needed = |action: &String| {
        let mut uses = context.needs.iter();
        uses.any(|n| n.action.eq_ignore_ascii_case(action))
    };
    !served.is_empty()
        && path
            .actions
            .iter()
            .all(|a| is_fixed(context, a) || (path.runs && needed(a)))
}
