//! Who may start each workflow of a generated account: `cargo bench --no-default-features --bench starters`.
//!
//! Prints the time to read the principals, to index them, and to answer for every workflow, for growing accounts. No
//! time is asserted: machines differ.

#![expect(
    clippy::expect_used,
    reason = "a benchmark stops at what it did not expect"
)]

use std::hint::black_box;
use std::time::Instant;

use serde_json::{Value, json};
use stepwarden::arn::Arn;
use stepwarden::iam::Principals;
use stepwarden::snapshot::{Document, Fetched, Iam, NamedDocument, Role};
use stepwarden::starters::{Revision, StartIndex, Surroundings};
use stepwarden::workflow::{Workflow, WorkflowType};

const ACCOUNT: &str = "123456789012";

fn main() {
    println!(
        "{:>6} {:>9} {:>10} {:>10} {:>10} {:>10}",
        "roles", "workflows", "read ms", "index ms", "answer ms", "starters"
    );
    let sizes = [
        (300, 1000),
        (1000, 1000),
        (3000, 100),
        (3000, 300),
        (3000, 1000),
        (3000, 3000),
        (10_000, 1000),
    ];
    for (roles, workflows) in sizes {
        measure(roles, workflows);
    }
}

fn measure(roles: usize, workflows: usize) {
    let iam = Iam {
        roles: (0..roles).map(|i| role(i, workflows)).collect(),
        ..Iam::default()
    };
    let workflows: Vec<Workflow> = (0..workflows).map(workflow).collect();
    let begun = Instant::now();
    let principals = Principals::new(&iam);
    let read = begun.elapsed();
    let begun = Instant::now();
    let index = StartIndex::new(&principals, &Surroundings::default());
    let indexed = begun.elapsed();
    let begun = Instant::now();
    let found: usize = workflows
        .iter()
        .map(|w| {
            black_box(index.starters(w, None, &Revision::CURRENT))
                .list
                .len()
        })
        .sum();
    let answered = begun.elapsed();
    println!(
        "{roles:>6} {:>9} {:>10.1} {:>10.1} {:>10.1} {found:>10}",
        workflows.len(),
        read.as_secs_f64() * 1e3,
        indexed.as_secs_f64() * 1e3,
        answered.as_secs_f64() * 1e3,
    );
}

/// One role in ten may start something: by name, by a team's prefix, by a wildcard, under a condition, behind a deny or
/// a CI's trust. The others hold what roles hold.
fn role(i: usize, workflows: usize) -> Role {
    let start = "states:StartExecution";
    let allow = |action: &str, resource: &str| json!({"Effect": "Allow", "Action": action, "Resource": resource});
    let named = machine(i % workflows);
    let team = format!(
        "arn:aws:states:eu-west-1:{ACCOUNT}:stateMachine:team-{}-*",
        i % 40
    );
    let mut statements = vec![
        allow("logs:PutLogEvents", "*"),
        allow("s3:GetObject", &format!("arn:aws:s3:::bucket-{i}/*")),
        json!({"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:PutItem", "sqs:SendMessage"], "Resource": "*"}),
    ];
    match i % 100 {
        0..=4 => statements.push(allow(start, &named)),
        5..=6 => statements.push(allow(start, &team)),
        7 => statements.push(allow("states:*", "*")),
        8 => statements.push(json!({"Effect": "Allow", "Action": start, "Resource": "*",
            "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}})),
        9 => {
            statements.push(allow("states:Start*", "*"));
            statements.push(json!({"Effect": "Deny", "Action": start, "Resource": team}));
        }
        10 => statements.push(allow("*", "*")),
        _ => {}
    }
    let principal = match i % 50 {
        0 => json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")}),
        1 => json!({"AWS": "arn:aws:iam::999999999999:root"}),
        _ => json!({"Service": "lambda.amazonaws.com"}),
    };
    let trust = json!([{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]);
    Role {
        arn: format!("arn:aws:iam::{ACCOUNT}:role/role-{i}"),
        name: format!("role-{i}"),
        trust: Fetched::Present(document(trust)),
        inline: Fetched::Present(vec![NamedDocument {
            name: "own".to_owned(),
            document: document(Value::Array(statements)),
        }]),
        attached: Fetched::Present(Vec::new()),
        boundary: None,
        tags: Vec::new(),
    }
}

fn document(statements: Value) -> Document {
    Document(json!({"Version": "2012-10-17", "Statement": statements}).to_string())
}

fn machine(i: usize) -> String {
    format!(
        "arn:aws:states:eu-west-1:{ACCOUNT}:stateMachine:team-{}-job-{i}",
        i % 40
    )
}

fn workflow(i: usize) -> Workflow {
    let arn = Arn::parse(&machine(i)).expect("an ARN");
    Workflow {
        name: arn.name().to_owned(),
        arn,
        kind: WorkflowType::Standard,
        role: None,
        logging: None,
        tracing: None,
        kms_key: None,
        tags: Vec::new(),
        owner: String::new(),
        owner_source: stepwarden::workflow::OwnerSource::Default,
        sensitive: None,
        declared: None,
    }
}
