//! The rules. Each lives in `rules/NAME.rs` (what it judges) and `rules/NAME.md` (its page: documentation, `explain` text
//! and test in one). A rule sees [`Facts`] and nothing else: not AWS, not a clock, never another rule.
//!
//! A new rule is those two files and one line in [`crate::rule_id`]; `src/rules/README.md` describes the page.

use std::collections::BTreeSet;

use crate::drift::DriftFacts;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::gap::Input;
use crate::rule_id::{RuleId, for_each_rule};
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
    pub id: RuleId,
    /// One line.
    pub summary: &'static str,
    /// What it judges from. Where one of these is not whole, its silence proves nothing.
    pub inputs: &'static [Input],
    /// The rules whose findings it stands on: what hides one of them hides it too.
    pub builds_on: &'static [RuleId],
    /// The severities it can have, in words.
    pub severity: &'static str,
    /// Its page.
    pub page: &'static str,
}

/// Rules that judge from the organization's policies, and whose findings none of these takes away.
const GIVEN_BY_NOBODY: &[RuleId] = crate::rule_id::rule_ids!["missing-permission", "suppression"];

/// Says of each finding that a policy of the organization could take away that none was read. A permission that is missing,
/// none could give.
pub fn note_unread_organization(findings: &mut [Finding]) {
    let limited = |rule: RuleId| {
        let judges = by_id(rule).is_some_and(|r| r.meta().inputs.contains(&Input::Organization));
        judges && !GIVEN_BY_NOBODY.contains(&rule)
    };
    for finding in findings.iter_mut().filter(|f| limited(f.rule())) {
        finding.add_to_detail("organization policies were not read");
    }
}

/// Declares a rule's `Meta`, the page beside it: its id, what it judges from, the rules that it builds on, severities and
/// summary in words.
macro_rules! meta {
    ($id:literal, from [$($input:ident),*], builds_on [$($rule:literal),*], $severity:literal, $summary:literal) => {{
        static META: $crate::rules::Meta = $crate::rules::Meta {
            id: $crate::rule_id::RuleId::known($id),
            summary: $summary,
            inputs: &[$($crate::gap::Input::$input),*],
            builds_on: &[$($crate::rule_id::RuleId::known($rule)),*],
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

macro_rules! declare {
    ($($module:ident::$rule:ident = $id:literal;)*) => {
        $(mod $module;)*

        /// Every rule, in the order of `stepwarden rules` and, within a severity, of a report.
        pub const RULES: &[&dyn Rule] = &[$(&$module::$rule),*];
    };
}
for_each_rule!(declare);

/// The rule of this id.
pub fn by_id(id: RuleId) -> Option<&'static dyn Rule> {
    RULES.get(id.place()).copied()
}

/// Whether a gap in this input may hide findings of the rule: the rule judges from it, or builds on one that does. Nothing
/// is known of a workflow that could not be read itself; that it could not be read is never hidden.
pub fn is_hidden(id: RuleId, input: Input) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![id];
    while let Some(id) = open.pop() {
        let Some(rule) = by_id(id) else {
            continue;
        };
        let meta = rule.meta();
        if meta.inputs.iter().any(|own| input.holds(*own)) {
            return true;
        }
        if seen.insert(meta.id) {
            open.extend(meta.builds_on);
        }
    }
    false
}

/// The ids of the rules whose silence proves nothing where this input is not whole, in the order of [`RULES`].
pub fn affected_by(input: Input) -> impl Iterator<Item = RuleId> {
    let ids = RULES.iter().map(|rule| rule.meta().id);
    ids.filter(move |id| is_hidden(*id, input))
}
