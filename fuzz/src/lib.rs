//! What the fuzzers and `tests/fuzz.rs` run: every kind of text that somebody who may deploy can write, as the product reads
//! it. A target fails by a panic, also one that the product contains, by an output that breaks a promise, and by time or
//! memory, which the fuzzer bounds.

mod grammar;

use std::collections::BTreeMap;

use grammar::Grammar;
use serde_json::{Value, json};
use stepwarden::assess;
use stepwarden::cli::{self, Host};
use stepwarden::config::Config;
use stepwarden::decide::Decider;
use stepwarden::local::{self, Texts};
use stepwarden::moment::Moment;
use stepwarden::render::alert::{self, Alert};
use stepwarden::route::{MAX_MESSAGE, MAX_SUBJECT};
use stepwarden::trigger;

/// A target by its name.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 6] = [
    ("definition", definition),
    ("expression", expression),
    ("policy", policy),
    ("event", event),
    ("account", account),
    ("file", file),
];

/// A workflow and a role that the bytes choose from the words of the language.
pub fn definition(data: &[u8]) {
    let mut grammar = Grammar::new(data);
    let definition = grammar.definition();
    let role = grammar.policy();
    judged(&definition.to_string(), &[role]);
}

/// The bytes as the text of an expression of either query language, in every place that takes one.
pub fn expression(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let jsonata = format!("{{% {text} %}}");
    let task = |language: &str, members: Value| {
        let mut state =
            json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Choose"});
        let all = members.as_object().into_iter().flatten();
        for (name, value) in all {
            state[name] = value.clone();
        }
        json!({"QueryLanguage": language, "StartAt": "Run", "States": {"Run": state, "Choose": match language {
            "JSONata" => json!({"Type": "Choice", "Choices": [{"Condition": jsonata, "Next": "Run"}]}),
            _ => json!({"Type": "Choice", "Choices": [{"Variable": text, "StringMatches": text, "Next": "Run"}]}),
        }}})
    };
    let by_path = json!({"InputPath": text, "Parameters": {"FunctionName.$": text, "Payload": {"a.$": text}},
        "ResultSelector": {"b.$": text}, "ResultPath": text, "OutputPath": text});
    let by_jsonata = json!({"Arguments": {"FunctionName": jsonata, "Payload": jsonata}, "Assign": {"a": jsonata},
        "Output": jsonata});
    let role = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}]});
    judged(
        &task("JSONPath", by_path).to_string(),
        std::slice::from_ref(&role),
    );
    judged(&task("JSONata", by_jsonata).to_string(), &[role]);
}

