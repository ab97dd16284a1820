//! Counting: every try of every call, and every answer that says "slower".

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_sfn::config::interceptors::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_sdk_sfn::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_sfn::error::BoxError;

/// Shared by all clients of a process.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Counted>);

#[derive(Debug, Default)]
struct Counted {
    calls: AtomicU64,
    throttles: AtomicU64,
}

impl Meter {
    /// Calls and throttling answers since the last look.
    pub fn take(&self) -> (u64, u64) {
        let take = |count: &AtomicU64| count.swap(0, Ordering::Relaxed);
        (take(&self.0.calls), take(&self.0.throttles))
    }
}

impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.calls.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let slower = context.response().is_some_and(|response| {
            let status = response.status().as_u16();
            status == 429 || status >= 400 && response.body().bytes().is_some_and(says_slower)
        });
        self.0
            .throttles
            .fetch_add(u64::from(slower), Ordering::Relaxed);
        Ok(())
    }
}

/// Error bodies of every protocol hold the error's code as text, near the beginning.
fn says_slower(body: &[u8]) -> bool {
    const LOOKED_AT: usize = 1024;
    let beginning = String::from_utf8_lossy(body.get(..LOOKED_AT).unwrap_or(body));
    super::error::THROTTLED
        .iter()
        .any(|code| beginning.contains(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttling_is_told_from_other_errors_in_both_protocols() {
        for (body, slower) in [
            (
                r#"{"__type":"com.amazonaws#ThrottlingException","message":"Rate exceeded"}"#,
                true,
            ),
            (
                "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>",
                true,
            ),
            (
                r#"{"__type":"ProvisionedThroughputExceededException"}"#,
                true,
            ),
            (r#"{"__type":"AccessDeniedException"}"#, false),
            ("", false),
        ] {
            assert_eq!(says_slower(body.as_bytes()), slower, "{body}");
        }
    }
}
