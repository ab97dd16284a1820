//! The ids of the rules: public, stable, and what a configuration may name. The one place that declares a rule.

use std::fmt;

use serde::{Serialize, Serializer};

/// Hands every rule to the macro named: `module::Type = "id";` a line, in the order of `stepwarden rules` and, within a
/// severity, of a report: causes before what follows from them. A new rule is one line here and its two files in `rules/`.
macro_rules! for_each_rule {
    ($then:ident) => {
        $then! {
            admin_role::AdminRole = "admin-role";
            tainted_target::TaintedTarget = "tainted-target";
            tainted_command::TaintedCommand = "tainted-command";
            tainted_credentials::TaintedCredentials = "tainted-credentials";
            weak_validation::WeakValidation = "weak-validation";
            wildcard_action::WildcardAction = "wildcard-action";
            wildcard_resource::WildcardResource = "wildcard-resource";
            dynamic_target_wildcard::DynamicTargetWildcard = "dynamic-target-wildcard";
            unused_permission::UnusedPermission = "unused-permission";
            missing_permission::MissingPermission = "missing-permission";
            sync_rule_scope::SyncRuleScope = "sync-rule-scope";
            pass_role_scope::PassRoleScope = "pass-role-scope";
            escalation_permission::EscalationPermission = "escalation-permission";
            shared_role::SharedRole = "shared-role";
            public_invocation::PublicInvocation = "public-invocation";
            takeover::Takeover = "takeover";
            broad_invocation::BroadInvocation = "broad-invocation";
            escalation_path::EscalationPath = "escalation-path";
            external_invocation::ExternalInvocation = "external-invocation";
            open_role_trust::OpenRoleTrust = "open-role-trust";
            unconditioned_role_trust::UnconditionedRoleTrust = "unconditioned-role-trust";
            logging_off::LoggingOff = "logging-off";
            logging_partial::LoggingPartial = "logging-partial";
            execution_data_not_logged::ExecutionDataNotLogged = "execution-data-not-logged";
            execution_data_exposed::ExecutionDataExposed = "execution-data-exposed";
            log_group_unencrypted::LogGroupUnencrypted = "log-group-unencrypted";
            log_retention::LogRetention = "log-retention";
            log_destination_broken::LogDestinationBroken = "log-destination-broken";
            tracing_off::TracingOff = "tracing-off";
            express_for_sensitive::ExpressForSensitive = "express-for-sensitive";
            invalid_definition::InvalidDefinition = "invalid-definition";
            secret_in_definition::SecretInDefinition = "secret-in-definition";
            public_data::PublicData = "public-data";
            foreign_target::ForeignTarget = "foreign-target";
            unknown_integration::UnknownIntegration = "unknown-integration";
            token_without_timeout::TokenWithoutTimeout = "token-without-timeout";
            lambda_chain::LambdaChain = "lambda-chain";
            broad_lambda_role::BroadLambdaRole = "broad-lambda-role";
            replaceable_lambda::ReplaceableLambda = "replaceable-lambda";
            drift::Drift = "drift";
            transient_change::TransientChange = "transient-change";
            suppression::Suppression = "suppression";
            evaluation_incomplete::EvaluationIncomplete = "evaluation-incomplete";
        }
    };
}
pub(crate) use for_each_rule;

/// The id of a rule of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(&'static str);

macro_rules! ids {
    ($($module:ident::$rule:ident = $id:literal;)*) => {
        /// Every id, in the order of the rules.
        pub const RULE_IDS: &[RuleId] = &[$(RuleId($id)),*];
    };
}
for_each_rule!(ids);

/// Rules by their ids, checked while compiling.
macro_rules! rule_ids {
    ($($id:literal),* $(,)?) => {
        const { &[$($crate::rule_id::RuleId::known($id)),*] }
    };
}
pub(crate) use rule_ids;

/// Where the rules' pages are published.
const PAGES: &str = "https://stepwarden.github.io/stepwarden/rules/";

impl RuleId {
    /// The address of the rule's page.
    pub fn address(self) -> String {
        format!("{PAGES}{}.html", self.0)
    }

    /// The id of this text, where a rule bears it. What a record of another version holds may have none.
    pub fn parse(text: &str) -> Option<Self> {
        RULE_IDS.iter().copied().find(|id| id.0 == text)
    }

    /// The id of a rule, for what names one: an id that no rule bears does not compile in a `const`.
    ///
    /// # Panics
    /// Where no rule bears the id. Every call stands in a `const` or a `static`, so that is while compiling.
    #[expect(clippy::panic, reason = "evaluated by the compiler")]
    pub const fn known(text: &'static str) -> Self {
        let mut rest = RULE_IDS;
        while let [first, others @ ..] = rest {
            if is_same(first.0.as_bytes(), text.as_bytes()) {
                return *first;
            }
            rest = others;
        }
        panic!("no rule bears this id")
    }

    /// Whether it tells that the input decides a target, a command or a role.
    pub fn is_tainted(self) -> bool {
        self.0.starts_with("tainted-")
    }

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// Its place in the order of the rules.
    pub fn place(self) -> usize {
        let at = RULE_IDS.iter().position(|id| *id == self);
        at.unwrap_or(RULE_IDS.len())
    }
}

const fn is_same(mut a: &[u8], mut b: &[u8]) -> bool {
    loop {
        match (a, b) {
            ([], []) => return true,
            ([x, xs @ ..], [y, ys @ ..]) if *x == *y => (a, b) = (xs, ys),
            _ => return false,
        }
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl PartialEq<str> for RuleId {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for RuleId {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl Serialize for RuleId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}
