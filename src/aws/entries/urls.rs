//! Function URLs, and who may call them.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_lambda::Client;

use super::super::Sdk;
use super::super::functions::Functions;
use super::{Answer, Lack, each, lack};
use crate::snapshot::entries::FunctionUrl;
use crate::snapshot::{Document, Fetched, Function};

#[derive(Clone, Debug)]
pub(super) struct Urls(Client);

/// What was read of functions that may start something.
pub(super) struct OfFunctions {
    pub(super) urls: Fetched<Vec<FunctionUrl>>,
    pub(super) policies: Fetched<BTreeMap<String, Document>>,
    pub(super) functions: BTreeMap<String, Function>,
}

impl Urls {
    pub(super) fn new(sdk: &Sdk) -> Self {
        Self(client!(aws_sdk_lambda, sdk))
    }

    /// The URLs of the functions that have one of these roles.
    pub(super) async fn all(
        &self,
        functions: &Functions,
        roles: &BTreeSet<String>,
    ) -> Answer<OfFunctions> {
        let listed = match functions.all().await {
            Fetched::Present(listed) => listed,
            Fetched::Absent | Fetched::NotCollected => BTreeMap::new(),
            Fetched::Denied(why) => return Err(Lack::Denied(why)),
            Fetched::Failed(why) => return Err(Lack::Failed(why)),
        };
        let own: BTreeMap<String, Function> = listed
            .into_iter()
            .filter(|(_, function)| roles.contains(&function.role_arn))
            .collect();
        let urls = each(own.keys().cloned().collect::<Vec<_>>(), |arn| self.of(arn))
            .await?
            .concat();
        let mut open: Vec<String> = urls.iter().map(|url| url.function_arn.clone()).collect();
        open.sort_unstable();
        open.dedup();
        let policies = each(open, |arn| self.policy(arn)).await;
        Ok(OfFunctions {
            policies: policies.map(joined).into(),
            urls: Fetched::Present(urls),
            functions: own,
        })
    }

    async fn of(&self, arn: String) -> Answer<Vec<FunctionUrl>> {
        let call = self.0.list_function_url_configs().function_name(arn);
        let call = call.into_paginator().items().send().try_collect().await;
        let urls: Vec<_> = call.map_err(lack("lambda:ListFunctionUrlConfigs"))?;
        let url = |url: aws_sdk_lambda::types::FunctionUrlConfig| FunctionUrl {
            auth_type: url.auth_type.as_str().to_owned(),
            function_arn: url.function_arn,
        };
        Ok(urls.into_iter().map(url).collect())
    }

    /// The resource policy, by the function's name; absent where it has none.
    async fn policy(&self, arn: String) -> Answer<(String, String)> {
        let call = self.0.get_policy().function_name(&arn).send().await;
        let read = call.map_err(lack("lambda:GetPolicy"))?;
        // arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME, then a qualifier or nothing.
        match (arn.split(':').nth(6), read.policy) {
            (Some(name), Some(policy)) => Ok((name.to_owned(), policy)),
            _ => Err(Lack::Absent),
        }
    }
}

/// The policies by function: an alias has one of its own, and whoever one of them lets in is let in.
fn joined(all: Vec<(String, String)>) -> BTreeMap<String, Document> {
    let mut by_function: BTreeMap<String, Vec<Document>> = BTreeMap::new();
    for (name, policy) in all {
        by_function.entry(name).or_default().push(Document(policy));
    }
    let each = by_function.into_iter();
    each.map(|(name, all)| (name, Document::joined(all.into_iter())))
        .collect()
}
