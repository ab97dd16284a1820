//! The templates, each created in an emulated account of its own.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};

/// A stack as it stands after it was created.
pub struct Stack(Value);

/// The account of every stack, the central one of member accounts too.
pub const ACCOUNT: &str = "123456789012";
pub const REGION: &str = "eu-west-1";

impl Stack {
    fn create(template: &str, name: &str, region: &str, parameters: &Value) -> Self {
        let root = env!("CARGO_MANIFEST_DIR");
        let wanted = json!({
            "template": format!("{root}/{template}"), "name": name, "region": region, "parameters": parameters,
        });
        let mut child = Command::new(crate::emulator::python())
            .arg(format!("{root}/tests/emulator/deploy.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(wanted.to_string().as_bytes()).unwrap();
        drop(input);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{template}: {said}");
        let stack = Self(serde_json::from_slice(&output.stdout).unwrap());
        assert_eq!(stack.0["status"], "CREATE_COMPLETE", "{template}");
        stack
    }

    /// What the service says of a resource.
    pub fn is(&self, name: &str) -> &Value {
        let found = &self.0["resources"][name]["is"];
        assert!(!found.is_null(), "`{name}` is not there");
        found
    }

    pub fn has(&self, name: &str) -> bool {
        self.0["resources"].get(name).is_some()
    }

    /// The name, URL or ARN of a resource.
    pub fn id(&self, name: &str) -> &str {
        self.0["resources"][name]["id"].as_str().unwrap()
    }

    pub fn output(&self, name: &str) -> &str {
        self.0["outputs"][name].as_str().unwrap()
    }

    /// A resource's properties in the translated template: references are not resolved.
    pub fn properties(&self, name: &str) -> &Value {
        &self.0["template"]["Resources"][name]["Properties"]
    }

    /// The names of all resources of a type in the template.
    pub fn of_type(&self, wanted: &str) -> Vec<&str> {
        let resources = self.0["template"]["Resources"].as_object().unwrap();
        let found = resources.iter().filter(|(_, r)| r["Type"] == wanted);
        found.map(|(name, _)| name.as_str()).collect()
    }

    /// The types that the emulator cannot create: of these, the template alone is checked.
    pub fn lacking(&self) -> Vec<&str> {
        let lacking = self.0["lacking"].as_object().unwrap().values();
        let mut types: Vec<_> = lacking.map(|kind| kind.as_str().unwrap()).collect();
        types.sort_unstable();
        types.dedup();
        types
    }

    /// The inline policies of a role.
    pub fn policies(&self, role: &str) -> Vec<Value> {
        let policies = self.is(role)["Policies"].as_object().unwrap();
        policies.values().cloned().collect()
    }

    pub fn statements(&self, role: &str) -> Vec<Value> {
        let of = |policy: &Value| policy["Statement"].as_array().unwrap().clone();
        self.policies(role).iter().flat_map(of).collect()
    }

    /// The sample events that a rule lets through, as the emulator reads its pattern.
    pub fn matched(&self, rule: &str) -> Vec<String> {
        list(&self.is(rule)["Matches"])
    }

    /// The names of the template's parameters.
    pub fn parameters(&self) -> Vec<&str> {
        let parameters = self.0["template"]["Parameters"].as_object().unwrap();
        parameters.keys().map(String::as_str).collect()
    }

    /// The pattern of a rule.
    pub fn pattern(&self, rule: &str) -> Value {
        assert_eq!(self.is(rule)["State"], "ENABLED", "{rule}");
        serde_json::from_str(self.is(rule)["EventPattern"].as_str().unwrap()).unwrap()
    }
}

/// One or many, as IAM and patterns write them.
pub fn list(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().unwrap().to_owned())
            .collect(),
        Value::String(one) => vec![one.clone()],
        other => panic!("{other} is no list"),
    }
}

