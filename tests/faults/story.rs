//! What happens in an account, and what must have been told of it in the end.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use stepwarden::trigger::work::Work;

use crate::BINARY;
use crate::support::account::{Account, ID};
use crate::support::proxy::Fault;
use crate::support::scenario::{admin, created, delivery, policy_version, updated};
use crate::support::stage::{Stage, opened, resolved};

/// A change that opens one finding, `admin-role`, of one workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Story {
    /// A workflow is made that has such a role.
    Created,
    /// A policy of a role becomes one, of a workflow that is known.
    Policy,
    /// The same without an event, found by the sweep.
    Sweep,
    /// A workflow is made in a member account.
    Member,
}

/// How a run ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// ReportedFinding and kept in the first invocation.
    AtOnce,
    /// An invocation or a message failed; one that the service tried again told it.
    Retried,
    /// What could not be read was told as such; when it could be, the rest was.
    Incomplete,
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::AtOnce => "told and kept at once",
            Self::Retried => "tried again by the service, then told once",
            Self::Incomplete => "told as incomplete, the rest once it can be read",
        })
    }
}

/// What the service does with one event, or with one message of the queue.
struct Try {
    request: String,
    event: String,
}

/// What became of one invocation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ReportedFinding {
    AtOnce,
    /// A message of it had to be delivered again.
    Again,
    Not,
}

/// Tries of an event before it is put away (AWS Lambda Developer Guide, "Error handling for asynchronous invocation").
const TRIES: usize = 3;
/// Milliseconds for one try of a call.
const PATIENCE: &str = "3000";

impl Story {
    pub const ALL: [Self; 4] = [Self::Created, Self::Policy, Self::Sweep, Self::Member];

    /// The calls that it takes, found by letting it happen; of a story that is much like another, what that one has not.
    pub fn calls(self) -> Vec<String> {
        let (stage, tries) = self.prepared();
        stage.proxy.calls();
        let done = tries
            .iter()
            .all(|one| self.tell(&stage, one) == ReportedFinding::AtOnce);
        assert!(
            done,
            "{self:?} fails without a fault: {}",
            stage.function.logs()
        );
        let mut calls = stage.proxy.calls();
        calls.sort();
        calls.dedup();
        let alerts = stage.alerts();
        self.told_once(&alerts).unwrap();
        match self {
            Self::Created | Self::Sweep => calls,
            Self::Policy => only(
                calls,
                &[
                    "ListEntitiesForPolicy",
                    "Query",
                    "PutItem",
                    "TransactWriteItems",
                    "UpdateItem",
                ],
            ),
            Self::Member => only(calls, &["AssumeRole"]),
        }
    }

    /// Lets it happen while one call fails: what came of it, or what is wrong.
    pub fn run(self, call: &str, fault: &Fault, for_ever: bool) -> Result<Outcome, String> {
        let (stage, tries) = self.prepared();
        if for_ever {
            stage.proxy.inject(call, fault.clone());
        } else {
            stage.proxy.inject_nth(call, 1, fault.clone());
        }
        let mut all = Vec::new();
        let mut outcome = Outcome::AtOnce;
        for one in &tries {
            let mut done = self.tell(&stage, one);
            for _ in 1..TRIES {
                if done != ReportedFinding::Not {
                    break;
                }
                outcome = Outcome::Retried;
                done = self.tell(&stage, one);
            }
            all.extend(stage.alerts());
            if done == ReportedFinding::Again {
                outcome = Outcome::Retried;
            }
            if done != ReportedFinding::Not && !told(&all) {
                if !all.iter().any(is_incomplete) {
                    return Err(format!("a clean verdict on missing data: {all:#?}"));
                }
                outcome = Outcome::Incomplete;
            }
            stage.proxy.heal();
            if done == ReportedFinding::Not {
                outcome = Outcome::Retried;
                // Put away, and sent once more when the fault is over.
                if self.tell(&stage, one) == ReportedFinding::Not {
                    return Err(format!("it still fails: {}", last(&stage.function.logs())));
                }
                all.extend(stage.alerts());
            }
        }
        // The next occasion: the same event again, another one of the workflow, another sweep.
        for one in &self.occasions(&stage) {
            if self.tell(&stage, one) == ReportedFinding::Not {
                return Err(format!(
                    "the next one fails: {}",
                    last(&stage.function.logs())
                ));
            }
        }
        all.extend(stage.alerts());
        self.told_once(&all)?;
        let mails = stage.account.mails();
        let people = mails.iter().filter(|mail| {
            mail["Subject"]
                .as_str()
                .is_some_and(|s| !s.contains("sweep"))
        });
        let (people, machines) = (people.count(), all.len());
        if people != machines {
            return Err(format!(
                "{people} messages for people, {machines} for machines"
            ));
        }
        Ok(outcome)
    }

