//! The execution role: its policies, and each allowing statement as what it really grants after denies and boundary.

use std::sync::Arc;

use crate::arn::Arn;
use crate::glob::{Glob, Token};
use crate::iam::{ActionPattern, ActionSpec, Authority, Effect, Policy, ResourceSpec, Statement};
use crate::need::{Need, Target};

/// The execution role as far as it was read.
#[derive(Clone, Debug)]
pub struct RoleFacts {
    /// Its ARN.
    pub arn: Arn,
    /// Its identity policies in the order of the snapshot: inline ones first.
    pub policies: Vec<HeldPolicy>,
    /// The same policies and the boundary, for decisions.
    pub authority: Authority,
    /// Whether all of its policies could be read; otherwise nothing can be called missing.
    pub whole: bool,
}

/// A policy and how the role holds it.
#[derive(Clone, Debug)]
pub struct HeldPolicy {
    /// The policy.
    pub policy: Arc<Policy>,
    /// Inline or managed.
    pub source: PolicySource,
}

/// How a role holds a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicySource {
    /// It is the role's own.
    Inline,
    /// It is attached.
    Managed {
        /// The policy's ARN.
        arn: String,
        /// AWS owns it, or another principal holds it too: it cannot be edited for this role alone.
        shared: bool,
    },
}

/// One action pattern of one allowing statement, with what is left of it after unconditional denies and the boundary.
#[derive(Clone, Debug)]
pub struct Grant<'a> {
    /// Index into [`RoleFacts::policies`].
    pub policy: usize,
    /// The statement.
    pub statement: &'a Statement,
    /// The pattern as the policy writes it; for `NotAction` every action.
    pub action: ActionPattern,
    /// What is left: disjoint pieces of (actions in lower case, resources).
    pub pieces: Vec<Piece>,
    role: &'a RoleFacts,
}

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

impl RoleFacts {
    /// The same role without its denies and its boundary: what its statements would allow.
    #[must_use]
    pub fn without_limits(&self) -> Self {
        let allow_only = |policy: &Policy| {
            let mut policy = policy.clone();
            policy.statements.retain(|s| s.effect == Effect::Allow);
            Arc::new(policy)
        };
        let identity = self
            .authority
            .identity
            .iter()
            .map(|p| allow_only(p))
            .collect();
        Self {
            authority: Authority {
                identity,
                boundary: None,
            },
            ..self.clone()
        }
    }

    /// Every allowing statement's action patterns with what is left of them; those of which nothing is left are not
    /// grants.
    pub fn grants(&self) -> Vec<Grant<'_>> {
        let mut grants = Vec::new();
        for (index, held) in self.policies.iter().enumerate() {
            for statement in held
                .policy
                .statements
                .iter()
                .filter(|s| s.effect == Effect::Allow)
            {
                let patterns = match &statement.actions {
                    ActionSpec::Only(patterns) => patterns.clone(),
                    ActionSpec::AllBut(_) => vec![ActionPattern::new("*")],
                };
                for action in patterns {
                    let pieces = self.left_of(statement, &action, None);
                    if !pieces.is_empty() {
                        grants.push(Grant {
                            policy: index,
                            statement,
                            action,
                            pieces,
                            role: self,
                        });
                    }
                }
            }
        }
        grants
    }

    /// What is left of a statement for an action pattern, on everything or on one resource pattern only.
    fn left_of(
        &self,
        statement: &Statement,
        action: &ActionPattern,
        within: Option<&Glob>,
    ) -> Vec<Piece> {
        let (mut resources, all_but) = resource_globs(&statement.resources);
        if let Some(within) = within {
            resources = meet_all(&resources, std::slice::from_ref(within));
            resources.retain(|r| !is_excepted(&statement.resources, r));
        }
        let mut pieces = vec![Piece {
            actions: action.glob().clone(),
            resources,
            all_but,
        }];
        if let Some(boundary) = &self.authority.boundary {
            pieces = under_boundary(&pieces, boundary);
        }
        for policy in self
            .authority
            .identity
            .iter()
            .chain(&self.authority.boundary)
        {
            for deny in policy
                .statements
                .iter()
                .filter(|s| s.effect == Effect::Deny && s.conditions.is_empty())
            {
                pieces = pieces
                    .into_iter()
                    .flat_map(|piece| after_deny(piece, deny))
                    .collect();
            }
        }
        pieces
    }
}

