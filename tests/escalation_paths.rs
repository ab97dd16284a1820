//! Every way of `catalog/escalation.json` is found where one role holds all of its actions, in whatever statements, and is
//! none where one of them is missing or denied. What it needs in the account is named where it is there, and weighed.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

#[path = "support/one_role.rs"]
mod one_role;

use one_role::policy;
use serde_json::{Value, json};
use stepwarden::assess;
use stepwarden::config::Config;
use stepwarden::finding::Finding;
use stepwarden::grants::escalation::{self, Lookup, Path};
use stepwarden::severity::Severity;
use stepwarden::snapshot::{
    Account, Document, Fetched, Function, Group, ManagedPolicy, NamedDocument, Role, StateMachine,
    User,
};

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:news";

/// A workflow that publishes to one topic, with these statements beside the one that it needs.
fn account(statements: Vec<Value>) -> Account {
    let needed = json!({"Effect": "Allow", "Action": "sns:Publish", "Resource": TOPIC});
    let all: Vec<Value> = std::iter::once(needed).chain(statements).collect();
    let definition = json!({"StartAt": "Say", "States": {"Say": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::sns:publish", "Parameters": {"TopicArn": TOPIC, "Message": "m"}}}});
    one_role::account(&definition, &[policy(&all)])
}

/// The rules that speak.
fn told(statements: Vec<Value>) -> Vec<String> {
    let mut all = assess::account(&account(statements), &Config::default(), "2026-11-23");
    let assessment = all.pop().expect("one workflow gives one assessment");
    let rules = assessment.findings.iter();
    rules.map(|f| f.rule().as_str().to_owned()).collect()
}

fn allow(actions: &[&str]) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": "*"})
}

fn names(path: &Path) -> Vec<&str> {
    path.actions.iter().map(String::as_str).collect()
}

/// Whether these actions alone are a way.
fn is_a_way(actions: &[&str]) -> bool {
    let held = |p: &&Path| p.actions.iter().all(|a| actions.contains(&a.as_str()));
    escalation::paths().iter().any(|p| held(&p))
}

fn speaks(told: &[String], rule: &str) -> bool {
    told.iter().any(|r| r == rule)
}

#[test]
fn every_way_is_found_in_one_statement_and_in_several() {
    for path in escalation::paths() {
        let actions = names(path);
        let one = told(vec![allow(&actions)]);
        assert!(
            speaks(&one, "escalation-permission"),
            "{}: {one:?}",
            path.id
        );
        // The passing of the role is told with the way that it opens, not beside it.
        assert!(!speaks(&one, "pass-role-scope"), "{}: {one:?}", path.id);
        let several = told(actions.iter().map(|a| allow(&[a])).collect());
        assert!(
            speaks(&several, "escalation-permission"),
            "{}: {several:?}",
            path.id
        );
    }
}

#[test]
fn a_way_of_which_an_action_is_missing_or_denied_is_none() {
    for path in escalation::paths() {
        let actions = names(path);
        for missing in &actions {
            let rest: Vec<&str> = actions.iter().copied().filter(|a| a != missing).collect();
            if is_a_way(&rest) {
                continue;
            }
            let without = told(vec![allow(&rest)]);
            assert!(
                rest.is_empty() || !speaks(&without, "escalation-permission"),
                "{} without {missing}: {without:?}",
                path.id
            );
            let deny = json!({"Effect": "Deny", "Action": missing, "Resource": "*"});
            let denied = told(vec![allow(&actions), deny]);
            assert!(
                !speaks(&denied, "escalation-permission"),
                "{} with {missing} denied: {denied:?}",
                path.id
            );
        }
    }
}

/// What the account holds of what a path needs.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Held {
    Nothing,
    /// Something of the kind that the path cannot use.
    Useless,
    Ordinary,
    Administrator,
}

const ROLE: &str = "arn:aws:iam::123456789012:role/other";

fn document(statement: Value) -> Document {
    Document(policy(&[statement]).to_string())
}

/// A role that this principal may become.
fn role(admits: &Value, held: Held) -> Role {
    let may = match held {
        Held::Administrator => allow(&["*"]),
        _ => {
            json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:q"})
        }
    };
    Role {
        arn: ROLE.to_owned(),
        name: "other".to_owned(),
        trust: Fetched::Present(document(
            json!({"Effect": "Allow", "Principal": admits, "Action": "sts:AssumeRole"}),
        )),
        inline: Fetched::Present(vec![NamedDocument {
            name: "p".to_owned(),
            document: document(may),
        }]),
        attached: Fetched::Present(Vec::new()),
        boundary: None,
        tags: Vec::new(),
    }
}

/// Puts what a path needs into the account, and says by which ARN it is named.
fn furnish(account: &mut Account, path: &Path, held: Held) -> Option<String> {
    let iam = match &mut account.iam {
        Fetched::Present(iam) => iam,
        _ => return None,
    };
    let useless = held == Held::Useless;
    let service = match useless {
        true => "transfer.amazonaws.com",
        false => path
            .pass_to
            .first()
            .map_or("ec2.amazonaws.com", String::as_str),
    };
    let mut other = role(&json!({"Service": service}), held);
    let arn = |kind: &str| format!("arn:aws:iam::123456789012:{kind}");
    let named = match path.lookup? {
        Lookup::PassableRoles => ROLE.to_owned(),
        Lookup::TrustingRoles => {
            let account = if useless {
                "999999999999"
            } else {
                "123456789012"
            };
            other = role(&json!({"AWS": account}), held);
            ROLE.to_owned()
        }
        _ if useless => return None,
        Lookup::Roles => ROLE.to_owned(),
        Lookup::Users => {
            let Fetched::Present(inline) = &other.inline else {
                return None;
            };
            iam.users.push(User {
                arn: arn("user/ann"),
                name: "ann".to_owned(),
                inline: inline.clone(),
                attached: Vec::new(),
                groups: Vec::new(),
                boundary: None,
                tags: Vec::new(),
            });
            arn("user/ann")
        }
        Lookup::Groups => {
            iam.groups.push(Group {
                name: "ops".to_owned(),
                arn: arn("group/ops"),
                inline: Vec::new(),
                attached: Vec::new(),
            });
            arn("group/ops")
        }
        Lookup::ManagedPolicies => {
            iam.managed.push(ManagedPolicy {
                name: "own".to_owned(),
                arn: arn("policy/own"),
                document: Fetched::Present(document(allow(&["sqs:SendMessage"]))),
            });
            arn("policy/own")
        }
        Lookup::Functions => {
            let function = "arn:aws:lambda:eu-west-1:123456789012:function:f";
            let one = Function {
                role_arn: ROLE.to_owned(),
            };
            account.functions = Fetched::Present([(function.to_owned(), one)].into());
            function.to_owned()
        }
        Lookup::Workflows => {
            let machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:Other";
            account.workflows.push(StateMachine {
                arn: machine.to_owned(),
                name: "Other".to_owned(),
                definition: r#"{"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}"#.to_owned(),
                role_arn: ROLE.to_owned(),
                kind: "STANDARD".to_owned(),
                ..StateMachine::default()
            });
            machine.to_owned()
        }
    };
    if let Fetched::Present(iam) = &mut account.iam {
        iam.roles.push(other);
    }
    Some(named)
}

/// The findings about the ways that these actions open, and by which ARN what they need is named.
fn ways(path: &Path, held: Held) -> Option<(Vec<Finding>, String)> {
    let mut account = account(vec![allow(&names(path))]);
    let named = match held {
        Held::Nothing => ROLE.to_owned(),
        held => furnish(&mut account, path, held)?,
    };
    let all = assess::account(&account, &Config::default(), "2026-11-23");
    let own = all
        .into_iter()
        .find(|a| a.workflow.arn.as_str() == one_role::ARN);
    let findings = own.expect("the workflow is judged").findings;
    let ways = findings
        .into_iter()
        .filter(|f| f.rule().as_str() == "escalation-permission");
    Some((ways.collect(), named))
}

#[test]
fn what_a_way_needs_is_named_where_the_account_holds_it_and_weighed() {
    let mut looked_up = 0;
    for path in escalation::paths() {
        let says = |held: Held| {
            let (found, named) = ways(path, held)?;
            let worst = found.iter().map(Finding::severity).max();
            let is_named = found
                .iter()
                .any(|f| f.detail().contains(&format!("`{named}`")));
            Some((worst, is_named))
        };
        assert_eq!(
            says(Held::Nothing),
            Some((Some(Severity::High), false)),
            "{}",
            path.id
        );
        let Some(ordinary) = says(Held::Ordinary) else {
            assert_eq!(path.lookup, None, "{}", path.id);
            continue;
        };
        looked_up += 1;
        assert_eq!(ordinary, (Some(Severity::High), true), "{}", path.id);
        // That there is nothing to use is said, and makes it no milder.
        if let Some(useless) = says(Held::Useless) {
            assert_eq!(useless, (Some(Severity::High), false), "{}", path.id);
        }
        let strongest = match path.lookup {
            // Who is in a group, and who holds a policy, is told by them.
            Some(Lookup::Groups | Lookup::ManagedPolicies) => continue,
            // What is written into a principal is as strong as what is written.
            _ if path.actions.iter().any(|a| {
                a.starts_with("iam:") && a.contains("Policy") && !a.contains("Assume")
            }) =>
            {
                continue;
            }
            _ if path
                .actions
                .iter()
                .any(|a| a.contains("PermissionsBoundary")) =>
            {
                continue;
            }
            _ => says(Held::Administrator),
        };
        assert_eq!(
            strongest,
            Some((Some(Severity::Critical), true)),
            "{}",
            path.id
        );
    }
    assert!(looked_up > 80, "{looked_up}");
}
