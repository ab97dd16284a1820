//! Static against executed: generated workflows run in an interpreter that is not ours, with marked inputs, and everything
//! that reached a task must have been predicted: every mark as tainted, every text by the patterns, every shape.
//!
//! What the engine cannot run, or runs otherwise than the language says, and so is not compared here: what the rules of a JSONPath
//! Choice assign where its default does not lead on, Distributed Map readers and writers against real buckets,
//! `%`, `@` and `#` of JSONata (its Python port fails on some), and activities.
//!
//! The first seed and how many: `EXECUTED_SEED=7 EXECUTED_COUNT=2500 cargo test --no-default-features --test static_vs_executed
//! -- --nocapture`, as many workflows of each query language, and `EXECUTED_RULES=5000` for as many Choice rules.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test stops at what it did not expect"
)]

#[path = "executed/covers.rs"]
mod covers;
#[path = "executed/dice.rs"]
mod dice;
#[expect(dead_code, reason = "this test needs the interpreter only")]
#[path = "support/emulator.rs"]
mod emulator;
#[path = "executed/generate.rs"]
mod generate;
#[path = "executed/interpreter.rs"]
mod interpreter;
#[path = "executed/rules.rs"]
mod rules;

use std::collections::BTreeMap;

use interpreter::{Answer, run};
use serde_json::Value as Json;
use stepwarden::asl;
use stepwarden::flow::{self, FlowContext};

/// How many workflows, of each query language, where nothing else is asked for.
const COUNT: u64 = 64;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// What a run's tasks were given, against what was predicted of them.
#[derive(Default)]
struct Compared {
    wrong: Vec<String>,
    workflows: usize,
    tasks: usize,
    marks: usize,
    statuses: BTreeMap<String, usize>,
    errors: Vec<String>,
}

impl Compared {
    fn of(cases: &[Json]) -> Self {
        let answers = run(cases);
        assert_eq!(answers.len(), cases.len());
        let mut all = Self::default();
        for (case, answer) in cases.iter().zip(&answers) {
            all.add(case, answer);
        }
        println!("{}", all.told());
        all
    }

    fn add(&mut self, case: &Json, answer: &Answer) {
        *self.statuses.entry(answer.status.clone()).or_default() += 1;
        if !answer.error.is_empty() {
            self.errors.push(answer.error.clone());
        }
        let definition = asl::parse(&case["definition"].to_string());
        let flow = flow::analyse(&definition, FlowContext::default());
        self.workflows += usize::from(!answer.tasks.is_empty());
        for given in &answer.tasks {
            let state = definition
                .states
                .iter()
                .find(|s| s.name == given.state)
                .expect("an executed state is in the definition");
            self.tasks += 1;
            self.marks += given.parameters.to_string().matches(generate::MARK).count();
            if let Err(why) = covers::covers(flow.arguments(state.id), &given.parameters) {
                self.wrong.push(format!(
                    "`{}` of {}\n  was given {}\n  {why}",
                    given.state, case["definition"], given.parameters
                ));
            }
        }
    }

    fn told(&self) -> String {
        let (workflows, tasks, marks) = (self.workflows, self.tasks, self.marks);
        let wrong = self.wrong.len();
        format!(
            "{workflows} workflows, {tasks} tasks, {marks} marks, {wrong} not predicted; {:?}",
            self.statuses
        )
    }

    /// All was predicted, and there was enough of it.
    fn hold(&self, is_enough: bool) {
        let first = |all: &[String]| all.iter().take(8).cloned().collect::<Vec<_>>().join("\n");
        assert!(
            self.wrong.is_empty(),
            "{}\n{}",
            self.told(),
            first(&self.wrong)
        );
        assert!(is_enough, "{}\n{}", self.told(), first(&self.errors));
    }
}

#[test]
fn what_reached_a_task_was_predicted() {
    let first = number("EXECUTED_SEED").unwrap_or(1);
    let count = number("EXECUTED_COUNT").unwrap_or(COUNT);
    let both = |seed| [false, true].map(|jsonata| generate::workflow(seed, jsonata));
    let cases: Vec<Json> = (first..first + count).flat_map(both).collect();
    let all = Compared::of(&cases);
    all.hold(all.workflows as u64 >= count && all.marks as u64 >= 4 * count);
}

#[test]
fn what_comes_through_a_rule_was_predicted() {
    let first = number("EXECUTED_SEED").unwrap_or(1);
    let count = number("EXECUTED_RULES").unwrap_or(COUNT);
    let cases: Vec<Json> = (first..first + count).map(rules::guarded).collect();
    let all = Compared::of(&cases);
    all.hold(all.tasks as u64 >= 2 * count);
}
