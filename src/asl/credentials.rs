//! `Credentials`: the role that a task acts with.

use super::parser::Parser;
use super::{Node, Template};

impl Parser {
    /// `Credentials` name a role (developer guide, "Accessing resources in other AWS accounts").
    pub(super) fn check_credentials(&mut self, credentials: Option<&Template>) {
        let Some(Template { pointer, node }) = credentials else {
            return;
        };
        let is_named = match node {
            Node::Object(members) => members.iter().any(|(name, _)| name == "RoleArn"),
            Node::Jsonata(_) | Node::Broken | Node::Path(_) | Node::Intrinsic(_) => true,
            Node::Text(text) => text.is_unresolved(),
            _ => false,
        };
        if !is_named {
            self.problem(pointer, "`Credentials` without a `RoleArn`");
        }
        let Node::Object(members) = node else {
            return;
        };
        for (_, role) in members.iter().filter(|(name, _)| name == "RoleArn") {
            let is_text = !matches!(
                role.node,
                Node::Number(_) | Node::Bool(_) | Node::Null | Node::Array(_)
            );
            if !is_text {
                self.expected(&role.pointer, "the ARN of a role");
            }
        }
    }
}

/// The `RoleArn` of `Credentials`, or the whole where it is one expression.
pub(super) fn role_arn(credentials: Template) -> Template {
    match credentials.node {
        Node::Object(members) => {
            let pointer = credentials.pointer;
            // Of `RoleArn` and `RoleArn.$` side by side, the computed one is the one to judge.
            let is_text = |t: &Template| matches!(t.node, Node::Text(_));
            let mut named = members.into_iter().filter(|(name, _)| name == "RoleArn");
            let found = match (named.next(), named.next()) {
                (Some((_, first)), Some(second)) if is_text(&first) => Some(second),
                (first, _) => first,
            };
            found.map_or(
                Template {
                    pointer,
                    node: Node::Broken,
                },
                |(_, template)| template,
            )
        }
        node => Template {
            node,
            ..credentials
        },
    }
}
