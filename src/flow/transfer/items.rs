//! The items of a Map and what each iteration is given.

use super::*;

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
}
