use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::functions::{InvokedFunction, Replacement};
use crate::rule_id::RuleId;
use crate::severity::Severity;

/// `replaceable-lambda`
pub struct ReplaceableLambda;

impl Rule for ReplaceableLambda {
    fn meta(&self) -> &'static Meta {
        meta!(
            "replaceable-lambda",
            from [Definition, Functions, Principals],
            builds_on [],
            "info",
            "an invoked function may call one API action only, which Step Functions can call itself"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        for function in &facts.functions.functions {
            let replacement = function.role.as_ref().and_then(|r| r.replacement.as_ref());
            if let Some(replacement) = replacement {
                out.push(tell(facts, self.meta().id, function, replacement));
            }
        }
    }
}

fn tell(
    facts: &Facts<'_>,
    id: RuleId,
    function: &InvokedFunction,
    replacement: &Replacement,
) -> Finding {
    let partition = facts.workflow.arn.partition();
    let resource = format!(
        "arn:{partition}:states:::aws-sdk:{}",
        replacement.integration
    );
    let fields = match facts.arguments_field(&function.states) {
        Some(field)
            if replacement
                .arguments
                .as_object()
                .is_some_and(|a| !a.is_empty()) =>
        {
            format!(", \"{field}\": {}", replacement.arguments)
        }
        _ => String::new(),
    };
    let name = function.arn.name();
    let mut finding = facts.finding(
        id,
        Severity::Info,
        function.arn.as_str(),
        format!("the function `{name}` may only call `{}`", replacement.action),
        format!(
            "beside its log, the role of `{}` grants the one action `{}`: if the code does little more than this call, a task that makes it needs no code, no further role and no runtime to patch",
            function.arn, replacement.action
        ),
        format!("{{\"Type\": \"Task\", \"Resource\": \"{resource}\"{fields}}}"),
    );
    finding.actions(vec![replacement.action.clone()]);
    facts.place(&mut finding, &function.states);
    finding.build()
}
