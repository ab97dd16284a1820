//! Every page of `src/rules` is a test: its scenarios, its patches, and fingerprints that survive reordering.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod rules {
    pub mod compare;
    pub mod page;
    pub mod scenario;
    pub mod shuffle;
}

use std::collections::BTreeSet;

use rules::compare;
use rules::page::{self, Page};
use rules::scenario::{Scenario, WORKFLOW};
use rules::shuffle;
use stepwarden::assess::{self, Assessment, Known};
use stepwarden::delta::{self, Before};
use stepwarden::finding::Finding;
use stepwarden::rules::RULES;
use stepwarden::severity::Severity;
use stepwarden::snapshot::{Account, Fetched};

/// The assessment of the scenario's own workflow.
fn judged(scenario: &Scenario, account: &Account) -> Assessment {
    let known = Known {
        config: &scenario.config,
        today: &scenario.today,
        now: "2026-11-23T12:00:00Z",
        event: scenario.event.as_ref(),
        deploying: None,
        undone: scenario.change.as_ref(),
        remembered: &scenario.remembered,
    };
    assess::remembering(account, &known, account.workflows.len())
        .into_iter()
        .find(|a| a.workflow.arn.as_str() == WORKFLOW)
        .expect("the scenario's workflow is assessed")
}

fn found<'a>(assessment: &'a Assessment, rule: &str) -> Vec<&'a Finding> {
    assessment
        .findings
        .iter()
        .filter(|f| f.rule() == rule)
        .collect()
}

fn pages() -> Vec<Page> {
    RULES.iter().map(|rule| page::read(rule.meta())).collect()
}

