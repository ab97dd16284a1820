//! An account in memory, and an executor that counts round trips: every call is pending exactly once.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::*;

#[derive(Default)]
pub(crate) struct Fake {
    /// What DescribeStateMachine answers, one answer after the other; the last stays.
    pub(crate) workflows: BTreeMap<String, Mutex<Vec<Fetched<StateMachine>>>>,
    pub(crate) roles: BTreeMap<String, Fetched<RoleHead>>,
    pub(crate) inline: BTreeMap<(String, String), Fetched<Document>>,
    pub(crate) attached: BTreeMap<String, Vec<Attachment>>,
    pub(crate) managed: BTreeMap<String, (Fetched<ManagedHead>, Fetched<Document>)>,
    pub(crate) groups: BTreeMap<String, LogGroup>,
    pub(crate) policies: BTreeMap<String, Fetched<NamedDocument>>,
    pub(crate) list: Option<Fetched<Vec<String>>>,
    calls: Mutex<Vec<String>>,
    waiting: Mutex<Vec<Waker>>,
}

impl Fake {
    pub(crate) fn workflow_is(&mut self, arn: &str, answers: Vec<Fetched<StateMachine>>) {
        self.workflows.insert(arn.to_owned(), Mutex::new(answers));
    }

    pub(crate) fn role_is(&mut self, name: &str, boundary: Option<&str>) {
        let head = RoleHead {
            arn: format!("arn:aws:iam::123456789012:role/{name}"),
            name: name.to_owned(),
            trust: Document("{}".to_owned()),
            boundary: boundary.map(str::to_owned),
            tags: Vec::new(),
        };
        self.roles.insert(name.to_owned(), Fetched::Present(head));
    }

