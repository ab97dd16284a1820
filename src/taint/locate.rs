//! Finding a parameter in a task's arguments, and where it stands in the definition.

use crate::asl::{Node, State, Template};
use crate::loc::Pointer;
use crate::value::Value;

/// More places of one parameter than this are not told apart.
const MAX_PLACES: usize = 64;

/// One place of a parameter.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its path with the indexes filled in.
    pub steps: Vec<Step>,
    /// What stands there.
    pub value: Value,
}

/// One step to a place.
#[derive(Clone, Debug)]
pub enum Step {
    /// A field, as the definition (or else the API) writes it.
    Field(String),
    /// An element; `None` for any.
    Index(Option<usize>),
}

impl Place {
    /// The path for people.
    pub fn path(&self) -> String {
        let mut text = String::new();
        for step in &self.steps {
            match step {
                Step::Field(name) => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    text.push_str(name);
                }
                Step::Index(Some(index)) => text.push_str(&format!("[{index}]")),
                Step::Index(None) => text.push_str("[]"),
            }
        }
        text
    }
}

/// The places of a path such as `Overrides.ContainerOverrides[].Command`. Names are compared without regard to case.
pub fn places(arguments: &Value, path: &str) -> Vec<Place> {
    let mut found = vec![Place {
        steps: Vec::new(),
        value: arguments.clone(),
    }];
    for part in path.split('.').filter(|p| !p.is_empty()) {
        let (name, each) = match part.strip_suffix("[]") {
            Some(name) => (name, true),
            None => (part, false),
        };
        let mut next = Vec::new();
        for place in found {
            for inner in fields(&place, name) {
                if each {
                    next.extend(elements(&inner));
                } else {
                    next.push(inner);
                }
            }
        }
        next.truncate(MAX_PLACES);
        found = next;
    }
    found.retain(|p| !matches!(p.value, Value::Absent));
    found
}

fn stepped(place: &Place, step: Step, value: Value) -> Place {
    let mut steps = place.steps.clone();
    steps.push(step);
    Place { steps, value }
}

fn fields(place: &Place, name: &str) -> Vec<Place> {
    let named = |key: &str, value: Value| stepped(place, Step::Field(key.to_owned()), value);
    match &place.value {
        Value::Object { fields, .. } => {
            match fields
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
            {
                Some((key, value)) => vec![named(key, value.clone())],
                None => vec![named(name, place.value.field(name))],
            }
        }
        Value::Any(_) => vec![named(name, place.value.field(name))],
        Value::OneOf(values) => values
            .iter()
            .flat_map(|value| {
                let place = Place {
                    steps: place.steps.clone(),
                    value: value.clone(),
                };
                self::fields(&place, name)
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn elements(place: &Place) -> Vec<Place> {
    match &place.value {
        Value::Array(values) => values
            .iter()
            .enumerate()
            .map(|(i, v)| stepped(place, Step::Index(Some(i)), v.clone()))
            .collect(),
        Value::Each(value) => vec![stepped(place, Step::Index(None), Value::clone(value))],
        Value::Any(_) => vec![stepped(place, Step::Index(None), place.value.elements())],
        Value::OneOf(values) => values
            .iter()
            .flat_map(|value| {
                let place = Place {
                    steps: place.steps.clone(),
                    value: value.clone(),
                };
                elements(&place)
            })
            .collect(),
        Value::Absent => Vec::new(),
        _ => vec![place.clone()],
    }
}

/// Where a place stands in the definition: the deepest part of the template on the way there.
pub fn pointer(state: &State, template: Option<&Template>, place: &Place) -> Pointer {
    let Some(mut here) = template else {
        return state.pointer.clone();
    };
    for step in &place.steps {
        let next = match (&here.node, step) {
            (Node::Object(members), Step::Field(name)) => {
                let named = |(key, _): &&(String, Template)| key.eq_ignore_ascii_case(name);
                let mut found = members.iter().filter(named).map(|(_, member)| member);
                let first = found.next();
                // Of a field that is given as a text and computed beside it, the computed one.
                match first.map(|f| &f.node) {
                    Some(Node::Text(_)) => found.next().or(first),
                    _ => first,
                }
            }
            (Node::Array(items), Step::Index(Some(index))) => items.get(*index),
            _ => None,
        };
        match next {
            Some(next) => here = next,
            None => break,
        }
    }
    here.pointer.clone()
}

/// The deepest part that holds the taint: of an array of constants and one chosen element, that element.
pub fn tainted_pointer(state: &State, template: Option<&Template>, place: &Place) -> Pointer {
    let mut place = place.clone();
    loop {
        let inner = match &place.value {
            Value::Array(values) => {
                let mut tainted = values.iter().enumerate().filter(|(_, v)| v.is_tainted());
                match (tainted.next(), tainted.next()) {
                    (Some((i, v)), None) => Some((Step::Index(Some(i)), v.clone())),
                    _ => None,
                }
            }
            Value::Object { fields, .. } => {
                let mut tainted = fields.iter().filter(|(_, v)| v.is_tainted());
                match (tainted.next(), tainted.next()) {
                    (Some((k, v)), None) => Some((Step::Field(k.to_owned()), v.clone())),
                    _ => None,
                }
            }
            _ => None,
        };
        match inner {
            Some((step, value)) if place.steps.len() < 32 => place = stepped(&place, step, value),
            _ => return pointer(state, template, &place),
        }
    }
}
