//! The guard to paste: a Choice state before the sink, in the workflow's own query language, with its wiring.

use serde_json::{Value as Json, json};

use super::{Parameter, SinkKind, TaintedSink};
use crate::arn::Arn;
use crate::asl::{Definition, Kind, Node, PathField, QueryLanguage, State, Template};
use crate::expr::intrinsic::{Arg, Call};
use crate::expr::jsonata::{Expr, ExprKind};
use crate::expr::jsonpath::{Path, Root};
use crate::facts::reach::Class;
use crate::finding::Patch;
use crate::flow::{Flow, jsonata};
use crate::glob::{Glob, Token};
use crate::loc::Pointer;

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
    let check = fresh_name(definition, "Check", &state.name);
    let reject = fresh_name(definition, "Reject", &state.name);
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
    for pointer in references(definition, state) {
        operations.push(json!({"op": "replace", "path": pointer.as_str(), "value": check}));
    }
    Some(Fix {
        rule: shown,
        patch: Patch::Definition { operations },
        resources: instance,
    })
}

/// Everything that leads to the state in its scope.
fn references(definition: &Definition, state: &State) -> Vec<Pointer> {
    let mut found = Vec::new();
    let to = Some(state.id);
    if let Some(scope) = definition.scope(state.scope)
        && scope.start == to
    {
        found.push(scope.pointer.key("StartAt"));
    }
    for other in definition.states.iter().filter(|s| s.scope == state.scope) {
        if other.next == to {
            found.push(other.pointer.key("Next"));
        }
        if let Kind::Choice { rules, default } = &other.kind {
            let rules = rules.iter().filter(|r| r.next == to);
            found.extend(rules.map(|r| r.pointer.key("Next")));
            if *default == to {
                found.push(other.pointer.key("Default"));
            }
        }
        let catchers = other.catch.iter().filter(|c| c.next == to);
        found.extend(catchers.map(|c| c.pointer.key("Next")));
    }
    found
}

fn fresh_name(definition: &Definition, verb: &str, name: &str) -> String {
    let cut: String = name.chars().take(60).collect();
    let mut candidate = format!("{verb} {cut}");
    let mut count = 1;
    while definition.states.iter().any(|s| s.name == candidate) {
        count += 1;
        candidate = format!("{verb} {cut} {count}");
    }
    candidate
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
                Token::Any => text.push_str(with),
            }
        }
        text
    };
    match parts.as_slice() {
        [arn, partition, service, region, account, resource] => {
            // A wildcard after the name stands for revisions and qualifiers, and stays.
            let (name, tail) = match resource {
                [name @ .., Token::Char(':'), Token::Any]
                    if name.iter().any(|t| matches!(t, Token::Char(':' | '/'))) =>
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

/// The paths or expressions whose values somebody outside chooses in this parameter.
fn sources(flow: &Flow, state: &State, parameter: &Parameter) -> Option<Vec<String>> {
    let Some(template) = template_at(state, &parameter.pointer) else {
        return Some(vec![whole_input(state, parameter)?]);
    };
    let mut found = Vec::new();
    let mut open = vec![template];
    while let Some(one) = open.pop() {
        match &one.node {
            Node::Path(path) => found.extend(path_source(flow, state, one, path)?),
            Node::Intrinsic(call) => {
                for path in paths_of(call) {
                    let probe = Template {
                        pointer: one.pointer.clone(),
                        node: Node::Path(path.clone()),
                    };
                    found.extend(path_source(flow, state, &probe, path)?);
                }
            }
            Node::Jsonata(expr) => found.extend(chains(flow, state, one, expr)),
            Node::Object(members) => open.extend(members.iter().map(|(_, m)| m)),
            Node::Array(items) => open.extend(items),
            _ => {}
        }
    }
    Some(found)
}

/// A path as a Choice state before this one would write it: none where it is not tainted, an error where it cannot.
fn path_source(
    flow: &Flow,
    state: &State,
    template: &Template,
    path: &Path,
) -> Option<Option<String>> {
    if !flow.probe(state, template).is_tainted() {
        return Some(None);
    }
    if !path.is_reference() {
        return None;
    }
    match path.root {
        Root::Input => Some(Some(format!(
            "{}{}",
            input_prefix(state)?,
            path.text.strip_prefix('$')?
        ))),
        Root::Context | Root::Variable(_) => Some(Some(path.text.clone())),
    }
}

fn input_prefix(state: &State) -> Option<String> {
    match &state.input_path {
        PathField::Default => Some("$".to_owned()),
        PathField::Path(path) => Some(path.text.clone()),
        PathField::Null | PathField::Unknown => None,
    }
}

fn whole_input(state: &State, parameter: &Parameter) -> Option<String> {
    if parameter.path.contains("[]") {
        return None;
    }
    let prefix = match state.query_language {
        QueryLanguage::Jsonata => "$states.input".to_owned(),
        QueryLanguage::JsonPath => input_prefix(state)?,
    };
    Some(format!("{prefix}.{}", parameter.path))
}

fn paths_of(call: &Call) -> Vec<&Path> {
    let mut found = Vec::new();
    let mut open = vec![call];
    while let Some(call) = open.pop() {
        for arg in &call.args {
            match arg {
                Arg::Path(path) => found.push(path),
                Arg::Call(inner) => open.push(inner),
                _ => {}
            }
        }
    }
    found
}

/// The longest `$states.input.a.b` and `$variable.a.b` of an expression that somebody outside chooses.
fn chains(flow: &Flow, state: &State, template: &Template, expr: &Expr) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        if is_chain(expr) {
            let probe = Template {
                pointer: template.pointer.clone(),
                node: Node::Jsonata(expr.clone()),
            };
            if flow.probe(state, &probe).is_tainted() {
                found.push(jsonata::print(expr));
            }
        } else {
            open.extend(jsonata::children(expr));
        }
    }
    found.reverse();
    found
}

fn is_chain(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Variable(name) => !name.is_empty() && name != "states" && name != "$",
        ExprKind::Dot(base, step) => {
            matches!(step.kind, ExprKind::Field(_))
                && (is_chain(base)
                    || matches!(&base.kind, ExprKind::Variable(name) if name == "states"))
        }
        _ => false,
    }
}

/// The template that stands at this place of the state.
fn template_at<'a>(state: &'a State, pointer: &Pointer) -> Option<&'a Template> {
    let mut open: Vec<&Template> = state.arguments.iter().collect();
    match &state.kind {
        Kind::Task(task) => open.extend(&task.credentials),
        Kind::Map(map) => {
            open.extend(map.item_reader.iter().filter_map(|r| r.arguments.as_ref()));
            open.extend(
                map.result_writer
                    .iter()
                    .filter_map(|w| w.arguments.as_ref()),
            );
        }
        _ => {}
    }
    while let Some(template) = open.pop() {
        if template.pointer == *pointer {
            return Some(template);
        }
        match &template.node {
            Node::Object(members) => open.extend(members.iter().map(|(_, m)| m)),
            Node::Array(items) => open.extend(items),
            _ => {}
        }
    }
    None
}
