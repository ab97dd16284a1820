//! Data flow through large definitions with dynamic targets throughout: `cargo bench --no-default-features --bench flow`.
//!
//! Prints the time to follow the data of 1,000 and of 10,000 states, and the ratio. No time is asserted: machines differ.

#![expect(
    clippy::expect_used,
    reason = "a benchmark stops at what it did not expect"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use stepwarden::asl;
use stepwarden::flow::{self, FlowContext};

type Shape = fn(usize) -> Value;

fn main() {
    let shapes: [(&str, Shape); 6] = [
        ("tasks that keep every result", results),
        ("a guard before every task", guards),
        ("JSONata with variables", variables),
        ("one error handler for all", handler),
        ("one loop over all states", round),
        ("maps in maps", maps),
    ];
    println!(
        "{:<32} {:>10} {:>10} {:>6}",
        "", "1,000 ms", "10,000 ms", "ratio"
    );
    for (name, shape) in shapes {
        let small = measure(&shape(1000));
        let large = measure(&shape(10_000));
        println!(
            "{name:<32} {:>10.1} {:>10.1} {:>6.1}",
            small.as_secs_f64() * 1e3,
            large.as_secs_f64() * 1e3,
            large.as_secs_f64() / small.as_secs_f64()
        );
    }
}

fn measure(definition: &Value) -> Duration {
    let definition = asl::parse(&definition.to_string());
    assert!(definition.states.len() >= 1000, "states");
    let begun = Instant::now();
    let flow = flow::analyse(&definition, FlowContext::default());
    let took = begun.elapsed();
    let tainted = definition
        .tasks()
        .filter(|(state, _)| flow.arguments(state.id).is_tainted())
        .count();
    assert!(black_box(tainted) > 0, "dynamic targets");
    took
}

const GET: &str = "arn:aws:states:::aws-sdk:s3:getObject";

fn chain(count: usize, state: impl Fn(usize) -> Value) -> Value {
    let mut states = Map::new();
    for i in 0..count {
        let mut one = state(i);
        let fields = one.as_object_mut().expect("an object");
        if fields.get("Type") != Some(&json!("Choice")) {
            fields.insert("Next".to_owned(), json!(format!("s{}", i + 1)));
        }
        states.insert(format!("s{i}"), one);
    }
    states.insert(format!("s{count}"), json!({"Type": "Succeed"}));
    json!({"StartAt": "s0", "States": states})
}

fn task(i: usize) -> Value {
    json!({"Type": "Task", "Resource": GET, "ResultPath": format!("$.r{i}"),
        "Parameters": {"Bucket.$": format!("$.b{i}"), "Key.$": format!("States.Format('{{}}/{{}}', $.k, $.r{}.x)", i / 2)}})
}

fn results(count: usize) -> Value {
    chain(count, task)
}

fn guards(count: usize) -> Value {
    chain(count, |i| {
        if i % 2 == 1 {
            return task(i - 1);
        }
        json!({"Type": "Choice", "Default": format!("s{count}"), "Choices": [
            {"Variable": format!("$.b{i}"), "StringMatches": "media-*", "Next": format!("s{}", i + 1)}]})
    })
}

fn variables(count: usize) -> Value {
    let mut definition = chain(count, |i| {
        json!({"Type": "Task", "Resource": GET, "Output": "{% $states.input %}",
            "Arguments": {"Bucket": format!("{{% $states.input.b{i} & '-' & $v{} %}}", i % 50), "Key": "{% $lookup({'a': 'x'}, $states.input.k) %}"},
            "Assign": {format!("v{}", i % 50): format!("{{% $states.input.c{i} %}}")}})
    });
    definition
        .as_object_mut()
        .expect("an object")
        .insert("QueryLanguage".to_owned(), json!("JSONata"));
    definition
}

fn handler(count: usize) -> Value {
    chain(count, |i| {
        let mut one = task(i);
        one.as_object_mut().expect("an object").insert(
            "Catch".to_owned(),
            json!([{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": format!("s{}", count - 1)}]),
        );
        one
    })
}

fn round(count: usize) -> Value {
    chain(count, |i| {
        if i + 1 < count {
            return task(i % 300);
        }
        json!({"Type": "Choice", "Default": format!("s{count}"), "Choices": [
            {"Variable": "$.again", "BooleanEquals": true, "Next": "s0"}]})
    })
}

fn maps(count: usize) -> Value {
    chain(count / 10, |i| {
        let mut inner = chain(4, task);
        for depth in 0..5 {
            let name = format!("m{i}d{depth}");
            inner = json!({"StartAt": name, "States": {name.clone():
                {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": inner, "End": true}}});
        }
        json!({"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": inner, "ResultPath": "$.m"})
    })
}
