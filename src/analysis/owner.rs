//! Whose a workflow is.

use crate::arn::Arn;
use crate::config::Config;
use crate::snapshot::{Account, StateMachine, Tag};
use crate::workflow::OwnerSource;

/// The tag that names the CloudFormation stack by its ARN; only CloudFormation sets it.
const STACK_ID: &str = "aws:cloudformation:stack-id";

/// A tag's value has at most so many characters (Tagging AWS Resources User Guide).
const MAX_OWNER: usize = 256;

/// From the workflow's own tags, then its role's, then those of the stack of either, then the default.
pub(super) fn of(
    account: &Account,
    machine: &StateMachine,
    tags: &[(String, String)],
    config: &Config,
) -> (String, OwnerSource) {
    let roles = account.iam.present().map_or(&[][..], |iam| &iam.roles);
    let role = roles.iter().find(|r| r.arn == machine.role_arn);
    let role_tags = role.map(|r| pairs(&r.tags)).unwrap_or_default();
    let sources = [
        (OwnerSource::WorkflowTag, tags.to_vec()),
        (OwnerSource::StackTag, stack_tags(account, tags)),
        (OwnerSource::StackTag, stack_tags(account, &role_tags)),
        (OwnerSource::RoleTag, role_tags),
    ];
    let mut named: Vec<(String, OwnerSource)> = sources
        .into_iter()
        .filter_map(|(source, tags)| Some((named(&tags, config)?, source)))
        .collect();
    named.sort_by_key(|(_, source)| std::cmp::Reverse(*source));
    let found = named.into_iter().next();
    found.unwrap_or_else(|| (config.default_owner.clone(), OwnerSource::Default))
}

fn pairs(tags: &[Tag]) -> Vec<(String, String)> {
    let all = tags.iter();
    all.map(|t| (t.key.clone(), t.value.clone())).collect()
}

/// The tags of the stack that these tags name.
fn stack_tags(account: &Account, tags: &[(String, String)]) -> Vec<(String, String)> {
    let id = tags.iter().find(|(key, _)| key == STACK_ID);
    let all = account.tags.present();
    let found = id.zip(all).and_then(|((_, arn), all)| all.get(arn));
    found.map(|tags| pairs(tags)).unwrap_or_default()
}

/// The owner that these tags name: the first configured key with a value that can be a name.
fn named(tags: &[(String, String)], config: &Config) -> Option<String> {
    let value = |key: &String| {
        let mut own = tags.iter().filter(|(k, _)| k == key);
        own.find_map(|(_, value)| name(value))
    };
    config.owner_tags.iter().find_map(value)
}

/// The value without the blanks around it; `None` where it is empty, too long, or holds what no name holds.
fn name(value: &str) -> Option<String> {
    let name = value.trim();
    let strange = |c: char| {
        c.is_control()
            || ('\u{2028}'..='\u{202e}').contains(&c)
            || ('\u{2066}'..='\u{2069}').contains(&c)
    };
    let sound = !name.is_empty() && name.chars().count() <= MAX_OWNER && !name.chars().any(strange);
    sound.then(|| name.to_owned())
}

/// The person or job behind a principal's ARN: a session as `ROLE/SESSION`, a user by name; `None` for anything else,
/// such as a service.
pub fn of_actor(actor: &str) -> Option<String> {
    let arn = Arn::parse(actor)?;
    let (kind, rest) = arn.resource().split_once('/')?;
    let shown = match (arn.service(), kind) {
        ("sts", "assumed-role" | "federated-user") => rest,
        ("iam", "user" | "role") => arn.name(),
        _ => return None,
    };
    name(shown)
}

#[cfg(test)]
mod tests;
