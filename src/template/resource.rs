//! One resource of a template, whatever wrote it: CloudFormation, SAM's expansion, or a Terraform plan.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::document::Place;
use crate::loc::Pointer;

/// A resource.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    /// Its logical id, or its address in Terraform.
    pub id: String,
    /// Its CloudFormation type, such as `AWS::IAM::Role`.
    pub kind: String,
    /// Its properties, functions unresolved.
    pub properties: Map<String, Value>,
    /// Its `Metadata`.
    pub metadata: Value,
    /// Its `Connectors` (AWS SAM).
    pub connectors: Value,
    /// Its ARN, where it exists already.
    pub arn: Option<String>,
    /// Whether a condition that is not decided may leave it out.
    pub conditional: bool,
    /// The file that declares it.
    pub file: PathBuf,
    /// Where its declaration stands.
    pub whole: Pointer,
    /// Where its properties stand.
    pub pointer: Pointer,
    /// Properties that stand elsewhere: the pointer from the properties, and where what it points at was written.
    pub moved: BTreeMap<String, Pointer>,
}

impl Resource {
    /// A resource that another one in the same file stands for.
    pub fn made_by(origin: &Self, id: impl Into<String>, kind: &str, properties: Value) -> Self {
        let properties = match properties {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        Self {
            id: id.into(),
            kind: kind.to_owned(),
            properties,
            metadata: Value::Null,
            connectors: Value::Null,
            arn: None,
            conditional: origin.conditional,
            moved: BTreeMap::new(),
            ..origin.clone()
        }
    }

    /// A property as it was written.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.properties.get(name)
    }

    /// Says where a property was written.
    #[must_use]
    pub fn with_moved(mut self, inside: &Pointer, place: Pointer) -> Self {
        self.moved.insert(inside.as_str().to_owned(), place);
        self
    }

    /// Where a part of the properties stands: the nearest part of which it is known, and the rest of the way.
    pub fn place(&self, inside: &Pointer) -> Place {
        let tokens = inside.tokens();
        let mut pointer = None;
        for taken in (0..=tokens.len()).rev() {
            let (head, rest) = tokens.split_at(taken);
            let head = head.iter().fold(Pointer::root(), |p, t| p.key(t));
            if let Some(moved) = self.moved.get(head.as_str()) {
                pointer = Some(rest.iter().fold(moved.clone(), |p, t| p.key(t)));
                break;
            }
        }
        let own = || tokens.iter().fold(self.pointer.clone(), |p, t| p.key(t));
        Place {
            file: self.file.clone(),
            pointer: pointer.unwrap_or_else(own),
        }
    }

    /// Where its declaration stands.
    pub fn declaration(&self) -> Place {
        Place {
            file: self.file.clone(),
            pointer: self.whole.clone(),
        }
    }
}
