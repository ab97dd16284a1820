//! Who changes the stack itself is told of without the function, however the call names the part.

use serde_json::{Value, json};

use super::pattern::matches;
use super::stack::{ACCOUNT, REGION, whole};

const RULES: [&str; 3] = [
    "TamperingWithFlow",
    "TamperingWithStores",
    "TamperingWithSupport",
];

/// The rules that tell of a call.
pub fn told(service: &str, name: &str, parameters: &Value) -> Vec<&'static str> {
    let event = json!({
        "source": format!("aws.{service}"), "detail-type": "AWS API Call via CloudTrail",
        "detail": {
            "eventSource": format!("{service}.amazonaws.com"), "eventName": name, "requestParameters": parameters,
        },
    });
    let mut failed = event.clone();
    failed["detail"]["errorCode"] = json!("AccessDenied");
    let tells = |rule: &&str| {
        let pattern = whole().pattern(rule);
        assert!(
            !matches(&pattern, &failed),
            "{rule} tells of what was refused"
        );
        matches(&pattern, &event)
    };
    RULES.into_iter().filter(tells).collect()
}

/// A call is told where its parameter has one of these values, and not where it has one of those.
pub fn each(
    rule: &str,
    (service, calls, parameter): (&str, &[&str], &str),
    own: &[String],
    others: &[String],
) {
    for call in calls {
        for value in own {
            let rules = told(service, call, &json!({ parameter: value }));
            assert!(
                rules.contains(&rule),
                "{call} with {parameter} {value} is told by {rules:?}"
            );
        }
        for value in others {
            let rules = told(service, call, &json!({ parameter: value }));
            assert!(
                rules.is_empty(),
                "{call} with {parameter} {value} is told by {rules:?}"
            );
        }
    }
}

pub fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

/// Every form of a function's name that Lambda takes, with and without a version or alias (AWS Lambda API Reference,
/// "FunctionName").
fn names_of_function(name: &str) -> Vec<String> {
    let heads = [
        String::new(),
        "function:".to_owned(),
        format!("{ACCOUNT}:"),
        format!("{ACCOUNT}:function:"),
        format!("{REGION}:"),
        format!("{REGION}:{ACCOUNT}:function:"),
        format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:"),
    ];
    let tails = ["", ":$LATEST", ":7", ":PROD"];
    let each = heads
        .iter()
        .flat_map(|head| tails.map(|tail| format!("{head}{name}{tail}")));
    each.collect()
}

#[test]
fn a_trail_that_is_stopped_or_narrowed_is_told() {
    for call in [
        "StopLogging",
        "DeleteTrail",
        "UpdateTrail",
        "PutEventSelectors",
    ] {
        let rules = told("cloudtrail", call, &json!({ "name": "any" }));
        assert_eq!(rules, ["TamperingWithFlow"], "{call}");
    }
    assert!(told("cloudtrail", "StartLogging", &json!({ "name": "any" })).is_empty());
}

#[test]
fn a_function_is_told_of_by_every_form_of_its_name() {
    let calls = [
        "UpdateFunctionCode20150331v2",
        "UpdateFunctionConfiguration20150331v2",
        "DeleteFunction20150331",
        "PutFunctionConcurrency20171031",
        "DeleteFunctionConcurrency20171031",
        "AddPermission20150331v2",
        "RemovePermission20150331v2",
        "PutFunctionEventInvokeConfig",
        "DeleteFunctionEventInvokeConfig",
        "CreateFunctionUrlConfig",
        "PutRuntimeManagementConfig",
        "CreateEventSourceMapping20150331",
    ];
    let others = ["stepwarden-tests", "my-stepwarden", "function:other:1"].map(str::to_owned);
    let arn = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:other");
    each(
        "TamperingWithFlow",
        ("lambda", &calls, "functionName"),
        &names_of_function("stepwarden"),
        &[others.as_slice(), &[arn]].concat(),
    );
    // Where a trail tells of data events, each of its own invocations is one.
    each(
        "",
        (
            "lambda",
            &["Invoke", "InvokeExecution", "InvokeAsync"],
            "functionName",
        ),
        &[],
        &names_of_function("stepwarden"),
    );
    let mapping = whole().id("WorkToFunction").to_owned();
    for parameter in ["uUID", "uuid"] {
        let calls = [
            "UpdateEventSourceMapping20150331",
            "DeleteEventSourceMapping20150331",
        ];
        each(
            "TamperingWithFlow",
            ("lambda", &calls, parameter),
            std::slice::from_ref(&mapping),
            &texts(["0b7d64a2-0000-0000-0000-000000000000"]),
        );
    }
}

#[test]
fn the_functions_role_is_told_of_in_whatever_case() {
    let own = whole().id("FunctionRole").to_owned();
    let calls = [
        "DeleteRole",
        "PutRolePolicy",
        "DeleteRolePolicy",
        "DetachRolePolicy",
        "UpdateAssumeRolePolicy",
        "PutRolePermissionsBoundary",
    ];
    let own = [own.to_ascii_lowercase(), own];
    each(
        "TamperingWithFlow",
        ("iam", &calls, "roleName"),
        &own,
        &texts(["other"]),
    );
}

#[test]
fn a_rule_and_its_targets_are_told_of_on_whatever_bus() {
    let all = whole().of_type("AWS::Events::Rule");
    let own: Vec<String> = all.iter().map(|rule| whole().id(rule).to_owned()).collect();
    let others = texts(["orders", "other-stepwarden-Changes"]);
    each(
        "TamperingWithFlow",
        ("events", &["DisableRule", "DeleteRule", "PutRule"], "name"),
        &own,
        &others,
    );
    each(
        "TamperingWithFlow",
        ("events", &["PutTargets", "RemoveTargets"], "rule"),
        &own,
        &others,
    );
    for bus in [
        "default",
        &format!("arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"),
    ] {
        let call = json!({ "name": whole().id("Changes"), "eventBusName": bus });
        assert_eq!(
            told("events", "DisableRule", &call),
            ["TamperingWithFlow"],
            "{bus}"
        );
        // Of the rule itself another one tells, too.
        let call = json!({ "name": whole().id("TamperingWithFlow"), "eventBusName": bus });
        let rules = ["TamperingWithFlow", "TamperingWithStores"];
        assert_eq!(told("events", "DisableRule", &call), rules, "{bus}");
    }
}

/// 2,048 characters unless raised (Amazon EventBridge User Guide, "Amazon EventBridge quotas").
#[test]
fn the_patterns_fit_the_default_quota() {
    for rule in RULES {
        let size = whole().pattern(rule).to_string().len();
        assert!(size <= 2_048, "{rule}: {size}");
    }
}

#[test]
fn the_rules_publish_to_people_and_name_the_actor() {
    for rule in RULES {
        let targets = &whole().properties(rule)["Targets"];
        assert_eq!(targets[0]["Arn"], json!({ "Ref": "AlertTopic" }), "{rule}");
        let paths = &targets[0]["InputTransformer"]["InputPathsMap"];
        assert_eq!(paths["actor"], "$.detail.userIdentity.arn", "{rule}");
        for policy in ["TopicPolicy", "DeadLettersPolicy"] {
            let statements = whole().properties(policy)["PolicyDocument"]["Statement"].to_string();
            assert!(statements.contains(rule), "{rule} may publish by {policy}");
        }
    }
}
