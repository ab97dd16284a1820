//! The guard to paste: a Choice state before the sink, in the workflow's own query language, with its wiring.

mod sources;

use serde_json::{Value as Json, json};

use crate::arn::Arn;
use crate::asl::{Definition, QueryLanguage, State};
use crate::finding::Patch;
use crate::flow::Flow;
use crate::glob::{Glob, Token};
use crate::reach::Class;
use crate::taint::{Parameter, SinkKind, TaintedSink, Wiring};
use sources::sources;

/// More variables than this in one guard are not told: the sink is better made static.
const MAX_VARIABLES: usize = 8;

/// What to say and, where every value is known, what to paste.
pub struct Fix {
    /// The rule of the Choice state, as JSON; where the values are not known, `allowed` stands in their place.
    pub rule: String,
    /// The Choice state, the Fail state and the wiring; `None` where only a person knows the values.
    pub patch: Option<Patch>,
}

/// One value to be checked.
struct Variable {
    /// A path or an expression.
    text: String,
    /// What it may be.
    allowed: Vec<String>,
    /// It holds a list of strings.
    is_list: bool,
}

/// The guard before this sink; `None` where its values cannot be named by a path or an expression.
pub fn guard(
    definition: &Definition,
    wiring: &Wiring,
    flow: &Flow,
    state: &State,
    sink: &TaintedSink,
    home: &Arn,
) -> Option<Fix> {
    let instance = instance(sink, home);
    let is_known = values_are_known(sink);
    let mut variables: Vec<Variable> = Vec::new();
    for parameter in &sink.parameters {
        let allowed = allowed(parameter, sink, &instance);
        for text in sources(flow, state, parameter)? {
            if !variables.iter().any(|v| v.text == text) {
                variables.push(Variable {
                    text,
                    is_list: is_whole(parameter) && takes_a_list(&parameter.path),
                    allowed: allowed.clone(),
                });
            }
        }
    }
    if variables.is_empty() || variables.len() > MAX_VARIABLES {
        return None;
    }
    let jsonata = state.query_language == QueryLanguage::Jsonata;
    let rule = match (jsonata, variables.iter().any(|v| v.is_list)) {
        (true, _) => jsonata_rule(&variables),
        (false, false) => jsonpath_rule(&variables),
        // No test of a Choice rule in JSONPath looks at every element of a list.
        (false, true) => {
            for variable in &mut variables {
                variable.text = in_jsonata(&variable.text)?;
            }
            jsonata_rule(&variables)
        }
    };
    let known = is_known
        && variables
            .iter()
            .all(|v| !v.is_list && !v.allowed.is_empty());
    Some(Fix {
        patch: known
            .then(|| wired(definition, wiring, state, rule.clone()))
            .flatten(),
        rule: rule.to_string(),
    })
}

/// The Choice state with this rule before the state, and everything that leads to the state led there.
fn wired(definition: &Definition, wiring: &Wiring, state: &State, mut rule: Json) -> Option<Patch> {
    let check = wiring.fresh_name("Check", &state.name);
    let reject = wiring.fresh_name("Reject", &state.name);
    rule.as_object_mut()?
        .insert("Next".to_owned(), json!(state.name));
    let mut choice = json!({"Type": "Choice", "Choices": [rule], "Default": reject});
    let scope = definition.scope(state.scope)?;
    if scope.query_language != state.query_language {
        let language = match state.query_language {
            QueryLanguage::Jsonata => "JSONata",
            QueryLanguage::JsonPath => "JSONPath",
        };
        choice
            .as_object_mut()?
            .insert("QueryLanguage".to_owned(), json!(language));
    }
    let fail = json!({"Type": "Fail", "Error": "InputRejected",
        "Cause": format!("a value that `{}` acts on is not on its list", state.name)});
    let states = scope.pointer.key("States");
    let mut operations = vec![
        json!({"op": "add", "path": states.key(&check).as_str(), "value": choice}),
        json!({"op": "add", "path": states.key(&reject).as_str(), "value": fail}),
    ];
    for pointer in wiring.references.get(&state.id).into_iter().flatten() {
        operations.push(json!({"op": "replace", "path": pointer.as_str(), "value": check}));
    }
    Some(Patch::Definition { operations })
}

/// Whether the role already lists what may be chosen, and each value is the name or the ARN of one of these: then the guard
/// can be pasted as it stands. Anything else only a person knows.
fn values_are_known(sink: &TaintedSink) -> bool {
    let is_target = matches!(
        sink.kind,
        SinkKind::Target { .. } | SinkKind::Credentials { .. }
    );
    let Some(reach) = &sink.reach else {
        return false;
    };
    let is_list = matches!(reach.class, Class::List | Class::One);
    let wider = sink.actions().iter().any(|a| reach.is_granted_wider(a));
    is_target && is_list && !wider && sink.parameters.iter().all(is_whole)
}

/// Whether somebody outside chooses the whole value, not a part of it.
fn is_whole(parameter: &Parameter) -> bool {
    parameter.value.patterns().iter().all(Glob::is_any)
}

/// The last name of a parameter's path, in lower case and without an index.
fn last_name(path: &str) -> String {
    let last = path.rsplit('.').next().unwrap_or_default();
    let last = last.split('[').next().unwrap_or_default();
    last.to_ascii_lowercase()
}

