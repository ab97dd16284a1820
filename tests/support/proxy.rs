//! Stands between the function and the account: counts the calls and answers some of them itself.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::account::{ACCOUNT_HEADER, Account};
use super::http::{self, Message, reply};

/// What becomes of a call instead of its answer.
#[derive(Clone, Debug)]
pub enum Fault {
    /// As IAM says no.
    Denied,
    /// As a service says slower.
    Throttled,
    /// The service fails.
    Broken,
    /// The connection is closed without an answer.
    Reset,
    /// The call is made, and the connection closed without its answer.
    LostAnswer,
    /// There is no answer for longer than anybody waits.
    Silent,
    /// This is the answer, in JSON: of a call that the emulator does not know.
    Instead(String),
    /// The answer with the first of something replaced.
    Edited(&'static str, String),
}

/// Longer than any test's patience.
const SILENCE: Duration = Duration::from_secs(20);

struct Rule {
    action: String,
    fault: Fault,
    /// Such calls that pass before.
    passes: usize,
    /// Calls that it falls on then.
    falls: usize,
}

#[derive(Default)]
struct State {
    calls: Vec<String>,
    rules: Vec<Rule>,
    /// Answers to calls that the emulator does not know, as long as no rule says otherwise.
    answers: Vec<(String, String)>,
}

impl State {
    fn fault(&mut self, action: &str) -> Option<Fault> {
        self.rule(action).or_else(|| {
            let known = self.answers.iter().find(|(of, _)| of == action);
            known.map(|(_, answer)| Fault::Instead(answer.clone()))
        })
    }

    fn rule(&mut self, action: &str) -> Option<Fault> {
        let rule = self
            .rules
            .iter_mut()
            .find(|rule| rule.action == action && rule.falls > 0)?;
        if rule.passes > 0 {
            rule.passes -= 1;
            return None;
        }
        rule.falls -= 1;
        Some(rule.fault.clone())
    }
}

pub struct Proxy {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Proxy {
    pub fn before(account: &Account) -> Self {
        let (account, id) = (account.address, account.id.to_owned());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let turn = Mutex::new(());
        let address = http::serve(move |mut request| {
            // Whoever assumed a role is in the role's account.
            if !request.text().contains("Action=AssumeRole") && assumed(&request).is_none() {
                request
                    .headers
                    .push((ACCOUNT_HEADER.to_owned(), id.clone()));
            }
            let action = action(&request);
            let fault = {
                let mut state = shared.lock().unwrap();
                state.calls.push(action.clone());
                state.fault(&action)
            };
            match fault {
                None => {
                    // A table does one thing after the other with an item; the emulator's threads do not.
                    let table = request
                        .header("x-amz-target")
                        .is_some_and(|t| t.contains("Dynamo"));
                    let _turn = table.then(|| turn.lock().unwrap());
                    http::send(account, &request).ok()
                }
                Some(Fault::Reset) => None,
                Some(Fault::LostAnswer) => {
                    http::send(account, &request).ok()?;
                    None
                }
                Some(Fault::Silent) => {
                    thread::sleep(SILENCE);
                    None
                }
                Some(Fault::Denied) => Some(error(&request, 403, "AccessDenied")),
                Some(Fault::Throttled) => Some(error(&request, 400, "Throttling")),
                Some(Fault::Broken) => Some(error(&request, 500, "InternalFailure")),
                Some(Fault::Instead(body)) => {
                    let json = [("content-type", "application/x-amz-json-1.1")];
                    Some(reply(200, &json, &body))
                }
                Some(Fault::Edited(from, to)) => {
                    let mut answer = http::send(account, &request).ok()?;
                    answer.body = answer.text().replacen(from, &to, 1).into_bytes();
                    Some(answer)
                }
            }
        });
        Self { address, state }
    }

    /// What such calls are answered, also when nothing is wrong.
    pub fn answer(&self, action: &str, answer: String) {
        let mut state = self.state.lock().unwrap();
        state.answers.push((action.to_owned(), answer));
    }

