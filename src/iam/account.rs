//! The principals of an account with their policies, from GetAccountAuthorizationDetails.

use std::collections::HashMap;
use std::sync::Arc;

use super::evaluate::Authority;
use super::layers::Organization;
use super::{Context, Policy, Problem, Unreadable, Version, parse};
use crate::arn::Arn;
use crate::snapshot::{Attachment, Document, Fetched, Iam, NamedDocument, Role, Tag, User};

/// One role or user.
#[derive(Clone, Debug)]
pub struct Principal {
    /// Its ARN.
    pub arn: Arn,
    /// Its name.
    pub name: String,
    /// Its policies and its boundary.
    pub authority: Authority,
    /// The trust policy, for roles; `None` where it could not be read at all, and for users.
    pub trust: Option<Policy>,
    /// Whether it is a role.
    pub is_role: bool,
    /// Its own tags.
    pub tags: Vec<Tag>,
    /// What of its policies could not be read, or is odd.
    pub problems: Vec<Problem>,
}

/// Prefix of the condition keys that hold a tag of the principal, in lower case.
const PRINCIPAL_TAG: &str = "aws:principaltag/";

impl Principal {
    /// Whether it is an administrator, after denies and boundary.
    pub fn is_administrator(&self) -> bool {
        super::administrator(&self.authority, &self.arn, &Context::new()).is_some()
    }

    /// What the account tells of the principal in every request that it makes: its ARN, and of the tags that `authority`
    /// asks for its own. A session may bring tags of its own where the role's trust policy lets it (`sts:TagSession`):
    /// then nothing is known of them (IAM User Guide, "Pass session tags in AWS STS").
    pub fn context(&self, authority: &Authority) -> Context {
        let known = Context::of_principal(&self.arn);
        let brings_tags = self.is_role
            && self.trust.as_ref().is_none_or(|trust| {
                let tags = |s: &super::Statement| s.actions.matches("sts:TagSession");
                !trust.unreadable.is_empty() || trust.statements.iter().any(tags)
            });
        if brings_tags {
            return known;
        }
        let policies = authority.policies().map(|stands| stands.policy);
        let keys = policies
            .flat_map(|p| &p.statements)
            .flat_map(super::Statement::keys);
        keys.fold(known, |known, key| {
            let lower = key.to_ascii_lowercase();
            let Some(name) = lower.strip_prefix(PRINCIPAL_TAG) else {
                return known;
            };
            match self.tags.iter().find(|t| t.key.eq_ignore_ascii_case(name)) {
                Some(tag) => known.with(&lower, tag.value.clone()),
                None => known.without(&lower),
            }
        })
    }
}

/// The roles and users.
#[derive(Clone, Debug, Default)]
pub struct Principals {
    all: Vec<Principal>,
    by_arn: HashMap<String, usize>,
    /// Roles by partition, account and name: what a session's ARN tells of its role.
    by_session: HashMap<String, usize>,
    /// What could not be read at all, such as a role whose ARN is none.
    pub problems: Vec<Problem>,
}

impl Principals {
    /// Joins the details; every managed policy is read once, on first use.
    pub fn new(iam: &Iam) -> Self {
        let mut join = Join::new(iam);
        let mut principals = Self::default();
        for role in &iam.roles {
            principals.add(&role.arn, || join.role(role));
        }
        for user in &iam.users {
            principals.add(&user.arn, || join.user(user));
        }
        principals
    }

    /// The same principals under the policies of their organization.
    #[must_use]
    pub fn under(mut self, organization: &Organization) -> Self {
        let id = organization.own_id().map(std::sync::Arc::from);
        for principal in &mut self.all {
            let authority = &mut principal.authority;
            authority.service_controls = organization.service_controls_over(&principal.arn);
            authority.organization.clone_from(&id);
        }
        self
    }

    fn add(&mut self, arn: &str, make: impl FnOnce() -> Option<Principal>) {
        match make() {
            Some(principal) => {
                self.by_arn.insert(arn.to_owned(), self.all.len());
                if principal.is_role {
                    let session = session_key(&principal.arn, &principal.name);
                    self.by_session.insert(session, self.all.len());
                }
                self.all.push(principal);
            }
            None => self.problems.push(Problem {
                policy: arn.to_owned(),
                statement: None,
                why: "the principal's ARN is not one".to_owned(),
                blind: true,
            }),
        }
    }

