//! OpenAPI documents with API Gateway's extensions (API Gateway Developer Guide, "OpenAPI extensions").

use serde_json::Value;

/// One operation.
pub(super) struct Operation<'a> {
    pub path: String,
    /// In capital letters; `ANY` for every method.
    pub method: String,
    /// `NONE`, `AWS_IAM`, `COGNITO_USER_POOLS`, `JWT` or `CUSTOM`: the weakest of what it takes.
    pub authorization: String,
    pub api_key: bool,
    /// `x-amazon-apigateway-integration`
    pub integration: Option<&'a Value>,
}

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];
const ANY: &str = "x-amazon-apigateway-any-method";

/// Every operation of a document.
pub(super) fn operations(document: &Value) -> Vec<Operation<'_>> {
    let mut out = Vec::new();
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, methods) in paths.into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let lower = method.to_ascii_lowercase();
            let method = match lower.as_str() {
                ANY => "ANY".to_owned(),
                known if METHODS.contains(&known) => known.to_ascii_uppercase(),
                _ => continue,
            };
            let (authorization, api_key) = security(document, operation);
            let integration = operation.get("x-amazon-apigateway-integration");
            out.push(Operation {
                path: path.clone(),
                method,
                authorization,
                api_key,
                integration: integration.map(|i| referred(document, i)),
            });
        }
    }
    out
}

/// `{"$ref": "#/components/x-amazon-apigateway-integrations/NAME"}`
fn referred<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let reference = value.get("$ref").and_then(Value::as_str);
    let target = reference.and_then(|r| document.pointer(r.strip_prefix('#')?));
    target.unwrap_or(value)
}

/// What an operation asks for: its own `security`, else the document's. A method of API Gateway has one authorizer, and beside
/// it asks for a key or not: a key that stands as an alternative is asked for too, and of authorizers the weakest counts.
fn security(document: &Value, operation: &Value) -> (String, bool) {
    let auth = operation
        .get("x-amazon-apigateway-auth")
        .and_then(|auth| auth.get("type"))
        .and_then(Value::as_str);
    if let Some(auth) = auth {
        return (auth.to_ascii_uppercase(), false);
    }
    let listed = operation
        .get("security")
        .or_else(|| document.get("security"));
    let Some(Value::Array(alternatives)) = listed else {
        return ("NONE".to_owned(), false);
    };
    let read = alternatives
        .iter()
        .map(|alternative| one(document, alternative));
    let read: Vec<(String, bool)> = read.collect();
    let api_key = read.iter().any(|(_, key)| *key);
    let mut authorizations = read
        .into_iter()
        .filter(|(authorization, key)| !(authorization == "NONE" && *key))
        .map(|(authorization, _)| authorization);
    let first = authorizations.next();
    let none = |authorization: &String| authorization == "NONE";
    let authorization = first.map(|first| authorizations.find(none).unwrap_or(first));
    (authorization.unwrap_or_else(|| "NONE".to_owned()), api_key)
}

/// One alternative: everything in it is asked for.
fn one(document: &Value, alternative: &Value) -> (String, bool) {
    let mut authorization = "NONE".to_owned();
    let mut api_key = false;
    for name in alternative.as_object().into_iter().flat_map(|a| a.keys()) {
        let definition = document
            .get("securityDefinitions")
            .and_then(|d| d.get(name))
            .or_else(|| {
                document
                    .get("components")?
                    .get("securitySchemes")?
                    .get(name)
            });
        match definition.map(kind_of) {
            Some("KEY") => api_key = true,
            Some(kind) if kind != "NONE" => authorization = kind.to_owned(),
            // A scheme that nothing defines asks for nothing.
            _ => {}
        }
    }
    (authorization, api_key)
}

fn kind_of(definition: &Value) -> &'static str {
    let authorizer = definition.get("x-amazon-apigateway-authorizer");
    let text = |value: Option<&Value>| {
        value
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    if text(definition.get("x-amazon-apigateway-authtype")) == "awssigv4" {
        return "AWS_IAM";
    }
    match authorizer {
        Some(authorizer) => match text(authorizer.get("type")).as_str() {
            "cognito_user_pools" => "COGNITO_USER_POOLS",
            "jwt" => "JWT",
            _ => "CUSTOM",
        },
        None if text(definition.get("x-amazon-apigateway-authtype")) == "cognito_user_pools" => {
            "COGNITO_USER_POOLS"
        }
        None if text(definition.get("name")) == "x-api-key" => "KEY",
        None => "NONE",
    }
}
