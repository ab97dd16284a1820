//! What the role rules say about a statement: grouped so that one statement that is wrong in one way is one finding.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::asl::State;
use crate::facts::Facts;
use crate::facts::statements::Statements;
use crate::finding::{FindingBuilder, FindingPlace, Patch, StatementRef};
use crate::grants::assessment::{Cause, GrantAssessment};
use crate::grants::ideal;
use crate::grants::role::PolicySource;
use crate::iam::{ActionSpec, Effect, ResourceSpec, Statement};
use crate::need::Need;
use crate::rule_id::RuleId;
use crate::severity::Severity;

/// The action patterns of one statement that one rule reports with one severity.
pub struct StatementGroup<'f, 'a> {
    /// The severity.
    pub severity: Severity,
    /// The patterns.
    pub supplies: Vec<&'f GrantAssessment<'a>>,
    policy_name: &'f str,
    statement: &'f Statement,
}

impl<'f> StatementGroup<'f, '_> {
    /// Why each of its patterns is reported.
    pub fn causes(&self) -> impl Iterator<Item = &'f Cause> {
        self.supplies.iter().filter_map(|s| s.cause.as_ref())
    }

    /// The policy's name.
    pub fn policy_name(&self) -> &str {
        self.policy_name
    }

    /// The patterns as the policy writes them.
    pub fn actions(&self) -> Vec<String> {
        let not_action = matches!(self.statement.actions, ActionSpec::AllBut(_));
        let mut actions: Vec<String> = if not_action {
            self.statement
                .actions
                .patterns()
                .iter()
                .map(|p| p.text.clone())
                .collect()
        } else {
            self.supplies
                .iter()
                .map(|s| s.grant.action.text.clone())
                .collect()
        };
        actions.dedup();
        actions
    }

    /// The patterns for a title: at most three by name.
    pub fn actions_in_words(&self) -> String {
        let not_action = matches!(self.statement.actions, ActionSpec::AllBut(_));
        let actions = self.actions();
        let quoted: Vec<String> = actions.iter().take(3).map(|a| format!("`{a}`")).collect();
        let more = match actions.len().saturating_sub(3) {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        let all_but = if not_action { "everything but " } else { "" };
        format!("{all_but}{}{more}", quoted.join(", "))
    }

    /// The resources as the policy writes them.
    pub fn resources(&self) -> Vec<String> {
        match &self.statement.resources {
            ResourceSpec::Only(patterns) => patterns.iter().map(|p| p.text.clone()).collect(),
            ResourceSpec::AllBut(patterns) => patterns
                .iter()
                .map(|p| format!("NotResource {}", p.text))
                .collect(),
            ResourceSpec::Unstated => Vec::new(),
        }
    }
}

