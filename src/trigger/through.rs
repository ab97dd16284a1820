//! Through what a call was made: a guess from the record, for people to read. A caller chooses its own user agent.

use serde_json::Value;

use super::optional;

/// Words of user agents, most telling first: Terraform and the CDK use an SDK, the command line is built on one.
const AGENTS: &[(&str, &str)] = &[
    ("cloudformation.amazonaws.com", "cloudformation"),
    ("terraform", "terraform"),
    ("opentofu", "terraform"),
    ("pulumi", "pulumi"),
    ("cdk", "cdk"),
    ("serverless", "serverless"),
    ("console.amazonaws.com", "console"),
    ("console.aws.amazon.com", "console"),
    ("aws-internal", "console"),
    ("aws internal", "console"),
    ("aws-cli", "cli"),
    ("boto", "sdk"),
    ("aws-sdk", "sdk"),
    ("exec-env/cloudshell", "cli"),
    ("mozilla/", "console"),
];

/// The word for it; `unknown` where nothing tells, a service's own name where one called on somebody's behalf.
pub(super) fn through(detail: &Value) -> String {
    let agent = optional(detail, "/userAgent").to_ascii_lowercase();
    let invoked_by = optional(detail, "/userIdentity/invokedBy");
    let service = [invoked_by, optional(detail, "/sourceIPAddress"), &agent]
        .into_iter()
        .find_map(service);
    if let Some(service) = service {
        return service;
    }
    let from_console = match detail.get("sessionCredentialFromConsole") {
        Some(Value::Bool(yes)) => *yes,
        Some(Value::String(yes)) => yes == "true",
        _ => false,
    };
    if from_console {
        return "console".to_owned();
    }
    let known = AGENTS.iter().find(|(word, _)| agent.contains(word));
    known.map_or("unknown", |(_, through)| through).to_owned()
}

/// `cloudformation` of `cloudformation.amazonaws.com`; the console's own hosts are no service.
fn service(host: &str) -> Option<String> {
    let name = host.strip_suffix(".amazonaws.com")?;
    let word = name.len() <= 63 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    (word && name != "console" && name != "signin").then(|| name.to_owned())
}