/// Whether the parameter takes a list of strings, by its name.
fn takes_a_list(path: &str) -> bool {
    const LISTS: [&str; 6] = [
        "command",
        "entrypoint",
        "args",
        "arguments",
        "jarargs",
        "sqls",
    ];
    let last = last_name(path);
    !path.ends_with(']')
        && (LISTS.contains(&last.as_str())
            || [
                "commands",
                "arguments",
                "entrypoint",
                "args",
                "ids",
                "arns",
                "names",
                "layers",
            ]
            .iter()
            .any(|end| last.ends_with(end)))
}

/// A path of JSONPath as JSONata writes it; `None` for one that has other steps than names.
fn in_jsonata(path: &str) -> Option<String> {
    let (root, rest) = if let Some(rest) = path.strip_prefix("$$") {
        ("$states.context", rest)
    } else if let Some(rest) = path.strip_prefix("$.") {
        return plain(rest).then(|| format!("$states.input.{rest}"));
    } else if path == "$" {
        ("$states.input", "")
    } else {
        ("", path)
    };
    let names = rest.trim_start_matches(['.', '$']);
    (names.is_empty() || plain(names)).then(|| format!("{root}{rest}"))
}

fn plain(names: &str) -> bool {
    names
        .split('.')
        .all(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

fn jsonpath_rule(variables: &[Variable]) -> Json {
    let tests: Vec<Json> = variables
        .iter()
        .map(|v| {
            let one = |text: &String| json!({"Variable": v.text, "StringEquals": text});
            match v.allowed.as_slice() {
                [only] => one(only),
                many => json!({"Or": many.iter().map(one).collect::<Vec<_>>()}),
            }
        })
        .collect();
    match tests.as_slice() {
        [only] => only.clone(),
        many => json!({ "And": many }),
    }
}

fn jsonata_rule(variables: &[Variable]) -> Json {
    let tests: Vec<String> = variables
        .iter()
        .map(|v| {
            let list: Vec<String> = v
                .allowed
                .iter()
                .map(|a| format!("'{}'", a.replace('\\', "\\\\").replace('\'', "\\'")))
                .collect();
            let list = list.join(", ");
            if v.is_list {
                format!("$count({}[$not($ in [{list}])]) = 0", v.text)
            } else {
                format!("{} in [{list}]", v.text)
            }
        })
        .collect();
    json!({"Condition": format!("{{% {} %}}", tests.join(" and "))})
}

/// One resource of each pattern that the sink reaches, named as at home.
fn instance(sink: &TaintedSink, home: &Arn) -> Vec<String> {
    let Some(reach) = &sink.reach else {
        return Vec::new();
    };
    let globs = reach.globs.iter().take(16);
    let mut all: Vec<String> = globs.map(|glob| spelled(glob, home)).collect();
    all.dedup();
    all
}

fn whole(tokens: &[Token]) -> Glob {
    let mut glob = Glob::literal("");
    tokens.iter().for_each(|t| glob.push(*t));
    glob
}

fn spelled(glob: &Glob, home: &Arn) -> String {
    let parts: Vec<&[Token]> = glob
        .tokens()
        .splitn(6, |t| *t == Token::Char(':'))
        .collect();
    let fill = |tokens: &[Token], with: &str| -> String {
        let mut text = String::new();
        for token in tokens {
            match token {
                Token::Char(c) => text.push(*c),
                Token::One => text.push('x'),
                Token::Any | Token::Within => text.push_str(with),
            }
        }
        text
    };
    match parts.as_slice() {
        [arn, partition, service, region, account, resource] => {
            // A wildcard after the name stands for revisions and qualifiers, and stays; an execution is one by its id.
            let is_execution = Glob::parse("execution:*").overlaps(&whole(resource));
            let (name, tail) = match resource {
                [name @ .., Token::Char(':'), Token::Any]
                    if !is_execution
                        && name.iter().any(|t| matches!(t, Token::Char(':' | '/'))) =>
                {
                    (name, ":*")
                }
                name => (*name, ""),
            };
            format!(
                "{}:{}:{}:{}:{}:{}{tail}",
                fill(arn, "arn"),
                fill(partition, home.partition()),
                fill(service, "*"),
                fill(region, home.region()),
                fill(account, home.account()),
                fill(name, "allowed"),
            )
        }
        _ => fill(glob.tokens(), "allowed"),
    }
}

/// What the parameter may be: the resources that the grants already list, or one of their form to be filled in; none where
/// the parameter is neither the name nor the ARN of a resource.
fn allowed(parameter: &Parameter, sink: &TaintedSink, instance: &[String]) -> Vec<String> {
    let last = last_name(&parameter.path);
    let is_resource = matches!(
        sink.kind,
        SinkKind::Target { .. } | SinkKind::Credentials { .. }
    );
    if !is_resource || !is_whole(parameter) {
        return vec!["allowed".to_owned()];
    }
    let named = |text: &String| {
        let text = text.strip_suffix(":*").unwrap_or(text);
        if last.ends_with("arn") {
            return Some(text.to_owned());
        }
        let arn = Arn::parse(text)?;
        let object = arn.resource().split_once('/');
        match last.as_str() {
            "bucket" => Some(arn.resource().split('/').next()?.to_owned()),
            "key" if arn.service() == "s3" => Some(object?.1.to_owned()),
            name if ["url", "uri", "id"].iter().any(|end| name.ends_with(end)) => None,
            _ => Some(arn.name().to_owned()),
        }
    };
    let mut names: Vec<String> = instance.iter().filter_map(named).collect();
    names.dedup();
    if names.is_empty() && !values_are_known(sink) {
        names.push("allowed".to_owned());
    }
    names
}
