//! What an expression reads from outside itself.

use super::{BinaryOp, Expr, ExprKind};
use crate::expr::Span;

/// One read of a variable that the expression itself does not bind: `$states.input.a` or `$name.b`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Where it stands.
    pub span: Span,
    /// The variable's name; `states` for the reserved `$states`.
    pub variable: String,
    /// The fields selected from it one after the other, as far as they are plain names.
    /// Filters between them select among values and leave the names as they are.
    pub path: Vec<String>,
}

/// The functions of JSONata 2.0.6 (docs.jsonata.org) and those that Step Functions adds: no variables.
const FUNCTIONS: &[&str] = &[
    "abs",
    "append",
    "assert",
    "average",
    "base64decode",
    "base64encode",
    "boolean",
    "ceil",
    "clone",
    "contains",
    "count",
    "decodeUrl",
    "decodeUrlComponent",
    "distinct",
    "each",
    "encodeUrl",
    "encodeUrlComponent",
    "error",
    "eval",
    "exists",
    "filter",
    "floor",
    "formatBase",
    "formatInteger",
    "formatNumber",
    "fromMillis",
    "hash",
    "join",
    "keys",
    "length",
    "lookup",
    "lowercase",
    "map",
    "match",
    "max",
    "merge",
    "millis",
    "min",
    "not",
    "now",
    "number",
    "pad",
    "parse",
    "parseInteger",
    "partition",
    "power",
    "random",
    "range",
    "reduce",
    "replace",
    "reverse",
    "round",
    "shuffle",
    "sift",
    "single",
    "sort",
    "split",
    "spread",
    "sqrt",
    "string",
    "substring",
    "substringAfter",
    "substringBefore",
    "sum",
    "toMillis",
    "trim",
    "type",
    "uppercase",
    "uuid",
    "zip",
];

impl Expr {
    /// The expressions directly inside an expression.
    pub fn children(&self) -> Vec<&Self> {
        match &self.kind {
            ExprKind::Dot(a, b) | ExprKind::Filter(a, b) | ExprKind::Binary(_, a, b) => vec![a, b],
            ExprKind::KeepArray(a)
            | ExprKind::Focus(a, _)
            | ExprKind::IndexBind(a, _)
            | ExprKind::Negate(a)
            | ExprKind::Bind(_, a)
            | ExprKind::Lambda(_, _, a) => vec![a],
            ExprKind::Group(a, pairs) => std::iter::once(&**a)
                .chain(pairs.iter().flat_map(|(k, v)| [k, v]))
                .collect(),
            ExprKind::Sort(a, terms) => std::iter::once(&**a).chain(terms).collect(),
            ExprKind::Array(all) | ExprKind::Block(all) => all.iter().collect(),
            ExprKind::Object(pairs) => pairs.iter().flat_map(|(k, v)| [k, v]).collect(),
            ExprKind::Conditional(a, b, c) => [Some(&**a), Some(&**b), c.as_deref()]
                .into_iter()
                .flatten()
                .collect(),
            ExprKind::Call(callee, args) => std::iter::once(&**callee).chain(args).collect(),
            ExprKind::Transform(a, b, c) => [Some(&**a), Some(&**b), c.as_deref()]
                .into_iter()
                .flatten()
                .collect(),
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::Text(_)
            | ExprKind::Regex { .. }
            | ExprKind::Variable(_)
            | ExprKind::Field(_)
            | ExprKind::Wildcard
            | ExprKind::Descendant
            | ExprKind::Parent
            | ExprKind::Placeholder => Vec::new(),
        }
    }

    /// What this reads from outside itself, in the order of the text.
    pub fn reads(&self) -> Vec<Read> {
        let mut walk = Walk::default();
        walk.expr(self);
        walk.reads
    }
}

#[derive(Default)]
struct Walk {
    /// Variables that the expression binds itself, innermost last.
    bound: Vec<String>,
    reads: Vec<Read>,
}

