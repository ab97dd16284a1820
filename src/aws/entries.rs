//! What begins executions beside principals: rules, schedules, pipes, APIs, function URLs.
//!
//! Only of the kinds that are asked for, and the narrowest calls: no API key, no authorizer's configuration, no event.
//! IoT topic rules are not read: the service's client alone would be a fifth of everything that is built.

mod graphql;
mod http;
mod pipes;
mod rest;
mod rules;
mod schedules;
mod urls;

use std::future::Future;

use aws_sdk_sfn::config::http::HttpResponse;
use aws_sdk_sfn::error::{ProvideErrorMetadata, SdkError};
use futures_util::future;
use futures_util::stream::{self, StreamExt as _};

use super::Sdk;
use super::error::unread;
use super::functions::Functions;
use crate::collect::{EntryAsk, ReadEntries};
use crate::entry_points::Kind;
use crate::snapshot::Fetched;

/// The IAM actions that these calls need, without those of the functions' list.
pub(super) const ACTIONS: &[&str] = &[
    "apigateway:GET",
    "appsync:ListDataSources",
    "appsync:ListGraphqlApis",
    "appsync:ListResolvers",
    "appsync:ListTypes",
    "events:DescribeRule",
    "events:ListEventBuses",
    "events:ListRuleNamesByTarget",
    "events:ListRules",
    "events:ListTargetsByRule",
    "lambda:GetPolicy",
    "lambda:ListFunctionUrlConfigs",
    "pipes:DescribePipe",
    "pipes:ListPipes",
    "scheduler:GetSchedule",
    "scheduler:ListSchedules",
];

/// Calls in flight at once for one list.
const AT_ONCE: usize = 8;

/// APIs of one kind, and pages of a list, beyond which an account is not read: at the pace that API Gateway takes (GetResources:
/// five in two seconds; Amazon API Gateway Developer Guide, "Quotas for creating, deploying and managing") an event would wait
/// for minutes.
const MOST: usize = 300;

#[derive(Clone, Debug)]
pub(super) struct EntryClients {
    rules: rules::Rules,
    schedules: schedules::Schedules,
    pipes: pipes::Pipes,
    rest: rest::RestApis,
    http: http::HttpApis,
    graphql: graphql::GraphqlApis,
    urls: urls::Urls,
}

impl EntryClients {
    pub(super) fn new(sdk: &Sdk) -> Self {
        Self {
            rules: rules::Rules::new(sdk),
            schedules: schedules::Schedules::new(sdk),
            pipes: pipes::Pipes::new(sdk),
            rest: rest::RestApis::new(sdk),
            http: http::HttpApis::new(sdk),
            graphql: graphql::GraphqlApis::new(sdk),
            urls: urls::Urls::new(sdk),
        }
    }

    pub(super) async fn read(&self, functions: &Functions, ask: &EntryAsk) -> ReadEntries {
        let targets = ask.targets.as_deref();
        let (rules, schedules, pipes, (rest, http, graphql), own) = future::join5(
            asked(ask, Kind::EventRule, self.rules.all(targets)),
            asked(ask, Kind::Schedule, self.schedules.all()),
            asked(ask, Kind::Pipe, self.pipes.all(targets)),
            future::join3(
                asked(ask, Kind::RestApi, self.rest.all()),
                asked(ask, Kind::HttpApi, self.http.all()),
                asked(ask, Kind::Appsync, self.graphql.all()),
            ),
            asked(
                ask,
                Kind::FunctionUrl,
                self.urls.all(functions, &ask.function_roles),
            ),
        )
        .await;
        let mut read = ReadEntries::absent();
        let entries = &mut read.entries;
        entries.event_rules = rules;
        entries.schedules = schedules;
        entries.pipes = pipes;
        entries.rest_apis = rest;
        entries.http_apis = http;
        entries.graphql_apis = graphql;
        if ask.kinds.contains(&Kind::IotRule) {
            entries.topic_rules = Fetched::NotCollected;
        }
        match own {
            Fetched::Present(own) => {
                entries.function_urls = own.urls;
                entries.function_policies = own.policies;
                read.functions = own.functions;
            }
            Fetched::Absent | Fetched::NotCollected => {}
            Fetched::Denied(why) => entries.function_urls = Fetched::Denied(why),
            Fetched::Failed(why) => entries.function_urls = Fetched::Failed(why),
        }
        read
    }
}

