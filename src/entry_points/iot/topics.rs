//! The topics that a rule listens to, and who may publish to them.

use super::super::{Cause, Place};
use super::sql::{self, Select, Token};
use crate::glob::{Glob, Token as Part};
use crate::value::{Source, Unknown, Value};

/// The topic filter of a rule, with what its condition says of the levels.
pub struct Topics {
    /// Level by level; empty where the statement names no topic.
    filters: Vec<Vec<String>>,
}

/// More filters than this are not told apart.
const MAX_FILTERS: usize = 16;

impl Topics {
    /// Those of a statement.
    pub fn of(select: &Select<'_>) -> Self {
        let Some(Token::Text(filter)) = select.from.first() else {
            return Self {
                filters: Vec::new(),
            };
        };
        let levels: Vec<String> = filter.split('/').map(str::to_owned).collect();
        let mut filters = vec![levels];
        for (place, values) in sql::held(select.condition) {
            let number = place
                .strip_prefix("topic(")
                .and_then(|n| n.strip_suffix(')'))
                .and_then(|n| n.parse::<usize>().ok())
                .filter(|n| (1..=8).contains(n));
            let Some(number) = number else { continue };
            let narrowed: Vec<Vec<String>> = filters
                .iter()
                .flat_map(|levels| values.iter().filter_map(|v| with(levels, number - 1, v)))
                .collect();
            if narrowed.len() <= MAX_FILTERS {
                filters = narrowed;
            }
        }
        Self { filters }
    }

    /// What `topic(n)` gives.
    pub fn level(&self, number: usize) -> Value {
        let open = || Value::Any(Unknown::of(Source::External, format!("topic({number})")));
        if self.filters.is_empty() || number == 0 {
            return open();
        }
        let each = self.filters.iter().map(|levels| {
            let beyond = levels.last().is_some_and(|l| l == "#");
            match levels.get(number - 1).map(String::as_str) {
                Some("+" | "#") => open(),
                Some(level) => Value::text(level),
                None if beyond => open(),
                None => Value::Absent,
            }
        });
        each.fold(Value::NEVER, |all, one| all.join(&one))
    }

    /// Who may publish to the topics, or begin the rule itself (AWS IoT Developer Guide, "Reducing messaging costs with
    /// Basic Ingest": a message to `$aws/rules/NAME` goes to the rule alone, whatever it listens to).
    pub fn published(&self, rule: &str, home: &Place) -> Vec<Cause> {
        let mut causes = Vec::new();
        for levels in &self.filters {
            causes.extend(to(levels, home));
        }
        for topic in [format!("$aws/rules/{rule}"), format!("$aws/rules/{rule}/*")] {
            causes.push(publish(home, &topic, None));
        }
        causes
    }
}

/// The filter with this text at a level; `None` where it listens to no such topic.
fn with(levels: &[String], at: usize, value: &Token) -> Option<Vec<String>> {
    let (Token::Text(text) | Token::Number(text)) = value else {
        return None;
    };
    let mut levels = levels.to_vec();
    if levels.last().is_some_and(|l| l == "#") {
        // `#` is for any number of levels: as many as are asked for, and more.
        levels.pop();
        while levels.len() <= at {
            levels.push("+".to_owned());
        }
        levels.push("#".to_owned());
    }
    let level = levels.get_mut(at)?;
    if level != "+" && level != text {
        return None;
    }
    level.clone_from(text);
    Some(levels)
}

fn to(levels: &[String], home: &Place) -> Vec<Cause> {
    if levels.first().is_some_and(|l| l == "$aws") {
        return reserved(levels, home);
    }
    let mut causes = vec![publish(home, &pattern(levels), Some(glob(levels, home)))];
    if let Some((last, parent)) = levels.split_last()
        && last == "#"
        && !parent.is_empty()
    {
        // `a/#` listens to `a` too.
        causes.push(publish(home, &pattern(parent), Some(glob(parent, home))));
    }
    causes
}

/// Topics of AWS IoT itself. What it publishes of a shadow is what whoever updates the shadow sends (AWS IoT Developer
/// Guide, "Device Shadow MQTT topics", "Device Shadow REST API").
fn reserved(levels: &[String], home: &Place) -> Vec<Cause> {
    let names: Vec<&str> = levels.iter().map(String::as_str).collect();
    let (base, answer) = match names.as_slice() {
        [base @ .., "accepted" | "documents" | "delta"] => (base, true),
        base => (base, false),
    };
    let ["$aws", "things", thing, "shadow", shadow @ .., "update"] = base else {
        return Vec::new();
    };
    let request: Vec<String> = base.iter().map(|l| (*l).to_owned()).collect();
    let mut causes = vec![publish(
        home,
        &pattern(&request),
        Some(glob(&request, home)),
    )];
    if answer {
        let mut resource = vec![(*thing).to_owned()];
        if let ["name", name] = shadow {
            resource.push((*name).to_owned());
        }
        causes.push(Cause {
            action: "iot:UpdateThingShadow".into(),
            resource: home.arn("iot", &format!("thing/{}", pattern(&resource))),
            ..Cause::default()
        });
    }
    causes
}

fn publish(home: &Place, topic: &str, levels: Option<Glob>) -> Cause {
    Cause {
        action: "iot:Publish".into(),
        resource: home.arn("iot", &format!("topic/{topic}")),
        levels,
        ..Cause::default()
    }
}

fn pattern(levels: &[String]) -> String {
    let level = |level: &String| match level.as_str() {
        "+" | "#" => "*".to_owned(),
        level => level.to_owned(),
    };
    let levels: Vec<String> = levels.iter().map(level).collect();
    levels.join("/")
}

/// The topics with colons between their levels, so that `+` keeps to one of them.
fn glob(levels: &[String], home: &Place) -> Glob {
    let mut glob = Glob::literal(&home.arn("iot", "topic"));
    for level in levels {
        glob.push(Part::Char(':'));
        match level.as_str() {
            "+" => glob.push(Part::Within),
            "#" => glob.push(Part::Any),
            level => glob.extend(&Glob::literal(level)),
        }
    }
    glob
}
