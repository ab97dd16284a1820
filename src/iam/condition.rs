//! Condition operators (IAM User Guide, "IAM JSON policy elements: Condition operators" and "Conditions with multiple
//! context keys or values").

use std::net::IpAddr;

use serde_json::{Map, Value};

use super::typed::{self, Cidr};
use super::{Template, Version};
use crate::glob::Glob;

/// One operator on one key: the values are alternatives, all conditions of a statement must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The operator.
    pub operator: Operator,
    /// The key as written; compared without case.
    pub key: String,
    /// The key in lower case.
    pub(crate) lower: String,
    /// The values.
    pub values: Vec<Template>,
    /// The values as written.
    pub texts: Vec<String>,
}

/// A condition operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// As written.
    pub text: String,
    /// `ForAllValues:` or `ForAnyValue:`.
    pub set: SetPrefix,
    /// What is compared.
    pub test: Test,
    /// `…Not…`: true where none of the values fits.
    pub negated: bool,
    /// `…IfExists`: true where the key is absent.
    pub if_exists: bool,
}

/// The set operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetPrefix {
    /// None.
    None,
    /// `ForAllValues:` every value of the request must fit; true where there is none.
    ForAll,
    /// `ForAnyValue:` one value of the request must fit; false where there is none.
    ForAny,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// The same characters; also `BinaryEquals`, whose values are base64.
    StringEquals,
    /// The same characters but for case.
    StringEqualsIgnoreCase,
    /// With wildcards.
    StringLike,
    /// Six segments, each with wildcards; `ArnEquals` is the same as `ArnLike`.
    Arn,
    /// Numbers.
    Numeric(Comparison),
    /// Points in time.
    Date(Comparison),
    /// `true` or `false`.
    Bool,
    /// An address in a range.
    Ip,
    /// Whether the key is absent.
    Null,
}

/// Orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// =
    Equals,
    /// <
    Less,
    /// <=
    LessOrEqual,
    /// >
    Greater,
    /// >=
    GreaterOrEqual,
}

/// Operator names without prefix and suffix, in lower case.
const OPERATORS: [(&str, Test, bool); 27] = [
    ("stringequals", Test::StringEquals, false),
    ("stringnotequals", Test::StringEquals, true),
    (
        "stringequalsignorecase",
        Test::StringEqualsIgnoreCase,
        false,
    ),
    (
        "stringnotequalsignorecase",
        Test::StringEqualsIgnoreCase,
        true,
    ),
    ("stringlike", Test::StringLike, false),
    ("stringnotlike", Test::StringLike, true),
    ("numericequals", Test::Numeric(Comparison::Equals), false),
    ("numericnotequals", Test::Numeric(Comparison::Equals), true),
    ("numericlessthan", Test::Numeric(Comparison::Less), false),
    (
        "numericlessthanequals",
        Test::Numeric(Comparison::LessOrEqual),
        false,
    ),
    (
        "numericgreaterthan",
        Test::Numeric(Comparison::Greater),
        false,
    ),
    (
        "numericgreaterthanequals",
        Test::Numeric(Comparison::GreaterOrEqual),
        false,
    ),
    ("dateequals", Test::Date(Comparison::Equals), false),
    ("datenotequals", Test::Date(Comparison::Equals), true),
    ("datelessthan", Test::Date(Comparison::Less), false),
    (
        "datelessthanequals",
        Test::Date(Comparison::LessOrEqual),
        false,
    ),
    ("dategreaterthan", Test::Date(Comparison::Greater), false),
    (
        "dategreaterthanequals",
        Test::Date(Comparison::GreaterOrEqual),
        false,
    ),
    ("bool", Test::Bool, false),
    ("binaryequals", Test::StringEquals, false),
    ("ipaddress", Test::Ip, false),
    ("notipaddress", Test::Ip, true),
    ("arnequals", Test::Arn, false),
    ("arnlike", Test::Arn, false),
    ("arnnotequals", Test::Arn, true),
    ("arnnotlike", Test::Arn, true),
    ("null", Test::Null, false),
];

