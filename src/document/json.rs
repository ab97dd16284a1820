//! JSON texts (RFC 8259) as documents: what `serde_json` would give, but total and with positions. A text that breaks off
//! gives what stood before, nesting beyond the limit loses only what is nested, and a key that stands twice is told.

use serde_json::{Number, Value};

use super::build::{Builder, Container};
use super::lines;
use super::spans::Span;
use super::{Fault, Keep, Read};

/// Reads a text; what follows a mistake in its grammar is not read.
pub fn read(text: &str, keep: Keep) -> Read {
    let mut reader = Reader {
        text,
        at: 0,
        builder: Builder::new(keep),
        open: Vec::new(),
    };
    let fault = reader.document().err();
    let end = reader.at.min(text.len());
    reader.builder.close(end);
    Read::of(reader.builder, fault)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    builder: Builder,
    /// The kinds of the open containers, those beyond the nesting limit included.
    open: Vec<Container>,
}

/// Whether a value comes next, in the place of an entry's end.
type Step = Result<bool, Fault>;

impl Reader<'_> {
    fn document(&mut self) -> Result<(), Fault> {
        let mut wants_value = true;
        loop {
            wants_value = match (wants_value, self.open.last().copied()) {
                (true, _) => self.value()?,
                (false, Some(container)) => self.next(container)?,
                (false, None) => break,
            };
        }
        self.blanks();
        match self.peek() {
            None => Ok(()),
            Some(b'/') => Err(self.comment()),
            Some(_) => Err(self.fault("a second value follows the end of the first")),
        }
    }

    /// Reads a scalar whole, and only the beginning of a container.
    fn value(&mut self) -> Step {
        self.blanks();
        let start = self.at;
        match self.peek() {
            None => Err(self.too_early()),
            Some(b'{') => self.begin(Container::Members),
            Some(b'[') => self.begin(Container::Items),
            Some(b'"') => {
                let text = self.string()?;
                self.scalar(Value::String(text), start)
            }
            Some(b'-' | b'0'..=b'9') => {
                let number = self.number()?;
                self.scalar(number, start)
            }
            Some(b't') if self.word("true") => self.scalar(Value::Bool(true), start),
            Some(b'f') if self.word("false") => self.scalar(Value::Bool(false), start),
            Some(b'n') if self.word("null") => self.scalar(Value::Null, start),
            Some(b'$') if let Some(end) = self.substitution() => {
                let text = self.text.get(start..end).unwrap_or_default().to_owned();
                self.at = end;
                self.scalar(Value::String(text), start)
            }
            Some(b'/' | b'#') => Err(self.comment()),
            Some(b'\'') => Err(self.fault("a text stands in double quotes, not in single ones")),
            Some(b'}' | b']' | b',') => Err(self.fault("a value is missing")),
            Some(b'<') => Err(self.fault("this begins like a page of HTML or XML")),
            Some(_) => Err(self.fault("expected a value")),
        }
    }

    /// The end of a `${Name}` that stands for a value without quotes, such as a number: deployment fills it in, and until
    /// then it is a value that is not known.
    fn substitution(&self) -> Option<usize> {
        let rest = self.text.get(self.at..)?.strip_prefix("${")?;
        let name = rest.split_once('}')?.0;
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '-');
        (!name.is_empty() && name.len() <= 256 && name.chars().all(plain))
            .then_some(self.at + name.len() + 3)
    }

    fn begin(&mut self, container: Container) -> Step {
        self.builder.begin(container, self.at);
        self.open.push(container);
        self.at += 1;
        self.blanks();
        if self.peek() == Some(closing(container)) {
            self.end();
            return Ok(false);
        }
        self.entry(container)
    }

    fn end(&mut self) {
        self.at += 1;
        self.open.pop();
        if let Some(built) = self.builder.end(self.at) {
            self.builder.put(built);
        }
    }

    /// Takes what stands before an entry's value.
    fn entry(&mut self, container: Container) -> Step {
        match container {
            Container::Items => Ok(true),
            Container::Members => self.key(),
        }
    }

    /// Takes the comma before the next entry, or the end of the container.
    fn next(&mut self, container: Container) -> Step {
        self.blanks();
        match self.peek() {
            None => Err(self.too_early()),
            Some(b',') => {
                self.at += 1;
                self.blanks();
                if self.peek() == Some(closing(container)) {
                    return Err(self.fault(match container {
                        Container::Items => "a comma stands before the end of the array",
                        Container::Members => "a comma stands before the end of the object",
                    }));
                }
                self.entry(container)
            }
            Some(byte) if byte == closing(container) => {
                self.end();
                Ok(false)
            }
            Some(b'/') => Err(self.comment()),
            Some(_) => Err(self.fault(match container {
                Container::Items => "expected `,` or `]`",
                Container::Members => "expected `,` or `}`",
            })),
        }
    }

    fn key(&mut self) -> Step {
        let start = self.at;
        match self.peek() {
            None => return Err(self.too_early()),
            Some(b'"') => {}
            Some(b'/' | b'#') => return Err(self.comment()),
            Some(_) => return Err(self.fault("expected a key in double quotes")),
        }
        let key = self.string()?;
        let end = self.at;
        self.builder.key(key, Span { start, end });
        self.blanks();
        match self.peek() {
            None => return Err(self.too_early()),
            Some(b':') => self.at += 1,
            Some(_) => return Err(self.fault("expected `:` after the key")),
        }
        Ok(true)
    }

    fn scalar(&mut self, value: Value, start: usize) -> Step {
        let end = self.at;
        let built = self.builder.scalar(value, Span { start, end });
        self.builder.put(built);
        Ok(false)
    }

    fn string(&mut self) -> Result<String, Fault> {
        let start = self.at;
        let rest = self.text.get(start + 1..).unwrap_or_default();
        let mut escaped = false;
        let mut bytes = rest.bytes().enumerate();
        while let Some((offset, byte)) = bytes.next() {
            match byte {
                b'"' => {
                    self.at = start + 1 + offset + 1;
                    let inner = rest.get(..offset).unwrap_or_default();
                    return match escaped {
                        false => Ok(inner.to_owned()),
                        true => self.unescaped(start),
                    };
                }
                b'\\' => {
                    escaped = true;
                    bytes.next();
                }
                0..0x20 => {
                    self.at = start + 1 + offset;
                    return Err(self.fault("a text holds a line break or another control character; write it as `\\n` or `\\u…`"));
                }
                _ => {}
            }
        }
        self.at = self.text.len();
        let mut fault = self.too_early();
        fault.message = "the text in quotes that begins here has no end".to_owned();
        fault.at = start;
        Err(fault)
    }

    fn unescaped(&mut self, start: usize) -> Result<String, Fault> {
        let quoted = self.text.get(start..self.at).unwrap_or_default();
        serde_json::from_str(quoted).map_err(|error| {
            let within = quoted.char_indices().nth(error.column().saturating_sub(1));
            self.at = start + within.map_or(0, |(at, _)| at);
            self.fault("an escape in this text is not valid")
        })
    }

    fn number(&mut self) -> Result<Value, Fault> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let length = rest.find(|c| !part(c)).unwrap_or(rest.len());
        let written = rest.get(..length).unwrap_or_default();
        match serde_json::from_str::<Number>(written) {
            Ok(number) => {
                self.at += length;
                Ok(Value::Number(number))
            }
            Err(_) if self.at + length == self.text.len() => Err(self.too_early()),
            Err(_) => Err(self.fault("this number is not valid")),
        }
    }

    /// Takes a word, where it stands here and ends.
    fn word(&mut self, word: &str) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let after = rest.strip_prefix(word);
        let whole = after.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()));
        if whole {
            self.at += word.len();
        }
        whole
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn fault(&self, message: &str) -> Fault {
        Fault {
            at: self.at,
            message: message.to_owned(),
        }
    }

    fn comment(&self) -> Fault {
        self.fault("JSON has no comments")
    }

    fn too_early(&self) -> Fault {
        let what = match (self.builder.opened_at(), self.open.last()) {
            (Some(start), Some(container)) => {
                let line = lines::place(self.text, start).line;
                let kind = match container {
                    Container::Items => "array",
                    Container::Members => "object",
                };
                format!("the text ends too early: the {kind} that begins in line {line} has no end")
            }
            _ => "the text ends too early".to_owned(),
        };
        // Behind the last line break there is nothing that a person could look at.
        let end = self.text.trim_end().len();
        Fault {
            at: end,
            message: what,
        }
    }
}

const fn closing(container: Container) -> u8 {
    match container {
        Container::Items => b']',
        Container::Members => b'}',
    }
}
