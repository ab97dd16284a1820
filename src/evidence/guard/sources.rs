//! Which variables of the workflow hold the value that a guard has to look at.

use crate::asl::{Kind, Node, PathField, QueryLanguage, State, Template};
use crate::expr::intrinsic::{Arg, Call};
use crate::expr::jsonata::{Expr, ExprKind};
use crate::expr::jsonpath::{Path, Root};
use crate::flow::{Flow, jsonata};
use crate::loc::Pointer;
use crate::taint::Parameter;

/// The paths or expressions whose values somebody outside chooses in this parameter.
pub(super) fn sources(flow: &Flow, state: &State, parameter: &Parameter) -> Option<Vec<String>> {
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
            open.extend(expr.children());
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
