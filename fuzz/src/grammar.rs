//! What the languages are made of, as the bytes of an input choose it: much deeper than bytes alone would reach.

use arbitrary::Unstructured;
use serde_json::{Map, Value, json};

/// Levels of nesting.
const DEPTH: usize = 4;

const NAMES: [&str; 6] = ["A", "B", "C", "D", "Run it", "ä\u{202e}"];
const TYPES: [&str; 9] = [
    "Task", "Task", "Choice", "Map", "Parallel", "Pass", "Wait", "Succeed", "Fail",
];
const RESOURCES: [&str; 12] = [
    "arn:aws:states:::lambda:invoke",
    "arn:aws:states:::lambda:invoke.waitForTaskToken",
    "arn:aws:states:::ecs:runTask.sync",
    "arn:aws:states:::dynamodb:putItem",
    "arn:aws:states:::states:startExecution.sync:2",
    "arn:aws:states:::aws-sdk:s3:getObject",
    "arn:aws:states:::aws-sdk:iam:putRolePolicy",
    "arn:aws:states:::http:invoke",
    "arn:aws:states:::sns:publish",
    "arn:aws:states:::aws-sdk:sfn:startSyncExecution",
    "arn:aws:lambda:eu-west-1:123456789012:function:f",
    "${Resource}",
];
const PARAMETERS: [&str; 12] = [
    "FunctionName",
    "Payload",
    "TableName",
    "Item",
    "Bucket",
    "Key",
    "StateMachineArn",
    "Input",
    "Cluster",
    "TaskDefinition",
    "ApiEndpoint",
    "RoleName",
];
const PATHS: [&str; 10] = [
    "$",
    "$.a",
    "$.a.b",
    "$['a.b']",
    "$.list[0].name",
    "$..deep",
    "$$.Execution.Input.a",
    "$$.Execution.Id",
    "$v",
    "States.Format('arn:{}', $.a)",
];
const EXPRESSIONS: [&str; 16] = [
    "$states.input",
    "$states.input.a",
    "$states.input.'a.b'",
    "$states.context.Execution.Id",
    "$states.result.x",
    "$states.errorOutput.Cause",
    "$v",
    "$split(X, '/')[0]",
    "X in ['a','b'] ? X : 'a'",
    "$map(X, function($i){ $i & 'x' })",
    "$each(X, function($v,$k){ $k })",
    "X{ $keys(): $sum(b) }",
    "$match(X, /^a.*b$/)[0].match",
    "($f := function($a){ $a }; $f(X))",
    "$replace(X, /b/, function($m){ $m.match })",
    "X ~> $uppercase",
];
const ACTIONS: [&str; 12] = [
    "*",
    "s3:*",
    "s3:Get*",
    "lambda:InvokeFunction",
    "iam:PassRole",
    "iam:*",
    "states:StartExecution",
    "sts:AssumeRole",
    "?am:P*Role",
    "kms:Decrypt",
    "dynamodb:PutItem",
    "sqs:SendMessage",
];
const ARNS: [&str; 10] = [
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::${aws:PrincipalTag/team}/*",
    "arn:aws:lambda:*:123456789012:function:f*",
    "arn:aws:iam::123456789012:role/*",
    "arn:aws:iam::*:role/a?",
    "arn:*:*:*:*:*",
    "arn:aws:states:eu-west-1:123456789012:stateMachine:w",
    "arn:aws:sqs:eu-west-1:123456789012:q",
    "nonsense",
];
const OPERATORS: [&str; 14] = [
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLikeIfExists",
    "ArnLike",
    "ArnNotEquals",
    "Null",
    "Bool",
    "IpAddress",
    "NotIpAddress",
    "NumericLessThan",
    "DateGreaterThan",
    "ForAllValues:StringLike",
    "ForAnyValue:StringEquals",
];
const KEYS: [&str; 9] = [
    "aws:PrincipalArn",
    "aws:SourceIp",
    "aws:RequestedRegion",
    "aws:PrincipalOrgID",
    "iam:PassedToService",
    "aws:MultiFactorAuthPresent",
    "aws:ResourceTag/team",
    "aws:CalledVia",
    "s3:prefix",
];
const EVENTS: [(&str, &str); 10] = [
    ("states", "CreateStateMachine"),
    ("states", "UpdateStateMachine"),
    ("states", "UpdateStateMachineAlias"),
    ("iam", "PutRolePolicy"),
    ("iam", "AttachRolePolicy"),
    ("iam", "UpdateAssumeRolePolicy"),
    ("iam", "CreatePolicyVersion"),
    ("lambda", "UpdateFunctionConfiguration20150331v2"),
    ("logs", "PutRetentionPolicy"),
    ("states", "TagResource"),
];

/// The bytes as a source of choices.
pub struct Grammar<'d> {
    bytes: Unstructured<'d>,
}

impl<'d> Grammar<'d> {
    /// Of these bytes; where they end, every choice is the first.
    pub fn new(data: &'d [u8]) -> Self {
        Self {
            bytes: Unstructured::new(data),
        }
    }

    /// One of two.
    pub fn maybe(&mut self) -> bool {
        self.bytes.arbitrary().unwrap_or(false)
    }

    fn of(&mut self, words: &[&'static str]) -> &'static str {
        self.bytes.choose(words).copied().unwrap_or("a")
    }

    fn number(&mut self, most: usize) -> usize {
        self.bytes.int_in_range(0..=most).unwrap_or(0)
    }

    /// A word of the language, or text that nobody expects.
    fn text(&mut self, words: &[&'static str]) -> String {
        match self.number(9) {
            0 => self.bytes.arbitrary::<String>().unwrap_or_default(),
            _ => self.of(words).to_owned(),
        }
    }

    /// A workflow.
    pub fn definition(&mut self) -> Value {
        let mut definition = self.scope(DEPTH);
        if self.maybe() {
            definition["QueryLanguage"] = json!(self.of(&["JSONata", "JSONPath"]));
        }
        definition
    }

    fn scope(&mut self, depth: usize) -> Value {
        let count = 1 + self.number(4);
        let mut states = Map::new();
        for _ in 0..count {
            let name = self.text(&NAMES);
            states.insert(name, self.state(depth));
        }
        json!({"StartAt": self.text(&NAMES), "States": states})
    }

    fn state(&mut self, depth: usize) -> Value {
        let kind = self.of(&TYPES);
        let mut state = json!({"Type": kind});
        match kind {
            "Task" => {
                state["Resource"] = json!(self.text(&RESOURCES));
                let field = self.of(&["Parameters", "Arguments"]);
                state[field] = self.members(depth);
                if self.maybe() {
                    state["Credentials"] = self.members(1);
                }
            }
            "Map" if depth > 0 => {
                let field = self.of(&["ItemProcessor", "Iterator"]);
                state[field] = self.scope(depth - 1);
                if self.maybe() {
                    state[field]["ProcessorConfig"] =
                        json!({"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"});
                    state["ItemReader"] = json!({"Resource": "arn:aws:states:::s3:getObject", "Parameters": self.members(1)});
                }
                let field = self.of(&["ItemsPath", "Items"]);
                state[field] = self.value(1);
                state["ItemSelector"] = self.members(1);
            }
            "Parallel" if depth > 0 => {
                let count = 1 + self.number(2);
                let branches: Vec<Value> = (0..count).map(|_| self.scope(depth - 1)).collect();
                state["Branches"] = json!(branches);
            }
            "Choice" => {
                let count = 1 + self.number(2);
                let choices: Vec<Value> = (0..count).map(|_| self.rule(depth)).collect();
                state["Choices"] = json!(choices);
                state["Default"] = json!(self.text(&NAMES));
            }
            "Fail" => {
                let field = self.of(&["Error", "Cause", "ErrorPath", "CausePath"]);
                state[field] = self.value(0);
            }
            _ => {}
        }
        for field in [
            "InputPath",
            "ResultPath",
            "OutputPath",
            "Assign",
            "Output",
            "ResultSelector",
        ] {
            if self.number(4) == 0 {
                state[field] = self.value(1);
            }
        }
        if self.number(3) == 0 {
            state["Catch"] = json!([{"ErrorEquals": ["States.ALL"], "Next": self.text(&NAMES), "ResultPath": self.text(&PATHS)}]);
        }
        let end = self.maybe();
        if end {
            state["End"] = json!(true);
        } else {
            state["Next"] = json!(self.text(&NAMES));
        }
        state
    }

    fn rule(&mut self, depth: usize) -> Value {
        if depth > 0 && self.number(3) == 0 {
            let field = self.of(&["And", "Or"]);
            return json!({field: [self.rule(depth - 1), self.rule(depth - 1)], "Next": self.text(&NAMES)});
        }
        match self.number(2) {
            0 => json!({"Condition": self.expression(), "Next": self.text(&NAMES)}),
            1 => json!({"Not": self.rule(0), "Next": self.text(&NAMES)}),
            _ => {
                let test = self.of(&[
                    "StringEquals",
                    "StringMatches",
                    "StringEqualsPath",
                    "IsPresent",
                    "NumericLessThan",
                ]);
                json!({"Variable": self.text(&PATHS), test: self.value(0), "Next": self.text(&NAMES)})
            }
        }
    }

    fn members(&mut self, depth: usize) -> Value {
        let count = self.number(3);
        let mut members = Map::new();
        for _ in 0..count {
            let name = self.text(&PARAMETERS);
            if self.maybe() {
                members.insert(format!("{name}.$"), json!(self.text(&PATHS)));
            } else {
                members.insert(name, self.value(depth.min(2)));
            }
        }
        Value::Object(members)
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.number(5) {
            0 if depth > 0 => self.members(depth - 1),
            1 if depth > 0 => json!([self.value(depth - 1), self.value(depth - 1)]),
            2 => json!(self.text(&PATHS)),
            3 => json!(self.number(9)),
            4 => json!(self.text(&ARNS)),
            _ => json!(self.expression()),
        }
    }

    fn expression(&mut self) -> String {
        let mut text = self.text(&EXPRESSIONS);
        for _ in 0..3 {
            let inner = self.of(&EXPRESSIONS);
            text = text.replace('X', &format!("({inner})"));
        }
        format!("{{% {text} %}}")
    }

    /// A policy document.
    pub fn policy(&mut self) -> Value {
        let count = self.number(4);
        let statements: Vec<Value> = (0..count).map(|_| self.statement()).collect();
        json!({"Version": self.of(&["2012-10-17", "2008-10-17"]), "Statement": statements})
    }

    fn statement(&mut self) -> Value {
        let effect = self.of(&["Allow", "Allow", "Deny"]);
        let action = self.of(&["Action", "Action", "Action", "NotAction"]);
        let resource = self.of(&["Resource", "Resource", "Resource", "NotResource"]);
        let mut statement =
            json!({"Effect": effect, action: self.list(&ACTIONS), resource: self.list(&ARNS)});
        if self.number(3) == 0 {
            statement["Principal"] = json!({"AWS": self.list(&ARNS)});
        }
        if self.maybe() {
            let (operator, key) = (self.of(&OPERATORS), self.of(&KEYS));
            statement["Condition"] = json!({operator: {key: self.list(&ARNS)}});
        }
        statement
    }

    fn list(&mut self, words: &[&'static str]) -> Value {
        let count = 1 + self.number(2);
        let all: Vec<String> = (0..count).map(|_| self.text(words)).collect();
        json!(all)
    }

    /// A line for `decide`, without its policies.
    pub fn request(&mut self) -> Value {
        json!({
            "principal": "arn:aws:iam::123456789012:role/w",
            "action": self.of(&ACTIONS[3..]),
            "resource": self.text(&ARNS),
            "context": {self.of(&KEYS): self.list(&ARNS)},
        })
    }

    /// An event of CloudTrail.
    pub fn event(&mut self) -> Value {
        let (service, name) = self
            .bytes
            .choose(&EVENTS)
            .copied()
            .unwrap_or(("iam", "PutRolePolicy"));
        let request = json!({
            "roleName": self.text(&NAMES),
            "policyName": self.text(&NAMES),
            "policyDocument": self.policy().to_string(),
            "policyArn": self.text(&ARNS),
            "stateMachineArn": self.text(&ARNS),
            "stateMachineAliasArn": self.text(&ARNS),
            "functionName": self.text(&NAMES),
            "logGroupName": self.text(&NAMES),
            "resourceArn": self.text(&ARNS),
            "tags": self.value(2),
            "routingConfiguration": self.value(2),
            "definition": self.value(1),
        });
        json!({
            "version": "0",
            "id": self.text(&NAMES),
            "detail-type": "AWS API Call via CloudTrail",
            "source": format!("aws.{service}"),
            "account": "123456789012",
            "time": "2026-11-23T09:14:02Z",
            "region": self.text(&["eu-west-1", "us-east-1"]),
            "detail": {
                "eventVersion": "1.11",
                "userIdentity": {"type": "AssumedRole", "arn": self.text(&ARNS), "accountId": "123456789012"},
                "eventTime": "2026-11-23T09:14:02Z",
                "eventSource": format!("{service}.amazonaws.com"),
                "eventName": name,
                "awsRegion": self.text(&["eu-west-1", "us-east-1"]),
                "sourceIPAddress": self.text(&NAMES),
                "userAgent": self.text(&NAMES),
                "requestParameters": request,
                "responseElements": self.value(2),
                "eventID": "3d2c1b23-7b3e-4f5a-9c1d-2e3f4a5b6c03",
                "recipientAccountId": "123456789012",
            },
        })
    }
}