/// Whether `NotResource` takes the whole pattern out.
fn is_excepted(spec: &ResourceSpec, resource: &Glob) -> bool {
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

/// The resource patterns, variables widened; `NotResource` is everything.
fn resource_globs(spec: &ResourceSpec) -> (Vec<Glob>, bool) {
    match spec {
        ResourceSpec::Only(patterns) => (
            patterns.iter().map(|p| p.template.widest()).collect(),
            false,
        ),
        ResourceSpec::AllBut(patterns) => (vec![Glob::any()], !patterns.is_empty()),
        ResourceSpec::Unstated => (Vec::new(), false),
    }
}

fn under_boundary(pieces: &[Piece], boundary: &Policy) -> Vec<Piece> {
    let mut left = Vec::new();
    for statement in boundary
        .statements
        .iter()
        .filter(|s| s.effect == Effect::Allow)
    {
        let (resources, all_but) = resource_globs(&statement.resources);
        let actions: Vec<Glob> = match &statement.actions {
            ActionSpec::Only(patterns) => patterns.iter().map(|p| p.glob().clone()).collect(),
            ActionSpec::AllBut(_) => vec![Glob::any()],
        };
        for piece in pieces {
            for ceiling in &actions {
                let mut resources = meet_all(&piece.resources, &resources);
                resources.retain(|r| !is_excepted(&statement.resources, r));
                if resources.is_empty() {
                    continue;
                }
                for actions in piece.actions.intersect(ceiling) {
                    let all_but = piece.all_but || all_but;
                    left.push(Piece {
                        actions,
                        resources: resources.clone(),
                        all_but,
                    });
                }
            }
        }
    }
    left
}

/// What an unconditional deny leaves of a piece. A deny that takes away only a part that cannot be written as a pattern
/// leaves the piece as it is: the grant then looks wider than it is, never narrower.
fn after_deny(piece: Piece, deny: &Statement) -> Vec<Piece> {
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

fn meet_all(ours: &[Glob], theirs: &[Glob]) -> Vec<Glob> {
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

impl Grant<'_> {
    /// Everything that is left of the resources, over all pieces.
    pub fn resources(&self) -> Vec<Glob> {
        let mut all: Vec<Glob> = Vec::new();
        for resource in self.pieces.iter().flat_map(|p| &p.resources) {
            if !all.contains(resource) {
                all.push(resource.clone());
            }
        }
        all
    }

    /// Whether it allows this action (by name) on a part of this resource. A deny of some actions or resources of a
    /// pattern leaves the pattern as it is, so that the statement is asked again for the one action on the one resource.
    pub fn allows(&self, action: &str, resource: &Glob) -> bool {
        let name = ActionPattern::new(action);
        let about = self.pieces.iter().any(|p| {
            p.actions.includes(name.glob()) && p.resources.iter().any(|r| r.overlaps(resource))
        });
        about && {
            let left = self.role.left_of(self.statement, &name, Some(resource));
            left.iter().any(|p| !p.resources.is_empty())
        }
    }

    /// What is left of it for this action within a resource pattern.
    pub fn within(&self, action: &str, resource: &Glob) -> Vec<Glob> {
        let left = self
            .role
            .left_of(self.statement, &ActionPattern::new(action), Some(resource));
        left.into_iter().flat_map(|p| p.resources).collect()
    }

    /// The pattern with an open account closed to the execution role's own: no other account's roles can be passed.
    pub fn at_home(&self, resource: &Glob) -> Glob {
        let own = self.role.arn.account();
        let mut colons = 0;
        let mut out = Glob::literal("");
        let tokens = resource.tokens();
        for (at, token) in tokens.iter().enumerate() {
            colons += usize::from(*token == Token::Char(':'));
            let alone = tokens.get(at + 1) == Some(&Token::Char(':'))
                && at.checked_sub(1).and_then(|i| tokens.get(i)) == Some(&Token::Char(':'));
            if *token == Token::Any && colons == 4 && alone && !own.is_empty() {
                out.extend(&Glob::literal(own));
            } else {
                out.push(*token);
            }
        }
        out
    }

    /// Every role that it could be about: those of the execution role's own account, for no other can be passed.
    pub fn own_roles(&self) -> Glob {
        let (partition, account) = (self.role.arn.partition(), self.role.arn.account());
        let account = if account.is_empty() { "*" } else { account };
        Glob::parse(&format!("arn:{partition}:iam::{account}:role/*"))
    }

    /// Whether it gives a part of what is needed. An action without resource types is allowed on `*` alone, or on what AWS
    /// documents beside the reference.
    pub fn meets(&self, need: &Need) -> bool {
        if need.target == Target::NoResourceTypes {
            let documented = || need.companions.iter().any(|r| self.allows(&need.action, r));
            return self.allows(&need.action, &Glob::literal("*")) || documented();
        }
        need.resources.iter().any(|r| self.allows(&need.action, r))
    }

    /// Whether it gives a part of what is needed, or of a companion form of it.
    pub fn serves(&self, need: &Need) -> bool {
        self.meets(need) || need.companions.iter().any(|r| self.allows(&need.action, r))
    }

    /// Whether some piece covers every resource.
    pub fn is_everywhere(&self) -> bool {
        self.pieces
            .iter()
            .any(|p| p.resources.iter().any(Glob::is_any))
    }
}