impl Operator {
    /// Reads an operator's name.
    pub fn parse(text: &str) -> Option<Self> {
        let mut name = text.to_ascii_lowercase();
        let mut set = SetPrefix::None;
        for (prefix, kind) in [
            ("forallvalues:", SetPrefix::ForAll),
            ("foranyvalue:", SetPrefix::ForAny),
        ] {
            if let Some(rest) = name.strip_prefix(prefix) {
                name = rest.to_owned();
                set = kind;
                break;
            }
        }
        let if_exists = name.ends_with("ifexists");
        let base = name.strip_suffix("ifexists").unwrap_or(&name);
        let (_, test, negated) = OPERATORS.iter().find(|(known, ..)| *known == base)?;
        // IAM User Guide: IfExists can end every operator but Null.
        if if_exists && *test == Test::Null {
            return None;
        }
        Some(Self {
            text: text.to_owned(),
            set,
            test: *test,
            negated: *negated,
            if_exists,
        })
    }
}

/// Reads a `Condition` element.
pub(super) fn parse(
    operators: &Map<String, Value>,
    version: Version,
) -> Result<Vec<Condition>, String> {
    let mut conditions = Vec::new();
    for (name, keys) in operators {
        let operator =
            Operator::parse(name).ok_or_else(|| format!("`{name}` is no condition operator"))?;
        let Some(keys) = keys.as_object() else {
            return Err(format!("the condition operator `{name}` has no keys"));
        };
        for (key, values) in keys {
            let texts = values_of(values)
                .ok_or_else(|| format!("the condition on `{key}` holds a value that is no text"))?;
            let condition = Condition::new(operator.clone(), key, texts, version);
            condition.check()?;
            conditions.push(condition);
        }
    }
    Ok(conditions)
}

fn values_of(value: &Value) -> Option<Vec<String>> {
    let one = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match value {
        Value::Array(values) => values.iter().map(one).collect(),
        value => Some(vec![one(value)?]),
    }
}

impl Condition {
    /// A condition of an operator, a key and values as written.
    pub fn new(operator: Operator, key: &str, texts: Vec<String>, version: Version) -> Self {
        let values = texts.iter().map(|t| Template::parse(t, version)).collect();
        Self {
            operator,
            key: key.to_owned(),
            lower: key.to_ascii_lowercase(),
            values,
            texts,
        }
    }

    /// A value that its operator cannot compare is a fault: IAM does not accept such a policy, and to guess what it
    /// would mean could lose a deny.
    fn check(&self) -> Result<(), String> {
        for (text, value) in self.texts.iter().zip(&self.values) {
            if value.has_variables() {
                continue;
            }
            let good = match self.operator.test {
                Test::Numeric(_) => typed::number(text).is_some(),
                Test::Date(_) => typed::instant(text).is_some(),
                Test::Bool | Test::Null => typed::boolean(text).is_some(),
                Test::Ip => Cidr::parse(text).is_some(),
                _ => true,
            };
            if !good {
                let (name, key) = (&self.operator.text, &self.key);
                return Err(format!(
                    "the condition `{name}` on `{key}` has a value that it cannot compare"
                ));
            }
        }
        Ok(())
    }

