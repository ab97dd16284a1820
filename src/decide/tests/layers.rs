//! Decisions with the layers that a line gives beside the principal's own policies.

use serde_json::{Value, json};

use super::super::*;

const USER: &str = "arn:aws:iam::111111111111:user/u";
const ROLE: &str = "arn:aws:iam::111111111111:role/r";
const SESSION: &str = "arn:aws:sts::111111111111:assumed-role/r/s";
const QUEUE: &str = "arn:aws:sqs:eu-west-1:111111111111:q";
const FOREIGN: &str = "arn:aws:sqs:eu-west-1:222222222222:q";
const KEY: &str = "arn:aws:kms:eu-west-1:111111111111:key/k";

fn ask(line: &Value) -> Value {
    serde_json::from_str(&Decider::new(None).line(&line.to_string()).json).unwrap()
}

fn statement(effect: &str, action: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": action, "Resource": "*"}]})
}

fn send(principal: &str, resource: &str, more: Value) -> Value {
    let mut line = json!({"principal": principal, "action": "sqs:SendMessage", "resource": resource,
        "policies": [statement("Allow", "sqs:*")]});
    for (key, value) in more.as_object().unwrap() {
        line[key] = value.clone();
    }
    ask(&line)
}

fn admits(principal: Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": principal, "Action": "*", "Resource": "*"}]})
}

/// An organization whose levels have these service control policies.
fn levels(all: &[&[Value]]) -> Value {
    let each = all.iter().enumerate().map(
        |(i, policies)| json!({"target": format!("level-{i}"), "serviceControlPolicies": policies}),
    );
    json!({"organization": {"levels": each.collect::<Vec<_>>()}})
}

#[test]
fn every_level_must_allow_and_none_may_deny() {
    let all = || statement("Allow", "*");
    let decided = |levels_: &[&[Value]]| send(ROLE, QUEUE, levels(levels_))["decision"].clone();
    assert_eq!(decided(&[&[all()], &[all()]]), "allow");
    assert_eq!(
        decided(&[&[statement("Allow", "s3:*")], &[all()]]),
        "no-match"
    );
    assert_eq!(
        decided(&[&[all()], &[statement("Allow", "s3:*")]]),
        "no-match"
    );
    assert_eq!(
        decided(&[&[all()], &[statement("Allow", "s3:*"), all()]]),
        "allow"
    );
    assert_eq!(decided(&[&[all()], &[]]), "no-match");
    // That kind of policy is off.
    assert_eq!(decided(&[&[], &[]]), "allow");
    let denied = send(
        ROLE,
        QUEUE,
        levels(&[&[all()], &[all(), statement("Deny", "sqs:Send*")]]),
    );
    assert_eq!(
        denied["by"],
        json!([{"policy": "serviceControlPolicies[1]", "statement": 0, "layer": "service-control-policy", "target": "level-1"}])
    );
}

#[test]
fn neither_the_management_account_nor_service_linked_roles_are_limited() {
    let denied = levels(&[&[statement("Allow", "*"), statement("Deny", "*")]]);
    let linked =
        "arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX";
    assert_eq!(send(ROLE, QUEUE, denied.clone())["decision"], "deny");
    assert_eq!(send(linked, QUEUE, denied.clone())["decision"], "allow");
    let mut managed = denied;
    managed["organization"]["managementAccount"] = json!("111111111111");
    assert_eq!(send(ROLE, QUEUE, managed)["decision"], "allow");
}

