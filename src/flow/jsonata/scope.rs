//! Names in sight while an expression is read, and functions as values.

use std::rc::Rc;
use std::sync::Arc;

use crate::expr::jsonata::Expr;
use crate::flow::knowledge::Knowledge;
use crate::value::Value;

/// What a name stands for: a value or a function.
#[derive(Clone)]
pub enum Bound<'e> {
    /// A value.
    Value(Value),
    /// A function.
    Func(Rc<Func<'e>>),
}

/// A function.
pub enum Func<'e> {
    /// One of JSONata's own, by its name without `$`.
    Native(String),
    /// `function($a){ … }`, with the names in sight where it stands.
    Lambda {
        /// Its parameters.
        params: &'e [String],
        /// Its signature, where it has one.
        signature: Option<&'e str>,
        /// Its body.
        body: &'e Expr,
        /// `$` where it stands.
        here: Arc<Value>,
        /// Names in sight.
        scope: Scope<'e>,
    },
    /// `f(a, ?)`: the arguments given, `None` for those to come.
    Partial(Rc<Self>, Vec<Option<Bound<'e>>>),
    /// `f ~> g`
    Compose(Rc<Self>, Rc<Self>),
    /// `| pattern | update, delete |`
    Transform(Vec<&'e Expr>),
    /// `/pattern/flags`
    Regex {
        /// Between the slashes.
        pattern: &'e str,
        /// Of `i` and `m`.
        flags: &'e str,
    },
    /// One of these.
    Either(Vec<Rc<Self>>),
    /// A value that may be a function, of which only this is known.
    Opaque(Value),
}

/// A linked list of names, innermost first.
#[derive(Clone, Default)]
pub struct Scope<'e>(Option<Rc<Frame<'e>>>);

struct Frame<'e> {
    name: &'e str,
    bound: Bound<'e>,
    outer: Scope<'e>,
}

impl<'e> Scope<'e> {
    /// With one name more.
    #[must_use]
    pub fn bind(&self, name: &'e str, bound: Bound<'e>) -> Self {
        Self(Some(Rc::new(Frame {
            name,
            bound,
            outer: self.clone(),
        })))
    }

    /// What a name stands for.
    pub fn get(&self, name: &str) -> Option<&Bound<'e>> {
        let mut scope = self;
        while let Some(frame) = &scope.0 {
            if frame.name == name {
                return Some(&frame.bound);
            }
            scope = &frame.outer;
        }
        None
    }
}

impl Drop for Scope<'_> {
    /// A long chain of names is taken down without recursion.
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(frame) = next {
            match Rc::try_unwrap(frame) {
                Ok(mut frame) => next = frame.outer.0.take(),
                Err(_) => return,
            }
        }
    }
}

/// Where in an expression the machine stands.
#[derive(Clone)]
pub struct Cx<'e> {
    /// `$`
    pub here: Arc<Value>,
    /// Names in sight.
    pub scope: Scope<'e>,
    /// What is known.
    pub know: Arc<Knowledge>,
    /// What the path came through, for `%`.
    pub trail: Vec<Arc<Value>>,
    /// Nesting of calls and expressions.
    pub depth: usize,
}

impl Cx<'_> {
    /// At the top of an expression.
    pub fn top(know: Arc<Knowledge>) -> Self {
        Self {
            here: Arc::new(Value::Absent),
            scope: Scope::default(),
            know,
            trail: Vec::new(),
            depth: 0,
        }
    }

    /// The same with another `$`.
    #[must_use]
    pub fn at(&self, here: Value) -> Self {
        Self {
            here: Arc::new(here),
            ..self.clone()
        }
    }

    /// The same, knowing this.
    #[must_use]
    pub fn knowing(&self, know: Arc<Knowledge>) -> Self {
        Self {
            know,
            ..self.clone()
        }
    }
}
