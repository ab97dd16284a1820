use super::{Meta, Rule};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::severity::Severity;

/// `lambda-chain`
pub struct LambdaChain;

impl Rule for LambdaChain {
    fn meta(&self) -> &'static Meta {
        meta!(
            "lambda-chain",
            from [Definition, Role],
            builds_on [],
            "low, medium with `lambda:InvokeFunction` on a wildcard",
            "most tasks are Lambda functions: the real authorization lives in their roles"
        )
    }

    fn check(&self, facts: &Facts<'_>, out: &mut Vec<Finding>) {
        let lambda = &facts.functions;
        let (invoking, tasks) = (lambda.invoking.len(), lambda.tasks);
        let enough = invoking >= facts.config.lambda_chain_min;
        let most = invoking * 100 > tasks * facts.config.lambda_chain_percent;
        if !(enough && most) {
            return;
        }
        let (severity, wildcard) = match &lambda.wildcard {
            Some(pattern) => (
                Severity::Medium,
                format!("; this one may invoke functions on `{pattern}`, past those that it names"),
            ),
            None => (Severity::Low, String::new()),
        };
        let mut finding = facts.finding(
            self.meta().id,
            severity,
            "",
            format!("{invoking} of {tasks} tasks are Lambda functions"),
            format!(
                "what this workflow may do is decided in the roles of its functions, which no review of the workflow's own role shows{wildcard}"
            ),
            "call the service directly where a function does little more (`replaceable-lambda` names such functions), and give each remaining function a role of its own",
        );
        finding.actions(vec!["lambda:InvokeFunction".to_owned()]);
        finding.resources(lambda.wildcard.iter().cloned().collect());
        out.push(finding.build());
    }
}
