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

/// What to paste.
pub struct Fix {
    /// The condition of the rule, as JSON.
    pub rule: String,
    /// The Choice state, the Fail state and the wiring.
    pub patch: Patch,
    /// The resources that the guard then lets through.
    pub resources: Vec<String>,
}

/// One value to be checked.
struct Variable {
    /// A path or an expression.
    text: String,
    /// What it may be.
    allowed: Vec<String>,
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
    let mut variables: Vec<Variable> = Vec::new();
    for parameter in &sink.parameters {
        let allowed = allowed(parameter, sink, &instance);
        for text in sources(flow, state, parameter)? {
            if !variables.iter().any(|v| v.text == text) {
                variables.push(Variable {
                    text,
                    allowed: allowed.clone(),
                });
            }
        }
    }
    if variables.is_empty() || variables.len() > MAX_VARIABLES {
        return None;
    }
    let check = wiring.fresh_name("Check", &state.name);
    let reject = wiring.fresh_name("Reject", &state.name);
    let jsonata = state.query_language == QueryLanguage::Jsonata;
    let mut rule = if jsonata {
        jsonata_rule(&variables)
    } else {
        jsonpath_rule(&variables)
    };
    let shown = rule.to_string();
    rule.as_object_mut()?
        .insert("Next".to_owned(), json!(state.name));
    let mut choice = json!({"Type": "Choice", "Choices": [rule], "Default": reject});
    let scope = definition.scope(state.scope)?;
    if scope.query_language != state.query_language {
        let language = if jsonata { "JSONata" } else { "JSONPath" };
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
    Some(Fix {
        rule: shown,
        patch: Patch::Definition { operations },
        resources: instance,
    })
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
            format!("{} in [{}]", v.text, list.join(", "))
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

/// What the parameter may be: the resources that the grants already list, or one to be filled in.
fn allowed(parameter: &Parameter, sink: &TaintedSink, instance: &[String]) -> Vec<String> {
    let last = parameter.path.rsplit('.').next().unwrap_or_default();
    let wants_arn = last.to_ascii_lowercase().ends_with("arn");
    let whole = parameter.value.patterns().iter().all(Glob::is_any);
    let listed = sink
        .reach
        .as_ref()
        .is_some_and(|r| r.class == Class::List || r.class == Class::One);
    let is_resource = matches!(
        sink.kind,
        SinkKind::Target { .. } | SinkKind::Credentials { .. }
    );
    let mut names: Vec<String> = if is_resource && whole && (listed || wants_arn) {
        instance
            .iter()
            .map(|text| {
                let arn = text.strip_suffix(":*").unwrap_or(text);
                if wants_arn {
                    return arn.to_owned();
                }
                match Arn::parse(arn) {
                    Some(arn) if last.eq_ignore_ascii_case("bucket") => {
                        let bucket = arn.resource().split('/').next();
                        bucket.unwrap_or_default().to_owned()
                    }
                    Some(arn) => arn.name().to_owned(),
                    None => text.clone(),
                }
            })
            .collect()
    } else {
        vec!["allowed".to_owned()]
    };
    names.dedup();
    if names.is_empty() {
        names.push("allowed".to_owned());
    }
    names
}