    /// Every call made so far, in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    async fn call(&self, call: String) {
        self.calls.lock().unwrap().push(call);
        let mut asked = false;
        std::future::poll_fn(|context| {
            if std::mem::replace(&mut asked, true) {
                return Poll::Ready(());
            }
            self.waiting.lock().unwrap().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// Runs to the end; gives the number of sequential round trips too.
pub(crate) fn rounds<T>(fake: &Fake, future: impl Future<Output = T>) -> (T, usize) {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for rounds in 0..10_000 {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return (value, rounds);
        }
        let answered = std::mem::take(&mut *fake.waiting.lock().unwrap());
        answered.into_iter().for_each(Waker::wake);
    }
    panic!("the future never ends");
}

fn or_absent<T: Clone>(answer: Option<&Fetched<T>>) -> Fetched<T> {
    answer.cloned().unwrap_or(Fetched::Absent)
}

impl Account for Fake {
    async fn workflow(&self, arn: &str) -> Fetched<StateMachine> {
        self.call(format!("DescribeStateMachine {arn}")).await;
        let Some(answers) = self.workflows.get(arn) else {
            return Fetched::Absent;
        };
        let mut answers = answers.lock().unwrap();
        match answers.len() {
            0 => Fetched::Absent,
            1 => answers[0].clone(),
            _ => answers.remove(0),
        }
    }

    async fn tags(&self, arn: &str) -> Fetched<Vec<Tag>> {
        self.call(format!("ListTagsForResource {arn}")).await;
        Fetched::Present(Vec::new())
    }

    async fn versions(&self, _arn: &str) -> Fetched<Vec<VersionRef>> {
        Fetched::Present(Vec::new())
    }

    async fn aliases(&self, _arn: &str) -> Fetched<Vec<String>> {
        Fetched::Present(Vec::new())
    }

    async fn alias(&self, _arn: &str) -> Fetched<Vec<String>> {
        Fetched::Absent
    }

    async fn workflows(&self) -> Fetched<Vec<String>> {
        self.call("ListStateMachines".to_owned()).await;
        let all = || Fetched::Present(self.workflows.keys().cloned().collect());
        self.list.clone().unwrap_or_else(all)
    }

    async fn workflows_page(&self, _next: Option<&str>) -> Fetched<PageOf<String>> {
        lacking(self.workflows().await, |all| Fetched::Present((all, None)))
    }

    async fn all_tags(&self) -> Fetched<BTreeMap<String, Vec<Tag>>> {
        self.call("GetResources".to_owned()).await;
        Fetched::Present(BTreeMap::new())
    }

    async fn stack_tags(&self, arn: &str) -> Fetched<Vec<Tag>> {
        self.call(format!("GetResources {arn}")).await;
        Fetched::Absent
    }

    async fn role(&self, name: &str) -> Fetched<RoleHead> {
        self.call(format!("GetRole {name}")).await;
        or_absent(self.roles.get(name))
    }

    async fn inline_names(&self, role: &str) -> Fetched<Vec<String>> {
        self.call(format!("ListRolePolicies {role}")).await;
        let names = self.inline.keys().filter(|(of, _)| of == role);
        Fetched::Present(names.map(|(_, name)| name.clone()).collect())
    }

    async fn inline(&self, role: &str, policy: &str) -> Fetched<Document> {
        self.call(format!("GetRolePolicy {role} {policy}")).await;
        or_absent(self.inline.get(&(role.to_owned(), policy.to_owned())))
    }

    async fn attached(&self, role: &str) -> Fetched<Vec<Attachment>> {
        self.call(format!("ListAttachedRolePolicies {role}")).await;
        Fetched::Present(self.attached.get(role).cloned().unwrap_or_default())
    }

    async fn managed(&self, arn: &str) -> Fetched<ManagedHead> {
        self.call(format!("GetPolicy {arn}")).await;
        or_absent(self.managed.get(arn).map(|(head, _)| head))
    }

    async fn managed_version(&self, arn: &str, version: &str) -> Fetched<Document> {
        self.call(format!("GetPolicyVersion {arn} {version}")).await;
        or_absent(self.managed.get(arn).map(|(_, document)| document))
    }

    async fn roles_with(&self, policy: &str) -> Fetched<Vec<String>> {
        self.call(format!("ListEntitiesForPolicy {policy}")).await;
        let holds = |attached: &&Vec<Attachment>| attached.iter().any(|a| a.arn == policy);
        let roles = self.attached.iter().filter(|(_, attached)| holds(attached));
        Fetched::Present(roles.map(|(role, _)| role.clone()).collect())
    }

    async fn authorization_details(&self) -> Fetched<Iam> {
        self.call("GetAccountAuthorizationDetails".to_owned()).await;
        Fetched::Denied("`iam:GetAccountAuthorizationDetails` is denied".to_owned())
    }

    async fn log_groups(&self, prefix: &str) -> Fetched<BTreeMap<String, LogGroup>> {
        self.call(format!("DescribeLogGroups {prefix}")).await;
        let begins = |arn: &str| arn.contains(&format!(":log-group:{prefix}"));
        let found = self.groups.iter().filter(|(arn, _)| begins(arn));
        Fetched::Present(
            found
                .map(|(arn, group)| (arn.clone(), group.clone()))
                .collect(),
        )
    }

    async fn resource_policy(&self, resource: &Arn) -> Fetched<NamedDocument> {
        self.call(format!("ResourcePolicy {resource}")).await;
        or_absent(self.policies.get(resource.as_str()))
    }

    async fn log_resource_policies(&self) -> Fetched<Vec<Document>> {
        self.call("DescribeResourcePolicies".to_owned()).await;
        Fetched::Present(Vec::new())
    }

    async fn function(&self, arn: &str) -> Fetched<Function> {
        self.call(format!("GetFunctionConfiguration {arn}")).await;
        Fetched::Absent
    }

    async fn functions(&self) -> Fetched<BTreeMap<String, Function>> {
        self.call("ListFunctions".to_owned()).await;
        Fetched::Present(BTreeMap::new())
    }

    async fn entries(&self, _ask: &EntryAsk) -> ReadEntries {
        ReadEntries::absent()
    }

    async fn recorded(&self, _: &Lookup, _: Option<&str>) -> Fetched<PageOf<Recorded>> {
        self.call("LookupEvents".to_owned()).await;
        Fetched::Present((Vec::new(), None))
    }

    async fn pause(&self, time: Duration) {
        self.call(format!("pause {}", time.as_millis())).await;
    }
}
