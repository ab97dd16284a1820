//! The ports on the SDK, by themselves.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider};
use stepwarden::aws::Sdk;
use tokio::runtime::{Builder, Runtime};

/// A configuration that reads no environment, and has little patience.
pub fn sdk(address: SocketAddr, region: &'static str) -> Sdk {
    let credentials = Credentials::new("test", "test", None, None, "test");
    let retries = RetryConfig::standard()
        .with_max_attempts(4)
        .with_initial_backoff(Duration::from_millis(10));
    let config = aws_config::SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .endpoint_url(format!("http://{address}"))
        .region(Region::new(region))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(retries);
    Sdk::new(block(async {
        let defaults = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .load()
            .await;
        config
            .sleep_impl(defaults.sleep_impl().unwrap())
            .identity_cache(defaults.identity_cache().unwrap())
            .build()
    }))
}

thread_local! {
    /// Clients keep their connections: they live as long as the runtime that drives them.
    static RUNTIME: Runtime = Builder::new_current_thread().enable_all().build().unwrap();
}

/// Waits for the end of it.
pub fn block<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.with(|runtime| runtime.block_on(future))
}
