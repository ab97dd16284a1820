//! Texts inside a document: a definition that is one string, also under `Fn::Sub` or in the parts of an `Fn::Join`, with
//! the place in the file of each of its characters.

use serde_json::Value;

use super::{Document, Inner, Node};

/// What stands in an `Fn::Join` for a part that is known at deployment only: valid in a string and as a number.
const UNKNOWN: char = '0';

/// A text inside a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Embedded {
    /// The text, decoded.
    pub text: String,
    /// For each of its bytes, and for its end, the byte in the document.
    map: Vec<usize>,
}

impl Embedded {
    /// The text that a value is, where it is one.
    pub fn of(document: &Document, value: &Value, node: &Node) -> Option<Self> {
        let mut out = Self::default();
        out.push(document, value, node)?;
        Some(out)
    }

    /// The byte of the document in which a byte of the text stands.
    pub fn outside(&self, at: usize) -> Option<usize> {
        self.map.get(at).or(self.map.last()).copied()
    }

    fn push(&mut self, document: &Document, value: &Value, node: &Node) -> Option<()> {
        match (value, &node.inner) {
            (Value::String(text), Inner::Leaf) => {
                let written = document.text.get(node.value.start..node.value.end)?;
                let map = aligned(text, written, node.value.start)?;
                self.map.pop();
                self.map.extend(map);
                self.text.push_str(text);
                Some(())
            }
            (Value::Object(members), Inner::Members(nodes)) => {
                let ((name, value), (_, node)) = (members.iter().next()?, nodes.first()?);
                match name.as_str() {
                    "Fn::Sub" => self.sub(document, value, node),
                    "Fn::Join" => self.join(document, value, node),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn sub(&mut self, document: &Document, value: &Value, node: &Node) -> Option<()> {
        match (value, &node.inner) {
            (Value::Array(all), Inner::Items(nodes)) => {
                self.push(document, all.first()?, nodes.first()?)
            }
            _ => self.push(document, value, node),
        }
    }

    fn join(&mut self, document: &Document, value: &Value, node: &Node) -> Option<()> {
        let (Value::Array(arguments), Inner::Items(nodes)) = (value, &node.inner) else {
            return None;
        };
        let [Value::String(delimiter), Value::Array(parts)] = arguments.as_slice() else {
            return None;
        };
        let Inner::Items(places) = &nodes.get(1)?.inner else {
            return None;
        };
        for (index, (part, place)) in parts.iter().zip(places).enumerate() {
            let start = place.value.start;
            if index > 0 {
                self.filler(delimiter, start);
            }
            match part {
                Value::String(_) => self.push(document, part, place)?,
                _ => self.filler(&UNKNOWN.to_string(), start),
            }
        }
        Some(())
    }

    /// Text that stands nowhere: all of it at one place.
    fn filler(&mut self, text: &str, at: usize) {
        self.map.pop();
        self.map.extend(std::iter::repeat_n(at, text.len() + 1));
        self.text.push_str(text);
    }
}

/// Lays a decoded text beside how it is written: quotes, escapes, folded lines and indentation are stepped over. `None`
/// where the two do not fit.
fn aligned(text: &str, written: &str, start: usize) -> Option<Vec<usize>> {
    let quote = written.chars().next().filter(|c| matches!(c, '"' | '\''));
    let mut source = Written {
        text: written,
        at: usize::from(quote.is_some()),
        quote,
    };
    // A block scalar's header (`|`, `>-`, `|2`) takes the rest of its line.
    if written.starts_with(['|', '>']) {
        source.at = written.find('\n').map_or(written.len(), |at| at + 1);
    }
    let mut map = Vec::with_capacity(text.len() + 1);
    for c in text.chars() {
        let at = source.take(c)?;
        map.extend(std::iter::repeat_n(start + at, c.len_utf8()));
    }
    map.push(start + source.at.min(written.len()));
    Some(map)
}

struct Written<'t> {
    text: &'t str,
    at: usize,
    quote: Option<char>,
}

impl Written<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Steps over one decoded character and says where it is written.
    fn take(&mut self, c: char) -> Option<usize> {
        if c.is_whitespace() {
            return Some(self.blank(c));
        }
        loop {
            let at = self.at;
            let next = self.rest().chars().next()?;
            match (next, self.quote) {
                ('\\', Some('"')) => match self.escape()? {
                    // A line that goes on in the next is nothing by itself.
                    None => continue,
                    Some(decoded) => return (decoded == c).then_some(at),
                },
                ('\'', Some('\'')) => {
                    self.at += 2;
                    return (c == '\'').then_some(at);
                }
                (next, _) if next == c => {
                    self.at += c.len_utf8();
                    return Some(at);
                }
                (next, _) if next.is_whitespace() => self.at += next.len_utf8(),
                _ => return None,
            }
        }
    }

    /// A blank or line break may be written as itself, as an escape, or as a folded line; and one that is stripped or
    /// clipped may not be written at all.
    fn blank(&mut self, c: char) -> usize {
        let at = self.at;
        let next = self.rest().chars().next();
        match next {
            Some('\\') if self.quote == Some('"') => {
                let before = self.at;
                if !matches!(self.escape(), Some(Some(decoded)) if decoded == c) {
                    self.at = before;
                }
            }
            Some('\r') if c == '\n' => self.at += 1 + usize::from(self.rest().starts_with("\r\n")),
            Some(next) if next == c => self.at += c.len_utf8(),
            Some(next) if next.is_whitespace() => {
                let rest = self.rest();
                self.at += rest.len() - rest.trim_start().len();
            }
            _ => {}
        }
        at
    }

    /// Steps over an escape; `Some(None)` where it stands for nothing.
    fn escape(&mut self) -> Option<Option<char>> {
        let letter = self.rest().chars().nth(1)?;
        let digits = match letter {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let hex = |from: usize| {
            let digits = self.text.get(from..from + digits)?;
            u32::from_str_radix(digits, 16).ok()
        };
        let mut length = 1 + letter.len_utf8() + digits;
        let decoded = match letter {
            'n' => Some('\n'),
            't' | '\t' => Some('\t'),
            'r' => Some('\r'),
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            '0' => Some('\0'),
            'e' => Some('\u{1b}'),
            '\n' => None,
            'x' | 'u' | 'U' => {
                let mut code = hex(self.at + 2)?;
                if (0xd800..0xdc00).contains(&code) {
                    let low = hex(self.at + length + 2)?;
                    code = 0x10000 + ((code - 0xd800) << 10) + low.checked_sub(0xdc00)?;
                    length += 6;
                }
                Some(char::from_u32(code)?)
            }
            other => Some(other),
        };
        self.at += length;
        Some(decoded)
    }
}
