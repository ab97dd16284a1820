//! Resource policies of APIs and functions: whether they let in everybody.

use serde_json::Value as Json;

use crate::glob::Glob;
use crate::iam::condition::{SetPrefix, Test};
use crate::iam::{self, Condition, Effect, Policy, PrincipalSpec, ResourceSpec, Statement};
use crate::snapshot::Document;

/// Whether everybody is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admits {
    /// Everybody, as far as is known.
    Everybody,
    /// Named networks, accounts, endpoints or principals only.
    Some,
    /// Nobody.
    Nobody,
}

/// A REST API's policy as the API returns it: JSON, or JSON escaped once more (API Gateway API Reference, `RestApi`).
pub fn unescaped(text: &str) -> String {
    let is_json = |text: &str| serde_json::from_str::<Json>(text).is_ok();
    if is_json(text) {
        // JSON in a JSON string.
        return serde_json::from_str::<String>(text)
            .map_or_else(|_| text.to_owned(), |inner| unescaped(&inner));
    }
    match serde_json::from_str::<String>(&format!("\"{text}\"")) {
        Ok(inner) if is_json(&inner) => inner,
        _ => text.to_owned(),
    }
}

/// What the policy says to a method of an API; `method` is `METHOD/path` without the leading slash of the path. Of the stages
/// that it is deployed to, the one that admits most counts; where none is known, what it says whatever the stage is.
pub fn of_method(text: &str, stages: &[&str], method: &str) -> Admits {
    let policy = read(&unescaped(text));
    let admits = stages.iter().map(|stage| of_stage(&policy, stage, method));
    let most = admits.min_by_key(|admits| match admits {
        Admits::Everybody => 0,
        Admits::Some => 1,
        Admits::Nobody => 2,
    });
    most.unwrap_or_else(|| of_stage(&policy, "*", method))
}

fn of_stage(policy: &Option<Policy>, stage: &str, method: &str) -> Admits {
    let wanted = Glob::parse(&format!("{stage}/{method}"));
    let about = |statement: &Statement, whole: bool| match &statement.resources {
        ResourceSpec::Only(patterns) => patterns.iter().any(|p| {
            // `arn:…:API/STAGE/METHOD/PATH`, `execute-api:/STAGE/METHOD/PATH`, `execute-api:/*`
            let text = p
                .text
                .split_once('/')
                .map_or(p.text.as_str(), |(_, rest)| rest);
            let glob = Glob::parse(text);
            match whole {
                true => glob.includes(&wanted),
                false => glob.overlaps(&wanted),
            }
        }),
        ResourceSpec::AllBut(_) => !whole,
        ResourceSpec::Unstated => true,
    };
    admits(policy, "execute-api:Invoke", &about)
}

/// What a function's policy says to unsigned calls of its URL.
pub fn of_url(document: &Document) -> Admits {
    let unsigned = |statement: &Statement, _: bool| {
        let mut of_type = statement.conditions.iter().filter(|c| {
            c.key.eq_ignore_ascii_case("lambda:FunctionUrlAuthType") && !is_negative(c)
        });
        of_type.all(|c| c.texts.iter().any(|t| Glob::parse(t).matches("NONE")))
    };
    admits(&read(&document.0), "lambda:InvokeFunctionUrl", &unsigned)
}

/// What a queue's policy says to whoever sends messages.
pub fn of_queue(document: &Document) -> Admits {
    admits(&read(&document.0), "sqs:SendMessage", &|_, _| true)
}

/// What a topic's policy says to whoever publishes.
pub fn of_topic(document: &Document) -> Admits {
    admits(&read(&document.0), "sns:Publish", &|_, _| true)
}

/// The topics from which a queue's policy lets Amazon SNS send messages (Amazon SQS Developer Guide, "Basic examples of
/// Amazon SQS policies": `aws:SourceArn` names the topic).
pub fn topics(document: &Document) -> Vec<String> {
    let Some(policy) = read(&document.0) else {
        return Vec::new();
    };
    let from_topics = policy.statements.iter().filter(|s| {
        let lets_sns = match &s.principals {
            Some(PrincipalSpec::Only(entries)) => {
                let mut entries = entries.iter();
                entries.any(|e| e.value == "*" || e.value == "sns.amazonaws.com")
            }
            Some(PrincipalSpec::AllBut(_)) => true,
            None => false,
        };
        s.effect == Effect::Allow && s.actions.matches("sqs:SendMessage") && lets_sns
    });
    let sources = from_topics
        .flat_map(|s| &s.conditions)
        .filter(|c| c.key.eq_ignore_ascii_case("aws:SourceArn") && !is_negative(c));
    let of_sns = |text: &&String| text.split(':').nth(2) == Some("sns");
    sources
        .flat_map(|c| c.texts.iter().filter(of_sns).cloned())
        .collect()
}

/// What a bucket's policy says to whoever puts the objects of this pattern.
pub fn of_bucket(document: &Document, written: &Glob) -> Admits {
    let about = |statement: &Statement, whole: bool| match &statement.resources {
        ResourceSpec::Only(patterns) => patterns.iter().any(|p| match whole {
            true => p.template.widest().includes(written),
            false => p.template.widest().overlaps(written),
        }),
        ResourceSpec::AllBut(_) => !whole,
        ResourceSpec::Unstated => true,
    };
    admits(&read(&document.0), "s3:PutObject", &about)
}

/// Whether a resource control policy denies the action to all who are not of the organization, or of an account or a
/// network. The usual exception for services lets no stranger in.
pub fn keeps_strangers_from(control: &Policy, action: &str) -> bool {
    control.statements.iter().any(|s| {
        let others = s
            .conditions
            .iter()
            .filter(|c| !c.key.eq_ignore_ascii_case("aws:PrincipalIsAWSService"));
        s.effect == Effect::Deny
            && names_everybody(s)
            && s.actions.matches(action)
            && s.resources.covers_all()
            && others.into_iter().all(spares_few_by)
    })
}

