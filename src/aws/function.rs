//! The Lambda function: its ports put together, and its invocations taken from the Runtime API.

use std::io::Write as _;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use tracing::{Instrument as _, Level};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use super::{Members, Outlets, Sdk, Settings, Sns, Sqs, Table};
use crate::arn::Arn;
use crate::collect::AccountCache;
use crate::moment::Moment;
use crate::pipeline::{self, Invocation, Ports, Published, Services};
use crate::trigger::plain;

/// The ports on the SDK.
#[derive(Debug)]
pub(super) struct Aws;

impl Ports for Aws {
    type Accounts = Members;
    type Notifier = Outlets;
    type Baselines = Table;
    type Queue = Sqs;
}

/// Logs as JSON lines on standard output.
pub fn log() {
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_target(false)
        .with_span_list(false);
    // The clients' own lines name what they read.
    let own = Targets::new().with_target("stepwarden", Level::INFO);
    tracing_subscriber::registry()
        .with(lines.with_filter(own))
        .init();
}

/// Handles invocations for as long as the process lives. `variable` gives the environment, `clock` milliseconds since 1970.
///
/// # Errors
/// When it cannot begin: why.
pub async fn serve(
    variable: impl Fn(&str) -> Option<String>,
    clock: fn() -> u64,
) -> Result<(), Error> {
    let settings = Settings::read(&variable)?;
    let sdk = &super::config().await;
    let function = &variable("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
    let watch = &watch(sdk, settings).await?;
    // What was counted so far belongs to no invocation.
    sdk.meter.take();
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        let id = event.payload.pointer("/detail/eventID");
        let span = tracing::info_span!(
            "invocation",
            request = event.context.request_id,
            event = id.and_then(|id| id.as_str()).map(plain),
        );
        let function = Function {
            watch,
            sdk,
            name: function,
            clock,
        };
        function.invoked(event).instrument(span).await
    }))
    .await
}

async fn watch(sdk: &Sdk, settings: Settings) -> Result<Services<Aws>, Error> {
    let config = settings.config(sdk).await?;
    Ok(Services {
        accounts: Members::new(sdk, config.accounts.clone()),
        notifier: Outlets::new(
            Sns::new(sdk, settings.people, settings.machines).with_chat(settings.chat),
        )
        .with_bus(sdk, settings.bus)
        .with_hub(sdk, &config.accounts, settings.security_hub),
        baselines: settings.table.map(|name| Table::new(sdk, name)),
        queue: settings.queue.map(|url| Sqs::new(sdk, url)),
        config,
        lately: AccountCache::default(),
        published: Published::default(),
    })
}

/// One process, between two invocations.
struct Function<'a> {
    watch: &'a Services<Aws>,
    sdk: &'a Sdk,
    name: &'a str,
    clock: fn() -> u64,
}

impl Function<'_> {
    async fn invoked(&self, event: LambdaEvent<Value>) -> Result<Value, Error> {
        let (clock, context) = (self.clock, event.context);
        if let Some(arn) = Arn::parse(&context.invoked_function_arn) {
            self.watch.accounts.runs_at(&arn);
            self.watch.notifier.runs_at(&arn);
        }
        let began = clock();
        let now = || Moment::from_seconds(clock() / 1000);
        let invocation = Invocation {
            request: &context.request_id,
            clock: &now,
            deadline: Moment::from_seconds(context.deadline / 1000),
        };
        let (answer, mut metrics) = pipeline::handle(self.watch, &event.payload, &invocation).await;
        (metrics.calls, metrics.throttles) = self.sdk.meter.take();
        metrics.milliseconds = clock().saturating_sub(began);
        // A line that cannot be written has nowhere to be complained of.
        let _ = writeln!(std::io::stdout(), "{}", metrics.line(self.name, now()));
        for line in metrics.open_lines(self.name, now()) {
            let _ = writeln!(std::io::stdout(), "{line}");
        }
        answer.map_err(|error| {
            tracing::error!("the event must be delivered again: {error}");
            Error::from(error)
        })
    }
}
