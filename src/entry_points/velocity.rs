//! Mapping templates (API Gateway Developer Guide, "Mapping template variables"; AppSync Developer Guide, "Resolver mapping
//! template reference"): the text that a template renders, with what the request fills in as holes.
//!
//! Substitutions, `#set` and the usual helpers are followed. A template that branches or loops is not understood.

mod reference;

use std::collections::BTreeMap;

use super::text::Part;
use crate::value::{Piece, Source, Unknown, Value};
use reference::{context, input, linked, util};

/// What a template renders; `None` where it is not understood.
pub fn render(template: &str) -> Option<Vec<Part>> {
    let mut reader = Reader {
        chars: template.chars().collect(),
        at: 0,
        variables: BTreeMap::new(),
        left: MAX_PARTS,
    };
    let mut out = Vec::new();
    reader.text(&mut out)?;
    Some(out)
}

/// More parts than this are not rendered: variables that name variables can double.
const MAX_PARTS: usize = 10_000;
/// Calls nested deeper than this are not followed.
const DEEPEST: usize = 32;

struct Reader {
    chars: Vec<char>,
    at: usize,
    variables: BTreeMap<String, Vec<Part>>,
    left: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn eat(&mut self, text: &str) -> bool {
        let wanted: Vec<char> = text.chars().collect();
        let found = self.chars.get(self.at..self.at + wanted.len()) == Some(wanted.as_slice());
        if found {
            self.at += wanted.len();
        }
        found
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn name(&mut self) -> Option<String> {
        let start = self.at;
        while self.peek().is_some_and(|c| {
            c.is_ascii_alphabetic()
                || self.at > start && (c.is_ascii_digit() || c == '_' || c == '-')
        }) {
            self.at += 1;
        }
        let name: String = self.chars.get(start..self.at)?.iter().collect();
        (!name.is_empty()).then_some(name)
    }

    /// The whole template.
    fn text(&mut self, out: &mut Vec<Part>) -> Option<()> {
        while let Some(c) = self.peek() {
            if self.eat("##") {
                while self.peek().is_some_and(|c| c != '\n') {
                    self.at += 1;
                }
            } else if self.eat("#*") {
                while !self.eat("*#") {
                    self.peek()?;
                    self.at += 1;
                }
            } else if self.eat("#set") || self.eat("#{set}") {
                self.assignment()?;
            } else if c == '#' && self.is_directive() {
                return None;
            } else if c == '$' {
                self.substitution(out)?;
            } else {
                self.at += 1;
                push(out, c);
            }
        }
        Some(())
    }

    fn is_directive(&self) -> bool {
        let rest: String = self.chars.iter().skip(self.at + 1).take(12).collect();
        let rest = rest.trim_start_matches('{');
        [
            "if", "else", "end", "foreach", "macro", "stop", "parse", "include", "define",
            "evaluate", "return", "break", "[[", "@",
        ]
        .iter()
        .any(|word| rest.starts_with(word))
    }

    /// `($name = value)`
    fn assignment(&mut self) -> Option<()> {
        self.blanks();
        self.eat("(").then_some(())?;
        self.blanks();
        self.eat("$").then_some(())?;
        let braced = self.eat("{");
        let name = self.name()?;
        if braced {
            self.eat("}").then_some(())?;
        }
        self.blanks();
        self.eat("=").then_some(())?;
        let value = self.value(0)?;
        self.blanks();
        self.eat(")").then_some(())?;
        self.variables.insert(name, value);
        Some(())
    }

    /// `$name…` in text; a `$` that begins no reference is text.
    fn substitution(&mut self, out: &mut Vec<Part>) -> Option<()> {
        let start = self.at;
        self.at += 1;
        match self.reference(0) {
            Some(Some(parts)) => {
                self.left = self.left.checked_sub(parts.len())?;
                out.extend(parts);
            }
            Some(None) => {
                self.at = start + 1;
                push(out, '$');
            }
            None => return None,
        }
        Some(())
    }

    /// What stands behind a `$`: `Some(None)` where that is no reference.
    fn reference(&mut self, depth: usize) -> Option<Option<Vec<Part>>> {
        self.eat("!");
        let braced = self.eat("{");
        let Some(root) = self.name() else {
            return Some(None);
        };
        let mut links = Vec::new();
        while let Some(link) = self.link(depth)? {
            links.push(link);
        }
        if braced {
            self.eat("}").then_some(())?;
        }
        self.evaluate(&root, links).map(Some)
    }

    /// `.name`, `.name(…)`, `[…]`
    fn link(&mut self, depth: usize) -> Option<Option<Link>> {
        let start = self.at;
        if self.eat("[") {
            let value = self.value(depth + 1)?;
            self.blanks();
            self.eat("]").then_some(())?;
            return Some(Some(Link {
                name: "get".to_owned(),
                arguments: Some(vec![value]),
            }));
        }
        if !self.eat(".") {
            return Some(None);
        }
        let Some(name) = self.name() else {
            self.at = start;
            return Some(None);
        };
        if !self.eat("(") {
            return Some(Some(Link {
                name,
                arguments: None,
            }));
        }
        let mut arguments = Vec::new();
        loop {
            self.blanks();
            if self.eat(")") {
                break;
            }
            arguments.push(self.value(depth + 1)?);
            self.blanks();
            if !self.eat(",") && self.peek() != Some(')') {
                return None;
            }
        }
        let arguments = Some(arguments);
        Some(Some(Link { name, arguments }))
    }

    /// A string, a number, a word or a reference.
    fn value(&mut self, depth: usize) -> Option<Vec<Part>> {
        if depth > DEEPEST {
            return None;
        }
        self.blanks();
        match self.peek()? {
            '$' => {
                self.at += 1;
                self.reference(depth + 1)?
            }
            '\'' => {
                self.at += 1;
                let mut text = String::new();
                while !self.eat("'") {
                    text.push(self.peek()?);
                    self.at += 1;
                }
                Some(vec![Part::Text(text)])
            }
            '"' => {
                self.at += 1;
                let mut out = Vec::new();
                while !self.eat("\"") {
                    match self.peek()? {
                        '$' => self.substitution(&mut out)?,
                        c => {
                            self.at += 1;
                            push(&mut out, c);
                        }
                    }
                }
                Some(out)
            }
            c if c.is_ascii_alphanumeric() || c == '-' => {
                let mut text = String::new();
                while let Some(c) = self
                    .peek()
                    .filter(|c| c.is_ascii_alphanumeric() || "-._".contains(*c))
                {
                    text.push(c);
                    self.at += 1;
                }
                Some(vec![Part::Text(text)])
            }
            _ => None,
        }
    }

    fn evaluate(&self, root: &str, links: Vec<Link>) -> Option<Vec<Part>> {
        let mut links = links.into_iter();
        let mut value = match root {
            "input" => match links.next() {
                None => hole(Source::Caller, "$"),
                Some(link) => input(&link)?,
            },
            "util" | "utils" => util(&links.next()?)?,
            "context" | "ctx" => {
                let path: Vec<String> = links.by_ref().map(|l| l.in_path()).collect();
                return Some(context(&path.join(".")));
            }
            "stageVariables" => {
                let name = links.next()?.in_path();
                hole(Source::Deployment(format!("stageVariables.{name}")), &name)
            }
            name => self.variables.get(name)?.clone(),
        };
        for link in links {
            value = linked(value, &link)?;
        }
        Some(value)
    }
}

/// One step of a reference.
struct Link {
    name: String,
    arguments: Option<Vec<Vec<Part>>>,
}

impl Link {
    fn first(&self) -> Option<String> {
        literal(self.arguments.as_ref()?.first()?)
    }

    fn in_path(&self) -> String {
        match (self.name.as_str(), self.first()) {
            ("get", Some(key)) => key,
            _ => self.name.clone(),
        }
    }
}

fn push(out: &mut Vec<Part>, c: char) {
    match out.last_mut() {
        Some(Part::Text(text)) => text.push(c),
        _ => out.push(Part::Text(c.to_string())),
    }
}

fn literal(parts: &[Part]) -> Option<String> {
    match parts {
        [] => Some(String::new()),
        [Part::Text(text)] => Some(text.clone()),
        _ => None,
    }
}

fn hole(source: Source, path: &str) -> Vec<Part> {
    vec![Part::Hole(Value::Any(Unknown::of(source, path)))]
}

/// The pieces of a text.
pub fn pieces(parts: &[Part]) -> Vec<Piece> {
    parts
        .iter()
        .flat_map(|part| match part {
            Part::Text(text) => vec![Piece::Literal(text.clone())],
            Part::Hole(value) => super::text::in_text(value),
        })
        .collect()
}
