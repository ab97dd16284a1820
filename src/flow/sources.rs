//! Which results come from outside the account's control plane.

use crate::asl::{ItemReader, Task, Text};
use crate::sinks;

/// What a task's result is to whoever may be attacked through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultKind {
    /// Chosen by somebody outside: an HTTP response, a callback's output, a message body.
    External,
    /// Another service's answer: it ends taint.
    Ordinary,
}

/// Services and operation of a `Resource` such as `arn:aws:states:::aws-sdk:sqs:receiveMessage.waitForTaskToken`.
fn integration(resource: &Text) -> Option<(String, String, String)> {
    let text = resource.display();
    let tail = text.split_once(":states:::")?.1.to_ascii_lowercase();
    let tail = tail.strip_prefix("aws-sdk:").unwrap_or(&tail).to_owned();
    let (service, rest) = tail.split_once(':')?;
    let (operation, pattern) = rest.split_once('.').unwrap_or((rest, ""));
    Some((service.to_owned(), operation.to_owned(), pattern.to_owned()))
}

/// What this task's result is.
pub fn of_task(task: &Task) -> ResultKind {
    let display = task.resource.display();
    if display.contains(":activity:") && display.contains(":states:") {
        return ResultKind::External;
    }
    let Some((service, operation, pattern)) = integration(&task.resource) else {
        return ResultKind::Ordinary;
    };
    if sinks::result_is_written_outside(&service, &operation) || pattern == "waitfortasktoken" {
        ResultKind::External
    } else {
        ResultKind::Ordinary
    }
}

/// What this task's error output is: whoever holds the token of a callback writes it, and so does the endpoint that an
/// HTTP task calls (developer guide, "Handling errors for an HTTP Task").
pub fn error_of_task(task: &Task) -> ResultKind {
    let display = task.resource.display();
    let is_activity = display.contains(":activity:") && display.contains(":states:");
    let is_written = integration(&task.resource)
        .is_some_and(|(service, _, pattern)| service == "http" || pattern == "waitfortasktoken");
    if is_activity || is_written {
        ResultKind::External
    } else {
        ResultKind::Ordinary
    }
}

/// Whether an item reader reads a file's content, rather than a listing of names.
pub fn reads_content(reader: &ItemReader) -> bool {
    let listing = integration(&reader.resource).is_some_and(|(_, op, _)| op == "listobjectsv2");
    !listing || reader.flattens
}