    /// All of them, roles first.
    pub fn iter(&self) -> impl Iterator<Item = &Principal> {
        self.all.iter()
    }

    /// By ARN; the ARN of a role's session (`assumed-role/NAME/SESSION`) finds the role.
    pub fn get(&self, arn: &Arn) -> Option<&Principal> {
        if let Some(index) = self.by_arn.get(arn.as_str()) {
            return self.all.get(*index);
        }
        if arn.service() != "sts" {
            return None;
        }
        let session = arn.resource().strip_prefix("assumed-role/")?;
        let name = session.split('/').next()?;
        let index = self.by_session.get(&session_key(arn, name))?;
        self.all.get(*index)
    }
}

fn session_key(arn: &Arn, name: &str) -> String {
    format!("{}:{}:{name}", arn.partition(), arn.account())
}

/// One role on its own, with the managed policies of `iam`; `None` where its ARN is none.
pub fn role(iam: &Iam, role: &Role) -> Option<Principal> {
    Join::new(iam).role(role)
}

/// A policy of which nothing could be read.
fn unread(name: &str) -> Policy {
    Policy {
        name: name.to_owned(),
        version: Version::V2012,
        statements: Vec::new(),
        unreadable: vec![Unreadable {
            index: None,
            effect: None,
            actions: None,
            resources: None,
        }],
    }
}

type Parsed = (Arc<Policy>, Vec<Problem>);

struct Join<'a> {
    iam: &'a Iam,
    documents: HashMap<&'a str, usize>,
    managed: HashMap<String, Parsed>,
    groups: HashMap<&'a str, usize>,
    group_policies: HashMap<usize, (Vec<Arc<Policy>>, Vec<Problem>)>,
}

impl<'a> Join<'a> {
    fn new(iam: &'a Iam) -> Self {
        let documents = iam.managed.iter().enumerate();
        let groups = iam.groups.iter().enumerate();
        Self {
            iam,
            documents: documents.map(|(i, p)| (p.arn.as_str(), i)).collect(),
            managed: HashMap::new(),
            groups: groups.map(|(i, g)| (g.name.as_str(), i)).collect(),
            group_policies: HashMap::new(),
        }
    }

    fn role(&mut self, role: &Role) -> Option<Principal> {
        let arn = Arn::parse(&role.arn)?;
        let mut problems = Vec::new();
        let mut identity = Vec::new();
        match read(&role.inline, "inline policies of the role", &mut problems) {
            Some(inline) => identity.extend(named(inline, &mut problems)),
            None => identity.push(Arc::new(unread("inline policies"))),
        }
        match read(
            &role.attached,
            "attached policies of the role",
            &mut problems,
        ) {
            Some(attached) => identity.extend(self.attached(attached, &mut problems)),
            None => identity.push(Arc::new(unread("attached policies"))),
        }
        let boundary = self.boundary(role.boundary.as_deref(), &mut problems);
        let trust = read(&role.trust, "trust policy of the role", &mut problems).map(|document| {
            let (policy, found) = parse::trust_policy("trust policy", document);
            problems.extend(found);
            policy
        });
        Some(Principal {
            arn,
            name: role.name.clone(),
            authority: Authority {
                identity,
                boundary,
                ..Authority::default()
            },
            trust,
            is_role: true,
            tags: role.tags.clone(),
            problems,
        })
    }

    fn user(&mut self, user: &User) -> Option<Principal> {
        let arn = Arn::parse(&user.arn)?;
        let mut problems = Vec::new();
        let mut identity = named(&user.inline, &mut problems);
        identity.extend(self.attached(&user.attached, &mut problems));
        for group in &user.groups {
            identity.extend(self.group(group, &mut problems));
        }
        let boundary = self.boundary(user.boundary.as_deref(), &mut problems);
        Some(Principal {
            arn,
            name: user.name.clone(),
            authority: Authority {
                identity,
                boundary,
                ..Authority::default()
            },
            trust: None,
            is_role: false,
            tags: user.tags.clone(),
            problems,
        })
    }

