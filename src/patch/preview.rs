//! What a patch changes, before and after, for whoever decides about it.

use serde_json::{Value, json};

use super::json_patch;
use crate::finding::Patch;
use crate::secrets;
use crate::snapshot::{Account, Document, Fetched, Role, StateMachine};

/// One change of a patch.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// What is changed, such as `policy media-tasks, statement 0`.
    pub what: String,
    /// What is there; `None` where nothing is, or it is not known.
    pub before: Option<Value>,
    /// What is to be there; `None` where nothing is.
    pub after: Option<Value>,
}

/// The changes of a patch to the workflow of this ARN, without the credentials that stand in what is changed. Empty where
/// the patch does not fit what the account holds.
pub fn preview(account: &Account, workflow: &str, patch: &Patch) -> Vec<Preview> {
    let machine = account
        .workflows
        .iter()
        .find(|w| w.arn == workflow && w.version.is_none());
    let Some(machine) = machine else {
        return Vec::new();
    };
    let role = account
        .iam
        .present()
        .and_then(|iam| iam.roles.iter().find(|r| r.arn == machine.role_arn));
    let known = Known {
        account,
        machine,
        role,
    };
    let mut all = Vec::new();
    known.add(patch, &mut all);
    for one in &mut all {
        // What stands before tells what is a credential; what comes after repeats it elsewhere.
        let both = Value::Array(
            [&one.before, &one.after]
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
        );
        let redactor = secrets::find(&both, "").redactor;
        for value in [&mut one.before, &mut one.after].into_iter().flatten() {
            redactor.clean_json(value);
        }
    }
    all
}

struct Known<'a> {
    account: &'a Account,
    machine: &'a StateMachine,
    role: Option<&'a Role>,
}

impl Known<'_> {
    fn add(&self, patch: &Patch, all: &mut Vec<Preview>) {
        match patch {
            Patch::Several { patches } => patches.iter().for_each(|patch| self.add(patch, all)),
            Patch::PolicyStatement {
                policy,
                statement,
                replace_with,
            } => {
                let before = self.statement(policy, *statement);
                if before.is_some() {
                    all.push(Preview {
                        what: format!("policy {policy}, statement {statement}"),
                        before,
                        after: statements(replace_with),
                    });
                }
            }
            Patch::AddStatements {
                policy,
                statements: added,
            } => all.push(Preview {
                what: format!("policy {policy}, to be added"),
                before: None,
                after: statements(added),
            }),
            Patch::ReplaceAttachment {
                detach,
                policy,
                statements: added,
            } => {
                all.push(Preview {
                    what: "attached policies".to_owned(),
                    before: Some(json!(detach)),
                    after: None,
                });
                all.push(Preview {
                    what: format!("policy {policy}, to be added"),
                    before: None,
                    after: statements(added),
                });
            }
            Patch::TrustPolicy { document } => all.push(Preview {
                what: "trust policy".to_owned(),
                before: self.role.and_then(|role| parsed(role.trust.present()?)),
                after: Some(document.clone()),
            }),
            Patch::LoggingConfiguration { set } => all.push(self.logging(set)),
            Patch::TracingConfiguration { set } => all.push(Preview {
                what: "tracingConfiguration".to_owned(),
                before: Some(json!({ "enabled": self.machine.tracing })),
                after: Some(set.clone()),
            }),
            Patch::Definition { operations } => all.extend(self.definition(operations)),
        }
    }

    fn statement(&self, policy: &str, index: usize) -> Option<Value> {
        let document = parsed(self.document(policy)?)?;
        match document.get("Statement")? {
            Value::Array(all) => all.get(index).cloned(),
            one => (index == 0).then(|| one.clone()),
        }
    }

    fn document(&self, policy: &str) -> Option<&Document> {
        let role = self.role?;
        let inline = role
            .inline
            .present()
            .into_iter()
            .flatten()
            .find(|d| d.name == policy);
        if let Some(inline) = inline {
            return Some(&inline.document);
        }
        let attached = role.attached.present()?.iter().find(|a| a.name == policy)?;
        let managed = &self.account.iam.present()?.managed;
        match &managed.iter().find(|p| p.arn == attached.arn)?.document {
            Fetched::Present(document) => Some(document),
            _ => None,
        }
    }

    fn logging(&self, set: &Value) -> Preview {
        let destinations = self.machine.log_destinations.iter();
        let destinations: Vec<Value> = destinations
            .map(|arn| json!({ "cloudWatchLogsLogGroup": { "logGroupArn": arn } }))
            .collect();
        let before = json!({
            "level": self.machine.log_level.as_deref().unwrap_or("OFF"),
            "includeExecutionData": self.machine.include_execution_data,
            "destinations": destinations,
        });
        let mut after = before.clone();
        if let (Some(after), Some(set)) = (after.as_object_mut(), set.as_object()) {
            after.extend(set.clone());
        }
        Preview {
            what: "loggingConfiguration".to_owned(),
            before: Some(before),
            after: Some(after),
        }
    }

    fn definition(&self, operations: &[Value]) -> Option<Preview> {
        let before: Value = serde_json::from_str(&self.machine.definition).ok()?;
        let mut after = before.clone();
        for operation in operations {
            json_patch(&mut after, operation)?;
        }
        Some(Preview {
            what: "definition".to_owned(),
            before: Some(before),
            after: Some(after),
        })
    }
}

