//! Fields that hold a number, a moment or a text: literal, dynamic or unresolved.

use serde_json::Value;

use super::parser::{Object, Parser};
use super::template::{Mode, open};
use super::{Node, QueryLanguage, Template, Text};
use crate::expr::jsonpath;
use crate::loc::Pointer;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Holds {
    /// A whole number from the first to the second.
    Whole(f64, f64),
    /// Any number from the first to the second.
    Number(f64, f64),
    /// A moment as RFC 3339 writes it.
    Moment,
    Text,
}

const DAY_LIMIT: f64 = 99_999_999.0;

/// Amazon States Language, "Timeouts and heartbeats", "Retrying after error", "Wait State", "Map State";
/// developer guide, "Using Map state in Distributed mode".
const SETTINGS: &[(&str, Holds)] = &[
    ("TimeoutSeconds", Holds::Whole(1.0, DAY_LIMIT)),
    ("HeartbeatSeconds", Holds::Whole(1.0, DAY_LIMIT)),
    ("Seconds", Holds::Whole(0.0, DAY_LIMIT)),
    ("Timestamp", Holds::Moment),
    ("Error", Holds::Text),
    ("Cause", Holds::Text),
    ("MaxConcurrency", Holds::Whole(0.0, f64::MAX)),
    ("ToleratedFailureCount", Holds::Whole(0.0, f64::MAX)),
    ("ToleratedFailurePercentage", Holds::Number(0.0, 100.0)),
    ("MaxItemsPerBatch", Holds::Whole(1.0, f64::MAX)),
    ("MaxInputBytesPerBatch", Holds::Whole(1.0, f64::MAX)),
    ("MaxItems", Holds::Whole(0.0, f64::MAX)),
    ("IntervalSeconds", Holds::Whole(1.0, DAY_LIMIT)),
    ("MaxAttempts", Holds::Whole(0.0, DAY_LIMIT)),
    ("BackoffRate", Holds::Number(1.0, f64::MAX)),
    ("MaxDelaySeconds", Holds::Whole(1.0, 31_622_400.0)),
];

/// The intrinsic functions that give a string (developer guide, "Fail workflow state", `CausePath`).
const GIVES_TEXT: [&str; 7] = [
    "States.ArrayGetItem",
    "States.Base64Decode",
    "States.Base64Encode",
    "States.Format",
    "States.Hash",
    "States.JsonToString",
    "States.UUID",
];

impl Parser {
    /// Reads the field and checks it, where the object has it.
    pub(super) fn setting(
        &mut self,
        object: &Object<'_>,
        name: &str,
        language: QueryLanguage,
    ) -> Option<Template> {
        let value = object.get(name)?;
        let pointer = object.at(name);
        if let Some(base) = name.strip_suffix("Path") {
            if object.has(base) {
                self.problem(
                    &pointer,
                    format!("`{base}` and `{name}` exclude each other"),
                );
            }
            let read = self.path_setting(value, pointer);
            if matches!(base, "Error" | "Cause") {
                self.check_gives_text(&read);
            }
            return Some(read);
        }
        let mode = match language {
            QueryLanguage::JsonPath => Mode::Literal,
            QueryLanguage::Jsonata => Mode::Jsonata,
        };
        let template = self.template(value, pointer, mode);
        let holds = SETTINGS.iter().find(|(n, _)| *n == name);
        if let Some(wrong) = holds.and_then(|(_, holds)| holds.refuses(&template.node)) {
            self.problem(&template.pointer, wrong);
        }
        Some(template)
    }

    /// `ErrorPath` and `CausePath` take the intrinsic functions that give a string.
    fn check_gives_text(&mut self, template: &Template) {
        if let Node::Intrinsic(call) = &template.node
            && !GIVES_TEXT.contains(&call.name.as_str())
        {
            let message = format!("`{}` gives no string", call.name);
            self.problem(&template.pointer, message);
        }
    }