#[test]
fn resource_controls_hold_for_the_services_that_have_them() {
    let rcp = |action: &str| {
        let document = json!({"Statement": [{"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*",
            "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}}]});
        json!({"organization": {"levels": [{"target": "r-1", "resourceControlPolicies": [document]}]}})
    };
    let open = send(ROLE, QUEUE, rcp("sqs:*"));
    assert_eq!(
        (&open["decision"], &open["on"]),
        (&json!("depends"), &json!(["aws:PrincipalOrgID"]))
    );
    let mut foreign = rcp("*");
    foreign["context"] = json!({"aws:PrincipalOrgID": "o-2"});
    assert_eq!(send(ROLE, QUEUE, foreign.clone())["decision"], "deny");
    // The organization tells its own id.
    let mut own = rcp("*");
    own["organization"]["id"] = json!("o-1");
    assert_eq!(send(ROLE, QUEUE, own)["decision"], "allow");
    foreign["action"] = json!("lambda:InvokeFunction");
    foreign["policies"] = json!([statement("Allow", "*")]);
    let function = "arn:aws:lambda:eu-west-1:111111111111:function:f";
    assert_eq!(send(ROLE, function, foreign)["decision"], "allow");
}

#[test]
fn within_an_account_either_side_suffices() {
    let decided = |principal: &str, policy: Value, more: Value| {
        let mut line = json!({"resourcePolicy": policy, "policies": []});
        for (key, value) in more.as_object().unwrap() {
            line[key] = value.clone();
        }
        send(principal, QUEUE, line)["decision"].clone()
    };
    let boundary = || json!({"boundary": statement("Allow", "s3:*")});
    let none = || json!({});
    for (principal, named, more, expected) in [
        (USER, json!({"AWS": USER}), none(), "allow"),
        (USER, json!("*"), none(), "allow"),
        (
            USER,
            json!({"AWS": "arn:aws:iam::111111111111:user/v"}),
            none(),
            "no-match",
        ),
        // The account is trusted to give it, and has not.
        (USER, json!({"AWS": "111111111111"}), none(), "no-match"),
        // A user and a session that are named are not held to the boundary, a role is.
        (USER, json!({"AWS": USER}), boundary(), "allow"),
        (SESSION, json!({"AWS": SESSION}), boundary(), "allow"),
        (SESSION, json!({"AWS": ROLE}), boundary(), "no-match"),
        (SESSION, json!({"AWS": ROLE}), none(), "allow"),
        (ROLE, json!({"AWS": ROLE}), none(), "allow"),
        // Some session of the role, perhaps that one.
        (ROLE, json!({"AWS": SESSION}), none(), "depends"),
        (
            ROLE,
            json!({"Service": "states.amazonaws.com"}),
            none(),
            "no-match",
        ),
    ] {
        assert_eq!(
            decided(principal, admits(named.clone()), more),
            expected,
            "{principal} {named}"
        );
    }
    let allowed = send(ROLE, QUEUE, json!({"resourcePolicy": admits(json!("*"))}));
    assert_eq!(
        allowed["by"],
        json!([{"policy": "policies[0]", "statement": 0, "layer": "identity-policy"},
            {"policy": "resourcePolicy", "statement": 0, "layer": "resource-policy"}])
    );
}

#[test]
fn another_accounts_resource_needs_both() {
    let own = |policies: Value| json!({"policies": policies, "resourcePolicy": admits(json!({"AWS": "111111111111"}))});
    let allow = || json!([statement("Allow", "sqs:*")]);
    assert_eq!(send(ROLE, FOREIGN, own(allow()))["decision"], "allow");
    assert_eq!(send(ROLE, FOREIGN, own(json!([])))["decision"], "no-match");
    let other = json!({"resourcePolicy": admits(json!({"AWS": "333333333333"}))});
    assert_eq!(send(ROLE, FOREIGN, other)["decision"], "no-match");
    // A user that is named is held to the boundary here all the same.
    let bounded = json!({"resourcePolicy": admits(json!({"AWS": USER})), "boundary": statement("Allow", "s3:*")});
    assert_eq!(send(USER, FOREIGN, bounded)["decision"], "no-match");
    // Of a bucket the ARN tells no account.
    let bucket = |account: &str| {
        json!({"action": "s3:GetObject", "policies": [], "context": {"aws:ResourceAccount": account},
        "resourcePolicy": admits(json!({"AWS": ROLE}))})
    };
    assert_eq!(
        send(ROLE, "arn:aws:s3:::b/k", bucket("111111111111"))["decision"],
        "allow"
    );
    assert_eq!(
        send(ROLE, "arn:aws:s3:::b/k", bucket("222222222222"))["decision"],
        "no-match"
    );
}

#[test]
fn a_key_and_a_role_decide_themselves() {
    for (action, resource) in [
        ("kms:Decrypt", KEY),
        ("sts:AssumeRole", "arn:aws:iam::111111111111:role/target"),
    ] {
        let decided = |principal: Value, policies: Value| {
            send(ROLE, resource, json!({"action": action, "policies": policies, "resourcePolicy": admits(principal)}))["decision"].clone()
        };
        let allow = || json!([statement("Allow", "*")]);
        let root = || json!({"AWS": "arn:aws:iam::111111111111:root"});
        assert_eq!(decided(root(), allow()), "allow", "{action}");
        assert_eq!(decided(root(), json!([])), "no-match", "{action}");
        assert_eq!(
            decided(json!({"AWS": USER}), allow()),
            "no-match",
            "{action}"
        );
        assert_eq!(
            decided(json!({"AWS": ROLE}), json!([])),
            "allow",
            "{action}"
        );
    }
}

#[test]
fn a_deny_for_all_but_some_spares_those_unless_they_have_a_boundary() {
    let but = json!({"Statement": [{"Effect": "Deny", "NotPrincipal": {"AWS": [ROLE, "111111111111"]}, "Action": "*", "Resource": "*"}]});
    let decided = |principal, more: Value| {
        let mut line = json!({"resourcePolicy": but});
        for (key, value) in more.as_object().unwrap() {
            line[key] = value.clone();
        }
        send(principal, QUEUE, line)["decision"].clone()
    };
    assert_eq!(decided(ROLE, json!({})), "allow");
    assert_eq!(
        decided("arn:aws:iam::333333333333:role/r", json!({})),
        "deny"
    );
    assert_eq!(
        decided(ROLE, json!({"boundary": statement("Allow", "*")})),
        "deny"
    );
}

#[test]
fn a_session_has_what_its_own_policies_leave() {
    let session = |document: Value| {
        send(SESSION, QUEUE, json!({"sessionPolicies": [document]}))["decision"].clone()
    };
    assert_eq!(session(statement("Allow", "sqs:*")), "allow");
    assert_eq!(session(statement("Allow", "s3:*")), "no-match");
    assert_eq!(session(statement("Deny", "sqs:*")), "deny");
}

#[test]
fn what_is_malformed_says_where() {
    for (more, words) in [
        (
            json!({"organization": []}),
            "`organization`: it is not a JSON object",
        ),
        (
            json!({"organization": {"levels": [{"target": "r"}]}}),
            "levels[0]",
        ),
        (
            json!({"organization": {"levels": [{"target": "r", "serviceControlPolicies": [{"Statement": [{"Effect": "Allow"}]}]}]}}),
            "statement 0 of `serviceControlPolicies[0] of r`",
        ),
        (
            json!({"resourcePolicy": statement("Allow", "*")}),
            "`Principal` is missing",
        ),
        (json!({"resourcePolicy": 7}), "not a JSON object"),
        (json!({"sessionPolicies": {}}), "not an array"),
    ] {
        let answer = send(ROLE, QUEUE, more.clone());
        let error = answer["error"].as_str().unwrap_or_default();
        assert!(error.contains(words), "{more}: {answer}");
    }
}
