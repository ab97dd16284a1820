//! No output of any command repeats a credential that `secret-in-definition` recognises: credentials of every form, in every
//! place of a definition that it can stand in, through every command and format.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::run_with;

/// What stands in the definition, with `#` where the credential does.
const FORMS: [&str; 11] = [
    "ghp_##",
    "https://user:#@db.example.org/orders",
    "https://api.example.org/v1?x=1&api_key=#&o=",
    "jdbc:postgresql://db.example.org/o?user=app&password=#",
    "Server=db;User Id=sa;Password=#;",
    "run --password # --all",
    "Authorization: Bearer ##",
    "<db><password>#</password></db>",
    "config = {\"user\": \"app\", \"password\": \"#\"}",
    "{\"inner\": \"{\\\"apiKey\\\": \\\"#\\\"}\"}",
    "password: #",
];

/// The first form has no character that a name of something cannot have.
const NAME: usize = 0;

fn task(parameters: Value) -> Value {
    json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": parameters, "End": true})
}

fn machine(states: &[(&str, Value)]) -> Value {
    let all: Map<String, Value> = states
        .iter()
        .map(|(n, s)| ((*n).to_owned(), s.clone()))
        .collect();
    json!({"StartAt": states[0].0, "States": all})
}

fn with(mut value: Value, key: &str, member: Value) -> Value {
    value[key] = member;
    value
}

fn chosen() -> Value {
    json!({"FunctionName.$": "$.fn", "Payload.$": "$"})
}