/// Runs `check` on every scenario and reports everything that is wrong, not only the first.
/// `STEPWARDEN_PAGE` and `STEPWARDEN_SCENARIO` leave only that page and that scenario.
fn every_scenario(check: impl Fn(&Page, &Scenario) -> Result<(), String>) {
    let only = |name: &str| std::env::var(name).ok();
    let (page_only, scenario_only) = (only("STEPWARDEN_PAGE"), only("STEPWARDEN_SCENARIO"));
    let mut ran = 0;
    let mut wrong = Vec::new();
    let is_wanted = |page: &&Page| page_only.as_ref().is_none_or(|only| *only == page.id);
    for page in pages().iter().filter(is_wanted) {
        for text in &page.scenarios {
            let scenario = Scenario::parse(text);
            if let (Ok(scenario), Some(only)) = (&scenario, &scenario_only)
                && scenario.name != *only
            {
                continue;
            }
            ran += 1;
            let outcome =
                scenario.and_then(|s| check(page, &s).map_err(|why| format!("{}\n{why}", s.name)));
            if let Err(why) = outcome {
                wrong.push(format!("--- {}: {why}", page.id));
            }
        }
    }
    assert!(
        ran > 0,
        "no scenario has that name: {scenario_only:?} on {page_only:?}"
    );
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_scenario_gives_what_its_page_says() {
    every_scenario(|page, scenario| {
        let assessment = judged(scenario, &scenario.account);
        compare::one_to_one(&scenario.expect, &found(&assessment, page.id))
    });
}

#[test]
fn every_page_is_complete() {
    let wrong: Vec<String> = pages().iter().flat_map(page::faults).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_beside_the_rules_is_a_listed_rule() {
    let listed: BTreeSet<&str> = RULES.iter().map(|r| r.meta().id.as_str()).collect();
    assert_eq!(listed.len(), RULES.len(), "an id is listed twice");
    assert_eq!(
        page::ids_of_files("md"),
        listed.iter().map(|id| (*id).to_owned()).collect()
    );
    assert_eq!(
        page::ids_of_files("rs"),
        listed.iter().map(|id| (*id).to_owned()).collect()
    );
}

#[test]
fn a_patch_cures_and_opens_nothing() {
    every_scenario(|page, scenario| {
        let before = judged(scenario, &scenario.account);
        for finding in found(&before, page.id) {
            let Some(patch) = finding.remediation().patch.clone() else {
                continue;
            };
            let mut account = scenario.account.clone();
            stepwarden::patch::apply(&mut account, WORKFLOW, &[patch]).map_err(|error| {
                format!("the patch of `{}` does not apply: {error}", finding.title())
            })?;
            let after = judged(scenario, &account);
            cured(finding, &before, &after)?;
        }
        Ok(())
    });
}

/// A patch that takes a needed permission away shows as a `missing-permission` that was not there.
fn cured(finding: &Finding, before: &Assessment, after: &Assessment) -> Result<(), String> {
    let known: BTreeSet<String> = before.findings.iter().map(Finding::fingerprint).collect();
    if after
        .findings
        .iter()
        .any(|f| f.fingerprint() == finding.fingerprint())
    {
        return Err(format!(
            "`{}` is still there after its patch",
            finding.title()
        ));
    }
    let opened: Vec<String> = after
        .findings
        .iter()
        .filter(|f| f.severity() > Severity::Info && !known.contains(&f.fingerprint()))
        .map(|f| format!("  {} {}: {}", f.severity(), f.rule(), f.title()))
        .collect();
    if opened.is_empty() {
        return Ok(());
    }
    Err(format!(
        "the patch of `{}` opens\n{}",
        finding.title(),
        opened.join("\n")
    ))
}

#[test]
fn fingerprints_do_not_depend_on_order() {
    every_scenario(|_, scenario| {
        let prints = |account: &Account| -> BTreeSet<String> {
            judged(scenario, account)
                .findings
                .iter()
                .map(|f| format!("{} {} {}", f.rule(), f.fingerprint(), f.title()))
                .collect()
        };
        let straight = prints(&scenario.account);
        for turn in [shuffle::reverse, shuffle::rotate] {
            let mut account = scenario.account.clone();
            shuffle::account(&mut account, turn);
            let turned = prints(&account);
            let ids = |prints: &BTreeSet<String>| -> BTreeSet<String> {
                prints
                    .iter()
                    .map(|p| p.split(' ').take(2).collect::<Vec<_>>().join(" "))
                    .collect()
            };
            if ids(&straight) != ids(&turned) {
                let gone: Vec<_> = straight.difference(&turned).collect();
                let come: Vec<_> = turned.difference(&straight).collect();
                return Err(format!(
                    "reordering changes fingerprints\n  gone {gone:#?}\n  come {come:#?}"
                ));
            }
        }
        Ok(())
    });
}

/// A read that fails: its name, and what it leaves of an account.
type FailedRead = (&'static str, fn(&mut Account));

/// Every read of an account, each made to fail: what a verdict is judged from is never whole then.
const FAILED_READS: &[FailedRead] = &[
    ("every principal", |a| {
        a.iam = Fetched::Denied("denied".to_owned());
        a.iam_is_whole = false;
    }),
    ("the roles", |a| {
        if let Fetched::Present(iam) = &mut a.iam {
            iam.roles.clear();
        }
        a.iam_is_whole = false;
    }),
    ("inline policies", |a| {
        each_role(a, |role| {
            role.inline = Fetched::Failed("throttled".to_owned());
        });
    }),
    ("attached policies", |a| {
        each_role(a, |role| {
            role.attached = Fetched::Denied("denied".to_owned());
        });
    }),
    ("trust policies", |a| {
        each_role(a, |role| {
            role.trust = Fetched::Failed("throttled".to_owned());
        });
    }),
    ("the managed policies", |a| {
        if let Fetched::Present(iam) = &mut a.iam {
            iam.managed.clear();
        }
    }),
    ("the log groups", |a| {
        a.log_groups = Fetched::Denied("denied".to_owned());
    }),
    ("the functions", |a| {
        a.functions = Fetched::Failed("throttled".to_owned());
    }),
    ("the tags", |a| {
        a.tags = Fetched::Denied("denied".to_owned());
        for workflow in &mut a.workflows {
            workflow.tags = Fetched::Denied("denied".to_owned());
        }
    }),
];

fn each_role(account: &mut Account, fail: impl Fn(&mut stepwarden::snapshot::Role)) {
    if let Fetched::Present(iam) = &mut account.iam {
        iam.roles.iter_mut().for_each(fail);
    }
}

#[test]
fn a_failed_read_resolves_nothing_of_any_rule() {
    every_scenario(|page, scenario| {
        let before = judged(scenario, &scenario.account);
        let told = delta::between(Before::default(), &before).told;
        for (what, fail) in FAILED_READS {
            let mut account = scenario.account.clone();
            fail(&mut account);
            let after = judged(scenario, &account);
            let before = Before {
                told: &told,
                ..Before::default()
            };
            let delta = delta::between(before, &after);
            let gone: Vec<_> = delta
                .resolved
                .iter()
                .filter(|r| r.rule == page.id && r.rule != "evaluation-incomplete")
                .map(|r| r.title.as_str())
                .collect();
            if !gone.is_empty() {
                return Err(format!(
                    "{what} could not be read, and told as resolved: {gone:?}"
                ));
            }
        }
        Ok(())
    });
}
