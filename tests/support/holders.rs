//! Resources with policies of their own, made in the emulated account.

use serde_json::{Value, json};

use super::account::Account;

/// Lets whoever it names do this with the resource.
pub fn allows(principal: &Value, action: &str) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*" }] })
}

impl Account {
    /// Everything in it, by its root: identity policies decide.
    pub fn root(&self) -> Value {
        json!({ "AWS": format!("arn:aws:iam::{}:root", self.id) })
    }

    /// A key that leaves it to identity policies: its id.
    pub fn key(&self) -> String {
        let policy = allows(&self.root(), "kms:*").to_string();
        let made = self.json("kms", "TrentService.CreateKey", json!({ "Policy": policy }));
        let id = made["KeyMetadata"]["KeyId"].as_str().unwrap();
        id.to_owned()
    }

    pub fn key_policy(&self, id: &str, policy: &Value) {
        let request = json!({ "KeyId": id, "PolicyName": "default", "Policy": policy.to_string() });
        self.json("kms", "TrentService.PutKeyPolicy", request);
    }

    pub fn bucket(&self, name: &str) {
        let region = self.region;
        let place = format!(
            "<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
        );
        self.s3("PUT", &format!("/{name}"), &place);
    }

    pub fn bucket_policy(&self, name: &str, policy: &Value) {
        self.s3("PUT", &format!("/{name}?policy"), &policy.to_string());
    }

    pub fn queue_policy(&self, url: &str, policy: &Value) {
        let request = json!({ "QueueUrl": url, "Attributes": { "Policy": policy.to_string() } });
        self.json("sqs", "AmazonSQS.SetQueueAttributes", request);
    }

    pub fn topic_policy(&self, topic: &str, policy: &Value) {
        let policy = policy.to_string();
        let parameters = [
            ("Action", "SetTopicAttributes"),
            ("TopicArn", topic),
            ("AttributeName", "Policy"),
            ("AttributeValue", &policy),
        ];
        self.query("sns", &parameters);
    }

    /// A secret: its ARN.
    pub fn secret(&self, name: &str) -> String {
        let request = json!({ "Name": name, "SecretString": "x" });
        let made = self.json("secretsmanager", "secretsmanager.CreateSecret", request);
        made["ARN"].as_str().unwrap().to_owned()
    }

    pub fn secret_policy(&self, arn: &str, policy: &Value) {
        let request = json!({ "SecretId": arn, "ResourcePolicy": policy.to_string() });
        self.json(
            "secretsmanager",
            "secretsmanager.PutResourcePolicy",
            request,
        );
    }

    /// Lets everybody invoke a function.
    pub fn open_function(&self, name: &str) {
        let statement =
            json!({ "StatementId": "all", "Action": "lambda:InvokeFunction", "Principal": "*" });
        let path = format!("/2015-03-31/functions/{name}/policy");
        self.rest("POST", "lambda", &path, statement);
    }
}
