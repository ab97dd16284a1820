//! A built function under the Runtime API.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use super::account::ID;
use super::runtime_api::{Posted, RuntimeApi};

pub struct Function {
    api: RuntimeApi,
    child: Child,
    logs: Arc<Mutex<String>>,
    /// From the start of the process to its first question for an event.
    pub cold_start: Duration,
}

impl Function {
    /// Starts it and waits until it is ready.
    pub fn start(
        binary: &str,
        account: SocketAddr,
        region: &str,
        environment: &[(&str, &str)],
    ) -> Self {
        Self::start_in(ID, binary, account, region, environment)
    }

    /// The same in another account than the one that all tests share.
    pub fn start_in(
        id: &str,
        binary: &str,
        account: SocketAddr,
        region: &str,
        environment: &[(&str, &str)],
    ) -> Self {
        let arn = format!("arn:aws:lambda:{region}:{id}:function:stepwarden");
        let api = RuntimeApi::start(&arn);
        let began = Instant::now();
        let mut child = Command::new(binary)
            .env_clear()
            .envs([
                ("AWS_LAMBDA_RUNTIME_API", api.address.to_string().as_str()),
                ("AWS_LAMBDA_FUNCTION_NAME", "stepwarden"),
                ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
                ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/stepwarden"),
                ("AWS_LAMBDA_LOG_STREAM_NAME", "stream"),
                ("AWS_ENDPOINT_URL", format!("http://{account}").as_str()),
                ("AWS_REGION", region),
                ("AWS_ACCESS_KEY_ID", "test"),
                ("AWS_SECRET_ACCESS_KEY", "test"),
            ])
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let logs = Arc::new(Mutex::new(String::new()));
        let (lines, sink) = (
            BufReader::new(child.stdout.take().unwrap()),
            Arc::clone(&logs),
        );
        thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                *sink.lock().unwrap() += &format!("{line}\n");
            }
        });
        let ready = api.posted();
        let cold_start = began.elapsed();
        assert_eq!(
            ready,
            Some(Posted::Next),
            "the function is not ready: {}",
            logs.lock().unwrap()
        );
        Self {
            api,
            child,
            logs,
            cold_start,
        }
    }

    /// Sends an event and waits until the function is ready for the next one.
    pub fn invoke(&self, event: &str) -> Result<String, String> {
        self.invoke_as(None, event)
    }

    /// The same in the invocation of this id: the service keeps it when it tries again.
    pub fn invoke_as(&self, id: Option<&str>, event: &str) -> Result<String, String> {
        self.api.event(id, event);
        let answer = match self.api.posted() {
            Some(Posted::Response(text)) => Ok(text),
            Some(Posted::Error(text)) => Err(text),
            other => panic!("the function posted {other:?}; its log: {}", self.logs()),
        };
        assert_eq!(self.api.posted(), Some(Posted::Next), "{}", self.logs());
        answer
    }

    /// The most that its process ever held, in KiB, where the system tells (proc(5), `VmHWM`).
    pub fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches(" kB").parse().ok()
    }

    /// Everything logged so far.
    pub fn logs(&self) -> String {
        // The line was written before the answer was posted, but may still be in the pipe.
        thread::sleep(Duration::from_millis(50));
        self.logs.lock().unwrap().clone()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a function that cannot begin: its log and exit status.
pub fn fails_to_start(binary: &str, environment: &[(&str, &str)]) -> (String, Option<i32>) {
    let output = Command::new(binary)
        .env_clear()
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        output.status.code(),
    )
}