    /// One invocation, and the messages that it hands on: whether all of it was dealt with, and at the first try.
    fn tell(self, stage: &Stage, one: &Try) -> ReportedFinding {
        if stage
            .function
            .invoke_as(Some(&one.request), &one.event)
            .is_err()
        {
            return ReportedFinding::Not;
        }
        let mut open: VecDeque<(Value, usize)> = VecDeque::new();
        let mut again = false;
        loop {
            if let Some(batch) = stage.account.batch(&stage.queue) {
                let records = batch["Records"].as_array().unwrap().clone();
                open.extend(records.into_iter().map(|record| (record, 0)));
            }
            let Some((record, tries)) = open.pop_front() else {
                return if again {
                    ReportedFinding::Again
                } else {
                    ReportedFinding::AtOnce
                };
            };
            let batch = json!({ "Records": [record] }).to_string();
            let failed = match stage.function.invoke(&batch) {
                Err(_) => true,
                Ok(answer) => answer.contains("itemIdentifier"),
            };
            if failed && tries + 1 == TRIES {
                // It is in the dead-letter queue; what follows is as after a redrive.
                stage.proxy.heal();
            }
            if failed {
                again = true;
                open.push_back((record, tries + 1));
            }
        }
    }

    fn prepared(self) -> (Stage, Vec<Try>) {
        // Two for each: the member account is the next one.
        static NUMBER: AtomicU64 = AtomicU64::new(300_000_000_000);
        let number = NUMBER.fetch_add(2, Ordering::Relaxed);
        let id = |number: u64| -> &'static str { Box::leak(number.to_string().into_boxed_str()) };
        let own = Account::of(id(number), "eu-west-1");
        let member = (self == Self::Member).then(|| Account::of(id(number + 1), "eu-west-1"));
        let config = member.as_ref().map_or_else(String::new, |m| {
            format!("[accounts]\nids = [\"{}\"]\n", m.id)
        });
        let more = [
            ("STEPWARDEN_CALL_MILLISECONDS", PATIENCE),
            ("STEPWARDEN_CONFIG", config.as_str()),
        ];
        let stage = Stage::of(own, BINARY, &more);
        let account = member.as_ref().unwrap_or(&stage.account);
        let (arn, role, policy) = world(account, self);
        let one = |request: &str, event: &str| Try {
            request: request.to_owned(),
            event: event.replace(ID, account.id),
        };
        let made = one("made", &created(&arn, &role));
        let tries = match self {
            Self::Created | Self::Member => vec![made],
            Self::Policy => {
                assert!(
                    self.tell(&stage, &made) == ReportedFinding::AtOnce,
                    "{}",
                    stage.function.logs()
                );
                account.policy_version(&policy, &admin());
                vec![one("policy", &policy_version(&policy))]
            }
            Self::Sweep => {
                let first = one("first", &Work::Sweep.body());
                assert!(
                    self.tell(&stage, &first) == ReportedFinding::AtOnce,
                    "{}",
                    stage.function.logs()
                );
                account.policy_version(&policy, &admin());
                vec![one("sweep", &Work::Sweep.body())]
            }
        };
        stage.alerts();
        stage.account.mails();
        (stage, tries)
    }

