//! A deployment that remembers: topics, a table and a queue, in an account of its own.

use serde_json::{Value, json};

use super::account::{Account, ID};
use super::function::Function;
use super::proxy::Proxy;
use super::scenario;

pub struct Stage {
    pub account: Account,
    pub proxy: Proxy,
    pub function: Function,
    pub queue: String,
    binary: String,
    environment: Vec<(String, String)>,
}

/// The table's name.
pub const TABLE: &str = "state";

impl Stage {
    pub fn new(id: &'static str, binary: &str, more: &[(&str, &str)]) -> Self {
        Self::of(Account::of(id, "eu-west-1"), binary, more)
    }

    pub fn of(account: Account, binary: &str, more: &[(&str, &str)]) -> Self {
        account.table(TABLE);
        let queue = account.queue("work");
        let proxy = Proxy::before(&account);
        let mut environment = vec![
            ("STEPWARDEN_ALERT_TOPIC", account.people.as_str()),
            ("STEPWARDEN_FINDINGS_TOPIC", account.machines.as_str()),
            ("STEPWARDEN_TABLE", TABLE),
            ("STEPWARDEN_QUEUE_URL", queue.as_str()),
        ];
        environment.extend(more);
        let (id, region) = (account.id, account.region);
        let function = Function::start_in(id, binary, proxy.address, region, &environment);
        let environment = environment.into_iter();
        Self {
            environment: environment
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
            binary: binary.to_owned(),
            account,
            proxy,
            function,
            queue,
        }
    }

    /// A process that has read nothing yet in the place of the one that runs.
    pub fn restart(&mut self) {
        let environment = self.environment.iter();
        let environment: Vec<(&str, &str)> = environment
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        let (id, region) = (self.account.id, self.account.region);
        let at = self.proxy.address;
        self.function = Function::start_in(id, &self.binary, at, region, &environment);
    }

    /// The event as it happens in this account, with an id of its own.
    pub fn event(&self, id: &str, event: &str) -> String {
        scenario::with_id(&event.replace(ID, self.account.id), id)
    }

    /// Gives the function what is in the queue, until nothing is: the messages that it gave back.
    pub fn work_off(&self) -> Vec<Value> {
        let mut failures = Vec::new();
        while let Some(batch) = self.account.batch(&self.queue) {
            let answer = self.function.invoke(&batch.to_string()).unwrap();
            let answer: Value = serde_json::from_str(&answer).unwrap();
            failures.extend(answer["batchItemFailures"].as_array().unwrap().clone());
        }
        failures
    }

    /// The alerts on the findings topic since the last look.
    pub fn alerts(&self) -> Vec<Value> {
        let envelopes = self.account.alerts();
        let message =
            |envelope: &Value| serde_json::from_str(envelope["Message"].as_str().unwrap()).unwrap();
        envelopes.iter().map(message).collect()
    }

    /// Everything in the table.
    pub fn items(&self) -> Vec<Value> {
        let scanned = self.account.dynamo("Scan", json!({ "TableName": TABLE }));
        scanned["Items"].as_array().unwrap().clone()
    }

    /// How many items have a partition key that begins so.
    pub fn count(&self, kind: &str) -> usize {
        let items = self.items();
        let of = |item: &&Value| item["pk"]["S"].as_str().unwrap().starts_with(kind);
        items.iter().filter(of).count()
    }

    /// The last metrics of the log.
    pub fn metrics(&self) -> Value {
        let logs = self.function.logs();
        let line = logs
            .lines()
            .rev()
            .find(|line| line.starts_with(r#"{"_aws""#));
        serde_json::from_str(line.unwrap()).unwrap()
    }
}

/// The rules of the findings that an alert opened.
pub fn opened(alert: &Value) -> Vec<String> {
    rules(&alert["opened"])
}

/// The rules of the findings that an alert resolved.
pub fn resolved(alert: &Value) -> Vec<String> {
    rules(&alert["resolved"])
}

fn rules(findings: &Value) -> Vec<String> {
    let findings = findings.as_array().into_iter().flatten();
    findings
        .map(|finding| finding["rule"].as_str().unwrap().to_owned())
        .collect()
}
