//! What a call changed, in words: which policy of which role, which group somebody joined, which revision. Everything of
//! it that is the caller's is bounded, and escaped where it is shown.

use serde_json::Value;

use super::owned;

/// Grants of a policy document that are told; the rest is counted.
const GRANTS: usize = 3;
/// Members of a request that are told.
const MEMBERS: usize = 6;
/// Characters of one name.
pub(super) const NAME: usize = 160;

/// In words; empty where the record says too little.
pub(super) fn summary(name: &str, detail: &Value) -> String {
    let call = Call { name, detail };
    let iam = call.on_policy().or_else(|| call.on_principal());
    let other = || call.on_workflow().or_else(|| call.on_log_group());
    let words = iam.or_else(other).or_else(|| call.on_function());
    let words = words.or_else(|| call.on_resource_policy());
    let words = words.or_else(|| call.on_entry_point());
    words.unwrap_or_default()
}

pub(super) struct Call<'a> {
    pub(super) name: &'a str,
    pub(super) detail: &'a Value,
}

impl Call<'_> {
    /// A member of the request, quoted.
    pub(super) fn asked(&self, member: &str) -> Option<String> {
        self.at(&format!("/requestParameters/{member}"))
    }

    fn at(&self, pointer: &str) -> Option<String> {
        let text = owned(self.detail, pointer)?;
        let text: String = text.chars().take(NAME).collect();
        Some(format!("`{text}`"))
    }

    /// The role, user or group, with its kind.
    fn principal(&self) -> Option<String> {
        let kinds = [
            ("roleName", "role"),
            ("groupName", "group"),
            ("userName", "user"),
        ];
        let named = |(member, kind): (&str, &str)| Some(format!("{kind} {}", self.asked(member)?));
        kinds.into_iter().find_map(named)
    }

    fn on_policy(&self) -> Option<String> {
        let policy = || self.asked("policyName");
        let managed = || self.asked("policyArn");
        Some(match self.name {
            "PutRolePolicy" | "PutUserPolicy" | "PutGroupPolicy" => format!(
                "inline policy {} of {} was written{}",
                policy()?,
                self.principal()?,
                self.allows("it allows")
            ),
            "DeleteRolePolicy" | "DeleteUserPolicy" | "DeleteGroupPolicy" => format!(
                "inline policy {} of {} was deleted",
                policy()?,
                self.principal()?
            ),
            "AttachRolePolicy" | "AttachUserPolicy" | "AttachGroupPolicy" => format!(
                "managed policy {} was attached to {}",
                managed()?,
                self.principal()?
            ),
            "DetachRolePolicy" | "DetachUserPolicy" | "DetachGroupPolicy" => format!(
                "managed policy {} was detached from {}",
                managed()?,
                self.principal()?
            ),
            "CreatePolicyVersion" => {
                let version = self.at("/responseElements/policyVersion/versionId");
                let version = version.map_or_else(String::new, |v| format!(" ({v})"));
                let used = self.detail.pointer("/requestParameters/setAsDefault");
                let used = match used.and_then(Value::as_bool) {
                    Some(true) => ", which holds from now on",
                    Some(false) | None => "",
                };
                format!(
                    "managed policy {} got a new version{version}{used}{}",
                    managed()?,
                    self.allows("it allows")
                )
            }
            "SetDefaultPolicyVersion" => format!(
                "version {} of managed policy {} holds from now on",
                self.asked("versionId")?,
                managed()?
            ),
            "PutRolePermissionsBoundary" | "PutUserPermissionsBoundary" => format!(
                "the permissions boundary of {} was set to {}",
                self.principal()?,
                self.asked("permissionsBoundary")?
            ),
            "DeleteRolePermissionsBoundary" | "DeleteUserPermissionsBoundary" => {
                format!(
                    "the permissions boundary of {} was taken away",
                    self.principal()?
                )
            }
            _ => return None,
        })
    }

    fn on_principal(&self) -> Option<String> {
        let user = || self.asked("userName");
        let group = || self.asked("groupName");
        let tags = || list(self.detail, "/requestParameters/tags", tag);
        let keys = || list(self.detail, "/requestParameters/tagKeys", text);
        Some(match self.name {
            "AddUserToGroup" => format!("user {} joined group {}", user()?, group()?),
            "RemoveUserFromGroup" => format!("user {} left group {}", user()?, group()?),
            "CreateRole" => format!("{} was created", self.principal()?),
            "DeleteRole" | "DeleteUser" => format!("{} was deleted", self.principal()?),
            "UpdateAssumeRolePolicy" => {
                format!("the trust policy of {} was replaced", self.principal()?)
            }
            "TagRole" => format!("{} was tagged {}", self.principal()?, tags()?),
            "UntagRole" => format!("{} lost the tags {}", self.principal()?, keys()?),
            _ => return None,
        })
    }

    fn on_workflow(&self) -> Option<String> {
        let name = |pointer: &str| {
            let arn = owned(self.detail, pointer)?;
            let name = arn.split_once(":stateMachine:").map(|(_, name)| name)?;
            Some(format!("`{}`", name.chars().take(NAME).collect::<String>()))
        };
        let own = || name("/requestParameters/stateMachineArn");
        let version = || name("/requestParameters/stateMachineVersionArn");
        let alias = || name("/requestParameters/stateMachineAliasArn");
        let tagged = || name("/requestParameters/resourceArn");
        Some(match self.name {
            "CreateStateMachine" => format!(
                "workflow {} was created",
                name("/responseElements/stateMachineArn")?
            ),
            "UpdateStateMachine" => {
                let revision = self.at("/responseElements/revisionId");
                let revision = revision.map_or_else(String::new, |r| format!(", now revision {r}"));
                format!("{} of {} replaced{revision}", self.replaced(), own()?)
            }
            "DeleteStateMachine" => format!("workflow {} was deleted", own()?),
            "PublishStateMachineVersion" => {
                let version = name("/responseElements/stateMachineVersionArn");
                format!("version {} was published", version.or_else(own)?)
            }
            "DeleteStateMachineVersion" => format!("version {} was deleted", version()?),
            "CreateStateMachineAlias" => {
                let alias = name("/responseElements/stateMachineAliasArn")?;
                format!("alias {alias} was created for {}", self.routes()?)
            }
            "UpdateStateMachineAlias" => {
                let routes = self
                    .routes()
                    .map_or_else(String::new, |r| format!(" to {r}"));
                format!("alias {} was pointed{routes}", alias()?)
            }
            "DeleteStateMachineAlias" => format!("alias {} was deleted", alias()?),
            "TagResource" => {
                let tags = list(self.detail, "/requestParameters/tags", tag)?;
                format!("{} was tagged {tags}", tagged()?)
            }
            "UntagResource" => {
                let keys = list(self.detail, "/requestParameters/tagKeys", text)?;
                format!("{} lost the tags {keys}", tagged()?)
            }
            _ => return None,
        })
    }

    /// What an update of a workflow replaced: `definition and role`, as the subject of a sentence.
    fn replaced(&self) -> String {
        let members = [
            ("definition", "definition"),
            ("roleArn", "role"),
            ("loggingConfiguration", "logging"),
            ("tracingConfiguration", "tracing"),
            ("encryptionConfiguration", "encryption"),
        ];
        let has = |member: &str| {
            let pointer = format!("/requestParameters/{member}");
            self.detail.pointer(&pointer).is_some_and(|v| !v.is_null())
        };
        let all = members.into_iter().filter(|(member, _)| has(member));
        let all: Vec<&str> = all.map(|(_, word)| word).collect();
        match all.split_last() {
            None => "settings".to_owned(),
            Some((only, [])) => (*only).to_owned(),
            Some((last, first)) => format!("{} and {last}", first.join(", ")),
        }
    }

    /// Where an alias leads.
    fn routes(&self) -> Option<String> {
        list(
            self.detail,
            "/requestParameters/routingConfiguration",
            |route| {
                let arn = route.get("stateMachineVersionArn")?.as_str()?;
                let version = arn.rsplit(':').next()?;
                let weight = route.get("weight").and_then(Value::as_u64);
                let share = weight.map_or_else(String::new, |w| format!(" ({w} %)"));
                Some(format!("version {version}{share}"))
            },
        )
    }

    fn on_log_group(&self) -> Option<String> {
        let group = || {
            self.asked("logGroupName")
                .or_else(|| self.asked("resourceIdentifier"))
        };
        Some(match self.name {
            "CreateLogGroup" => format!("log group {} was created", group()?),
            "DeleteLogGroup" => format!("log group {} and its log were deleted", group()?),
            "PutRetentionPolicy" => {
                let days = self
                    .detail
                    .pointer("/requestParameters/retentionInDays")?
                    .as_u64()?;
                let plural = if days == 1 { "" } else { "s" };
                format!(
                    "log group {} keeps {days} day{plural} from now on",
                    group()?
                )
            }
            "DeleteRetentionPolicy" => format!("log group {} never expires from now on", group()?),
            "AssociateKmsKey" => format!(
                "log group {} is encrypted with the key {} from now on",
                group()?,
                self.asked("kmsKeyId")?
            ),
            "DisassociateKmsKey" => {
                format!(
                    "log group {} is no longer encrypted with a customer key",
                    group()?
                )
            }
            _ => return None,
        })
    }

    fn on_function(&self) -> Option<String> {
        let function = || self.asked("functionName");
        Some(match self.name {
            "CreateFunction20150331" => format!("function {} was created", function()?),
            "DeleteFunction20150331" => format!("function {} was deleted", function()?),
            "UpdateFunctionConfiguration20150331v2" => {
                let role = self.asked("role");
                let role =
                    role.map_or_else(String::new, |role| format!(": its role is {role} now"));
                format!("function {} was configured anew{role}", function()?)
            }
            _ => return None,
        })
    }

    /// What the policy document of the call allows, the widest of it first.
    fn allows(&self, lead: &str) -> String {
        let document = super::expected::document(self.detail);
        let document = document.and_then(|text| serde_json::from_str::<Value>(&text).ok());
        let statements = document
            .as_ref()
            .map(|d| many(d.get("Statement")))
            .unwrap_or_default();
        let allowed = statements
            .into_iter()
            .filter(|s| s.get("Effect").and_then(Value::as_str) == Some("Allow"));
        let mut grants: Vec<(Width, String)> = allowed.flat_map(grants).collect();
        if grants.is_empty() {
            return String::new();
        }
        // Few are told: a line of log permissions at the beginning of a document hides no administrator.
        grants.sort_by_key(|(width, _)| std::cmp::Reverse(*width));
        let grants: Vec<String> = grants.into_iter().map(|(_, told)| told).collect();
        let told = grants.get(..GRANTS).unwrap_or(&grants).join(", ");
        match grants.len().saturating_sub(GRANTS) {
            0 => format!("; {lead} {told}"),
            more => format!("; {lead} {told} and {more} more"),
        }
    }
}

