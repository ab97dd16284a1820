//! A definition as JSON again: everything that the tree holds, in canonical form.
//!
//! What the tree does not hold is not printed: comments, transitions to states that do not exist, what was unreadable.
//! Printing what was printed and read again gives the same document.

use serde_json::{Map as Members, Value, json};

use super::{
    Catcher, ChoiceRule, Condition, Definition, Kind, Map, Node, Operand, PathField, QueryLanguage,
    Retrier, ScopeId, State, StateId, Template, Transformation,
};

/// The definition as a JSON document.
pub fn print(definition: &Definition) -> Value {
    let printer = Printer { definition };
    let mut out = Members::new();
    if printer.machine() == QueryLanguage::Jsonata {
        out.insert("QueryLanguage".to_owned(), json!("JSONata"));
    }
    if let Some(timeout) = &definition.timeout {
        put(&mut out, "TimeoutSeconds", timeout);
    }
    printer.scope(ScopeId(0), &mut out);
    Value::Object(out)
}

struct Printer<'a> {
    definition: &'a Definition,
}

impl Printer<'_> {
    fn machine(&self) -> QueryLanguage {
        let top = self.definition.scopes.first();
        top.map(|s| s.query_language).unwrap_or_default()
    }

    fn name(&self, id: Option<StateId>) -> Option<Value> {
        Some(json!(self.definition.state(id?)?.name))
    }

    fn scope(&self, id: ScopeId, out: &mut Members<String, Value>) {
        let Some(scope) = self.definition.scope(id) else {
            return;
        };
        if let Some(start) = self.name(scope.start) {
            out.insert("StartAt".to_owned(), start);
        }
        let states = scope
            .states
            .iter()
            .filter_map(|id| self.definition.state(*id))
            .map(|state| (state.name.clone(), self.state(state)));
        out.insert("States".to_owned(), Value::Object(states.collect()));
    }

    fn state(&self, state: &State) -> Value {
        let mut out = Members::new();
        if let Some(word) = type_word(&state.kind) {
            out.insert("Type".to_owned(), json!(word));
        }
        match (state.query_language, self.machine()) {
            (QueryLanguage::Jsonata, QueryLanguage::JsonPath) => {
                out.insert("QueryLanguage".to_owned(), json!("JSONata"));
            }
            (QueryLanguage::JsonPath, QueryLanguage::Jsonata) => {
                out.insert("QueryLanguage".to_owned(), json!("JSONPath"));
            }
            _ => {}
        }
        put_path(&mut out, "InputPath", &state.input_path);
        self.kind(state, &mut out);
        put_some(
            &mut out,
            arguments(state.arguments_language),
            state.arguments.as_ref(),
        );
        put_some(&mut out, "ResultSelector", state.result_selector.as_ref());
        put_path(&mut out, "ResultPath", &state.result_path);
        put_path(&mut out, "OutputPath", &state.output_path);
        put_some(&mut out, "Output", state.output.as_ref());
        put_assign(&mut out, &state.assign);
        for (name, template) in &state.settings {
            if !of_part(name) {
                put(&mut out, name, template);
            }
        }
        let retry: Vec<Value> = state.retry.iter().map(retrier).collect();
        let catch: Vec<Value> = state.catch.iter().map(|c| self.catcher(c)).collect();
        put_list(&mut out, "Retry", retry);
        put_list(&mut out, "Catch", catch);
        match (self.name(state.next), &state.kind) {
            (Some(next), _) => {
                out.insert("Next".to_owned(), next);
            }
            (None, Kind::Choice { .. } | Kind::Succeed | Kind::Fail | Kind::Unknown) => {}
            (None, _) => {
                out.insert("End".to_owned(), json!(true));
            }
        }
        Value::Object(out)
    }

    fn kind(&self, state: &State, out: &mut Members<String, Value>) {
        match &state.kind {
            Kind::Task(task) => {
                out.insert("Resource".to_owned(), json!(task.resource.display()));
                if let Some(credentials) = &task.credentials {
                    let mut inner = Members::new();
                    put(&mut inner, "RoleArn", credentials);
                    out.insert("Credentials".to_owned(), Value::Object(inner));
                }
            }
            Kind::Pass(result) => put_some(out, "Result", result.as_ref()),
            Kind::Choice { rules, default } => {
                let rules: Vec<Value> = rules.iter().map(|r| self.rule(r)).collect();
                out.insert("Choices".to_owned(), Value::Array(rules));
                if let Some(default) = self.name(*default) {
                    out.insert("Default".to_owned(), default);
                }
            }
            Kind::Parallel(branches) => {
                let branches = branches.iter().map(|id| {
                    let mut branch = Members::new();
                    self.scope(*id, &mut branch);
                    Value::Object(branch)
                });
                out.insert("Branches".to_owned(), Value::Array(branches.collect()));
            }
            Kind::Map(map) => self.map(state, map, out),
            Kind::Wait | Kind::Succeed | Kind::Fail | Kind::Unknown => {}
        }
    }

    fn map(&self, state: &State, map: &Map, out: &mut Members<String, Value>) {
        let mut processor = Members::new();
        let mode = if map.distributed {
            "DISTRIBUTED"
        } else {
            "INLINE"
        };
        let mut config = Members::from_iter([("Mode".to_owned(), json!(mode))]);
        if map.distributed {
            let kind = if map.express_children {
                "EXPRESS"
            } else {
                "STANDARD"
            };
            config.insert("ExecutionType".to_owned(), json!(kind));
        }
        processor.insert("ProcessorConfig".to_owned(), Value::Object(config));
        self.scope(map.processor, &mut processor);
        out.insert("ItemProcessor".to_owned(), Value::Object(processor));
        if let Some(label) = &map.label {
            out.insert("Label".to_owned(), json!(label));
        }
        put_path(out, "ItemsPath", &map.items_path);
        put_some(out, "Items", map.items.as_ref());
        put_some(out, "ItemSelector", map.item_selector.as_ref());
        let field = arguments(state.query_language);
        if let Some(reader) = &map.item_reader {
            let mut inner = Members::new();
            inner.insert("Resource".to_owned(), json!(reader.resource.display()));
            put_some(&mut inner, field, reader.arguments.as_ref());
            let mut config = Members::new();
            if let Some(kind) = &reader.input_type {
                config.insert("InputType".to_owned(), json!(kind));
            }
            if reader.flattens {
                config.insert("Transformation".to_owned(), json!("LOAD_AND_FLATTEN"));
            }
            put_part(&mut config, state, READER);
            inner.insert("ReaderConfig".to_owned(), Value::Object(config));
            out.insert("ItemReader".to_owned(), Value::Object(inner));
        }
        if let Some(batch) = &map.item_batcher {
            let mut inner = Members::new();
            put_part(&mut inner, state, BATCHER);
            put_some(&mut inner, "BatchInput", batch.as_ref());
            out.insert("ItemBatcher".to_owned(), Value::Object(inner));
        }
        if let Some(writer) = &map.result_writer {
            let mut inner = Members::new();
            if let Some(resource) = &writer.resource {
                inner.insert("Resource".to_owned(), json!(resource.display()));
            }
            put_some(&mut inner, field, writer.arguments.as_ref());
            let transformation = match writer.transformation {
                Transformation::None => Some("NONE"),
                Transformation::Compact => None,
                Transformation::Unknown => Some("${Transformation}"),
                Transformation::Flatten => Some("FLATTEN"),
            };
            if let Some(name) = transformation {
                inner.insert("WriterConfig".to_owned(), json!({"Transformation": name}));
            }
            out.insert("ResultWriter".to_owned(), Value::Object(inner));
        }
    }

    fn rule(&self, rule: &ChoiceRule) -> Value {
        let mut out = match &rule.condition {
            Condition::Jsonata(template) => {
                Members::from_iter([("Condition".to_owned(), value(&template.node))])
            }
            other => condition(other),
        };
        put_assign(&mut out, &rule.assign);
        put_some(&mut out, "Output", rule.output.as_ref());
        if let Some(next) = self.name(rule.next) {
            out.insert("Next".to_owned(), next);
        }
        Value::Object(out)
    }

    fn catcher(&self, catcher: &Catcher) -> Value {
        let mut out = Members::new();
        let errors = catcher.error_equals.iter().map(|e| json!(e.display()));
        out.insert("ErrorEquals".to_owned(), errors.collect());
        put_path(&mut out, "ResultPath", &catcher.result_path);
        put_assign(&mut out, &catcher.assign);
        put_some(&mut out, "Output", catcher.output.as_ref());
        if let Some(next) = self.name(catcher.next) {
            out.insert("Next".to_owned(), next);
        }
        Value::Object(out)
    }
}

