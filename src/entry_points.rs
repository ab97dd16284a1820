//! Entry points: the ways by which executions begin, who is let in, and field by field who chooses the input.
//!
//! Every kind comes to the same: an [`EntryPoint`] whose `input` is the execution's input as a [`Value`], in which what
//! the requester chooses is a caller's, and what comes from outside the account is external. What is not understood is
//! chosen whole.

mod api;
mod appsync;
mod doors;
mod events;
mod field;
mod iot;
mod pattern;
mod policy;
mod start;
mod text;
mod urls;
mod velocity;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::arn::Arn;
use crate::glob::Glob;
use crate::snapshot::{Account, Fetched};
use crate::value::Value;

pub use field::{chosen, follow};
pub use start::{Fill, Starts, passed_on};

/// The kinds of entry point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// API Gateway, REST.
    RestApi,
    /// API Gateway, HTTP.
    HttpApi,
    /// API Gateway, WebSocket.
    WebsocketApi,
    /// EventBridge.
    EventRule,
    /// EventBridge Scheduler.
    Schedule,
    /// EventBridge Pipes.
    Pipe,
    /// AppSync.
    Appsync,
    /// AWS IoT.
    IotRule,
    /// A Lambda function behind its own URL.
    FunctionUrl,
    /// A Lambda function.
    Function,
    /// Another workflow.
    Workflow,
    /// A user or role.
    Principal,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::RestApi,
        Self::HttpApi,
        Self::WebsocketApi,
        Self::EventRule,
        Self::Schedule,
        Self::Pipe,
        Self::Appsync,
        Self::IotRule,
        Self::FunctionUrl,
        Self::Function,
        Self::Workflow,
        Self::Principal,
    ];

    /// As reports write it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::RestApi => "rest-api",
            Self::HttpApi => "http-api",
            Self::WebsocketApi => "websocket-api",
            Self::EventRule => "event-rule",
            Self::Schedule => "schedule",
            Self::Pipe => "pipe",
            Self::Appsync => "appsync",
            Self::IotRule => "iot-rule",
            Self::FunctionUrl => "function-url",
            Self::Function => "function",
            Self::Workflow => "workflow",
            Self::Principal => "principal",
        }
    }
}

/// What is asked of whoever begins an execution there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Authorization {
    /// Nothing.
    None,
    /// An API key, which is a plan's and no secret.
    ApiKey,
    /// That he comes from a network, account or endpoint that a resource policy names.
    ResourcePolicy,
    /// Permission in IAM.
    Iam,
    /// What an authorizer checks.
    Authorizer,
}

impl Authorization {
    /// As reports write it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ApiKey => "api-key",
            Self::ResourcePolicy => "resource-policy",
            Self::Iam => "iam",
            Self::Authorizer => "authorizer",
        }
    }
}

/// What brings something about that begins an execution: whoever may do this chooses what it brings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cause {
    /// The IAM action.
    pub action: Cow<'static, str>,
    /// On what, as a pattern.
    pub resource: String,
    /// What the request must say, as context keys with one value that it can have.
    pub context: Vec<(&'static str, String)>,
    /// Whom the resource's own policy lets do it, by ARN.
    pub named: Vec<String>,
    /// Of topics with levels, which of the resource are meant, with colons between the levels.
    pub levels: Option<Glob>,
    /// The role with which a rule hands it on to another bus, and which bus that is.
    pub passed_on: Option<(Arn, String)>,
    /// The event as this can bring it about, where that is less than what the entry point may get.
    pub brings: Option<Arc<Value>>,
}

/// One way by which executions begin.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryPoint {
    /// What it is.
    pub kind: Kind,
    /// Its name, such as `POST /orders of shop`.
    pub name: String,
    /// What it asks for; `None` where nobody asks it for anything, as of a schedule.
    pub authorization: Option<Authorization>,
    /// Whether somebody without AWS credentials can begin an execution there.
    pub public: bool,
    /// Which workflows it begins.
    pub starts: Starts,
    /// What the execution gets.
    pub input: Value,
    /// How much of that is chosen.
    pub fill: Fill,
    /// Whether whoever begins the execution names it.
    pub names: bool,
    /// The role that it starts with.
    pub role: Option<Arn>,
    /// What brings it about, where that is an action of the account.
    pub causes: Vec<Cause>,
    /// What is said of it beside: that what is deployed was not read.
    pub note: &'static str,
}

impl EntryPoint {
    /// Whether whoever is let in, or data from outside, chooses what stands at one of these paths of the input.
    pub fn chooses(&self, paths: &[String]) -> bool {
        paths
            .iter()
            .any(|path| match path.strip_prefix("$$.Execution.") {
                Some(_) if !path.starts_with("$$.Execution.Input") => self.names,
                _ => !chosen(&follow(&self.input, path)).is_empty(),
            })
    }

