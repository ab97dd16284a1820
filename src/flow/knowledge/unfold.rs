//! Unknowns told by the fields of which something is known.

use super::Knowledge;
use crate::value::{Fields, Unknown, Value};

impl Knowledge {
    /// The same, where an unknown of whose fields something is known becomes an object of those fields.
    pub fn unfold(&self, value: &Value) -> Value {
        let unfolded = match value {
            Value::Any(unknown) => self.unfold_unknown(value, unknown),
            other => self.with_known_fields(other),
        };
        unfolded.map_or_else(|| self.resolve(value), |value| self.resolve(&value))
    }

    /// The object with a field for each of its other fields of which something is known; `None` where there are none.
    pub fn with_known_fields(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Object {
                fields,
                rest: Some(rest),
            } => match &**rest {
                Value::Any(child) => self.unfold_rest(fields, child),
                _ => None,
            },
            _ => None,
        }
    }

    fn unfold_unknown(&self, value: &Value, unknown: &Unknown) -> Option<Value> {
        let identity = unknown
            .identity
            .as_ref()
            .filter(|_| unknown.is_unmodified())?;
        if self.by_identity.get(identity).is_some_and(|f| !f.is_bare()) {
            return None;
        }
        let names = self.by_identity.fields_of(identity, &identity.path);
        if names.is_empty() {
            return None;
        }
        let fields = names.into_iter().map(|name| {
            let field = self.unfold(&value.field(&name));
            (name, field)
        });
        Some(Value::Object {
            fields: fields.collect(),
            rest: Some(Box::new(Value::Any(unknown.any_child()))),
        })
    }

    fn unfold_rest(&self, fields: &Fields, child: &Unknown) -> Option<Value> {
        let identity = child.identity.as_ref().filter(|_| child.is_any_child())?;
        let path = identity.path.strip_suffix(".*")?;
        let mut names = self.by_identity.fields_of(identity, path);
        names.retain(|name| !fields.contains_key(name));
        if names.is_empty() {
            return None;
        }
        let mut all = fields.clone();
        for name in names {
            let field = Value::Any(child.specialise(&name));
            all.insert(name, self.unfold(&field));
        }
        Some(Value::Object {
            fields: all,
            rest: Some(Box::new(Value::Any(child.clone()))),
        })
    }
}
