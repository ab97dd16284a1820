//! Mutations of everything that has ever made an analysis run away, beside two ordinary workflows: the units that each
//! takes stay within what one workflow may take, what is said of it never looks clean, and the others are judged as if it
//! were not there.
//!
//! A few small ones of each kind run here; `STEPWARDEN_DENIALS=100 cargo test --release --no-default-features --lib denial
//! -- --nocapture` runs a hundred of each at full size and prints a table.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::hostile::{self, Dice};
use super::{hostile_roles, hostile_shapes};
use crate::assess::{self, Assessment};
use crate::budget;
use crate::config::Config;
use crate::local::{self, Values};
use crate::parallel;
use crate::snapshot::{Account, StateMachine};

/// One workflow with everything that its maker decides.
pub(super) struct Poison {
    pub(super) definition: String,
    /// The inline policies of its role.
    pub(super) policies: Vec<String>,
    pub(super) trust: String,
    /// Definitions of published versions, the first being version 1.
    pub(super) versions: Vec<String>,
    /// What must be told.
    pub(super) told: Told,
    /// Whether the role is what is strange: whom it may start concerns others.
    pub(super) principal: bool,
}

/// What must be told of a poisoned workflow.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// That the caller chooses the function.
    Chosen,
    /// That, or that the analysis is not whole.
    Somehow,
    /// Its role may leave nothing to choose.
    Either,
}

/// A kind of poison.
pub(super) type Kind = (&'static str, fn(&mut Dice) -> Poison);

const ACCOUNT: &str = "123456789012";
const TODAY: &str = "2026-11-28";

fn machine(name: &str, definition: &str) -> Value {
    json!({
        "stateMachineArn": format!("arn:aws:states:eu-west-1:{ACCOUNT}:stateMachine:{name}"), "name": name,
        "status": "ACTIVE", "type": "STANDARD", "roleArn": format!("arn:aws:iam::{ACCOUNT}:role/{name}"),
        "definition": definition, "creationDate": "2026-01-01T00:00:00Z",
    })
}

fn role(name: &str, policies: &[String], trust: &str) -> Value {
    let trust: Value = serde_json::from_str(trust).unwrap_or_else(|_| json!(trust));
    let policies: Vec<Value> = policies
        .iter()
        .enumerate()
        .map(|(i, text)| json!({"PolicyName": format!("p{i}"), "PolicyDocument": text}))
        .collect();
    json!({
        "RoleName": name, "Arn": format!("arn:aws:iam::{ACCOUNT}:role/{name}"), "Path": "/",
        "RoleId": format!("AROA{name}"), "CreateDate": "2026-01-01T00:00:00Z", "AssumeRolePolicyDocument": trust,
        "RolePolicyList": policies, "AttachedManagedPolicies": [], "InstanceProfileList": [], "Tags": [],
    })
}

/// Two ordinary workflows, a risky and a static one, and the poisoned one between them.
fn account(poison: Option<&Poison>) -> Account {
    let risky = hostile::chosen_task("$.f").to_string();
    let fixed = json!({"StartAt": "T", "States": {"T": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "pay"}}}});
    let one = format!("arn:aws:lambda:eu-west-1:{ACCOUNT}:function:pay");
    let trust = hostile::TRUST;
    let mut machines = vec![
        machine("a-risky", &risky),
        machine("z-static", &fixed.to_string()),
    ];
    let mut roles = vec![
        role("a-risky", &[hostile::any()], trust),
        role(
            "z-static",
            &[hostile::policy(&[hostile::allow(json!(one))])],
            trust,
        ),
    ];
    if let Some(poison) = poison {
        machines.insert(1, machine("m-poison", &poison.definition));
        roles.insert(1, role("m-poison", &poison.policies, &poison.trust));
    }
    let iam = json!({"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": roles});
    let values = Values {
        state_machines: machines,
        iam: Some(iam),
        ..Values::default()
    };
    let mut account = local::from_values(&values);
    let own = account.workflows.get(1).cloned().unwrap_or_default();
    for (number, definition) in poison.into_iter().flat_map(|p| &p.versions).enumerate() {
        account.versions.push(StateMachine {
            definition: definition.clone(),
            version: Some((number + 1).to_string()),
            ..own.clone()
        });
    }
    account
}

fn judged(account: &Account) -> Vec<Assessment> {
    assess::account(account, &Config::default(), TODAY)
}

/// What is said of the others, a line each.
fn without_poison(assessments: &[Assessment]) -> BTreeSet<String> {
    let others = assessments.iter().filter(|a| a.workflow.name != "m-poison");
    let lines = others.flat_map(|a| {
        let findings = a.findings.iter().map(|f| format!("{} {f:?}", f.severity()));
        let gaps = a.gaps.iter().map(|g| format!("{} {g:?}", a.workflow.arn));
        findings.chain(gaps)
    });
    lines.collect()
}

/// Whether the report still shows the danger, or that it is not whole.
fn is_told(poison: &Poison, told: &Assessment) -> bool {
    let mut findings = told.findings.iter();
    let tainted = findings.any(|f| f.rule().as_str() == "tainted-target");
    match poison.told {
        Told::Chosen => tainted,
        Told::Somehow => tainted || told.gaps.iter().any(|gap| !gap.optional),
        Told::Either => true,
    }
}

/// What one workflow may take: its flow, its needs, its join and its rules, what is granted once more after a part that was
/// given up, and what its versions may take with the last of them. A single step may pass the end of a budget.
const MOST: usize = 2 * (budget::FLOW + 2 * budget::JOIN + budget::RULES) + budget::VERSIONS;

#[derive(Default)]
struct Row {
    runs: usize,
    units: usize,
    slowest: Duration,
}

/// How many mutations of each kind, and whether they have their full size.
fn asked() -> (u64, bool) {
    let asked = std::env::var("STEPWARDEN_DENIALS").ok();
    asked
        .and_then(|n| n.parse().ok())
        .map_or((1, false), |n| (n, true))
}

fn all_kinds() -> impl Iterator<Item = &'static Kind> {
    let definitions = hostile::KINDS.iter().chain(hostile_shapes::KINDS);
    definitions.chain(hostile_roles::KINDS)
}

#[test]
fn no_subject_runs_away_or_touches_another() {
    let (runs, full) = asked();
    let alone = without_poison(&judged(&account(None)));
    for (name, make) in all_kinds() {
        let mut row = Row::default();
        for seed in 0..runs {
            let poison = make(&mut Dice::new(name, seed, full));
            let account = account(Some(&poison));
            let start = Instant::now();
            let (all, units) = parallel::with_threads(1, || budget::measured(|| judged(&account)));
            row.slowest = row.slowest.max(start.elapsed());
            (row.runs, row.units) = (row.runs + 1, row.units.max(units));
            assert!(units <= MOST, "{name} {seed}: {units} units");
            let others = without_poison(&all);
            let lost: Vec<&String> = alone.difference(&others).collect();
            assert!(
                lost.is_empty(),
                "{name} {seed}: lost of the others: {lost:?}"
            );
            // A principal concerns everybody; a definition nobody else.
            let more = !poison.principal && others.len() > alone.len();
            assert!(!more, "{name} {seed}: more is said of the others");
            let told = all.iter().find(|a| a.workflow.name == "m-poison").unwrap();
            assert!(
                is_told(&poison, told),
                "{name} {seed} is falsely clean: {:?}",
                told.gaps
            );
        }
        if full {
            println!(
                "{name:22} {:4} runs  {:9} units  {:5.2} s",
                row.runs,
                row.units,
                row.slowest.as_secs_f64()
            );
        }
    }
}
