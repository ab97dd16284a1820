//! The SQL of topic rules (AWS IoT Developer Guide, "AWS IoT SQL reference"), as far as it tells what a rule hands on.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::CharIndices;

/// One word of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A keyword, a function's name, or a part of a path.
    Word(String),
    /// A text in quotes.
    Text(String),
    /// A number.
    Number(String),
    /// Anything else.
    Sign(char),
}

impl Token {
    /// Whether it is this keyword, in any capitals.
    pub fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(text) if text.eq_ignore_ascii_case(word))
    }

    fn deeper(&self) -> i32 {
        match self {
            Self::Sign('(' | '[' | '{') => 1,
            Self::Sign(')' | ']' | '}') => -1,
            token if token.is("case") => 1,
            token if token.is("end") => -1,
            _ => 0,
        }
    }
}

/// A statement's words, without comments.
pub fn tokens(sql: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = sql.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        match c {
            c if c.is_whitespace() => {}
            '/' if rest.next_if(|(_, c)| *c == '*').is_some() => {
                let mut before = ' ';
                for (_, c) in rest.by_ref() {
                    if before == '*' && c == '/' {
                        break;
                    }
                    before = c;
                }
            }
            '\'' | '"' => found.push(Token::Text(quoted(&mut rest, c))),
            c if c.is_ascii_digit() => {
                let end = run(&mut rest, at, |c| c.is_ascii_digit() || c == '.');
                found.push(Token::Number(
                    sql.get(at..end).unwrap_or_default().to_owned(),
                ));
            }
            c if is_of_a_word(c) => {
                let end = run(&mut rest, at, is_of_a_word);
                found.push(Token::Word(sql.get(at..end).unwrap_or_default().to_owned()));
            }
            c => found.push(Token::Sign(c)),
        }
    }
    found
}

fn is_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '@' | '\\')
}

/// Where the characters that fit end.
fn run(rest: &mut Peekable<CharIndices<'_>>, at: usize, fits: impl Fn(char) -> bool) -> usize {
    let mut end = at + 1;
    while let Some((at, c)) = rest.next_if(|(_, c)| fits(*c)) {
        end = at + c.len_utf8();
    }
    end
}

/// The text up to the quote; a quote that stands twice is one of the text.
fn quoted(rest: &mut Peekable<CharIndices<'_>>, quote: char) -> String {
    let mut text = String::new();
    while let Some((_, c)) = rest.next() {
        if c == quote && rest.next_if(|(_, next)| *next == quote).is_none() {
            break;
        }
        text.push(c);
    }
    text
}

/// `SELECT list FROM source WHERE condition`.
#[derive(Debug, Default)]
pub struct Select<'t> {
    /// What is selected.
    pub list: &'t [Token],
    /// Of what.
    pub from: &'t [Token],
    /// Where this holds.
    pub condition: &'t [Token],
}

impl<'t> Select<'t> {
    /// `None` for what is no such statement.
    pub fn of(tokens: &'t [Token]) -> Option<Self> {
        let (first, after) = tokens.split_first()?;
        if !first.is("select") {
            return None;
        }
        let (list, after) = until(after, |t| t.is("from"));
        let (from, condition) = until(after, |t| t.is("where"));
        Some(Self {
            list,
            from,
            condition,
        })
    }
}

/// What stands before and after the first such word that is in no parentheses.
pub fn until(tokens: &[Token], is_end: impl Fn(&Token) -> bool) -> (&[Token], &[Token]) {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        if depth == 0 && is_end(token) {
            let (before, after) = tokens.split_at(at);
            return (before, after.get(1..).unwrap_or_default());
        }
        depth += token.deeper();
    }
    (tokens, &[])
}

/// The parts between such words that are in no parentheses.
pub fn split(tokens: &[Token], is_between: impl Fn(&Token) -> bool + Copy) -> Vec<&[Token]> {
    let mut depth = 0;
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, token) in tokens.iter().enumerate() {
        if depth == 0 && is_between(token) {
            parts.push(tokens.get(start..at).unwrap_or_default());
            start = at + 1;
        }
        depth += token.deeper();
    }
    parts.push(tokens.get(start..).unwrap_or_default());
    parts
}

/// What is inside, where one pair of parentheses stands around everything.
pub fn inside(tokens: &[Token], open: char, close: char) -> Option<&[Token]> {
    let (first, rest) = tokens.split_first()?;
    let (last, inner) = rest.split_last()?;
    if *first != Token::Sign(open) || *last != Token::Sign(close) {
        return None;
    }
    let mut depth = 0;
    let closes_before = inner.iter().any(|token| {
        depth += token.deeper();
        depth < 0
    });
    (!closes_before).then_some(inner)
}

/// `name(arguments)`: the name in lower case, and the arguments.
pub fn call(tokens: &[Token]) -> Option<(String, &[Token])> {
    let (Token::Word(name), rest) = tokens.split_first()? else {
        return None;
    };
    Some((name.to_ascii_lowercase(), inside(rest, '(', ')')?))
}

/// A path such as `state.reported.items[0]`, as it is written.
pub fn path(tokens: &[Token]) -> Option<String> {
    let mut text = String::new();
    let mut is_first = true;
    for token in tokens {
        match token {
            Token::Word(word) => text.push_str(word),
            Token::Number(number) | Token::Text(number) if !is_first => text.push_str(number),
            Token::Sign(c @ ('.' | '[' | ']')) if !is_first => text.push(*c),
            _ => return None,
        }
        is_first = false;
    }
    (!text.is_empty()).then_some(text)
}

/// Places that a condition holds to a few texts or numbers: `a = 'x'`, `b IN ['x', 'y']`, `topic(2) = 'x'`. A place is
/// written without blanks.
pub fn held(condition: &[Token]) -> BTreeMap<String, Vec<Token>> {
    let mut branches = split(condition, |t| t.is("or")).into_iter().map(all_of);
    let first = branches.next().unwrap_or_default();
    branches.fold(first, |held, branch| {
        let both = held.into_iter().filter_map(|(place, mut values)| {
            values.extend(branch.get(&place)?.iter().cloned());
            Some((place, values))
        });
        both.collect()
    })
}

fn all_of(condition: &[Token]) -> BTreeMap<String, Vec<Token>> {
    let mut all = BTreeMap::new();
    for part in split(condition, |t| t.is("and")) {
        match inside(part, '(', ')') {
            Some(inner) => all.extend(held(inner)),
            None => all.extend(one(part)),
        }
    }
    all
}

fn one(test: &[Token]) -> Option<(String, Vec<Token>)> {
    if let [left, right] = split(test, |t| *t == Token::Sign('=')).as_slice() {
        return match (literal(left), literal(right)) {
            (None, Some(value)) => Some((place(left)?, vec![value])),
            (Some(value), None) => Some((place(right)?, vec![value])),
            _ => None,
        };
    }
    let (left, list) = until(test, |t| t.is("in"));
    let list = inside(list, '[', ']').or_else(|| inside(list, '(', ')'))?;
    let values: Option<Vec<Token>> = split(list, |t| *t == Token::Sign(','))
        .into_iter()
        .map(literal)
        .collect();
    Some((place(left)?, values?))
}

fn literal(tokens: &[Token]) -> Option<Token> {
    match tokens {
        [one @ (Token::Text(_) | Token::Number(_))] => Some(one.clone()),
        _ => None,
    }
}

fn place(tokens: &[Token]) -> Option<String> {
    match call(tokens) {
        Some((name, [Token::Number(level)])) if name == "topic" => Some(format!("topic({level})")),
        Some(_) => None,
        None => path(tokens),
    }
}
