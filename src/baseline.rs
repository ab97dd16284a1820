//! Who may set a workflow's baseline: deployments that the configuration trusts.
//!
//! Only what AWS vouches for counts: principals, `invokedBy`, and tags of the reserved `aws:` namespace. The user agent,
//! names and ordinary tags are whatever the caller writes.

use crate::arn::Arn;
use crate::config::Config;
use crate::facts::drift::How;
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
        through && names.any(|(_, name)| config.baseline.stacks.iter().any(|s| s.matches(name)))
    };
    (by_principal || by_stack()).then_some(How::Deployment)
}
