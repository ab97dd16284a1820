//! Text with wildcards and policy variables (IAM User Guide, "IAM policy elements: Variables and tags").

use super::Version;
use crate::glob::{Glob, Token};

/// A pattern whose variables are filled in at evaluation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// With every variable as `*`.
    widest: Glob,
    /// The parts, where one of them is a variable; else the pattern is all that there is.
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Token(Token),
    Variable(Variable),
}

/// `${key}` or `${key, 'default'}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The context key as written.
    pub key: String,
    /// The text where the key has no value.
    pub default: Option<String>,
}

impl Template {
    /// Reads the text. Under 2008-10-17 `${…}` is ordinary text. Under 2012-10-17, `${*}`, `${?}` and `${$}` are the
    /// characters, and `${…}` is a variable if it names a key (a name with a colon); anything else, such as a
    /// substitution that was never made, stays ordinary text.
    pub fn parse(text: &str, version: Version) -> Self {
        Self::new(read(text, version, |_| true))
    }

    fn new(mut parts: Vec<Part>) -> Self {
        let token = |part: &Part| match part {
            Part::Token(token) => *token,
            Part::Variable(_) => Token::Any,
        };
        let widest = parts.iter().map(token).collect();
        if !parts.iter().any(|p| matches!(p, Part::Variable(_))) {
            parts = Vec::new();
        }
        Self { widest, parts }
    }

    /// Reads a pattern of resources. Variables stand behind the fifth colon only, where the ARN names the resource;
    /// before it they stay ordinary text, which no real ARN holds. A `*` that more of its segment follows stays within
    /// the segment (IAM User Guide, "IAM JSON policy elements: Resource", "Using wildcards in resource ARNs", and "IAM
    /// policy elements: Variables and tags", "Where you can use policy variables").
    pub fn of_resource(text: &str, version: Version) -> Self {
        let mut parts = read(text, version, |colons| colons >= 5);
        let mut more = false;
        for part in parts.iter_mut().rev() {
            if *part == Part::Token(Token::Any) && more {
                *part = Part::Token(Token::Within);
            }
            more = *part != Part::Token(Token::Char(':'));
        }
        Self::new(parts)
    }

    /// The text itself, with no wildcard and no variable in it.
    pub fn literal(text: &str) -> Self {
        Self {
            widest: Glob::literal(text),
            parts: Vec::new(),
        }
    }

