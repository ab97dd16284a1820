//! Policies that stand above an account and at its resources, as AWS or a directory gave them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{Document, Fetched, NamedDocument};

/// The policies of the organization above an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrganizationPolicies {
    /// The organization's id, `o-…`, where it was told.
    pub id: Option<String>,
    /// The account that manages it, where it was told.
    pub management_account: Option<String>,
    /// From the root to the account.
    pub levels: Vec<OrganizationLevel>,
}

/// What is attached to one root, organizational unit or account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationLevel {
    /// To what, such as `r-ab12`, `ou-ab12-cdef3456` or an account's id.
    pub target: String,
    /// Its service control policies; `None` where they were not read.
    pub service_controls: Option<Vec<NamedDocument>>,
    /// Its resource control policies; `None` where they were not read.
    pub resource_controls: Option<Vec<NamedDocument>>,
}

/// Kinds of resource with a policy of their own.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum ResourceKind {
    /// Lambda functions
    Function,
    /// KMS keys
    Key,
    /// S3 buckets
    Bucket,
    /// SQS queues
    Queue,
    /// SNS topics
    Topic,
    /// Secrets
    Secret,
}

impl ResourceKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Function,
        Self::Key,
        Self::Bucket,
        Self::Queue,
        Self::Topic,
        Self::Secret,
    ];

    /// In a word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Key => "key",
            Self::Bucket => "bucket",
            Self::Queue => "queue",
            Self::Topic => "topic",
            Self::Secret => "secret",
        }
    }

    /// The folder of an account directory that holds their policies.
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Function => "function-policies",
            Self::Key => "key-policies",
            Self::Bucket => "bucket-policies",
            Self::Queue => "queue-policies",
            Self::Topic => "topic-policies",
            Self::Secret => "secret-policies",
        }
    }
}

/// The policies of an account's resources, by name; a kind that was read holds those that have one.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourcePolicies {
    /// KMS keys, by key id.
    pub keys: Fetched<BTreeMap<String, Document>>,
    /// S3 buckets.
    pub buckets: Fetched<BTreeMap<String, Document>>,
    /// SQS queues.
    pub queues: Fetched<BTreeMap<String, Document>>,
    /// SNS topics.
    pub topics: Fetched<BTreeMap<String, Document>>,
    /// Secrets, by name.
    pub secrets: Fetched<BTreeMap<String, Document>>,
    /// Kinds of which only these were asked for and answered: of every other nothing is known, whether it has a policy or not.
    pub only: BTreeMap<ResourceKind, BTreeSet<String>>,
}

impl Default for ResourcePolicies {
    fn default() -> Self {
        Self {
            keys: Fetched::NotCollected,
            buckets: Fetched::NotCollected,
            queues: Fetched::NotCollected,
            topics: Fetched::NotCollected,
            secrets: Fetched::NotCollected,
            only: BTreeMap::new(),
        }
    }
}

impl ResourcePolicies {
    /// The policies of a kind; those of functions stand beside what begins executions.
    pub const fn of_kind(
        &self,
        kind: ResourceKind,
    ) -> Option<&Fetched<BTreeMap<String, Document>>> {
        Some(match kind {
            ResourceKind::Function => return None,
            ResourceKind::Key => &self.keys,
            ResourceKind::Bucket => &self.buckets,
            ResourceKind::Queue => &self.queues,
            ResourceKind::Topic => &self.topics,
            ResourceKind::Secret => &self.secrets,
        })
    }

    /// The same, to be read into.
    pub const fn of_kind_mut(
        &mut self,
        kind: ResourceKind,
    ) -> Option<&mut Fetched<BTreeMap<String, Document>>> {
        Some(match kind {
            ResourceKind::Function => return None,
            ResourceKind::Key => &mut self.keys,
            ResourceKind::Bucket => &mut self.buckets,
            ResourceKind::Queue => &mut self.queues,
            ResourceKind::Topic => &mut self.topics,
            ResourceKind::Secret => &mut self.secrets,
        })
    }
}

