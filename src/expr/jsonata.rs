//! JSONata 2.0.6 (docs.jsonata.org) as Step Functions takes it: without `$eval`, with `$partition`, `$range`,
//! `$hash`, `$random`, `$uuid` and `$parse` (developer guide, "Transforming data with JSONata").

use super::Span;

mod lex;
mod parse;
mod print;
mod reads;

pub use parse::parse;
pub use reads::Read;

/// One expression with its place in the text between `{%` and `%}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The grammar, with path operators as left-nested binary nodes.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number literal.
    Number(f64),
    /// A string literal, escapes resolved.
    Text(String),
    /// `/pattern/flags`
    Regex {
        /// Between the slashes, as written.
        pattern: String,
        /// Of `i` and `m`.
        flags: String,
    },
    /// `$name`; `$` alone (the context value) has the empty name, `$$` (the root) the name `$`.
    Variable(String),
    /// A bare or back-quoted field name.
    Field(String),
    /// `*`
    Wildcard,
    /// `**`
    Descendant,
    /// `%`
    Parent,
    /// `base.step`
    Dot(Box<Expr>, Box<Expr>),
    /// `base[predicate]`, by filter or index; `base[]` is `KeepArray`.
    Filter(Box<Expr>, Box<Expr>),
    /// `base[]`
    KeepArray(Box<Expr>),
    /// `base{key: value, …}`
    Group(Box<Expr>, Vec<(Expr, Expr)>),
    /// `base^(<a, >b)`
    Sort(Box<Expr>, Vec<Expr>),
    /// `base@$name`
    Focus(Box<Expr>, String),
    /// `base#$name`
    IndexBind(Box<Expr>, String),
    /// `-x`
    Negate(Box<Expr>),
    /// Two-sided operators other than the path ones.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `[a, b, 1..5]`; a range stands as `Binary(Range, …)` inside.
    Array(Vec<Expr>),
    /// `{key: value, …}`
    Object(Vec<(Expr, Expr)>),
    /// `(a; b; c)`: the value of the last.
    Block(Vec<Expr>),
    /// `cond ? then : else`, the last optional.
    Conditional(Box<Expr>, Box<Expr>, Option<Box<Expr>>),
    /// `$name := value`
    Bind(String, Box<Expr>),
    /// `function($a, $b)<s-n:s>{ body }` or `λ`, the signature optional.
    Lambda(Vec<String>, Option<String>, Box<Expr>),
    /// `callee(args)`; a `?` argument (partial application) is `Placeholder`.
    Call(Box<Expr>, Vec<Expr>),
    /// `?` as an argument.
    Placeholder,
    /// `| pattern | update, delete |`
    Transform(Box<Expr>, Box<Expr>, Option<Box<Expr>>),
}

/// Two-sided operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `&`
    Concat,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `in`
    In,
    /// `and`
    And,
    /// `or`
    Or,
    /// `..`
    Range,
    /// `~>`
    Apply,
    /// `?:` (the value or a default)
    Elvis,
    /// `??`
    Coalesce,
}

#[cfg(test)]
mod tests;
