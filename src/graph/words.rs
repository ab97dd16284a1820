//! What a picture says beside a state or on an arrow: short, as the definition writes it.

use crate::asl::{Catcher, Condition, Node, Operand, Text};

/// Characters of what an arrow says.
const MAX_WORDS: usize = 60;

/// A choice's rule.
pub fn condition(condition: &Condition) -> String {
    let mut out = String::new();
    write(condition, &mut out);
    cut(&out)
}

/// Writes a condition until there is more of it than is shown.
fn write(condition: &Condition, out: &mut String) {
    if out.len() > MAX_WORDS {
        return;
    }
    match condition {
        Condition::And(all) => joined(all, " and ", out),
        Condition::Or(all) => joined(all, " or ", out),
        Condition::Not(one) => {
            out.push_str("not ");
            write(one, out);
        }
        Condition::Compare {
            variable,
            operator,
            operand,
        } => {
            out.push_str(&variable.text);
            out.push(' ');
            out.push_str(operator);
            let operand = match operand {
                Operand::Path(path) => path.text.clone(),
                Operand::Literal(template) => literal(&template.node),
            };
            out.push(' ');
            out.push_str(&operand);
        }
        Condition::Jsonata(template) => match &template.node {
            Node::Jsonata(expression) => out.push_str(&expression.to_string()),
            other => out.push_str(&literal(other)),
        },
        Condition::Unknown => out.push('?'),
    }
}

fn joined(all: &[Condition], word: &str, out: &mut String) {
    for (index, one) in all.iter().enumerate() {
        if index > 0 {
            out.push_str(word);
        }
        write(one, out);
        if out.len() > MAX_WORDS {
            return;
        }
    }
}

fn literal(node: &Node) -> String {
    match node {
        Node::Bool(value) => value.to_string(),
        Node::Number(number) => number.to_string(),
        Node::Text(text) => format!("\"{}\"", text.display()),
        Node::Null => "null".to_owned(),
        _ => "…".to_owned(),
    }
}

/// The errors that a catcher is for.
pub fn errors(catcher: &Catcher) -> String {
    let names = catcher.error_equals.iter().map(Text::display);
    cut(&names.collect::<Vec<_>>().join(", "))
}

/// What a task calls: the integration's name, or the last part of another ARN.
pub fn called(resource: &Text) -> String {
    let text = resource.display();
    let name = text
        .strip_prefix("arn:aws:states:::")
        .or_else(|| text.strip_prefix("arn:aws-cn:states:::"))
        .or_else(|| text.strip_prefix("arn:aws-us-gov:states:::"));
    match name {
        Some(name) => cut(name),
        None => {
            let parts: Vec<&str> = text.splitn(6, ':').collect();
            match parts.as_slice() {
                ["arn", _, service, _, _, rest] => cut(&format!("{service} {rest}")),
                _ => cut(&text),
            }
        }
    }
}

/// At most so many characters.
fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_WORDS) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", text.split_at(at).0),
    }
}