impl Document {
    /// One document with the statements of all: a function and its aliases have policies of their own, each of which says in its
    /// statements what it is about. Where one is no document, it stands for all, so that what cannot be read shows.
    #[must_use]
    pub fn joined(documents: impl Iterator<Item = Self>) -> Self {
        let mut documents: Vec<Self> = documents.collect();
        documents.dedup();
        let mut statements: Vec<Value> = Vec::new();
        for document in &documents {
            let read = serde_json::from_str::<Value>(&document.0).ok();
            match read.and_then(|mut read| read.get_mut("Statement").map(Value::take)) {
                Some(Value::Array(more)) => statements.extend(more),
                Some(one) => statements.push(one),
                None => return document.clone(),
            }
        }
        match documents.pop() {
            Some(only) if documents.is_empty() => only,
            _ => {
                let mut all: Vec<Value> = Vec::with_capacity(statements.len());
                for statement in statements {
                    if !all.contains(&statement) {
                        all.push(statement);
                    }
                }
                Self(json!({ "Statement": all }).to_string())
            }
        }
    }
}

/// What a level's policies are called in the file.
const SERVICE_CONTROLS: &str = "serviceControlPolicies";
const RESOURCE_CONTROLS: &str = "resourceControlPolicies";

impl OrganizationPolicies {
    /// Reads `{"levels": [{"target": …, "serviceControlPolicies": […], "resourceControlPolicies": […]}, …]}`. A policy is a
    /// document, its text, or a DescribePolicy response, which also has its name.
    ///
    /// # Errors
    /// Where it does not have that shape: what is wrong and where, in words.
    pub fn read(value: &Value) -> Result<Self, String> {
        let fields = value.as_object().ok_or("it is not a JSON object")?;
        let levels = fields
            .get("levels")
            .ok_or("it has no `levels`, a list from the root to the account")?
            .as_array()
            .ok_or("its `levels` is not a list")?;
        let levels: Vec<OrganizationLevel> = levels
            .iter()
            .enumerate()
            .map(|(index, level)| {
                OrganizationLevel::read(level).map_err(|why| format!("levels[{index}]: {why}"))
            })
            .collect::<Result<_, _>>()?;
        let named_by_arn = |part: usize| {
            let mut targets = levels.iter().map(|l| l.target.as_str());
            targets.find_map(|target| part_of_target(target, part))
        };
        Ok(Self {
            id: text(fields, "id")?.or_else(|| named_by_arn(1)),
            management_account: text(fields, "managementAccount")?.or_else(|| named_by_arn(0)),
            levels,
        })
    }
}

/// The managing account (0) or the organization's id (1) of a target that is written as an ARN:
/// `arn:aws:organizations::ACCOUNT:ou/o-ID/ou-…`.
fn part_of_target(target: &str, part: usize) -> Option<String> {
    let mut parts = target.strip_prefix("arn:")?.splitn(5, ':').skip(3);
    let account = parts.next()?;
    if part == 0 {
        return Some(account.to_owned());
    }
    parts.next()?.split('/').nth(1).map(str::to_owned)
}

fn text(fields: &Map<String, Value>, name: &str) -> Result<Option<String>, String> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("its `{name}` is not a string")),
    }
}

impl OrganizationLevel {
    fn read(value: &Value) -> Result<Self, String> {
        let fields = value.as_object().ok_or("it is not an object")?;
        let target = text(fields, "target")?.filter(|t| !t.is_empty());
        let level = Self {
            target: target
                .ok_or("it has no `target`: a root, an organizational unit or an account")?,
            service_controls: documents(fields, SERVICE_CONTROLS)?,
            resource_controls: documents(fields, RESOURCE_CONTROLS)?,
        };
        if level.service_controls.is_none() && level.resource_controls.is_none() {
            return Err(format!(
                "it has neither `{SERVICE_CONTROLS}` nor `{RESOURCE_CONTROLS}`"
            ));
        }
        Ok(level)
    }
}