    /// From now on, every such call.
    pub fn inject(&self, action: &str, fault: Fault) {
        self.rule(action, fault, 0, usize::MAX);
    }

    /// Only the call of this number, from 1 on.
    pub fn inject_nth(&self, action: &str, number: usize, fault: Fault) {
        self.rule(action, fault, number - 1, 1);
    }

    fn rule(&self, action: &str, fault: Fault, passes: usize, falls: usize) {
        let action = action.to_owned();
        let rule = Rule {
            action,
            fault,
            passes,
            falls,
        };
        self.state.lock().unwrap().rules.push(rule);
    }

    /// Nothing is wrong any more.
    pub fn heal(&self) {
        self.state.lock().unwrap().rules.clear();
    }

    /// The calls since the last look.
    pub fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().calls)
    }
}

/// The access key of a session, which the emulator knows the account of.
fn assumed(request: &Message) -> Option<&str> {
    let credential = request
        .header("authorization")?
        .split_once("Credential=")?
        .1;
    credential
        .split('/')
        .next()
        .filter(|key| key.starts_with("ASIA"))
}

/// The operation's name: a header of the JSON protocols, a parameter of the query protocol, the path of the REST protocol.
fn action(request: &Message) -> String {
    if let Some(target) = request.header("x-amz-target") {
        return target.rsplit('.').next().unwrap_or_default().to_owned();
    }
    let body = request.text();
    let parameters = body
        .split('&')
        .find_map(|pair| pair.strip_prefix("Action="));
    if let Some(action) = parameters {
        return action.to_owned();
    }
    let (path, query) = request
        .target()
        .1
        .split_once('?')
        .unwrap_or((request.target().1, ""));
    if query.starts_with("policy") {
        return "GetBucketPolicy".to_owned();
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let name = match parts.as_slice() {
        [_, "functions"] => "ListFunctions",
        [.., "configuration"] => "GetFunctionConfiguration",
        [.., "urls"] => "ListFunctionUrlConfigs",
        [.., "policy"] => "GetPolicy",
        ["restapis"] => "GetRestApis",
        ["restapis", _, "resources"] => "GetRestResources",
        ["restapis", _, "stages"] => "GetRestStages",
        ["restapis", _, "deployments", _] => "GetDeployment",
        ["v2", "apis"] => "GetApis",
        ["v2", "apis", _, "routes"] => "GetRoutes",
        ["v2", "apis", _, "integrations"] => "GetIntegrations",
        ["v2", "apis", _, "stages"] => "GetStages",
        ["v1", "pipes"] => "ListPipes",
        ["v1", "pipes", _] => "DescribePipe",
        ["schedules"] => "ListSchedules",
        ["schedules", _] => "GetSchedule",
        ["v1", "apis"] => "ListGraphqlApis",
        ["v1", "apis", _, "datasources"] => "ListDataSources",
        ["v1", "apis", _, "types"] => "ListTypes",
        ["v1", "apis", _, "types", _, "resolvers"] => "ListResolvers",
        _ => return request.first.clone(),
    };
    name.to_owned()
}

/// An error in the protocol of the request.
fn error(request: &Message, status: u16, code: &str) -> Message {
    if action(request) == "GetBucketPolicy" {
        let body = format!("<Error><Code>{code}</Code><Message>injected</Message></Error>");
        return reply(status, &[("content-type", "application/xml")], &body);
    }
    let query = request.text().contains("Action=") && request.header("x-amz-target").is_none();
    if !query {
        let code = if code == "InternalFailure" {
            code.to_owned()
        } else {
            format!("{code}Exception")
        };
        let body = format!(r#"{{"__type":"{code}","message":"injected"}}"#);
        return reply(
            status,
            &[
                ("content-type", "application/x-amz-json-1.0"),
                ("x-amzn-errortype", &code),
            ],
            &body,
        );
    }
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>injected</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    );
    reply(status, &[("content-type", "text/xml")], &body)
}
