use super::{Meta, Rule};
use crate::evidence::starting::{by_statement, listed, who};
use crate::facts::Facts;
use crate::finding::Finding;
use crate::severity::Severity;
use crate::starters::{StartGrant, Starter};

/// `broad-invocation`
pub struct BroadInvocation;

/// More statements than this are counted in the detail, not described.
const DESCRIBED: usize = 5;
/// More principals than this are counted of one statement, not named.
const NAMED: usize = 3;

impl Rule for BroadInvocation {
    fn meta(&self) -> &'static Meta {
        meta!(
            "broad-invocation",
            from [Principals, StarterTrust, Settings, Organization],
            builds_on ["tainted-target", "tainted-command", "tainted-credentials"],
            "medium, high where the workflow has a tainted finding of high or more",
            "principals may start it through a wildcard rather than by its ARN"
        )
    }

    fn check(&self, _facts: &Facts<'_>, _out: &mut Vec<Finding>) {}

    fn review(&self, facts: &Facts<'_>, found: &[Finding], out: &mut Vec<Finding>) {
        // That the workflow's own role may start workflows at large is told of the role itself.
        let but_own = |s| match &facts.workflow.role {
            Some(own) => Starter::but(s, own),
            None => Some(Starter::clone(s)),
        };
        // What a service does as it is configured is told as the entry points behind its role.
        let told_otherwise = |s: &&Starter<'_>| s.actor.is_configured() && s.actor.runs.is_empty();
        let broad: Vec<Starter<'_>> = facts
            .starters
            .list
            .iter()
            .filter(|s| s.starts() && !s.by_name() && !told_otherwise(s))
            .filter_map(but_own)
            .map(Starter::by_wildcard)
            .collect();
        let mut broad: Vec<&Starter<'_>> = broad.iter().collect();
        if broad.is_empty() {
            return;
        }
        let principals = listed(&mut broad);
        let dangerous = found
            .iter()
            .find(|f| f.rule().is_tainted() && f.severity() >= Severity::High);
        let severity = if dangerous.is_some() {
            Severity::High
        } else {
            Severity::Medium
        };
        let mut finding = facts.finding(
            self.meta().id,
            severity,
            "",
            title(&broad, principals.count),
            detail(facts, &broad, dangerous),
            format!(
                "in these statements, name the workflows that are meant by their ARNs; for this one: {}",
                statement(facts)
            ),
        );
        principals.tell(&mut finding);
        let grants = || {
            broad
                .iter()
                .flat_map(|s| s.grants.iter())
                .filter(|g| g.starts())
        };
        finding.actions(sorted(
            grants().flat_map(|g| g.actions.iter().map(|a| (*a).to_owned())),
        ));
        finding.resources(sorted(grants().map(|g| g.resource.clone())));
        out.push(finding.build());
    }
}

fn sorted(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = texts.collect();
    all.sort();
    all.dedup();
    all
}

fn title(broad: &[&Starter<'_>], count: usize) -> String {
    let running = broad.iter().filter(|s| !s.actor.runs.is_empty());
    let roles: usize = running.map(|s| s.count()).sum();
    match (broad, roles) {
        ([one], _) if count == 1 => {
            format!("`{}` may start it through a wildcard", one.actor.arn.name())
        }
        (_, all) if count == all => {
            format!("{all} execution roles may start it through a wildcard")
        }
        (_, 0) => format!("{count} principals may start it through a wildcard"),
        _ => format!(
            "{count} principals may start it through a wildcard, {roles} of them execution roles"
        ),
    }
}

fn detail(facts: &Facts<'_>, broad: &[&Starter<'_>], dangerous: Option<&Finding>) -> String {
    let by = by_statement(broad);
    let mut parts: Vec<String> = by.iter().take(DESCRIBED).map(describe).collect();
    if let more @ 1.. = by.len().saturating_sub(DESCRIBED) {
        parts.push(format!("and {more} more such statements"));
    }
    let admins = match facts.starters.admins {
        0 => String::new(),
        1 => "; beside them 1 administrator may".to_owned(),
        n => format!("; beside them {n} administrators may"),
    };
    let danger = match dangerous {
        Some(finding) => format!(
            "; whoever starts this workflow chooses what it acts on (`{}`), so that each of them holds that power",
            finding.rule()
        ),
        None => "; who may start any workflow may start the next, more powerful one too".to_owned(),
    };
    format!("{}{admins}{danger}", parts.join("; "))
}

/// `user/kim` and 3 more by statement 0 of `start` on `*`
fn describe((grant, starters): &(&StartGrant, Vec<&Starter<'_>>)) -> String {
    let depends = match grant.depends.as_slice() {
        [] => String::new(),
        keys => format!(", depending on {}", keys.join(", ")),
    };
    format!(
        "{} by statement {} of `{}` on `{}`{depends}",
        who(starters, NAMED),
        grant.statement.statement,
        grant.statement.name,
        grant.resource
    )
}

/// The statement to write instead.
fn statement(facts: &Facts<'_>) -> String {
    let start = facts.start_actions();
    serde_json::json!({"Effect": "Allow", "Action": start, "Resource": facts.workflow.arn.as_str()})
        .to_string()
}
