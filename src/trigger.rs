//! Triggers: what an event says has changed, and what that can affect. Pure; an event is hostile text.
//!
//! The shape is that of CloudTrail management events as EventBridge delivers them (Amazon EventBridge User Guide,
//! "AWS service events delivered via AWS CloudTrail"; AWS CloudTrail User Guide, "CloudTrail record contents").

mod begins;
mod expected;
mod holders;
mod info;
mod skip;
mod through;
mod vouched;
mod watched;
mod words;
pub mod work;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::arn::Arn;
use crate::entry_points::Kind;
use crate::moment::Moment;
use crate::snapshot::ResourceKind;
pub use expected::{Expected, same};
use info::info;
pub use info::recorded;
pub use skip::Skip;
use vouched::vouched;
pub use watched::{DETAIL_TYPE, GrantsStart, Subject, WATCHED, Watched};

/// A change of something that verdicts rest on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The call that made it.
    pub event: EventInfo,
    /// What to read again.
    pub affects: Affects,
    /// Whether it can change who may start workflows.
    pub opens: GrantsStart,
    /// What reading IAM again must show; reads can lag behind (IAM User Guide, "Changes that I make are not always
    /// immediately visible").
    pub expects: Option<Expected>,
    /// The policy document that the call wrote, where it wrote one.
    pub document: Option<String>,
}

impl Change {
    /// The principal that the call named: `role/NAME`, `user/NAME` or `group/NAME`.
    pub fn principal(&self) -> Option<String> {
        match &self.affects {
            Affects::Role { name } => Some(format!("role/{name}")),
            Affects::Starters { principal } => Some(principal.clone()),
            _ => None,
        }
    }

    /// When the call was made.
    pub fn time(&self) -> Option<Moment> {
        Moment::parse(&self.event.time)
    }

    /// Whether reads may still lag behind the call. After that, what is read instead is newer than the call.
    pub fn is_recent(&self, now: Moment) -> bool {
        self.time().is_some_and(|time| now.since(time) < SETTLES)
    }
}

/// Seconds after which a change is visible everywhere. AWS gives no number; lags of IAM are told in seconds to a minute.
pub const SETTLES: i64 = 120;

/// Who called what, when and how. Every text is bounded, and is still the caller's: escape it before it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventInfo {
    /// CloudTrail's `eventID`, the same on every delivery of the event.
    pub id: String,
    /// `eventName`
    pub name: String,
    /// `eventTime`, ISO 8601 in UTC.
    pub time: String,
    /// The principal's ARN, or the nearest thing that the record holds.
    pub actor: String,
    /// `userIdentity.sessionContext.sessionIssuer.arn`: the role whose session the principal is.
    pub issuer: Option<Arn>,
    /// The service that made the call on the principal's behalf, such as `cloudformation.amazonaws.com`
    /// (`userIdentity.invokedBy`, which AWS sets and the caller does not).
    pub invoked_by: Option<String>,
    /// `cloudformation`, `console`, `cli`, `sdk`, `terraform`, …
    pub through: String,
    /// `sourceIPAddress`: an address, or a service's name.
    pub source_ip: String,
    /// `awsRegion`
    pub region: String,
    /// The account that received the event.
    pub account: String,
    /// What the call changed, in words; empty where the record says too little, and in what earlier versions kept.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
}

/// What a change can affect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Affects {
    /// One workflow.
    Workflow(WorkflowChange),
    /// Every workflow that runs with the role of this name.
    Role {
        /// Its name; IAM events carry neither path nor ARN.
        name: String,
    },
    /// Every workflow whose role has this managed policy attached, or as its boundary.
    ManagedPolicy {
        /// The policy.
        arn: Arn,
    },
    /// Every workflow that logs to this group.
    LogGroup {
        /// Its name.
        name: String,
    },
    /// Every workflow that invokes this function.
    Function {
        /// Its name.
        name: String,
    },
    /// Every workflow that something of this kind begins, or may begin.
    EntryPoints {
        /// The kind; APIs of every kind of API Gateway are one.
        kind: Kind,
    },
    /// Every workflow that acts on this resource, or that something behind it begins: its policy decides there.
    Policy {
        /// The kind of resource.
        kind: ResourceKind,
        /// Its name.
        name: String,
        /// The policy that the call wrote, where it says it: older ones that are read are stale.
        document: Option<String>,
    },
    /// Every workflow that logs: the resource policies of CloudWatch Logs decide on its delivery.
    LogPolicies,
    /// No workflow by itself, only who may start some.
    Starters {
        /// `user/NAME` or `group/NAME`.
        principal: String,
    },
}

