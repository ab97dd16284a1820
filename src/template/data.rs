//! What AWS SAM and IAM hold ready for templates: policy templates, connector profiles, AWS managed policies. The files
//! are generated (`catalog/templates/generate.py`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

static SAM: LazyLock<Value> =
    LazyLock::new(|| read(include_str!("../../catalog/templates/sam.json")));
static MANAGED: LazyLock<Value> =
    LazyLock::new(|| read(include_str!("../../catalog/templates/managed.json")));

static TYPES: LazyLock<BTreeMap<&str, ResourceType>> =
    LazyLock::new(|| types(include_str!("../../catalog/templates/types.txt")));

/// What `Ref` gives of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    /// The physical name.
    Name,
    /// The ARN.
    Arn,
    /// An id that AWS makes up: the logical id stands for it.
    Id,
}

/// What is known of a CloudFormation type.
#[derive(Clone, Copy, Debug)]
pub(super) struct ResourceType {
    /// The property that names a resource; `None` where AWS makes the name up.
    pub name_property: Option<&'static str>,
    /// What `Ref` gives.
    pub reference: Reference,
    /// The ARN with `{p}`artition, `{r}`egion, `{a}`ccount and `{n}`ame.
    pub arn: &'static str,
}

fn types(text: &'static str) -> BTreeMap<&'static str, ResourceType> {
    let line = |line: &'static str| {
        let [kind, name, reference, arn] = line.split(' ').collect::<Vec<_>>().try_into().ok()?;
        let reference = match reference {
            "name" => Reference::Name,
            "arn" => Reference::Arn,
            _ => Reference::Id,
        };
        let name_property = Some(name).filter(|name| *name != "-");
        Some((
            kind,
            ResourceType {
                name_property,
                reference,
                arn,
            },
        ))
    };
    text.lines()
        .filter(|l| !l.starts_with('#'))
        .filter_map(line)
        .collect()
}

/// What is known of a CloudFormation type.
pub(super) fn resource_type(kind: &str) -> Option<ResourceType> {
    TYPES.get(kind).copied()
}

/// A test reads both files.
fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// The statements of a policy template of AWS SAM, with references to its parameters.
pub(super) fn policy_template(name: &str) -> Option<&'static Value> {
    SAM.get("policyTemplates")?.get(name)?.get("statement")
}

/// What a connector from one type to another gives: whether to the source's role, and statements by kind of access.
pub(super) fn connector(source: &str, destination: &str) -> Option<(bool, &'static Value)> {
    let profile = SAM.get("connectors")?.get(source)?.get(destination)?;
    Some((
        profile.get("source")?.as_bool()?,
        profile.get("statements")?,
    ))
}

/// The path and name of an AWS managed policy whose path is not the plain one.
pub(super) fn managed_path(name: &str) -> Option<&'static str> {
    SAM.get("managedPaths")?.get(name)?.as_str()
}

/// The document of an AWS managed policy, by its ARN.
pub(super) fn managed_document(arn: &str) -> Option<&'static Value> {
    let (_, path) = arn.split_once(":iam::aws:policy/")?;
    MANAGED.get("documents")?.get(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_read_whole() {
        assert!(policy_template("LambdaInvokePolicy").is_some());
        let (to_source, statements) =
            connector("AWS::Lambda::Function", "AWS::DynamoDB::Table").unwrap();
        assert!(to_source && statements.get("Read").is_some());
        assert_eq!(
            managed_path("AWSLambdaBasicExecutionRole"),
            Some("service-role/AWSLambdaBasicExecutionRole")
        );
        let lines = include_str!("../../catalog/templates/types.txt").lines();
        assert_eq!(
            TYPES.len(),
            lines.filter(|line| !line.starts_with('#')).count()
        );
        assert!(managed_document("arn:aws-cn:iam::aws:policy/AdministratorAccess").is_some());
        assert!(managed_document("arn:aws:iam::123456789012:policy/AdministratorAccess").is_none());
    }
}
