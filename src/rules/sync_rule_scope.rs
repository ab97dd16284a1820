use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::grants::Cause;
use crate::severity::Severity;

/// `sync-rule-scope`
pub struct SyncRuleScope;

impl Rule for SyncRuleScope {
    fn meta(&self) -> &'static Meta {
        meta!(
            "sync-rule-scope",
            from [Definition, Role],
            builds_on [],
            "medium",
            "the managed-rule permissions of `.sync` reach other EventBridge rules"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let severity =
            |cause: &Cause| matches!(cause, Cause::SyncRule { .. }).then_some(Severity::Medium);
        for group in facts.supplies_by_statement(severity) {
            let mut rules: Vec<String> = Vec::new();
            for cause in group.causes() {
                if let Cause::SyncRule { rules: more } = cause {
                    rules.extend(more.iter().map(ToString::to_string));
                }
            }
            rules.sort();
            rules.dedup();
            let rules = rules.join("`, `");
            out.push(facts.statement_finding(
                self.meta().id,
                &group,
                format!("{} reaches more than the managed rule of `.sync`", group.actions_in_words()),
                format!(
                    "Step Functions only ever touches `{rules}`; as granted, the role can rewrite other EventBridge rules of \
                     the account and send their events elsewhere"
                ),
                format!("allow `events:PutTargets`, `events:PutRule` and `events:DescribeRule` on `{rules}` only"),
            ).build());
        }
    }
}