/// How much a grant lets somebody do at first sight, for which is told first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Width {
    /// It is about more than writing logs, traces and measurements.
    is_at_large: bool,
    /// It is about every action of every service, or all but some.
    every_action: bool,
    /// It is on every resource.
    every_resource: bool,
    /// The action has a wildcard.
    pattern: bool,
    /// It has no condition.
    unconditional: bool,
}

/// Services that everything writes to.
const RECORDS: [&str; 3] = ["logs", "xray", "cloudwatch"];

/// `action on resource` for each action of a statement.
fn grants(statement: &Value) -> Vec<(Width, String)> {
    let short = |value: &&Value| {
        value
            .as_str()
            .map(|t| t.chars().take(NAME).collect::<String>())
    };
    let words = |member: &str, not: &str| {
        let (some, but) = (statement.get(member), statement.get(not));
        match (some, but) {
            (Some(_), _) => many(some).iter().filter_map(short).collect::<Vec<_>>(),
            (None, Some(_)) => vec![format!("all but {}", first(but))],
            (None, None) => Vec::new(),
        }
    };
    let resources = words("Resource", "NotResource");
    let on = match resources.as_slice() {
        [] => String::new(),
        [only] => format!(" on `{only}`"),
        [one, rest @ ..] => format!(" on `{one}` and {} more", rest.len()),
    };
    let condition = match statement.get("Condition") {
        Some(_) => " under a condition",
        None => "",
    };
    let width = |action: &str| Width {
        is_at_large: !action
            .split_once(':')
            .is_some_and(|(service, _)| RECORDS.contains(&service)),
        every_action: !action.contains(':') || action.starts_with("all but "),
        every_resource: resources.is_empty() || resources.iter().any(|r| r == "*"),
        pattern: action.contains(['*', '?']),
        unconditional: condition.is_empty(),
    };
    let actions = words("Action", "NotAction").into_iter();
    actions
        .map(|a| (width(&a), format!("`{a}`{on}{condition}")))
        .collect()
}

