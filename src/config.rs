//! Configuration: the text of `stepwarden.toml`, for the command line and the function alike.

mod parse;
mod service;

use std::collections::BTreeMap;

use crate::arn::Arn;
use crate::rule_id::RuleId;
use crate::severity::Severity;

pub use parse::ConfigError;
pub use service::{AccountsConfig, ArnPattern, BaselineConfig};

/// The configuration with its defaults filled in.
#[derive(Clone, Debug)]
pub struct Config {
    /// Accounts that a task may target beside the workflow's own.
    pub trusted_accounts: Vec<String>,
    /// Tag keys and values that mark a workflow sensitive (compared without case).
    pub sensitive_tags: BTreeMap<String, Vec<String>>,
    /// Log retention below this many days is reported as medium.
    pub min_log_retention_days: u32,
    /// Tag keys that name the owner, first match wins.
    pub owner_tags: Vec<String>,
    /// The owner where no tag names one.
    pub default_owner: String,
    /// Severities that replace a rule's own.
    pub severities: BTreeMap<RuleId, Severity>,
    /// Rules that are switched off.
    pub disabled_rules: Vec<RuleId>,
    /// Why a rule is switched off, or its severity another one, by its id.
    pub reasons: BTreeMap<RuleId, String>,
    /// Rules that the tag on a workflow may suppress.
    pub tag_suppressible: Vec<RuleId>,
    /// Whether comments in the definition suppress: in a source file that is judged before deployment, never elsewhere.
    pub honours_comments: bool,
    /// Whether nothing that hides is honoured; severities may still be raised.
    pub strict: bool,
    /// Suppressions.
    pub suppressions: Vec<SuppressionEntry>,
    /// `lambda-chain`: at least this many Lambda tasks …
    pub lambda_chain_min: usize,
    /// … and more than this share of all task states, in percent.
    pub lambda_chain_percent: usize,
    /// What sets a baseline.
    pub baseline: BaselineConfig,
    /// Owners with a topic of their own: the SNS topic's ARN.
    pub owner_topics: BTreeMap<String, Arn>,
    /// The accounts that one function watches.
    pub accounts: AccountsConfig,
}

/// One suppression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuppressionEntry {
    /// The rule's id.
    pub rule: RuleId,
    /// Workflow name or ARN pattern with `*` and `?`.
    pub workflow: String,
    /// Why.
    pub reason: String,
    /// The last day it holds, `YYYY-MM-DD`.
    pub until: String,
    /// Only findings of this state.
    pub state: Option<String>,
    /// Only the finding of this fingerprint.
    pub fingerprint: Option<String>,
    /// Only findings that are about principals of this pattern and nobody else.
    pub principal: Option<String>,
}

/// What a configuration does to a rule on every workflow: every report lists it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Adjustment {
    /// The rule's id.
    pub rule: RuleId,
    /// The severity that replaces its own; `None` where it is switched off.
    pub severity: Option<Severity>,
    /// Why; `None` where the configuration does not say.
    pub reason: Option<String>,
}

impl Config {
    /// Without anything that hides a finding or makes it milder: for a gate that does not trust whoever writes the
    /// configuration.
    #[must_use]
    pub fn strictly(self) -> Self {
        Self {
            disabled_rules: Vec::new(),
            suppressions: Vec::new(),
            tag_suppressible: Vec::new(),
            honours_comments: false,
            strict: true,
            ..self
        }
    }

    /// The rules that are switched off, and the severities that are replaced.
    pub fn adjustments(&self) -> Vec<Adjustment> {
        let reason = |rule: &RuleId| self.reasons.get(rule).cloned();
        let off = self.disabled_rules.iter().map(|rule| Adjustment {
            rule: *rule,
            severity: None,
            reason: reason(rule),
        });
        let other = self.severities.iter().map(|(rule, severity)| Adjustment {
            rule: *rule,
            severity: Some(*severity),
            reason: reason(rule),
        });
        off.chain(other).collect()
    }
}

/// The tag that suppresses rules on its workflow: rule ids, separated by anything that no id holds.
pub const SUPPRESS_TAG: &str = "stepwarden:suppress";

/// The rule ids that the tag's value lists.
pub fn listed_rules(tag: &str) -> impl Iterator<Item = &str> {
    tag.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .filter(|id| !id.is_empty())
}

/// What a comment in a state begins with where it suppresses a rule there.
pub const IGNORE_COMMENT: &str = "stepwarden: ignore[";

/// The rule and the reason of a comment that suppresses; one comment speaks for one rule.
pub fn ignored(comment: &str) -> Option<(&str, &str)> {
    let (_, rest) = comment.split_once(IGNORE_COMMENT)?;
    let (rule, reason) = rest.split_once(']')?;
    Some((rule.trim(), reason.trim()))
}

impl Default for Config {
    fn default() -> Self {
        let words = ["confidential", "restricted", "pii", "sensitive"];
        Self {
            trusted_accounts: Vec::new(),
            sensitive_tags: BTreeMap::from([(
                "DataClassification".to_owned(),
                words.map(str::to_owned).to_vec(),
            )]),
            min_log_retention_days: 90,
            owner_tags: ["owner", "Owner", "team", "Team"]
                .map(str::to_owned)
                .to_vec(),
            default_owner: "unowned".to_owned(),
            severities: BTreeMap::new(),
            disabled_rules: Vec::new(),
            reasons: BTreeMap::new(),
            tag_suppressible: Vec::new(),
            honours_comments: false,
            strict: false,
            suppressions: Vec::new(),
            lambda_chain_min: 3,
            lambda_chain_percent: 50,
            baseline: BaselineConfig::default(),
            owner_topics: BTreeMap::new(),
            accounts: AccountsConfig::default(),
        }
    }
}

#[cfg(test)]
mod tests;