    /// Reads several fields; those that are there, with their names.
    pub(super) fn settings(
        &mut self,
        object: &Object<'_>,
        names: &[&str],
        language: QueryLanguage,
    ) -> Vec<(String, Template)> {
        names
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), self.setting(object, name, language)?)))
            .collect()
    }

    /// The value of a `…Path` field. `ErrorPath` and `CausePath` take intrinsic functions too.
    fn path_setting(&mut self, value: &Value, pointer: Pointer) -> Template {
        match value {
            Value::String(_) => {
                let node = self.dynamic_node(value, &pointer);
                Template { pointer, node }
            }
            other => {
                let node = match Text::of_intrinsic(other) {
                    Some(_) => self.dynamic_node(other, &pointer),
                    None => {
                        self.expected(&pointer, "a path");
                        Node::Broken
                    }
                };
                Template { pointer, node }
            }
        }
    }

    /// A path of which nothing but a path will do; `None` where it is unresolved or no path.
    pub(super) fn plain_path(
        &mut self,
        value: &Value,
        pointer: &Pointer,
    ) -> Option<jsonpath::Path> {
        let text = match value {
            Value::String(text) => text,
            other => {
                if Text::of_intrinsic(other).is_none() {
                    self.expected(pointer, "a path");
                }
                return None;
            }
        };
        match jsonpath::parse(text) {
            Ok(path) => Some(open(path)),
            Err(error) => {
                if !Text::parse(text).is_unresolved() {
                    self.problem(
                        pointer,
                        format!(
                            "the path does not parse at byte {}: {}",
                            error.at, error.message
                        ),
                    );
                }
                None
            }
        }
    }
}

impl Holds {
    /// Why this value cannot be, where it cannot. What only a run or a deployment tells may be.
    fn refuses(self, node: &Node) -> Option<String> {
        match (self, node) {
            (_, Node::Jsonata(_) | Node::Broken) => None,
            (_, Node::Text(text)) if text.is_unresolved() => None,
            (Self::Whole(least, most) | Self::Number(least, most), Node::Number(number)) => {
                let number = number.as_f64()?;
                let whole = !matches!(self, Self::Whole(..)) || number.fract() == 0.0;
                (number < least || number > most || !whole).then(|| self.words())
            }
            (Self::Moment, Node::Text(text)) => (!is_moment(text.literal()?)).then(|| self.words()),
            (Self::Text, Node::Text(_)) => None,
            _ => Some(self.words()),
        }
    }

    fn words(self) -> String {
        let limits = |least: f64, most: f64| match most {
            most if most > DAY_LIMIT => format!("of {least} or more"),
            most => format!("from {least} to {most}"),
        };
        match self {
            Self::Whole(least, most) => format!("expected a whole number {}", limits(least, most)),
            Self::Number(least, most) => format!("expected a number {}", limits(least, most)),
            Self::Moment => "expected a time stamp such as `2027-01-31T12:00:00Z`".to_owned(),
            Self::Text => "expected a string".to_owned(),
        }
    }
}

/// Whether the text has the form of an RFC 3339 time stamp with `T` and an offset or `Z`.
pub(super) fn is_moment(text: &str) -> bool {
    let digits = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
    let fields = |s: &str, separator: char, widths: &[usize]| {
        let parts: Vec<&str> = s.split(separator).collect();
        parts.len() == widths.len() && parts.iter().zip(widths).all(|(p, n)| digits(p, *n))
    };
    let Some((date, time)) = text.split_once('T') else {
        return false;
    };
    let time = match time.strip_suffix('Z') {
        Some(time) => time,
        None => match time.rsplit_once(['+', '-']) {
            Some((time, offset)) if fields(offset, ':', &[2, 2]) && offset < "24" => time,
            _ => return false,
        },
    };
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let within = |s: &str, separator: char, limits: &[(u32, u32)]| {
        let numbers = s.split(separator).map(|part| part.parse::<u32>());
        numbers
            .zip(limits)
            .all(|(n, (least, most))| n.is_ok_and(|n| (*least..=*most).contains(&n)))
    };
    fields(date, '-', &[4, 2, 2])
        && within(date, '-', &[(0, 9999), (1, 12), (1, days(date))])
        && fields(clock, ':', &[2, 2, 2])
        && within(clock, ':', &[(0, 23), (0, 59), (0, 60)])
        && !fraction.is_empty()
        && digits(fraction, fraction.len())
}

/// The days of the month of a date such as `2027-02-28`.
fn days(date: &str) -> u32 {
    let mut parts = date.split('-').map(|part| part.parse::<u32>().unwrap_or(0));
    let (year, month) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}
