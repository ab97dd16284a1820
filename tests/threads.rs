//! The same report to the byte, whatever the number of threads.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::path::Path;

use stepwarden::assess::{self, Assessment};
use stepwarden::config::Config;
use stepwarden::render::json;
use stepwarden::render::report::Report;
use stepwarden::snapshot::{Account, Fetched};
use stepwarden::{local, parallel};

const TODAY: &str = "2026-11-23";
const THREADS: [usize; 3] = [1, 2, 8];
/// More accounts than this take a minute of a slow build.
const ACCOUNTS: u64 = 12;

fn sample() -> Account {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("events/account");
    local::read(&dir).expect("the sample account")
}

fn text(assessments: &[Assessment]) -> String {
    json::report(&Report::of(assessments)).to_string()
}

/// All at once, and one by one as an account's JSON is written.
fn printed(account: &Account, threads: usize) -> [String; 2] {
    parallel::with_threads(threads, || {
        let config = Config::default();
        let mut all = Vec::new();
        let keep = |place: usize, assessment: Assessment| (place, assessment);
        assess::each(account, &config, TODAY, keep, |(place, assessment)| {
            assert_eq!(place, all.len());
            all.push(assessment);
        });
        [assess::account(account, &config, TODAY), all].map(|all| text(&all))
    })
}

fn is_the_same(account: &Account) {
    let [one, by_one] = printed(account, 1);
    assert_eq!(one, by_one);
    for threads in THREADS {
        assert_eq!(
            printed(account, threads),
            [one.clone(), one.clone()],
            "{threads} threads"
        );
    }
}

/// Numbers without a pattern, the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit.max(1)
    }
}

/// Some of the sample's workflows, several times and with each other's roles, and some of its principals.
fn shuffled(sample: &Account, dice: &mut Dice) -> Account {
    let mut account = sample.clone();
    let size = 3 + dice.below(9);
    let mut workflows = Vec::new();
    for number in 0..size {
        let at = |dice: &mut Dice| sample.workflows.get(dice.below(sample.workflows.len()));
        let (Some(one), Some(other)) = (at(dice), at(dice)) else {
            continue;
        };
        let mut workflow = one.clone();
        workflow.name = format!("{}-{number}", one.name);
        workflow.arn = format!("{}-{number}", one.arn);
        if dice.below(2) == 0 {
            workflow.role_arn.clone_from(&other.role_arn);
        }
        workflows.push(workflow);
    }
    account.workflows = workflows;
    account.versions.clear();
    if let Fetched::Present(iam) = &mut account.iam {
        iam.roles.retain(|_| dice.below(8) > 0);
        iam.users.retain(|_| dice.below(4) > 0);
    }
    account
}

#[test]
fn the_sample_account_is_told_alike() {
    is_the_same(&sample());
}

#[test]
fn random_accounts_are_told_alike() {
    let sample = sample();
    for seed in 0..ACCOUNTS {
        is_the_same(&shuffled(&sample, &mut Dice(seed)));
    }
}
