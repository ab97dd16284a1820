//! What `SELECT …` gives of a message, and how much of that the message fills.

use super::super::follow;
use super::super::start::Fill;
use super::sql::{self, Select, Token};
use super::topics::Topics;
use crate::value::{Source, Unknown, Value};

/// Functions whose value AWS IoT makes, whatever the message says.
const OWN: [&str; 5] = ["timestamp", "accountid", "traceid", "newuuid", "rand"];

/// Functions that make something of their arguments alone.
const PURE: [&str; 22] = [
    "abs",
    "cast",
    "ceil",
    "chr",
    "concat",
    "decode",
    "encode",
    "endswith",
    "floor",
    "indexof",
    "length",
    "lower",
    "lpad",
    "ltrim",
    "numbytes",
    "round",
    "rpad",
    "rtrim",
    "startswith",
    "substring",
    "trim",
    "upper",
];

/// Deeper than this nothing is followed.
const MAX_DEPTH: usize = 16;

/// What a statement gives.
pub fn selected(select: &Select<'_>, topics: &Topics) -> (Value, Fill) {
    let message = message(select);
    if select.list.is_empty() {
        return (message, Fill::Whole);
    }
    let reading = Reading {
        message: &message,
        topics,
    };
    let given = reading.list(select.list, 0);
    // A condition narrows what a message may hold, not what is taken of it.
    let taken = Reading {
        message: &Value::Any(Unknown::of(Source::External, "$")),
        topics,
    };
    let fill = match select.list.contains(&Token::Sign('*')) && reads_all(select.list) {
        true => Fill::Whole,
        false => Fill::of(&taken.list(select.list, 0)),
    };
    (given, fill)
}

fn reads_all(list: &[Token]) -> bool {
    let mut items = sql::split(list, |t| *t == Token::Sign(',')).into_iter();
    items.any(|item| item == [Token::Sign('*')])
}

/// The message that the condition lets through.
fn message(select: &Select<'_>) -> Value {
    let open = Value::Any(Unknown::of(Source::External, "$"));
    let held = sql::held(select.condition);
    let held = held.iter().filter(|(place, _)| !place.contains(['(', '[']));
    held.fold(open, |message, (place, values)| {
        let each = values.iter().map(constant);
        let value = each.fold(Value::NEVER, |all, one| all.join(&one));
        let names: Vec<&str> = place.split('.').collect();
        with(message, &names, value)
    })
}

fn with(object: Value, names: &[&str], value: Value) -> Value {
    match names {
        [] => value,
        [name, rest @ ..] => {
            let inner = with(object.field(name), rest, value);
            object.with_field(name, inner)
        }
    }
}

fn constant(token: &Token) -> Value {
    match token {
        Token::Number(number) => Value::Number(number.clone()),
        Token::Text(text) | Token::Word(text) => Value::text(text.clone()),
        Token::Sign(c) => Value::text(c.to_string()),
    }
}

struct Reading<'a> {
    message: &'a Value,
    topics: &'a Topics,
}

