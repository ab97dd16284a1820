//! By what the values of an object are named: their own keys, or what stands beside them.

use serde_json::{Map, Value};

/// The names of one object's values.
pub(super) struct Names<'m> {
    /// What the object itself is named.
    outer: Option<&'m str>,
    /// What `Name` says of `Value`: `{"Name": "DB_PASSWORD", "Value": "…"}`.
    label: Option<&'m str>,
    /// What a Choice rule tests.
    tested: Option<&'m str>,
    /// Its `Value` only says where a secret stands: an environment variable of CodeBuild.
    refers: bool,
}

impl<'m> Names<'m> {
    pub(super) fn of(map: &'m Map<String, Value>, outer: Option<&'m str>) -> Self {
        let text = |key: &str| map.get(key).and_then(Value::as_str);
        let label = ["Name", "name", "Key", "key", "ParameterKey"];
        let kind = text("Type").or_else(|| text("type"));
        let tested = text("Variable");
        Self {
            outer,
            label: label.into_iter().find_map(text),
            tested: tested.map(|path| {
                let mut names = path.rsplit(['.', '\'', '"']);
                names.find(|name| name.len() > 1).unwrap_or(path)
            }),
            refers: matches!(kind, Some("PARAMETER_STORE" | "SECRETS_MANAGER")),
        }
    }

    /// What the value under this key is named.
    pub(super) fn of_member(&self, key: &'m str) -> Option<&'m str> {
        match key {
            "Value" | "value" if self.refers => None,
            "Value" | "value" | "ParameterValue" | "StringValue" => self.label.or(self.outer),
            // An attribute value of DynamoDB ({"S": "…"}) bears the name of its attribute.
            "S" => self.outer,
            operator if operator.starts_with("String") && self.tested.is_some() => self.tested,
            _ => Some(key.strip_suffix(".$").unwrap_or(key)),
        }
    }
}