const READER: &str = "MaxItems";
const BATCHER: &str = "PerBatch";

/// Whether a setting stands in a part of the state and not in the state itself.
fn of_part(name: &str) -> bool {
    name.contains(BATCHER) || name.starts_with(READER)
}

fn put_part(out: &mut Members<String, Value>, state: &State, part: &str) {
    for (name, template) in &state.settings {
        let batch = name.contains(BATCHER);
        if of_part(name) && batch == (part == BATCHER) {
            put(out, name, template);
        }
    }
}

const fn type_word(kind: &Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Task(_) => "Task",
        Kind::Pass(_) => "Pass",
        Kind::Choice { .. } => "Choice",
        Kind::Wait => "Wait",
        Kind::Succeed => "Succeed",
        Kind::Fail => "Fail",
        Kind::Parallel(_) => "Parallel",
        Kind::Map(_) => "Map",
        Kind::Unknown => return None,
    })
}

const fn arguments(language: QueryLanguage) -> &'static str {
    match language {
        QueryLanguage::JsonPath => "Parameters",
        QueryLanguage::Jsonata => "Arguments",
    }
}

fn retrier(retrier: &Retrier) -> Value {
    let mut out = Members::new();
    let errors = retrier.error_equals.iter().map(|e| json!(e.display()));
    out.insert("ErrorEquals".to_owned(), errors.collect());
    for (name, template) in &retrier.settings {
        put(&mut out, name, template);
    }
    Value::Object(out)
}

