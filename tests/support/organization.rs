//! An organization of the emulated accounts.

use serde_json::{Value, json};

use super::account::Account;

/// A management account with one member in a unit.
pub struct Organization {
    pub management: Account,
    pub member: &'static str,
    /// The unit that the member stands in.
    pub unit: String,
}

impl Organization {
    /// The emulator gives the member its number.
    pub fn of(management: Account) -> Self {
        let call = |action: &str, body: Value| management.organizations(action, body);
        call("CreateOrganization", json!({ "FeatureSet": "ALL" }));
        let roots = call("ListRoots", json!({}));
        let root = text(&roots["Roots"][0]["Id"]);
        let unit = call(
            "CreateOrganizationalUnit",
            json!({ "ParentId": root, "Name": "workloads" }),
        );
        let unit = text(&unit["OrganizationalUnit"]["Id"]);
        let member = call(
            "CreateAccount",
            json!({ "Email": "orders@example.com", "AccountName": "orders" }),
        );
        let member = text(&member["CreateAccountStatus"]["AccountId"]);
        let to =
            json!({ "AccountId": member, "SourceParentId": root, "DestinationParentId": unit });
        call("MoveAccount", to);
        Self {
            member: Box::leak(member.into_boxed_str()),
            unit,
            management,
        }
    }

    /// Attaches a policy of this kind to the unit.
    pub fn attach(&self, name: &str, kind: &str, document: &Value) -> String {
        let made = self.management.organizations(
            "CreatePolicy",
            json!({ "Name": name, "Description": "", "Type": kind, "Content": document.to_string() }),
        );
        let id = text(&made["Policy"]["PolicySummary"]["Id"]);
        let attached = json!({ "PolicyId": id, "TargetId": self.unit });
        self.management.organizations("AttachPolicy", attached);
        id
    }

    /// The configuration of a deployment that may read it.
    pub fn configuration(&self) -> String {
        let role = format!(
            "arn:aws:iam::{}:role/stepwarden-organization",
            self.management.id
        );
        format!("[accounts]\norganization-role = \"{role}\"\n")
    }
}

impl Account {
    pub fn organizations(&self, action: &str, body: Value) -> Value {
        let target = format!("AWSOrganizationsV20161128.{action}");
        self.json("organizations", &target, body)
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
