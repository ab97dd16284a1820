//! Data flow through large definitions with dynamic targets throughout: `cargo bench --no-default-features --bench flow`,
//! with a part of a shape's name for that shape alone.
//!
//! Prints the time to follow the data of 1,000 and of 10,000 states, both as so many times what `serde_json` takes to
//! read the same text in the same run, and how it grows. No time is asserted: machines differ.

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
    let shapes: [(&str, Shape); 17] = [
        ("tasks that keep every result", results),
        ("a guard before every task", guards),
        ("JSONata with variables", variables),
        ("one error handler for all", handler),
        ("one loop over all states", round),
        ("maps in maps", maps),
        ("a guard, else a default value", defaults),
        ("a variable of its own in each", own_variables),
        ("a chain of choices", choices),
        ("one choice of many rules", rules),
        ("one object of many fields", fields),
        ("a choice of many literals", union),
        ("a text that doubles", doubling),
        ("a text in a text in a text", nested_texts),
        ("many branches", branches),
        ("nested as deep as it goes", deep),
        ("everything to everything", tangle),
    ];
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    println!(
        "{:<32} {:>10} {:>10} {:>8} {:>8} {:>7}",
        "", "1,000 ms", "10,000 ms", "x read", "x read", "growth"
    );
    for (name, shape) in shapes {
        let is_wanted = |w: &String| w.starts_with("--") || name.contains(w.as_str());
        if !wanted.iter().all(is_wanted) {
            continue;
        }
        let small = measure(&shape(1000));
        let large = measure(&shape(10_000));
        let times = |(took, read): (Duration, Duration)| took.as_secs_f64() / read.as_secs_f64();
        println!(
            "{name:<32} {:>10.1} {:>10.1} {:>8.1} {:>8.1} {:>7.1}",
            small.0.as_secs_f64() * 1e3,
            large.0.as_secs_f64() * 1e3,
            times(small),
            times(large),
            large.0.as_secs_f64() / small.0.as_secs_f64()
        );
    }
}

