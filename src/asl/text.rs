//! Strings of which parts are known only after deployment.

use serde_json::Value;

use super::{Segment, Text};

/// A substitution's name takes no more bytes than this: without an end, every `${` would look for one in the whole text.
const MAX_NAME: usize = 256;

/// Intrinsic objects nested deeper than this stay one unresolved whole.
const MAX_NESTING: usize = 8;

impl Text {
    /// A text that is known whole.
    pub fn known(text: &str) -> Self {
        Self(vec![Segment::Literal(text.to_owned())])
    }

    /// Splits a string at its `${Name}` substitutions (AWS SAM `DefinitionSubstitutions`, CloudFormation `Fn::Sub`,
    /// and the like of Terraform and the Serverless Framework).
    pub fn parse(text: &str) -> Self {
        let mut out = Self::default();
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            let (before, tail) = rest.split_at(start);
            match substitution(tail) {
                Some((name, after)) => {
                    out.push(Segment::Literal(before.to_owned()));
                    out.push(Segment::Unresolved(name.to_owned()));
                    rest = after;
                }
                None => {
                    let (dollar, after) = tail.split_at(2);
                    out.push(Segment::Literal(format!("{before}{dollar}")));
                    rest = after;
                }
            }
        }
        out.push(Segment::Literal(rest.to_owned()));
        out
    }

    /// Whether some part of it is unresolved.
    pub fn is_unresolved(&self) -> bool {
        self.literal().is_none()
    }

    /// The text that a CloudFormation intrinsic object stands for, where the value is one
    /// (CloudFormation template reference, "Intrinsic functions").
    pub fn of_intrinsic(value: &Value) -> Option<Self> {
        intrinsic(value, 0)
    }

    /// Appends a part; literals side by side become one.
    fn push(&mut self, segment: Segment) {
        match (self.0.last_mut(), segment) {
            (_, Segment::Literal(text)) if text.is_empty() => {}
            (Some(Segment::Literal(before)), Segment::Literal(text)) => before.push_str(&text),
            (_, segment) => self.0.push(segment),
        }
    }

    fn append(&mut self, other: Self) {
        for segment in other.0 {
            self.push(segment);
        }
    }
}

/// The name of the substitution that the text begins with, and what follows it.
fn substitution(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix("${")?;
    if !inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return None;
    }
    let mut open = 1usize;
    for (at, c) in inner.char_indices() {
        match c {
            '{' => open += 1,
            '}' => open -= 1,
            '\n' => return None,
            _ if at > MAX_NAME => return None,
            _ => {}
        }
        if open == 0 {
            return Some((inner.get(..at)?, inner.get(at + 1..)?));
        }
    }
    None
}

fn intrinsic(value: &Value, depth: usize) -> Option<Text> {
    let object = value.as_object().filter(|o| o.len() == 1)?;
    let (key, argument) = object.iter().next()?;
    let name = match key.as_str() {
        "Ref" => argument.as_str()?.to_owned(),
        "Fn::GetAtt" => dotted(argument).unwrap_or_else(|| key.clone()),
        "Fn::Sub" if depth < MAX_NESTING => return sub(argument),
        "Fn::Join" if depth < MAX_NESTING => {
            return join(argument, depth).or_else(|| Some(unresolved(key.clone())));
        }
        key if key.starts_with("Fn::") => key.to_owned(),
        _ => return None,
    };
    Some(unresolved(name))
}

fn unresolved(name: String) -> Text {
    Text(vec![Segment::Unresolved(name)])
}

/// `"Resource.Attribute"` or `["Resource", "Attribute"]`
fn dotted(argument: &Value) -> Option<String> {
    match argument {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => {
            let parts: Option<Vec<&str>> = parts.iter().map(Value::as_str).collect();
            parts.map(|p| p.join("."))
        }
        _ => None,
    }
}

/// `"text"` or `["text", {…}]`; `${!Name}` stands for `${Name}` itself.
fn sub(argument: &Value) -> Option<Text> {
    let template = match argument {
        Value::Array(parts) => parts.first()?.as_str()?,
        other => other.as_str()?,
    };
    let mut text = Text::default();
    for (i, part) in template.split("${!").enumerate() {
        if i == 0 {
            text.append(Text::parse(part));
            continue;
        }
        let (literal, rest) = part.split_once('}').unwrap_or((part, ""));
        text.push(Segment::Literal(format!("${{{literal}}}")));
        text.append(Text::parse(rest));
    }
    Some(text)
}

/// `["delimiter", [parts]]`
fn join(argument: &Value, depth: usize) -> Option<Text> {
    let [delimiter, Value::Array(parts)] = argument.as_array()?.as_slice() else {
        return None;
    };
    let delimiter = delimiter.as_str()?;
    let mut text = Text::default();
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            text.push(Segment::Literal(delimiter.to_owned()));
        }
        match part {
            Value::String(part) => text.append(Text::parse(part)),
            other => text.append(
                intrinsic(other, depth + 1).unwrap_or_else(|| unresolved("Fn::Join".to_owned())),
            ),
        }
    }
    Some(text)
}
