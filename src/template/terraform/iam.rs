//! Roles, users, groups, policies and what attaches them.

use serde_json::{Map, Value, json};

use super::config::From;
use super::plan::{Instance, Plan};
use super::{Converted, Properties};
use crate::gap::{Input, Unread};
use crate::template::resolve::unknown;

impl Converted<'_> {
    pub(super) fn iam(&mut self, instance: &Instance<'_>) -> bool {
        match instance.kind {
            "aws_iam_role" => self.role(instance),
            "aws_iam_user" => {
                let properties = self.properties(
                    instance,
                    &[
                        ("UserName", "name"),
                        ("Path", "path"),
                        ("PermissionsBoundary", "permissions_boundary"),
                    ],
                );
                self.add(instance, "AWS::IAM::User", properties, &[]);
            }
            "aws_iam_group" => {
                let properties =
                    self.properties(instance, &[("GroupName", "name"), ("Path", "path")]);
                self.add(instance, "AWS::IAM::Group", properties, &[]);
            }
            "aws_iam_policy" => {
                let mut properties =
                    self.properties(instance, &[("ManagedPolicyName", "name"), ("Path", "path")]);
                self.with_document(instance, &mut properties, "PolicyDocument", "policy");
                self.add(
                    instance,
                    "AWS::IAM::ManagedPolicy",
                    properties,
                    &[("PolicyDocument", "policy")],
                );
            }
            "aws_iam_role_policy" => {
                self.inline(instance, "AWS::IAM::RolePolicy", "RoleName", "role")
            }
            "aws_iam_user_policy" => {
                self.inline(instance, "AWS::IAM::UserPolicy", "UserName", "user")
            }
            "aws_iam_group_policy" => {
                self.inline(instance, "AWS::IAM::GroupPolicy", "GroupName", "group")
            }
            "aws_iam_role_policy_attachment" => self.attachment(instance, "Roles", "role"),
            "aws_iam_user_policy_attachment" => self.attachment(instance, "Users", "user"),
            "aws_iam_group_policy_attachment" => self.attachment(instance, "Groups", "group"),
            "aws_iam_policy_attachment" => {
                let names = [
                    ("Roles", "roles"),
                    ("Users", "users"),
                    ("Groups", "groups"),
                    ("PolicyArn", "policy_arn"),
                ];
                let properties = self.properties(instance, &names);
                self.add(instance, "Terraform::IAM::Attachment", properties, &[]);
            }
            "aws_iam_role_policy_attachments_exclusive" => {
                let properties = self.properties(
                    instance,
                    &[("Roles", "role_name"), ("PolicyArn", "policy_arns")],
                );
                self.add(instance, "Terraform::IAM::Attachment", properties, &[]);
            }
            "aws_iam_group_membership" => {
                let properties =
                    self.properties(instance, &[("GroupName", "group"), ("Users", "users")]);
                self.add(instance, "AWS::IAM::UserToGroupAddition", properties, &[]);
            }
            "aws_iam_user_group_membership" => self.memberships(instance),
            _ => return false,
        }
        true
    }

    pub(super) fn with_document(
        &self,
        instance: &Instance<'_>,
        properties: &mut Properties,
        property: &str,
        attribute: &str,
    ) {
        if let Some(document) = self.plan.document(instance, attribute) {
            properties.insert(property.to_owned(), document);
        }
    }

    fn role(&mut self, instance: &Instance<'_>) {
        let names = [
            ("RoleName", "name"),
            ("Path", "path"),
            ("PermissionsBoundary", "permissions_boundary"),
            ("ManagedPolicyArns", "managed_policy_arns"),
        ];
        let mut properties = self.properties(instance, &names);
        self.with_document(
            instance,
            &mut properties,
            "AssumeRolePolicyDocument",
            "assume_role_policy",
        );
        let count = instance
            .values
            .get("inline_policy")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        let inline = (0..count).filter_map(|at| {
            let document = self.plan.document(instance, &format!("inline_policy.{at}.policy"))?;
            let name = self.plan.attribute(instance, &format!("inline_policy.{at}.name"));
            Some(json!({"PolicyName": name.unwrap_or_else(|| Value::from(format!("inline_policy[{at}]"))), "PolicyDocument": document}))
        });
        let mut inline: Vec<Value> = inline.collect();
        // An attribute of a new role that nothing configures is known after apply too: then there is none.
        let configured = self.plan.document.get("configuration").is_none()
            || self
                .plan
                .configuration
                .expression(instance, "inline_policy")
                .is_some();
        if instance.is_unknown("inline_policy") && configured {
            inline.push(json!({"PolicyName": "inline_policy", "PolicyDocument": unknown("Fn::Unresolved", vec![instance.address.as_str(), "inline_policy"])}));
        }
        if !inline.is_empty() {
            properties.insert("Policies".to_owned(), Value::Array(inline));
        }
        properties.insert("Tags".to_owned(), tags(instance));
        let places: Vec<(String, String)> = (0..count)
            .map(|at| {
                (
                    format!("Policies.{at}.PolicyDocument"),
                    format!("inline_policy.{at}.policy"),
                )
            })
            .collect();
        let mut places: Vec<(&str, &str)> = places
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        places.push(("AssumeRolePolicyDocument", "assume_role_policy"));
        self.add(instance, "AWS::IAM::Role", properties, &places);
    }

    fn inline(&mut self, instance: &Instance<'_>, kind: &str, property: &str, holder: &str) {
        let mut properties =
            self.properties(instance, &[(property, holder), ("PolicyName", "name")]);
        self.with_document(instance, &mut properties, "PolicyDocument", "policy");
        self.held(instance, &properties, property);
        self.add(instance, kind, properties, &[("PolicyDocument", "policy")]);
    }

    fn attachment(&mut self, instance: &Instance<'_>, property: &str, holder: &str) {
        let properties =
            self.properties(instance, &[(property, holder), ("PolicyArn", "policy_arn")]);
        self.held(instance, &properties, property);
        self.add(instance, "Terraform::IAM::Attachment", properties, &[]);
    }

    /// Says where it is not known who holds a policy.
    fn held(&mut self, instance: &Instance<'_>, properties: &Properties, property: &str) {
        let is_known = properties
            .get(property)
            .is_some_and(|v| v.get("Fn::Unresolved").is_none());
        if !is_known {
            let why = "who holds it is known after apply only; no role has it here";
            self.gaps.push(Unread::of_account(
                Input::Role,
                format!("the policy `{}` of the plan", instance.address),
                why.to_owned(),
            ));
        }
    }

    fn memberships(&mut self, instance: &Instance<'_>) {
        let user = self.plan.attribute(instance, "user").unwrap_or_default();
        let groups = self.plan.attribute(instance, "groups").unwrap_or_default();
        for group in groups.as_array().into_iter().flatten() {
            let properties = Map::from_iter([
                ("GroupName".to_owned(), group.clone()),
                ("Users".to_owned(), json!([user])),
            ]);
            self.add(instance, "AWS::IAM::UserToGroupAddition", properties, &[]);
        }
    }
}

