//! A CloudFormation or SAM template as a list of resources: loops written out, SAM's types expanded, resources whose
//! condition does not hold left out, and nested stacks taken in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::files::Files;
use super::resource::Resource;
use super::scope::Scope;
use super::{environment, foreach, sam};
use crate::document::Document;
use crate::gap::{Input, Unread};
use crate::loc::Pointer;

/// Stacks inside stacks.
const MAX_NESTING: usize = 6;
/// All stacks of one template.
const MAX_STACKS: usize = 100;
/// CloudFormation takes 500 resources in a template.
const MAX_RESOURCES: usize = 20_000;

/// A stack with the stacks that it nests, each with its own names.
pub(super) struct Stack {
    pub scope: Scope,
    /// The logical ids of the stacks that lead to it.
    pub path: Vec<String>,
    pub nested: Vec<Stack>,
}

/// What could not be read.
pub(super) type Gaps = Vec<Unread>;

/// Reads a template.
pub(super) fn read(
    document: &Document,
    given: &BTreeMap<String, String>,
    files: &Files<'_>,
    gaps: &mut Gaps,
) -> Stack {
    let mut count = 0;
    let at = At {
        assumed: environment::assumed(document, files),
        path: Vec::new(),
        open: vec![document.path.clone()],
    };
    one(document, given, files, gaps, &at, &mut count)
}

/// Where a nested stack stands: the logical ids, and the files that are being read.
struct At {
    assumed: BTreeMap<String, String>,
    path: Vec<String>,
    open: Vec<PathBuf>,
}

fn one(
    document: &Document,
    given: &BTreeMap<String, String>,
    files: &Files<'_>,
    gaps: &mut Gaps,
    at: &At,
    count: &mut usize,
) -> Stack {
    *count += 1;
    let template = &document.value;
    let mut scope = Scope::new(template, given)
        .nested_in(&at.path)
        .assuming(&at.assumed);
    scope.declare(resources(document, &scope, gaps));
    let expanded = sam::expand(&scope, template.get("Globals"), files, gaps);
    scope.declare(expanded);
    let mut nested = Vec::new();
    for (id, inner) in nested_documents(&scope, document, files, gaps, at, *count) {
        let parameters = parameters_of(&scope, &id, given);
        let mut path = at.path.clone();
        path.push(id.clone());
        let mut open = at.open.clone();
        open.push(inner.path.clone());
        let stack = one(
            &inner,
            &parameters,
            files,
            gaps,
            &At {
                assumed: at.assumed.clone(),
                path,
                open,
            },
            count,
        );
        for (name, output) in inner
            .value
            .get("Outputs")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            if let Some(value) = output
                .get("Value")
                .and_then(|value| stack.scope.resolve(value))
            {
                scope.set_output(&id, name, value);
            }
        }
        nested.push(stack);
    }
    Stack {
        scope,
        path: at.path.clone(),
        nested,
    }
}

/// The declared resources whose condition may hold.
fn resources(document: &Document, scope: &Scope, gaps: &mut Gaps) -> Vec<Resource> {
    let Some(Value::Object(section)) = document.value.get("Resources") else {
        return Vec::new();
    };
    let expanded = foreach::expand(section, scope);
    let places = foreach::places(section, scope);
    let mut out = Vec::new();
    for (id, declaration) in &expanded {
        if out.len() >= MAX_RESOURCES {
            let why = format!("only the first {MAX_RESOURCES} are read");
            gaps.push(Unread::of_account(
                Input::Workflow,
                "the template's resources".to_owned(),
                why,
            ));
            break;
        }
        if id.starts_with("Fn::") {
            let why = "what it goes through is not known before the deployment; give its parameters with `--parameter`";
            gaps.push(Unread::of_account(
                Input::Workflow,
                format!("`{id}` of the template"),
                why.to_owned(),
            ));
            continue;
        }
        let Some(kind) = declaration.get("Type").and_then(Value::as_str) else {
            continue;
        };
        let condition = declaration.get("Condition").and_then(Value::as_str);
        let holds = condition.map_or(Some(true), |name| scope.condition(name));
        if holds == Some(false) {
            continue;
        }
        let written = places.get(id).cloned();
        let whole = written.unwrap_or_else(|| Pointer::root().key("Resources").key(id));
        let properties = declaration
            .get("Properties")
            .and_then(Value::as_object)
            .cloned();
        out.push(Resource {
            id: id.clone(),
            kind: kind.to_owned(),
            properties: properties.unwrap_or_else(Map::new),
            metadata: declaration.get("Metadata").cloned().unwrap_or_default(),
            connectors: declaration.get("Connectors").cloned().unwrap_or_default(),
            arn: None,
            conditional: holds.is_none(),
            file: document.path.clone(),
            pointer: whole.key("Properties"),
            whole,
            moved: BTreeMap::new(),
        });
    }
    out
}

/// The templates of nested stacks that stand beside this one.
fn nested_documents(
    scope: &Scope,
    document: &Document,
    files: &Files<'_>,
    gaps: &mut Gaps,
    at: &At,
    count: usize,
) -> Vec<(String, Document)> {
    let mut out = Vec::new();
    let stacks = scope
        .resources()
        .iter()
        .filter(|r| r.kind == "AWS::CloudFormation::Stack");
    for resource in stacks {
        let mut refuse = |why: String| {
            gaps.push(Unread::of_account(
                Input::Workflow,
                format!("the nested stack `{}` of the template", resource.id),
                why,
            ));
        };
        if at.path.len() >= MAX_NESTING || count + out.len() >= MAX_STACKS {
            refuse("stacks are nested too deep".to_owned());
            continue;
        }
        let Some(path) = template_path(scope, resource) else {
            refuse("its template is no file beside this one; judge it by itself".to_owned());
            continue;
        };
        match files.needed(&document.path, &path) {
            Ok(inner) if at.open.contains(&inner.path) => {
                refuse("its template holds itself".to_owned());
            }
            Ok(inner) => out.push((resource.id.clone(), inner)),
            Err(why) => refuse(why),
        }
    }
    out
}

/// The file of a nested stack's template: what `cdk synth` wrote beside it, or a path.
fn template_path(scope: &Scope, resource: &Resource) -> Option<PathBuf> {
    let asset = resource
        .metadata
        .get("aws:asset:path")
        .and_then(Value::as_str);
    let url = || scope.text(resource.get("TemplateURL")?);
    let path = asset.map(str::to_owned).or_else(url)?;
    let is_remote = path.contains("://") || path.contains("${");
    (!is_remote).then(|| Path::new(&path).to_owned())
}

/// The parameters that a nested stack is given, with the pseudo parameters of this one.
fn parameters_of(
    scope: &Scope,
    id: &str,
    given: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let pseudo = given.iter().filter(|(name, _)| name.starts_with("AWS::"));
    let mut out: BTreeMap<String, String> = pseudo.map(|(k, v)| (k.clone(), v.clone())).collect();
    let parameters = scope
        .resource(id)
        .and_then(|r| r.get("Parameters"))
        .and_then(Value::as_object);
    for (name, value) in parameters.into_iter().flatten() {
        let value = match scope.resolve(value) {
            Some(Value::Array(items)) => {
                let texts: Option<Vec<String>> = items.iter().map(super::resolve::scalar).collect();
                texts.map(|texts| texts.join(","))
            }
            Some(value) => super::resolve::scalar(&value),
            None => None,
        };
        out.extend(value.map(|value| (name.clone(), value)));
    }
    out
}
