//! Map states: inline, distributed, and legacy `Iterator`.

use serde_json::Value;

use super::parser::{Object, Parser};
use super::template::Mode;
use super::{
    ItemReader, Kind, Map, Node, PathField, QueryLanguage, ResultWriter, Scope, ScopeId, State,
    StateId, Template, Transformation,
};

/// A label may have this many characters (developer guide, "Using Map state in Distributed mode").
const MAX_LABEL: usize = 40;

impl Parser {
    pub(super) fn map(&mut self, object: &Object<'_>, state: &mut State) -> Kind {
        let language = state.query_language;
        let mode = Mode::of(language);
        let processor = self.processor(object, state.id);
        let selector = self.template_field(object, "ItemSelector", mode);
        let legacy = state.arguments.take();
        if let (Some(_), Some(legacy)) = (&selector, &legacy) {
            let message =
                "`Parameters` is the older name of `ItemSelector`; they exclude each other";
            self.problem(&legacy.pointer, message);
        }
        let (items_path, items) = match language {
            QueryLanguage::JsonPath => (self.path_field(object, "ItemsPath"), None),
            QueryLanguage::Jsonata => (PathField::Default, self.items(object)),
        };
        Kind::Map(Box::new(Map {
            processor: processor.scope,
            distributed: processor.distributed,
            express_children: processor.express,
            label: self.label(object),
            items_path,
            items,
            item_selector: selector.or(legacy),
            item_reader: self.item_reader(object, state),
            item_batcher: self.item_batcher(object, state),
            result_writer: self.result_writer(object, mode),
        }))
    }

    /// `Items`: an array, an object or an expression (developer guide, "Map state fields", `Items`).
    fn items(&mut self, object: &Object<'_>) -> Option<Template> {
        let items = self.template_field(object, "Items", Mode::Jsonata)?;
        let is_none = match &items.node {
            Node::Text(text) => !text.is_unresolved(),
            Node::Number(_) | Node::Bool(_) | Node::Null => true,
            _ => false,
        };
        if is_none {
            self.expected(
                &items.pointer,
                "an array, an object or a JSONata expression",
            );
        }
        Some(items)
    }

    /// `ItemProcessor`, or legacy `Iterator`.
    fn processor(&mut self, object: &Object<'_>, id: StateId) -> Processor {
        let name = match (object.has("ItemProcessor"), object.has("Iterator")) {
            (true, true) => {
                let message =
                    "`Iterator` is the older name of `ItemProcessor`; they exclude each other";
                self.problem(&object.at("Iterator"), message);
                "ItemProcessor"
            }
            (false, true) => "Iterator",
            _ => "ItemProcessor",
        };
        let pointer = object.at(name);
        let members = match object.get(name) {
            Some(Value::Object(members)) => members,
            Some(_) => {
                self.expected(&pointer, "an object with `StartAt` and `States`");
                return self.no_processor(object, id);
            }
            None => {
                self.problem(object.pointer, "`ItemProcessor` is missing");
                return self.no_processor(object, id);
            }
        };
        let inner = Object {
            members,
            pointer: &pointer,
        };
        if inner.has("QueryLanguage") {
            let message = "only the workflow and its states have a `QueryLanguage`";
            self.problem(&inner.at("QueryLanguage"), message);
        }
        self.check_members(
            &inner,
            &[
                "Comment",
                "StartAt",
                "States",
                "ProcessorConfig",
                "QueryLanguage",
            ],
        );
        let (distributed, express) = self.processor_config(&inner);
        let language = self.machine_language();
        Processor {
            scope: self.scope(&inner, Some(id), language),
            distributed,
            express,
        }
    }

    /// An empty scope stands for a processor that is not there.
    fn no_processor(&mut self, object: &Object<'_>, id: StateId) -> Processor {
        let scope = ScopeId(self.definition.scopes.len());
        self.definition.scopes.push(Scope {
            pointer: object.pointer.clone(),
            parent: Some(id),
            query_language: self.machine_language(),
            ..Scope::default()
        });
        Processor {
            scope,
            distributed: false,
            express: false,
        }
    }

    /// Whether the mode is DISTRIBUTED, and whether the children are EXPRESS.
    fn processor_config(&mut self, processor: &Object<'_>) -> (bool, bool) {
        let Some(value) = processor.get("ProcessorConfig") else {
            return (false, false);
        };
        let pointer = processor.at("ProcessorConfig");
        let Some(members) = value.as_object() else {
            self.expected(&pointer, "an object");
            return (false, false);
        };
        let config = Object {
            members,
            pointer: &pointer,
        };
        let mode = config
            .get("Mode")
            .and_then(|value| self.one_of(value, &config.at("Mode"), &["INLINE", "DISTRIBUTED"]));
        let kind = config.get("ExecutionType").and_then(|value| {
            self.one_of(value, &config.at("ExecutionType"), &["STANDARD", "EXPRESS"])
        });
        let distributed = mode.as_deref() == Some("DISTRIBUTED");
        if distributed && config.get("ExecutionType").is_none() {
            self.problem(
                &pointer,
                "a distributed map says in `ExecutionType` whether its children are STANDARD or EXPRESS",
            );
        }
        (distributed, kind.as_deref() == Some("EXPRESS"))
    }