/// `tags`, as CloudFormation writes them.
pub(super) fn tags(instance: &Instance<'_>) -> Value {
    let tags = instance
        .known("tags_all")
        .or_else(|| instance.known("tags"));
    let members = tags.and_then(Value::as_object);
    members
        .into_iter()
        .flatten()
        .map(|(key, value)| json!({"Key": key, "Value": value}))
        .collect()
}

/// The document that an expression refers to: a data source's text, or what its configuration says of it.
pub(super) fn policy_document<'a>(
    plan: &Plan<'a>,
    from: &From<'_>,
    expression: &'a Value,
) -> Option<Value> {
    let module = from.module;
    let references = expression.get("references")?.as_array()?;
    let mut names = references
        .iter()
        .filter_map(Value::as_str)
        .filter_map(|reference| {
            let rest = reference.strip_prefix("data.aws_iam_policy_document.")?;
            Some(rest.split(['.', '[']).next().unwrap_or_default())
        });
    let name = names.next()?;
    if names.any(|other| other != name) {
        return None;
    }
    let kind = "data.aws_iam_policy_document";
    let instance = plan.named(module, &format!("{kind}.{name}"), None, from.index);
    if let Some(json) = instance.and_then(|i| i.known("json")) {
        return Some(json.clone());
    }
    let resource = plan
        .configuration
        .resource(module, "aws_iam_policy_document", name, true)?;
    let expressions = resource.get("expressions")?;
    // Documents that others are merged into hold more than they say.
    if ["source_policy_documents", "override_policy_documents"]
        .iter()
        .any(|n| expressions.get(n).is_some())
    {
        return None;
    }
    let blocks: Vec<&'a Value> = match expressions.get("statement") {
        Some(Value::Array(blocks)) => blocks.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    // What is planned has the statements of dynamic blocks too, which the configuration leaves out.
    let planned = instance.and_then(|i| i.values.get("statement")?.as_array());
    let count = planned.map_or(blocks.len(), Vec::len);
    if count == 0 {
        return None;
    }
    let statements = (0..count).map(|at| {
        let read = Block {
            plan,
            from,
            planned: instance.map(|instance| (instance, at)),
            // Which block a planned statement comes from is known only where there are as many.
            written: blocks.get(at).copied().filter(|_| blocks.len() == count),
        };
        read.statement()
    });
    Some(json!({"Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>()}))
}

/// One `statement` of a policy document: as it is planned, and as it is written.
struct Block<'p, 'a> {
    plan: &'p Plan<'a>,
    from: &'p From<'p>,
    planned: Option<(&'p Instance<'a>, usize)>,
    written: Option<&'a Value>,
}

impl Block<'_, '_> {
    fn statement(&self) -> Value {
        let mut out = Map::new();
        out.insert("Effect".to_owned(), self.effect());
        let names = [
            ("Action", "actions"),
            ("NotAction", "not_actions"),
            ("Resource", "resources"),
            ("NotResource", "not_resources"),
        ];
        for (element, attribute) in names {
            if let Some(value) = self.list(attribute) {
                out.insert(element.to_owned(), value);
            }
        }
        for part in ["condition", "principals", "not_principals"] {
            // Conditions and principals are blocks of texts that may refer to anything.
            if self.has(part) {
                out.insert(
                    "Condition".to_owned(),
                    unknown("Fn::Unresolved", vec![part]),
                );
            }
        }
        Value::Object(out)
    }

    /// What is planned of an attribute, where that is known.
    fn known(&self, attribute: &str) -> Option<&Value> {
        let (instance, at) = self.planned?;
        instance.known(&format!("statement.{at}.{attribute}"))
    }

    fn is_unknown(&self, attribute: &str) -> bool {
        self.planned.is_some_and(|(instance, at)| {
            instance.is_unknown(&format!("statement.{at}.{attribute}"))
        })
    }

    fn has(&self, part: &str) -> bool {
        let planned = self.known(part).and_then(Value::as_array);
        self.written.is_some_and(|block| block.get(part).is_some())
            || planned.is_some_and(|blocks| !blocks.is_empty())
            || self.is_unknown(part)
    }

    fn effect(&self) -> Value {
        if let Some(known) = self.known("effect") {
            return known.clone();
        }
        match self.written.and_then(|block| block.get("effect")) {
            Some(expression) => self
                .plan
                .configuration
                .referred(self.plan, self.from, expression)
                .unwrap_or_else(|| unknown("Fn::Unresolved", vec!["effect"])),
            None if self.is_unknown("effect") => unknown("Fn::Unresolved", vec!["effect"]),
            None => Value::from("Allow"),
        }
    }

    fn list(&self, attribute: &str) -> Option<Value> {
        if let Some(known) = self.known(attribute) {
            return Some(known.clone()).filter(|v| v.as_array().is_none_or(|all| !all.is_empty()));
        }
        let not_known = || unknown("Fn::Unresolved", vec![attribute]);
        let Some(expression) = self.written.and_then(|block| block.get(attribute)) else {
            let there = self.is_unknown(attribute) || self.is_dynamic(attribute);
            return there.then(|| Value::Array(vec![not_known()]));
        };
        if let Some(constant) = expression.get("constant_value") {
            return (!constant.is_null()).then(|| constant.clone());
        }
        let configuration = &self.plan.configuration;
        let wanted = From {
            wanted: "arn",
            ..*self.from
        };
        let all = configuration.all_referred(self.plan, &wanted, expression);
        let of_resources = attribute.ends_with("resources");
        let each = all.into_iter().map(|value| {
            let fits = value.filter(|value| !of_resources || is_resource(value));
            fits.unwrap_or_else(not_known)
        });
        Some(Value::Array(each.collect()))
    }

    /// Whether a planned statement that no block is known for lacks what it must have: actions and resources.
    fn is_dynamic(&self, attribute: &str) -> bool {
        let other = match attribute {
            "actions" => "not_actions",
            "resources" => "not_resources",
            _ => return false,
        };
        let other = self.known(other).and_then(Value::as_array);
        self.planned.is_some() && self.written.is_none() && other.is_none_or(Vec::is_empty)
    }
}

/// Whether a value can be all of a statement's resource: what is a part of a longer text, such as a function's name, is none.
fn is_resource(value: &Value) -> bool {
    match value {
        Value::String(text) => text == "*" || text.starts_with("arn:"),
        Value::Array(items) => items.iter().all(is_resource),
        Value::Object(members) => match members.get("Fn::GetAtt") {
            Some(parts) => {
                let attribute = parts.get(1).and_then(Value::as_str).unwrap_or_default();
                attribute.to_ascii_lowercase().ends_with("arn")
            }
            None => false,
        },
        _ => false,
    }
}
