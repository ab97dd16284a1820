//! What is known at one place of the workflow: the document, the variables, and what guards have taught.

use std::sync::Arc;

use super::knowledge::Knowledge;
use crate::value::{Fields, Identity, Value};

/// Deeper than this a document is told as one unknown.
const MAX_DEPTH: usize = 24;

/// The abstract state at the entry of a state.
#[derive(Clone, Debug)]
pub struct Env {
    /// The state's raw input.
    pub doc: Arc<Value>,
    /// The variables in sight.
    pub vars: Arc<Fields>,
    /// What guards have taught.
    pub know: Arc<Knowledge>,
    /// The input of the execution that runs the state: a Distributed Map's child has its own.
    pub execution: Arc<Value>,
    /// The item of the innermost map around it.
    pub item: Option<Arc<Value>>,
    /// Whether a Distributed Map started that execution, and so named it.
    pub child: bool,
    /// Whether the walk was given up: every value may come from every source.
    pub lost: bool,
}

impl Env {
    /// At `StartAt`, with this execution input.
    pub fn start(input: Value) -> Self {
        let input = Arc::new(input);
        Self {
            doc: input.clone(),
            vars: Arc::default(),
            know: Arc::default(),
            execution: input,
            item: None,
            child: false,
            lost: false,
        }
    }

    /// The same with another document.
    #[must_use]
    pub fn with_doc(&self, doc: impl Into<Arc<Value>>) -> Self {
        let doc: Arc<Value> = doc.into();
        let doc = if Arc::ptr_eq(&doc, &self.doc) {
            doc
        } else {
            match Arc::try_unwrap(doc) {
                Ok(owned) => Arc::new(owned.capped(MAX_DEPTH).bounded()),
                Err(shared) => shared,
            }
        };
        Self {
            doc,
            ..self.clone()
        }
    }

    /// The same with these variables set.
    #[must_use]
    pub fn with_vars(&self, assigned: Vec<(String, Value)>) -> Self {
        if assigned.is_empty() {
            return self.clone();
        }
        let mut vars = Fields::clone(&self.vars);
        let names: Vec<String> = assigned.iter().map(|(name, _)| name.clone()).collect();
        for (name, value) in assigned {
            vars.insert(name, value.capped(MAX_DEPTH).bounded());
        }
        let mut next = Self {
            vars: Arc::new(vars),
            ..self.clone()
        };
        // What was chosen by the old value of a variable is told by it no longer.
        next.forget(&|id| id.is_by_variable(&|name| names.iter().any(|set| set == name)));
        next
    }

    /// The same with this knowledge.
    #[must_use]
    pub fn knowing(&self, know: Knowledge) -> Self {
        Self {
            know: Arc::new(know),
            ..self.clone()
        }
    }

    /// The same, where every value without a name is named by the place to which it has come.
    #[must_use]
    pub fn named_at(mut self, root: usize) -> Self {
        let is_bare = |value: &Value| value.unknowns().iter().any(|u| u.identity.is_none());
        if is_bare(&self.doc) {
            self.doc = Arc::new(Value::clone(&self.doc).named_at(root, "$"));
        }
        if self.vars.values().any(is_bare) {
            self.vars = Arc::new(self.vars.edit(|name, value| {
                is_bare(value).then(|| value.clone().named_at(root, &format!("${name}")))
            }));
        }
        self
    }

    /// Forgets which values of the run came from these places, before a loop makes them anew.
    pub fn forget(&mut self, is_stale: &impl Fn(&Identity) -> bool) {
        let stale = |value: &Value| value.unknowns().iter().any(|u| u.speaks_of(is_stale));
        let know = self.know.clone();
        let settle = |value: &Value| {
            know.resolve(value).map_unknowns(&mut |unknown| {
                let mut settled = unknown.clone();
                if settled.speaks_of(is_stale) {
                    settled.tells = None;
                }
                settled.identity = settled.identity.filter(|id| !is_stale(id));
                settled
            })
        };
        if stale(&self.doc) {
            self.doc = Arc::new(settle(&self.doc));
        }
        if self.vars.values().any(stale) {
            self.vars = Arc::new(self.vars.edit(|_, v| stale(v).then(|| settle(v))));
        }
        if !self.know.is_empty() {
            let mut know = Knowledge::clone(&self.know);
            know.forget(is_stale);
            self.know = Arc::new(know);
        }
    }

    /// What holds at a place that two ways lead to; with `widen`, what still changes is given up so that loops end.
    /// `before` is what came here last and is joined in already.
    #[must_use]
    pub fn join(&self, other: &Self, before: Option<&Self>, widen: bool) -> Self {
        let mut mine = |v: &Value| self.know.unfold(v);
        let mut theirs = |v: &Value| other.know.unfold(v);
        // What the last one to come here knew, this place knows no better by now.
        let before = before.filter(|b| Arc::ptr_eq(&b.know, &other.know) && !widen);
        let mut join = |a: &Value, b: &Value, before: Option<&Value>| -> Value {
            let joined = match before {
                Some(before) => a.join_since(b, before, &mut mine, &mut theirs),
                None => a.join_with(b, &mut mine, &mut theirs),
            };
            if widen { a.widened(&joined) } else { joined }
        };
        let vars = if Arc::ptr_eq(&self.vars, &other.vars) {
            self.vars.clone()
        } else {
            let absent = &Value::Absent;
            let known = before.map(|b| &*b.vars);
            Arc::new(self.vars.zip_since(&other.vars, known, |_, a, b| {
                join(a.unwrap_or(absent), b.unwrap_or(absent), None)
            }))
        };
        let mut join = |a: &Arc<Value>, b: &Arc<Value>, before: Option<&Value>| {
            if Arc::ptr_eq(a, b) || a.same(b) {
                a.clone()
            } else {
                let known = [(self, a), (other, b)].map(|(env, doc)| {
                    let differs = !Arc::ptr_eq(&self.know, &other.know);
                    differs.then(|| env.know.with_known_fields(doc)).flatten()
                });
                let [mine, theirs] = &known;
                let before = before.filter(|_| known.iter().all(Option::is_none));
                Arc::new(join(
                    mine.as_ref().unwrap_or(a),
                    theirs.as_ref().unwrap_or(b),
                    before,
                ))
            }
        };
        let item = match (&self.item, &other.item) {
            (Some(a), Some(b)) => Some(join(a, b, None)),
            (one, other) => one.clone().or_else(|| other.clone()),
        };
        let know = if Arc::ptr_eq(&self.know, &other.know) {
            self.know.clone()
        } else {
            let joined = self.know.join(&other.know);
            Arc::new(if widen {
                self.know.widened(&joined)
            } else {
                joined
            })
        };
        Self {
            doc: join(&self.doc, &other.doc, before.map(|b| &*b.doc)),
            vars,
            know,
            execution: join(&self.execution, &other.execution, None),
            item,
            child: self.child && other.child,
            lost: self.lost || other.lost,
        }
    }

    /// Whether the two say the same.
    pub fn same(&self, other: &Self) -> bool {
        let same = |a: &Arc<Value>, b: &Arc<Value>| Arc::ptr_eq(a, b) || a.same(b);
        same(&self.doc, &other.doc)
            && same(&self.execution, &other.execution)
            && match (&self.item, &other.item) {
                (Some(a), Some(b)) => same(a, b),
                (None, None) => true,
                _ => false,
            }
            && (Arc::ptr_eq(&self.vars, &other.vars) || self.vars.same(&other.vars, Value::same))
            && (Arc::ptr_eq(&self.know, &other.know) || self.know.same(&other.know))
    }
}
