//! The Lambda service as a function sees it (AWS Lambda Developer Guide, "Using the Lambda runtime API").

use std::net::SocketAddr;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::http::{self, Message, reply};

/// What the function posts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    /// It asked for the next event: it is ready.
    Next,
    Response(String),
    Error(String),
    InitError(String),
}

pub struct RuntimeApi {
    pub address: SocketAddr,
    events: Sender<(Option<String>, String)>,
    posted: Receiver<Posted>,
}

impl RuntimeApi {
    /// For the function of this ARN.
    pub fn start(function: &str) -> Self {
        let function = function.to_owned();
        let (events, queue) = mpsc::channel::<(Option<String>, String)>();
        let (post, posted) = mpsc::channel();
        let (queue, post) = (Arc::new(Mutex::new(queue)), Mutex::new(post));
        let post = move |what| drop(post.lock().unwrap().send(what));
        let number = Mutex::new(0_u32);
        let address = http::serve(move |request: Message| {
            let (_, path) = request.target();
            let path = path.trim_start_matches("/2018-06-01/runtime/");
            match path.rsplit('/').next().unwrap_or_default() {
                "next" => {
                    post(Posted::Next);
                    let (id, event) = queue.lock().unwrap().recv().ok()?;
                    let id = id.unwrap_or_else(|| {
                        let mut number = number.lock().unwrap();
                        *number += 1;
                        format!("00000000-0000-0000-0000-{:012}", *number)
                    });
                    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
                    let deadline = (now + Duration::from_secs(60)).as_millis().to_string();
                    let headers = [
                        ("Lambda-Runtime-Aws-Request-Id", id.as_str()),
                        ("Lambda-Runtime-Deadline-Ms", deadline.as_str()),
                        ("Lambda-Runtime-Invoked-Function-Arn", function.as_str()),
                        (
                            "Lambda-Runtime-Trace-Id",
                            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0",
                        ),
                        ("content-type", "application/json"),
                    ];
                    return Some(reply(200, &headers, &event));
                }
                "response" => post(Posted::Response(request.text())),
                "error" if path == "init/error" => post(Posted::InitError(request.text())),
                "error" => post(Posted::Error(request.text())),
                other => panic!("the runtime API has no {other}"),
            }
            Some(reply(202, &[], r#"{"status":"OK"}"#))
        });
        Self {
            address,
            events,
            posted,
        }
    }

    /// An event in an invocation of this id, or of a new one.
    pub fn event(&self, id: Option<&str>, event: &str) {
        let id = id.map(str::to_owned);
        self.events.send((id, event.to_owned())).unwrap();
    }

    /// The next thing that the function posts, `None` where it stays silent for too long.
    pub fn posted(&self) -> Option<Posted> {
        self.posted.recv_timeout(Duration::from_secs(60)).ok()
    }
}
