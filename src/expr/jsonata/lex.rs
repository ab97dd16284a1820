//! Words, names, numbers, strings and regular expressions of JSONata, read straight from the text.
//!
//! There is no stream of tokens: what `/` or `*` means depends on whether an operand or an operator is due,
//! and the parser knows which.

use crate::expr::SyntaxError;
use crate::expr::cursor::{Cursor, error_at};

/// The characters that end a name, besides blanks (the reference implementation's operator table).
const PUNCTUATION: &str = ".[]{}(),@#;:?+-*/%|=<>^&!~";

/// Passes over blanks and `/* … */`.
pub(super) fn skip(cursor: &mut Cursor<'_>) -> Result<(), SyntaxError> {
    loop {
        cursor.take_while(is_blank);
        let from = cursor.at();
        if !cursor.eat_text("/*") {
            return Ok(());
        }
        match cursor.rest().find("*/") {
            Some(end) => cursor.seek(cursor.at() + end + 2),
            None => return error_at(from, "the comment does not end"),
        }
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}')
}

/// A bare word: everything up to a blank or punctuation. Empty where none stands here.
pub(super) fn word<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    cursor.take_while(|c| !is_blank(c) && !PUNCTUATION.contains(c))
}

/// A name in back-quotes.
pub(super) fn back_quoted(cursor: &mut Cursor<'_>) -> Result<String, SyntaxError> {
    let from = cursor.at();
    cursor.expect('`')?;
    let name = cursor.take_while(|c| c != '`').to_owned();
    if cursor.eat('`') {
        Ok(name)
    } else {
        error_at(from, "the name in back-quotes does not end")
    }
}

/// A number as JSON writes it, without a sign.
pub(super) fn number(cursor: &mut Cursor<'_>) -> Result<f64, SyntaxError> {
    let from = cursor.at();
    if !cursor.eat('0') {
        digits(cursor);
    }
    let mut probe = cursor.clone();
    if probe.eat('.') && digits(&mut probe) {
        cursor.seek(probe.at());
    }
    let mut probe = cursor.clone();
    if probe.eat('e') || probe.eat('E') {
        let _signed = probe.eat('+') || probe.eat('-');
        if digits(&mut probe) {
            cursor.seek(probe.at());
        }
    }
    match cursor.since(from).parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => error_at(from, "the number is out of range"),
    }
}

fn digits(cursor: &mut Cursor<'_>) -> bool {
    !cursor.take_while(|c| c.is_ascii_digit()).is_empty()
}

/// A string in single or double quotes.
pub(super) fn string(cursor: &mut Cursor<'_>) -> Result<String, SyntaxError> {
    let from = cursor.at();
    let quote = cursor.bump();
    let mut units = Vec::new();
    let mut text = String::new();
    loop {
        let c = cursor.bump();
        if c != Some('\\') {
            flush(&mut units, &mut text);
        }
        match c {
            None => return error_at(from, "the string does not end"),
            c if c == quote => return Ok(text),
            Some('\\') => escape(cursor, &mut units, &mut text)?,
            Some(c) => text.push(c),
        }
    }
}

/// What follows a backslash. `\u` escapes are collected as UTF-16 first, since two may make one character.
fn escape(
    cursor: &mut Cursor<'_>,
    units: &mut Vec<u16>,
    text: &mut String,
) -> Result<(), SyntaxError> {
    let at = cursor.at();
    let plain = match cursor.bump() {
        Some(c @ ('"' | '\\' | '/')) => c,
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('u') => {
            let digits: String = cursor.rest().chars().take(4).collect();
            let unit = u16::from_str_radix(&digits, 16);
            if digits.len() != 4 || digits.starts_with('+') || unit.is_err() {
                return error_at(at, "`\\u` needs four hexadecimal digits");
            }
            cursor.seek(cursor.at() + 4);
            units.extend(unit);
            return Ok(());
        }
        Some(c) => return error_at(at, format!("there is no escape `\\{c}`")),
        None => return error_at(at, "the string does not end"),
    };
    flush(units, text);
    text.push(plain);
    Ok(())
}

fn flush(units: &mut Vec<u16>, text: &mut String) {
    if !units.is_empty() {
        text.push_str(&String::from_utf16_lossy(units));
        units.clear();
    }
}

/// `/pattern/flags`: the slash that ends it stands outside every bracket and is not escaped.
pub(super) fn regex(cursor: &mut Cursor<'_>) -> Result<(String, String), SyntaxError> {
    let from = cursor.at();
    cursor.expect('/')?;
    let start = cursor.at();
    let mut open = 0usize;
    loop {
        let end = cursor.at();
        match cursor.bump() {
            None => return error_at(from, "the regular expression does not end"),
            Some('\\') => {
                cursor.bump();
            }
            Some('/') if open == 0 => {
                cursor.seek(end);
                break;
            }
            Some('(' | '[' | '{') => open += 1,
            Some(')' | ']' | '}') => open = open.saturating_sub(1),
            Some(_) => {}
        }
    }
    let pattern = cursor.since(start).to_owned();
    if pattern.is_empty() {
        return error_at(from, "the regular expression is empty");
    }
    cursor.expect('/')?;
    let flags = cursor.take_while(|c| matches!(c, 'i' | 'm')).to_owned();
    Ok((pattern, flags))
}
