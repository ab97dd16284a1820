//! The policies of queues: who may send what a pipe reads.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Found;
use crate::snapshot::{Document, Fetched};
use crate::template::resolve::{as_texts, elements, text_of};
use crate::template::resource::Resource;
use crate::template::scope::Scope;

impl Found {
    /// `AWS::SQS::QueuePolicy`, or `AWS::SQS::QueueInlinePolicy` of one queue.
    pub(super) fn queue_policy(&mut self, scope: &Scope, resource: &Resource) {
        let Some(policy) = scope.property(resource, "PolicyDocument") else {
            return;
        };
        let policy = match policy.as_str() {
            Some(text) => serde_json::from_str(text).unwrap_or_default(),
            None => policy,
        };
        let statements: Vec<Value> = match policy.get("Statement") {
            Some(list) => elements(list).iter().map(|s| as_texts(s)).collect(),
            // What cannot be read may let everybody in.
            None => vec![json!({"Effect": "Allow", "Principal": "*", "Action": "sqs:*"})],
        };
        let several = scope.property(resource, "Queues");
        let one = scope.property(resource, "Queue");
        let listed = several.as_ref().map(elements).unwrap_or_default();
        for queue in listed.into_iter().chain(&one).filter_map(text_of) {
            // A URL, or an ARN.
            let name = queue.rsplit(['/', ':']).next().unwrap_or_default();
            let all = self.queue_policies.entry(name.to_owned()).or_default();
            all.extend(statements.iter().cloned());
        }
    }

    /// The policies of queues by name; not read where the template declares none.
    pub fn queue_policies(&self) -> Fetched<BTreeMap<String, Document>> {
        if self.queue_policies.is_empty() {
            return Fetched::NotCollected;
        }
        let document = |(name, statements): (&String, &Vec<Value>)| {
            let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
            (name.clone(), Document(text))
        };
        Fetched::Present(self.queue_policies.iter().map(document).collect())
    }
}
