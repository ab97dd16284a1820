//! What the roles may do, decided by the library on the policies as they were deployed.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use stepwarden::aws::{FUNCTION_ACTIONS, ORGANIZATION_ACTIONS, SERVICE_ACTIONS};
use stepwarden::catalog;
use stepwarden::decide::Decider;

use super::calls::{Call, assume, call, foreign, harmful, optional, reads, writes};
use super::stack::{
    ACCOUNT, MEMBERS, ORGANIZATION, REGION, list, member_iam, member_workflows, plain, whole,
};

fn decision(policies: &[Value], (action, resource, context): &Call) -> String {
    let line = json!({
        "principal": format!("arn:aws:iam::{ACCOUNT}:role/stepwarden"), "policies": policies,
        "action": action, "resource": resource, "context": context,
    });
    let answer: Value =
        serde_json::from_str(&Decider::new(None).line(&line.to_string()).json).unwrap();
    answer["decision"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer}"))
        .to_owned()
}

fn all_allowed(policies: &[Value], calls: &[Call]) {
    for call in calls {
        assert_eq!(decision(policies, call), "allow", "{call:?}");
    }
}

fn none_allowed(policies: &[Value], calls: &[Call]) {
    for call in calls {
        // A key that the context does not hold is unknown to the decision: no key of a policy may make it undecided.
        let (action, resource, context) = call;
        let mut context = context.clone();
        for key in [
            "kms:EncryptionContext:PARAMETER_ARN",
            "kms:ViaService",
            "aws:ResourceAccount",
            "aws:ResourceOrgID",
        ] {
            context
                .as_object_mut()
                .unwrap()
                .entry(key)
                .or_insert(Value::Null);
        }
        let decided = decision(policies, &(action, resource.clone(), context));
        assert_eq!(decided, "no-match", "{call:?}");
    }
}

fn actions(statements: &[Value]) -> BTreeSet<String> {
    statements.iter().flat_map(|s| list(&s["Action"])).collect()
}

fn called() -> BTreeSet<String> {
    let function = FUNCTION_ACTIONS.iter().copied().flatten();
    function
        .chain(SERVICE_ACTIONS)
        .map(|action| (*action).to_owned())
        .collect()
}

#[test]
fn the_functions_role_is_the_union_of_what_its_ports_call() {
    assert_eq!(actions(&whole().statements("FunctionRole")), called());
}

#[test]
fn roles_are_as_narrow_as_aws_allows() {
    let (own, member) = (
        whole().statements("FunctionRole"),
        member_iam().statements("MemberRole"),
    );
    for statement in own.iter().chain(&member) {
        assert_eq!(statement["Effect"], "Allow");
        let star = list(&statement["Resource"]) == ["*"];
        for action in list(&statement["Action"]) {
            assert!(!action.contains(['*', '?']), "{action}");
            let known = catalog::action(&action).expect("the catalog knows the action");
            assert_eq!(star, !known.has_resource_types(), "{action} in {statement}");
        }
    }
}

#[test]
fn the_function_may_make_every_call_that_it_makes() {
    let calls = [reads(), writes(whole()), optional()].concat();
    all_allowed(&whole().policies("FunctionRole"), &calls);
    let tried: BTreeSet<String> = calls
        .iter()
        .map(|(action, ..)| (*action).to_owned())
        .collect();
    assert_eq!(
        tried,
        actions(&whole().statements("FunctionRole")),
        "every action is tried"
    );
}

#[test]
fn the_function_may_do_nothing_else() {
    let policies = whole().policies("FunctionRole");
    none_allowed(&policies, &foreign(whole()));
    none_allowed(&policies, &harmful());
}

/// What is not asked for is not granted either.
#[test]
fn without_parameters_the_role_reaches_nothing_beyond_the_stack() {
    let policies = plain().policies("FunctionRole");
    all_allowed(&policies, &[reads(), writes(plain())].concat());
    none_allowed(&policies, &optional());
}

#[test]
fn other_accounts_are_those_that_are_named() {
    let named = super::stack::members(MEMBERS[0], "").policies("FunctionRole");
    all_allowed(
        &named,
        &[assume(MEMBERS[0], "o-otherother1", "stepwarden-reader")],
    );
    let others = [
        assume(MEMBERS[1], ORGANIZATION, "stepwarden-reader"),
        assume(MEMBERS[0], ORGANIZATION, "administrators"),
    ];
    none_allowed(&named, &others);
    let joined = super::stack::members("", ORGANIZATION).policies("FunctionRole");
    all_allowed(
        &joined,
        &[assume("444455556666", ORGANIZATION, "stepwarden-reader")],
    );
    let others = [
        assume(MEMBERS[0], "o-otherother1", "stepwarden-reader"),
        assume(MEMBERS[0], ORGANIZATION, "administrators"),
    ];
    none_allowed(&joined, &others);
}

#[test]
fn the_members_role_reads_what_the_function_reads_and_nothing_else() {
    let policies = member_iam().policies("MemberRole");
    all_allowed(&policies, &reads());
    let tried: BTreeSet<String> = reads()
        .iter()
        .map(|(action, ..)| (*action).to_owned())
        .collect();
    assert_eq!(actions(&member_iam().statements("MemberRole")), tried);
    // The attributes of a queue are read, whosever it is.
    let writes = writes(whole()).into_iter();
    let writes: Vec<Call> = writes.filter(|call| !tried.contains(call.0)).collect();
    none_allowed(&policies, &[writes, optional(), harmful()].concat());
}

#[test]
fn the_role_in_the_organizations_account_reads_policies_and_nothing_else() {
    let stack = super::stack::organization_reader();
    let calls: Vec<Call> = ORGANIZATION_ACTIONS.iter().map(|a| call(a, "*")).collect();
    let policies = stack.policies("OrganizationRole");
    all_allowed(&policies, &calls);
    let called = ORGANIZATION_ACTIONS.iter().map(|a| (*a).to_owned());
    let allowed = actions(&stack.statements("OrganizationRole"));
    assert_eq!(allowed, called.collect());
    none_allowed(&policies, &[reads(), optional(), harmful()].concat());
}

#[test]
fn forwarding_roles_put_events_on_one_bus_name() {
    let bus = |account: &str, name: &str| {
        call(
            "events:PutEvents",
            format!("arn:aws:events:{REGION}:{account}:event-bus/{name}"),
        )
    };
    let policies = member_workflows().policies("ForwarderRole");
    all_allowed(&policies, &[bus(ACCOUNT, "stepwarden")]);
    none_allowed(
        &policies,
        &[bus(ACCOUNT, "default"), bus(MEMBERS[0], "stepwarden")],
    );
    let policies = super::stack::forwarding().policies("ForwarderRole");
    all_allowed(&policies, &[bus(ACCOUNT, "default")]);
    none_allowed(
        &policies,
        &[bus(ACCOUNT, "stepwarden"), bus(MEMBERS[0], "default")],
    );
}