/// What the data flow takes, and what reading the text takes.
fn measure(definition: &Value) -> (Duration, Duration) {
    let text = definition.to_string();
    let begun = Instant::now();
    black_box(serde_json::from_str::<Value>(&text).expect("JSON"));
    let read = begun.elapsed();
    let definition = asl::parse(&text);
    let begun = Instant::now();
    let flow = flow::analyse(&definition, FlowContext::default());
    let took = begun.elapsed();
    let tainted = definition
        .tasks()
        .filter(|(state, _)| flow.arguments(state.id).is_tainted())
        .count();
    assert!(black_box(tainted) > 0, "dynamic targets");
    (took, read)
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

fn defaults(count: usize) -> Value {
    let group = |i: usize| i / 3 * 3;
    chain(count, |i| match i % 3 {
        0 => json!({"Type": "Choice", "Default": format!("s{}", i + 1), "Choices": [
            {"Variable": format!("$.b{i}"), "StringEquals": "media", "Next": format!("s{}", i + 2)}]}),
        1 => json!({"Type": "Pass", "Result": "usual", "ResultPath": format!("$.b{}", group(i))}),
        _ => task(group(i)),
    })
}

fn own_variables(count: usize) -> Value {
    chain(count, |i| {
        json!({"Type": "Task", "Resource": GET, "ResultPath": null,
            "Parameters": {"Bucket.$": format!("$v{}", i.saturating_sub(1)), "Key.$": "$.k"},
            "Assign": {format!("v{i}.$"): "$$.Execution.Input.b"}})
    })
}

fn sink() -> Value {
    json!({"Type": "Task", "Resource": GET, "End": true, "Parameters": {"Bucket.$": "$.b", "Key.$": "$.k"}})
}

fn choices(count: usize) -> Value {
    let mut states = Map::new();
    for i in 0..count {
        let rule = json!({"Or": [
            {"Variable": format!("$.c{i}"), "StringEquals": "a"},
            {"And": [{"Variable": "$.b", "StringMatches": format!("m{i}-*")}, {"Not": {"Variable": "$.k", "IsNull": true}}]}],
            "Next": "sink"});
        let next = format!("s{}", (i + 1) % count);
        states.insert(
            format!("s{i}"),
            json!({"Type": "Choice", "Default": next, "Choices": [rule]}),
        );
    }
    states.insert("sink".to_owned(), sink());
    json!({"StartAt": "s0", "States": states})
}

fn rules(count: usize) -> Value {
    let rules: Vec<Value> = (0..count)
        .map(|i| json!({"Variable": format!("$.c{}", i / 3), "StringEquals": format!("v{i}"), "Next": "sink"}))
        .collect();
    json!({"StartAt": "pick", "States": {
        "pick": {"Type": "Choice", "Choices": rules, "Default": "sink"}, "sink": sink()}})
}

fn fields(count: usize) -> Value {
    let all: Map<String, Value> = (0..count)
        .map(|i| (format!("f{i}.$"), json!(format!("$.in{i}.x"))))
        .collect();
    json!({"StartAt": "make", "States": {
        "make": {"Type": "Pass", "Parameters": {"all": all, "b.$": "$.b", "k.$": "$.k"}, "Next": "join"},
        "join": {"Type": "Pass", "Parameters": {"m.$": "States.JsonMerge($.all, $$.Execution.Input, false)", "b.$": "$.b", "k.$": "$.all"}, "Next": "sink"},
        "sink": sink()}})
}

fn union(count: usize) -> Value {
    let mut states = Map::new();
    let rules: Vec<Value> = (0..count)
        .map(|i| json!({"Variable": "$.k", "StringEquals": format!("v{i}"), "Next": format!("p{i}")}))
        .collect();
    states.insert(
        "pick".to_owned(),
        json!({"Type": "Choice", "Choices": rules, "Default": "sink"}),
    );
    for i in 0..count {
        let pass = json!({"Type": "Pass", "Result": format!("media-{i}"), "ResultPath": "$.b", "Next": "sink"});
        states.insert(format!("p{i}"), pass);
    }
    states.insert("sink".to_owned(), sink());
    json!({"StartAt": "pick", "States": states})
}

fn doubling(count: usize) -> Value {
    chain(count, |i| {
        if i % 4 == 3 {
            return json!({"Type": "Task", "Resource": GET, "ResultPath": null, "Parameters": {"Bucket.$": "$.t", "Key.$": "$.k"}});
        }
        json!({"Type": "Pass", "Parameters": {"t.$": "States.Format('{}-{}/{}', $.t, $.t, $.k)", "k.$": "$.k"}})
    })
}

fn nested_texts(count: usize) -> Value {
    let call = (0..count.min(2000)).fold("$.b".to_owned(), |inner, _| {
        format!("States.Format('x{{}}', {inner})")
    });
    let sum = vec!["$states.input.b"; count].join(" & '-' & ");
    json!({"StartAt": "text", "States": {
        "text": {"Type": "Pass", "Parameters": {"b.$": call, "k.$": "$.k"}, "Next": "sum"},
        "sum": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": {"b": format!("{{% {sum} %}}"), "k": "{% $states.input.k %}"}, "Next": "sink"},
        "sink": sink()}})
}

fn branches(count: usize) -> Value {
    let all: Vec<Value> = (0..count).map(|i| chain(1, |_| task(i))).collect();
    json!({"StartAt": "all", "States": {
        "all": {"Type": "Parallel", "Branches": all, "ResultPath": "$.all", "Next": "sink"}, "sink": sink()}})
}

fn deep(count: usize) -> Value {
    let mut inner = chain(2, task);
    for depth in 0..(count / 100).min(20) {
        let name = format!("d{depth}");
        let body = if depth % 2 == 0 {
            json!({"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": inner, "End": true})
        } else {
            json!({"Type": "Parallel", "Branches": [inner, chain(2, task)], "End": true})
        };
        inner = json!({"StartAt": name, "States": {name.clone(): body}});
    }
    inner
}

/// Each state may be followed by any of the next thirty-two, and by the first again.
fn tangle(count: usize) -> Value {
    let count = count / 10;
    chain(count, |i| {
        if i % 2 == 1 {
            return task(i - 1);
        }
        let rules: Vec<Value> = (0..32)
            .map(|j| {
                json!({"Variable": format!("$.b{}", i + j), "StringMatches": format!("m{j}-*"),
                "Next": format!("s{}", (i + j * 7 + 1) % count)})
            })
            .collect();
        json!({"Type": "Choice", "Default": format!("s{}", i + 1), "Choices": rules})
    })
}