impl Reading<'_> {
    /// What is selected, as an object; with `VALUE` the value itself.
    fn list(&self, list: &[Token], depth: usize) -> Value {
        if let [first, rest @ ..] = list
            && first.is("value")
            && rest
                .first()
                .is_some_and(|t| !matches!(t, Token::Sign(',' | '.' | '[')) && !t.is("as"))
        {
            return self.value(rest, depth);
        }
        let mut object = Value::object([]);
        let mut every = false;
        for item in sql::split(list, |t| *t == Token::Sign(',')) {
            if item == [Token::Sign('*')] {
                every = true;
                continue;
            }
            let (what, name) = sql::until(item, |t| t.is("as"));
            let name = match sql::path(name) {
                Some(name) => name,
                None => own_name(what),
            };
            object = object.with_field(&name, self.value(what, depth));
        }
        match every {
            false => object,
            true if object == Value::object([]) => self.message.clone(),
            true => self.all_beside(object),
        }
    }

    /// Everything of the message beside what has a name of its own.
    fn all_beside(&self, named: Value) -> Value {
        let Value::Object { fields, .. } = &named else {
            return named;
        };
        let mut all = self.message.clone();
        for (name, value) in fields.iter() {
            all = all.with_field(name, value.clone());
        }
        all
    }

    fn value(&self, tokens: &[Token], depth: usize) -> Value {
        if depth > MAX_DEPTH {
            return anything();
        }
        match tokens {
            [Token::Text(text)] => return Value::text(text.clone()),
            [Token::Number(number)] => return Value::Number(number.clone()),
            [Token::Sign('*')] => return self.message.clone(),
            [one] if one.is("null") => return Value::Null,
            [one] if one.is("undefined") => return Value::Absent,
            [one] if one.is("true") || one.is("false") => return Value::Bool(one.is("true")),
            [first, inner @ .., last] if first.is("case") && last.is("end") => {
                return self.case(inner, depth);
            }
            _ => {}
        }
        if let Some(path) = sql::path(tokens) {
            return follow(self.message, &format!("$.{path}"));
        }
        if let Some((name, arguments)) = sql::call(tokens) {
            return self.call(&name, arguments, depth);
        }
        if let Some(inner) = sql::inside(tokens, '(', ')') {
            return match Select::of(inner) {
                // What is selected of a part of the message is the message's again.
                Some(select) => {
                    let open = Value::Any(Unknown::of(Source::External, "$"));
                    let nested = Reading {
                        message: &open,
                        topics: self.topics,
                    };
                    Value::Each(Box::new(nested.list(select.list, depth + 1)))
                }
                None => self.value(inner, depth + 1),
            };
        }
        match self.is_fixed(tokens) {
            true => generated(),
            false => anything(),
        }
    }

    /// `CASE x WHEN a THEN b … ELSE c END`
    fn case(&self, inner: &[Token], depth: usize) -> Value {
        let (branches, otherwise) = sql::until(inner, |t| t.is("else"));
        let last = match otherwise {
            [] => Value::Absent,
            tokens => self.value(tokens, depth + 1),
        };
        let results = sql::split(branches, |t| t.is("when"));
        let results = results.into_iter().skip(1).map(|branch| {
            let (_, result) = sql::until(branch, |t| t.is("then"));
            self.value(result, depth + 1)
        });
        results.fold(last, |all, one| all.join(&one))
    }

    fn call(&self, name: &str, arguments: &[Token], depth: usize) -> Value {
        if let ("topic", [Token::Number(number)]) = (name, arguments) {
            return self.topics.level(number.parse().unwrap_or_default());
        }
        if OWN.contains(&name) {
            return generated();
        }
        if !PURE.contains(&name) {
            return anything();
        }
        let each = sql::split(arguments, |t| *t == Token::Sign(','));
        let mut each = each.into_iter().map(|a| self.value(a, depth + 1));
        match each.any(|value| value.is_tainted()) {
            true => anything(),
            false => generated(),
        }
    }

    /// Whether an expression that is not followed names nothing of the message.
    fn is_fixed(&self, tokens: &[Token]) -> bool {
        const WORDS: [&str; 6] = ["and", "or", "not", "true", "false", "null"];
        let mut words = tokens.iter().filter(|t| matches!(t, Token::Word(_)));
        words.all(|word| WORDS.iter().any(|w| word.is(w))) && !tokens.contains(&Token::Sign('*'))
    }
}

/// What an item without `AS` is called: the last name of its path.
fn own_name(what: &[Token]) -> String {
    let mut words = what.iter().rev();
    let last = words.find_map(|t| match t {
        Token::Word(word) => Some(word.clone()),
        _ => None,
    });
    last.unwrap_or_default()
}

fn anything() -> Value {
    Value::Any(Unknown::of(Source::External, "$"))
}

fn generated() -> Value {
    Value::Any(Unknown::of(Source::Generated, "sql"))
}