pub const TEAM_TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:payments";
pub const TEAM_KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/team";
pub const CONFIGURATION_KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/configuration";
pub const CONFIGURATION: &str = "arn:aws:ssm:eu-west-1:123456789012:parameter/stepwarden/config";
pub const MEMBERS: [&str; 2] = ["210987654321", "210987654322"];
pub const ORGANIZATION: &str = "o-abcdefghij";

pub const ORGANIZATION_ROLE: &str = "arn:aws:iam::333333333333:role/stepwarden-organization";

/// The central stack with everything that can be asked for.
pub fn whole() -> &'static Stack {
    static STACK: OnceLock<Stack> = OnceLock::new();
    STACK.get_or_init(|| {
        let parameters = json!({
            "AlertEmail": "security@example.com",
            "TeamTopics": TEAM_TOPIC, "TeamTopicKeys": TEAM_KEY,
            "ConfigurationParameter": "/stepwarden/config", "ConfigurationKeyArn": CONFIGURATION_KEY,
            "MemberAccounts": MEMBERS.join(","), "OrganizationId": ORGANIZATION,
            "ChatTopic": "true", "AlertEvents": "true", "SecurityHub": "true",
            "OrganizationRoleArn": ORGANIZATION_ROLE,
        });
        Stack::create("template.yaml", "stepwarden", REGION, &parameters)
    })
}

/// The central stack for these accounts, or for this organization, only.
pub fn members(accounts: &str, organization: &str) -> Stack {
    let parameters = json!({ "MemberAccounts": accounts, "OrganizationId": organization });
    Stack::create("template.yaml", "stepwarden", REGION, &parameters)
}

/// The stack set of an organization.
pub fn organization() -> Stack {
    let parameters = json!({
        "TemplateUrl": "https://bucket.s3.amazonaws.com/member-account.yaml", "Units": "r-abcd",
        "CentralAccount": ACCOUNT, "ExternalId": "0123456789abcdef", "Region1": REGION,
        "CentralRoleArns": format!("arn:aws:iam::{ACCOUNT}:role/stepwarden-a"),
    });
    let template = "infra/organization.yaml";
    Stack::create(template, "organization", "us-east-1", &parameters)
}

/// The role in the organization's account.
pub fn organization_reader() -> Stack {
    let parameters = json!({
        "ExternalId": "0123456789abcdef",
        "CentralRoleArns": format!("arn:aws:iam::{ACCOUNT}:role/stepwarden-a"),
    });
    let template = "infra/organization-reader.yaml";
    Stack::create(template, "reader", "us-east-1", &parameters)
}

/// The central stack as it is without a parameter.
pub fn plain() -> &'static Stack {
    static STACK: OnceLock<Stack> = OnceLock::new();
    STACK.get_or_init(|| Stack::create("template.yaml", "stepwarden", REGION, &json!({})))
}

/// The forwarding of the account's own IAM events.
pub fn forwarding() -> &'static Stack {
    static STACK: OnceLock<Stack> = OnceLock::new();
    STACK.get_or_init(|| {
        let parameters = json!({ "TargetRegion": REGION });
        let template = "infra/us-east-1-forwarding.yaml";
        Stack::create(template, "forwarding", "us-east-1", &parameters)
    })
}

fn member(region: &str) -> Stack {
    let parameters = json!({
        "CentralAccount": ACCOUNT, "ExternalId": "0123456789abcdef", "Region1": REGION, "Region2": "us-west-2",
        "CentralRoleArns": format!("arn:aws:iam::{ACCOUNT}:role/stepwarden-a,arn:aws:iam::{ACCOUNT}:role/stepwarden-b"),
    });
    Stack::create("infra/member-account.yaml", "member", region, &parameters)
}

/// The member account where workflows live.
pub fn member_workflows() -> &'static Stack {
    static STACK: OnceLock<Stack> = OnceLock::new();
    STACK.get_or_init(|| member(REGION))
}

/// The member account where IAM's events arrive.
pub fn member_iam() -> &'static Stack {
    static STACK: OnceLock<Stack> = OnceLock::new();
    STACK.get_or_init(|| member("us-east-1"))
}