    /// What comes after it.
    fn occasions(self, stage: &Stage) -> Vec<Try> {
        let id = match self {
            Self::Member => (stage.account.id.parse::<u64>().unwrap() + 1).to_string(),
            _ => stage.account.id.to_owned(),
        };
        let arn = format!("arn:aws:states:eu-west-1:{ID}:stateMachine:one");
        let again = updated(&arn, None).replace(ID, &id);
        let one = |request: &str, event: String| Try {
            request: request.to_owned(),
            event,
        };
        match self {
            Self::Sweep => vec![one("next-sweep", Work::Sweep.body())],
            _ => vec![one("next", again.clone()), one("the-same", again)],
        }
    }

    /// Every finding is told when it opens, and not again while it is open.
    fn told_once(self, alerts: &[Value]) -> Result<(), String> {
        let mut open: BTreeMap<String, i32> = BTreeMap::new();
        for alert in alerts {
            for (of, step) in [("resolved", -1), ("opened", 1)] {
                // The summary of a first sweep opens nothing.
                for finding in alert[of].as_array().into_iter().flatten() {
                    let key = finding["fingerprint"].as_str().unwrap().to_owned();
                    let count = open.entry(key).or_default();
                    *count += step;
                    if *count > 1 {
                        return Err(format!("`{}` is told twice", finding["rule"]));
                    }
                }
            }
        }
        let told = alerts
            .iter()
            .flat_map(opened)
            .filter(|rule| rule == "admin-role")
            .count();
        let ended = alerts
            .iter()
            .flat_map(resolved)
            .filter(|rule| rule == "admin-role")
            .count();
        if (told, ended) != (1, 0) {
            return Err(format!(
                "`admin-role` is told {told} times, and its end {ended} times: {alerts:#?}"
            ));
        }
        Ok(())
    }
}

/// A workflow `one` with a log group, a function and a stack, whose role is an administrator where the story says so at once.
fn world(account: &Account, story: Story) -> (String, String, String) {
    account.role("stepwarden-reader");
    let role = account.role("one");
    account.role_policy("one", "logs", delivery());
    let at_once = matches!(story, Story::Created | Story::Member);
    let statements = if at_once {
        admin()
    } else {
        json!([{ "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*" }])
    };
    let policy = account.policy("policy", &statements);
    account.attach("one", &policy);
    let group = account.log_group("/aws/vendedlogs/states/one");
    let function = account.function("callee", &role);
    let definition = json!({ "StartAt": "Run", "States": { "Run": { "Type": "Task", "End": true,
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": { "FunctionName": function, "Payload": {} } } } });
    let arn = account.workflow("one", &role, definition, Some(&group));
    let stack = format!(
        "arn:aws:cloudformation:eu-west-1:{}:stack/one/1",
        account.id
    );
    account.tag(&arn, "aws:cloudformation:stack-id", &stack);
    (arn, role, policy)
}

fn only(calls: Vec<String>, wanted: &[&str]) -> Vec<String> {
    calls
        .into_iter()
        .filter(|call| wanted.contains(&call.as_str()))
        .collect()
}

fn told(alerts: &[Value]) -> bool {
    alerts
        .iter()
        .flat_map(opened)
        .any(|rule| rule == "admin-role")
}

fn is_incomplete(alert: &Value) -> bool {
    alert["incomplete"]
        .as_array()
        .is_some_and(|gaps| !gaps.is_empty())
}

/// The end of a log.
fn last(log: &str) -> String {
    let lines: Vec<&str> = log
        .lines()
        .filter(|line| !line.starts_with(r#"{"_aws""#))
        .collect();
    lines[lines.len().saturating_sub(3)..].join("\n")
}
