//! The Lambda functions that a workflow invokes, and what their roles may do: the real authorization of such a workflow.

mod replace;
mod role;

use std::collections::{BTreeMap, BTreeSet};

use crate::arn::Arn;
use crate::asl::{Definition, StateId};
use crate::catalog::{self, Breadth};
use crate::gap::{Gap, Input};
use crate::iam::{Authority, Effect, Principals};
use crate::need::{Need, Target};
use crate::snapshot::{Fetched, Function};

pub use replace::Replacement;
pub use role::{FunctionRole, Held};

/// The action that a state needs to invoke a function.
const INVOKE: &str = "lambda:InvokeFunction";

/// What a workflow has to do with Lambda.
#[derive(Clone, Debug, Default)]
pub struct FunctionFacts {
    /// How many task states there are, nested ones included.
    pub tasks: usize,
    /// The states that invoke a function.
    pub invoking: Vec<StateId>,
    /// The widest resource pattern on which the workflow's role may invoke functions, where it holds a wildcard.
    pub wildcard: Option<String>,
    /// The functions that the definition names.
    pub functions: Vec<InvokedFunction>,
}

/// One invoked function.
#[derive(Clone, Debug)]
pub struct InvokedFunction {
    /// Its ARN without version or alias.
    pub arn: Arn,
    /// The states that invoke it.
    pub states: Vec<StateId>,
    /// Its role, where it was read.
    pub role: Option<FunctionRole>,
}

/// What is read of the account.
pub struct FunctionContext<'a> {
    /// The functions by ARN.
    pub functions: &'a Fetched<BTreeMap<String, Function>>,
    /// The account's principals, where they were read.
    pub principals: Option<&'a Principals>,
    /// The workflow's role.
    pub role: Option<&'a Authority>,
}

/// Finds what the states invoke, by what they need. `lambda_states` are the states that call Lambda whatever their needs,
/// such as those that act under another role's credentials.
pub fn gather(
    workflow: &Arn,
    definition: &Definition,
    needs: &[Need],
    lambda_states: impl Iterator<Item = StateId>,
    around: &FunctionContext<'_>,
) -> (FunctionFacts, Vec<Gap>) {
    let mut invoking: BTreeSet<StateId> = lambda_states.collect();
    invoking.extend(invocations(needs).filter_map(|need| need.state));
    let named = named(needs);
    let mut gaps = Vec::new();
    if !named.is_empty() {
        gaps.extend(unread(around.functions));
    }
    let functions = named
        .into_values()
        .map(|(arn, states)| {
            let role = read_role(workflow, &arn, around, &mut gaps);
            InvokedFunction { arn, states, role }
        })
        .collect();
    let facts = FunctionFacts {
        tasks: definition.tasks().count(),
        invoking: invoking.into_iter().collect(),
        wildcard: around.role.and_then(wildcard),
        functions,
    };
    (facts, gaps)
}

fn invocations(needs: &[Need]) -> impl Iterator<Item = &Need> {
    needs.iter().filter(|n| n.action == INVOKE && !n.optional)
}

/// The functions that the needs name, by ARN, with the states that invoke them.
pub(super) fn named(needs: &[Need]) -> BTreeMap<String, (Arn, Vec<StateId>)> {
    let mut named: BTreeMap<String, (Arn, Vec<StateId>)> = BTreeMap::new();
    for need in invocations(needs).filter(|n| n.target == Target::Static) {
        let Some(state) = need.state else { continue };
        for arn in need
            .resources
            .iter()
            .filter_map(|r| function_arn(&r.as_literal()?))
        {
            let entry = named
                .entry(arn.to_string())
                .or_insert_with(|| (arn, Vec::new()));
            if !entry.1.contains(&state) {
                entry.1.push(state);
            }
        }
    }
    named
}

/// The function that a concrete ARN names, without version or alias.
fn function_arn(text: &str) -> Option<Arn> {
    let arn = Arn::parse(text)?;
    let name = arn.resource().strip_prefix("function:")?;
    let name = name.split(':').next().filter(|n| !n.is_empty())?;
    let known = !arn.region().is_empty() && !arn.account().is_empty();
    known.then(|| {
        let (partition, region, account) = (arn.partition(), arn.region(), arn.account());
        Arn::new(
            partition,
            "lambda",
            region,
            account,
            &format!("function:{name}"),
        )
    })?
}

fn read_role(
    workflow: &Arn,
    function: &Arn,
    around: &FunctionContext<'_>,
    gaps: &mut Vec<Gap>,
) -> Option<FunctionRole> {
    let known = around.functions.present()?;
    let Some(found) = known.get(function.as_str()) else {
        let here =
            function.account() == workflow.account() && function.region() == workflow.region();
        if here {
            gaps.push(Gap::optional(
                Input::Functions,
                format!("the function `{}`", function.name()),
                "it is not in the account's list of functions: it does not exist, or came after the list",
            ));
        }
        return None;
    };
    let arn = Arn::parse(&found.role_arn)?;
    let Some(principal) = around.principals?.get(&arn) else {
        gaps.push(Gap::new(
            Input::Functions,
            format!("the role of the function `{}`", function.name()),
            format!("`{arn}` is not among the roles that were read; grant `iam:GetAccountAuthorizationDetails`, or see whether it was deleted"),
        ));
        return None;
    };
    Some(role::read(arn, &principal.authority))
}

fn unread(functions: &Fetched<BTreeMap<String, Function>>) -> Option<Gap> {
    let what = "the Lambda functions";
    match functions {
        Fetched::Present(_) => None,
        Fetched::NotCollected | Fetched::Absent => Some(Gap::optional(
            Input::Functions,
            what,
            "`functions.json` is not in the snapshot; add it with `aws lambda list-functions`",
        )),
        Fetched::Denied(why) => Some(Gap::new(
            Input::Functions,
            what,
            format!(
                "access denied: {why}; grant `lambda:ListFunctions` or `lambda:GetFunctionConfiguration`"
            ),
        )),
        Fetched::Failed(why) => Some(Gap::new(
            Input::Functions,
            what,
            format!("reading failed: {why}; the next evaluation tries again"),
        )),
    }
}

/// The widest pattern on which a role may invoke functions; versions and aliases of one function are no wildcard.
fn wildcard(role: &Authority) -> Option<String> {
    let statements = role.identity.iter().flat_map(|p| &p.statements);
    statements
        .filter(|s| s.effect == Effect::Allow && s.actions.matches(INVOKE))
        .flat_map(|s| s.resources.patterns())
        .filter_map(|p| {
            let text = match p.text.strip_suffix(":*") {
                // The versions and aliases of functions; `function:*` is every function.
                Some(functions) if !functions.ends_with(":function") => functions,
                _ => &p.text,
            };
            let breadth = catalog::breadth(INVOKE, &crate::glob::Glob::parse(text));
            (breadth > Breadth::One).then(|| (breadth, p.text.clone()))
        })
        .max_by_key(|(breadth, _)| *breadth)
        .map(|(_, text)| text)
}

#[cfg(test)]
mod tests;
