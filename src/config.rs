//! Configuration: the text of `stepwarden.toml`, for the command line and the function alike.

mod ids;
mod parse;
mod service;

use std::collections::BTreeMap;

use crate::arn::Arn;
use crate::severity::Severity;

pub use ids::RULE_IDS;
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
    pub severities: BTreeMap<String, Severity>,
    /// Rules that are switched off.
    pub disabled_rules: Vec<String>,
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
    pub rule: String,
    /// Workflow name or ARN pattern with `*` and `?`.
    pub workflow: String,
    /// Why.
    pub reason: String,
    /// The last day it holds, `YYYY-MM-DD`.
    pub until: String,
}

/// The tag that suppresses rules on its workflow: rule ids, separated by anything that no id holds.
pub const SUPPRESS_TAG: &str = "stepwarden:suppress";

/// The rule ids that the tag's value lists.
pub fn listed_rules(tag: &str) -> impl Iterator<Item = &str> {
    tag.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .filter(|id| !id.is_empty())
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
