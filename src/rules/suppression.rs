use std::collections::{BTreeMap, BTreeSet};

use super::{Meta, Rule};
use crate::config::{IGNORE_COMMENT, SUPPRESS_TAG, ignored, listed_rules};
use crate::facts::Facts;
use crate::finding::{By, Finding};
use crate::rule_id::RuleId;
use crate::severity::Severity;

/// `suppression`
pub struct Suppression;

impl Rule for Suppression {
    fn meta(&self) -> &'static Meta {
        meta!(
            "suppression",
            from [Workflow, Definition, Settings, Tags, Versions, ExecutionRole, Role, RoleTrust, OtherWorkflows, Principals, StarterTrust, EntryPoints, LogGroups, Functions, ResourcePolicies, Organization, Baseline, Configuration],
            builds_on [],
            "medium where set by a tag, else low",
            "a suppression hides findings, is not allowed, or has nothing to hide"
        )
    }

    fn check(&self, _facts: &Facts<'_>, _out: &mut Vec<Finding>) {}

    fn conclude(&self, facts: &Facts<'_>, found: &[Finding], out: &mut Vec<Finding>) {
        let id = self.meta().id;
        let mut tags = facts.workflow.tags.iter();
        if let Some((_, tag)) = tags.find(|(key, _)| key == SUPPRESS_TAG) {
            out.extend(not_allowed(facts, id, tag));
            for rule in listed_rules(tag) {
                out.extend(hidden(facts, id, rule, found));
            }
        }
        out.extend(unused(facts, id, found));
        out.extend(void_comments(facts, id, found));
    }
}

/// Comments of a source file that are written to suppress and hide nothing.
fn void_comments(facts: &Facts<'_>, id: RuleId, found: &[Finding]) -> Vec<Finding> {
    if !facts.config.honours_comments || facts.workflow.declared.is_none() {
        return Vec::new();
    }
    let void = facts.definition.states.iter().filter_map(|state| {
        let comment = state.comment.as_deref()?;
        let wanted = comment.contains(IGNORE_COMMENT);
        let why = why_void(ignored(comment), &state.name, found).filter(|_| wanted)?;
        let finding = facts.finding(
            id,
            Severity::Low,
            format!("comment {}", state.pointer.as_str()),
            format!("a comment in `{}` suppresses nothing", state.name),
            why,
            "write `stepwarden: ignore[RULE] REASON` with one rule that is found in this state, or remove the comment",
        );
        Some(finding.build())
    });
    void.collect()
}

/// Why a comment hides nothing, where it does not.
fn why_void(parts: Option<(&str, &str)>, state: &str, found: &[Finding]) -> Option<String> {
    let Some((rule, reason)) = parts else {
        return Some("its bracket does not end".to_owned());
    };
    if RuleId::parse(rule).is_none() {
        return Some(format!(
            "there is no rule `{rule}`; one comment names one rule"
        ));
    }
    if reason.is_empty() {
        return Some(format!(
            "it gives no reason, without which `{rule}` is not suppressed"
        ));
    }
    let hidden = |f: &Finding| {
        let by = f.suppressed().map(|suppressed| suppressed.by);
        by == Some(By::Comment) && f.rule() == rule && f.state() == Some(state)
    };
    (!found.iter().any(hidden)).then(|| {
        format!("`{rule}` is not found in this state: the next finding would be hidden unseen")
    })
}

/// What the tag asks for without the configuration's leave.
fn not_allowed(facts: &Facts<'_>, id: RuleId, tag: &str) -> Option<Finding> {
    let listed: BTreeSet<RuleId> = listed_rules(tag).filter_map(RuleId::parse).collect();
    let allowed = &facts.config.tag_suppressible;
    let refused = listed.iter().filter(|rule| !allowed.contains(rule));
    let rules: Vec<&str> = refused.map(|rule| rule.as_str()).collect();
    let list = rules.join("`, `");
    (!rules.is_empty()).then(|| {
        facts.finding(
            id,
            Severity::Medium,
            format!("tag not allowed {}", rules.join(" ")),
            format!("the tag `{SUPPRESS_TAG}` is not allowed to suppress `{list}`"),
            "whoever may tag the workflow tries to silence these rules; the configuration does not let a tag speak for them (`tag-suppressible`), so it suppresses nothing",
            "remove the tag, and ask who set it (TagResource or CreateStateMachine in CloudTrail); where a finding is to be suppressed, write an entry with reason and end in the configuration",
        ).build()
    })
}

/// What the tag hides.
fn hidden(facts: &Facts<'_>, id: RuleId, rule: &str, found: &[Finding]) -> Option<Finding> {
    let by_tag = |f: &&Finding| {
        let by = f.suppressed().map(|suppressed| suppressed.by);
        f.rule() == rule && by == Some(By::Tag)
    };
    let hidden: Vec<&Finding> = found.iter().filter(by_tag).collect();
    let worst = hidden.iter().map(|f| f.severity()).max()?;
    let first = hidden.first()?;
    let more = match hidden.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(facts.finding(
        id,
        Severity::Medium,
        format!("tag {rule}"),
        format!("the tag `{SUPPRESS_TAG}` hides `{rule}`"),
        format!(
            "it hides: {}{more}; the worst is {worst}. The configuration lets a tag speak for this rule, so whoever may tag the workflow decides",
            first.title()
        ),
        "where nobody answers for it, remove the tag; else replace it by an entry with reason and end in the configuration",
    ).build())
}

/// Entries for this very workflow that hide nothing. Of one for many workflows only a whole report can tell.
fn unused(facts: &Facts<'_>, id: RuleId, found: &[Finding]) -> Vec<Finding> {
    let own = |name: &str| name == facts.workflow.name || name == facts.workflow.arn.as_str();
    let entries = facts
        .config
        .suppressions
        .iter()
        .filter(|s| own(&s.workflow));
    // What a gap hides may come back; then the entry has something to hide again.
    if facts.gaps.iter().any(|gap| !gap.optional) {
        return Vec::new();
    }
    let idle = entries.filter(|entry| !found.iter().any(|f| f.is_meant_by(entry)));
    let mut once = BTreeMap::new();
    for entry in idle {
        let subject = format!(
            "unused {} {} {} {}",
            entry.rule,
            entry.state.as_deref().unwrap_or_default(),
            entry.principal.as_deref().unwrap_or_default(),
            entry.fingerprint.as_deref().unwrap_or_default()
        );
        once.entry(subject.clone()).or_insert_with(|| {
            facts.finding(
                id,
                Severity::Low,
                subject,
                format!("the suppression of `{}` hides nothing", entry.rule),
                format!(
                    "the configuration suppresses `{}` here until {} (`{}`), and nothing of the kind is found: the next finding would be hidden unseen",
                    entry.rule, entry.until, entry.reason
                ),
                "remove the entry from the configuration",
            ).build()
        });
    }
    once.into_values().collect()
}