fn documents(
    fields: &Map<String, Value>,
    kind: &str,
) -> Result<Option<Vec<NamedDocument>>, String> {
    let list = match fields.get(kind) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(format!("its `{kind}` is not a list of policies")),
    };
    let read = list.iter().enumerate().map(|(index, policy)| {
        let place = format!("{kind}[{index}]");
        document(policy, &place).ok_or_else(|| format!("{place} is not a policy document"))
    });
    read.collect::<Result<_, _>>().map(Some)
}

fn document(policy: &Value, place: &str) -> Option<NamedDocument> {
    let policy = policy.get("Policy").unwrap_or(policy);
    let name = policy
        .pointer("/PolicySummary/Name")
        .and_then(Value::as_str);
    let content = policy.get("Content").unwrap_or(policy);
    let text = match content {
        Value::String(text) => text.clone(),
        Value::Object(_) => content.to_string(),
        _ => return None,
    };
    Some(NamedDocument {
        name: name.unwrap_or(place).to_owned(),
        document: Document(text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &Value) -> Result<OrganizationPolicies, String> {
        OrganizationPolicies::read(value)
    }

    #[test]
    fn documents_are_joined_by_their_statements_and_a_broken_one_stays() {
        let document = |statement: Value| Document(json!({ "Statement": statement }).to_string());
        let (one, two) = (json!({ "Sid": "one" }), json!({ "Sid": "two" }));
        let joined = |all: &[&Document]| Document::joined(all.iter().copied().cloned());
        let first = document(json!([one]));
        assert_eq!(joined(&[&first]), first);
        assert_eq!(joined(&[&first, &first]), first);
        assert_eq!(
            joined(&[&first, &document(two.clone()), &document(json!([one, two]))]),
            document(json!([one, two]))
        );
        let broken = Document("{".to_owned());
        assert_eq!(joined(&[&first, &broken]), broken);
    }

    #[test]
    fn a_policy_is_a_document_its_text_or_a_described_policy() {
        let document = json!({"Statement": []});
        let described = json!({"Policy": {"PolicySummary": {"Name": "regions"}, "Content": document.to_string()}});
        let policies = read(&json!({"levels": [
            {"target": "r-ab12", "serviceControlPolicies": [document, document.to_string(), described]},
            {"target": "arn:aws:organizations::111111111111:ou/o-abc/ou-1", "resourceControlPolicies": []},
        ]}))
        .unwrap();
        let names: Vec<&str> = policies.levels[0]
            .service_controls
            .iter()
            .flatten()
            .map(|d| d.name.as_str())
            .collect();
        assert_eq!(
            names,
            [
                "serviceControlPolicies[0]",
                "serviceControlPolicies[1]",
                "regions"
            ]
        );
        assert_eq!(policies.levels[0].resource_controls, None);
        assert_eq!(policies.levels[1].resource_controls, Some(Vec::new()));
        assert_eq!(policies.id.as_deref(), Some("o-abc"));
        assert_eq!(policies.management_account.as_deref(), Some("111111111111"));
    }

    #[test]
    fn what_has_another_shape_is_refused_with_its_place() {
        for (value, words) in [
            (json!([]), "not a JSON object"),
            (json!({"Levels": []}), "no `levels`"),
            (json!({"levels": {}}), "not a list"),
            (
                json!({"levels": ["r-ab12"]}),
                "levels[0]: it is not an object",
            ),
            (
                json!({"levels": [{"serviceControlPolicies": []}]}),
                "no `target`",
            ),
            (json!({"levels": [{"target": "r-ab12"}]}), "neither"),
            (
                json!({"levels": [{"target": "r-ab12", "serviceControlPolicies": {}}]}),
                "not a list of policies",
            ),
            (
                json!({"levels": [{"target": "r-ab12", "serviceControlPolicies": [7]}]}),
                "levels[0]: serviceControlPolicies[0] is not a policy document",
            ),
            (json!({"levels": [], "id": 7}), "`id` is not a string"),
        ] {
            let why = read(&value).unwrap_err();
            assert!(why.contains(words), "{value}: {why}");
        }
    }
}