/// Definitions that hold a text in a place of their own each; `None` where it cannot stand there.
fn place(which: usize, text: &str, is_name: bool) -> Option<Value> {
    let guard = |rule: Value| {
        machine(&[
            (
                "C",
                json!({"Type": "Choice", "Choices": [rule], "Default": "F"}),
            ),
            ("A", task(chosen())),
            ("F", json!({"Type": "Fail", "Error": "E"})),
        ])
    };
    let jsonata = |name: String| {
        let call = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": name}, "End": true});
        with(machine(&[("A", call)]), "QueryLanguage", json!("JSONata"))
    };
    let quoted = text.replace('\\', "\\\\").replace('\'', "\\'");
    Some(match which {
        0 => machine(&[(
            "A",
            task(json!({"FunctionName.$": "$.fn", "Payload": {"x": [[text]], "y": {"z": text}}})),
        )]),
        1 => machine(&[("A", with(task(chosen()), "Comment", json!(text)))]),
        2 => with(machine(&[("A", task(chosen()))]), "Comment", json!(text)),
        3 => guard(json!({"Variable": "$.fn", "StringEquals": text, "Next": "A"})),
        4 => guard(
            json!({"Or": [{"Variable": "$.fn", "StringMatches": format!("{text}*")}], "Next": "A"}),
        ),
        5 => machine(&[("A", task(json!({"FunctionName": text})))]),
        6 if !text.contains('{') => machine(&[(
            "A",
            task(json!({"FunctionName.$": format!("States.Format('{quoted}-{{}}', $.x)")})),
        )]),
        7 => jsonata(format!("{{% '{quoted}' & $states.input.x %}}")),
        8 => jsonata(format!("{{% ($t := '{quoted}'; $states.input.x & $t) %}}")),
        9 => machine(&[
            (
                "A",
                with(
                    task(chosen()),
                    "Catch",
                    json!([{"ErrorEquals": [text], "Next": "F"}]),
                ),
            ),
            ("F", json!({"Type": "Fail", "Error": text, "Cause": text})),
        ]),
        10 => machine(&[
            (
                "P",
                json!({"Type": "Pass", "Result": {"fn": text, "list": [text, text]}, "Next": "A"}),
            ),
            ("A", task(chosen())),
        ]),
        11 => machine(&[(
            "A",
            json!({"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"QueueUrl": text, "MessageBody.$": "$"}, "End": true}),
        )]),
        12 => {
            let shell = json!({"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync", "Parameters": {"Cluster.$": "$.c", "TaskDefinition": "t:1",
                "Overrides": {"ContainerOverrides": [{"Name": "main", "Command": ["sh", "-c", text], "Environment": [{"Name": "X", "Value": text}]}]}}, "End": true});
            machine(&[("A", shell)])
        }
        // Names of things.
        13 if is_name => machine(&[(text, task(chosen()))]),
        14 if is_name => machine(&[(
            "A",
            with(task(chosen()), "ResultPath", json!(format!("$.{text}"))),
        )]),
        15 if is_name => machine(&[("A", task(json!({"FunctionName.$": format!("$.{text}")})))]),
        16 if is_name => machine(&[(
            "A",
            task(json!({"FunctionName.$": "$.fn", "Payload": {format!("{text}.$"): "$.x"}})),
        )]),
        17 if is_name => machine(&[("A", with(task(chosen()), "Next", json!(text)))]),
        18 if is_name => machine(&[("A", json!({"Type": text, "Next": "B"}))]),
        19 if is_name => machine(&[(
            "A",
            json!({"Type": "Task", "Resource": format!("arn:aws:states:::{text}:invoke"), "End": true}),
        )]),
        20 if is_name => machine(&[(
            "A",
            task(
                json!({"FunctionName": format!("arn:aws:lambda:eu-west-1:999999999999:function:{text}")}),
            ),
        )]),
        21 if is_name => machine(&[(
            "A",
            with(
                task(chosen()),
                "Credentials",
                json!({"RoleArn.$": format!("States.Format('arn:aws:iam::{{}}:role/{text}', $.a)")}),
            ),
        )]),
        _ => return None,
    })
}

const PLACES: usize = 22;

/// Files with the definition in every form that commands read.
struct Files {
    dir: PathBuf,
}

impl Files {
    fn new(definition: &str) -> Self {
        let dir =
            std::env::temp_dir().join(format!("stepwarden-credentials-{}", std::process::id()));
        let files = Self { dir };
        std::fs::create_dir_all(files.dir.join("account/state-machines")).unwrap();
        let role = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["lambda:InvokeFunction", "s3:*", "sqs:SendMessage", "ecs:RunTask"], "Resource": "*"},
            {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}]});
        let trust = json!({"Statement": [{"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
        let start = json!({"Statement": [{"Effect": "Allow", "Action": "states:StartExecution", "Resource": "*"}]});
        files.write("role.json", &role.to_string());
        files.write(
            "old.asl.json",
            r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#,
        );
        files.write("new.asl.json", definition);
        let template = json!({"Resources": {
            "M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"RoleArn": {"Fn::GetAtt": ["R", "Arn"]}, "DefinitionString": definition, "TracingConfiguration": {"Enabled": false}}},
            "R": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust, "Policies": [{"PolicyName": "p", "PolicyDocument": role}]}}}});
        files.write("template.json", &format!("{template:#}"));
        let machine = json!({"stateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:orders", "name": "orders",
            "definition": definition, "type": "STANDARD", "roleArn": "arn:aws:iam::123456789012:role/r"});
        files.write("account/state-machines/orders.json", &machine.to_string());
        let iam = json!({"GroupDetailList": [], "Policies": [],
            "UserDetailList": [{"UserName": "u", "Arn": "arn:aws:iam::123456789012:user/u", "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": start}]}],
            "RoleDetailList": [{"RoleName": "r", "Arn": "arn:aws:iam::123456789012:role/r", "Path": "/", "AssumeRolePolicyDocument": trust,
                "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": role}], "AttachedManagedPolicies": []}]});
        files.write("account/iam.json", &iam.to_string());
        let event = include_str!("../../../events/put-role-policy.json");
        let mut event: Value = serde_json::from_str(event).unwrap();
        event["detail"]["requestParameters"] =
            json!({"roleName": "r", "policyName": "p", "policyDocument": role.to_string()});
        files.write("event.json", &event.to_string());
        files
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.dir.join(name), text).unwrap();
    }

    fn path(&self, name: &str) -> String {
        self.dir.join(name).display().to_string()
    }

    /// Everything that any command says of the definition, each with its command.
    fn told(&self, states: &[String]) -> Vec<(String, String)> {
        let [old, new, role] = ["old.asl.json", "new.asl.json", "role.json"].map(|f| self.path(f));
        let [template, account, event] =
            ["template.json", "account", "event.json"].map(|f| self.path(f));
        let mut all: Vec<Vec<&str>> = Vec::new();
        for format in ["json", "human", "sarif", "html", "markdown"] {
            all.push(vec!["check", &new, "--role", &role, "--format", format]);
        }
        for format in ["human", "sarif", "html"] {
            all.push(vec!["check", &template, "--format", format]);
        }
        for format in ["json", "human"] {
            all.push(vec!["scan", "--snapshot", &account, "--format", format]);
            all.push(vec![
                "replay",
                &event,
                "--snapshot",
                &account,
                "--format",
                format,
            ]);
            all.push(vec!["map", &new, "--role", &role, "--format", format]);
            all.push(vec![
                "diff", &old, &new, "--role", &role, "--format", format,
            ]);
            for state in states {
                for parameter in ["FunctionName", "QueueUrl", "Cluster"] {
                    all.push(vec![
                        "trace", &new, state, parameter, "--role", &role, "--format", format,
                    ]);
                }
            }
        }
        all.push(vec!["trace", &new, "nowhere", "FunctionName"]);
        all.push(vec!["diff", &new, &old]);
        all.push(vec!["policy", &new]);
        all.push(vec!["policy", "orders", "--snapshot", &account]);
        all.push(vec!["fix", &template]);
        all.push(vec!["fix", &new, "--role", &role]);
        let run = |arguments: &Vec<&str>| {
            let (_, out, err) = run_with(arguments);
            (arguments.join(" "), format!("{out}\n{err}"))
        };
        all.iter().map(run).collect()
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// A part of this length gives a credential away.
const TELLING: usize = 14;

fn repeats(text: &str, credential: &str) -> bool {
    // A line that is broken in it shows it all the same.
    let joined: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let ends = credential.len().saturating_sub(TELLING);
    (0..=ends).any(|at| {
        let part = credential.get(at..at + TELLING).unwrap();
        text.contains(part) || joined.contains(part)
    })
}

/// Credentials that nobody has seen: eighteen letters and digits.
fn credential(dice: &mut u64) -> String {
    const OF: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut text = String::from("Q7");
    while text.len() < 18 {
        *dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let at = usize::try_from(*dice >> 33).unwrap() % OF.len();
        text.push(char::from(OF[at]));
    }
    text
}

/// A form in a place; some stand there in base64, too.
fn holds(form: usize, at: usize, encoded: bool, dice: &mut u64) {
    let credential = credential(dice);
    let mut text = FORMS[form].replace('#', &credential);
    if encoded {
        text = base64(&text);
    }
    let Some(definition) = place(at, &text, form == NAME) else {
        return;
    };
    let files = Files::new(&definition.to_string());
    let states = definition["States"].as_object().unwrap();
    let states: Vec<String> = states.keys().cloned().collect();
    let mut found = false;
    for (command, told) in files.told(&states) {
        assert!(
            !repeats(&told, &credential),
            "{command}\n{definition}\n{told}"
        );
        assert!(
            !encoded || !repeats(&told, &text),
            "{command}\n{definition}\n{told}"
        );
        found |= told.contains("secret-in-definition");
    }
    assert!(found, "not recognised in {definition}");
}

#[test]
fn no_output_repeats_a_credential_wherever_it_stands() {
    let mut dice = 20_261_128;
    for at in 0..PLACES {
        holds(NAME, at, false, &mut dice);
        let form = 1 + at * 3 % (FORMS.len() - 1);
        holds(form, at, at % 5 == 0, &mut dice);
    }
}

fn base64(text: &str) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk
            .iter()
            .fold(0_u32, |bits, b| bits << 8 | u32::from(*b))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = usize::try_from(bits >> (18 - 6 * place) & 63).unwrap();
            out.push(if place > chunk.len() {
                '='
            } else {
                char::from(DIGITS[digit])
            });
        }
    }
    out
}

