//! The state port on DynamoDB: what the pipeline relies on, held against an emulated table.

#![cfg(feature = "live")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on must stop"
)]

mod support;
mod table {
    mod interrupted;
    mod sweeps;
}

use std::collections::{BTreeMap, BTreeSet};
use std::thread;

use serde_json::{Value, json};
use stepwarden::arn::{AccountRegion, Arn};
use stepwarden::aws::Table;
use stepwarden::baselines::{Baselines, Known, Lease, LeaseResult, Page, StateError, Sweep, Tally};
use stepwarden::moment::Moment;
use stepwarden::render::Counts;
use stepwarden::severity::Severity;
use stepwarden::verdict::{Dependency, Record, StartShape};
use support::account::Account;
use support::ports::{block, sdk};
use support::proxy::{Fault, Proxy};

const REGION: &str = "eu-west-1";

/// An account with a table, in an account id of its own, and the port on it.
struct Stage {
    account: Account,
    proxy: Proxy,
    table: Table,
}

fn stage(id: &'static str) -> Stage {
    let account = Account::of(id, REGION);
    account.table("state");
    let proxy = Proxy::before(&account);
    let table = Table::new(&sdk(proxy.address, REGION), "state".to_owned());
    Stage {
        account,
        proxy,
        table,
    }
}

fn arn(name: &str) -> Arn {
    let text = format!("arn:aws:states:{REGION}:123456789012:stateMachine:{name}");
    Arn::parse(&text).unwrap()
}

fn home() -> AccountRegion {
    AccountRegion::of(&arn("x"))
}

fn role(name: &str) -> Dependency {
    Dependency::Role {
        account: "123456789012".to_owned(),
        name: name.to_owned(),
    }
}

fn at(seconds: u64) -> Moment {
    Moment::from_seconds(1_800_000_000 + seconds)
}

/// A lease for a minute from then on.
fn lease(holder: &str, seconds: u64) -> Lease {
    Lease {
        holder: holder.to_owned(),
        now: at(seconds),
        until: at(seconds + 60),
    }
}

fn record(name: &str, basis: &str, rests: &[Dependency]) -> Record {
    Record {
        workflow: arn(name),
        owner: "payments".to_owned(),
        evaluated_at: at(0).iso(),
        revision: None,
        basis: basis.to_owned(),
        told: Vec::new(),
        gaps: BTreeSet::new(),
        depends_on: rests.iter().cloned().collect(),
        baseline: None,
        widened: BTreeMap::new(),
        held: BTreeMap::new(),
        judged: BTreeMap::new(),
        versions: None,
        sweep: None,
    }
}

fn rests(record: &Record) -> Vec<Dependency> {
    record.depends_on.iter().cloned().collect()
}

fn taken(table: &Table, name: &str, lease: &Lease) -> Option<Record> {
    match block(table.take(&arn(name), lease)).unwrap() {
        LeaseResult::Acquired(record) => record.map(|record| *record),
        LeaseResult::Held => panic!("`{name}` is held"),
    }
}

/// Takes and keeps.
fn kept(table: &Table, record: &Record, lease: &Lease) {
    let old = taken(table, record.workflow.name(), lease);
    let old = old.map_or_else(Vec::new, |old| rests(&old));
    block(table.keep(record, &old, lease, None)).unwrap();
}

fn resting(table: &Table, rest: &Dependency) -> Vec<String> {
    let found = block(table.resting_on(rest)).unwrap();
    found.iter().map(|arn| arn.name().to_owned()).collect()
}

impl Stage {
    fn items(&self) -> Vec<Value> {
        let scanned = self.account.dynamo("Scan", json!({ "TableName": "state" }));
        scanned["Items"].as_array().unwrap().clone()
    }

    fn put(&self, item: Value) {
        self.account
            .dynamo("PutItem", json!({ "TableName": "state", "Item": item }));
    }
}

#[test]
fn one_holder_at_a_time_until_it_is_kept_given_back_or_runs_out() {
    let Stage { table, .. } = stage("100000000001");
    let (a, b) = (lease("a", 0), lease("b", 1));
    assert_eq!(taken(&table, "W", &a), None);
    assert_eq!(block(table.take(&arn("W"), &b)), Ok(LeaseResult::Held));
    // The same invocation, tried again.
    assert_eq!(taken(&table, "W", &lease("a", 2)), None);
    block(table.release(&arn("W"), &a)).unwrap();
    assert_eq!(taken(&table, "W", &b), None);
    let first = record("W", "one", &[role("R")]);
    block(table.keep(&first, &[], &b, None)).unwrap();
    // Keeping gives it back.
    assert_eq!(taken(&table, "W", &a), Some(first.clone()));
    assert_eq!(
        block(table.take(&arn("W"), &lease("b", 59))),
        Ok(LeaseResult::Held)
    );
    // It ran out at 60.
    assert_eq!(taken(&table, "W", &lease("b", 60)), Some(first.clone()));
    // Whoever was taken over comes too late, and harms nothing.
    let late = record("W", "late", &[role("Other")]);
    let old = [role("R")];
    assert_eq!(
        block(table.keep(&late, &old, &a, None)),
        Err(StateError::Lost(arn("W")))
    );
    assert_eq!(
        block(table.forget(&arn("W"), &old, &a, None)),
        Err(StateError::Lost(arn("W")))
    );
    block(table.release(&arn("W"), &a)).unwrap();
    assert_eq!(
        block(table.take(&arn("W"), &lease("c", 61))),
        Ok(LeaseResult::Held)
    );
    assert_eq!(block(table.look(&arn("W"))).unwrap(), Some(first));
    assert_eq!(
        (resting(&table, &role("R")), resting(&table, &role("Other"))),
        (vec!["W".to_owned()], vec![])
    );
}