fn condition(condition: &Condition) -> Members<String, Value> {
    let nested = |items: &[Condition]| {
        let items = items.iter().map(|c| Value::Object(self::condition(c)));
        Value::Array(items.collect())
    };
    let mut out = Members::new();
    match condition {
        Condition::And(items) => {
            out.insert("And".to_owned(), nested(items));
        }
        Condition::Or(items) => {
            out.insert("Or".to_owned(), nested(items));
        }
        Condition::Not(item) => {
            out.insert("Not".to_owned(), Value::Object(self::condition(item)));
        }
        Condition::Compare {
            variable,
            operator,
            operand,
        } => {
            out.insert("Variable".to_owned(), json!(variable.text));
            let operand = match operand {
                Operand::Literal(template) => value(&template.node),
                Operand::Path(path) => json!(path.text),
            };
            out.insert(operator.clone(), operand);
        }
        Condition::Jsonata(_) | Condition::Unknown => {}
    }
    out
}

fn put_path(out: &mut Members<String, Value>, name: &str, field: &PathField) {
    let value = match field {
        PathField::Default | PathField::Unknown => return,
        PathField::Null => Value::Null,
        PathField::Path(path) => json!(path.text),
    };
    out.insert(name.to_owned(), value);
}

fn put_list(out: &mut Members<String, Value>, name: &str, items: Vec<Value>) {
    if !items.is_empty() {
        out.insert(name.to_owned(), Value::Array(items));
    }
}

fn put_assign(out: &mut Members<String, Value>, assign: &[(String, Template)]) {
    if !assign.is_empty() {
        out.insert("Assign".to_owned(), members(assign));
    }
}

fn put_some(out: &mut Members<String, Value>, name: &str, template: Option<&Template>) {
    if let Some(template) = template {
        out.insert(name.to_owned(), value(&template.node));
    }
}

/// Puts a field whose name tells whether it is a path.
fn put(out: &mut Members<String, Value>, name: &str, template: &Template) {
    let dynamic = matches!(template.node, Node::Path(_) | Node::Intrinsic(_));
    let name = if dynamic && !name.ends_with("Path") {
        format!("{name}.$")
    } else {
        name.to_owned()
    };
    out.insert(name, value(&template.node));
}

fn members(members: &[(String, Template)]) -> Value {
    let mut out = Members::new();
    for (name, template) in members {
        let dynamic = matches!(template.node, Node::Path(_) | Node::Intrinsic(_));
        let name = if dynamic {
            format!("{name}.$")
        } else {
            name.clone()
        };
        out.insert(name, value(&template.node));
    }
    Value::Object(out)
}

fn value(node: &Node) -> Value {
    match node {
        Node::Null | Node::Broken => Value::Null,
        Node::Bool(value) => json!(value),
        Node::Number(number) => Value::Number(number.clone()),
        Node::Text(text) => json!(text.display()),
        Node::Path(path) => json!(path.text),
        Node::Intrinsic(call) => json!(call.text),
        Node::Jsonata(expr) => json!(format!("{{% {expr} %}}")),
        Node::Array(items) => Value::Array(items.iter().map(|t| value(&t.node)).collect()),
        Node::Object(object) => members(object),
    }
}
