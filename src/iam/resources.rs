//! The policies of an account's resources, found by ARN.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Policy, Problem, parse};
use crate::arn::Arn;
use crate::glob::{Glob, Token};
pub use crate::snapshot::ResourceKind;
use crate::snapshot::{Account, Document, Fetched};

/// What is known of a resource's policy.
#[derive(Clone, Copy, Debug)]
pub enum Found<'a> {
    /// It was read.
    Policy(&'a Policy),
    /// It has none.
    Without,
    /// Nothing is known of it, or it is of no kind whose policies are read.
    Unread,
}

/// The policies of one account's resources.
#[derive(Clone, Debug, Default)]
pub struct ResourcePolicies {
    /// The account that they are of.
    account: Option<String>,
    /// By kind and name; a kind that was read has an entry, though nothing of it may be there.
    kinds: BTreeMap<ResourceKind, BTreeMap<String, Arc<Policy>>>,
    /// Kinds of which these were read, and no other.
    only: BTreeMap<ResourceKind, BTreeSet<String>>,
    /// What of them could not be read.
    pub problems: Vec<Problem>,
}

impl ResourcePolicies {
    /// Reads the policies of an account.
    pub fn of(account: &Account) -> Self {
        let mut all = Self {
            account: home(account),
            only: account.resource_policies.only.clone(),
            ..Self::default()
        };
        let read = &account.resource_policies;
        all.take(ResourceKind::Function, &account.entries.function_policies);
        all.take(ResourceKind::Key, &read.keys);
        all.take(ResourceKind::Bucket, &read.buckets);
        all.take(ResourceKind::Queue, &read.queues);
        all.take(ResourceKind::Topic, &read.topics);
        all.take(ResourceKind::Secret, &read.secrets);
        all
    }

    fn take(&mut self, kind: ResourceKind, read: &Fetched<BTreeMap<String, Document>>) {
        let Some(read) = read.present() else {
            return;
        };
        let mut policies = BTreeMap::new();
        for (name, document) in read {
            let place = format!("policy of {name}");
            let (policy, problems) = parse::resource_policy(&place, document);
            self.problems.extend(problems);
            policies.insert(name.clone(), Arc::new(policy));
        }
        self.kinds.insert(kind, policies);
    }

    /// The account whose resources these are.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// Whether the policies of this kind of resource were read.
    pub fn has_read(&self, kind: ResourceKind) -> bool {
        self.kinds.contains_key(&kind)
    }

    /// The policy of a resource.
    pub fn find(&self, resource: &Arn) -> Found<'_> {
        let foreign = !resource.account().is_empty()
            && self
                .account
                .as_ref()
                .is_some_and(|own| own != resource.account());
        let Some((kind, name)) = named(resource).filter(|_| !foreign) else {
            return Found::Unread;
        };
        let Some(policies) = self.kinds.get(&kind) else {
            return Found::Unread;
        };
        match policies
            .get(name)
            .or_else(|| with_suffix(kind, name, policies))
        {
            Some(policy) => Found::Policy(policy),
            // Every key has a policy, and a bucket that is not there may be another account's.
            None if matches!(kind, ResourceKind::Key | ResourceKind::Bucket) => Found::Unread,
            None if !self.was_asked(kind, name) => Found::Unread,
            None => Found::Without,
        }
    }

    fn was_asked(&self, kind: ResourceKind, name: &str) -> bool {
        let Some(only) = self.only.get(&kind) else {
            return true;
        };
        only.contains(name) || only.iter().any(|own| is_named(kind, own, name))
    }
}

/// The kind of resource and the name that its policy stands under.
pub fn named(resource: &Arn) -> Option<(ResourceKind, &str)> {
    let text = resource.resource();
    Some(match resource.service() {
        "lambda" => (
            ResourceKind::Function,
            text.strip_prefix("function:")?.split(':').next()?,
        ),
        "kms" => (ResourceKind::Key, text.strip_prefix("key/")?),
        "s3" => (ResourceKind::Bucket, text.split('/').next()?),
        "sqs" => (ResourceKind::Queue, text),
        "sns" => (ResourceKind::Topic, text.split(':').next()?),
        "secretsmanager" => (ResourceKind::Secret, text.strip_prefix("secret:")?),
        _ => return None,
    })
}

/// The function whose version or alias this is: both have policies of their own (AWS Lambda Developer Guide, "Using aliases
/// and versions in resource policies").
pub fn unqualified(resource: &Arn) -> Option<Arn> {
    let (function, _) = resource.as_str().rsplit_once(':')?;
    let is_one = |arn: &Arn| arn.service() == "lambda" && arn.resource().starts_with("function:");
    Arn::parse(function).filter(is_one)
}

