//! Choice states: rules, boolean expressions and the 39 comparison operators.

use serde_json::Value;

use super::parser::{Object, Parser};
use super::settings::is_moment;
use super::template::Mode;
use super::ways::{Jump, Slot};
use super::{ChoiceRule, Condition, Kind, Node, Operand, QueryLanguage, StateId, Template};
use crate::loc::Pointer;

/// What an operator compares with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    Text,
    Number,
    Moment,
    Bool,
    Path,
}

/// The operator's operand, where the language has that operator (Amazon States Language, "Data-test expression").
fn operator(name: &str) -> Option<Takes> {
    if matches!(
        name,
        "IsNull" | "IsPresent" | "IsNumeric" | "IsString" | "IsBoolean" | "IsTimestamp"
    ) {
        return Some(Takes::Bool);
    }
    if name == "StringMatches" {
        return Some(Takes::Text);
    }
    let (base, path) = match name.strip_suffix("Path") {
        Some(base) => (base, true),
        None => (name, false),
    };
    let (takes, order) = if let Some(order) = base.strip_prefix("String") {
        (Takes::Text, order)
    } else if let Some(order) = base.strip_prefix("Numeric") {
        (Takes::Number, order)
    } else if let Some(order) = base.strip_prefix("Timestamp") {
        (Takes::Moment, order)
    } else {
        (Takes::Bool, base.strip_prefix("Boolean")?)
    };
    let known = match order {
        "Equals" => true,
        "LessThan" | "GreaterThan" | "LessThanEquals" | "GreaterThanEquals" => takes != Takes::Bool,
        _ => false,
    };
    known.then_some(if path { Takes::Path } else { takes })
}

