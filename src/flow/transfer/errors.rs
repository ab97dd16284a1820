//! Errors: what a state that fails tells, which catcher takes it, and what leaves the scope.

use super::*;
use crate::asl::{Condition, Node, ScopeId, Text};
use crate::expr::jsonata::{Expr, ExprKind};

/// Errors that nothing in the scope has caught, by the state in which they began.
pub type Thrown = std::collections::BTreeMap<usize, Value>;

impl Step<'_> {
    /// The ways that errors take: the state's own, and those that were thrown inside of it.
    pub fn fail(&self, thrown: &[&Thrown]) -> Vec<(StateId, Env)> {
        let catchers = self.state.catch.iter();
        catchers.filter_map(|c| self.caught(c, thrown)).collect()
    }

    /// What leaves the scope where this state fails: its own error, and what was thrown inside of it.
    pub fn thrown(&self, inner: &[&Thrown]) -> Thrown {
        let mut all = Thrown::new();
        if self.state.catch.iter().any(catches_all) {
            return all;
        }
        let own = match &self.state.kind {
            Kind::Fail => Some(self.failure()),
            Kind::Task(_) => Some(self.own_error()),
            _ => None,
        };
        // Of what nobody outside chooses, no more is told than that it is an error.
        if let Some(own) = own.filter(Value::is_tainted) {
            all.insert(self.state.id.0, own.anonymous());
        }
        if self.state.scope != ScopeId(0)
            && let Some(raised) = self.raised()
        {
            let error = match all.get(&self.state.id.0) {
                Some(own) => own.join(&raised),
                None => raised,
            };
            all.insert(self.state.id.0, error.anonymous());
        }
        for (state, error) in inner.iter().flat_map(|thrown| thrown.iter()) {
            all.insert(*state, error.clone());
        }
        all
    }

    /// Whether a Fail state computes what it tells.
    pub fn is_told_by_input(state: &State) -> bool {
        let fixed = |t: &Template| matches!(t.node, Node::Text(_) | Node::Null);
        !state.settings.iter().all(|(_, template)| fixed(template))
    }

    /// `Error` and `Cause` of a Fail state.
    fn failure(&self) -> Value {
        let input = self.input();
        let site = self.site(&input);
        let field = |name: &str| {
            let path = format!("{name}Path");
            let mut settings = self.state.settings.iter();
            let found = settings.find(|(key, _)| key == name || *key == path);
            let value = found.map_or(Value::Absent, |(_, template)| site.template(template));
            (name.to_owned(), value)
        };
        Value::object([field("Error"), field("Cause")])
    }

    /// The error of the state itself.
    fn own_error(&self) -> Value {
        let name = &self.state.name;
        let is_external = match &self.state.kind {
            Kind::Task(task) => sources::error_of_task(task) == ResultKind::External,
            _ => false,
        };
        let text = |field: &str| {
            let source = if is_external {
                Source::External
            } else {
                Source::TaskResult(name.clone())
            };
            let mut unknown = Unknown::of(source, format!("error of `{name}`.{field}"))
                .identified(root::error(self.state.id.0))
                .derived_by(field);
            if let (true, Kind::Task(task)) = (is_external, &self.state.kind) {
                unknown = unknown.through(&Arc::new(TraceStep {
                    state: name.clone(),
                    pointer: self.state.pointer.key("Resource"),
                    value: task.resource.display(),
                }));
            }
            (field.to_owned(), Value::Any(unknown))
        };
        Value::object([text("Error"), text("Cause")])
    }

    /// The error of an expression of the state that calls `$error`, or `$assert`, with a computed message: `Cause` quotes it
    /// (developer guide, "Transforming data with JSONata", States.QueryEvaluationError).
    fn raised(&self) -> Option<Value> {
        if !self.is_jsonata() || !raises(self.state) {
            return None;
        }
        let mut message = Unknown::default();
        let held = [&self.env.doc, &self.env.execution].into_iter();
        let held = held.chain(&self.env.item).map(|value| &**value);
        for value in held.chain(self.env.vars.values()) {
            message.add_origins(&value.collapsed().origins);
        }
        let error = Value::text("States.QueryEvaluationError");
        Some(Value::object([
            ("Error".to_owned(), error),
            ("Cause".to_owned(), Value::Any(message)),
        ]))
    }

    /// The way that an error takes.
    fn caught(&self, catcher: &Catcher, thrown: &[&Thrown]) -> Option<(StateId, Env)> {
        let next = catcher.next?;
        let raised = self.raised();
        let inner = thrown.iter().flat_map(|t| t.values()).chain(&raised);
        let error = inner
            .filter(|error| catches(catcher, error))
            .fold(self.own_error(), |all, error| all.join(error))
            .named_at(root::error(self.state.id.0), "");
        let input = self.input();
        let (output, assigned) = if self.is_jsonata() {
            let site = Site {
                error: Some(&error),
                ..self.site(&input)
            };
            let assigned = self.assigned(&catcher.assign, &site);
            (
                self.output(catcher.output.as_ref(), &site, || Arc::new(error.clone())),
                assigned,
            )
        } else {
            let assigned = self.assigned(&catcher.assign, &self.site(&error));
            (self.place(&catcher.result_path, error.clone()), assigned)
        };
        Some((next, self.env.with_doc(output).with_vars(assigned)))
    }
}

/// Names that stand for many errors.
const WIDE: [&str; 2] = ["States.ALL", "States.TaskFailed"];

fn catches_all(catcher: &Catcher) -> bool {
    let mut names = catcher.error_equals.iter();
    catcher.next.is_some() && names.any(|name| name.literal() == Some("States.ALL"))
}

/// Whether a catcher may take this error.
fn catches(catcher: &Catcher, error: &Value) -> bool {
    let patterns = error.field("Error").patterns();
    catcher.error_equals.iter().any(|name: &Text| {
        name.literal()
            .is_none_or(|name| WIDE.contains(&name) || patterns.iter().any(|p| p.matches(name)))
    })
}

/// Whether an expression of the state raises an error with a computed message.
fn raises(state: &State) -> bool {
    let mut open: Vec<&Template> = [&state.arguments, &state.output]
        .into_iter()
        .flatten()
        .collect();
    open.extend(state.assign.iter().map(|(_, template)| template));
    match &state.kind {
        Kind::Choice { rules, .. } => {
            for rule in rules {
                open.extend(&rule.output);
                open.extend(rule.assign.iter().map(|(_, template)| template));
                if let Condition::Jsonata(template) = &rule.condition {
                    open.push(template);
                }
            }
        }
        Kind::Map(map) => open.extend([&map.items, &map.item_selector].into_iter().flatten()),
        _ => {}
    }
    while let Some(template) = open.pop() {
        match &template.node {
            Node::Object(members) => open.extend(members.iter().map(|(_, member)| member)),
            Node::Array(items) => open.extend(items),
            Node::Jsonata(expr) if tells_computed(expr) => return true,
            _ => {}
        }
    }
    false
}

fn tells_computed(expr: &Expr) -> bool {
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        if let ExprKind::Call(callee, args) = &expr.kind
            && let ExprKind::Variable(name) = &callee.kind
        {
            let message = match name.as_str() {
                "error" => args.first(),
                "assert" => args.get(1),
                _ => None,
            };
            if message.is_some_and(|m| !matches!(m.kind, ExprKind::Text(_))) {
                return true;
            }
        }
        open.extend(expr.children());
    }
    false
}