fn first(value: Option<&Value>) -> String {
    let all = many(value);
    let text = all.first().and_then(|v| v.as_str()).unwrap_or_default();
    text.chars().take(NAME).collect()
}

/// One value, or those of a list.
fn many(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None => Vec::new(),
        Some(Value::Array(all)) => all.iter().collect(),
        Some(one) => vec![one],
    }
}

/// The first members of a list, in words; `None` where there is none.
fn list(detail: &Value, pointer: &str, word: impl Fn(&Value) -> Option<String>) -> Option<String> {
    let all = detail.pointer(pointer)?.as_array()?;
    let words: Vec<String> = all.iter().take(MEMBERS).filter_map(word).collect();
    let told = words.join(", ");
    match all.len().saturating_sub(MEMBERS) {
        _ if words.is_empty() => None,
        0 => Some(told),
        more => Some(format!("{told} and {more} more")),
    }
}

fn text(value: &Value) -> Option<String> {
    let text: String = value.as_str()?.chars().take(NAME).collect();
    Some(format!("`{text}`"))
}

fn tag(value: &Value) -> Option<String> {
    let (key, value) = (value.get("key")?.as_str()?, value.get("value")?.as_str()?);
    let text: String = format!("{key}={value}").chars().take(NAME).collect();
    Some(format!("`{text}`"))
}

#[cfg(test)]
mod tests;
