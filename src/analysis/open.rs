//! What a definition leaves to its deployment, as gaps.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::asl::{Definition, Segment, Text};
use crate::gap::{Gap, Input};

/// No more of them than this are named.
const NAMED: usize = 10;

/// Places of which nothing is known but that something stands there. They are judged as what harms most.
pub(super) fn places(definition: &Definition) -> Option<Gap> {
    let all: BTreeSet<&str> = definition.open.iter().map(|place| place.as_str()).collect();
    let root = |place: &str| if place.is_empty() { "/" } else { place }.to_owned();
    let what = listed(all.into_iter().map(root))?;
    let why =
        "a substitution stands there, which only the deployment fills in: check what is deployed";
    Some(Gap::new(
        Input::Definition,
        format!("the definition at {what}"),
        why,
    ))
}

/// The names that its texts leave open before it is deployed.
pub(super) fn names(document: &Value) -> Option<Gap> {
    let mut names = BTreeSet::new();
    let mut open = vec![document];
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) => add(text, &mut names),
            Value::Array(items) => open.extend(items),
            Value::Object(members) => {
                for (key, member) in members {
                    add(key, &mut names);
                    if key != "Comment" {
                        open.push(member);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let what = listed(names.into_iter().map(|name| format!("${{{name}}}")))?;
    let why = "the deployment fills them in, and nothing here says what with";
    Some(Gap::optional(
        Input::Definition,
        format!("the substitutions {what}"),
        why,
    ))
}

fn add(text: &str, names: &mut BTreeSet<String>) {
    if !text.contains("${") || names.len() > NAMED {
        return;
    }
    for segment in Text::parse(text).0 {
        if let Segment::Unresolved(name) = segment {
            names.insert(name);
        }
    }
}

/// The first of them, each as it is written.
fn listed(all: impl Iterator<Item = String>) -> Option<String> {
    let all: Vec<String> = all.collect();
    let shown: Vec<String> = all
        .iter()
        .take(NAMED)
        .map(|one| format!("`{one}`"))
        .collect();
    let more = match all.len() > NAMED {
        true => ", and more",
        false => "",
    };
    (!shown.is_empty()).then(|| format!("{}{more}", shown.join(", ")))
}
