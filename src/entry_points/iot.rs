//! IoT topic rules (AWS IoT Developer Guide, "AWS IoT SQL reference"): what a rule selects of a message from outside.

use super::start::{Fill, Starts};
use super::{Cause, EntryPoint, EntryPoints, Kind, Place};
use crate::arn::Arn;
use crate::snapshot::entries::TopicRule;
use crate::value::{Source, Unknown, Value};

/// Topic rules that start workflows.
pub fn rules(rules: &[TopicRule], home: &Place, found: &mut EntryPoints) {
    for rule in rules.iter().filter(|r| !r.rule_disabled) {
        for start in rule
            .actions
            .iter()
            .chain(&rule.error_action)
            .filter_map(|a| a.step_functions.as_ref())
        {
            let (input, fill) = selected(&rule.sql);
            found.list.push(EntryPoint {
                kind: Kind::IotRule,
                name: rule.rule_name.clone(),
                authorization: None,
                public: false,
                starts: Starts::Workflow(home.arn(
                    "states",
                    &format!("stateMachine:{}", start.state_machine_name),
                )),
                input,
                fill,
                names: false,
                role: start.role_arn.as_deref().and_then(Arn::parse),
                causes: published(&rule.sql, home),
                note: "",
            });
        }
    }
}

/// What `SELECT …` gives, and how much of that the message fills.
fn selected(sql: &str) -> (Value, Fill) {
    let message = |path: &str| Value::Any(Unknown::of(Source::External, path));
    let lower = sql.to_ascii_lowercase();
    let Some((_, after)) = split_at_word(sql, &lower, "select") else {
        return (message("$"), Fill::Whole);
    };
    let list = match split_at_word(after, &after.to_ascii_lowercase(), "from") {
        Some((list, _)) => list,
        None => after,
    };
    let mut object = Value::object([]);
    let mut every = false;
    for item in top_level(list) {
        let item = item.trim();
        let lower = item.to_ascii_lowercase();
        let (what, name) = match lower
            .rfind(" as ")
            .and_then(|at| Some((item.get(..at)?, item.get(at + 4..)?)))
        {
            Some((what, name)) => (what.trim(), name.trim()),
            None => (item, item.rsplit('.').next().unwrap_or(item)),
        };
        if what == "*" {
            every = true;
            continue;
        }
        let value = match what.chars().next() {
            Some('\'' | '"') if !what.contains("+") => Value::text(what.trim_matches(['\'', '"'])),
            Some(c) if c.is_ascii_digit() => Value::Number(what.to_owned()),
            _ if matches!(
                lower.split('(').next(),
                Some("timestamp" | "accountid" | "traceid" | "newuuid" | "rand")
            ) =>
            {
                Value::Any(Unknown::of(Source::Generated, what))
            }
            _ => message(&format!("$.{what}")),
        };
        object = object.with_field(name, value);
    }
    match every {
        false => {
            let fill = Fill::of(&object);
            (object, fill)
        }
        true if object == Value::object([]) => (message("$"), Fill::Whole),
        true => (object.with_rest(message("$")), Fill::Whole),
    }
}

/// Splits at the first `word` that stands by itself.
fn split_at_word<'t>(text: &'t str, lower: &str, word: &str) -> Option<(&'t str, &'t str)> {
    let mut from = 0;
    while let Some(found) = lower.get(from..)?.find(word) {
        let (start, end) = (from + found, from + found + word.len());
        let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let before = lower.get(..start).and_then(|t| t.chars().next_back());
        if blank(before) && blank(lower.get(end..).and_then(|t| t.chars().next())) {
            return Some((text.get(..start)?, text.get(end..)?));
        }
        from = end;
    }
    None
}

/// The items of a list, commas in parentheses and quotes aside.
fn top_level(list: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let (mut depth, mut quoted) = (0_i32, false);
    for c in list.chars() {
        match c {
            '\'' => quoted = !quoted,
            '(' | '{' | '[' if !quoted => depth += 1,
            ')' | '}' | ']' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                items.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(item) = items.last_mut() {
            item.push(c);
        }
    }
    items
}

/// Who may publish to the topics.
fn published(sql: &str, home: &Place) -> Vec<Cause> {
    let lower = sql.to_ascii_lowercase();
    let Some((_, after)) = split_at_word(sql, &lower, "from") else {
        return Vec::new();
    };
    let topic: String = after
        .trim()
        .trim_start_matches(['\'', '"'])
        .chars()
        .take_while(|c| !"'\"".contains(*c))
        .collect();
    if topic.starts_with("$aws/") {
        return Vec::new();
    }
    let pattern: Vec<&str> = topic
        .split('/')
        .map(|level| match level {
            "+" | "#" => "*",
            level => level,
        })
        .collect();
    vec![Cause {
        action: "iot:Publish",
        resource: home.arn("iot", &format!("topic/{}", pattern.join("/"))),
        context: Vec::new(),
        named: Vec::new(),
    }]
}
