//! Writing an account as a snapshot directory, in the shapes of the AWS CLI.

mod entries;
mod policies;

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::{Error, STATE_MACHINES, iam as iam_file, optional};
use crate::snapshot::{
    Account, Attachment, Document, Fetched, Iam, NamedDocument, Role, StateMachine, Tag,
};

/// Writes the account under `dir`, which must be empty or not there yet.
///
/// Gives what the account does not hold and a reader of the directory therefore cannot check, in words.
///
/// # Errors
/// When the directory holds something already, or cannot be written.
pub fn write_snapshot(account: &Account, dir: &Path) -> Result<Vec<String>, Error> {
    if fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Error::Occupied {
            path: dir.to_owned(),
        });
    }
    let machines = dir.join(STATE_MACHINES);
    fs::create_dir_all(&machines).map_err(|error| unwritable(&machines, &error))?;
    let mut omitted: Vec<String> = account
        .unreadable
        .iter()
        .map(|one| format!("{}: {}", one.what, one.why))
        .collect();
    for machine in &account.workflows {
        write_new(&machines, &machine.name, &described(machine))?;
    }
    published(&account.versions, dir)?;
    omitted.extend(incomplete_roles(account.iam.present()));
    let mut part = |file: &str, value: Result<Option<Value>, String>| match value {
        Ok(Some(value)) => write(&dir.join(file), &value),
        Ok(None) => Ok(()),
        Err(why) => {
            omitted.push(format!("{file}: {why}"));
            Ok(())
        }
    };
    part(iam_file::FILE, fetched(&account.iam, iam))?;
    part(
        optional::LOG_GROUPS,
        fetched(&account.log_groups, |groups| {
            json!({ "logGroups": groups.iter().map(|(arn, group)| {
            let mut entry = Map::from_iter([("arn".to_owned(), json!(format!("{arn}:*")))]);
            insert(&mut entry, "retentionInDays", group.retention_days);
            insert(&mut entry, "kmsKeyId", group.kms_key.clone());
            Value::Object(entry)
        }).collect::<Vec<_>>() })
        }),
    )?;
    part(
        optional::FUNCTIONS,
        fetched(&account.functions, |functions| {
            json!({ "Functions": functions.iter().map(|(arn, function)| {
            json!({ "FunctionArn": arn, "Role": function.role_arn })
        }).collect::<Vec<_>>() })
        }),
    )?;
    part(optional::TAGS, all_tags(account))?;
    let mut begins = entries::files(&account.entries);
    policies::add(account, &mut begins);
    for (name, content) in &begins.files {
        let path = dir.join(name);
        let folder = path.parent().unwrap_or(dir);
        fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        write(&path, content)?;
    }
    if !begins.collected.is_empty() {
        let mut collected = Map::from_iter([("read".to_owned(), json!(begins.collected))]);
        insert(&mut collected, "only", begins.only);
        let collected = Value::Object(collected);
        write(&dir.join(super::entries::COLLECTED), &collected)?;
    }
    omitted.extend(begins.omitted);
    Ok(omitted)
}

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    Error::Unwritable {
        path: path.to_owned(),
        why: error.to_string(),
    }
}

fn write(path: &Path, value: &Value) -> Result<(), Error> {
    fs::write(path, format!("{value:#}\n")).map_err(|error| unwritable(path, &error))
}

/// Writes to a file of its own: two names that differ in case only may be one file here.
fn write_new(dir: &Path, name: &str, value: &Value) -> Result<(), Error> {
    let safe: String = name
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || "-_.+=@".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    // A file name that begins with a dot has no extension, and would not be read back.
    let safe = match safe.trim_start_matches('.') {
        "" => "_",
        safe => safe,
    };
    for attempt in 1.. {
        let file = match attempt {
            1 => format!("{safe}.json"),
            n => format!("{safe}~{n}.json"),
        };
        let path = dir.join(file);
        if !path.exists() {
            return write(&path, value);
        }
    }
    Ok(())
}

/// Published versions, as DescribeStateMachine gives them by their own ARNs.
fn published(versions: &[StateMachine], dir: &Path) -> Result<(), Error> {
    for version in versions {
        let number = version.version.as_deref().unwrap_or_default();
        let folder = dir.join(super::versions::FOLDER).join(&version.name);
        fs::create_dir_all(&folder).map_err(|error| unwritable(&folder, &error))?;
        let own = StateMachine {
            arn: format!("{}:{number}", version.arn),
            ..version.clone()
        };
        write_new(&folder, number, &described(&own))?;
    }
    Ok(())
}

fn fetched<T>(part: &Fetched<T>, build: impl FnOnce(&T) -> Value) -> Result<Option<Value>, String> {
    match part {
        Fetched::Present(value) => Ok(Some(build(value))),
        Fetched::Absent | Fetched::NotCollected => Ok(None),
        Fetched::Denied(why) | Fetched::Failed(why) => Err(why.clone()),
    }
}

fn insert(map: &mut Map<String, Value>, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        map.insert(key.to_owned(), value.into());
    }
}

