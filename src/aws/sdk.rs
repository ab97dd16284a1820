//! The SDK's configuration, from the standard variables and files.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};

use super::meter::Meter;

/// What every client is made from.
#[derive(Clone, Debug)]
pub struct Sdk {
    pub(super) config: SdkConfig,
    /// Counts what the clients do.
    pub meter: Meter,
}

impl Sdk {
    /// Of a configuration that was made elsewhere.
    pub fn new(config: SdkConfig) -> Self {
        Self {
            config,
            meter: Meter::default(),
        }
    }

    /// What clients are made from, for those that are made elsewhere.
    pub fn config(&self) -> SdkConfig {
        self.config.clone()
    }

    /// The region, where one is set.
    pub fn region(&self) -> Option<String> {
        Some(self.config.region()?.to_string())
    }

    /// The same in another region.
    pub(super) fn in_region(&self, region: &str) -> Self {
        let region = aws_config::Region::new(region.to_owned());
        self.with(self.config.to_builder().region(region).build())
    }

    /// The same with another configuration: another region, or other credentials.
    pub(super) fn with(&self, config: SdkConfig) -> Self {
        Self {
            config,
            meter: self.meter.clone(),
        }
    }
}

/// Milliseconds for one try of a call, in the place of ten seconds: the tests have no time. Everything else that takes time
/// follows it.
const PATIENCE: &str = "STEPWARDEN_CALL_MILLISECONDS";

/// Reads it. The standard retry mode: the adaptive one slows down a process as a whole after the first throttling answer,
/// down to one call in two seconds, and an invocation ends before it recovers; sweeps are paced by the queue instead.
pub async fn config() -> Sdk {
    config_of(None, None).await
}

/// The same with a profile of the configuration files, or another region than the environment's.
pub async fn config_of(profile: Option<&str>, region: Option<&str>) -> Sdk {
    let set = std::env::var(PATIENCE).ok();
    let milliseconds = set.and_then(|value| value.parse().ok()).unwrap_or(10_000);
    let patience = Duration::from_millis(milliseconds);
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(patience.mul_f64(0.3))
        .operation_attempt_timeout(patience)
        // Of the 120 seconds of an invocation, none is lost to one call.
        .operation_timeout(patience.mul_f64(3.5))
        .build();
    let retries = RetryConfig::standard()
        .with_max_attempts(4)
        .with_initial_backoff(patience.mul_f64(0.1));
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .retry_config(retries)
        .timeout_config(timeouts);
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = region {
        loader = loader.region(Region::new(region.to_owned()));
    }
    Sdk::new(loader.load().await)
}