fn parsed(document: &Document) -> Option<Value> {
    serde_json::from_str(&document.0).ok()
}

fn statements(all: &[Value]) -> Option<Value> {
    match all {
        [] => None,
        [one] => Some(one.clone()),
        many => Some(Value::Array(many.to_vec())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:Orders";

    fn account(definition: &Value, statements: &Value) -> Account {
        let role = "arn:aws:iam::123456789012:role/Orders";
        let described = json!({"stateMachineArn": ARN, "name": "Orders", "type": "STANDARD", "status": "ACTIVE",
            "roleArn": role, "definition": definition.to_string()});
        let detail = json!({"RoleName": "Orders", "Arn": role, "AssumeRolePolicyDocument": {},
            "AttachedManagedPolicies": [], "Tags": [],
            "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": {"Statement": statements}}]});
        crate::local::from_values(&crate::local::Values {
            state_machines: vec![described],
            iam: Some(
                json!({"RoleDetailList": [detail], "UserDetailList": [], "GroupDetailList": [], "Policies": []}),
            ),
            ..Default::default()
        })
    }

    #[test]
    fn a_statement_is_shown_as_it_is_and_as_it_is_to_be() {
        let statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        let patch = |index| Patch::PolicyStatement {
            policy: "p".to_owned(),
            statement: index,
            replace_with: Vec::new(),
        };
        for written in [statement.clone(), json!([statement])] {
            let account = account(&json!({}), &written);
            let all = preview(&account, ARN, &patch(0));
            assert_eq!(all.len(), 1);
            assert_eq!(
                (all[0].before.as_ref(), &all[0].after),
                (Some(&statement), &None)
            );
            assert!(preview(&account, ARN, &patch(1)).is_empty());
        }
        assert!(preview(&Account::default(), ARN, &patch(0)).is_empty());
    }

    #[test]
    fn what_stands_beside_a_change_repeats_no_credential() {
        let key = "wJalrXUtnFEMIK7MDENGbPxRfiCYzKq8Rt2LmPwd";
        let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {
            "aws_secret_access_key": key}, "End": true}}});
        let account = account(&definition, &json!([]));
        let operations = vec![json!({"op": "add", "path": "/Comment", "value": key})];
        let all = preview(&account, ARN, &Patch::Definition { operations });
        assert_eq!(all.len(), 1);
        assert!(!format!("{all:?}").contains(key), "{all:?}");
    }
}
