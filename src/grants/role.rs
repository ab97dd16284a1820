//! The execution role: its policies, and each allowing statement as what it really grants after denies and boundary.

mod pieces;
mod request;

use std::sync::Arc;

use crate::arn::Arn;
use crate::budget;
use crate::glob::{Glob, Token};
use crate::iam::{ActionPattern, ActionSpec, Authority, Context, Effect, Policy, Statement};
use crate::need::{Need, Target};
use pieces::{after_deny, is_excepted, meet_all, resource_globs, under_ceiling};

pub use pieces::Piece;

/// Pieces and resources of one statement that denies and a boundary may make of it: each exception of a deny can multiply
/// them. Beyond, what they would take away still counts as granted.
const MAX_PARTS: usize = 2_048;

/// What is said of it.
const MULTIPLY: &str =
    "exceptions of denies that multiply, of which what they take away still counts as granted";

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
    /// What the account tells of it beside its ARN: its tags, where it has some and no session brings its own.
    pub known: Context,
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
    session: Arc<Context>,
    denies: Arc<[&'a Statement]>,
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
                ..Authority::default()
            },
            ..self.clone()
        }
    }

    /// The same role without the conditions of its allowing statements: what they would allow if each held.
    #[must_use]
    pub fn without_conditions(&self) -> Self {
        let unconditional = |policy: &Policy| {
            let mut policy = policy.clone();
            let allows = policy.statements.iter_mut();
            allows
                .filter(|s| s.effect == Effect::Allow)
                .for_each(|s| s.conditions.clear());
            Arc::new(policy)
        };
        let policies = self.policies.iter().map(|held| HeldPolicy {
            policy: unconditional(&held.policy),
            source: held.source.clone(),
        });
        Self {
            policies: policies.collect(),
            ..self.clone()
        }
    }

    /// The same role without the service control policies above its account.
    #[must_use]
    pub fn without_service_controls(&self) -> Self {
        let mut all = self.clone();
        all.authority.service_controls = Arc::default();
        all
    }

    /// What is known of every session that the workflow has of the role.
    fn session(&self) -> Context {
        let session = Context::of_execution_role(&self.arn).or(self.known.clone());
        self.authority.known_of(session)
    }

    /// What is known of the request that the workflow makes with the role for a need.
    pub fn context(&self, need: &Need) -> Context {
        request::context(&self.session(), need)
    }

    /// The denying statements of every layer.
    fn denies(&self) -> impl Iterator<Item = &Statement> {
        let all = self.authority.all_policies().flat_map(|p| &p.statements);
        all.filter(|s| s.effect == Effect::Deny)
    }

    /// Every allowing statement's action patterns with what is left of them; those of which nothing is left are not
    /// grants, nor are those under a condition that no session of the role can meet.
    pub fn grants(&self) -> Vec<Grant<'_>> {
        let mut grants = Vec::new();
        let session = Arc::new(self.session());
        let denies: Arc<[&Statement]> = self.denies().collect();
        for (index, held) in self.policies.iter().enumerate() {
            for statement in held
                .policy
                .statements
                .iter()
                .filter(|s| s.effect == Effect::Allow)
                .filter(|s| !request::never_applies(s, &session, None))
            {
                let patterns = match &statement.actions {
                    ActionSpec::Only(patterns) => patterns.clone(),
                    ActionSpec::AllBut(_) => vec![ActionPattern::new("*")],
                };
                for action in patterns {
                    budget::spend(16);
                    if budget::is_spent() {
                        return grants;
                    }
                    let named = !action.has_wildcard();
                    if named && request::never_applies_to(statement, &session, &action.text) {
                        continue;
                    }
                    let pieces = self.left_of(statement, &action, None, (&session, None), &denies);
                    if !pieces.is_empty() {
                        grants.push(Grant {
                            policy: index,
                            statement,
                            action,
                            pieces,
                            role: self,
                            session: Arc::clone(&session),
                            denies: Arc::clone(&denies),
                        });
                    }
                }
            }
        }
        grants
    }

    /// What is left of a statement for an action pattern, on everything or on one resource pattern only, in every request
    /// or in that for one need.
    fn left_of(
        &self,
        statement: &Statement,
        action: &ActionPattern,
        within: Option<&Glob>,
        (session, need): (&Context, Option<&Need>),
        denies: &[&Statement],
    ) -> Vec<Piece> {
        let (mut resources, all_but) = resource_globs(&statement.resources, session);
        if let Some(within) = within {
            resources = meet_all(&resources, std::slice::from_ref(within));
            resources.retain(|r| !is_excepted(&statement.resources, r));
        }
        if resources.is_empty() {
            return Vec::new();
        }
        let mut pieces = vec![Piece {
            actions: action.glob().clone(),
            resources,
            all_but,
        }];
        let open = |s: &Statement| !request::never_applies(s, session, need);
        for ceiling in self.authority.ceilings() {
            pieces = under_ceiling(pieces, ceiling, session, &open);
        }
        let applies = |s: &&&Statement| request::surely_applies(s, session, need);
        for deny in denies.iter().filter(applies) {
            let parts: usize = pieces.iter().map(|p| 1 + p.resources.len()).sum();
            budget::spend(1 + parts);
            if parts > MAX_PARTS || budget::is_spent() {
                budget::cut(MULTIPLY);
                return pieces;
            }
            pieces = pieces
                .into_iter()
                .flat_map(|piece| after_deny(piece, deny))
                .collect();
        }
        pieces
    }
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
        self.allows_for(action, resource, None)
    }

    fn allows_for(&self, action: &str, resource: &Glob, need: Option<&Need>) -> bool {
        let about = self.pieces.iter().any(|p| {
            p.actions.matches_name(action) && p.resources.iter().any(|r| r.overlaps(resource))
        });
        about && {
            let name = ActionPattern::new(action);
            let request = (&*self.session, need);
            let left =
                self.role
                    .left_of(self.statement, &name, Some(resource), request, &self.denies);
            left.iter().any(|p| !p.resources.is_empty())
        }
    }

    /// What is left of it for this action within a resource pattern.
    pub fn within(&self, action: &str, resource: &Glob) -> Vec<Glob> {
        let left = self.role.left_of(
            self.statement,
            &ActionPattern::new(action),
            Some(resource),
            (&self.session, None),
            &self.denies,
        );
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

    /// Whether requests for the action, given by its name, can meet its conditions.
    pub fn can_allow(&self, action: &str) -> bool {
        !request::never_applies_to(self.statement, &self.session, action)
    }

    /// The role that holds it.
    pub const fn holder(&self) -> &Arn {
        &self.role.arn
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
        self.is_about(need) && !request::never_applies(self.statement, &self.session, Some(need))
    }

    /// Whether it gives a part of what is needed, if its conditions hold.
    fn is_about(&self, need: &Need) -> bool {
        let allows = |resource: &Glob| self.allows_for(&need.action, resource, Some(need));
        if need.target == Target::NoResourceTypes {
            return allows(&Glob::literal("*")) || need.companions.iter().any(allows);
        }
        need.resources.iter().any(allows)
    }

    /// Whether it gives a part of what is needed, or of a companion form of it.
    pub fn serves(&self, need: &Need) -> bool {
        self.meets(need) || self.gives_companion(need)
    }

    /// Whether it gives a part of a companion form of what is needed.
    pub fn gives_companion(&self, need: &Need) -> bool {
        let companion = |r: &Glob| self.allows_for(&need.action, r, Some(need));
        need.companions.iter().any(companion)
            && !request::never_applies(self.statement, &self.session, Some(need))
    }

    /// The resources on which its statement is written for what is needed, whatever a deny, the boundary or the organization
    /// takes away in the request.
    pub fn written_for(&self, need: &Need) -> Vec<Glob> {
        let named = match &self.statement.actions {
            ActionSpec::Only(_) => self.action.matches(&need.action),
            ActionSpec::AllBut(but) => !but.iter().any(|p| p.matches(&need.action)),
        };
        if !named || request::never_applies(self.statement, &self.session, Some(need)) {
            return Vec::new();
        }
        let (granted, _) = resource_globs(&self.statement.resources, &self.session);
        let wanted: Vec<Glob> = need
            .resources
            .iter()
            .chain(&need.companions)
            .cloned()
            .collect();
        let mut met = meet_all(&granted, &wanted);
        met.retain(|r| !is_excepted(&self.statement.resources, r));
        met
    }

    /// Whether it is written for what is needed, and a deny, the boundary or the organization takes all of that away in the
    /// request.
    pub fn is_denied(&self, need: &Need) -> bool {
        !self.serves(need) && !self.written_for(need).is_empty()
    }

    /// Whether it would give a part of what is needed, were it not for its conditions.
    pub fn falls_short_of(&self, need: &Need) -> bool {
        self.is_about(need) && request::never_applies(self.statement, &self.session, Some(need))
    }

    /// Whether some piece covers every resource.
    pub fn is_everywhere(&self) -> bool {
        self.pieces
            .iter()
            .any(|p| p.resources.iter().any(Glob::is_any))
    }
}
