//! One line of a question, as it is written.

use serde_json::{Map, Value};

use crate::arn::Arn;
use crate::iam::Context;

/// What a line says.
#[derive(Default)]
pub(super) struct Line<'l> {
    pub(super) principal: Option<&'l str>,
    pub(super) action: &'l str,
    pub(super) resource: &'l str,
    pub(super) context: Context,
    pub(super) policies: Option<&'l [Value]>,
    pub(super) boundary: Option<&'l Value>,
    pub(super) session_policies: Option<&'l [Value]>,
    pub(super) organization: Option<&'l Value>,
    pub(super) resource_policy: Option<&'l Value>,
}

impl<'l> Line<'l> {
    pub(super) fn read(fields: &'l Map<String, Value>) -> Result<Self, String> {
        let given = |name: &str| fields.get(name).filter(|value| !value.is_null());
        Ok(Self {
            principal: optional_text(fields, "principal")?,
            action: required_text(fields, "action")?,
            resource: required_text(fields, "resource")?,
            context: context(fields.get("context"))?,
            policies: documents(fields, "policies")?,
            boundary: fields.get("boundary"),
            session_policies: documents(fields, "sessionPolicies")?,
            organization: given("organization"),
            resource_policy: given("resourcePolicy"),
        })
    }

    /// The principal and the resource that it names, where its action and both are well formed.
    pub(super) fn asked(&self) -> Result<(Option<Arn>, Option<Arn>), String> {
        let action = self.action;
        let (service, name) = action.split_once(':').unwrap_or((action, ""));
        if service.is_empty() || name.is_empty() || action.contains(['*', '?']) {
            return Err("`action` is not `service:Action` without wildcards".to_owned());
        }
        let resource = Arn::parse(self.resource);
        if self.resource != "*" && resource.is_none() {
            return Err("`resource` is neither an ARN nor `*`".to_owned());
        }
        let principal = self
            .principal
            .map(|text| Arn::parse(text).ok_or("`principal` is not an ARN"))
            .transpose()?;
        Ok((principal, resource))
    }
}

fn documents<'l>(
    fields: &'l Map<String, Value>,
    name: &str,
) -> Result<Option<&'l [Value]>, String> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(documents)) => Ok(Some(documents)),
        Some(_) => Err(format!("`{name}` is not an array of policy documents")),
    }
}

fn optional_text<'f>(
    fields: &'f Map<String, Value>,
    name: &str,
) -> Result<Option<&'f str>, String> {
    match fields.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("`{name}` is not a string")),
    }
}

fn required_text<'f>(fields: &'f Map<String, Value>, name: &str) -> Result<&'f str, String> {
    optional_text(fields, name)?.ok_or_else(|| format!("`{name}` is missing"))
}

fn context(value: Option<&Value>) -> Result<Context, String> {
    let fields = match value {
        None | Some(Value::Null) => return Ok(Context::new()),
        Some(Value::Object(fields)) => fields,
        Some(_) => return Err("`context` is not an object".to_owned()),
    };
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let mut context = Context::new();
    for (key, value) in fields {
        let values: Option<Vec<String>> = match value {
            Value::Null => {
                context = context.without(key);
                continue;
            }
            Value::Array(values) => values.iter().map(text).collect(),
            value => text(value).map(|text| vec![text]),
        };
        let Some(values) = values else {
            return Err(format!(
                "the context value of `{key}` is neither a string, a list of strings nor `null`"
            ));
        };
        context = context.with_values(key, values);
    }
    Ok(context)
}
