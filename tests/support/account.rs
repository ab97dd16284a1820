//! What the tests make and look at in the emulated account, in a region of their own.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::{emulator, http};

pub const ID: &str = "123456789012";
/// By which the emulator tells accounts apart.
pub const ACCOUNT_HEADER: &str = "x-moto-account-id";

pub struct Account {
    pub id: &'static str,
    pub region: &'static str,
    pub address: SocketAddr,
    /// The topics for people and for machines.
    pub people: String,
    pub machines: String,
    mail: String,
    alerts: String,
}

impl Account {
    /// In the account that all tests share.
    pub fn new(region: &'static str) -> Self {
        Self::of(ID, region)
    }

    /// Two topics, each with a queue.
    pub fn of(id: &'static str, region: &'static str) -> Self {
        let mut account = Self {
            id,
            region,
            address: emulator::address(),
            people: String::new(),
            machines: String::new(),
            mail: String::new(),
            alerts: String::new(),
        };
        (account.people, account.mail) = account.topic("people");
        (account.machines, account.alerts) = account.topic("machines");
        account
    }

    /// A topic with a queue that receives all of it.
    pub fn topic(&self, name: &str) -> (String, String) {
        let created = self.query("sns", &[("Action", "CreateTopic"), ("Name", name)]);
        let topic = between(&created, "<TopicArn>", "</TopicArn>");
        let queue = self.json("sqs", "AmazonSQS.CreateQueue", json!({ "QueueName": name }));
        let endpoint = format!("arn:aws:sqs:{}:{}:{name}", self.region, self.id);
        self.query(
            "sns",
            &[
                ("Action", "Subscribe"),
                ("TopicArn", &topic),
                ("Protocol", "sqs"),
                ("Endpoint", &endpoint),
            ],
        );
        (topic, queue["QueueUrl"].as_str().unwrap().to_owned())
    }

    fn call(&self, service: &str, headers: &[(&str, &str)], body: &str) -> String {
        self.post("/", service, headers, body)
    }

    fn post(&self, path: &str, service: &str, headers: &[(&str, &str)], body: &str) -> String {
        self.send(("POST", path), service, headers, body)
    }

