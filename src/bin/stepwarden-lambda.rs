//! The function's process: environment and clock, and nothing else.

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use stepwarden::aws;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    aws::log();
    match aws::serve(|name| std::env::var(name).ok(), milliseconds).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("the function cannot begin: {error}");
            ExitCode::FAILURE
        }
    }
}

fn milliseconds() -> u64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}