/// The principals whom a resource's policy lets do this without a condition, by ARN.
pub fn named(document: &Document, action: &str) -> Vec<String> {
    let Some(policy) = read(&document.0) else {
        return Vec::new();
    };
    let statements = policy.statements.iter().filter(|s| {
        s.effect == Effect::Allow && s.conditions.is_empty() && s.actions.matches(action)
    });
    let named = statements.flat_map(|s| match &s.principals {
        Some(PrincipalSpec::Only(entries)) => entries.as_slice(),
        _ => &[],
    });
    named
        .map(|entry| entry.value.clone())
        .filter(|value| value.starts_with("arn:"))
        .collect()
}

fn read(text: &str) -> Option<Policy> {
    let (policy, problems) = iam::parse::trust_policy("", &Document(text.to_owned()));
    (!problems.iter().any(|p| p.blind)).then_some(policy)
}

fn admits(
    policy: &Option<Policy>,
    action: &str,
    about: &dyn Fn(&Statement, bool) -> bool,
) -> Admits {
    // What cannot be read keeps nobody out.
    let Some(policy) = policy else {
        return Admits::Everybody;
    };
    let with = |effect: Effect| {
        let statements = policy.statements.iter();
        statements.filter(move |s| s.effect == effect && s.actions.matches(action))
    };
    let denied_but_some = with(Effect::Deny)
        .filter(|s| names_everybody(s) && about(s, true))
        .any(|s| s.conditions.iter().all(|c| !is_of_the_transport(c)) && spares_few(s));
    let mut allows = with(Effect::Allow).filter(|s| about(s, false)).peekable();
    if allows.peek().is_none() {
        return Admits::Nobody;
    }
    let open = allows.any(|s| names_everybody(s) && !s.conditions.iter().any(narrows));
    match open && !denied_but_some {
        true => Admits::Everybody,
        false => Admits::Some,
    }
}

fn names_everybody(statement: &Statement) -> bool {
    match &statement.principals {
        Some(PrincipalSpec::Only(entries)) => entries.iter().any(|e| e.value == "*"),
        Some(PrincipalSpec::AllBut(_)) => true,
        None => false,
    }
}

fn is_of_the_transport(condition: &Condition) -> bool {
    condition.key.eq_ignore_ascii_case("aws:SecureTransport")
}

/// Keys of a request that say from where it comes, or for whom.
const NARROWING: [&str; 13] = [
    "aws:sourceip",
    "aws:vpcsourceip",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:userid",
];

/// Whether the condition of an allow keeps most of the world out.
fn narrows(condition: &Condition) -> bool {
    let key = condition.key.to_ascii_lowercase();
    let operator = &condition.operator;
    // A request without the key meets these, and one with the key whatever its value is.
    let says_little =
        operator.if_exists || operator.set == SetPrefix::ForAll || operator.test == Test::Null;
    if says_little || operator.negated || !NARROWING.contains(&key.as_str()) {
        return false;
    }
    let is_fixed: fn(&String) -> bool = match key.as_str() {
        key if key.ends_with("sourceip") => return !is_most_of_the_world(&condition.texts),
        "aws:sourcearn" | "aws:principalarn" => |text| fixes_an_account(text),
        _ => |text| !text.starts_with('*') && !text.is_empty(),
    };
    condition.texts.iter().all(is_fixed)
}

/// Whether an ARN that is compared with fixes the account, or the one bucket: a source of every account is anybody's. What is
/// known only after a deployment is one.
fn fixes_an_account(text: &str) -> bool {
    let is_open = |part: &str| part.contains(['*', '?']);
    match text.splitn(6, ':').collect::<Vec<_>>().as_slice() {
        ["arn", _, "s3", _, "", bucket] => !bucket.starts_with(['*', '?']),
        ["arn", _, _, _, account, _] => !account.is_empty() && !is_open(account),
        ["arn", ..] => !is_open(text),
        _ => !text.is_empty() && !text.starts_with('*'),
    }
}

/// Whether a deny spares only some: all but those of a network, an endpoint or an account.
fn spares_few(statement: &Statement) -> bool {
    statement.conditions.iter().all(spares_few_by)
}

fn spares_few_by(condition: &Condition) -> bool {
    let key = condition.key.to_ascii_lowercase();
    let is_network = key.ends_with("sourceip");
    // Whoever comes without an endpoint, an organization or credentials is denied.
    let lacks = condition.operator.test == Test::Null
        && condition
            .texts
            .iter()
            .all(|t| t.eq_ignore_ascii_case("true"));
    NARROWING.contains(&key.as_str())
        && match lacks {
            true => !is_network,
            false => {
                is_negative(condition) && !(is_network && is_most_of_the_world(&condition.texts))
            }
        }
}

fn is_negative(condition: &Condition) -> bool {
    condition.operator.negated
}

/// Whether the networks are together half of all addresses or more.
pub fn is_most_of_the_world(networks: &[String]) -> bool {
    let share = |network: &str, bits: i32| {
        let (_, prefix) = network.split_once('/').unwrap_or((network, ""));
        let prefix = prefix.parse::<i32>().unwrap_or(bits).clamp(0, bits);
        0.5_f64.powi(prefix)
    };
    let (six, four): (Vec<&String>, Vec<&String>) = networks.iter().partition(|n| n.contains(':'));
    four.iter().map(|n| share(n, 32)).sum::<f64>() >= 0.5
        || six.iter().map(|n| share(n, 128)).sum::<f64>() >= 0.125
}
