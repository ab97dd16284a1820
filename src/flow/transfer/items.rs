//! The items of a Map and what each iteration is given.

use super::*;
use crate::asl::Transformation;

impl Step<'_> {
    /// The items of a map, and what one of them is.
    pub fn item(&self, map: &Map) -> Value {
        let fresh = root::item(self.state.id.0);
        if let Some(reader) = &map.item_reader {
            let name = self.state.name.clone();
            let source = if sources::reads_content(reader) {
                Source::External
            } else {
                Source::TaskResult(name.clone())
            };
            let unknown = Unknown::of(source, format!("item read by `{name}`")).through(&Arc::new(
                TraceStep {
                    state: name,
                    pointer: reader.pointer.clone(),
                    value: reader.resource.display(),
                },
            ));
            return Value::Any(unknown).named_at(fresh, "item");
        }
        let items = if let Some(template) = &map.items {
            self.against_input(template)
        } else {
            let input = self.input();
            match &map.items_path {
                PathField::Default => Value::clone(&input),
                PathField::Path(path) => self.site(&input).path(path),
                other => Value::clone(&self.select(other, input)),
            }
        };
        let entry = |value: &Value| match value {
            Value::Object { .. } => Value::object([
                ("Key".to_owned(), value.key()),
                ("Value".to_owned(), value.children()),
            ]),
            _ => Value::NEVER,
        };
        let one = items
            .each_alternative(Value::elements)
            .join(&items.each_alternative(entry));
        one.anonymous().named_at(fresh, "item")
    }

    /// What one iteration starts with.
    pub fn iteration(&self, map: &Map, item: &Value) -> Value {
        let fresh = root::item(self.state.id.0);
        let one = match &map.item_selector {
            Some(template) => self.per_item(template, item).named_at(fresh, "selected"),
            None => item.clone(),
        };
        match &map.item_batcher {
            None => one,
            Some(batch_input) => {
                let items = match &one {
                    // A list of which nothing is known is told by its places.
                    Value::Any(item) if item.allowed.is_none() => {
                        Value::Any(item.list()).named_at(fresh, "items")
                    }
                    one => Value::Each(Box::new(one.anonymous())),
                };
                let mut batch = vec![("Items".to_owned(), items)];
                if let Some(template) = batch_input {
                    let value = self.against_input(template);
                    batch.push(("BatchInput".to_owned(), value.named_at(fresh, "batch")));
                }
                Value::object(batch)
            }
        }
    }
    /// What a map ends with, where each iteration ends with this, or none comes to an end.
    pub fn map_result(&self, map: &Map, output: Option<&Value>) -> Value {
        let writer = map.result_writer.as_ref();
        if writer.is_some_and(|w| w.resource.is_some()) {
            let name = self.state.name.clone();
            let unknown = Unknown::of(
                Source::TaskResult(name.clone()),
                format!("result of `{name}`"),
            );
            return Value::Any(unknown.identified(root::result(self.state.id.0)));
        }
        let output = output.map_or(Value::NEVER, Value::anonymous);
        if output.is_never() {
            return Value::Array(Vec::new());
        }
        let one = match writer.map(|w| w.transformation) {
            None | Some(Transformation::Compact) => output,
            Some(Transformation::Flatten) => spliced(&output),
            Some(Transformation::None) => self.execution_told(map, &output),
            Some(Transformation::Unknown) => spliced(&output)
                .join(&output)
                .join(&self.execution_told(map, &output)),
        };
        Value::Each(Box::new(one))
    }

    /// A child execution with its metadata: its input and output as JSON texts (developer guide, "ResultWriter (Map)").
    fn execution_told(&self, map: &Map, output: &Value) -> Value {
        let input = self.iteration(map, &self.item(map));
        let field = |name: &str, value: &Value| (name.to_owned(), strings::json_text(value));
        let told = [field("Input", &input), field("Output", output)];
        let rest = Unknown::of(Source::Generated, "a child execution");
        Value::object(told).with_rest(Value::Any(rest)).anonymous()
    }
}

/// Any one of the outputs where those that are arrays are told by their elements.
fn spliced(output: &Value) -> Value {
    output.each_alternative(|one| match one {
        Value::Array(_) | Value::Each(_) => one.elements().anonymous(),
        Value::Any(unknown) => {
            Value::Any(unknown.clone()).join(&Value::Any(unknown.some_part("[*]")))
        }
        one => one.clone(),
    })
}
