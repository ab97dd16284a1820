//! Values of environment variables and of named arguments whose names the definition fixes: whoever chooses one chooses what a
//! program works on, not what is run.

use crate::value::{Fields, Piece, Value};

/// Parameters that hold such values by name, as the last words of their paths.
const NAMED: [&str; 8] = [
    "Arguments",
    "DefaultArguments",
    "Env",
    "Environment",
    "EnvironmentVariablesOverride",
    "HyperParameters",
    "Parameters",
    "Variables",
];

/// Parameters that hold a list of arguments.
const LISTS: [&str; 5] = [
    "Args",
    "Command",
    "ContainerArguments",
    "EntryPointArguments",
    "ParameterValues",
];

/// Services whose parameters of these names are such values; elsewhere the words mean something else.
const SERVICES: [&str; 10] = [
    "batch",
    "codebuild",
    "ecs",
    "eks",
    "elasticmapreduce",
    "emr",
    "emr-containers",
    "emr-serverless",
    "emrcontainers",
    "emrserverless",
];

/// Names whose values are code, or choose the code that is loaded (beside AWS's own, those that loaders and interpreters read).
const LOADED: [&str; 31] = [
    "additional-python-modules",
    "bash_env",
    "c",
    "class",
    "classpath",
    "code",
    "command",
    "conf",
    "eval",
    "exec",
    "execute",
    "extra-files",
    "extra-jars",
    "extra-py-files",
    "import",
    "jar",
    "jars",
    "java_tool_options",
    "node_options",
    "node_path",
    "path",
    "perl5lib",
    "python-modules-installer-option",
    "pythonpath",
    "query",
    "require",
    "rubyopt",
    "script",
    "scriptlocation",
    "spark_submit_options",
    "sql",
];

/// Whether everything that comes from outside in a parameter is the value of something that the definition names.
pub(super) fn is_one_value(service: &str, path: &str, value: &Value) -> bool {
    let last = path.rsplit('.').next().unwrap_or_default();
    let is = |words: &[&str]| words.iter().any(|w| w.eq_ignore_ascii_case(last));
    let known = SERVICES.contains(&service) || ["glue", "lambda", "sagemaker"].contains(&service);
    if known && is(&NAMED) {
        return by_name(value);
    }
    known && is(&LISTS) && behind_names(value)
}

/// The values of a map, or of a list of names with values.
fn by_name(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(|item| match item {
            Value::Object { fields, rest: None } => is_pair(fields),
            other => !other.is_tainted(),
        }),
        Value::Object { fields, rest: None } => {
            let good = |(name, value): (&str, &Value)| match value {
                value if !value.is_tainted() => true,
                // `{"Variables": {…}}` of a function.
                value if name.eq_ignore_ascii_case("Variables") => by_name(value),
                Value::Text(_) | Value::Any(_) => !is_loaded(name),
                _ => false,
            };
            !value.key().is_tainted() && fields.iter().all(|(name, value)| good((name, value)))
        }
        other => !other.is_tainted(),
    }
}

/// A name that the definition fixes, with a value; one that names a parameter or a secret chooses what is read there.
fn is_pair(fields: &Fields) -> bool {
    let of = |word: &str| {
        let mut fields = fields.iter();
        fields
            .find(|(k, _)| k.eq_ignore_ascii_case(word))
            .map(|(_, v)| v)
    };
    let name = of("Name").and_then(Value::as_text);
    let kind = of("Type").map(|v| v.as_text());
    let plain = match kind {
        None => true,
        Some(kind) => kind.is_some_and(|k| k.eq_ignore_ascii_case("PLAINTEXT")),
    };
    let others = fields
        .iter()
        .any(|(k, v)| !k.eq_ignore_ascii_case("Value") && v.is_tainted());
    name.is_some_and(|n| !is_loaded(n)) && plain && !others
}

/// `--name VALUE` and `--name=VALUE` in a list of arguments.
fn behind_names(value: &Value) -> bool {
    let Value::Array(items) = value else {
        return !value.is_tainted();
    };
    let mut before: Option<&str> = None;
    items.iter().all(|item| {
        let good = !item.is_tainted()
            || matches!(item, Value::Text(_) | Value::Any(_))
                && (before.is_some_and(is_option) || begins_as_option(item));
        before = item.as_text();
        good
    })
}

fn begins_as_option(item: &Value) -> bool {
    let Value::Text(pieces) = item else {
        return false;
    };
    let Some(Piece::Literal(text)) = pieces.first() else {
        return false;
    };
    text.split_once('=')
        .is_some_and(|(name, _)| is_option(name))
}

