//! What is known of a request to start a workflow beside the policies, so that conditions are decided where they can be:
//! the workflow's tags, its region, and the tags of whoever asks.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::qualifier::Qualified;
use super::takers::TAKING;
use super::{REDRIVE, START, START_SYNC};
use crate::iam::{
    AccountLayers, ActionSpec, Authority, Context, Policy, ResourcePolicies, Statement,
};
use crate::snapshot::{Account, Tag};
use crate::workflow::Workflow;

/// What of an account concerns who may start its workflows, beside the policies.
#[derive(Debug, Default)]
pub struct Surroundings {
    /// What runs with a role, such as ``workflow `Orders` ``, by the role's ARN.
    pub runs: HashMap<String, Vec<String>>,
    /// Tags of users and roles, by ARN.
    pub tags: HashMap<String, Vec<Tag>>,
    /// Accounts that are not outside.
    pub trusted: Vec<String>,
    /// Whether every user, group and role of the account was read.
    pub whole: bool,
    /// The resource control policies above the account's roles.
    pub controls: Vec<Arc<Policy>>,
    /// The policies of the account's resources.
    pub resources: ResourcePolicies,
}

impl Surroundings {
    /// Reads the account.
    pub fn of(account: &Account, trusted: &[String]) -> Self {
        let mut runs: HashMap<String, Vec<String>> = HashMap::new();
        for machine in &account.workflows {
            let name = format!("workflow `{}`", machine.name);
            runs.entry(machine.role_arn.clone()).or_default().push(name);
        }
        for (arn, function) in account.functions.present().into_iter().flatten() {
            let name = arn.rsplit(':').next().unwrap_or(arn);
            let name = format!("function `{name}`");
            runs.entry(function.role_arn.clone())
                .or_default()
                .push(name);
        }
        let iam = account.iam.present().into_iter();
        let tags = iam.flat_map(|iam| {
            let users = iam.users.iter().map(|u| (u.arn.clone(), u.tags.clone()));
            let roles = iam.roles.iter().map(|r| (r.arn.clone(), r.tags.clone()));
            users.chain(roles)
        });
        Self {
            runs,
            tags: tags.collect(),
            trusted: trusted.to_vec(),
            whole: account.iam_is_whole,
            controls: Vec::new(),
            resources: ResourcePolicies::default(),
        }
    }

    /// The same under an organization: whoever manages it holds its accounts anyhow.
    #[must_use]
    pub fn under(mut self, layers: &AccountLayers) -> Self {
        let organization = layers.organization.as_ref();
        self.trusted
            .extend(organization.and_then(|o| o.management_account.clone()));
        self.controls = layers.controls().cloned().collect();
        self.resources = layers.resources.clone();
        self
    }
}

/// The tag keys that a principal's statements about starting workflows, or taking them over, ask for, and what is known of its
/// own tags.
#[derive(Debug, Default)]
pub struct Asker {
    /// Tag keys of the workflow, in lower case.
    of_workflow: BTreeSet<String>,
    /// What is known of the principal's own tags.
    own: Context,
    /// What they say of the version or alias that is started.
    pub(super) qualified: Qualified,
}

/// Prefix of the keys that hold a tag of the resource.
const RESOURCE_TAG: &str = "aws:resourcetag/";
/// Prefix of the keys that hold a tag of the principal.
const PRINCIPAL_TAG: &str = "aws:principaltag/";

impl Asker {
    /// Reads the policies. A session may bring tags of its own where the role's trust policy lets it (`sts:TagSession`):
    /// then nothing is known of them (IAM User Guide, "Pass session tags in AWS STS").
    pub fn of(authority: &Authority, trust: Option<&Policy>, tags: Option<&Vec<Tag>>) -> Self {
        let keys = keys(authority);
        let with = |prefix: &str| -> BTreeSet<String> {
            let tags = keys.iter().filter_map(|k| k.strip_prefix(prefix));
            tags.map(str::to_owned).collect()
        };
        let tagged_by_session =
            trust.is_some_and(|t| t.statements.iter().any(|s| s.actions.matches(TAG_SESSION)));
        let own = match tags.filter(|_| !tagged_by_session) {
            None => Context::new(),
            Some(tags) => with(PRINCIPAL_TAG)
                .iter()
                .fold(Context::new(), |known, key| {
                    let name = format!("{PRINCIPAL_TAG}{key}");
                    match tags.iter().find(|t| t.key.eq_ignore_ascii_case(key)) {
                        Some(tag) => known.with(&name, tag.value.clone()),
                        None => known.without(&name),
                    }
                }),
        };
        Self {
            qualified: Qualified::of(about_workflows(authority)),
            of_workflow: with(RESOURCE_TAG),
            own: authority.known_of(own),
        }
    }

