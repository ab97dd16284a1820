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
        if instance.is_unknown("inline_policy") {
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
    let blocks = match expressions.get("statement")? {
        Value::Array(blocks) => blocks.iter().collect(),
        one => vec![one],
    };
    let list = |block: &'a Value, name: &str| -> Option<Value> {
        let expression = block.get(name)?;
        if let Some(constant) = expression.get("constant_value") {
            return Some(constant.clone());
        }
        let all = plan.configuration.all_referred(
            plan,
            &From {
                wanted: "arn",
                ..*from
            },
            expression,
        );
        let each = all
            .into_iter()
            .map(|v| v.unwrap_or_else(|| unknown("Fn::Unresolved", vec![name])));
        Some(Value::Array(each.collect()))
    };
    let statements = blocks.into_iter().map(|block| {
        let mut out = Map::new();
        let effect = block
            .get("effect")
            .and_then(|e| e.get("constant_value"))
            .cloned();
        out.insert(
            "Effect".to_owned(),
            effect.unwrap_or_else(|| Value::from("Allow")),
        );
        let names = [
            ("Action", "actions"),
            ("NotAction", "not_actions"),
            ("Resource", "resources"),
            ("NotResource", "not_resources"),
        ];
        for (element, attribute) in names {
            if let Some(value) = list(block, attribute) {
                out.insert(element.to_owned(), value);
            }
        }
        for part in ["condition", "principals", "not_principals"] {
            // Conditions and principals are blocks of texts that may refer to anything.
            if block.get(part).is_some() {
                out.insert(
                    "Condition".to_owned(),
                    unknown("Fn::Unresolved", vec![part]),
                );
            }
        }
        Value::Object(out)
    });
    Some(json!({"Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>()}))
}
