//! JSONata as text again: the shortest form that parses to the same tree. Parentheses are nodes of their own
//! ([`ExprKind::Block`]), so that no other need be put in. Comments, signatures and the directions of a sort are not kept.

use std::fmt::{self, Display, Formatter, Write};

use super::{BinaryOp, Expr, ExprKind, lex};
use crate::expr::cursor::Cursor;

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Null => f.write_str("null"),
            ExprKind::Bool(value) => write!(f, "{value}"),
            ExprKind::Number(value) => write!(f, "{value}"),
            ExprKind::Text(text) => string(f, text),
            ExprKind::Regex { pattern, flags } => write!(f, "/{pattern}/{flags}"),
            ExprKind::Variable(name) => write!(f, "${name}"),
            ExprKind::Field(name) => field(f, name),
            ExprKind::Wildcard => f.write_char('*'),
            ExprKind::Descendant => f.write_str("**"),
            ExprKind::Parent => f.write_char('%'),
            ExprKind::Placeholder => f.write_char('?'),
            ExprKind::Dot(base, step) => write!(f, "{base}.{step}"),
            ExprKind::Filter(base, test) => write!(f, "{base}[{test}]"),
            ExprKind::KeepArray(base) => write!(f, "{base}[]"),
            ExprKind::Sort(base, terms) => {
                write!(f, "{base}^")?;
                list(f, '(', terms, ", ", ')')
            }
            ExprKind::Focus(base, name) => write!(f, "{base}@${name}"),
            ExprKind::IndexBind(base, name) => write!(f, "{base}#${name}"),
            ExprKind::Negate(inner) => write!(f, "-{inner}"),
            ExprKind::Binary(op, left, right) => write!(f, "{left} {} {right}", op.symbol()),
            ExprKind::Array(items) => list(f, '[', items, ", ", ']'),
            ExprKind::Object(members) => pairs(f, members),
            ExprKind::Group(base, members) => {
                write!(f, "{base}")?;
                pairs(f, members)
            }
            ExprKind::Block(items) => list(f, '(', items, "; ", ')'),
            ExprKind::Conditional(test, then, None) => write!(f, "{test} ? {then}"),
            ExprKind::Conditional(test, then, Some(other)) => {
                write!(f, "{test} ? {then} : {other}")
            }
            ExprKind::Bind(name, value) => write!(f, "${name} := {value}"),
            ExprKind::Lambda(parameters, signature, body) => {
                write!(f, "function(")?;
                for (i, name) in parameters.iter().enumerate() {
                    write!(f, "{}${name}", if i > 0 { ", " } else { "" })?;
                }
                let signature = signature.as_deref().unwrap_or_default();
                write!(f, "){signature}{{{body}}}")
            }
            ExprKind::Call(callee, args) => {
                write!(f, "{callee}")?;
                list(f, '(', args, ", ", ')')
            }
            ExprKind::Transform(pattern, update, None) => write!(f, "|{pattern} | {update} |"),
            ExprKind::Transform(pattern, update, Some(delete)) => {
                write!(f, "|{pattern} | {update}, {delete} |")
            }
        }
    }
}

impl BinaryOp {
    /// The operator as it is written.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::Concat => "&",
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "in",
            Self::And => "and",
            Self::Or => "or",
            Self::Range => "..",
            Self::Apply => "~>",
            Self::Elvis => "?:",
            Self::Coalesce => "??",
        }
    }
}

fn list(
    f: &mut Formatter<'_>,
    open: char,
    items: &[Expr],
    between: &str,
    close: char,
) -> fmt::Result {
    f.write_char(open)?;
    for (i, item) in items.iter().enumerate() {
        write!(f, "{}{item}", if i > 0 { between } else { "" })?;
    }
    f.write_char(close)
}

fn pairs(f: &mut Formatter<'_>, members: &[(Expr, Expr)]) -> fmt::Result {
    f.write_char('{')?;
    for (i, (key, value)) in members.iter().enumerate() {
        write!(f, "{}{key}: {value}", if i > 0 { ", " } else { "" })?;
    }
    f.write_char('}')
}

fn string(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            c if c < ' ' => write!(f, "\\u{:04x}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

/// A name, in back-quotes where it would be read as something else.
fn field(f: &mut Formatter<'_>, name: &str) -> fmt::Result {
    let word = lex::word(&mut Cursor::new(name)) == name;
    let other = name.is_empty()
        || name.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '"' | '\'' | '`' | '$'))
        || matches!(
            name,
            "true" | "false" | "null" | "and" | "or" | "in" | "function" | "λ"
        );
    if name.contains('`') {
        // A step of a path may be quoted as a string is.
        string(f, name)
    } else if word && !other {
        f.write_str(name)
    } else {
        write!(f, "`{name}`")
    }
}
