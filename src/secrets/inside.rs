//! Credentials inside a longer text that a name stands before: query strings, connection strings, command lines, SQL, objects
//! of an expression.

use super::plausible::{self, Named};

/// What is said of one.
pub(super) const NAMED: &str = "secret in a field so named";

/// Each `name=value`, `name: value`, `--name value` and `name := 'value'` in the text whose name is a credential's.
/// In an expression of the workflow's own language a value without quotes is a name, not a text.
pub(super) fn find(text: &str, is_expression: bool, found: &mut impl FnMut(&'static str, &str)) {
    for (at, mark) in text.match_indices(['=', ':', '>']) {
        let (Some(before), Some(after)) = (text.get(..at), text.get(at + mark.len()..)) else {
            continue;
        };
        // Of `:=`, `==`, `!=` the last character counts.
        if after.starts_with('=') {
            continue;
        }
        let Some(name) = name_before(tail(before, MAX_LENGTH)) else {
            continue;
        };
        // `arn:aws:secretsmanager:…:secret:NAME` names a secret and holds none.
        if plausible::name(name).is_none() || mark == ":" && is_in_arn(tail(before, MAX_ARN)) {
            continue;
        }
        // `<password>…</password>`, and `password => '…'`; any other `>` compares.
        if mark == ">" && !(before.ends_with(&format!("<{name}")) || before.ends_with('=')) {
            continue;
        }
        let is_prose = mark == ":" && goes_on(after);
        assigned(name, after, is_expression, &mut |kind, value| {
            if !is_prose || plausible::value(value, name, Named::Perhaps) {
                found(kind, value);
            }
        });
    }
    flags(text, is_expression, found);
}

/// Each `--name value` and `-name value`; flags of one letter mean too many things.
fn flags(text: &str, is_expression: bool, found: &mut impl FnMut(&'static str, &str)) {
    for (at, _) in text.match_indices('-') {
        let before = text.get(..at).unwrap_or_default();
        let begins = |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '`' | '-');
        if !before.chars().next_back().is_none_or(begins) {
            continue;
        }
        let rest = head(text.get(at + 1..).unwrap_or_default());
        if let Some((flag, value)) = rest.split_once(char::is_whitespace)
            && flag.len() > 2
            && !flag.starts_with('-')
            && flag.chars().all(is_of_name)
        {
            assigned(flag, value, is_expression, found);
        }
    }
}

/// Whether words follow what stands behind a colon, as in a sentence: in a document the value is all of its line.
fn goes_on(after: &str) -> bool {
    let line = head(after).lines().next().unwrap_or_default();
    let mut words = line.trim_start_matches([' ', '\t']).splitn(2, ' ');
    let value = words.next().unwrap_or_default();
    let bare = !value.starts_with(['\'', '"', '\\']) && !value.ends_with([',', ';']);
    bare && words.next().is_some_and(|rest| !rest.trim().is_empty())
}

/// More of a text than this is no name with its credential.
const MAX_LENGTH: usize = 256;
/// No ARN is longer.
const MAX_ARN: usize = 2048;

/// The end of a text: what stands further before has nothing to do with what follows, and is not looked at again and again.
fn tail(text: &str, bytes: usize) -> &str {
    let mut from = text.len().saturating_sub(bytes);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    text.get(from..).unwrap_or_default()
}

fn head(text: &str) -> &str {
    let end = text
        .char_indices()
        .nth(MAX_LENGTH)
        .map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or(text)
}

/// Whether the word that ends here is the beginning of an ARN.
fn is_in_arn(before: &str) -> bool {
    let ends = |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '`' | '=' | ',' | '(');
    let word = before.rsplit(ends).next().unwrap_or_default();
    word.starts_with("arn:")
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// The name that ends where an assignment's mark stands, quotes and blanks between taken off.
fn name_before(before: &str) -> Option<&str> {
    let before = before
        .trim_end_matches([':', '!', '<', '>', '='])
        .trim_end_matches([' ', '\t']);
    let before = before.trim_end_matches(['\'', '"', '`', '\\', ']', ')']);
    let start = before
        .char_indices()
        .rev()
        .take(64)
        .take_while(|(_, c)| is_of_name(*c))
        .last()?
        .0;
    before.get(start..).filter(|name| !name.is_empty())
}

fn assigned(
    name: &str,
    after: &str,
    is_expression: bool,
    found: &mut impl FnMut(&'static str, &str),
) {
    let Some(named) = plausible::name(name) else {
        return;
    };
    let after = head(after).trim_start_matches([' ', '\t', '=', '(']);
    let escaped = after.trim_start_matches('\\');
    let quote = escaped.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let value = match quote {
        Some(quote) => {
            let inner = escaped.get(1..).unwrap_or_default();
            let end = inner.find([quote, '\\']).unwrap_or(inner.len());
            inner.get(..end).unwrap_or_default()
        }
        None if is_expression => return,
        None => {
            let ends = |c: char| {
                c.is_whitespace()
                    || matches!(
                        c,
                        '&' | ';' | ',' | '\'' | '"' | ')' | '}' | '\\' | '|' | '<'
                    )
            };
            after.split(ends).next().unwrap_or_default()
        }
    };
    if plausible::value(value, name, named) {
        found(NAMED, value);
    }
}

/// The expression with texts that it puts side by side as one, where there are such.
pub(super) fn joined(text: &str) -> Option<String> {
    let mut parts = text.split('&');
    let mut whole = parts.next()?.to_owned();
    let mut any = false;
    for part in parts {
        let begins = part.trim_start();
        let ends = whole.trim_end();
        match (ends.chars().last(), begins.chars().next()) {
            (Some('\'' | '"'), Some('\'' | '"')) => {
                any = true;
                whole.truncate(ends.len() - 1);
                whole.push_str(begins.get(1..).unwrap_or_default());
            }
            _ => {
                whole.push('&');
                whole.push_str(part);
            }
        }
    }
    any.then_some(whole)
}

/// The parts of a credential that several texts hold, put side by side: a part by itself gives enough of it away.
pub(super) fn parts(secret: &str, literals: &[String]) -> Vec<String> {
    const LEAST: usize = 5;
    let mut all = Vec::new();
    for literal in literals {
        let ends = literal.char_indices().map(|(at, _)| at);
        let tail = ends.filter_map(|at| literal.get(at..));
        let tail = tail.into_iter().find(|tail| secret.starts_with(tail));
        let begins = literal
            .char_indices()
            .map(|(at, c)| at + c.len_utf8())
            .rev();
        let head = begins.filter_map(|at| literal.get(..at));
        let head = head.into_iter().find(|head| secret.ends_with(head));
        let whole = secret
            .contains(literal.as_str())
            .then_some(literal.as_str());
        let of = [tail, head, whole].into_iter().flatten();
        all.extend(of.filter(|part| part.len() >= LEAST).map(str::to_owned));
    }
    all
}

/// The text literals of an expression.
pub(super) fn literals(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\'' && c != '"' {
            continue;
        }
        let mut literal = String::new();
        while let Some(inner) = chars.next() {
            match inner {
                '\\' => literal.extend(chars.next()),
                inner if inner == c => break,
                inner => literal.push(inner),
            }
        }
        all.push(literal);
    }
    all
}
