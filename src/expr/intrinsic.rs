//! The 18 `States.*` intrinsic functions of JSONPath mode (Amazon States Language, "Intrinsic Functions").

use super::jsonpath::Path;

mod parse;

pub use parse::parse;

/// Calls nest at most this deep (developer guide, "Intrinsic functions").
pub const MAX_NESTING: usize = 10;

/// Each function's name with the least and the most arguments it takes.
const FUNCTIONS: [(&str, usize, usize); 18] = [
    ("States.Array", 0, usize::MAX),
    ("States.ArrayContains", 2, 2),
    ("States.ArrayGetItem", 2, 2),
    ("States.ArrayLength", 1, 1),
    ("States.ArrayPartition", 2, 2),
    ("States.ArrayRange", 3, 3),
    ("States.ArrayUnique", 1, 1),
    ("States.Base64Decode", 1, 1),
    ("States.Base64Encode", 1, 1),
    ("States.Format", 1, usize::MAX),
    ("States.Hash", 2, 2),
    ("States.JsonMerge", 3, 3),
    ("States.JsonToString", 1, 1),
    ("States.MathAdd", 2, 2),
    ("States.MathRandom", 2, 3),
    ("States.StringSplit", 2, 2),
    ("States.StringToJson", 1, 1),
    ("States.UUID", 0, 0),
];

/// One call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The function's full name, such as `States.Format`.
    pub name: String,
    /// Its arguments in order.
    pub args: Vec<Arg>,
    /// As written.
    pub text: String,
}

/// One argument.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// A quoted string, its escapes resolved.
    Text(String),
    /// A number as written.
    Number(String),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// A path.
    Path(Path),
    /// A nested call.
    Call(Call),
}

impl Call {
    /// Why the language has no such call, where it has none.
    fn misuse(&self) -> Option<String> {
        let Some((name, least, most)) = FUNCTIONS.iter().find(|(n, _, _)| *n == self.name) else {
            return Some(format!("there is no intrinsic function `{}`", self.name));
        };
        let given = self.args.len();
        if given < *least {
            return Some(format!(
                "`{name}` takes at least {least} arguments, not {given}"
            ));
        }
        (given > *most).then(|| format!("`{name}` takes at most {most} arguments, not {given}"))
    }
}

/// One piece of a `States.Format` template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text, its escapes resolved.
    Literal(String),
    /// `{}`: the next argument.
    Hole,
}

impl Call {
    /// The paths in it with their byte offsets in its text, in order.
    pub fn reads(&self) -> Vec<(usize, &Path)> {
        let mut reads = Vec::new();
        self.collect(0, &mut reads);
        reads
    }

    fn collect<'a>(&'a self, base: usize, reads: &mut Vec<(usize, &'a Path)>) {
        let mut at = self.name.len();
        for arg in &self.args {
            let rest = self.text.get(at..).unwrap_or_default();
            match arg {
                Arg::Text(_) => at += quoted_end(rest),
                Arg::Path(path) => {
                    at += rest.find('$').unwrap_or(0);
                    reads.push((base + at, path));
                    at += path.text.len();
                }
                Arg::Call(call) => {
                    at += rest.find("States.").unwrap_or(0);
                    call.collect(base + at, reads);
                    at += call.text.len();
                }
                _ => {}
            }
        }
    }

    /// The template of a `States.Format` whose first argument is a string: `{}` is a hole, `\{\}` is not.
    pub fn format_pieces(&self) -> Option<Vec<Piece>> {
        if self.name != "States.Format" || !matches!(self.args.first(), Some(Arg::Text(_))) {
            return None;
        }
        let start = self.text.find('\'')? + 1;
        let mut chars = self.text.get(start..)?.chars().peekable();
        let mut pieces = Vec::new();
        let mut text = String::new();
        while let Some(c) = chars.next() {
            match (c, chars.peek()) {
                ('\'', _) => break,
                ('\\', Some(next @ ('\'' | '{' | '}' | '\\'))) => {
                    text.push(*next);
                    chars.next();
                }
                ('{', Some('}')) => {
                    chars.next();
                    if !text.is_empty() {
                        pieces.push(Piece::Literal(std::mem::take(&mut text)));
                    }
                    pieces.push(Piece::Hole);
                }
                _ => text.push(c),
            }
        }
        if !text.is_empty() {
            pieces.push(Piece::Literal(text));
        }
        Some(pieces)
    }
}

/// How far the first quoted string of the text reaches.
fn quoted_end(text: &str) -> usize {
    let mut chars = text.char_indices().skip_while(|(_, c)| *c != '\'').skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' => return at + 1,
            '\\' => {
                chars.next();
            }
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests;
