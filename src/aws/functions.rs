//! Lambda: the roles of functions that workflows invoke.

use std::collections::BTreeMap;

use aws_sdk_lambda::Client;

use super::Sdk;
use super::error::unread;
use crate::snapshot::{Fetched, Function};

/// The IAM actions that these calls need.
pub(super) const ACTIONS: &[&str] = &["lambda:GetFunctionConfiguration", "lambda:ListFunctions"];

#[derive(Clone, Debug)]
pub(super) struct Functions(Client);

impl Functions {
    pub(super) fn new(sdk: &Sdk) -> Self {
        Self(client!(aws_sdk_lambda, sdk))
    }

    pub(super) async fn one(&self, arn: &str) -> Fetched<Function> {
        let call = self.0.get_function_configuration().function_name(arn);
        match call.send().await {
            Ok(output) => Fetched::Present(Function {
                role_arn: output.role.unwrap_or_default(),
            }),
            Err(error) => unread("lambda:GetFunctionConfiguration", &error),
        }
    }

    pub(super) async fn all(&self) -> Fetched<BTreeMap<String, Function>> {
        let call = self.0.list_functions().into_paginator().items().send();
        match call.try_collect().await {
            Ok(functions) => Fetched::Present(
                functions
                    .into_iter()
                    .filter_map(|f| {
                        let role_arn = f.role.unwrap_or_default();
                        Some((f.function_arn?, Function { role_arn }))
                    })
                    .collect(),
            ),
            Err(error) => unread("lambda:ListFunctions", &error),
        }
    }
}
