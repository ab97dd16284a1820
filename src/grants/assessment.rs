//! What the role grants against what is needed: each granted action pattern with the one cause, if any, for which it is
//! reported. The order of the causes is the order of `rules.md`, so that one cause is told once.

mod applies;
mod around;
mod causes;
mod could;
mod encrypted;
mod escalate;
mod passing;
mod scope;

pub(crate) use applies::{applies, resources_of};
pub use around::{Around, Few, Found};
pub use escalate::{Opened, Ways};

use std::collections::BTreeSet;

use crate::budget;
use crate::catalog;
use crate::glob::Glob;
use crate::grants::role::{Grant, RoleFacts};
use crate::need::{Need, Phase};
use crate::severity::Severity;

/// One granted action pattern, judged.
#[derive(Debug)]
pub struct GrantAssessment<'a> {
    /// The grant.
    pub grant: Grant<'a>,
    /// Indexes of the needs that it serves, into the workflow's needs.
    pub serves: Vec<usize>,
    /// Why it is reported; `None` where it is as it should be.
    pub cause: Option<Cause>,
}

/// Why a granted action pattern is reported.
#[derive(Clone, Debug)]
pub enum Cause {
    /// `admin-role`, with how it comes to that.
    Admin {
        /// In words.
        how: &'static str,
    },
    /// `escalation-permission`
    Escalation {
        /// The paths that it opens, first the one that is told.
        paths: Vec<Opened>,
        /// The state that uses it takes its target or content from outside.
        tainted_state: Option<String>,
    },
    /// `pass-role-scope`
    PassRole {
        /// Depends on how wide and whether a service is named.
        severity: Severity,
        /// What is wrong, in words.
        what: String,
    },
    /// `sync-rule-scope`
    SyncRule {
        /// The managed rules' ARNs that it should be cut to.
        rules: Vec<Glob>,
    },
    /// `wildcard-action`
    WildcardAction {
        /// The needed actions that it stands for.
        stands_for: Vec<String>,
        /// It is a whole service (or more).
        whole_service: bool,
        /// The escalation paths that it opens.
        opens: Vec<Opened>,
    },
    /// `wildcard-resource`
    WildcardResource {
        /// High, medium, or low where AWS's own template grants the same.
        severity: Severity,
        /// The granted patterns that no need covers.
        excess: Vec<Glob>,
    },
    /// `dynamic-target-wildcard`
    DynamicTarget {
        /// The states that choose at run time.
        states: Vec<String>,
    },
    /// `unused-permission`
    Unused(Unused),
}

/// What an unused permission could do.
#[derive(Clone, Debug)]
pub enum Unused {
    /// It could do this, so that it is this severe.
    Could {
        /// How bad that is.
        severity: Severity,
        /// What, in words: `decrypts`.
        what: String,
    },
    /// It belongs to log delivery or tracing, which are off.
    FeatureOff,
}

/// What the judgement looks at.
pub struct Context<'r, 'c> {
    /// The role.
    pub role: &'r RoleFacts,
    /// What is needed.
    pub needs: &'c [Need],
    /// Names of states, by id, whose target or content is tainted.
    pub tainted: &'c dyn Fn(&Need) -> Option<String>,
    /// Whether a need's state names target and content in the definition.
    pub fixed: &'c dyn Fn(&Need) -> bool,
    /// The state's name.
    pub state_name: &'c dyn Fn(&Need) -> String,
    /// What of the account escalation paths could use, where it was read.
    pub around: Option<&'c Around>,
    /// Service prefixes (`*` for all) of which it is not known what is needed, because a task could not be resolved.
    pub unknown_services: &'c [String],
}

/// Judges every grant of the role.
pub fn judge<'r>(context: &Context<'r, '_>) -> Vec<GrantAssessment<'r>> {
    let grants = context.role.grants();
    let held = causes::Held {
        ways: Ways::of(&grants, context.around),
        all_of_iam: causes::together_all_of_iam(&grants),
        grants: &grants,
    };
    let met: Vec<BTreeSet<usize>> = grants
        .iter()
        .map(|grant| {
            budget::spend(context.needs.len() / 4);
            match budget::is_spent() {
                true => BTreeSet::new(),
                false => numbers(context.needs, |_, need| grant.meets(need)),
            }
        })
        .collect();
    let all_met: BTreeSet<usize> = met.iter().flatten().copied().collect();
    // Where not all of it was looked at, nothing is told as missing.
    let withheld = match budget::is_spent() {
        true => BTreeSet::new(),
        false => numbers(context.needs, |at, need| {
            !need.optional && !all_met.contains(&at)
        }),
    };
    let judged: Vec<(Vec<usize>, Option<Cause>)> = grants
        .iter()
        .zip(&met)
        .enumerate()
        .map(|(at, (grant, met))| {
            if budget::is_spent() {
                return (Vec::new(), None);
            }
            let serves = serves(grant, met, context.needs, &withheld);
            let cause = causes::first(context, at, grant, &serves, &held);
            (serves, cause)
        })
        .collect();
    let joined = grants.into_iter().zip(judged);
    joined
        .map(|(grant, (serves, cause))| GrantAssessment {
            grant,
            serves,
            cause,
        })
        .collect()
}

/// The numbers of the needs of which this holds.
fn numbers(needs: &[Need], holds: impl Fn(usize, &Need) -> bool) -> BTreeSet<usize> {
    let each = needs.iter().enumerate();
    each.filter(|(at, need)| holds(*at, need))
        .map(|(at, _)| at)
        .collect()
}

/// The needs that a grant serves, in part or whole, beside those that it meets. One that no grant meets is served by what
/// is written for it: that a deny or the organization takes it away is told as missing, and what is missing is not also
/// unused.
fn serves(
    grant: &Grant<'_>,
    met: &BTreeSet<usize>,
    needs: &[Need],
    withheld: &BTreeSet<usize>,
) -> Vec<usize> {
    let all = numbers(needs, |at, need| {
        met.contains(&at)
            || grant.gives_companion(need)
            || withheld.contains(&at) && !grant.written_for(need).is_empty()
    });
    all.into_iter().collect()
}

/// Whether the need belongs to the managed rule of a `.sync` integration.
fn is_sync_rule(need: &Need) -> bool {
    need.phase == Phase::CompletionEvent
}

/// The known actions that a pattern covers.
fn covered(grant: &Grant<'_>) -> impl Iterator<Item = String> {
    let pieces: Vec<Glob> = grant.pieces.iter().map(|p| p.actions.clone()).collect();
    pieces
        .into_iter()
        .flat_map(|p| catalog::actions_matching(&p).map(|a| a.name()))
}
