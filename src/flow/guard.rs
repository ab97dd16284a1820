//! What the rules of a Choice state teach on their two ways, in JSONPath; JSONata's conditions stand in
//! [`super::jsonata`].

use std::cell::Cell;
use std::sync::Arc;

use super::jsonata;
use super::knowledge::{Fact, Knowledge};
use super::site::Site;
use super::strength;
use crate::asl::{ChoiceRule, Condition, Node, Operand};
use crate::budget;
use crate::expr::jsonpath::Path;
use crate::glob::{Glob, Token};
use crate::loc::Pointer;
use crate::value::{Guard, Source, Strength, Unknown, Value};

/// Longer than this a pattern is told by its ends; no ARN and no name has as many characters.
const MAX_PATTERN: usize = 2048;
/// Deeper than this a condition teaches nothing.
const MAX_NESTING: usize = 24;
/// More tests than this of one rule teach nothing: what they would keep out counts as let through.
const MAX_TESTS: usize = 1024;

/// What is known where the rule holds, and where it does not.
pub fn decide(site: &Site<'_>, rule: &ChoiceRule) -> (Knowledge, Knowledge) {
    let know = &site.env.know;
    let assume = |truth: bool| {
        let judge = Judge {
            site: *site,
            pointer: &rule.pointer,
            left: Cell::new(MAX_TESTS),
        };
        judge.assume(&rule.condition, truth, know, 0)
    };
    (assume(true), assume(false))
}

struct Judge<'a> {
    site: Site<'a>,
    pointer: &'a Pointer,
    /// Tests that may still be looked at.
    left: Cell<usize>,
}

impl Judge<'_> {
    fn assume(
        &self,
        condition: &Condition,
        truth: bool,
        know: &Knowledge,
        depth: usize,
    ) -> Knowledge {
        let left = self.left.get();
        if depth > MAX_NESTING || left == 0 || budget::is_spent() {
            budget::cut("a condition of more tests than are followed; those beyond guard nothing");
            return know.clone();
        }
        self.left.set(left - 1);
        budget::spend(8);
        match condition {
            Condition::Not(inner) => self.assume(inner, !truth, know, depth + 1),
            Condition::And(all) => self.combine(all, truth, truth, know, depth),
            Condition::Or(any) => self.combine(any, truth, !truth, know, depth),
            Condition::Compare {
                variable,
                operator,
                operand,
            } => {
                let mut next = know.clone();
                self.compare(variable, operator, operand, truth, &mut next);
                next
            }
            Condition::Jsonata(template) => match &template.node {
                Node::Jsonata(expr) => {
                    jsonata::assume(&self.site, know, expr, truth, &template.pointer)
                }
                _ => know.clone(),
            },
            Condition::Unknown => know.clone(),
        }
    }

    /// Where `every`, each condition has this truth; else at least one has, after those before it had not.
    fn combine(
        &self,
        conditions: &[Condition],
        truth: bool,
        every: bool,
        know: &Knowledge,
        depth: usize,
    ) -> Knowledge {
        if every {
            return conditions.iter().fold(know.clone(), |known, one| {
                self.assume(one, truth, &known, depth + 1)
            });
        }
        let mut before = know.clone();
        let mut any: Option<Knowledge> = None;
        for one in conditions {
            let here = self.assume(one, truth, &before, depth + 1);
            any = Some(any.map_or_else(|| here.clone(), |any| any.join(&here)));
            before = self.assume(one, !truth, &before, depth + 1);
        }
        any.unwrap_or_else(|| know.clone())
    }

    fn compare(
        &self,
        variable: &Path,
        operator: &str,
        operand: &Operand,
        truth: bool,
        know: &mut Knowledge,
    ) {
        let raw = self.site.raw_path(variable);
        let lesson = Lesson {
            state: &self.site.state.name,
            pointer: self.pointer,
            test: format!("{operator} {} on {}", shown(operand), variable.text),
        };
        let (other_raw, other) = match operand {
            Operand::Path(path) => {
                let raw = self.site.raw_path(path);
                let known = know.resolve(&raw);
                (Some(raw), known)
            }
            Operand::Literal(template) => (None, self.site.template(template)),
        };
        let base = operator.strip_suffix("Path").unwrap_or(operator);
        match base {
            "StringEquals" | "NumericEquals" | "TimestampEquals" | "BooleanEquals" => {
                if let Some(other_raw) = &other_raw {
                    let mine = know.resolve(&raw);
                    lesson.equal(know, other_raw, &mine, truth);
                }
                lesson.equal(know, &raw, &other, truth);
            }
            "StringMatches" => lesson.matches(know, &raw, &other, truth),
            "IsPresent" | "IsNull" => {
                let holds = (other != Value::Bool(false)) == truth;
                let nothing = if base == "IsNull" {
                    Value::Null
                } else {
                    Value::Absent
                };
                if holds == (base == "IsNull") {
                    lesson.is(know, &raw, nothing);
                } else {
                    lesson.only(know, &raw, Strength::TypeOnly);
                }
            }
            "IsString" | "IsNumeric" | "IsBoolean" | "IsTimestamp" => {
                lesson.only(know, &raw, Strength::TypeOnly);
            }
            _ => lesson.only(know, &raw, Strength::DenyList),
        }
    }
}

/// A test and what it teaches.
pub struct Lesson<'a> {
    /// The state that tests.
    pub state: &'a str,
    /// Where.
    pub pointer: &'a Pointer,
    /// The test as written.
    pub test: String,
}