    /// Whether it holds. `lookup` gives a key's values (by its name in lower case), `None` where the request has none.
    pub(crate) fn holds<'v>(&self, lookup: &impl Fn(&str) -> Option<&'v [String]>) -> bool {
        let present = lookup(&self.lower).filter(|values| !values.is_empty());
        if self.operator.test == Test::Null {
            let absent = present.is_none();
            return self.texts.iter().any(|t| typed::boolean(t) == Some(absent));
        }
        let Some(present) = present else {
            // IAM User Guide, "Condition operators": without the key a positive operator does not match, a negated one
            // does; `ForAllValues` is true and `ForAnyValue` false whatever the operator.
            return self.operator.if_exists
                || match self.operator.set {
                    SetPrefix::None => self.operator.negated,
                    SetPrefix::ForAll => true,
                    SetPrefix::ForAny => false,
                };
        };
        // A variable stands for a key with exactly one value; without one it is null, which equals nothing.
        let variable = |key: &str| match lookup(&key.to_ascii_lowercase()) {
            Some([value]) => Some(value.as_str()),
            _ => None,
        };
        let fits = |value: &String| self.values.iter().any(|t| self.fits(value, t, &variable));
        match (self.operator.set, self.operator.negated) {
            (SetPrefix::None, false) => present.iter().any(fits),
            (SetPrefix::None, true) => !present.iter().any(fits),
            (SetPrefix::ForAll, negated) => present.iter().all(|v| fits(v) != negated),
            (SetPrefix::ForAny, negated) => present.iter().any(|v| fits(v) != negated),
        }
    }

    fn fits<'v>(
        &self,
        value: &str,
        template: &Template,
        variable: &impl Fn(&str) -> Option<&'v str>,
    ) -> bool {
        let text = || template.text(variable);
        match self.operator.test {
            Test::StringEquals => text().is_some_and(|t| t == value),
            Test::StringEqualsIgnoreCase => {
                text().is_some_and(|t| t.to_lowercase() == value.to_lowercase())
            }
            Test::StringLike => template.glob(variable).is_some_and(|g| g.matches(value)),
            Test::Arn => template.glob(variable).is_some_and(|g| arn_fits(&g, value)),
            Test::Numeric(comparison) => {
                let limit = text().as_deref().and_then(typed::number);
                let value = typed::number(value);
                limit
                    .zip(value)
                    .is_some_and(|(limit, value)| comparison.holds(&value, &limit))
            }
            Test::Date(comparison) => {
                let limit = text().as_deref().and_then(typed::instant);
                let value = typed::instant(value);
                limit
                    .zip(value)
                    .is_some_and(|(limit, value)| comparison.holds(&value, &limit))
            }
            Test::Bool => {
                let wanted = text().as_deref().and_then(typed::boolean);
                wanted.is_some() && wanted == typed::boolean(value)
            }
            Test::Ip => {
                let range = text().as_deref().and_then(Cidr::parse);
                let address = value.parse::<IpAddr>().ok();
                range
                    .zip(address)
                    .is_some_and(|(range, address)| range.holds(address))
            }
            Test::Null => false,
        }
    }

    /// Whether the operator compares several values of the request.
    pub(crate) fn is_multivalued(&self) -> bool {
        self.operator.set != SetPrefix::None
    }
}

impl Comparison {
    fn holds<T: PartialOrd>(self, value: &T, limit: &T) -> bool {
        match self {
            Self::Equals => value == limit,
            Self::Less => value < limit,
            Self::LessOrEqual => value <= limit,
            Self::Greater => value > limit,
            Self::GreaterOrEqual => value >= limit,
        }
    }
}

/// Splits an ARN pattern into six segments; the last keeps its colons. A shorter pattern that ends in `*`, such as
/// `*` itself, is taken to go on with `*` in every further segment; any other shorter one matches nothing.
pub(crate) fn arn_segments(pattern: &Glob) -> Option<Vec<Glob>> {
    use crate::glob::Token;
    let mut segments = vec![Glob::literal("")];
    for token in pattern.tokens() {
        let full = segments.len() == 6;
        match token {
            Token::Char(':') if !full => segments.push(Glob::literal("")),
            token => segments.last_mut()?.push(*token),
        }
    }
    if segments.len() < 6 {
        if !segments.last()?.tokens().last()?.is_star() {
            return None;
        }
        segments.resize(6, Glob::any());
    }
    Some(segments)
}

fn arn_fits(pattern: &Glob, value: &str) -> bool {
    let Some(segments) = arn_segments(pattern) else {
        return false;
    };
    let parts: Vec<&str> = value.splitn(6, ':').collect();
    parts.len() == 6 && segments.iter().zip(parts).all(|(s, part)| s.matches(part))
}
