//! Payload templates: JSON whose leaves may be expressions.

use serde_json::{Map, Value};

use super::parser::Parser;
use super::{Node, Template, Text};
use crate::expr::jsonata::{self, BinaryOp, Expr, ExprKind};
use crate::expr::jsonpath::{self, Path, Step};
use crate::expr::{SyntaxError, intrinsic};
use crate::loc::Pointer;

/// How the strings of a template are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// `.$` keys hold paths and intrinsic functions.
    Path,
    /// `{% … %}` are expressions.
    Jsonata,
    /// Nothing is an expression (a Pass state's `Result`, operands).
    Literal,
}

impl Parser {
    /// Reads a template. Nothing is refused: what cannot be read is [`Node::Broken`] with a problem.
    pub(super) fn template(&mut self, value: &Value, pointer: Pointer, mode: Mode) -> Template {
        let node = if self.enter(&pointer) {
            let node = self.node(value, &pointer, mode);
            self.leave();
            node
        } else {
            Node::Broken
        };
        Template { pointer, node }
    }

    fn node(&mut self, value: &Value, pointer: &Pointer, mode: Mode) -> Node {
        match value {
            Value::Null => Node::Null,
            Value::Bool(value) => Node::Bool(*value),
            Value::Number(number) => Node::Number(number.clone()),
            Value::String(text) if mode == Mode::Jsonata => self.jsonata_string(text, pointer),
            Value::String(text) => Node::Text(Text::parse(text)),
            Value::Array(items) => {
                let mut elements = Vec::with_capacity(items.len());
                for (i, item) in items.iter().enumerate() {
                    let place = self.element(pointer, i);
                    elements.push(self.template(item, place, mode));
                }
                Node::Array(elements)
            }
            Value::Object(object) => match Text::of_intrinsic(value) {
                Some(text) => self.substituted(text, pointer, mode),
                None => Node::Object(self.members(object, pointer, mode)),
            },
        }
    }

    /// What a CloudFormation intrinsic object stands for: an expression where it begins as one.
    pub(super) fn substituted(&mut self, text: Text, pointer: &Pointer, mode: Mode) -> Node {
        let shown = text.display();
        if mode == Mode::Jsonata && shown.trim_start().starts_with("{%") {
            return self.jsonata_string(&shown, pointer);
        }
        Node::Text(text)
    }

    /// The members of an object. In JSONPath mode the keys lose their `.$`.
    pub(super) fn members(
        &mut self,
        object: &Map<String, Value>,
        pointer: &Pointer,
        mode: Mode,
    ) -> Vec<(String, Template)> {
        let mut members = Vec::with_capacity(object.len());
        for (key, value) in object {
            let place = self.below(pointer, key);
            match key.strip_suffix(".$") {
                Some(name) if mode == Mode::Path => {
                    let template = self.dynamic(value, place);
                    members.push((name.to_owned(), template));
                }
                _ => {
                    let template = self.template(value, place, mode);
                    members.push((key.clone(), template));
                }
            }
        }
        members
    }

    /// The value of a `.$` key: a path or an intrinsic function.
    fn dynamic(&mut self, value: &Value, pointer: Pointer) -> Template {
        let node = self.dynamic_node(value, &pointer);
        Template { pointer, node }
    }

    pub(super) fn dynamic_node(&mut self, value: &Value, pointer: &Pointer) -> Node {
        match value {
            Value::String(text) => self.expression(text, pointer),
            other => match Text::of_intrinsic(other) {
                Some(text) => self.expression(&text.display(), pointer),
                None => {
                    let message = "a field whose name ends in `.$` needs a path or an intrinsic \
                                   function as its value";
                    self.problem(pointer, message);
                    Node::Broken
                }
            },
        }
    }

    fn expression(&mut self, text: &str, pointer: &Pointer) -> Node {
        let parsed = if text.trim_start().starts_with('$') {
            jsonpath::parse(text).map(|path| Node::Path(open(path)))
        } else {
            self.check_escapes(text, pointer);
            intrinsic::parse(text).map(Node::Intrinsic)
        };
        parsed.unwrap_or_else(|error| {
            if Text::parse(text).is_unresolved() {
                self.leave_open(pointer);
                // Whatever path the deployment writes there begins at the input.
                return jsonpath::parse("$").map_or(Node::Broken, Node::Path);
            }
            self.unreadable(text, pointer, &error)
        })
    }

