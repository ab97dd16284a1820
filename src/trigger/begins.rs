//! Calls that change what begins executions: which of them concern workflows, and what they changed, in words.

use serde_json::Value;

use super::{Watched, owned};

/// What is started by whatever starts a workflow: it, or an API action of Step Functions.
const STARTS: [&str; 2] = [":states:", ":aws-sdk:sfn:"];

/// Whether the request names what is started, and none of that is a workflow: programs make schedules and targets of other
/// things by the thousand.
pub(super) fn starts_something_else(row: &Watched, detail: &Value) -> bool {
    let named = row.at.iter().find_map(|at| detail.pointer(at));
    let is_else = |arn: &str| !STARTS.iter().any(|part| arn.contains(part));
    match named {
        Some(Value::String(arn)) => is_else(arn),
        Some(Value::Array(targets)) => targets.iter().all(|target| {
            // What is not said may be a workflow.
            let arn = target.get("arn").and_then(Value::as_str);
            arn.is_some_and(is_else)
        }),
        _ => false,
    }
}

/// In words; `None` for other calls, and where the record names nothing.
pub(super) fn summary(name: &str, detail: &Value) -> Option<String> {
    let asked = |member: &str| owned(detail, &format!("/requestParameters/{member}"));
    let quoted = |member: &str| {
        Some(format!(
            "`{}`",
            asked(member)?.chars().take(160).collect::<String>()
        ))
    };
    let id = || quoted("restApiId").or_else(|| quoted("apiId"));
    let function = || quoted("functionName");
    let verb = match name {
        n if n.starts_with("Delete") || n.starts_with("Remove") => "was deleted",
        n if n.starts_with("Create") || n.starts_with("Import") => "was made",
        _ => "was changed",
    };
    Some(match name {
        "CreateFunctionUrlConfig" | "UpdateFunctionUrlConfig" | "DeleteFunctionUrlConfig" => {
            let how = asked("authType").filter(|how| how == "NONE");
            let how = how.map_or("", |_| ": it asks nobody who he is");
            format!("the URL of function {} {verb}{how}", function()?)
        }
        "AddPermission20150331v2" | "RemovePermission20150331v2" => {
            format!(
                "the resource policy of function {} was changed",
                function()?
            )
        }
        "CreateDeployment" | "UpdateDeployment" => format!("API {} was deployed", id()?),
        "CreateStage" | "UpdateStage" | "DeleteStage" => {
            format!("stage {} of API {} {verb}", quoted("stageName")?, id()?)
        }
        "PutMethod" | "UpdateMethod" | "DeleteMethod" => {
            let how = asked("authorizationType").filter(|how| how == "NONE");
            let how = how.map_or("", |_| ": it asks for no authorization");
            format!(
                "method {} of API {} {verb}{how}",
                quoted("httpMethod")?,
                id()?
            )
        }
        "CreateRoute" | "UpdateRoute" | "DeleteRoute" => {
            let route = quoted("routeKey").or_else(|| quoted("routeId"));
            let how = asked("authorizationType").filter(|how| how == "NONE");
            let how = how.map_or("", |_| ": it asks for no authorization");
            format!("route {} of API {} {verb}{how}", route?, id()?)
        }
        "PutIntegration" | "CreateIntegration" | "UpdateIntegration" | "DeleteIntegration" => {
            format!("an integration of API {} {verb}", id()?)
        }
        "PutRule" | "EnableRule" | "DisableRule" | "DeleteRule" => {
            let verb = match name {
                "EnableRule" => "was enabled",
                "DisableRule" => "was disabled",
                _ => verb,
            };
            format!("rule {} {verb}", quoted("name")?)
        }
        "PutTargets" | "RemoveTargets" => {
            format!("the targets of rule {} were changed", quoted("rule")?)
        }
        "CreateSchedule" | "UpdateSchedule" => format!("schedule {} {verb}", quoted("name")?),
        "CreatePipe" | "UpdatePipe" | "DeletePipe" => format!("pipe {} {verb}", quoted("name")?),
        "StartPipe" => format!("pipe {} was started", quoted("name")?),
        "StopPipe" => format!("pipe {} was stopped", quoted("name")?),
        "CreateResolver" | "UpdateResolver" | "DeleteResolver" => format!(
            "resolver {} of {} of API {} {verb}",
            quoted("fieldName")?,
            quoted("typeName")?,
            id()?
        ),
        _ => format!("API {} {verb}", id()?),
    })
}