/// Policies of every kind that the bytes choose, asked by `decide`, and as a role's.
pub fn policy(data: &[u8]) {
    let mut grammar = Grammar::new(data);
    let all: Vec<Value> = (0..3).map(|_| grammar.policy()).collect();
    let mut request = grammar.request();
    request["policies"] = json!(all);
    if grammar.maybe() {
        request["boundary"] = grammar.policy();
    }
    if grammar.maybe() {
        request["serviceControlPolicies"] = json!([[grammar.policy()], [grammar.policy()]]);
    }
    if grammar.maybe() {
        request["resourcePolicy"] = grammar.policy();
    }
    let line = request.to_string();
    let (first, _) = Decider::new(None).lines(&line);
    let (again, _) = Decider::new(None).lines(&line);
    assert_eq!(first, again, "the same question has one answer");
    assert!(serde_json::from_str::<Value>(&first).is_ok(), "{first}");
    let definition = json!({"StartAt": "Run", "States": {"Run": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl.$": "$.queue", "MessageBody": "x"}}}});
    judged(&definition.to_string(), &all);
}

/// The bytes as an event, and fields of an event that they choose.
pub fn event(data: &[u8]) {
    if let Ok(value) = serde_json::from_slice::<Value>(data) {
        told(&value);
    }
    told(&Grammar::new(data).event());
}

fn told(event: &Value) {
    if let Ok(change) = trigger::read(event) {
        let plain = trigger::plain(&change.event.name);
        assert!(!plain.chars().any(char::is_control), "{plain:?}");
    }
}

/// The bytes as the files of an account directory, cut at every byte that stands in no text.
pub fn account(data: &[u8]) {
    let mut parts = data.split(|b| *b == 0xff);
    let mut next = || {
        parts
            .next()
            .map(|part| String::from_utf8_lossy(part).into_owned())
    };
    let mut texts = Texts {
        state_machines: next()
            .map(|t| ("a.json".to_owned(), t))
            .into_iter()
            .collect(),
        iam: next(),
        functions: next(),
        log_groups: next(),
        tags: next(),
        ..Texts::default()
    };
    const FILES: [&str; 9] = [
        "organization.json",
        "event-rules.json",
        "rest-apis.json",
        "http-apis.json",
        "schedules/a.json",
        "pipes/a.json",
        "function-policies/f.json",
        "key-policies/k.json",
        "bucket-policies/b.json",
    ];
    for name in FILES {
        if let Some(text) = next() {
            texts.entries.insert(name.to_owned(), text);
        }
    }
    every_form(&texts);
}

/// The bytes as a file that somebody names on the command line: a definition, a template, a plan, or none of them.
pub fn file(data: &[u8]) {
    let (format, rest) = data.split_first().map_or((0, data), |(b, rest)| (*b, rest));
    const FORMATS: [&str; 5] = ["human", "json", "sarif", "html", "markdown"];
    let format = FORMATS[usize::from(format) % FORMATS.len()];
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut input = rest;
    let mut host = Host {
        colour: false,
        width: Some(80),
        progress: false,
        now: Moment::from_seconds(1_795_000_000),
        input: &mut input,
        variable: &|_| None,
        out: &mut out,
        err: &mut err,
    };
    let arguments = ["stepwarden", "check", "-", "--format", format];
    let status = cli::run(arguments.map(std::ffi::OsString::from), &mut host);
    let said = String::from_utf8_lossy(&err);
    assert!(status <= 2, "{status}");
    assert!(
        status != 2 || !said.trim().is_empty(),
        "status 2 without a word"
    );
    assert!(
        !out.contains(&0x1b) && !err.contains(&0x1b),
        "an escape sequence"
    );
    if status != 2 && matches!(format, "json" | "sarif") {
        assert!(serde_json::from_slice::<Value>(&out).is_ok());
    }
}

/// A definition with the policies of its role, in an account of its own.
fn judged(definition: &str, policies: &[Value]) {
    let arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:w";
    let role = "arn:aws:iam::123456789012:role/w";
    let machine = json!({"stateMachineArn": arn, "name": "w", "status": "ACTIVE", "definition": definition,
        "roleArn": role, "type": "STANDARD", "creationDate": "2026-01-01T00:00:00Z",
        "loggingConfiguration": {"level": "OFF"}, "tracingConfiguration": {"enabled": false}});
    let inline = policies.iter().enumerate();
    let inline: Vec<Value> = inline
        .map(|(n, p)| json!({"PolicyName": format!("p{n}"), "PolicyDocument": p}))
        .collect();
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Service": "states.amazonaws.com"}}]});
    let iam = json!({"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [{
        "Path": "/", "RoleName": "w", "RoleId": "AROA", "Arn": role, "AssumeRolePolicyDocument": trust,
        "RolePolicyList": inline, "AttachedManagedPolicies": [], "Tags": []}]});
    every_form(&Texts {
        state_machines: vec![("w.json".to_owned(), machine.to_string())],
        iam: Some(iam.to_string()),
        entries: BTreeMap::new(),
        ..Texts::default()
    });
}

/// Judges an account twice and writes what is found in the forms that leave the product by itself.
fn every_form(texts: &Texts) {
    let account = local::from_texts(texts);
    let config = Config::default();
    let judge = || assess::account(&account, &config, "2026-11-28");
    let (first, again) = (judge(), judge());
    for (one, other) in first.iter().zip(&again) {
        let fingerprints = |a: &assess::Assessment| {
            a.findings
                .iter()
                .map(|f| f.fingerprint())
                .collect::<Vec<_>>()
        };
        assert_eq!(fingerprints(one), fingerprints(other), "one verdict");
        if let Some(told) = Alert::in_full(one, None) {
            let subject = alert::subject(&told);
            assert!(
                subject.len() <= MAX_SUBJECT && subject.is_ascii(),
                "{subject}"
            );
            assert!(!subject.chars().any(char::is_control), "{subject:?}");
            let (text, json) = (alert::text(&told), alert::json(&told));
            assert!(text.len() <= MAX_MESSAGE && json.len() <= MAX_MESSAGE);
            assert!(!text.contains('\u{1b}'));
            assert!(serde_json::from_str::<Value>(&json).is_ok());
        }
    }
}