/// What is read of a kind that is asked for.
async fn asked<T>(ask: &EntryAsk, kind: Kind, read: impl Future<Output = Answer<T>>) -> Fetched<T> {
    match ask.kinds.contains(&kind) {
        true => read.await.into(),
        false => Fetched::Absent,
    }
}

/// Why a call gave nothing.
enum Lack {
    /// It was deleted meanwhile.
    Absent,
    /// It is not allowed.
    Denied(String),
    /// No answer.
    Failed(String),
}

type Answer<T> = Result<T, Lack>;

impl<T> From<Answer<T>> for Fetched<T> {
    fn from(answer: Answer<T>) -> Self {
        match answer {
            Ok(read) => Self::Present(read),
            Err(Lack::Absent) => Self::Absent,
            Err(Lack::Denied(why)) => Self::Denied(why),
            Err(Lack::Failed(why)) => Self::Failed(why),
        }
    }
}

/// Takes a failed call down, for `map_err`.
fn lack<E: ProvideErrorMetadata>(action: &str) -> impl Fn(SdkError<E, HttpResponse>) -> Lack {
    move |error| match unread::<(), E>(action, &error) {
        Fetched::Denied(why) => Lack::Denied(why),
        Fetched::Failed(why) => Lack::Failed(why),
        Fetched::Present(()) | Fetched::Absent | Fetched::NotCollected => Lack::Absent,
    }
}

/// Reads something of each, a few at a time. What was deleted meanwhile is left out; one that could not be read stands for all.
async fn each<S, T, F>(of: Vec<S>, read: impl Fn(S) -> F) -> Answer<Vec<T>>
where
    F: Future<Output = Answer<T>>,
{
    let mut answers = stream::iter(of).map(read).buffered(AT_ONCE);
    let mut all = Vec::new();
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(one) => all.push(one),
            Err(Lack::Absent) => {}
            Err(lack) => return Err(lack),
        }
    }
    Ok(all)
}

/// Every page of a list that gives a token for the next one, where the client does not follow it by itself.
async fn pages<T, F>(page: impl Fn(Option<String>) -> F) -> Answer<Vec<T>>
where
    F: Future<Output = Answer<(Vec<T>, Option<String>)>>,
{
    let (mut all, mut next) = (Vec::new(), None);
    for _ in 0..MOST {
        let (more, token) = page(next.take()).await?;
        all.extend(more);
        next = token.filter(|token| !token.is_empty());
        if next.is_none() {
            return Ok(all);
        }
    }
    Err(too_many("pages"))
}

/// No more of them than are read.
fn bounded<T>(all: Vec<T>, what: &str) -> Answer<Vec<T>> {
    match all.len() > MOST {
        true => Err(too_many(what)),
        false => Ok(all),
    }
}

fn too_many(what: &str) -> Lack {
    Lack::Failed(format!(
        "there are more than {MOST} {what}: they are not read"
    ))
}

/// The text of an optional member.
fn text(member: Option<impl AsRef<str>>) -> String {
    member.map_or_else(String::new, |m| m.as_ref().to_owned())
}

/// A map without an order, in one.
fn sorted<K: Ord, V, W>(
    map: Option<std::collections::HashMap<K, V>>,
    value: impl Fn(V) -> W,
) -> std::collections::BTreeMap<K, W> {
    let each = map.into_iter().flatten();
    each.map(|(key, member)| (key, value(member))).collect()
}