/// A long option that takes data: a short one may be anything.
fn is_option(text: &str) -> bool {
    text.strip_prefix("--").is_some_and(|name| {
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        name.len() > 1 && name.chars().all(is_word) && !is_loaded(name)
    })
}

/// Whether a name says that its value is loaded or run.
fn is_loaded(name: &str) -> bool {
    let lower = name.trim_start_matches('-').to_ascii_lowercase();
    LOADED.contains(&lower.as_str()) || lower.starts_with("ld_")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::value::{Origin, Source, Unknown};

    fn caller() -> Value {
        Value::Any(Unknown {
            origins: vec![Arc::new(Origin {
                source: Source::Caller,
                path: "$.x".to_owned(),
                trace: Vec::new(),
            })],
            ..Unknown::default()
        })
    }

    fn text(text: &str) -> Value {
        Value::text(text)
    }

    fn object(fields: &[(&str, Value)]) -> Value {
        Value::object(fields.iter().map(|(k, v)| ((*k).to_owned(), v.clone())))
    }

    fn variable(name: Value, value: Value) -> Value {
        Value::Array(vec![object(&[("Name", name), ("Value", value)])])
    }

    fn list(items: &[Value]) -> Value {
        Value::Array(items.to_vec())
    }

    #[test]
    fn the_value_of_something_that_the_definition_names() {
        let typed = |kind: &str| {
            list(&[object(&[
                ("Name", text("DAY")),
                ("Value", caller()),
                ("Type", text(kind)),
            ])])
        };
        for (service, path, value, expected) in [
            (
                "ecs",
                "Overrides.ContainerOverrides[].Environment",
                variable(text("DAY"), caller()),
                true,
            ),
            (
                "ecs",
                "Overrides.ContainerOverrides[].Environment",
                variable(caller(), text("x")),
                false,
            ),
            (
                "ecs",
                "Overrides.ContainerOverrides[].Environment",
                variable(text("LD_PRELOAD"), caller()),
                false,
            ),
            (
                "ecs",
                "Overrides.ContainerOverrides[].Environment",
                variable(text("PYTHONPATH"), caller()),
                false,
            ),
            (
                "ecs",
                "Overrides.ContainerOverrides[].Environment",
                caller(),
                false,
            ),
            (
                "ecs",
                "Overrides.ContainerOverrides[].Environment",
                list(&[caller()]),
                false,
            ),
            (
                "ecs",
                "Overrides.ContainerOverrides[].EnvironmentFiles",
                variable(text("DAY"), caller()),
                false,
            ),
            (
                "codebuild",
                "EnvironmentVariablesOverride",
                typed("PLAINTEXT"),
                true,
            ),
            (
                "codebuild",
                "EnvironmentVariablesOverride",
                typed("SECRETS_MANAGER"),
                false,
            ),
            (
                "lambda",
                "Environment",
                object(&[("Variables", object(&[("DAY", caller())]))]),
                true,
            ),
            (
                "lambda",
                "Environment",
                object(&[("Variables", caller())]),
                false,
            ),
            ("glue", "Arguments", object(&[("--day", caller())]), true),
            (
                "glue",
                "Arguments",
                object(&[("--extra-py-files", caller())]),
                false,
            ),
            (
                "glue",
                "Arguments",
                object(&[("--scriptLocation", caller())]),
                false,
            ),
            (
                "glue",
                "Arguments",
                object(&[("--additional-python-modules", caller())]),
                false,
            ),
            ("batch", "Parameters", object(&[("day", caller())]), true),
            (
                "cloudformation",
                "Parameters",
                object(&[("day", caller())]),
                false,
            ),
            (
                "ecs",
                "Overrides.ContainerOverrides[].Command",
                list(&[text("report"), caller()]),
                false,
            ),
            (
                "ecs",
                "Overrides.ContainerOverrides[].Command",
                list(&[text("report"), text("--day"), caller()]),
                true,
            ),
            (
                "ecs",
                "Overrides.ContainerOverrides[].Command",
                list(&[text("python"), text("-c"), caller()]),
                false,
            ),
            (
                "ecs",
                "Overrides.ContainerOverrides[].Command",
                list(&[text("node"), text("--eval"), caller()]),
                false,
            ),
            (
                "ecs",
                "Overrides.ContainerOverrides[].Command",
                list(&[caller(), text("--day"), text("x")]),
                false,
            ),
            (
                "ecs",
                "Overrides.ContainerOverrides[].Command",
                caller(),
                false,
            ),
        ] {
            assert_eq!(
                is_one_value(service, path, &value),
                expected,
                "{service} {path} {value:?}"
            );
        }
    }
}