/// What an event says of the one workflow it names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkflowChange {
    /// The workflow, without version or alias.
    pub arn: Arn,
    /// The revision that the update made: an older one that is read is stale.
    pub revision: Option<String>,
    /// The execution role that the call named.
    pub role: Option<Arn>,
    /// The workflow was made by this call, and may not be readable yet.
    pub created: bool,
}

/// Reads an event.
///
/// # Errors
/// When there is nothing to evaluate: why.
pub fn read(event: &Value) -> Result<Change, Skip> {
    let detail_type = text(event, "/detail-type")?;
    if detail_type != DETAIL_TYPE {
        return Err(Skip::NotWatched {
            name: plain(detail_type),
            source_name: plain(optional(event, "/source")),
        });
    }
    let detail = event
        .get("detail")
        .filter(|detail| detail.is_object())
        .ok_or_else(|| malformed("`detail` is missing or no object"))?;
    let source = text(detail, "/eventSource")?;
    let name = text(detail, "/eventName")?;
    let row = WATCHED
        .iter()
        .find(|row| row.name == name && row.source == source)
        .ok_or_else(|| Skip::NotWatched {
            name: plain(name),
            source_name: plain(source),
        })?;
    vouched(event, detail, row)?;
    match detail.get("errorCode") {
        None | Some(Value::Null) => {}
        Some(code) => {
            return Err(Skip::FailedCall {
                name: row.name,
                code: plain(code.as_str().unwrap_or("an error")),
            });
        }
    }
    Ok(Change {
        event: info(event, detail, row.name),
        affects: affects(row, event, detail)?,
        opens: row.opens,
        expects: expected::expected(row.name, detail),
        document: expected::document(detail),
    })
}

fn affects(row: &'static Watched, event: &Value, detail: &Value) -> Result<Affects, Skip> {
    if let Subject::EntryPoints(kind) = row.subject {
        return match begins::starts_something_else(row, detail) {
            true => Err(Skip::NoWorkflow { name: row.name }),
            false => Ok(Affects::EntryPoints { kind }),
        };
    }
    if row.subject == Subject::LogPolicies {
        return Ok(Affects::LogPolicies);
    }
    if holders::sets_something_else(row.name, detail) {
        return Err(Skip::NoWorkflow { name: row.name });
    }
    let (pointer, named) = row
        .at
        .iter()
        .find_map(|at| Some((at, detail.pointer(at)?)))
        .filter(|(_, named)| !named.is_null())
        .ok_or_else(|| {
            let wanted = row.at.first().copied().unwrap_or_default();
            let wanted = wanted.trim_start_matches('/').replace('/', ".");
            malformed(&format!("`{wanted}` of `{}` is missing", row.name))
        })?;
    let shown = pointer.trim_start_matches('/').replace('/', ".");
    let named = named
        .as_str()
        .filter(|text| !text.is_empty() && text.len() <= MAX_NAME)
        .ok_or_else(|| malformed(&format!("`{shown}` of `{}` is no name", row.name)))?;
    let arn = || Arn::parse(named).ok_or_else(|| malformed(&format!("`{shown}` is no ARN")));
    match row.subject {
        Subject::Workflow => {
            let arn = workflow_arn(&arn()?).ok_or(Skip::NoWorkflow { name: row.name })?;
            let (account, region) = (optional(event, "/account"), optional(event, "/region"));
            if (arn.account(), arn.region()) != (account, region) {
                return Err(Skip::NotVouched {
                    name: row.name,
                    why: format!("`{}` is a workflow of elsewhere", plain(arn.as_str())),
                });
            }
            Ok(Affects::Workflow(WorkflowChange {
                arn,
                revision: owned(detail, "/responseElements/revisionId"),
                role: owned(detail, "/requestParameters/roleArn").and_then(|arn| Arn::parse(&arn)),
                created: row.name == "CreateStateMachine",
            }))
        }
        Subject::Role => Ok(Affects::Role {
            name: role_name(named)
                .ok_or_else(|| malformed(&format!("`{shown}` is no role name")))?
                .to_owned(),
        }),
        Subject::User | Subject::Group => {
            let kind = if row.subject == Subject::User {
                "user"
            } else {
                "group"
            };
            let name = iam_name(named, 128)
                .ok_or_else(|| malformed(&format!("`{shown}` is no name of a {kind}")))?;
            Ok(Affects::Starters {
                principal: format!("{kind}/{name}"),
            })
        }
        Subject::ManagedPolicy => Ok(Affects::ManagedPolicy { arn: arn()? }),
        Subject::LogGroup => Ok(Affects::LogGroup {
            name: named
                .split_once(":log-group:")
                .map_or(named, |(_, name)| name.trim_end_matches(":*"))
                .to_owned(),
        }),
        Subject::Function => Ok(Affects::Function {
            name: function_name(named).to_owned(),
        }),
        Subject::Policy(kind) => Ok(Affects::Policy {
            kind,
            name: holders::name_of(kind, named)
                .ok_or_else(|| malformed(&format!("`{shown}` is no name of a {}", kind.word())))?,
            document: holders::document(row.name, detail),
        }),
        Subject::EntryPoints(kind) => Ok(Affects::EntryPoints { kind }),
        Subject::LogPolicies => Ok(Affects::LogPolicies),
    }
}

