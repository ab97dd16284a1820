//! What is left of a statement: disjoint pieces after denies and the boundary.

use std::sync::Arc;

use crate::budget;
use crate::glob::Glob;
use crate::iam::{ActionSpec, Context, Effect, Policy, ResourceSpec, Statement};

/// A part of a grant.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The actions, in lower case.
    pub actions: Glob,
    /// The resources.
    pub resources: Vec<Glob>,
    /// The resources are everything but some (`NotResource`).
    pub all_but: bool,
}

/// Whether `NotResource` takes the whole pattern out.
pub(super) fn is_excepted(spec: &ResourceSpec, resource: &Glob) -> bool {
    match spec {
        ResourceSpec::AllBut(patterns) => {
            let out: Vec<Glob> = patterns
                .iter()
                .filter(|p| !p.template.has_variables())
                .map(|p| p.template.widest())
                .collect();
            resource.covered_by(&out)
        }
        ResourceSpec::Only(_) | ResourceSpec::Unstated => false,
    }
}

/// The resource patterns, variables that the session does not fix widened; `NotResource` is everything.
pub(super) fn resource_globs(spec: &ResourceSpec, session: &Context) -> (Vec<Glob>, bool) {
    match spec {
        ResourceSpec::Only(patterns) => {
            let globs = patterns.iter().filter_map(|p| session.widest(&p.template));
            (globs.collect(), false)
        }
        ResourceSpec::AllBut(patterns) => (vec![Glob::any()], !patterns.is_empty()),
        ResourceSpec::Unstated => (Vec::new(), false),
    }
}

/// What one part of a ceiling lets through; `None` where that could not be read.
struct Lets<'a> {
    actions: Option<&'a ActionSpec>,
    resources: Option<&'a ResourceSpec>,
}

impl<'a> Lets<'a> {
    /// The allowing statements of a policy, and what of it could not be read: that may allow, and nothing unread narrows a
    /// grant.
    fn all_of(
        policy: &'a Policy,
        open: &'a dyn Fn(&Statement) -> bool,
    ) -> impl Iterator<Item = Self> {
        let statements = policy.statements.iter();
        let allows = statements.filter(move |s| s.effect == Effect::Allow && open(s));
        let unread = policy.unreadable.iter();
        let unread = unread.filter(|part| part.effect != Some(Effect::Deny));
        let allows = allows.map(|s| Self {
            actions: Some(&s.actions),
            resources: Some(&s.resources),
        });
        allows.chain(unread.map(|part| Self {
            actions: part.actions.as_ref(),
            resources: part.resources.as_ref(),
        }))
    }

    /// Whether it is about every action on every resource.
    fn is_everything(&self) -> bool {
        self.actions.is_none_or(ActionSpec::covers_all)
            && match self.resources {
                Some(ResourceSpec::Only(patterns)) => patterns.iter().any(|p| p.widest().is_any()),
                Some(ResourceSpec::AllBut(_) | ResourceSpec::Unstated) => false,
                None => true,
            }
    }
}

/// What the policies of one ceiling let through of the pieces: a boundary, or the service control policies of a level.
/// Where the budget ends, all of them.
pub(super) fn under_ceiling(
    pieces: Vec<Piece>,
    ceiling: &[Arc<Policy>],
    session: &Context,
    open: &dyn Fn(&Statement) -> bool,
) -> Vec<Piece> {
    let allows = || ceiling.iter().flat_map(|p| Lets::all_of(p, open));
    if allows().any(|lets| lets.is_everything()) {
        return pieces;
    }
    let mut left = Vec::new();
    for lets in allows() {
        let (resources, all_but) = match lets.resources {
            Some(spec) => resource_globs(spec, session),
            None => (vec![Glob::any()], false),
        };
        let excepted = |r: &Glob| lets.resources.is_some_and(|spec| is_excepted(spec, r));
        let actions: Vec<Glob> = match lets.actions {
            Some(ActionSpec::Only(patterns)) => patterns.iter().map(|p| p.glob().clone()).collect(),
            Some(ActionSpec::AllBut(_)) | None => vec![Glob::any()],
        };
        for piece in &pieces {
            let mut resources = meet_all(&piece.resources, &resources);
            resources.retain(|r| !excepted(r));
            budget::spend(1 + actions.len());
            if resources.is_empty() {
                continue;
            }
            let under = actions.iter().flat_map(|c| piece.actions.intersect(c));
            left.extend(under.map(|actions| Piece {
                actions,
                resources: resources.clone(),
                all_but: piece.all_but || all_but,
            }));
        }
        if budget::is_spent() {
            return pieces;
        }
    }
    left
}

/// What a deny that surely applies leaves of a piece. A deny that takes away only a part that cannot be written as a pattern
/// leaves the piece as it is: the grant then looks wider than it is, never narrower.
pub(super) fn after_deny(piece: Piece, deny: &Statement) -> Vec<Piece> {
    let denied = |piece: Piece| -> Option<Piece> {
        match &deny.resources {
            ResourceSpec::Only(patterns) => {
                let taken: Vec<Glob> = patterns
                    .iter()
                    .filter(|p| !p.template.has_variables())
                    .map(|p| p.template.widest())
                    .collect();
                let resources: Vec<Glob> = piece
                    .resources
                    .iter()
                    .filter(|r| !r.covered_by(&taken))
                    .cloned()
                    .collect();
                (!resources.is_empty()).then_some(Piece { resources, ..piece })
            }
            ResourceSpec::AllBut(patterns) => {
                let kept: Vec<Glob> = patterns.iter().map(|p| p.template.widest()).collect();
                let resources = meet_all(&piece.resources, &kept);
                (!resources.is_empty()).then_some(Piece {
                    resources,
                    all_but: false,
                    ..piece
                })
            }
            ResourceSpec::Unstated => Some(piece),
        }
    };
    match &deny.actions {
        ActionSpec::Only(patterns) => {
            let covers = patterns.iter().any(|p| p.glob().includes(&piece.actions));
            if covers {
                denied(piece).into_iter().collect()
            } else {
                vec![piece]
            }
        }
        // Everything but these is denied: what overlaps them survives, the rest is taken.
        ActionSpec::AllBut(patterns) => {
            let mut left: Vec<Piece> = Vec::new();
            for pattern in patterns {
                for actions in piece.actions.intersect(pattern.glob()) {
                    left.push(Piece {
                        actions,
                        ..piece.clone()
                    });
                }
            }
            let inside = patterns.iter().any(|p| p.glob().includes(&piece.actions));
            if !inside {
                left.extend(denied(piece));
            }
            left
        }
    }
}

pub(super) fn meet_all(ours: &[Glob], theirs: &[Glob]) -> Vec<Glob> {
    let mut met: Vec<Glob> = Vec::new();
    for a in ours {
        for b in theirs {
            for glob in a.intersect(b) {
                if !met.contains(&glob) {
                    met.push(glob);
                }
            }
        }
    }
    met
}