#[test]
fn what_was_never_evaluated_leaves_nothing_behind() {
    let stage = stage("100000000002");
    let table = &stage.table;
    let a = lease("a", 0);
    taken(table, "W", &a);
    assert_eq!(block(table.look(&arn("W"))).unwrap(), None);
    block(table.release(&arn("W"), &a)).unwrap();
    assert_eq!(stage.items(), Vec::<Value>::new());
    // Giving back what is not held, or not there, is nothing.
    block(table.release(&arn("W"), &a)).unwrap();
    taken(table, "W", &a);
    block(table.forget(&arn("W"), &[], &a, None)).unwrap();
    kept(table, &record("W", "one", &[role("R")]), &a);
    assert_eq!(taken(table, "W", &a).unwrap().basis, "one");
    block(table.release(&arn("W"), &a)).unwrap();
    assert_eq!(taken(table, "W", &lease("b", 1)).unwrap().basis, "one");
    block(table.forget(&arn("W"), &[role("R")], &lease("b", 1), None)).unwrap();
    assert_eq!(stage.items(), Vec::<Value>::new());
}

#[test]
fn the_index_moves_with_what_verdicts_rest_on() {
    let Stage { table, proxy, .. } = stage("100000000003");
    let group = Dependency::LogGroup {
        home: home(),
        name: "/aws/states/é#x".to_owned(),
    };
    kept(
        &table,
        &record("A", "1", &[role("R"), group.clone()]),
        &lease("a", 0),
    );
    kept(&table, &record("B", "1", &[role("R")]), &lease("a", 0));
    assert_eq!(resting(&table, &role("R")), ["A", "B"]);
    assert_eq!(resting(&table, &group), ["A"]);
    kept(
        &table,
        &record("A", "2", &[role("S"), group.clone()]),
        &lease("b", 1),
    );
    assert_eq!(
        (
            resting(&table, &role("R")),
            resting(&table, &role("S")),
            resting(&table, &group)
        ),
        (
            vec!["B".to_owned()],
            vec!["A".to_owned()],
            vec!["A".to_owned()]
        )
    );
    // Where only the verdict changes, one write takes and one keeps.
    proxy.calls();
    kept(
        &table,
        &record("A", "3", &[role("S"), group]),
        &lease("c", 2),
    );
    assert_eq!(proxy.calls(), ["UpdateItem", "PutItem"]);
    assert_eq!(block(table.look(&arn("A"))).unwrap().unwrap().basis, "3");
    let known = block(table.known(&home())).unwrap();
    let names: Vec<&str> = known.iter().map(|known| known.workflow.name()).collect();
    assert_eq!(names, ["A", "B"]);
    let elsewhere = AccountRegion {
        region: "eu-west-2".to_owned(),
        ..home()
    };
    assert_eq!(block(table.known(&elsewhere)).unwrap(), []);
}

#[test]
fn many_workflows_and_large_records_come_back() {
    let stage = stage("100000000005");
    let table = &stage.table;
    // More than one page of a query: each ends after a megabyte.
    let names: Vec<String> = (0..7).map(|n| format!("W{n}")).collect();
    for name in &names {
        stage.put(
            json!({ "pk": { "S": format!("on#{}", role("R")) }, "sk": { "S": arn(name).as_str() },
                          "padding": { "S": "x".repeat(380_000) } }),
        );
    }
    stage.proxy.calls();
    assert_eq!(resting(table, &role("R")), names);
    assert!(stage.proxy.calls().len() > 1);
    let mut large = record("Large", "1", &[]);
    large.gaps = (0..100_000).map(|n| format!("gap {n}")).collect();
    kept(table, &large, &lease("a", 0));
    assert_eq!(block(table.look(&arn("Large"))).unwrap(), Some(large));
}

#[test]
fn more_than_an_item_holds_is_refused_in_words_and_nothing_is_lost() {
    let Stage { table, .. } = stage("100000000006");
    let first = record("W", "1", &[]);
    kept(&table, &first, &lease("a", 0));
    let mut seed = 1_u64;
    let mut next = || {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1442695040888963407);
        seed
    };
    let mut huge = record("W", "2", &[]);
    huge.gaps = (0..60_000)
        .map(|_| format!("{:x}{:x}", next(), next()))
        .collect();
    taken(&table, "W", &lease("b", 1));
    let refused = block(table.keep(&huge, &[], &lease("b", 1), None)).unwrap_err();
    assert!(
        refused.to_string().contains("more than an item"),
        "{refused}"
    );
    assert_eq!(block(table.look(&arn("W"))).unwrap(), Some(first));
}