    fn label(&mut self, object: &Object<'_>) -> Option<String> {
        let pointer = object.at("Label");
        let text = self.text(object.get("Label")?, &pointer)?;
        if let Some(label) = text.literal() {
            if label.chars().count() > MAX_LABEL {
                self.problem(
                    &pointer,
                    format!("a label has at most {MAX_LABEL} characters"),
                );
            }
            if label.is_empty() || label.chars().any(is_refused) {
                let message = "a label is not empty and holds no blanks, control characters, wildcards, brackets or any of `:;,\\|^~$#%&`\"`";
                self.problem(&pointer, message);
            }
            if self
                .labels
                .insert(label.to_owned(), pointer.clone())
                .is_some()
            {
                self.problem(&pointer, "another map has this label");
            }
        }
        Some(text.display())
    }

    /// An object field and its place; a problem where it is something else.
    fn part<'a>(&mut self, object: &Object<'a>, name: &str) -> Option<&'a Value> {
        let value = object.get(name)?;
        if value.is_object() {
            return Some(value);
        }
        self.expected(&object.at(name), "an object");
        None
    }

    /// `Arguments` in JSONata, `Parameters` in JSONPath.
    fn arguments(&mut self, object: &Object<'_>, mode: Mode) -> Option<Template> {
        let (name, other) = match mode {
            Mode::Jsonata => ("Arguments", "Parameters"),
            _ => ("Parameters", "Arguments"),
        };
        if object.has(other) {
            self.problem(
                &object.at(other),
                format!("in this query language the field is `{name}`"),
            );
        }
        self.template_field(object, name, mode)
    }

    fn item_reader(&mut self, object: &Object<'_>, state: &mut State) -> Option<ItemReader> {
        let members = self.part(object, "ItemReader")?.as_object()?;
        let pointer = object.at("ItemReader");
        let reader = Object {
            members,
            pointer: &pointer,
        };
        let resource = match reader.get("Resource") {
            Some(value) => self.resource(value, &reader.at("Resource")),
            None => {
                self.problem(&pointer, "`Resource` is missing");
                super::Text::default()
            }
        };
        let arguments = self.arguments(&reader, Mode::of(state.query_language));
        let mut input_type = None;
        let mut flattens = false;
        if let Some(members) = self
            .part(&reader, "ReaderConfig")
            .and_then(Value::as_object)
        {
            let place = reader.at("ReaderConfig");
            let config = Object {
                members,
                pointer: &place,
            };
            input_type = config
                .get("InputType")
                .and_then(|v| self.text(v, &config.at("InputType")))
                .and_then(|t| t.literal().map(str::to_owned));
            flattens =
                config.get("Transformation").and_then(Value::as_str) == Some("LOAD_AND_FLATTEN");
            let read = self.settings(&config, &["MaxItems", "MaxItemsPath"], state.query_language);
            state.settings.extend(read);
        }
        Some(ItemReader {
            pointer,
            resource,
            arguments,
            input_type,
            flattens,
        })
    }

    fn item_batcher(&mut self, object: &Object<'_>, state: &mut State) -> Option<Option<Template>> {
        let members = self.part(object, "ItemBatcher")?.as_object()?;
        let pointer = object.at("ItemBatcher");
        let batcher = Object {
            members,
            pointer: &pointer,
        };
        let limits = [
            "MaxItemsPerBatch",
            "MaxItemsPerBatchPath",
            "MaxInputBytesPerBatch",
            "MaxInputBytesPerBatchPath",
        ];
        let read = self.settings(&batcher, &limits, state.query_language);
        state.settings.extend(read);
        Some(self.template_field(&batcher, "BatchInput", Mode::of(state.query_language)))
    }

    fn result_writer(&mut self, object: &Object<'_>, mode: Mode) -> Option<ResultWriter> {
        let members = self.part(object, "ResultWriter")?.as_object()?;
        let pointer = object.at("ResultWriter");
        let writer = Object {
            members,
            pointer: &pointer,
        };
        let resource = writer
            .get("Resource")
            .map(|value| self.resource(value, &writer.at("Resource")));
        let arguments = self.arguments(&writer, mode);
        let config = writer.get("WriterConfig").and_then(Value::as_object);
        let transformation = match config.and_then(|c| c.get("Transformation")) {
            None => Transformation::Compact,
            Some(written) => match written.as_str() {
                Some("NONE") => Transformation::None,
                Some("COMPACT") => Transformation::Compact,
                Some("FLATTEN") => Transformation::Flatten,
                _ => Transformation::Unknown,
            },
        };
        Some(ResultWriter {
            pointer,
            resource,
            arguments,
            transformation,
        })
    }
}

/// What a label may not hold (developer guide, "Using Map state in Distributed mode", `Label`).
fn is_refused(c: char) -> bool {
    c.is_whitespace() || c.is_control() || "?*<>{}[]:;,\\|^~$#%&`\"".contains(c)
}

/// What `ItemProcessor` tells.
struct Processor {
    scope: ScopeId,
    distributed: bool,
    express: bool,
}
