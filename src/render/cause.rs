//! What several workflows have in common: a statement or the trust of a role that they share, the role of a function that
//! they invoke, a principal's statement. It is told once, with the names of the workflows; the JSON report has it at each.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::story::{self, Story};
use crate::assess::Assessment;
use crate::finding::Finding;
use crate::rule_id::RuleId;
use crate::severity::Severity;

/// In so many workflows, and in one of so many, the same finding is told once although each has a cause of its own.
const MANY: usize = 5;
/// See [`MANY`].
const SHARE: usize = 10;

/// What is told once for all workflows that have it.
pub struct Shared<'a> {
    /// What it is, as the first of the workflows has it.
    pub story: Story<'a>,
    /// The workflows, in the order of the report.
    pub workflows: Vec<&'a Assessment>,
    /// Whom the findings name, with in how many workflows.
    pub principals: Vec<(&'a str, usize)>,
}

/// The causes of a report that several workflows share.
pub struct Causes<'a> {
    /// Worst first, then those of most workflows.
    pub shared: Vec<Shared<'a>>,
    /// The places in the report of the workflows that share it, by key.
    keys: BTreeMap<Key, Vec<usize>>,
}

/// What is the same wherever it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    rule: RuleId,
    title: String,
    /// What they share; `None` where each workflow has a cause of its own.
    shares: Option<String>,
    is_severe: bool,
}

#[derive(Default)]
struct Group<'a> {
    findings: Vec<&'a Finding>,
    /// Places of the workflows in the report.
    workflows: Vec<usize>,
}

impl<'a> Causes<'a> {
    /// Finds them; `shown` are the findings of a workflow that the report shows.
    pub fn of<I: Iterator<Item = &'a Finding>>(
        ordered: &[&'a Assessment],
        shown: impl Fn(&'a Assessment) -> I,
    ) -> Self {
        let mut groups: BTreeMap<Key, Group<'a>> = BTreeMap::new();
        for (index, assessment) in ordered.iter().enumerate() {
            for finding in shown(assessment).filter(|f| f.is_open()) {
                let group = groups.entry(Key::of(assessment, finding)).or_default();
                group.findings.push(finding);
                if group.workflows.last() != Some(&index) {
                    group.workflows.push(index);
                }
            }
        }
        let many = MANY.max(ordered.len() / SHARE);
        groups.retain(|key, group| {
            let enough = if key.shares.is_some() { 2 } else { many };
            group.workflows.len() >= enough
        });
        let keys = groups
            .iter()
            .map(|(key, group)| (key.clone(), group.workflows.clone()))
            .collect();
        Self {
            shared: together(groups, ordered),
            keys,
        }
    }

    /// Whether the finding is told with those of other workflows.
    pub fn is_shared(&self, assessment: &Assessment, finding: &Finding) -> bool {
        self.sharing(assessment, finding).is_some()
    }

    /// The places in the report of the workflows that share the finding with this one; `None` where it is this one's alone.
    pub fn sharing(&self, assessment: &Assessment, finding: &Finding) -> Option<&[usize]> {
        let all = self.keys.get(&Key::of(assessment, finding));
        all.filter(|_| finding.is_open()).map(Vec::as_slice)
    }
}

/// Of what the same workflows share, what belongs together.
fn together<'a>(groups: BTreeMap<Key, Group<'a>>, ordered: &[&'a Assessment]) -> Vec<Shared<'a>> {
    let mut by_workflows: BTreeMap<Vec<usize>, Vec<Group<'a>>> = BTreeMap::new();
    for group in groups.into_values() {
        let same = by_workflows.entry(group.workflows.clone()).or_default();
        same.push(group);
    }
    let mut all = Vec::new();
    for (indices, groups) in by_workflows {
        let workflows: Vec<&Assessment> = indices
            .iter()
            .filter_map(|index| ordered.get(*index).copied())
            .collect();
        let mut examples: Vec<&Finding> = groups
            .iter()
            .filter_map(|g| g.findings.first().copied())
            .collect();
        examples.sort_by_key(|f| Reverse(f.severity()));
        for story in story::by_statement(examples.into_iter()) {
            let own = |g: &&Group<'_>| {
                g.findings
                    .first()
                    .is_some_and(|f| std::ptr::eq(*f, story.lead))
            };
            let named = groups.iter().filter(own).flat_map(|g| &g.findings);
            all.push(Shared {
                principals: principals(named.copied()),
                story,
                workflows: workflows.clone(),
            });
        }
    }
    all.sort_by_key(|s| {
        let severity = Reverse(s.story.severity());
        (severity, Reverse(s.workflows.len()), s.story.lead.rule())
    });
    all
}

fn principals<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<(&'a str, usize)> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for principal in findings.flat_map(Finding::principals) {
        *times.entry(principal).or_default() += 1;
    }
    let mut all: Vec<(&str, usize)> = times.into_iter().collect();
    all.sort_by_key(|(name, times)| (Reverse(*times), *name));
    all
}

