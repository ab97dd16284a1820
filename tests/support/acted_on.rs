//! Resources with policies of their own, and a workflow that acts on all of them.

use serde_json::{Value, json};

use super::account::Account;
use super::holders::allows;

/// One resource of each kind, and a workflow that acts on all of them.
pub struct Resources {
    pub workflow: String,
    pub role: String,
    pub key: String,
    pub bucket: String,
    pub queue: String,
    pub topic: String,
    pub secret: String,
}

/// Whoever asks.
pub fn everybody() -> Value {
    json!("*")
}

impl Resources {
    pub fn of(account: &Account) -> Self {
        let (id, region) = (account.id, account.region);
        let key = account.key();
        let bucket = format!("out-{id}");
        account.bucket(&bucket);
        let queue = account.queue("orders");
        let (topic, _) = account.topic("orders");
        let secret = account.secret("database");
        let worker = account.role("worker");
        let function = account.function("resize", &worker);
        let role = account.role("orders");
        let key_arn = format!("arn:aws:kms:{region}:{id}:key/{key}");
        let grant = |action: &str, resource: &str| json!({ "Effect": "Allow", "Action": action, "Resource": resource });
        // Invoking the function is left to the function's own policy.
        let grants = json!([
            grant("kms:Decrypt", &key_arn),
            grant("s3:PutObject", &format!("arn:aws:s3:::{bucket}/*")),
            grant(
                "sqs:SendMessage",
                &format!("arn:aws:sqs:{region}:{id}:orders")
            ),
            grant("sns:Publish", &topic),
            grant("secretsmanager:GetSecretValue", &secret),
        ]);
        account.role_policy("orders", "work", grants);
        let task = |resource: &str, parameters: Value, next: &str| {
            json!({ "Type": "Task", "Resource": format!("arn:aws:states:::{resource}"),
                "Parameters": parameters, "Next": next, "ResultPath": null })
        };
        let definition = json!({ "StartAt": "Secret", "States": {
            "Secret": task("aws-sdk:secretsmanager:getSecretValue", json!({ "SecretId": secret }), "Decrypt"),
            "Decrypt": task("aws-sdk:kms:decrypt", json!({ "KeyId": key_arn, "CiphertextBlob": "x" }), "Put"),
            "Put": task("aws-sdk:s3:putObject", json!({ "Bucket": bucket, "Key": "a", "Body": "x" }), "Send"),
            "Send": task("sqs:sendMessage", json!({ "QueueUrl": queue, "MessageBody": "x" }), "Publish"),
            "Publish": task("sns:publish", json!({ "TopicArn": topic, "Message": "x" }), "Resize"),
            "Resize": task("lambda:invoke", json!({ "FunctionName": function, "Payload": {} }), "Done"),
            "Done": { "Type": "Succeed" },
        } });
        let workflow = account.workflow("orders", &role, definition, None);
        Self {
            workflow,
            role,
            key,
            bucket,
            queue,
            topic,
            secret,
        }
    }

    /// Everybody may read what is written there, and the workflow neither decrypt nor read the secret.
    pub fn open(&self, account: &Account) {
        account.bucket_policy(&self.bucket, &self.reads_objects());
        account.queue_policy(&self.queue, &allows(&everybody(), "sqs:*"));
        account.topic_policy(&self.topic, &allows(&everybody(), "sns:Subscribe"));
        account.key_policy(&self.key, &self.closed_key());
        account.secret_policy(&self.secret, &self.denied());
    }

    pub fn reads_objects(&self) -> Value {
        let mut policy = allows(&everybody(), "s3:GetObject");
        policy["Statement"][0]["Resource"] = json!(format!("arn:aws:s3:::{}/*", self.bucket));
        policy
    }

    pub fn closed_key(&self) -> Value {
        let security = self.role.replace("role/orders", "role/security");
        allows(&json!({ "AWS": security }), "kms:*")
    }

    pub fn denied(&self) -> Value {
        let mut policy = allows(
            &json!({ "AWS": self.role }),
            "secretsmanager:GetSecretValue",
        );
        policy["Statement"][0]["Effect"] = json!("Deny");
        policy
    }
}