    fn group(&mut self, name: &str, problems: &mut Vec<Problem>) -> Vec<Arc<Policy>> {
        let iam = self.iam;
        let found = self.groups.get(name).copied();
        let Some((index, group)) = found.and_then(|i| Some((i, iam.groups.get(i)?))) else {
            problems.push(missing(name, "the group is not in the account details"));
            return vec![Arc::new(unread(name))];
        };
        if let Some((policies, found)) = self.group_policies.get(&index) {
            problems.extend(found.iter().cloned());
            return policies.clone();
        }
        let mut own = Vec::new();
        let mut policies = named(&group.inline, &mut own);
        policies.extend(self.attached(&group.attached, &mut own));
        problems.extend(own.iter().cloned());
        self.group_policies.insert(index, (policies.clone(), own));
        policies
    }

    fn attached(
        &mut self,
        attached: &[Attachment],
        problems: &mut Vec<Problem>,
    ) -> Vec<Arc<Policy>> {
        let resolve = |attachment: &Attachment| {
            let (policy, found) = self.managed(&attachment.arn, &attachment.name);
            problems.extend(found);
            policy
        };
        attached.iter().map(resolve).collect()
    }

    fn boundary(&mut self, arn: Option<&str>, problems: &mut Vec<Problem>) -> Option<Arc<Policy>> {
        let arn = arn?;
        let name = arn.rsplit('/').next().unwrap_or(arn);
        let (policy, found) = self.managed(arn, name);
        problems.extend(found);
        Some(policy)
    }

    fn managed(&mut self, arn: &str, name: &str) -> Parsed {
        if let Some(parsed) = self.managed.get(arn) {
            return parsed.clone();
        }
        let iam = self.iam;
        let entry = self.documents.get(arn).and_then(|i| iam.managed.get(*i));
        let parsed = match entry.map(|policy| &policy.document) {
            Some(Fetched::Present(document)) => {
                let (policy, problems) = parse::policy(name, document);
                (Arc::new(policy), problems)
            }
            Some(Fetched::Denied(why) | Fetched::Failed(why)) => {
                (Arc::new(unread(name)), vec![missing(name, why)])
            }
            Some(Fetched::Absent | Fetched::NotCollected) | None if well_known(arn).is_some() => {
                let document = Document(well_known(arn).unwrap_or_default().to_owned());
                let (policy, problems) = parse::policy(name, &document);
                (Arc::new(policy), problems)
            }
            Some(Fetched::Absent | Fetched::NotCollected) | None => {
                let why = format!("the document of `{arn}` is not in the account details");
                (Arc::new(unread(name)), vec![missing(name, &why)])
            }
        };
        self.managed.insert(arn.to_owned(), parsed.clone());
        parsed
    }
}

/// AWS managed policies that make an administrator, whose gist is known without their document (AWS Managed Policy
/// Reference Guide). A snapshot that lacks the document must not hide them.
const WELL_KNOWN: [(&str, &str); 3] = [
    (
        "AdministratorAccess",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
    ),
    (
        "PowerUserAccess",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"}]}"#,
    ),
    (
        "IAMFullAccess",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:*"],"Resource":"*"}]}"#,
    ),
];

fn well_known(arn: &str) -> Option<&'static str> {
    let arn = Arn::parse(arn).filter(|a| a.service() == "iam" && a.account() == "aws")?;
    let name = arn.resource().strip_prefix("policy/")?;
    WELL_KNOWN
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, document)| *document)
}

fn missing(policy: &str, why: &str) -> Problem {
    Problem {
        policy: policy.to_owned(),
        statement: None,
        why: why.to_owned(),
        blind: true,
    }
}

fn named(documents: &[NamedDocument], problems: &mut Vec<Problem>) -> Vec<Arc<Policy>> {
    let read = |entry: &NamedDocument| {
        let document: &Document = &entry.document;
        let (policy, found) = parse::policy(&entry.name, document);
        problems.extend(found);
        Arc::new(policy)
    };
    documents.iter().map(read).collect()
}

fn read<'f, T>(fetched: &'f Fetched<T>, what: &str, problems: &mut Vec<Problem>) -> Option<&'f T> {
    let why = match fetched {
        Fetched::Present(value) => return Some(value),
        Fetched::Absent => "they are not there",
        Fetched::NotCollected => "they were not collected",
        Fetched::Denied(why) | Fetched::Failed(why) => why,
    };
    problems.push(missing(what, why));
    None
}

#[cfg(test)]
mod tests;
