//! Who may set a workflow's baseline: deployments that the configuration trusts.
//!
//! Only what AWS vouches for counts: principals, `invokedBy`, and tags of the reserved `aws:` namespace. The user agent,
//! names and ordinary tags are whatever the caller writes.

use crate::arn::Arn;
use crate::config::Config;
use crate::drift::How;
use crate::trigger::EventInfo;
use crate::workflow::Workflow;

/// The tag that CloudFormation sets on what it makes; nobody else can (Tagging AWS Resources User Guide, "Tag naming
/// limits and requirements": the `aws:` prefix is reserved).
const STACK_NAME: &str = "aws:cloudformation:stack-name";

/// Whether what this event deployed is the workflow's new baseline.
pub fn approves(config: &Config, event: &EventInfo, workflow: &Workflow) -> Option<How> {
    let actor = Arn::parse(&event.actor);
    let mut principals = actor.iter().chain(&event.issuer);
    let by_principal =
        principals.any(|arn| config.baseline.principals.iter().any(|p| p.matches(arn)));
    let by_stack = || {
        let through = event.invoked_by.as_deref() == Some("cloudformation.amazonaws.com");
        let mut names = workflow.tags.iter().filter(|(key, _)| key == STACK_NAME);
        through && names.any(|(_, name)| config.baseline.stacks.contains(name))
    };
    (by_principal || by_stack()).then_some(How::Deployment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Config {
        Config::parse(text).unwrap()
    }

    fn event(actor: &str) -> EventInfo {
        EventInfo {
            name: "UpdateStateMachine".to_owned(),
            actor: actor.to_owned(),
            through: "cloudformation".to_owned(),
            source_ip: "cloudformation.amazonaws.com".to_owned(),
            ..EventInfo::default()
        }
    }

    fn tagged(tags: &[(&str, &str)]) -> Workflow {
        let tags = tags.iter();
        Workflow {
            tags: tags
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
            ..Workflow::unread("Orders", "unowned")
        }
    }

    const ROLES: &str = "[baseline]\nprincipals = [\"arn:aws:iam::123456789012:role/ci/deploy-*\", \"arn:aws:sts::123456789012:assumed-role/*-deploy/ci\", \"arn:aws:sts::123456789012:assumed-role/pipeline\"]";

    #[test]
    fn a_name_that_the_caller_chooses_approves_nothing() {
        let config = config(ROLES);
        let plain = tagged(&[]);
        for actor in [
            // Sessions whose name looks like a trusted role's.
            "arn:aws:sts::123456789012:assumed-role/evil/x-deploy/ci",
            "arn:aws:sts::123456789012:assumed-role/evil/pipeline",
            "arn:aws:sts::123456789012:assumed-role/pipeline/session",
            "arn:aws:iam::123456789012:role/other/ci/deploy-x",
            "arn:aws:iam::123456789012:role/deploy-x",
            "arn:aws:iam::123456789012:role/ci/deploy-x/y",
            // Another account's role of the same name, and text that is no ARN.
            "arn:aws:iam::999999999999:role/ci/deploy-x",
            "role/ci/deploy-x",
            "",
        ] {
            assert_eq!(approves(&config, &event(actor), &plain), None, "{actor}");
        }
    }

    #[test]
    fn a_session_is_trusted_by_its_own_arn_or_by_its_role() {
        let config = config(ROLES);
        let plain = tagged(&[]);
        let session = event("arn:aws:sts::123456789012:assumed-role/team-deploy/ci");
        assert_eq!(approves(&config, &session, &plain), Some(How::Deployment));
        let mut session = event("arn:aws:sts::123456789012:assumed-role/deploy-orders/anything");
        assert_eq!(approves(&config, &session, &plain), None);
        session.issuer = Arn::parse("arn:aws:iam::123456789012:role/ci/deploy-orders");
        assert_eq!(approves(&config, &session, &plain), Some(How::Deployment));
    }

    #[test]
    fn a_stack_is_trusted_where_aws_says_so() {
        let config = config("[baseline]\nstacks = [\"orders-prod\"]");
        let stack = ("aws:cloudformation:stack-name", "orders-prod");
        let mut call = event("arn:aws:iam::123456789012:user/kim");
        assert_eq!(
            approves(&config, &call, &tagged(&[stack])),
            None,
            "only a user agent says so"
        );
        call.invoked_by = Some("cloudformation.amazonaws.com".to_owned());
        assert_eq!(
            approves(&config, &call, &tagged(&[stack])),
            Some(How::Deployment)
        );
        for other in [
            ("aws:cloudformation:stack-name", "billing"),
            ("aws:cloudformation:stack-name", "orders-prod2"),
            ("aws:cloudformation:stack-name", "orders"),
            ("aws:cloudformation:stack-name", "x-orders-prod"),
            ("cloudformation:stack-name", "orders-prod"),
            ("stack-name", "orders-prod"),
        ] {
            assert_eq!(
                approves(&config, &call, &tagged(&[other])),
                None,
                "{other:?}"
            );
        }
        call.invoked_by = Some("apigateway.amazonaws.com".to_owned());
        assert_eq!(approves(&config, &call, &tagged(&[stack])), None);
    }

    #[test]
    fn nothing_is_trusted_unless_it_is_configured() {
        let mut call = event("arn:aws:iam::123456789012:user/kim");
        call.invoked_by = Some("cloudformation.amazonaws.com".to_owned());
        let stack = tagged(&[("aws:cloudformation:stack-name", "orders-prod")]);
        assert_eq!(approves(&Config::default(), &call, &stack), None);
    }
}
