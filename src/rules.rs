//! The rules. Each lives in `rules/NAME.rs` (what it judges) and `rules/NAME.md` (its page: documentation, `explain` text
//! and test in one). A rule sees [`Facts`] and nothing else: not AWS, not a clock, never another rule.
//!
//! A new rule is those two files, one `mod` line and one line in [`RULES`]; `src/rules/README.md` describes the page.

use std::collections::BTreeSet;

use crate::drift::DriftFacts;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::gap::Input;
use crate::severity::Severity;
use crate::trigger::EventInfo;

/// One rule.
pub trait Rule: Sync {
    /// What it is.
    fn meta(&self) -> &'static Meta;

    /// Judges one workflow.
    fn check(&self, _facts: &Facts<'_>, _out: &mut Vec<Finding>) {}

    /// Judges what is different from what was known of the workflow before: for the rules about change.
    fn compare(&self, _facts: &Facts<'_>, _change: &Change<'_>, _out: &mut Vec<Finding>) {}

    /// Judges once more, with what every rule found in the first round in sight: for the few rules whose trigger or
    /// severity depends on how dangerous the workflow is.
    fn review(&self, _facts: &Facts<'_>, _found: &[Finding], _out: &mut Vec<Finding>) {}

    /// Judges last, when it is known which findings are suppressed.
    fn conclude(&self, _facts: &Facts<'_>, _found: &[Finding], _out: &mut Vec<Finding>) {}
}

/// What is known of a workflow's past beside its facts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Change<'a> {
    /// How it differs from its approved baseline; `None` where there is none.
    pub drift: Option<&'a DriftFacts>,
    /// What the event made and was not there any more when it was read.
    pub transient: Option<&'a Transient>,
}

/// A change that was undone, or replaced, before it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transient {
    /// Who made it.
    pub event: EventInfo,
    /// What it was.
    pub what: Undone,
}

/// What was undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undone {
    /// A revision of the definition, which no event holds.
    Revision(String),
    /// An inline policy of the role.
    Policy {
        /// Its name.
        name: String,
        /// The role's name.
        role: String,
        /// What would have been found while it was there, worst first, a line each.
        opened: Vec<String>,
        /// The severity of the worst of it, at least low.
        severity: Severity,
    },
}

/// What a rule is.
#[derive(Debug)]
pub struct Meta {
    /// Its stable, public id.
    pub id: &'static str,
    /// One line.
    pub summary: &'static str,
    /// What it judges from. Where one of these is not whole, its silence proves nothing.
    pub inputs: &'static [Input],
    /// The rules whose findings it stands on: what hides one of them hides it too.
    pub builds_on: &'static [&'static str],
    /// The severities it can have, in words.
    pub severity: &'static str,
    /// Its page.
    pub page: &'static str,
}

/// Declares a rule's `Meta`, the page beside it: its id, what it judges from, the rules that it builds on, severities and
/// summary in words.
macro_rules! meta {
    ($id:literal, from [$($input:ident),*], builds_on [$($rule:literal),*], $severity:literal, $summary:literal) => {{
        static META: $crate::rules::Meta = $crate::rules::Meta {
            id: $id,
            summary: $summary,
            inputs: &[$($crate::gap::Input::$input),*],
            builds_on: &[$($rule),*],
            severity: $severity,
            page: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/src/rules/",
                $id,
                ".md"
            )),
        };
        &META
    }};
}

mod admin_role;
mod broad_invocation;
mod broad_lambda_role;
mod drift;
mod dynamic_target_wildcard;
mod escalation_path;
mod escalation_permission;
mod evaluation_incomplete;
mod execution_data_exposed;
mod execution_data_not_logged;
mod express_for_sensitive;
mod external_invocation;
mod foreign_target;
mod invalid_definition;
mod lambda_chain;
mod log_destination_broken;
mod log_group_unencrypted;
mod log_retention;
mod logging_off;
mod logging_partial;
mod missing_permission;
mod open_role_trust;
mod pass_role_scope;
mod public_data;
mod public_invocation;
mod replaceable_lambda;
mod secret_in_definition;
mod shared_role;
mod suppression;
mod sync_rule_scope;
mod tainted_command;
mod tainted_credentials;
mod tainted_target;
mod takeover;
mod token_without_timeout;
mod tracing_off;
mod transient_change;
mod unconditioned_role_trust;
mod unknown_integration;
mod unused_permission;
mod weak_validation;
mod wildcard_action;
mod wildcard_resource;