    /// What is known of the principal's own tags.
    pub const fn own(&self) -> &Context {
        &self.own
    }

    /// What is known of its request: `context` of the workflow, and that it lacks what `tags`, where they were read, do
    /// not hold.
    pub fn context<'c>(
        &self,
        context: &'c Context,
        tags: Option<&[(String, String)]>,
    ) -> Cow<'c, Context> {
        if self.of_workflow.is_empty() && self.own == Context::new() {
            return Cow::Borrowed(context);
        }
        let mut known = context.clone().or(self.own.clone());
        // The workflow is of the principal's own account.
        if let Some(id) = known.only("aws:PrincipalOrgID").map(str::to_owned) {
            known = known.with("aws:ResourceOrgID", id);
        }
        if tags.is_some() {
            let asked = self.of_workflow.iter();
            for key in asked.map(|key| format!("{RESOURCE_TAG}{key}")) {
                if !known.knows(&key) {
                    known = known.without(&key);
                }
            }
        }
        Cow::Owned(known)
    }
}

/// Tags that a session brings.
const TAG_SESSION: &str = "sts:TagSession";

/// Every context key that statements about starting a workflow, or taking it over, ask for, in lower case.
fn keys(authority: &Authority) -> BTreeSet<String> {
    about_workflows(authority).flat_map(asked_for).collect()
}

fn about_workflows(authority: &Authority) -> impl Iterator<Item = &Statement> {
    let statements = authority.all_policies().flat_map(|p| &p.statements);
    statements.filter(|s| is_about_workflows(&s.actions))
}

fn is_about_workflows(actions: &ActionSpec) -> bool {
    let starting = [START, START_SYNC, REDRIVE];
    let mut all = starting.iter().chain(&TAKING);
    all.any(|a| actions.matches(a))
}

fn asked_for(statement: &Statement) -> impl Iterator<Item = String> {
    let conditions = statement.conditions.iter().flat_map(|c| {
        let values = c.values.iter().flat_map(|v| v.variables());
        std::iter::once(c.key.as_str()).chain(values.map(|v| v.key.as_str()))
    });
    let resources = statement.resources.patterns().iter();
    let variables = resources.flat_map(|p| p.template.variables().map(|v| v.key.as_str()));
    conditions
        .chain(variables)
        .map(str::to_ascii_lowercase)
        .collect::<Vec<_>>()
        .into_iter()
}

/// The same, with the organization that the principal and everything of its account are in.
pub fn in_organization(context: &Context, authority: &Authority) -> Context {
    let known = authority.known_of(context.clone());
    match known.only("aws:PrincipalOrgID").map(str::to_owned) {
        Some(id) => known.with("aws:ResourceOrgID", id),
        None => known,
    }
}

/// What every request to start the workflow carries: its tags, its region and account, and that the transport is TLS
/// (service authorization reference, "Condition keys for AWS Step Functions"; the endpoints have no other transport).
pub fn of_workflow(workflow: &Workflow, tags: Option<&[(String, String)]>) -> Context {
    let mut context = Context::new().with("aws:SecureTransport", "true");
    if !workflow.arn.region().is_empty() {
        context = context
            .with("aws:RequestedRegion", workflow.arn.region())
            .with("aws:ResourceAccount", workflow.arn.account());
    }
    let tags = tags.unwrap_or(&workflow.tags).iter();
    tags.fold(context, |context, (key, value)| {
        context.with(&format!("aws:ResourceTag/{key}"), value.clone())
    })
}