impl Key {
    fn of(assessment: &Assessment, finding: &Finding) -> Self {
        let is_severe = finding.severity() >= Severity::High;
        Self {
            rule: finding.rule(),
            title: kind(finding, is_severe),
            shares: shares(assessment, finding),
            is_severe,
        }
    }
}

/// The title, numbers aside: `3 principals …` and `4 principals …` are the same. Of a severe finding only how many
/// principals it names is set aside: a state whose name ends in a number is another state.
fn kind(finding: &Finding, is_severe: bool) -> String {
    let title = finding.title();
    if is_severe {
        return title
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .to_owned();
    }
    let masked: String = title
        .chars()
        .map(|c| if c.is_ascii_digit() { '#' } else { c })
        .collect();
    masked.replace("##", "#").replace("##", "#")
}

/// What of the account the finding is about, where other workflows may have the same.
pub fn shares(assessment: &Assessment, finding: &Finding) -> Option<String> {
    match finding.rule().as_str() {
        // As bad as what can be chosen in the workflow: that is its story.
        "broad-invocation" if finding.severity() >= Severity::High => {
            let role = assessment.workflow.role.as_ref()?;
            Some(format!("{role} {}", finding.principals().join(" ")))
        }
        // Of principals, of a role that others may be, of a function's role.
        "broad-lambda-role" | "takeover" | "broad-invocation" | "external-invocation" => {
            (!finding.principals().is_empty()).then(|| finding.principals().join(" "))
        }
        _ => {
            let role = assessment.workflow.role.as_ref()?;
            let of_role = finding.policy().is_some()
                || matches!(
                    finding.rule().as_str(),
                    "shared-role"
                        | "open-role-trust"
                        | "unconditioned-role-trust"
                        | "admin-role"
                        | "escalation-path"
                        | "missing-permission"
                )
                || finding.rule().is_tainted();
            let statement = finding
                .policy()
                .map_or_else(String::new, |p| format!(" {} {}", p.name, p.statement));
            of_role.then(|| format!("{role}{statement}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arn::Arn;
    use crate::finding::{FindingPlace, StatementRef};
    use crate::loc::Pointer;
    use crate::render::tests::{assessment, made};

    fn with_role(name: &str, role: &str, findings: Vec<Finding>) -> Assessment {
        let mut one = assessment(name, findings, vec![]);
        one.workflow.role = Arn::parse(&format!("arn:aws:iam::123456789012:role/{role}"));
        one
    }

    fn of(all: &[Assessment]) -> Vec<(usize, &str)> {
        let ordered: Vec<&Assessment> = all.iter().collect();
        let causes = Causes::of(&ordered, |a| a.findings.iter());
        let told = |s: &Shared<'_>| (s.workflows.len(), s.story.lead.rule().as_str());
        causes.shared.iter().map(told).collect()
    }

    fn at(title: &str) -> FindingPlace {
        FindingPlace::Definition(Pointer::root().key(title))
    }

    fn grant(title: &str, statement: usize) -> Finding {
        let rule = RuleId::known("wildcard-action");
        let policy = StatementRef {
            name: "work".to_owned(),
            statement,
            sid: None,
        };
        let mut one = made(rule, Severity::High, at(title), title);
        one.policy(Some(policy));
        one.build()
    }

    #[test]
    fn the_same_words_on_other_roles_are_other_causes() {
        let all = [
            with_role("A", "one", vec![grant("`s3:*` on `*`", 0)]),
            with_role("B", "two", vec![grant("`s3:*` on `*`", 0)]),
            with_role("C", "three", vec![grant("`s3:*` on `*`", 0)]),
        ];
        assert_eq!(of(&all), []);
        let mut unknown = with_role("D", "one", vec![grant("`s3:*` on `*`", 0)]);
        unknown.workflow.role = None;
        assert_eq!(
            of(&[
                unknown,
                with_role("A", "one", vec![grant("`s3:*` on `*`", 0)])
            ]),
            []
        );
    }

    #[test]
    fn one_statement_of_a_shared_role_is_told_once() {
        let both = || {
            vec![
                grant("`s3:*` on `*`", 0),
                grant("`s3:Get*` on `*`", 0),
                grant("`sqs:*`", 1),
            ]
        };
        let all = [with_role("A", "one", both()), with_role("B", "one", both())];
        assert_eq!(of(&all), [(2, "wildcard-action"), (2, "wildcard-action")]);
    }

    #[test]
    fn a_state_of_another_number_is_not_hidden_by_the_first() {
        let steered = |state: &str| {
            let title = format!("chooses what `{state}` does");
            let place = FindingPlace::State {
                name: state.to_owned(),
                pointer: Pointer::root().key("States").key(state),
            };
            made(
                RuleId::known("tainted-target"),
                Severity::Critical,
                place,
                &title,
            )
            .build()
        };
        let both = || vec![steered("Step1"), steered("Step2")];
        let all = [with_role("A", "one", both()), with_role("B", "one", both())];
        assert_eq!(of(&all).len(), 2);
    }
}