    /// What brings about that somebody chooses what stands at one of these paths of the input.
    pub fn causes_at(&self, paths: &[String]) -> Vec<&Cause> {
        let inputs: Vec<Value> = paths.iter().map(|p| follow(&self.input, p)).collect();
        let unknowns = inputs.iter().flat_map(chosen);
        let places: BTreeSet<&str> = unknowns
            .flat_map(|u| &u.origins)
            .map(|o| o.path.as_str())
            .collect();
        let fills = |event: &Arc<Value>| {
            let mut places = places.iter();
            places.any(|place| !chosen(&follow(event, place)).is_empty())
        };
        let causes = self.causes.iter();
        causes
            .filter(|c| places.is_empty() || c.brings.as_ref().is_none_or(fills))
            .collect()
    }

    /// For people, as [`in_words`] writes it.
    pub fn in_words(&self) -> String {
        in_words(self.kind, &self.name, self.authorization)
    }
}

/// An entry point for people: `POST /orders of shop (rest-api, no authorizer)`.
pub fn in_words(kind: Kind, name: &str, authorization: Option<Authorization>) -> String {
    let how = match authorization {
        Some(Authorization::None) => ", no authorizer",
        Some(Authorization::ApiKey) => ", an API key alone",
        Some(Authorization::ResourcePolicy) => ", admitted by its resource policy",
        Some(Authorization::Iam) => ", with IAM",
        Some(Authorization::Authorizer) => ", with an authorizer",
        None => "",
    };
    format!("{name} ({}{how})", kind.word())
}

/// A part of what begins executions that was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Of which kind.
    pub kind: Kind,
    /// What.
    pub what: String,
    /// Why, in words.
    pub why: String,
    /// An optional file that is not there.
    pub optional: bool,
}

/// What begins executions in one account.
#[derive(Debug, Default)]
pub struct EntryPoints {
    /// Every one that starts something.
    pub list: Vec<EntryPoint>,
    /// What was not read.
    pub unread: Vec<Unread>,
}

impl EntryPoints {
    /// Reads the account's rules, schedules, pipes and APIs.
    pub fn of(account: &Account) -> Self {
        let entries = &account.entries;
        let mut found = Self::default();
        let home = home(account);
        found.take(Kind::EventRule, "event-rules.json", &entries.event_rules);
        found.take(Kind::Schedule, "schedules", &entries.schedules);
        found.take(Kind::Pipe, "pipes", &entries.pipes);
        found.take(Kind::IotRule, "topic-rules", &entries.topic_rules);
        found.take(Kind::RestApi, "rest-apis.json", &entries.rest_apis);
        found.take(Kind::HttpApi, "http-apis.json", &entries.http_apis);
        found.take(Kind::Appsync, "graphql-apis.json", &entries.graphql_apis);
        found.take(
            Kind::FunctionUrl,
            "function-urls.json",
            &entries.function_urls,
        );
        let doors = doors::Doors::of(account);
        events::rules(list(&entries.event_rules), &doors, &home, &mut found);
        events::schedules(list(&entries.schedules), &mut found);
        events::pipes(list(&entries.pipes), &doors, &mut found);
        iot::rules(list(&entries.topic_rules), &home, &mut found);
        api::rest(list(&entries.rest_apis), &home, &mut found);
        api::http(list(&entries.http_apis), &mut found);
        appsync::apis(list(&entries.graphql_apis), &mut found);
        urls::urls(
            list(&entries.function_urls),
            entries,
            &account.functions,
            &mut found,
        );
        found
    }

    /// The queues and buckets whose own policies say who may begin executions, each with the ARN of a workflow that it begins.
    pub fn doors(account: &Account) -> Vec<(String, Arn)> {
        let entries = &account.entries;
        let (rules, pipes) = (list(&entries.event_rules), list(&entries.pipes));
        events::doors(rules, pipes, &home(account))
    }

    fn take<T>(&mut self, kind: Kind, file: &str, part: &Fetched<T>) {
        self.miss(kind, format!("`{file}`"), part);
    }

    /// Takes down what was not read of a part.
    fn miss<T>(&mut self, kind: Kind, what: String, part: &Fetched<T>) {
        let (why, optional) = match part {
            Fetched::Present(_) | Fetched::Absent => return,
            Fetched::Denied(why) | Fetched::Failed(why) => (why.clone(), false),
            Fetched::NotCollected => ("it was not collected".to_owned(), true),
        };
        self.unread.push(Unread {
            kind,
            what,
            why,
            optional,
        });
    }

    /// Whether every kind was read whole.
    pub fn is_whole(&self) -> bool {
        self.unread.is_empty()
    }
}

fn list<T>(part: &Fetched<Vec<T>>) -> &[T] {
    part.present().map_or(&[], Vec::as_slice)
}

/// Where an account's resources are.
#[derive(Clone, Debug, Default)]
struct Place {
    partition: String,
    region: String,
    account: String,
}

impl Place {
    fn arn(&self, service: &str, resource: &str) -> String {
        format!(
            "arn:{}:{service}:{}:{}:{resource}",
            self.partition, self.region, self.account
        )
    }
}

/// One directory is one account and region.
fn home(account: &Account) -> Place {
    let arn = account.workflows.iter().find_map(|w| Arn::parse(&w.arn));
    arn.map_or_else(Place::default, |arn| Place {
        partition: arn.partition().to_owned(),
        region: arn.region().to_owned(),
        account: arn.account().to_owned(),
    })
}

#[cfg(test)]
mod tests;