    /// In the strings of intrinsic functions a backslash stands before quotes, braces and itself only.
    fn check_escapes(&mut self, text: &str, pointer: &Pointer) {
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            if c == '\\'
                && let Some(c) = chars.next()
                && !matches!(c, '\'' | '{' | '}' | '\\')
                && !Text::parse(text).is_unresolved()
            {
                let message =
                    format!("there is no escape `\\{c}` in the strings of intrinsic functions");
                return self.problem(pointer, message);
            }
        }
    }

    /// A string in a JSONata state.
    pub(super) fn jsonata_string(&mut self, text: &str, pointer: &Pointer) -> Node {
        let trimmed = text.trim();
        let begun = trimmed.starts_with("{%");
        let ended = trimmed.ends_with("%}");
        let inner = text.strip_prefix("{%").and_then(|t| t.strip_suffix("%}"));
        match inner {
            Some(inner) => match jsonata::parse(inner) {
                Ok(expr) => {
                    self.reject_context(&expr, pointer);
                    self.reject_newer(&expr, pointer);
                    Node::Jsonata(expr)
                }
                Err(error) => self.unreadable(inner, pointer, &error),
            },
            // With blanks around it, what would be an expression is a text like any other.
            None if begun != ended => {
                let message = "a JSONata expression is the whole string: it begins with `{%` and ends with `%}`";
                self.problem(pointer, message);
                Node::Broken
            }
            None => Node::Text(Text::parse(text)),
        }
    }

    /// Step Functions gives an expression no context value, so it refuses `$$` and a bare field name
    /// at the top (`UNSUPPORTED_JSONATA_EXPRESSION`).
    fn reject_context(&mut self, expr: &Expr, pointer: &Pointer) {
        let name = match leftmost(expr) {
            ExprKind::Field(name) if !name.contains("${") => name.as_str(),
            ExprKind::Variable(name) if name == "$" => "$$",
            _ => return,
        };
        let message = format!(
            "the JSONata expression reads `{name}` from the top level, which holds nothing; begin with `$states` or a variable"
        );
        self.problem(pointer, message);
    }

    /// Step Functions runs JSONata 2.0.6; 2.1 added two operators that it cannot read.
    fn reject_newer(&mut self, expr: &Expr, pointer: &Pointer) {
        let mut open = vec![expr];
        while let Some(expr) = open.pop() {
            let newer = match &expr.kind {
                ExprKind::Binary(BinaryOp::Coalesce, ..) => Some("??"),
                ExprKind::Binary(BinaryOp::Elvis, ..) => Some("?:"),
                _ => None,
            };
            if let Some(operator) = newer {
                let message = format!(
                    "`{operator}` came with JSONata 2.1; Step Functions runs 2.0.6 and cannot read it: write a condition with `? :`"
                );
                self.problem(pointer, message);
                return;
            }
            open.extend(expr.children());
        }
    }

    /// What stands for an expression that does not parse: no problem where a substitution may mend it.
    fn unreadable(&mut self, text: &str, pointer: &Pointer, error: &SyntaxError) -> Node {
        let known = Text::parse(text);
        if !known.is_unresolved() {
            let SyntaxError { at, message } = error;
            self.problem(
                pointer,
                format!("the expression does not parse at byte {at}: {message}"),
            );
            return Node::Broken;
        }
        self.leave_open(pointer);
        match known.0.as_slice() {
            [_] => Node::Text(known),
            _ => Node::Broken,
        }
    }
}

/// The first thing that an expression evaluates in a path.
fn leftmost(mut expr: &Expr) -> &ExprKind {
    loop {
        expr = match &expr.kind {
            ExprKind::Dot(base, _) | ExprKind::Filter(base, _) | ExprKind::KeepArray(base) => base,
            kind => return kind,
        };
    }
}

/// A path with unresolved names in it: each may be any field.
pub(super) fn open(mut path: Path) -> Path {
    for step in &mut path.steps {
        if matches!(step, Step::Field(name) if Text::parse(name).is_unresolved()) {
            *step = Step::Wildcard;
        }
    }
    path
}
