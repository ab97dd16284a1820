//! Cold start and warm latency of the function under the Runtime API, beside an empty `lambda_runtime` function's in the same
//! run; the AWS calls that an event costs; the size of the binary. `cargo bench --bench latency`.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a measurement that cannot go on must stop"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};
use support::account::Account;
use support::function::Function;
use support::proxy::Proxy;

const RUNS: usize = 20;

fn main() {
    // Under the Runtime API this very binary is the empty function.
    if std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some() {
        return empty();
    }
    let region = "eu-west-1";
    let account = Account::new(region);
    let proxy = Proxy::before(&account);
    let role = account.role("measured");
    for name in ["one", "two", "three"] {
        let statement =
            json!([{ "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*" }]);
        account.role_policy("measured", name, statement);
    }
    account.attach("measured", "arn:aws:iam::aws:policy/AWSLambda_FullAccess");
    let definition = json!({ "StartAt": "Done", "States": { "Done": { "Type": "Succeed" } } });
    let arn = account.workflow("measured", &role, definition, None);
    let created = json!({ "detail-type": "AWS API Call via CloudTrail", "detail": {
        "eventSource": "states.amazonaws.com", "eventName": "CreateStateMachine",
        "requestParameters": { "roleArn": role }, "responseElements": { "stateMachineArn": arn } } });
    let topics = [
        ("STEPWARDEN_ALERT_TOPIC", account.people.as_str()),
        ("STEPWARDEN_FINDINGS_TOPIC", account.machines.as_str()),
    ];
    let this = std::env::current_exe().unwrap();
    let ours = env!("CARGO_BIN_EXE_stepwarden-lambda");
    let start_ours = || Function::start(ours, proxy.address, region, &topics);
    let start_empty = || Function::start(this.to_str().unwrap(), proxy.address, region, &[]);

    // Alternating, so that whatever else the machine does falls on both.
    let (mut cold_empty, mut cold_ours) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        cold_empty.push(start_empty().cold_start);
        cold_ours.push(start_ours().cold_start);
    }
    let (empty, function) = (start_empty(), start_ours());
    let warm = |function: &Function, event: &Value| {
        let event = event.to_string();
        let timed = |_| {
            let began = Instant::now();
            function.invoke(&event).unwrap();
            began.elapsed()
        };
        (0..RUNS).map(timed).collect::<Vec<_>>()
    };
    let skipped = json!({ "detail-type": "Scheduled Event" });
    let first = Instant::now();
    function.invoke(&created.to_string()).unwrap();
    let first = first.elapsed();
    let calls = proxy.calls();
    println!(
        "cold start, empty function     {:?}",
        median(&mut cold_empty)
    );
    println!(
        "cold start, stepwarden         {:?}",
        median(&mut cold_ours)
    );
    println!(
        "warm, empty function           {:?}",
        median(&mut warm(&empty, &skipped))
    );
    println!(
        "warm, stepwarden, not watched  {:?}",
        median(&mut warm(&function, &skipped))
    );
    println!("first evaluation               {first:?}");
    println!(
        "warm evaluation                {:?} (most of it the emulator's)",
        median(&mut warm(&function, &created))
    );
    println!(
        "calls of one evaluation        {}: {}",
        calls.len(),
        calls.join(", ")
    );
    with_table(&account, &proxy, ours, &topics, &created);
    println!(
        "size of the binary             {} bytes",
        std::fs::metadata(ours).unwrap().len()
    );
}

/// The same workflow, with a table: what is told once, and a verdict that persists.
fn with_table(
    account: &Account,
    proxy: &Proxy,
    binary: &str,
    topics: &[(&str, &str)],
    event: &Value,
) {
    account.table("state");
    let mut environment = topics.to_vec();
    environment.push(("STEPWARDEN_TABLE", "state"));
    let function = Function::start(binary, proxy.address, account.region, &environment);
    proxy.calls();
    let mut number = 0;
    let mut timed = || {
        number += 1;
        let mut event = event.clone();
        event["detail"]["eventID"] = json!(format!("event {number}"));
        let began = Instant::now();
        function.invoke(&event.to_string()).unwrap();
        began.elapsed()
    };
    let first = timed();
    println!("with a table, first evaluation {first:?}");
    println!("calls of it                    {}", proxy.calls().len());
    let mut warm: Vec<Duration> = (0..RUNS).map(|_| timed()).collect();
    let calls = proxy.calls();
    println!("with a table, warm             {:?}", median(&mut warm));
    println!(
        "calls of one that persists     {}: {}",
        calls.len() / RUNS,
        calls[..calls.len() / RUNS].join(", ")
    );
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

#[tokio::main(flavor = "current_thread")]
async fn empty() {
    let handler = service_fn(|_: LambdaEvent<Value>| async { Ok::<_, Error>(()) });
    lambda_runtime::run(handler).await.unwrap();
}
