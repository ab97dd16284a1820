//! `Globals`: properties that every resource of a type has (AWS SAM specification, "Globals section").

use serde_json::Value;

use crate::template::resource::Resource;

/// Merges the section of a type into a resource: objects member by member, lists one behind the other, and of anything else
/// the resource's own.
pub(super) fn apply(resource: &mut Resource, kind: &str, globals: Option<&Value>) {
    let Some(Value::Object(section)) = globals.and_then(|g| g.get(kind)) else {
        return;
    };
    for (name, general) in section {
        let merged = match resource.properties.get(name) {
            Some(own) => merge(general, own, 0),
            None => general.clone(),
        };
        resource.properties.insert(name.clone(), merged);
    }
}

fn merge(general: &Value, own: &Value, depth: usize) -> Value {
    let is_function = |value: &Value| crate::template::resolve::is_unknown(value);
    match (general, own) {
        (Value::Object(a), Value::Object(b))
            if depth < 32 && !is_function(general) && !is_function(own) =>
        {
            let mut out = a.clone();
            for (key, value) in b {
                let merged = match a.get(key) {
                    Some(general) => merge(general, value, depth + 1),
                    None => value.clone(),
                };
                out.insert(key.clone(), merged);
            }
            Value::Object(out)
        }
        (Value::Array(a), Value::Array(b)) => a.iter().chain(b).cloned().collect(),
        (_, own) => own.clone(),
    }
}