fn described(machine: &StateMachine) -> Value {
    let destinations: Vec<Value> = machine
        .log_destinations
        .iter()
        .map(|arn| json!({ "cloudWatchLogsLogGroup": { "logGroupArn": arn } }))
        .collect();
    let mut out = Map::from_iter([
        ("stateMachineArn".to_owned(), json!(machine.arn)),
        ("name".to_owned(), json!(machine.name)),
        ("status".to_owned(), json!(machine.status)),
        ("definition".to_owned(), json!(machine.definition)),
        ("roleArn".to_owned(), json!(machine.role_arn)),
        ("type".to_owned(), json!(machine.kind)),
        (
            "loggingConfiguration".to_owned(),
            json!({
                "level": machine.log_level.as_deref().unwrap_or("OFF"),
                "includeExecutionData": machine.include_execution_data,
                "destinations": destinations,
            }),
        ),
        (
            "tracingConfiguration".to_owned(),
            json!({ "enabled": machine.tracing }),
        ),
    ]);
    insert(&mut out, "revisionId", machine.revision_id.clone());
    let key = machine
        .kms_key
        .as_ref()
        .map(|key| json!({ "type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": key }));
    insert(&mut out, "encryptionConfiguration", key);
    Value::Object(out)
}

/// Tags of everything, those that came with a workflow included.
fn all_tags(account: &Account) -> Result<Option<Value>, String> {
    let mut tags = match fetched(&account.tags, |_| Value::Null)? {
        Some(_) => account.tags.present().cloned().unwrap_or_default(),
        None => Default::default(),
    };
    let mut any = account.tags.present().is_some();
    for machine in &account.workflows {
        if let Some(own) = machine.tags.present() {
            any = true;
            tags.insert(machine.arn.clone(), own.clone());
        }
    }
    let list: Vec<Value> = tags
        .iter()
        .map(|(arn, tags)| json!({ "ResourceARN": arn, "Tags": tag_list(tags) }))
        .collect();
    Ok(any.then(|| json!({ "ResourceTagMappingList": list })))
}

fn tag_list(tags: &[Tag]) -> Vec<Value> {
    tags.iter()
        .map(|tag| json!({ "Key": tag.key, "Value": tag.value }))
        .collect()
}

/// The document as an object where it is one, else as the text it is.
fn document(document: &Document) -> Value {
    match serde_json::from_str::<Value>(&document.0) {
        Ok(value) if value.is_object() => value,
        _ => Value::String(document.0.clone()),
    }
}

fn inline(policies: &[NamedDocument]) -> Vec<Value> {
    policies
        .iter()
        .map(|p| json!({ "PolicyName": p.name, "PolicyDocument": document(&p.document) }))
        .collect()
}

fn attached(policies: &[Attachment]) -> Vec<Value> {
    policies
        .iter()
        .map(|p| json!({ "PolicyName": p.name, "PolicyArn": p.arn }))
        .collect()
}

fn with_boundary(mut entry: Value, boundary: Option<&String>) -> Value {
    if let (Some(boundary), Some(fields)) = (boundary, entry.as_object_mut()) {
        fields.insert(
            "PermissionsBoundary".to_owned(),
            json!({ "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary }),
        );
    }
    entry
}

/// A role of which a part could not be read stays out: written without that part it would read as a role that has none.
fn is_complete(role: &Role) -> bool {
    let (inline, attached) = (role.inline.present(), role.attached.present());
    inline.is_some() && attached.is_some() && role.trust.present().is_some()
}

fn incomplete_roles(iam: Option<&Iam>) -> Vec<String> {
    let roles = iam.map(|iam| iam.roles.iter()).into_iter().flatten();
    roles
        .filter(|role| !is_complete(role))
        .map(|role| format!("{}: its policies could not be read whole", role.arn))
        .collect()
}

fn iam(iam: &Iam) -> Value {
    let complete = iam.roles.iter().filter(|r| is_complete(r));
    let roles: Vec<Value> = complete.map(role).collect();
    let users: Vec<Value> = iam
        .users
        .iter()
        .map(|user| {
            with_boundary(
                json!({
                    "Arn": user.arn, "UserName": user.name, "GroupList": user.groups,
                    "UserPolicyList": inline(&user.inline),
                    "AttachedManagedPolicies": attached(&user.attached),
                    "Tags": tag_list(&user.tags),
                }),
                user.boundary.as_ref(),
            )
        })
        .collect();
    let groups: Vec<Value> = iam
        .groups
        .iter()
        .map(|group| {
            json!({
                "Arn": group.arn, "GroupName": group.name,
                "GroupPolicyList": inline(&group.inline),
                "AttachedManagedPolicies": attached(&group.attached),
            })
        })
        .collect();
    let policies: Vec<Value> = iam
        .managed
        .iter()
        .map(|policy| {
            let version = policy.document.present().map(
                |d| json!({ "VersionId": "v1", "IsDefaultVersion": true, "Document": document(d) }),
            );
            json!({
                "Arn": policy.arn, "PolicyName": policy.name, "DefaultVersionId": "v1",
                "PolicyVersionList": version.into_iter().collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "UserDetailList": users, "GroupDetailList": groups,
        "RoleDetailList": roles, "Policies": policies,
    })
}

fn role(role: &Role) -> Value {
    let none = Vec::new();
    let mut entry = with_boundary(
        json!({
            "Arn": role.arn, "RoleName": role.name,
            "AttachedManagedPolicies": attached(role.attached.present().unwrap_or(&Vec::new())),
            "RolePolicyList": inline(role.inline.present().unwrap_or(&none)),
            "Tags": tag_list(&role.tags),
        }),
        role.boundary.as_ref(),
    );
    if let (Some(trust), Some(fields)) = (role.trust.present(), entry.as_object_mut()) {
        fields.insert("AssumeRolePolicyDocument".to_owned(), document(trust));
    }
    entry
}
