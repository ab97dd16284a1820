//! The JSONPath parser.

use super::{Path, Root, Step};
use crate::expr::SyntaxError;
use crate::expr::cursor::Cursor;

/// Parses one whole path.
///
/// # Errors
/// Where the text is no path, with the place and what was expected.
pub fn parse(text: &str) -> Result<Path, SyntaxError> {
    let mut cursor = Cursor::new(text);
    cursor.skip_spaces();
    let path = prefix(&mut cursor, false)?;
    cursor.skip_spaces();
    match cursor.peek() {
        None => Ok(path),
        Some(c) => cursor.error(format!("unexpected `{c}` in a path")),
    }
}

/// Parses a path that something else may follow. As an argument it ends at a comma or parenthesis.
pub(crate) fn prefix(cursor: &mut Cursor<'_>, argument: bool) -> Result<Path, SyntaxError> {
    let from = cursor.at();
    if !cursor.eat('$') {
        return cursor.error(format!("a path begins with `$`, found {}", cursor.found()));
    }
    let root = if cursor.eat('$') {
        Root::Context
    } else {
        match cursor.take_while(is_name) {
            "" => Root::Input,
            name => Root::Variable(name.to_owned()),
        }
    };
    let mut steps = Vec::new();
    while matches!(cursor.peek(), Some('.' | '[')) {
        steps.push(step(cursor, argument)?);
    }
    Ok(Path {
        root,
        steps,
        text: cursor.since(from).to_owned(),
    })
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn step(cursor: &mut Cursor<'_>, argument: bool) -> Result<Step, SyntaxError> {
    if cursor.eat_text("..") {
        return match cursor.peek() {
            Some('*') => {
                cursor.bump();
                Ok(Step::DescendAll)
            }
            // `..[…]` selects inside every value below; what it selects is read as the next step.
            Some('[') => Ok(Step::DescendAll),
            _ => Ok(Step::Descend(name(cursor, argument)?)),
        };
    }
    if cursor.eat('.') {
        return match cursor.peek() {
            Some('*') => {
                cursor.bump();
                Ok(Step::Wildcard)
            }
            Some('[') => bracket(cursor),
            _ => {
                let name = name(cursor, argument)?;
                if cursor.eat_text("()") {
                    return Ok(Step::Function(name));
                }
                Ok(Step::Field(name))
            }
        };
    }
    bracket(cursor)
}

/// A name in dot notation: Jayway reads up to the next `.`, `[`, blank or parenthesis.
fn name(cursor: &mut Cursor<'_>, argument: bool) -> Result<String, SyntaxError> {
    let from = cursor.at();
    while let Some(c) = cursor.peek() {
        if cursor.rest().starts_with("${") {
            substitution(cursor);
        } else if matches!(c, '.' | '[' | ']' | '(' | ')')
            || c.is_whitespace()
            || argument && c == ','
        {
            break;
        } else {
            cursor.bump();
        }
    }
    match cursor.since(from) {
        "" => cursor.error(format!(
            "expected a field name after `.`, found {}",
            cursor.found()
        )),
        name => Ok(name.to_owned()),
    }
}

/// How far the end of a substitution is looked for.
const MAX_SUBSTITUTION: usize = 256;

/// Passes over `${Name}`, which is unresolved until deployment and may hold dots.
fn substitution(cursor: &mut Cursor<'_>) {
    let mut near = cursor.rest().char_indices().take(MAX_SUBSTITUTION);
    match near.find(|(_, c)| *c == '}') {
        Some((end, _)) => cursor.seek(cursor.at() + end + 1),
        None => {
            cursor.bump();
        }
    }
}

fn bracket(cursor: &mut Cursor<'_>) -> Result<Step, SyntaxError> {
    cursor.expect('[')?;
    cursor.skip_spaces();
    let step = match cursor.peek() {
        Some('*') => {
            cursor.bump();
            Step::Wildcard
        }
        Some('?') => {
            cursor.bump();
            return filter(cursor);
        }
        Some('\'' | '"') => list(cursor, |cursor| Ok(Step::Field(quoted(cursor)?)))?,
        Some(c) if c == '-' || c == ':' || c.is_ascii_digit() => list(cursor, number)?,
        // `[(@.length-1)]` is an index that only a run can tell.
        Some('(') => {
            skip_balanced(cursor)?;
            Step::Slice
        }
        _ => {
            return cursor.error(format!(
                "expected an index, a quoted name, `*`, a slice or a filter, found {}",
                cursor.found()
            ));
        }
    };
    cursor.skip_spaces();
    cursor.expect(']')?;
    Ok(step)
}

/// One or more of the same kind, separated by commas.
fn list(
    cursor: &mut Cursor<'_>,
    one: impl Fn(&mut Cursor<'_>) -> Result<Step, SyntaxError>,
) -> Result<Step, SyntaxError> {
    let first = one(cursor)?;
    cursor.skip_spaces();
    if cursor.peek() != Some(',') {
        return Ok(first);
    }
    let mut steps = vec![first];
    while cursor.eat(',') {
        cursor.skip_spaces();
        steps.push(one(cursor)?);
        cursor.skip_spaces();
    }
    Ok(Step::Union(steps))
}

/// An index or a slice.
fn number(cursor: &mut Cursor<'_>) -> Result<Step, SyntaxError> {
    let from = cursor.at();
    let text = cursor.take_while(|c| c == '-' || c == ':' || c == ' ' || c.is_ascii_digit());
    let parts: Vec<&str> = text.split(':').map(str::trim).collect();
    let whole = |part: &&str| part.parse::<i64>().is_ok();
    match parts.as_slice() {
        [index] => match index.parse() {
            Ok(index) => Ok(Step::Index(index)),
            Err(_) => {
                cursor.seek(from);
                cursor.error(format!("`{index}` is no index"))
            }
        },
        [..] if parts.len() <= 3 && parts.iter().all(|p| p.is_empty() || whole(p)) => {
            Ok(Step::Slice)
        }
        _ => {
            cursor.seek(from);
            cursor.error(format!("`{text}` is no slice"))
        }
    }
}

pub(super) fn quoted(cursor: &mut Cursor<'_>) -> Result<String, SyntaxError> {
    let Some(quote @ ('\'' | '"')) = cursor.peek() else {
        return cursor.error(format!("expected a quoted name, found {}", cursor.found()));
    };
    cursor.bump();
    let mut name = String::new();
    loop {
        match cursor.bump() {
            None => return cursor.error("the quoted name does not end"),
            Some(c) if c == quote => return Ok(name),
            Some('\\') => match cursor.bump() {
                None => return cursor.error("the quoted name does not end"),
                Some(c) => name.push(c),
            },
            Some(c) => name.push(c),
        }
    }
}

/// `[?(…)]`; the text between the brackets is kept.
fn filter(cursor: &mut Cursor<'_>) -> Result<Step, SyntaxError> {
    cursor.skip_spaces();
    let from = cursor.at();
    if cursor.peek() != Some('(') {
        return cursor.error(format!("expected `(` after `[?`, found {}", cursor.found()));
    }
    skip_balanced(cursor)?;
    let text = cursor.since(from);
    let inner = text
        .strip_prefix('(')
        .and_then(|t| t.strip_suffix(')'))
        .unwrap_or(text)
        .trim()
        .to_owned();
    cursor.skip_spaces();
    cursor.expect(']')?;
    if inner.is_empty() {
        return cursor.error("the filter is empty");
    }
    Ok(Step::Filter(inner))
}

/// Passes over `( … )` with everything nested, quoted or written as a regular expression inside.
fn skip_balanced(cursor: &mut Cursor<'_>) -> Result<(), SyntaxError> {
    let from = cursor.at();
    let mut open = 0usize;
    let mut last = ' ';
    while let Some(c) = cursor.bump() {
        match c {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => {
                open = open.saturating_sub(1);
                if open == 0 {
                    return Ok(());
                }
            }
            '\'' | '"' => skip_quoted(cursor, c)?,
            '/' if last == '~' => skip_quoted(cursor, c)?,
            _ => {}
        }
        if !c.is_whitespace() {
            last = c;
        }
    }
    cursor.seek(from);
    cursor.error("the parenthesis is not closed")
}

fn skip_quoted(cursor: &mut Cursor<'_>, quote: char) -> Result<(), SyntaxError> {
    loop {
        match cursor.bump() {
            None => return cursor.error("the quotation does not end"),
            Some('\\') => {
                cursor.bump();
            }
            Some(c) if c == quote => return Ok(()),
            Some(_) => {}
        }
    }
}
