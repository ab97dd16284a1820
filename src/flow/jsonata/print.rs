//! Expressions as text again, for traces and guards: their meaning, not their layout.

use crate::expr::jsonata::{BinaryOp, Expr, ExprKind};

/// Longer texts are cut.
const MAX_LENGTH: usize = 300;

/// The expression as text.
pub fn print(expr: &Expr) -> String {
    let mut out = String::new();
    write(expr, &mut out, 0);
    if out.len() > MAX_LENGTH {
        out = out.chars().take(MAX_LENGTH).collect();
        out.push('…');
    }
    out
}

fn list<'e>(
    items: impl IntoIterator<Item = &'e Expr>,
    between: &str,
    out: &mut String,
    depth: usize,
) {
    for (i, item) in items.into_iter().enumerate() {
        if i > 0 {
            out.push_str(between);
        }
        write(item, out, depth);
    }
}

fn pairs(all: &[(Expr, Expr)], out: &mut String, depth: usize) {
    out.push('{');
    for (i, (key, value)) in all.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        write(key, out, depth);
        out.push_str(": ");
        write(value, out, depth);
    }
    out.push('}');
}

fn write(expr: &Expr, out: &mut String, depth: usize) {
    if depth > 80 || out.len() > MAX_LENGTH {
        out.push('…');
        return;
    }
    let depth = depth + 1;
    match &expr.kind {
        ExprKind::Null => out.push_str("null"),
        ExprKind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        ExprKind::Number(n) => out.push_str(&n.to_string()),
        ExprKind::Text(text) => {
            let text = text.replace('\\', "\\\\").replace('\'', "\\'");
            out.push_str(&format!("'{text}'"));
        }
        ExprKind::Regex { pattern, flags } => out.push_str(&format!("/{pattern}/{flags}")),
        ExprKind::Variable(name) => out.push_str(&format!("${name}")),
        ExprKind::Field(name) => {
            let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_')
                && name.chars().next().is_some_and(|c| !c.is_numeric());
            if plain {
                out.push_str(name);
            } else {
                out.push_str(&format!("`{name}`"));
            }
        }
        ExprKind::Wildcard => out.push('*'),
        ExprKind::Descendant => out.push_str("**"),
        ExprKind::Parent => out.push('%'),
        ExprKind::Placeholder => out.push('?'),
        ExprKind::Dot(a, b) => {
            write(a, out, depth);
            out.push('.');
            write(b, out, depth);
        }
        ExprKind::Filter(a, b) => {
            write(a, out, depth);
            out.push('[');
            write(b, out, depth);
            out.push(']');
        }
        ExprKind::KeepArray(a) => {
            write(a, out, depth);
            out.push_str("[]");
        }
        ExprKind::Group(a, all) => {
            write(a, out, depth);
            pairs(all, out, depth);
        }
        ExprKind::Sort(a, terms) => {
            write(a, out, depth);
            out.push_str("^(");
            list(terms, ", ", out, depth);
            out.push(')');
        }
        ExprKind::Focus(a, name) => {
            write(a, out, depth);
            out.push_str(&format!("@${name}"));
        }
        ExprKind::IndexBind(a, name) => {
            write(a, out, depth);
            out.push_str(&format!("#${name}"));
        }
        ExprKind::Negate(a) => {
            out.push('-');
            write(a, out, depth);
        }
        ExprKind::Binary(op, a, b) => {
            operand(a, out, depth);
            out.push_str(&format!(" {} ", symbol(*op)));
            operand(b, out, depth);
        }
        ExprKind::Array(items) => {
            out.push('[');
            list(items, ", ", out, depth);
            out.push(']');
        }
        ExprKind::Object(all) => pairs(all, out, depth),
        ExprKind::Block(all) => {
            out.push('(');
            list(all, "; ", out, depth);
            out.push(')');
        }
        ExprKind::Conditional(a, b, c) => {
            operand(a, out, depth);
            out.push_str(" ? ");
            operand(b, out, depth);
            if let Some(c) = c {
                out.push_str(" : ");
                operand(c, out, depth);
            }
        }
        ExprKind::Bind(name, a) => {
            out.push_str(&format!("${name} := "));
            write(a, out, depth);
        }
        ExprKind::Lambda(params, _, body) => {
            let params: Vec<String> = params.iter().map(|p| format!("${p}")).collect();
            out.push_str(&format!("function({}){{", params.join(", ")));
            write(body, out, depth);
            out.push('}');
        }
        ExprKind::Call(callee, args) => {
            write(callee, out, depth);
            out.push('(');
            list(args, ", ", out, depth);
            out.push(')');
        }
        ExprKind::Transform(a, b, c) => {
            out.push_str("| ");
            write(a, out, depth);
            out.push_str(" | ");
            write(b, out, depth);
            if let Some(c) = c {
                out.push_str(", ");
                write(c, out, depth);
            }
            out.push_str(" |");
        }
    }
}

fn operand(expr: &Expr, out: &mut String, depth: usize) {
    let needs = matches!(
        expr.kind,
        ExprKind::Binary(..)
            | ExprKind::Conditional(..)
            | ExprKind::Bind(..)
            | ExprKind::Lambda(..)
    );
    if needs {
        out.push('(');
    }
    write(expr, out, depth);
    if needs {
        out.push(')');
    }
}

const fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Remainder => "%",
        BinaryOp::Concat => "&",
        BinaryOp::Equal => "=",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessOrEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterOrEqual => ">=",
        BinaryOp::In => "in",
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
        BinaryOp::Range => "..",
        BinaryOp::Apply => "~>",
        BinaryOp::Elvis => "?:",
        BinaryOp::Coalesce => "??",
    }
}