/// Every rule, in the order of `stepwarden rules` and, within a severity, of a report: causes before what follows from them.
pub const RULES: &[&dyn Rule] = &[
    &admin_role::AdminRole,
    &tainted_target::TaintedTarget,
    &tainted_command::TaintedCommand,
    &tainted_credentials::TaintedCredentials,
    &weak_validation::WeakValidation,
    &wildcard_action::WildcardAction,
    &wildcard_resource::WildcardResource,
    &dynamic_target_wildcard::DynamicTargetWildcard,
    &unused_permission::UnusedPermission,
    &missing_permission::MissingPermission,
    &sync_rule_scope::SyncRuleScope,
    &pass_role_scope::PassRoleScope,
    &escalation_permission::EscalationPermission,
    &shared_role::SharedRole,
    &public_invocation::PublicInvocation,
    &takeover::Takeover,
    &broad_invocation::BroadInvocation,
    &escalation_path::EscalationPath,
    &external_invocation::ExternalInvocation,
    &open_role_trust::OpenRoleTrust,
    &unconditioned_role_trust::UnconditionedRoleTrust,
    &logging_off::LoggingOff,
    &logging_partial::LoggingPartial,
    &execution_data_not_logged::ExecutionDataNotLogged,
    &execution_data_exposed::ExecutionDataExposed,
    &log_group_unencrypted::LogGroupUnencrypted,
    &log_retention::LogRetention,
    &log_destination_broken::LogDestinationBroken,
    &tracing_off::TracingOff,
    &express_for_sensitive::ExpressForSensitive,
    &invalid_definition::InvalidDefinition,
    &secret_in_definition::SecretInDefinition,
    &public_data::PublicData,
    &foreign_target::ForeignTarget,
    &unknown_integration::UnknownIntegration,
    &token_without_timeout::TokenWithoutTimeout,
    &lambda_chain::LambdaChain,
    &broad_lambda_role::BroadLambdaRole,
    &replaceable_lambda::ReplaceableLambda,
    &drift::Drift,
    &transient_change::TransientChange,
    &suppression::Suppression,
    &evaluation_incomplete::EvaluationIncomplete,
];

/// A rule's place in [`RULES`]; after all of them for an id that is none.
pub fn place(id: &str) -> usize {
    RULES
        .iter()
        .position(|rule| rule.meta().id == id)
        .unwrap_or(RULES.len())
}

/// The rule of this id.
pub fn by_id(id: &str) -> Option<&'static dyn Rule> {
    RULES.iter().copied().find(|rule| rule.meta().id == id)
}

/// Whether a gap in this input may hide findings of the rule: the rule judges from it, or builds on one that does. Nothing
/// is known of a workflow that could not be read itself; that it could not be read is never hidden.
pub fn is_hidden(id: &str, input: Input) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![id.to_owned()];
    while let Some(id) = open.pop() {
        let Some(rule) = by_id(&id) else {
            // An id of an earlier version: what it judged from is not known.
            return true;
        };
        let meta = rule.meta();
        if meta.inputs.iter().any(|own| input.holds(*own)) {
            return true;
        }
        if seen.insert(meta.id) {
            open.extend(meta.builds_on.iter().map(|on| (*on).to_owned()));
        }
    }
    false
}

/// The ids of the rules whose silence proves nothing where this input is not whole, in the order of [`RULES`].
pub fn affected_by(input: Input) -> impl Iterator<Item = &'static str> {
    let ids = RULES.iter().map(|rule| rule.meta().id);
    ids.filter(move |id| is_hidden(id, input))
}
