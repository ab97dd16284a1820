//! Calls that change what begins executions: which of them concern workflows, and what they changed, in words.

use serde_json::Value;

use super::Watched;
use super::words::Call;

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

impl Call<'_> {
    /// What became of something that begins executions.
    pub(super) fn on_entry_point(&self) -> Option<String> {
        let name = self.name;
        let id = || self.asked("restApiId").or_else(|| self.asked("apiId"));
        let function = || self.asked("functionName");
        // Said only where the call takes the last question away.
        let open = |member: &str, words: &'static str| match self.asked(member).as_deref() {
            Some("`NONE`") => words,
            _ => "",
        };
        let unauthorized = || open("authorizationType", ": it asks for no authorization");
        let verb = match name {
            n if n.starts_with("Delete") || n.starts_with("Remove") => "was deleted",
            n if n.starts_with("Create") || n.starts_with("Import") => "was made",
            _ => "was changed",
        };
        Some(match name {
            "CreateFunctionUrlConfig" | "UpdateFunctionUrlConfig" | "DeleteFunctionUrlConfig" => {
                let how = open("authType", ": it asks nobody who he is");
                format!("the URL of function {} {verb}{how}", function()?)
            }
            "CreateDeployment" | "UpdateDeployment" => format!("API {} was deployed", id()?),
            "CreateStage" | "UpdateStage" | "DeleteStage" => {
                format!("stage {} of API {} {verb}", self.asked("stageName")?, id()?)
            }
            "PutMethod" | "UpdateMethod" | "DeleteMethod" => {
                let how = unauthorized();
                format!(
                    "method {} of API {} {verb}{how}",
                    self.asked("httpMethod")?,
                    id()?
                )
            }
            "CreateRoute" | "UpdateRoute" | "DeleteRoute" => {
                let route = self.asked("routeKey").or_else(|| self.asked("routeId"));
                let how = unauthorized();
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
                format!("rule {} {verb}", self.asked("name")?)
            }
            "PutTargets" | "RemoveTargets" => {
                format!("the targets of rule {} were changed", self.asked("rule")?)
            }
            "CreateSchedule" | "UpdateSchedule" => {
                format!("schedule {} {verb}", self.asked("name")?)
            }
            "CreatePipe" | "UpdatePipe" | "DeletePipe" => {
                format!("pipe {} {verb}", self.asked("name")?)
            }
            "StartPipe" => format!("pipe {} was started", self.asked("name")?),
            "StopPipe" => format!("pipe {} was stopped", self.asked("name")?),
            "CreateResolver" | "UpdateResolver" | "DeleteResolver" => format!(
                "resolver {} of {} of API {} {verb}",
                self.asked("fieldName")?,
                self.asked("typeName")?,
                id()?
            ),
            _ => format!("API {} {verb}", id()?),
        })
    }
}
