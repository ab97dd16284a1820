//! API Gateway: REST, HTTP and WebSocket APIs whose integrations start workflows.

mod http;
mod rest;

use super::start::StartRequest;
use super::text;
use super::velocity;

pub use http::http;
pub use rest::rest;

/// The action of an integration with Step Functions: `arn:PARTITION:apigateway:REGION:states:action/NAME`, or `…:path/…`,
/// where a header names it.
fn starts(uri: Option<&str>, target_header: Option<&str>) -> bool {
    // A subdomain may stand before the service, and a region that only a deployment knows may hold colons itself.
    let call = uri.and_then(|uri| {
        let (before, call) = uri.rsplit_once(':')?;
        let states = before.ends_with(":states")
            || before.ends_with(".states")
            || before.ends_with(":sync-states");
        states.then_some(call)
    });
    let named = match call.and_then(|call| call.split_once('/')) {
        Some(("action", name)) => Some(name),
        Some(("path", _)) => target_header
            .map(|h| h.trim_matches('\''))
            .and_then(|h| h.rsplit('.').next()),
        _ => return false,
    };
    // What is called by a path, without a header that says what, may be a start.
    named.is_none_or(|name| matches!(name, "StartExecution" | "StartSyncExecution"))
}

/// What a mapping template makes of a request.
fn request_of(template: &str) -> StartRequest {
    let rendered = velocity::render(template);
    match rendered.as_deref().and_then(text::document) {
        Some(request) => StartRequest::of(&request),
        None => StartRequest::not_understood(template),
    }
}