    /// A call of a service whose API is one of paths.
    pub fn rest(&self, method: &str, service: &str, path: &str, body: Value) -> Value {
        let headers = [("Content-Type", "application/json")];
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let text = self.send((method, path), service, &headers, &body);
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// A call of S3, with its path.
    pub fn s3(&self, method: &str, path: &str, body: &str) -> String {
        self.send(
            (method, path),
            "s3",
            &[("Content-Type", "text/plain")],
            body,
        )
    }

    fn send(
        &self,
        (method, path): (&str, &str),
        service: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> String {
        let region = self.region;
        let credential = format!(
            "AWS4-HMAC-SHA256 Credential=test/20260101/{region}/{service}/aws4_request, SignedHeaders=host, Signature=0"
        );
        let host = format!("{service}.{region}.amazonaws.com");
        let mut request = http::reply(200, headers, body);
        request.first = format!("{method} {path} HTTP/1.1");
        request
            .headers
            .push(("Authorization".to_owned(), credential));
        request
            .headers
            .push((ACCOUNT_HEADER.to_owned(), self.id.to_owned()));
        request.headers.push(("Host".to_owned(), host));
        let answer = http::send(self.address, &request).unwrap();
        assert_eq!(
            answer.status() / 100,
            2,
            "{service} {body}: {}",
            answer.text()
        );
        answer.text()
    }

    pub fn json(&self, service: &str, target: &str, body: Value) -> Value {
        let headers = [
            ("X-Amz-Target", target),
            ("Content-Type", "application/x-amz-json-1.0"),
        ];
        let text = self.call(service, &headers, &body.to_string());
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    pub fn query(&self, service: &str, parameters: &[(&str, &str)]) -> String {
        let encoded: Vec<String> = parameters
            .iter()
            .map(|(k, v)| format!("{k}={}", percent(v)))
            .collect();
        let form = [("Content-Type", "application/x-www-form-urlencoded")];
        self.call(service, &form, &encoded.join("&"))
    }

    /// A role that only this account's Step Functions may assume.
    pub fn role(&self, name: &str) -> String {
        let trust = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "Service": "states.amazonaws.com" },
            "Action": "sts:AssumeRole", "Condition": { "StringEquals": { "aws:SourceAccount": self.id } } }] });
        self.query(
            "iam",
            &[
                ("Action", "CreateRole"),
                ("RoleName", name),
                ("AssumeRolePolicyDocument", &trust.to_string()),
            ],
        );
        format!("arn:aws:iam::{}:role/{name}", self.id)
    }

    pub fn role_policy(&self, role: &str, name: &str, statements: Value) {
        let document = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
        self.query(
            "iam",
            &[
                ("Action", "PutRolePolicy"),
                ("RoleName", role),
                ("PolicyName", name),
                ("PolicyDocument", &document),
            ],
        );
    }

    pub fn attach(&self, role: &str, policy: &str) {
        self.query(
            "iam",
            &[
                ("Action", "AttachRolePolicy"),
                ("RoleName", role),
                ("PolicyArn", policy),
            ],
        );
    }

    /// An encrypted log group that keeps a year.
    pub fn log_group(&self, name: &str) -> String {
        let (id, region) = (self.id, self.region);
        let key = format!("arn:aws:kms:{region}:{id}:key/11111111-2222-3333-4444-555555555555");
        self.json(
            "logs",
            "Logs_20140328.CreateLogGroup",
            json!({ "logGroupName": name, "kmsKeyId": key }),
        );
        let keep = json!({ "logGroupName": name, "retentionInDays": 365 });
        self.json("logs", "Logs_20140328.PutRetentionPolicy", keep);
        format!("arn:aws:logs:{region}:{id}:log-group:{name}:*")
    }

    /// A workflow; with a log group it logs everything and is traced.
    pub fn workflow(
        &self,
        name: &str,
        role: &str,
        definition: Value,
        log_group: Option<&str>,
    ) -> String {
        let mut request =
            json!({ "name": name, "roleArn": role, "definition": definition.to_string() });
        if let Some(group) = log_group {
            request["loggingConfiguration"] = json!({ "level": "ALL", "includeExecutionData": true,
                "destinations": [{ "cloudWatchLogsLogGroup": { "logGroupArn": group } }] });
            request["tracingConfiguration"] = json!({ "enabled": true });
        }
        let created = self.json("states", "AWSStepFunctions.CreateStateMachine", request);
        created["stateMachineArn"].as_str().unwrap().to_owned()
    }

    /// A function; the emulator wants code for it: an empty archive.
    pub fn function(&self, name: &str, role: &str) -> String {
        const EMPTY: &str = "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==";
        let request = json!({ "FunctionName": name, "Role": role, "Runtime": "python3.13", "Handler": "a.b",
            "Code": { "ZipFile": EMPTY } });
        let headers = [("Content-Type", "application/json")];
        let path = "/2015-03-31/functions";
        self.post(path, "lambda", &headers, &request.to_string());
        format!("arn:aws:lambda:{}:{}:function:{name}", self.region, self.id)
    }

    /// A customer managed policy.
    pub fn policy(&self, name: &str, statements: &Value) -> String {
        let document = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
        let parameters = [
            ("Action", "CreatePolicy"),
            ("PolicyName", name),
            ("PolicyDocument", &document),
        ];
        self.query("iam", &parameters);
        format!("arn:aws:iam::{}:policy/{name}", self.id)
    }

    /// A new default version of it.
    pub fn policy_version(&self, arn: &str, statements: &Value) {
        let document = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
        let parameters = [
            ("Action", "CreatePolicyVersion"),
            ("PolicyArn", arn),
            ("SetAsDefault", "true"),
            ("PolicyDocument", &document),
        ];
        self.query("iam", &parameters);
    }

    pub fn tag(&self, workflow: &str, key: &str, value: &str) {
        let request = json!({ "resourceArn": workflow, "tags": [{ "key": key, "value": value }] });
        self.json("states", "AWSStepFunctions.TagResource", request);
    }

    /// A table as the template makes it.
    pub fn table(&self, name: &str) {
        let keys = ["pk", "sk"];
        let kinds = keys.map(|key| json!({ "AttributeName": key, "AttributeType": "S" }));
        let schema = json!([{ "AttributeName": "pk", "KeyType": "HASH" }, { "AttributeName": "sk", "KeyType": "RANGE" }]);
        self.dynamo(
            "CreateTable",
            json!({ "TableName": name, "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": kinds, "KeySchema": schema }),
        );
    }

    pub fn dynamo(&self, action: &str, body: Value) -> Value {
        self.json("dynamodb", &format!("DynamoDB_20120810.{action}"), body)
    }

    /// A queue for work: its URL.
    pub fn queue(&self, name: &str) -> String {
        let made = self.json("sqs", "AmazonSQS.CreateQueue", json!({ "QueueName": name }));
        made["QueueUrl"].as_str().unwrap().to_owned()
    }

    pub fn delete(&self, workflow: &str) {
        let request = json!({ "stateMachineArn": workflow });
        self.json("states", "AWSStepFunctions.DeleteStateMachine", request);
    }

    pub fn parameter(&self, name: &str, value: &str) {
        let request = json!({ "Name": name, "Value": value, "Type": "SecureString" });
        self.json("ssm", "AmazonSSM.PutParameter", request);
    }

    /// Takes the messages of a queue, as the service gives them to a function: `None` where there is none.
    pub fn batch(&self, queue: &str) -> Option<Value> {
        let request = json!({ "QueueUrl": queue, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 0 });
        let answer = self.json("sqs", "AmazonSQS.ReceiveMessage", request);
        let messages = answer["Messages"].as_array()?;
        let records: Vec<Value> = messages
            .iter()
            .map(|message| {
                let handle =
                    json!({ "QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"] });
                self.json("sqs", "AmazonSQS.DeleteMessage", handle);
                json!({ "messageId": message["MessageId"], "body": message["Body"] })
            })
            .collect();
        Some(json!({ "Records": records }))
    }

    /// Takes the mails out of the queue.
    pub fn mails(&self) -> Vec<Value> {
        self.received(&self.mail)
    }

    /// Takes the alerts out of the queue: SNS's envelopes.
    pub fn alerts(&self) -> Vec<Value> {
        self.received(&self.alerts)
    }

    /// Takes everything out of a queue: SNS's envelopes.
    pub fn received(&self, queue: &str) -> Vec<Value> {
        let mut all = Vec::new();
        loop {
            let request =
                json!({ "QueueUrl": queue, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 0 });
            let answer = self.json("sqs", "AmazonSQS.ReceiveMessage", request);
            let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
            if messages.is_empty() {
                return all;
            }
            for message in messages {
                let handle =
                    json!({ "QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"] });
                self.json("sqs", "AmazonSQS.DeleteMessage", handle);
                all.push(serde_json::from_str(message["Body"].as_str().unwrap()).unwrap());
            }
        }
    }
}

fn between(text: &str, from: &str, to: &str) -> String {
    let rest = text.split_once(from).expect(from).1;
    rest.split_once(to).expect(to).0.to_owned()
}

fn percent(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
    text.bytes()
        .map(|b| {
            if plain(b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}