impl Parser {
    pub(super) fn choice(
        &mut self,
        object: &Object<'_>,
        id: StateId,
        language: QueryLanguage,
        jumps: &mut Vec<Jump>,
    ) -> Kind {
        if object.has("Default") {
            self.jump(object, "Default", Slot::Default, id, jumps);
        }
        let pointer = object.at("Choices");
        let items: &[Value] = match object.get("Choices") {
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.expected(&pointer, "an array of rules");
                &[]
            }
            None => {
                self.problem(object.pointer, "`Choices` is missing");
                &[]
            }
        };
        if items.is_empty() && object.get("Choices").is_some_and(Value::is_array) {
            self.problem(&pointer, "there are no rules");
        }
        let mut rules = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            let place = self.element(&pointer, i);
            rules.push(self.rule(item, place, i, id, language, jumps));
        }
        Kind::Choice {
            rules,
            default: None,
        }
    }

    fn rule(
        &mut self,
        value: &Value,
        pointer: Pointer,
        index: usize,
        from: StateId,
        language: QueryLanguage,
        jumps: &mut Vec<Jump>,
    ) -> ChoiceRule {
        let mut rule = ChoiceRule {
            pointer,
            condition: Condition::Unknown,
            next: None,
            assign: Vec::new(),
            output: None,
        };
        let Some(members) = value.as_object() else {
            self.expected(&rule.pointer, "an object");
            return rule;
        };
        let object = Object {
            members,
            pointer: &rule.pointer,
        };
        self.jump(&object, "Next", Slot::Rule(index), from, jumps);
        rule.assign = self.assign(&object, language);
        match language {
            QueryLanguage::JsonPath => {
                rule.condition = self.condition(&object, &["Next", "Assign", "Comment"]);
            }
            QueryLanguage::Jsonata => {
                self.known_fields(
                    &object,
                    &["Condition", "Next", "Assign", "Output", "Comment"],
                );
                rule.output = self.template_field(&object, "Output", Mode::Jsonata);
                rule.condition = self.jsonata_condition(&object);
            }
        }
        rule
    }

    fn jsonata_condition(&mut self, object: &Object<'_>) -> Condition {
        let Some(template) = self.template_field(object, "Condition", Mode::Jsonata) else {
            self.problem(object.pointer, "`Condition` is missing");
            return Condition::Unknown;
        };
        let readable = match &template.node {
            Node::Jsonata(_) | Node::Bool(_) | Node::Broken => true,
            Node::Text(text) => text.is_unresolved(),
            _ => false,
        };
        if !readable {
            let message = "`Condition` is a boolean or a JSONata expression";
            self.problem(&template.pointer, message);
        }
        Condition::Jsonata(template)
    }

    /// A boolean expression or a comparison. Other fields may stand beside it.
    fn condition(&mut self, object: &Object<'_>, beside: &[&str]) -> Condition {
        if !self.enter(object.pointer) {
            return Condition::Unknown;
        }
        let condition = self.boolean(object, beside);
        self.leave();
        condition
    }

    fn boolean(&mut self, object: &Object<'_>, beside: &[&str]) -> Condition {
        let mut tests = Vec::new();
        for (name, value) in object.members {
            if matches!(name.as_str(), "And" | "Or" | "Not") || operator(name).is_some() {
                tests.push((name.as_str(), value));
            } else if name != "Variable" && !beside.contains(&name.as_str()) && name != "Comment" {
                self.problem(
                    &object.at(name),
                    format!("the language has no field `{name}` here"),
                );
            }
        }
        match tests.as_slice() {
            [(name, value)] => self.test(object, name, value),
            [] => {
                self.problem(object.pointer, "the rule has no operator");
                Condition::Unknown
            }
            _ => {
                self.problem(object.pointer, "the rule has more than one operator");
                Condition::Unknown
            }
        }
    }

    fn test(&mut self, object: &Object<'_>, name: &str, value: &Value) -> Condition {
        match name {
            "And" => Condition::And(self.conditions(value, &object.at(name))),
            "Or" => Condition::Or(self.conditions(value, &object.at(name))),
            "Not" => Condition::Not(Box::new(self.nested(value, &object.at(name)))),
            _ => self.comparison(object, name, value),
        }
    }

    fn conditions(&mut self, value: &Value, pointer: &Pointer) -> Vec<Condition> {
        let Some(items) = value.as_array() else {
            self.expected(pointer, "an array of rules");
            return vec![Condition::Unknown];
        };
        if items.is_empty() {
            self.problem(pointer, "there are no rules");
            return vec![Condition::Unknown];
        }
        let mut conditions = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            let place = self.element(pointer, i);
            conditions.push(self.nested(item, &place));
        }
        conditions
    }

    fn nested(&mut self, value: &Value, pointer: &Pointer) -> Condition {
        match value.as_object() {
            Some(members) => self.condition(&Object { members, pointer }, &[]),
            None => {
                self.expected(pointer, "an object");
                Condition::Unknown
            }
        }
    }

    fn comparison(&mut self, object: &Object<'_>, name: &str, value: &Value) -> Condition {
        let operand = self.operand(object, name, value);
        let Some(variable) = object.get("Variable") else {
            self.problem(object.pointer, "`Variable` is missing");
            return Condition::Unknown;
        };
        match (self.plain_path(variable, &object.at("Variable")), operand) {
            (Some(variable), Some(operand)) => Condition::Compare {
                variable,
                operator: name.to_owned(),
                operand,
            },
            _ => Condition::Unknown,
        }
    }

    fn operand(&mut self, object: &Object<'_>, name: &str, value: &Value) -> Option<Operand> {
        let pointer = object.at(name);
        let takes = operator(name)?;
        if takes == Takes::Path {
            let path = self.plain_path(value, &pointer);
            return Some(match path {
                Some(path) => Operand::Path(path),
                None => Operand::Literal(Template {
                    pointer,
                    node: Node::Broken,
                }),
            });
        }
        let template = self.template(value, pointer, Mode::Literal);
        if let Some(what) = takes.refuses(&template.node) {
            self.expected(&template.pointer, what);
        }
        Some(Operand::Literal(template))
    }
}

impl Takes {
    /// What the operand should be, where it cannot be what it is.
    fn refuses(self, node: &Node) -> Option<&'static str> {
        let literal = match node {
            Node::Text(text) if text.is_unresolved() => return None,
            Node::Text(text) => text.literal(),
            _ => None,
        };
        match (self, node) {
            (Self::Text, Node::Text(_))
            | (Self::Number, Node::Number(_))
            | (Self::Bool, Node::Bool(_))
            | (Self::Path, _) => None,
            (Self::Moment, Node::Text(_)) if literal.is_some_and(is_moment) => None,
            (Self::Text, _) => Some("a string"),
            (Self::Number, _) => Some("a number"),
            (Self::Bool, _) => Some("`true` or `false`"),
            (Self::Moment, _) => Some("a time stamp such as `2027-01-31T12:00:00Z`"),
        }
    }
}
