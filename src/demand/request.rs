//! What a task's definition fixes of its request beside the resource, for conditions on it.

use super::lookup::{lookup, spellings};
use super::pattern::patterns;
use super::{Home, Maker, names};
use crate::glob::Glob;
use crate::need::{
    HTTP_ENDPOINT, HTTP_METHOD, MACHINE_QUALIFIER, Need, PASSED_TO, REQUEST_ALIAS, Target,
};
use crate::value::Value;

/// Services that AWS documents as the receiver of the roles that a task passes to them, in the policies of the Step
/// Functions Developer Guide or in their own guides' `iam:PassedToService` examples. Of other services the principal is
/// derived from the name and good for a fix, but not to call a condition wrong.
const RECEIVERS: [&str; 12] = [
    "bedrock.amazonaws.com",
    "cloudformation.amazonaws.com",
    "codebuild.amazonaws.com",
    "ec2.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "elasticmapreduce.amazonaws.com",
    "emr-serverless.amazonaws.com",
    "glue.amazonaws.com",
    "lambda.amazonaws.com",
    "mediaconvert.amazonaws.com",
    "sagemaker.amazonaws.com",
    "states.amazonaws.com",
];

/// An HTTP call's endpoint and method (Step Functions Developer Guide, "Call HTTPS APIs": condition keys).
pub(super) fn http(need: &mut Need, arguments: &Value, home: &Home) {
    for (key, path) in [(HTTP_ENDPOINT, "ApiEndpoint"), (HTTP_METHOD, "Method")] {
        let values: Vec<Glob> = lookup(arguments, path)
            .iter()
            .flat_map(spellings)
            .flat_map(|pieces| patterns(&pieces, home))
            .map(|pattern| pattern.glob)
            .collect();
        if !values.is_empty() {
            need.request.push((key, values));
        }
    }
}

/// The version or alias by which a request names a workflow: the call is authorized on the workflow (Step Functions
/// Developer Guide, "Authorization for versions and aliases").
pub(super) fn qualifier(need: &mut Need, arguments: &Value, home: &Home) {
    if !need.action.starts_with("states:Start") {
        return;
    }
    let named: Vec<Option<Glob>> = lookup(arguments, "StateMachineArn")
        .iter()
        .flat_map(spellings)
        .flat_map(|pieces| patterns(&pieces, home))
        // An open end may hold a qualifier or none.
        .map(|p| p.glob.as_literal().map(|_| p.glob))
        .collect();
    let all: Option<Vec<Glob>> = named.into_iter().collect();
    let Some(all) = all.filter(|a| !a.is_empty()) else {
        return;
    };
    let qualifiers: Vec<Glob> = all.iter().filter_map(names::qualifier).collect();
    if qualifiers.is_empty() || qualifiers.len() == all.len() {
        need.request.push((MACHINE_QUALIFIER, qualifiers));
    }
}

/// The service that receives a role.
pub(super) fn passed_to(need: &mut Need, principal: &'static str) {
    need.passed_to = Some(principal);
    if !need.optional && RECEIVERS.contains(&principal) {
        // In China the principals of some services end in `.cn`.
        let names = [principal.to_owned(), format!("{principal}.cn")];
        let values = names.iter().map(|n| Glob::literal(n)).collect();
        need.request.push((PASSED_TO, values));
    }
}

/// The alias that names a key: one key, whichever it stands for (Key Management Service Developer Guide, "ABAC for KMS:
/// using aliases to control access").
pub(super) fn alias(need: &mut Need, arguments: &Value, home: &Home) {
    let mut aliases: Vec<Glob> = Vec::new();
    for pattern in lookup(arguments, "KeyId")
        .iter()
        .flat_map(spellings)
        .flat_map(|pieces| patterns(&pieces, home))
    {
        let text = pattern.glob.as_literal().unwrap_or_default();
        let Some(at) = text.find("alias/") else {
            return;
        };
        aliases.push(Glob::literal(text.get(at..).unwrap_or_default()));
    }
    if !aliases.is_empty() && need.action.starts_with("kms:") {
        need.request.push((REQUEST_ALIAS, aliases));
        if need.target == Target::NotDerivable {
            need.target = Target::Partial;
        }
    }
}

/// The encryption context of the workflow's own data (Step Functions Developer Guide, "Data at rest encryption").
pub(super) fn encryption_context(need: &mut Need, maker: &Maker<'_>) {
    const KEY: &str = "kms:encryptioncontext:aws:states:statemachinearn";
    let known = [&maker.home.account, &maker.home.region, &maker.home.name];
    if known.iter().all(|part| !part.is_empty()) {
        let own = super::map::own(maker.home, "stateMachine");
        need.request.push((KEY, vec![own]));
    }
}