impl<'a> Facts<'a> {
    /// A finding about one state; `subject` is what distinguishes it from others of the rule on that state.
    #[expect(
        clippy::too_many_arguments,
        reason = "the parts that no finding can be without"
    )]
    pub fn state_finding(
        &self,
        rule: RuleId,
        severity: Severity,
        state: &State,
        subject: &str,
        title: impl Into<String>,
        detail: impl Into<String>,
        fix: impl Into<String>,
    ) -> FindingBuilder {
        let subject = format!("{}\n{subject}", state.pointer);
        let mut finding = self.finding(rule, severity, subject, title, detail, fix);
        finding.at(FindingPlace::state_itself(state));
        finding
    }

    /// The supplies that `severity` picks, by statement and severity, in the order of the policies.
    pub fn supplies_by_statement(
        &self,
        severity: impl Fn(&Cause) -> Option<Severity>,
    ) -> Vec<StatementGroup<'_, 'a>> {
        let mut groups: BTreeMap<(usize, usize, Severity), StatementGroup<'_, 'a>> =
            BTreeMap::new();
        let Some(role) = self.role else {
            return Vec::new();
        };
        for supply in &self.supplies {
            let Some(severity) = supply.cause.as_ref().and_then(&severity) else {
                continue;
            };
            let Some(held) = role.policies.get(supply.grant.policy) else {
                continue;
            };
            let statement = supply.grant.statement;
            let key = (supply.grant.policy, statement.index, severity);
            let group = groups.entry(key).or_insert_with(|| StatementGroup {
                severity,
                supplies: Vec::new(),
                policy_name: &held.policy.name,
                statement,
            });
            group.supplies.push(supply);
        }
        groups.into_values().collect()
    }

    /// A finding about a statement, with its evidence and the statement as it should be.
    pub fn statement_finding(
        &self,
        rule: RuleId,
        group: &StatementGroup<'_, 'a>,
        title: impl Into<String>,
        detail: impl Into<String>,
        fix: impl Into<String>,
    ) -> FindingBuilder {
        let mut actions = group.actions();
        let subject = self.subject(group, &actions);
        let mut finding = self.finding(rule, group.severity, subject, title, detail, fix);
        finding.at(FindingPlace::Role { state: None });
        finding.policy(Some(StatementRef {
            name: group.policy_name.to_owned(),
            statement: group.statement.index,
            sid: group.statement.sid.clone(),
        }));
        finding.resources(group.resources());
        // What a definition needs that was not read may be just this, and so may what somebody else does with the role.
        if !self.definition_is_unknown() && self.trust.others().is_empty() {
            finding.patch(self.statement_patch(group));
        }
        finding.actions(std::mem::take(&mut actions));
        finding
    }

    /// Policy, actions concerned and the rest of the statement's content, in an order of its own; equal statements of one
    /// policy are told apart by how many came before.
    fn subject(&self, group: &StatementGroup<'_, 'a>, actions: &[String]) -> String {
        let content = |s: &Statement| {
            let part = |key: &str| s.raw.get(key).map(canonical).unwrap_or_default();
            [
                "Effect",
                "NotAction",
                "Resource",
                "NotResource",
                "Condition",
            ]
            .map(part)
            .join("\n")
        };
        let own = content(group.statement);
        let held = self.role.and_then(|r| {
            let mut policies = r.policies.iter();
            policies.position(|p| p.policy.name == group.policy_name)
        });
        let twins = held.map_or(0, |policy| {
            let content = canonical(&group.statement.raw);
            self.statements()
                .twins(policy, &content, group.statement.index)
        });
        let mut actions = actions.to_vec();
        actions.sort();
        format!(
            "{}\n{twins}\n{}\n{own}",
            group.policy_name,
            actions.join(" ")
        )
    }

    fn statements(&self) -> &Statements<'a> {
        let content = |s: &Statement| canonical(&s.raw);
        self.statements
            .get_or_init(|| Statements::of(self, content))
    }

    fn statement_patch(&self, group: &StatementGroup<'_, 'a>) -> Option<Patch> {
        let role = self.role?;
        let first = group.supplies.first()?;
        let held = role.policies.get(first.grant.policy)?;
        let statements = self.statements();
        let rewritten = |statement: &Statement| {
            let supplies = statements.supplies(self, (first.grant.policy, statement.index));
            ideal::statement(statement, &supplies, &self.supplies, &statements.needs)
        };
        let patterns: Vec<&str> = group
            .supplies
            .iter()
            .map(|s| s.grant.action.text.as_str())
            .collect();
        let ideal = rewritten(group.statement);
        if ideal::is_undecided(&ideal, &patterns) {
            return None;
        }
        match &held.source {
            PolicySource::Managed { arn, shared: true } => {
                let mut statements: Vec<Value> = Vec::new();
                for statement in &held.policy.statements {
                    match statement.effect {
                        Effect::Allow => statements.extend(rewritten(statement).statements),
                        Effect::Deny => statements.push((*statement.raw).clone()),
                    }
                }
                Some(Patch::ReplaceAttachment {
                    detach: arn.clone(),
                    policy: format!("{}-for-{}", held.policy.name, self.workflow.name),
                    statements,
                })
            }
            // What others with the role need of it may be all of it: then there is nothing to paste.
            _ if keeps(group.statement, &patterns, &ideal.statements) => None,
            _ => Some(Patch::PolicyStatement {
                policy: held.policy.name.clone(),
                statement: group.statement.index,
                replace_with: ideal.statements,
            }),
        }
    }

    /// What the needs behind a group act on, for people: at most four.
    pub fn targets_of(&self, group: &StatementGroup<'_, 'a>) -> Vec<String> {
        let mut targets: Vec<String> = Vec::new();
        for supply in &group.supplies {
            let served = |n: &&Need| supply.grant.action.matches(&n.action);
            for resource in self.needs.iter().filter(served).flat_map(|n| &n.resources) {
                let text = format!("`{resource}`");
                if !targets.contains(&text) {
                    targets.push(text);
                }
            }
        }
        let more = targets.len().saturating_sub(4);
        targets.truncate(4);
        if more > 0 {
            targets.push(format!("{more} more"));
        }
        targets
    }

    /// The needed actions, for people: at most six.
    pub fn needed_in_words(&self) -> String {
        let mut actions: Vec<&str> = self
            .needs
            .iter()
            .filter(|n| !n.optional)
            .map(|n| n.action.as_str())
            .collect();
        actions.sort_unstable();
        actions.dedup();
        match actions.as_slice() {
            [] => "no permission at all".to_owned(),
            few if few.len() <= 6 => few.join(", "),
            many => {
                let shown: Vec<&str> = many.iter().take(6).copied().collect();
                format!("{} and {} more actions", shown.join(", "), many.len() - 6)
            }
        }
    }

    /// The services that roles are passed to, for people.
    pub fn services_in_words(&self) -> String {
        let mut services: Vec<&str> = self.needs.iter().filter_map(|n| n.passed_to).collect();
        services.sort_unstable();
        services.dedup();
        if services.is_empty() {
            String::new()
        } else {
            format!(" (`{}`)", services.join("`, `"))
        }
    }

    /// A warning where others may need what this workflow does not.
    pub fn sharing_note(&self) -> String {
        let workflows = match self.trust.sharers.count {
            0 => String::new(),
            count => format!(
                "; {count} other workflow{} with the same role may need it: the fix keeps what they need, a role of its own is better",
                if count == 1 { " runs" } else { "s run" }
            ),
        };
        let others: Vec<&str> = self.trust.others().iter().map(|who| who.text()).collect();
        let Some((first, more)) = others.split_first() else {
            return workflows;
        };
        let more = match more.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!(
            "{workflows}; `{first}`{more} may be the role too: take nothing from it that they need, a role of its own is better"
        )
    }
}

