//! `Auth` of an API: who may call it, written into its document as the transform does (AWS SAM specification,
//! "ApiAuth", "HttpApiAuth").

use serde_json::{Map, Value, json};

use super::api::Route;

/// What the marker of a route stands for that takes part in no default.
const NONE: &str = "NONE";

/// Writes authorizers and each operation's security.
pub(super) fn apply(body: &mut Value, auth: &Value, routes: &[&Route]) {
    let text = |name: &str| auth.get(name).and_then(Value::as_str).map(str::to_owned);
    let default = text("DefaultAuthorizer");
    let key = auth.get("ApiKeyRequired") == Some(&Value::Bool(true));
    let preflight = auth.get("AddDefaultAuthorizerToCorsPreflight") != Some(&Value::Bool(false));
    define(body, auth);
    let Some(Value::Object(paths)) = body.get_mut("paths") else {
        return;
    };
    for (path, methods) in paths {
        let Some(methods) = methods.as_object_mut() else {
            continue;
        };
        for (method, operation) in methods {
            let Some(operation) = operation.as_object_mut() else {
                continue;
            };
            let own = own_auth(routes, path, method);
            let authorizer = own
                .and_then(|a| a.get("Authorizer"))
                .and_then(Value::as_str);
            let authorizer =
                authorizer
                    .map(str::to_owned)
                    .or_else(|| match method == "options" && !preflight {
                        true => None,
                        false => default.clone(),
                    });
            let key = own
                .and_then(|a| a.get("ApiKeyRequired"))
                .map_or(key, |k| *k == Value::Bool(true));
            secure(operation, authorizer, key && method != "options");
        }
    }
}

/// The event's own `Auth`.
fn own_auth<'r>(routes: &[&'r Route], path: &str, method: &str) -> Option<&'r Value> {
    let text = |route: &Route, name: &str| {
        route
            .properties
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let same = |route: &&&Route| {
        let asked = text(route, "Method").to_ascii_lowercase();
        text(route, "Path") == path
            && (asked == method || asked == "any" && method.ends_with("any-method"))
    };
    routes
        .iter()
        .find(same)
        .and_then(|route| route.properties.get("Auth"))
}

/// An operation that says itself what it asks for keeps it.
fn secure(operation: &mut Map<String, Value>, authorizer: Option<String>, key: bool) {
    // An empty list asks for nothing of its own, and takes the default.
    let own = operation.get("security");
    if own.is_some_and(|own| own.as_array().is_none_or(|all| !all.is_empty())) {
        return;
    }
    let mut security = Map::new();
    if let Some(name) = authorizer.filter(|name| name != NONE) {
        security.insert(name, json!([]));
    }
    if key {
        security.insert("api_key".to_owned(), json!([]));
    }
    if !security.is_empty() {
        operation.insert("security".to_owned(), json!([security]));
    }
}

/// The definitions of the authorizers, where both versions of the document have them.
fn define(body: &mut Value, auth: &Value) {
    let Some(document) = body.as_object_mut() else {
        return;
    };
    let mut definitions = Map::new();
    let named = auth.get("Authorizers").and_then(Value::as_object);
    for name in named.into_iter().flat_map(|named| named.keys()) {
        definitions.insert(
            name.clone(),
            json!({"type": "apiKey", "x-amazon-apigateway-authorizer": {"type": "named"}}),
        );
    }
    definitions.insert(
        "AWS_IAM".to_owned(),
        json!({"type": "apiKey", "x-amazon-apigateway-authtype": "awsSigv4"}),
    );
    definitions.insert(
        "api_key".to_owned(),
        json!({"type": "apiKey", "name": "x-api-key", "in": "header"}),
    );
    let all = document
        .entry("securityDefinitions")
        .or_insert_with(|| json!({}));
    if let Some(all) = all.as_object_mut() {
        for (name, definition) in definitions {
            all.entry(name).or_insert(definition);
        }
    }
}

/// `ResourcePolicy` of an API and of its routes' own `Auth`, in one policy as the transform writes it: lists of accounts,
/// networks and endpoints, or statements.
pub(super) fn resource_policy(auth: Option<&Value>, routes: &[&Route]) -> Option<Value> {
    let of = |auth: Option<&Value>| auth.and_then(|auth| auth.get("ResourcePolicy")).cloned();
    let mut statements = Vec::new();
    if let Some(settings) = of(auth) {
        statements.extend(statements_of(&settings, "execute-api:/*"));
    }
    for route in routes {
        let Some(settings) = of(route.properties.get("Auth")) else {
            continue;
        };
        let text = |name: &str| route.properties.get(name).and_then(Value::as_str);
        let method = match text("Method").unwrap_or("any").to_ascii_uppercase() {
            any if any == "ANY" => "*".to_owned(),
            method => method,
        };
        let path = text("Path").unwrap_or("/*").trim_end_matches('/');
        let resource = format!("execute-api:/*/{method}{path}");
        statements.extend(statements_of(&settings, &resource));
    }
    (!statements.is_empty()).then(|| json!({"Version": "2012-10-17", "Statement": statements}))
}

fn statements_of(settings: &Value, resource: &str) -> Vec<Value> {
    let list = |name: &str| match settings.get(name) {
        Some(Value::Array(items)) => items.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    let mut statements = list("CustomStatements");
    let mut add = |effect: &str, principal: Value, condition: Option<Value>| {
        let mut statement = json!({
            "Effect": effect, "Action": "execute-api:Invoke", "Resource": [resource], "Principal": principal
        });
        if let (Some(condition), Some(fields)) = (condition, statement.as_object_mut()) {
            fields.insert("Condition".to_owned(), condition);
        }
        statements.push(statement);
    };
    for (name, effect) in [
        ("AwsAccountWhitelist", "Allow"),
        ("AwsAccountBlacklist", "Deny"),
    ] {
        let accounts = list(name);
        if !accounts.is_empty() {
            add(effect, json!({"AWS": accounts}), None);
        }
    }
    let lists = [
        ("IpRangeWhitelist", "NotIpAddress", "aws:SourceIp"),
        ("IpRangeBlacklist", "IpAddress", "aws:SourceIp"),
        ("IntrinsicVpcWhitelist", "StringNotEquals", "aws:SourceVpc"),
        ("IntrinsicVpcBlacklist", "StringEquals", "aws:SourceVpc"),
        (
            "IntrinsicVpceWhitelist",
            "StringNotEquals",
            "aws:SourceVpce",
        ),
        ("IntrinsicVpceBlacklist", "StringEquals", "aws:SourceVpce"),
        ("SourceVpcWhitelist", "StringNotEquals", "aws:SourceVpc"),
        ("SourceVpcBlacklist", "StringEquals", "aws:SourceVpc"),
    ];
    let mut open = false;
    for (name, operator, key) in lists {
        let values = list(name);
        if values.is_empty() {
            continue;
        }
        let key = match values
            .iter()
            .all(|v| v.as_str().is_some_and(|v| v.starts_with("vpce-")))
        {
            true => "aws:SourceVpce",
            false => key,
        };
        open = true;
        add("Deny", json!("*"), Some(json!({operator: {key: values}})));
    }
    if open {
        add("Allow", json!("*"), None);
    }
    statements
}