/// The resource with a policy of its own that a pattern stands for: of an object its bucket, of a secret whose six random
/// characters are open the one of that name. `None` where the name is open.
pub fn holder(resource: &Glob) -> Option<Arn> {
    const RANDOM: [Token; 6] = [Token::One; 6];
    let tokens = resource.tokens();
    let secret = tokens
        .strip_suffix(&RANDOM)
        .and_then(|named| named.strip_suffix(&[Token::Char('-')]));
    let literal = |tokens: &[Token]| -> Option<String> {
        let each = tokens.iter().map(|token| match token {
            Token::Char(c) => Some(*c),
            Token::Any | Token::Within | Token::One => None,
        });
        each.collect()
    };
    let arn = match secret {
        Some(named) => Arn::parse(&literal(named)?).filter(|arn| arn.service() == "secretsmanager"),
        None => {
            let bucket = tokens.split(|t| *t == Token::Char('/')).next()?;
            let bucket = literal(bucket).and_then(|text| Arn::parse(&text));
            let bucket = bucket.filter(|arn| arn.service() == "s3");
            bucket.or_else(|| Arn::parse(&literal(tokens)?))
        }
    };
    arn.filter(|arn| named(arn).is_some())
}

/// A secret's ARN ends in six random characters that are no part of its name.
fn with_suffix<'p>(
    kind: ResourceKind,
    name: &str,
    policies: &'p BTreeMap<String, Arc<Policy>>,
) -> Option<&'p Arc<Policy>> {
    let mut fitting = policies.iter().filter(|(own, _)| is_named(kind, own, name));
    fitting.next().map(|(_, policy)| policy)
}

/// The name of a secret in the end of an ARN that has six random characters behind it.
pub fn without_random(kind: ResourceKind, name: &str) -> Option<&str> {
    let (own, random) = name.rsplit_once('-')?;
    let is_random = random.len() == 6 && random.bytes().all(|b| b.is_ascii_alphanumeric());
    (kind == ResourceKind::Secret && is_random).then_some(own)
}

fn is_named(kind: ResourceKind, own: &str, name: &str) -> bool {
    kind == ResourceKind::Secret && Glob::parse(&format!("{own}-??????")).matches(name)
}

/// The account of a snapshot: that of its workflows, or else of its principals.
fn home(account: &Account) -> Option<String> {
    let workflows = account.workflows.iter().map(|w| w.arn.as_str());
    let iam = account.iam.present();
    let roles = iam
        .into_iter()
        .flat_map(|iam| &iam.roles)
        .map(|r| r.arn.as_str());
    let users = iam
        .into_iter()
        .flat_map(|iam| &iam.users)
        .map(|u| u.arn.as_str());
    let mut arns = workflows.chain(roles).chain(users).filter_map(Arn::parse);
    arns.find(|arn| !arn.account().is_empty())
        .map(|arn| arn.account().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_stands_for_the_resource_whose_policy_is_asked() {
        let arn = |rest: &str| format!("arn:aws:{rest}");
        let of =
            |service: &str, rest: &str| arn(&format!("{service}:eu-west-1:123456789012:{rest}"));
        for (pattern, found) in [
            (arn("s3:::in/up/*"), Some(arn("s3:::in"))),
            (arn("s3:::in"), Some(arn("s3:::in"))),
            (arn("s3:::*/a"), None),
            (arn("s3:::in-*/a"), None),
            (of("sqs", "orders"), Some(of("sqs", "orders"))),
            (of("sqs", "orders-*"), None),
            (of("kms", "key/a-b"), Some(of("kms", "key/a-b"))),
            (of("kms", "alias/a"), None),
            (of("kms", "key/*"), None),
            (
                of("secretsmanager", "secret:prod/db-??????"),
                Some(of("secretsmanager", "secret:prod/db")),
            ),
            (of("secretsmanager", "secret:*"), None),
            (of("secretsmanager", "secret:a?-??????"), None),
            (of("sqs", "orders-??????"), None),
            (of("dynamodb", "table/orders"), None),
            ("*".to_owned(), None),
        ] {
            let read = holder(&Glob::parse(&pattern)).map(|arn| arn.to_string());
            assert_eq!(read, found, "{pattern}");
        }
    }

    #[test]
    fn of_a_kind_that_was_not_read_whole_only_those_that_were_asked_for_are_known() {
        let mut account = Account::default();
        let read = &mut account.resource_policies;
        read.queues = Fetched::Present(BTreeMap::new());
        read.secrets = Fetched::Present(BTreeMap::new());
        read.topics = Fetched::Present(BTreeMap::new());
        let asked = |name: &str| BTreeSet::from([name.to_owned()]);
        read.only = BTreeMap::from([
            (ResourceKind::Queue, asked("orders")),
            (ResourceKind::Secret, asked("db")),
        ]);
        let policies = ResourcePolicies::of(&account);
        let find = |service: &str, rest: &str| {
            let arn = format!("arn:aws:{service}:eu-west-1:123456789012:{rest}");
            matches!(policies.find(&Arn::parse(&arn).unwrap()), Found::Without)
        };
        for (service, rest, known) in [
            ("sqs", "orders", true),
            ("sqs", "other", false),
            ("secretsmanager", "secret:db-AbCdEf", true),
            ("secretsmanager", "secret:other-AbCdEf", false),
            // A kind that was read whole.
            ("sns", "any", true),
            ("kms", "key/a", false),
        ] {
            assert_eq!(find(service, rest), known, "{service} {rest}");
        }
    }
}
