//! What one state makes of what is known on its entry (Amazon States Language, "Input and Output Processing").

mod errors;
pub use errors::Thrown;
mod items;

use std::sync::Arc;

use super::env::Env;
use super::guard;
use super::path;
use super::site::{Site, each_named, root};
use super::sources::{self, ResultKind};
use super::strings;
use crate::arn::Arn;
use crate::asl::{
    Catcher, ChoiceRule, Kind, Map, PathField, QueryLanguage, State, StateId, Task, Template,
};
use crate::value::{Source, TraceStep, Unknown, Value};

/// Where a state leads, with what is known there.
pub struct Successors {
    /// To other states of the same scope.
    pub to: Vec<(StateId, Env)>,
    /// Out of the scope, with this output.
    pub out: Option<(Value, Env)>,
}

/// One state at its entry.
#[derive(Clone, Copy)]
pub struct Step<'a> {
    /// The state.
    pub state: &'a State,
    /// What is known.
    pub env: &'a Env,
    /// The workflow's own ARN, where it is known.
    pub workflow: Option<&'a Arn>,
}

impl<'a> Step<'a> {
    fn is_jsonata(&self) -> bool {
        self.state.query_language == QueryLanguage::Jsonata
    }

    /// The place with `$` (or `$states.input`) standing for this.
    pub fn site(&self, input: &'a Value) -> Site<'a> {
        Site {
            state: self.state,
            env: self.env,
            input,
            result: None,
            error: None,
            workflow: self.workflow,
        }
    }

    fn select(&self, field: &PathField, value: Arc<Value>) -> Arc<Value> {
        Arc::new(match field {
            PathField::Default => return value,
            PathField::Null => Value::object([]),
            PathField::Path(path) => self.site(&value).raw_path(path),
            PathField::Unknown => Value::Any(value.collapsed().derived()),
        })
    }

    /// The state's input after `InputPath`.
    pub fn input(&self) -> Arc<Value> {
        if self.is_jsonata() {
            return self.env.doc.clone();
        }
        self.select(&self.state.input_path, self.env.doc.clone())
    }

    /// What is passed to the task, the branches or the Pass state's result: the arguments, or the whole input.
    pub fn arguments(&self) -> Value {
        let input = self.input();
        match &self.state.arguments {
            Some(template) => self.site(&input).template(template),
            None => self.env.know.resolve(&input),
        }
    }

    /// What the branches of a Parallel state begin with; what it computes for them has names that guards in them may speak of.
    pub fn branch_input(&self) -> Value {
        let input = self.arguments();
        match &self.state.arguments {
            Some(_) => self.stamped(input, "arguments"),
            None => input,
        }
    }

    /// A template evaluated against the state's input.
    pub fn against_input(&self, template: &Template) -> Value {
        self.site(&self.input()).template(template)
    }

    /// A template evaluated inside one iteration of a map, where `$$.Map.Item` is there.
    pub fn per_item(&self, template: &Template, item: &Value) -> Value {
        let env = Env {
            item: Some(Arc::new(item.clone())),
            ..self.env.clone()
        };
        Step { env: &env, ..*self }.against_input(template)
    }

    /// What a state does that holds no other states.
    pub fn simple(&self) -> Successors {
        match &self.state.kind {
            Kind::Task(task) => self.finish(&self.task_result(task)),
            Kind::Pass(result) => self.pass(result.as_ref()),
            Kind::Choice { rules, default } => self.choice(rules, *default),
            Kind::Wait | Kind::Succeed => self.through(),
            Kind::Fail => Successors {
                to: Vec::new(),
                out: None,
            },
            Kind::Unknown | Kind::Parallel(_) | Kind::Map(_) => {
                let all = Value::Any(self.env.doc.collapsed().derived());
                self.finish(&all)
            }
        }
    }

    fn task_result(&self, task: &Task) -> Value {
        let name = self.state.name.clone();
        let source = match sources::of_task(task) {
            ResultKind::External => Source::External,
            ResultKind::Ordinary => Source::TaskResult(name.clone()),
        };
        let mut unknown = Unknown::of(source, format!("result of `{name}`"))
            .identified(root::result(self.state.id.0));
        if unknown.is_tainted() {
            unknown = unknown.through(&Arc::new(TraceStep {
                state: name,
                pointer: self.state.pointer.key("Resource"),
                value: task.resource.display(),
            }));
        }
        Value::Any(unknown)
    }

    fn pass(&self, result: Option<&Template>) -> Successors {
        if self.is_jsonata() {
            return self.through();
        }
        let value = match result {
            Some(template) => self.against_input(template),
            None => match &self.state.arguments {
                Some(_) => self.arguments(),
                None => Value::clone(&self.input()),
            },
        };
        self.finish(&self.stamped(value, "result"))
    }

    /// Wait, Succeed, and Pass in JSONata: the input goes on.
    fn through(&self) -> Successors {
        let input = self.input();
        let site = self.site(&input);
        let assigned = self.assigned(&self.state.assign, &site);
        let output = if self.is_jsonata() {
            self.output(self.state.output.as_ref(), &site, || input.clone())
        } else {
            self.select(&self.state.output_path, input.clone())
        };
        self.onward(self.state.next, output, assigned)
    }

    /// A state with a result, once that is known; where it fails, what was known on its entry is all that is known.
    pub fn finish(&self, result: &Value) -> Successors {
        let mut ways = self.succeed(result);
        ways.to.extend(self.fail(&[]));
        ways
    }

    /// The way of a state that ends well.
    pub fn succeed(&self, result: &Value) -> Successors {
        let input = self.input();
        if self.is_jsonata() {
            let site = Site {
                result: Some(result),
                ..self.site(&input)
            };
            let assigned = self.assigned(&self.state.assign, &site);
            let output = self.output(self.state.output.as_ref(), &site, || {
                Arc::new(result.clone())
            });
            self.onward(self.state.next, output, assigned)
        } else {
            let selected = match &self.state.result_selector {
                Some(template) => self.stamped(self.site(result).template(template), "selected"),
                None => result.clone(),
            };
            let assigned = self.assigned(&self.state.assign, &self.site(&selected));
            let placed = self.place(&self.state.result_path, selected);
            let output = self.select(&self.state.output_path, placed);
            self.onward(self.state.next, output, assigned)
        }
    }

    fn place(&self, field: &PathField, result: Value) -> Arc<Value> {
        Arc::new(match field {
            PathField::Default => result,
            PathField::Null => return self.env.doc.clone(),
            PathField::Path(at) => path::write(Value::clone(&self.env.doc), &at.steps, result),
            PathField::Unknown => {
                let mut all = self.env.doc.collapsed();
                all.add_origins(&result.collapsed().origins);
                Value::Any(all.derived())
            }
        })
    }

    fn choice(&self, rules: &[ChoiceRule], default: Option<StateId>) -> Successors {
        let input = self.input();
        let mut env = self.env.clone();
        let mut to = Vec::new();
        for rule in rules {
            let site = Site {
                env: &env,
                ..self.site(&input)
            };
            let (yes, no) = guard::decide(&site, rule);
            if let Some(next) = rule.next {
                let known = env.knowing(yes);
                let here = Step {
                    env: &known,
                    ..*self
                };
                let site = here.site(&input);
                let assigned = here.assigned(&rule.assign, &site);
                let output = if self.is_jsonata() {
                    here.output(rule.output.as_ref(), &site, || input.clone())
                } else {
                    here.select(&self.state.output_path, input.clone())
                };
                to.push((next, known.with_doc(output).with_vars(assigned)));
            }
            env = env.knowing(no);
        }
        if let Some(next) = default {
            let here = Step { env: &env, ..*self };
            let site = here.site(&input);
            let assigned = here.assigned(&self.state.assign, &site);
            let output = if self.is_jsonata() {
                here.output(self.state.output.as_ref(), &site, || input.clone())
            } else {
                here.select(&self.state.output_path, input.clone())
            };
            to.push((next, env.with_doc(output).with_vars(assigned)));
        }
        Successors { to, out: None }
    }

    fn output(
        &self,
        template: Option<&Template>,
        site: &Site<'_>,
        default: impl FnOnce() -> Arc<Value>,
    ) -> Arc<Value> {
        match template {
            Some(template) => Arc::new(self.stamped(site.template(template), "output")),
            None => default(),
        }
    }

    fn assigned(&self, assign: &[(String, Template)], site: &Site<'_>) -> Vec<(String, Value)> {
        let values = assign.iter().map(|(name, template)| {
            let value = self.stamped(site.template(template), &format!("assign.{name}"));
            (name, value)
        });
        let named = each_named(values);
        named
            .iter()
            .map(|(k, v)| (k.to_owned(), v.clone()))
            .collect()
    }

    fn onward(
        &self,
        next: Option<StateId>,
        output: Arc<Value>,
        assigned: Vec<(String, Value)>,
    ) -> Successors {
        match next {
            Some(next) => Successors {
                to: vec![(next, self.env.with_doc(output).with_vars(assigned))],
                out: None,
            },
            None => Successors {
                to: Vec::new(),
                out: Some((Value::clone(&output), self.env.clone())),
            },
        }
    }

    /// Gives what this state computed a name of its own, so that a later guard on it is remembered.
    fn stamped(&self, value: Value, place: &str) -> Value {
        value
            .off_variables()
            .named_at(root::computed(self.state.id.0), place)
    }
}
