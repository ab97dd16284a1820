//! Stands between the function and the account: counts the calls and answers some of them itself.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

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
    /// The answer with the first of something replaced.
    Edited(&'static str, String),
}

#[derive(Default)]
struct State {
    calls: Vec<String>,
    faults: Vec<(String, Fault)>,
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
        let address = http::serve(move |mut request| {
            request
                .headers
                .push((ACCOUNT_HEADER.to_owned(), id.clone()));
            let action = action(&request);
            let fault = {
                let mut state = shared.lock().unwrap();
                state.calls.push(action.clone());
                let fault = state.faults.iter().find(|(of, _)| *of == action);
                fault.map(|(_, fault)| fault.clone())
            };
            match fault {
                None => http::send(account, &request).ok(),
                Some(Fault::Reset) => None,
                Some(Fault::Denied) => Some(error(&request, 403, "AccessDenied")),
                Some(Fault::Throttled) => Some(error(&request, 400, "Throttling")),
                Some(Fault::Broken) => Some(error(&request, 500, "InternalFailure")),
                Some(Fault::Edited(from, to)) => {
                    let mut answer = http::send(account, &request).ok()?;
                    answer.body = answer.text().replacen(from, &to, 1).into_bytes();
                    Some(answer)
                }
            }
        });
        Self { address, state }
    }

    /// From now on, every such call.
    pub fn inject(&self, action: &str, fault: Fault) {
        self.state
            .lock()
            .unwrap()
            .faults
            .push((action.to_owned(), fault));
    }

    /// The calls since the last look.
    pub fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().calls)
    }
}

/// The operation's name: a header of the JSON protocols, a parameter of the query protocol.
fn action(request: &Message) -> String {
    if let Some(target) = request.header("x-amz-target") {
        return target.rsplit('.').next().unwrap_or_default().to_owned();
    }
    let body = request.text();
    let parameters = body
        .split('&')
        .find_map(|pair| pair.strip_prefix("Action="));
    parameters.map_or_else(|| request.first.clone(), str::to_owned)
}

/// An error in the protocol of the request.
fn error(request: &Message, status: u16, code: &str) -> Message {
    if request.header("x-amz-target").is_some() {
        let code = if code == "InternalFailure" {
            code.to_owned()
        } else {
            format!("{code}Exception")
        };
        let body = format!(r#"{{"__type":"{code}","message":"injected"}}"#);
        return reply(
            status,
            &[("content-type", "application/x-amz-json-1.0")],
            &body,
        );
    }
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>injected</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    );
    reply(status, &[("content-type", "text/xml")], &body)
}