#[test]
fn a_diff_shows_no_line_beside_its_change_that_holds_one() {
    let template = "Resources:
  M:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !GetAtt R.Arn
      TracingConfiguration: {Enabled: false}
      Definition:
        Comment: 'password: Xyz12abcDEFghiJKL34'
        StartAt: A
        States: {A: {Type: Task, Resource: 'arn:aws:states:::lambda:invoke', Parameters: {FunctionName: pay}, End: true}}
  R:
    Type: AWS::IAM::Role
    Properties:
      Tags: [{Key: api_key, Value: Xyz12abcDEFghiJKL34}]
      AssumeRolePolicyDocument:
        Statement: {Effect: Allow, Principal: {Service: states.amazonaws.com}, Action: sts:AssumeRole}
      Policies:
        - PolicyName: p
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: ['lambda:InvokeFunction', 's3:GetObject']
                Resource: '*'
              - Effect: Allow
                Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets']
                Resource: '*'
";
    let files = Files::new("{}");
    files.write("sam.yaml", template);
    let (_, diff, err) = run_with(&["fix", &files.path("sam.yaml")]);
    assert!(diff.contains("\n-") && diff.contains("\n+"), "{diff}{err}");
    assert!(!repeats(&diff, "Xyz12abcDEFghiJKL34"), "{diff}");
}