/// Whether the statements still grant each of these action patterns of the statement on the same resources, in whatever
/// company.
fn keeps(statement: &Statement, patterns: &[&str], rewritten: &[Value]) -> bool {
    let same = |one: &Value, element: &str| {
        let text = |value: &Value| value.get(element).map(listed);
        text(one) == text(&statement.raw)
    };
    let holds = |one: &Value, pattern: &str| {
        let actions = one.get("Action").map(listed).unwrap_or_default();
        actions.iter().any(|a| a.as_str() == Some(pattern))
    };
    let granted = |pattern: &&str| {
        let mut all = rewritten.iter();
        all.any(|one| {
            holds(one, pattern)
                && ["Resource", "NotResource", "Condition"]
                    .iter()
                    .all(|e| same(one, e))
        })
    };
    patterns.iter().all(granted)
}

/// A list as it stands, anything else as a list of one.
fn listed(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(values) => values.clone(),
        one => vec![one.clone()],
    }
}

/// JSON whose objects and lists of strings are sorted, so that order does not count.
pub fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut fields: Vec<String> = map
                .iter()
                .map(|(k, v)| format!("{k:?}:{}", canonical(v)))
                .collect();
            fields.sort();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => {
            let mut items: Vec<String> = items.iter().map(canonical).collect();
            items.sort();
            match items.as_slice() {
                // A list of one says the same as the string alone.
                [one] => one.clone(),
                many => format!("[{}]", many.join(",")),
            }
        }
        other => other.to_string(),
    }
}
