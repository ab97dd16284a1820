//! Credentials inside a longer text that a name stands before: query strings, connection strings, command lines, SQL, objects
//! of an expression.

use super::phrases;
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
        if mark == "=" && !is_expression && is_in_a_list(before, name) {
            let value = after.split(['&', ';']).next().unwrap_or_default();
            if !value.contains(char::is_whitespace) && phrases::is_one(value, name) {
                found(NAMED, value);
            }
        }
        assigned(name, after, is_expression, &mut |kind, value| {
            if !is_prose || plausible::value(value, name, Named::Perhaps) {
                found(kind, value);
            }
        });
    }
    flags(text, is_expression, found);
    if !is_expression {
        letters(text, found);
    }
}

/// Each `-p value` of a command that names a user, too, or whose value only a password can be: of a program that is not
/// known the letter may mean anything.
pub(super) fn letters(text: &str, found: &mut impl FnMut(&'static str, &str)) {
    const USERS: [&str; 5] = [" -u ", " -U ", " -l ", " --user", " --login"];
    for (at, flag) in text.match_indices(" -p ").chain(text.match_indices(" -P ")) {
        let ends = ['|', ';', '\n'];
        let before = tail(text.get(..at + 1).unwrap_or_default(), MAX_LENGTH);
        let before = before.rsplit(ends).next().unwrap_or_default();
        let after = head(text.get(at + flag.len()..).unwrap_or_default());
        let quote = after.chars().next().filter(|c| matches!(c, '\'' | '"'));
        let value = match quote {
            Some(quote) => after.split(quote).nth(1),
            None => after.split([' ', '\t', '|', ';', '\n']).next(),
        };
        let value = value.unwrap_or_default();
        let rest = after.split(ends).next().unwrap_or_default();
        let names_a_user = USERS
            .iter()
            .any(|user| before.contains(user) || rest.contains(user));
        let is_strong = value.contains(['!', '#', '%', '^', '&', '*', '+', '=', '?'])
            && plausible::is_random(value);
        if (names_a_user || is_strong) && plausible::value(value, "", Named::Perhaps) {
            found(NAMED, value);
        }
    }
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

/// Whether the name begins one of the pairs of a query or connection string.
fn is_in_a_list(before: &str, name: &str) -> bool {
    let list = before.strip_suffix(name).unwrap_or_default();
    list.ends_with(['?', '&', ';'])
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