    /// Its variables.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variable(variable) => Some(variable),
            Part::Token(_) => None,
        })
    }

    /// Whether it holds a variable.
    pub fn has_variables(&self) -> bool {
        self.variables().next().is_some()
    }

    /// With every variable as `*`.
    pub fn widest(&self) -> Glob {
        self.widest.clone()
    }

    /// With every variable as `?*`: a key's value is hardly ever the empty text.
    pub(super) fn with_values(&self) -> Glob {
        if self.parts.is_empty() {
            return self.widest();
        }
        let tokens = self.parts.iter().flat_map(|part| match part {
            Part::Token(token) => [Some(*token), None],
            Part::Variable(_) => [Some(Token::One), Some(Token::Any)],
        });
        tokens.flatten().collect()
    }

    /// The pattern with its variables filled in; their values stand for themselves, wildcards included. `None` where
    /// a variable has neither value nor default: such a pattern matches nothing.
    pub fn glob<'v>(&self, value: &impl Fn(&str) -> Option<&'v str>) -> Option<Glob> {
        if self.parts.is_empty() {
            return Some(self.widest());
        }
        let mut tokens = Vec::with_capacity(self.parts.len());
        self.fill(value, |token| tokens.push(token))?;
        Some(tokens.into_iter().collect())
    }

    /// The text with its variables filled in, for operators without wildcards: `*` and `?` are characters.
    pub fn text<'v>(&self, value: &impl Fn(&str) -> Option<&'v str>) -> Option<String> {
        let mut text = String::new();
        self.fill(value, |token| {
            text.push(match token {
                Token::Char(c) => c,
                Token::One => '?',
                Token::Any | Token::Within => '*',
            });
        })?;
        Some(text)
    }

    /// The pattern with its variables filled in, as a template without variables.
    pub(super) fn filled<'v>(&self, value: &impl Fn(&str) -> Option<&'v str>) -> Option<Self> {
        if self.parts.is_empty() {
            return Some(self.clone());
        }
        let mut parts = Vec::with_capacity(self.parts.len());
        self.fill(value, |token| parts.push(Part::Token(token)))?;
        Some(Self::new(parts))
    }

    /// Up to `limit` values that a variable may stand for where the pattern matches the text: its key and the value.
    pub(super) fn readings(&self, text: &str, limit: usize) -> Vec<(String, String)> {
        let mut out: Vec<(String, String)> = Vec::new();
        for (i, part) in self.parts.iter().enumerate() {
            let Part::Variable(variable) = part else {
                continue;
            };
            let side =
                |parts: Option<&[Part]>| Self::new(parts.unwrap_or_default().to_vec()).widest;
            let (before, after) = (side(self.parts.get(..i)), side(self.parts.get(i + 1..)));
            let cuts: Vec<usize> = (0..=text.len())
                .filter(|c| text.is_char_boundary(*c))
                .collect();
            let starts = cuts
                .iter()
                .filter(|c| before.matches(text.get(..**c).unwrap_or_default()));
            let ends: Vec<usize> = cuts
                .iter()
                .copied()
                .filter(|c| after.matches(text.get(*c..).unwrap_or_default()))
                .collect();
            let found =
                starts.flat_map(|from| ends.iter().filter_map(move |to| text.get(*from..*to)));
            for value in found.filter(|v| !v.is_empty()).take(limit) {
                out.push((variable.key.clone(), value.to_owned()));
            }
        }
        out
    }

    fn fill<'v>(
        &self,
        value: &impl Fn(&str) -> Option<&'v str>,
        mut push: impl FnMut(Token),
    ) -> Option<()> {
        if self.parts.is_empty() {
            self.widest.tokens().iter().for_each(|token| push(*token));
        }
        for part in &self.parts {
            match part {
                Part::Token(token) => push(*token),
                Part::Variable(variable) => {
                    let text = value(&variable.key).or(variable.default.as_deref())?;
                    text.chars().for_each(|c| push(Token::Char(c)));
                }
            }
        }
        Some(())
    }
}

/// Reads the text; `may_vary` says after how many colons there are variables.
fn read(text: &str, version: Version, may_vary: impl Fn(usize) -> bool) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut colons = 0;
    while let Some(c) = rest.chars().next() {
        if version == Version::V2012
            && let Some((part, tail)) = placeholder(rest)
        {
            if may_vary(colons) || matches!(part, Part::Token(_)) {
                parts.push(part);
            } else {
                let written = rest.get(..rest.len() - tail.len()).unwrap_or_default();
                parts.extend(written.chars().map(|c| Part::Token(Token::Char(c))));
            }
            rest = tail;
            continue;
        }
        colons += usize::from(c == ':');
        let token = match c {
            '*' => Token::Any,
            '?' => Token::One,
            c => Token::Char(c),
        };
        if token != Token::Any || parts.last() != Some(&Part::Token(token)) {
            parts.push(Part::Token(token));
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    parts
}

/// `${…}` at the beginning of the text, and what follows it.
fn placeholder(text: &str) -> Option<(Part, &str)> {
    let inner = text.strip_prefix("${")?;
    for (name, c) in [("*}", '*'), ("?}", '?'), ("$}", '$')] {
        if let Some(tail) = inner.strip_prefix(name) {
            return Some((Part::Token(Token::Char(c)), tail));
        }
    }
    let stop = inner.find(['}', ',', '\''])?;
    let key = inner.get(..stop)?.trim();
    let rest = inner.get(stop..)?;
    let (default, tail) = if let Some(tail) = rest.strip_prefix('}') {
        (None, tail)
    } else {
        let quoted = rest.strip_prefix(',')?.trim_start().strip_prefix('\'')?;
        let end = quoted.find('\'')?;
        let tail = quoted.get(end + 1..)?.trim_start().strip_prefix('}')?;
        (Some(quoted.get(..end)?.to_owned()), tail)
    };
    let (service, name) = key.split_once(':')?;
    let named = !service.is_empty()
        && !name.is_empty()
        && service
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-._/".contains(c));
    named.then(|| {
        let key = key.to_owned();
        (Part::Variable(Variable { key, default }), tail)
    })
}