/// The workflow of a workflow, version or alias ARN; `None` for anything else, such as an activity.
pub fn workflow_arn(arn: &Arn) -> Option<Arn> {
    let mut parts = arn.resource().split(':');
    let workflow = (arn.service(), parts.next()) == ("states", Some("stateMachine"));
    let name = parts.next().filter(|name| workflow && !name.is_empty())?;
    let region_and_account = !arn.region().is_empty() && !arn.account().is_empty();
    Arn::new(
        arn.partition(),
        arn.service(),
        arn.region(),
        arn.account(),
        &format!("stateMachine:{name}"),
    )
    .filter(|_| region_and_account)
}

/// The name of a function that is named by name, ARN or partial ARN, with or without version or alias (AWS Lambda API
/// Reference, FunctionName).
pub fn function_name(text: &str) -> &str {
    let rest = text.split_once(":function:").map_or(text, |(_, name)| name);
    rest.split(':').next().unwrap_or(rest)
}

/// A role name by IAM's own alphabet (IAM API Reference, CreateRole): anything else was never a role.
fn role_name(text: &str) -> Option<&str> {
    iam_name(text, 64)
}

/// Groups have longer names (IAM API Reference, CreateGroup).
fn iam_name(text: &str, longest: usize) -> Option<&str> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c);
    (text.len() <= longest && text.chars().all(allowed)).then_some(text)
}

/// Longer than any ARN or name that AWS gives out; what is longer is noise.
const MAX_NAME: usize = 2048;

fn text<'a>(value: &'a Value, pointer: &str) -> Result<&'a str, Skip> {
    let shown = pointer.trim_start_matches('/');
    match value.pointer(pointer) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(malformed(&format!("`{shown}` is no string"))),
        None if !value.is_object() => Err(malformed("it is no object")),
        None => Err(malformed(&format!("`{shown}` is missing"))),
    }
}

fn optional<'a>(value: &'a Value, pointer: &str) -> &'a str {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_default()
}

/// A non-empty text, bounded.
fn owned(value: &Value, pointer: &str) -> Option<String> {
    let text = optional(value, pointer);
    (!text.is_empty()).then(|| text.chars().take(MAX_NAME).collect())
}

fn malformed(why: &str) -> Skip {
    Skip::Malformed(why.to_owned())
}

/// Text of an event for a log line: short, printable ASCII, the rest escaped.
pub fn plain(text: &str) -> String {
    const SHOWN: usize = 80;
    let mut out: String = text
        .chars()
        .take(SHOWN)
        .flat_map(char::escape_default)
        .collect();
    if text.chars().nth(SHOWN).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests;
