//! The function's process: environment, clients and clock, and nothing else.

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use stepwarden::aws::{self, Live, Settings, Sns};
use stepwarden::moment::Moment;
use stepwarden::pipeline::{self, Watch};
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_target(false);
    // The clients' own lines name what they read.
    let own = Targets::new().with_target("stepwarden", Level::INFO);
    tracing_subscriber::registry()
        .with(lines.with_filter(own))
        .init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("the function cannot begin: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Error> {
    let settings = Settings::read(|name| std::env::var(name).ok())?;
    let sdk = aws::config().await;
    let watch = &Watch {
        account: Live::new(&sdk),
        notifier: Sns::new(&sdk, settings.people, settings.machines),
        config: settings.config,
    };
    let handler = service_fn(move |event: LambdaEvent<Value>| async move {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let handled = pipeline::handle(
            watch,
            &event.payload,
            &Moment::from_seconds(now.as_secs()).day(),
        )
        .await;
        handled.map(drop).map_err(|error| {
            tracing::error!(
                request = event.context.request_id,
                "the event must be delivered again: {error}"
            );
            Error::from(error)
        })
    });
    lambda_runtime::run(handler).await
}