impl Lesson<'_> {
    fn guard(&self, strength: Strength, any_text: bool) -> Vec<Arc<Guard>> {
        vec![Arc::new(Guard {
            state: self.state.to_owned(),
            pointer: self.pointer.clone(),
            test: self.test.clone(),
            any_text,
            strength,
        })]
    }

    /// The test only looked at it.
    pub fn only(&self, know: &mut Knowledge, value: &Value, strength: Strength) {
        know.learn(value, Fact::guarded(self.guard(strength, true)));
    }

    /// It is this.
    pub fn is(&self, know: &mut Knowledge, value: &Value, equal: Value) {
        know.learn(
            value,
            Fact::same_as(equal, self.guard(Strength::Finite, false)),
        );
    }

    /// It is true: what a kept test says then holds.
    pub fn holds(&self, know: &mut Knowledge, value: &Value) {
        if let Value::Any(Unknown {
            tells: Some(told), ..
        }) = value
        {
            self.allowed(know, &told.subject, told.allowed.clone(), false);
        }
    }

    /// It equals (or not) the other value.
    pub fn equal(&self, know: &mut Knowledge, value: &Value, other: &Value, truth: bool) {
        if !truth {
            return self.excluded(know, value, |text| other.as_text() == Some(text));
        }
        match other {
            Value::Number(_) | Value::Bool(_) | Value::Null | Value::Absent => {
                if *other == Value::Bool(true) {
                    self.holds(know, value);
                }
                self.is(know, value, other.clone());
            }
            _ if other.finite().is_some_and(|list| !list.is_empty()) => {
                self.allowed(know, value, other.patterns(), false);
            }
            _ if other.is_tainted() => {
                let globs = other.patterns();
                if globs.iter().any(Glob::is_any) {
                    // Comparing one chosen value with another narrows neither.
                    self.only(know, value, Strength::TypeOnly);
                } else {
                    self.allowed(know, value, globs, true);
                }
            }
            // What it equals is told only where that is known.
            Value::Any(_) | Value::Text(_) if !is_undecided(other) => {
                self.is(know, value, other.clone());
            }
            _ => self.only(know, value, Strength::TypeOnly),
        }
    }

    /// It is a string that one of these matches, whose wildcards stand for any text or for characters of a class.
    pub fn allowed(&self, know: &mut Knowledge, value: &Value, globs: Vec<Glob>, any_text: bool) {
        let guard = self.guard(strength::of_patterns(&globs), any_text);
        know.learn(value, Fact::among(Some(globs), guard));
    }

    /// It is not one of the strings that this says.
    pub fn excluded(&self, know: &mut Knowledge, value: &Value, out: impl Fn(&str) -> bool) {
        let left = know.resolve(value).finite().map(|list| {
            list.iter()
                .filter(|text| !out(text))
                .map(|text| Glob::literal(text))
                .collect()
        });
        know.learn(
            value,
            Fact::among(left, self.guard(Strength::DenyList, true)),
        );
    }

    /// It matches (or not) a `StringMatches` pattern.
    fn matches(&self, know: &mut Knowledge, value: &Value, pattern: &Value, truth: bool) {
        let globs: Option<Vec<Glob>> = pattern
            .alternatives()
            .iter()
            .map(|p| p.as_text().map(string_matches))
            .collect();
        match globs {
            Some(globs) if truth => self.allowed(know, value, globs, true),
            Some(globs) => {
                self.excluded(know, value, |text| globs.iter().any(|g| g.matches(text)));
            }
            None => self.only(know, value, Strength::DenyList),
        }
    }
}

/// Whether the analysis does not know where some part of it comes from.
pub fn is_undecided(value: &Value) -> bool {
    let undecided = |u: &&Unknown| {
        u.origins.is_empty() && u.allowed.is_none()
            || u.origins.iter().any(|o| o.source == Source::Undecided)
    };
    value.unknowns().iter().any(undecided)
}

/// A `StringMatches` pattern: `*` is any number of characters, `\*` and `\\` stand for themselves.
///
/// Of one longer than any name of a resource, only the two ends are looked at.
pub fn string_matches(text: &str) -> Glob {
    let whole = whole_pattern(text);
    let tokens = whole.tokens();
    let ends = tokens.get(..MAX_PATTERN / 2).zip(
        tokens
            .len()
            .checked_sub(MAX_PATTERN / 2)
            .and_then(|at| tokens.get(at..)),
    );
    match ends {
        Some((head, tail)) if tokens.len() > MAX_PATTERN => {
            budget::cut("a pattern too long to compare, of which the two ends count");
            let mut glob = Glob::literal("");
            let ends = head.iter().chain([&Token::Any]).chain(tail);
            ends.for_each(|token| glob.push(*token));
            glob
        }
        _ => whole,
    }
}

fn whole_pattern(text: &str) -> Glob {
    let mut glob = Glob::literal("");
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        glob.push(match c {
            '*' => Token::Any,
            '\\' => chars.next().map_or(Token::Char('\\'), Token::Char),
            c => Token::Char(c),
        });
    }
    glob
}

fn shown(operand: &Operand) -> String {
    match operand {
        Operand::Path(path) => path.text.clone(),
        Operand::Literal(template) => match &template.node {
            Node::Text(text) => format!("\"{}\"", text.display()),
            Node::Bool(value) => value.to_string(),
            Node::Number(number) => number.to_string(),
            Node::Null => "null".to_owned(),
            _ => "a value".to_owned(),
        },
    }
}
