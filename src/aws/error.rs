//! What a failed call means: not there, not allowed, or no answer.

use aws_sdk_sfn::config::http::HttpResponse;
use aws_sdk_sfn::error::{ProvideErrorMetadata, SdkError};

use crate::snapshot::Fetched;
use crate::trigger::plain;

const ABSENT: &[&str] = &[
    "AWS.SimpleQueueService.NonExistentQueue",
    "NoSuchBucket",
    "NoSuchBucketPolicy",
    "NoSuchEntity",
    "NoSuchEntityException",
    "NotFound",
    "NotFoundException",
    "QueueDoesNotExist",
    "ResourceNotFound",
    "ResourceNotFoundException",
    "StateMachineDoesNotExist",
];

const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "KmsAccessDeniedException",
    // S3, of a bucket of another account.
    "MethodNotAllowed",
    "NotAuthorized",
    "UnauthorizedOperation",
];

pub(super) const THROTTLED: &[&str] = &[
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "RequestThrottled",
    "SlowDown",
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// Whether a service's error code says that the call is not allowed.
pub(super) fn is_denied(code: &str) -> bool {
    DENIED.contains(&code)
}

/// What is known where a call did not answer. The service's own message stays out: it quotes names of the account.
pub(super) fn unread<T, E: ProvideErrorMetadata>(
    action: &str,
    error: &SdkError<E, HttpResponse>,
) -> Fetched<T> {
    match error.code() {
        Some(code) if ABSENT.contains(&code) => Fetched::Absent,
        Some(code) if is_denied(code) => {
            Fetched::Denied(format!("`{action}` is denied (`{code}`): allow it"))
        }
        _ => Fetched::Failed(why(action, error)),
    }
}

/// One line on a failed call.
pub(super) fn why<E: ProvideErrorMetadata>(
    action: &str,
    error: &SdkError<E, HttpResponse>,
) -> String {
    match error {
        SdkError::TimeoutError(_) => format!("`{action}` did not answer in time"),
        SdkError::DispatchFailure(_) => {
            format!("`{action}` could not be reached, or not be signed")
        }
        _ => match error.code() {
            Some(code) if THROTTLED.contains(&code) => {
                format!("`{action}` was throttled past the retry budget")
            }
            Some(code) => format!("`{action}` failed with `{}`", plain(code)),
            None => format!("`{action}` gave no answer that can be read"),
        },
    }
}
