//! The parser of intrinsic function calls.

use super::{Arg, Call, MAX_NESTING};
use crate::expr::SyntaxError;
use crate::expr::cursor::Cursor;
use crate::expr::jsonpath;

/// Parses one call, such as `States.Format('{}', $.name)`.
///
/// # Errors
/// Where the text is no call of a function that the language has, with the place and what was expected.
pub fn parse(text: &str) -> Result<Call, SyntaxError> {
    let mut cursor = Cursor::new(text);
    cursor.skip_spaces();
    let call = call(&mut cursor, 1)?;
    cursor.skip_spaces();
    match cursor.peek() {
        None => Ok(call),
        Some(c) => cursor.error(format!("unexpected `{c}` after the call")),
    }
}

fn call(cursor: &mut Cursor<'_>, depth: usize) -> Result<Call, SyntaxError> {
    let from = cursor.at();
    if depth > MAX_NESTING {
        return cursor.error(format!(
            "intrinsic functions nest at most {MAX_NESTING} deep"
        ));
    }
    let name = cursor.take_while(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_');
    if !name.starts_with("States.") {
        cursor.seek(from);
        return cursor.error(format!(
            "expected an intrinsic function such as `States.Format`, found {}",
            cursor.found()
        ));
    }
    cursor.skip_spaces();
    cursor.expect('(')?;
    let mut args = Vec::new();
    cursor.skip_spaces();
    if !cursor.eat(')') {
        loop {
            cursor.skip_spaces();
            args.push(arg(cursor, depth)?);
            cursor.skip_spaces();
            if cursor.eat(')') {
                break;
            }
            if !cursor.eat(',') {
                return cursor.error(format!("expected `,` or `)`, found {}", cursor.found()));
            }
        }
    }
    let call = Call {
        name: name.to_owned(),
        args,
        text: cursor.since(from).to_owned(),
    };
    match call.misuse() {
        None => Ok(call),
        Some(message) => {
            cursor.seek(from);
            cursor.error(message)
        }
    }
}

fn arg(cursor: &mut Cursor<'_>, depth: usize) -> Result<Arg, SyntaxError> {
    match cursor.peek() {
        Some('$') => Ok(Arg::Path(jsonpath::prefix(cursor, true)?)),
        Some('\'') => Ok(Arg::Text(quoted(cursor)?)),
        Some(c) if c == '-' || c.is_ascii_digit() => number(cursor),
        Some('S') => Ok(Arg::Call(call(cursor, depth + 1)?)),
        _ if cursor.eat_text("true") => Ok(Arg::Bool(true)),
        _ if cursor.eat_text("false") => Ok(Arg::Bool(false)),
        _ if cursor.eat_text("null") => Ok(Arg::Null),
        _ => cursor.error(format!(
            "expected a path, a string in single quotes, a number or a call, found {}",
            cursor.found()
        )),
    }
}

fn number(cursor: &mut Cursor<'_>) -> Result<Arg, SyntaxError> {
    let from = cursor.at();
    let text =
        cursor.take_while(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E'));
    if text.parse::<f64>().is_ok_and(f64::is_finite) {
        return Ok(Arg::Number(text.to_owned()));
    }
    cursor.seek(from);
    cursor.error(format!("`{text}` is no number"))
}

/// A string in single quotes; `\'`, `\{`, `\}` and `\\` stand for the second character.
fn quoted(cursor: &mut Cursor<'_>) -> Result<String, SyntaxError> {
    let from = cursor.at();
    cursor.expect('\'')?;
    let mut text = String::new();
    loop {
        match cursor.bump() {
            Some('\'') => return Ok(text),
            Some('\\') => match cursor.bump() {
                Some(c @ ('\'' | '{' | '}' | '\\')) => text.push(c),
                Some(c) => {
                    text.push('\\');
                    text.push(c);
                }
                None => break,
            },
            Some(c) => text.push(c),
            None => break,
        }
    }
    cursor.seek(from);
    cursor.error("the string does not end; its closing `'` is missing")
}