impl Walk {
    fn expr(&mut self, expr: &Expr) {
        if let Some((variable, path)) = self.chain(expr) {
            self.reads.push(Read {
                span: expr.span,
                variable,
                path,
            });
            self.selectors(expr);
            return;
        }
        match &expr.kind {
            ExprKind::Block(items) => self.scoped(|walk| walk.all(items)),
            ExprKind::Lambda(parameters, _, body) => self.scoped(|walk| {
                walk.bound.extend(parameters.iter().cloned());
                walk.expr(body);
            }),
            ExprKind::Bind(name, value) => {
                // A function may call itself by the name that it is bound to.
                self.bound.push(name.clone());
                self.expr(value);
            }
            ExprKind::Focus(base, name) | ExprKind::IndexBind(base, name) => {
                self.expr(base);
                self.bound.push(name.clone());
            }
            ExprKind::Call(callee, args) => {
                self.callee(callee);
                self.all(args);
            }
            ExprKind::Binary(BinaryOp::Apply, left, right) => {
                self.expr(left);
                self.callee(right);
            }
            ExprKind::Dot(left, right)
            | ExprKind::Filter(left, right)
            | ExprKind::Binary(_, left, right) => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::KeepArray(inner) | ExprKind::Negate(inner) => self.expr(inner),
            ExprKind::Group(base, pairs) => {
                self.expr(base);
                self.pairs(pairs);
            }
            ExprKind::Object(pairs) => self.pairs(pairs),
            ExprKind::Sort(base, terms) => {
                self.expr(base);
                self.all(terms);
            }
            ExprKind::Array(items) => self.all(items),
            ExprKind::Conditional(test, then, other) | ExprKind::Transform(test, then, other) => {
                self.expr(test);
                self.expr(then);
                other.iter().for_each(|other| self.expr(other));
            }
            _ => {}
        }
    }

    fn all(&mut self, items: &[Expr]) {
        items.iter().for_each(|item| self.expr(item));
    }

    fn pairs(&mut self, pairs: &[(Expr, Expr)]) {
        for (key, value) in pairs {
            self.expr(key);
            self.expr(value);
        }
    }

    fn scoped(&mut self, inside: impl FnOnce(&mut Self)) {
        let outer = self.bound.len();
        inside(self);
        self.bound.truncate(outer);
    }

    /// What is called: the name of a function is no read.
    fn callee(&mut self, callee: &Expr) {
        if !matches!(callee.kind, ExprKind::Variable(_)) {
            self.expr(callee);
        }
    }

    /// The variable and the names, where the expression is nothing but fields selected from a variable.
    fn chain(&self, expr: &Expr) -> Option<(String, Vec<String>)> {
        let mut names = Vec::new();
        let mut at = expr;
        loop {
            at = match &at.kind {
                ExprKind::Dot(base, step) => {
                    names.push(field(step)?);
                    base
                }
                ExprKind::Filter(base, _) | ExprKind::KeepArray(base) => base,
                ExprKind::Variable(name) if self.is_free(name) => {
                    names.reverse();
                    return Some((name.clone(), names));
                }
                _ => return None,
            }
        }
    }

    fn is_free(&self, name: &str) -> bool {
        !matches!(name, "" | "$")
            && !self.bound.iter().any(|b| b == name)
            && !FUNCTIONS.contains(&name)
    }

    /// The filters between the fields of a chain.
    fn selectors(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Dot(base, step) => {
                self.selectors(base);
                self.selectors(step);
            }
            ExprKind::KeepArray(base) => self.selectors(base),
            ExprKind::Filter(base, test) => {
                self.selectors(base);
                self.expr(test);
            }
            _ => {}
        }
    }
}

/// The name that a step selects, whatever filters it then. Filters bind tighter than the dot before the step.
fn field(mut step: &Expr) -> Option<String> {
    loop {
        step = match &step.kind {
            ExprKind::Field(name) | ExprKind::Text(name) => return Some(name.clone()),
            ExprKind::Filter(base, _) | ExprKind::KeepArray(base) => base,
            _ => return None,
        }
    }
}
