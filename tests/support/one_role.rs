//! An account of one workflow with a role of its own.

use serde_json::{Value, json};
use stepwarden::snapshot::{Account, Document, Fetched, Iam, NamedDocument, Role, StateMachine};

/// The workflow.
pub const ARN: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:Orders";
/// Its role.
pub const ROLE: &str = "arn:aws:iam::123456789012:role/Orders";

/// The workflow of this definition; the policies are its role's inline ones, `p0`, `p1`, ….
pub fn account(definition: &Value, policies: &[Value]) -> Account {
    let inline = policies.iter().enumerate().map(|(i, p)| NamedDocument {
        name: format!("p{i}"),
        document: Document(p.to_string()),
    });
    let role = Role {
        arn: ROLE.to_owned(),
        name: "Orders".to_owned(),
        trust: Fetched::NotCollected,
        inline: Fetched::Present(inline.collect()),
        attached: Fetched::Present(Vec::new()),
        boundary: None,
        tags: Vec::new(),
    };
    let machine = StateMachine {
        arn: ARN.to_owned(),
        name: "Orders".to_owned(),
        definition: definition.to_string(),
        role_arn: ROLE.to_owned(),
        kind: "STANDARD".to_owned(),
        tags: Fetched::Present(Vec::new()),
        declared: None,
        ..StateMachine::default()
    };
    Account {
        workflows: vec![machine],
        iam: Fetched::Present(Iam {
            roles: vec![role],
            ..Iam::default()
        }),
        ..Account::default()
    }
}

/// A policy of these statements.
pub fn policy(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}
