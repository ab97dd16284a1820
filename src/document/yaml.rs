//! YAML texts as documents, read event by event: nothing recurses, aliases have a budget, and the short tags of
//! CloudFormation (`!Ref`, `!Sub`, `!GetAtt`, …) become the intrinsic objects that they stand for.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span as Marks, Tag};
use serde_json::{Map, Number, Value};

use super::build::{Builder, Built, Container};
use super::relax::relaxed;
use super::spans::{Inner, Node, Span};
use super::{Fault, Keep, Read};

/// Nodes and bytes that all aliases of one text may add up to.
const MAX_COPIED: usize = 512 << 10;

/// Reads the first document of a text; that another one follows is a fault.
pub fn read(text: &str, keep: Keep) -> Read {
    let strict = read_once(text, keep);
    let misplaced = |fault: &Fault| fault.message.contains("indentation");
    if !strict.fault.as_ref().is_some_and(misplaced) {
        return strict;
    }
    match relaxed(text).map(|text| read_once(&text, keep)) {
        Some(read) if read.fault.is_none() => read,
        _ => strict,
    }
}

fn read_once(text: &str, keep: Keep) -> Read {
    let mut reader = Reader {
        text,
        offsets: offsets(text, keep),
        builder: Builder::new(keep),
        frames: Vec::new(),
        anchors: HashMap::new(),
        copied: 0,
        fault: None,
        last_end: 0,
    };
    let fault = reader.document();
    let end = reader.last_end;
    reader.builder.close(end);
    Read::of(reader.builder, fault)
}

/// The byte of every character; empty where each character is one byte, or positions are not kept.
fn offsets(text: &str, keep: Keep) -> Vec<u32> {
    if keep == Keep::ValuesOnly || text.is_ascii() {
        return Vec::new();
    }
    let bytes = text.char_indices().map(|(at, _)| at);
    let ends = std::iter::once(text.len());
    bytes
        .chain(ends)
        .map(|at| u32::try_from(at).unwrap_or(u32::MAX))
        .collect()
}

struct Reader<'t> {
    text: &'t str,
    offsets: Vec<u32>,
    builder: Builder,
    /// Anchor and tag of each open container.
    frames: Vec<(usize, Option<String>)>,
    anchors: HashMap<usize, Built>,
    copied: usize,
    /// What makes the text of no use although its grammar is valid.
    fault: Option<Fault>,
    /// Where the last value ended: what a block container's end is, whose own mark stands at what follows it.
    last_end: usize,
}

impl Reader<'_> {
    fn document(&mut self) -> Option<Fault> {
        let mut documents = 0;
        for event in Parser::new_from_str(self.text) {
            match event {
                Ok((Event::DocumentStart(_), marks)) => {
                    documents += 1;
                    if documents > 1 {
                        return self.second(marks);
                    }
                }
                Ok((event, marks)) => {
                    self.event(event, marks);
                    if self.fault.is_some() {
                        return self.fault.take();
                    }
                }
                Err(error) => return Some(self.fault(&error)),
            }
        }
        None
    }

    /// A second document that holds something would be left out in silence.
    fn second(&self, marks: Marks) -> Option<Fault> {
        let at = self.byte(marks.start.index());
        let rest = self.text.get(at..).unwrap_or_default();
        let says = |line: &str| {
            let line = line.split(" #").next().unwrap_or(line).trim();
            !line.is_empty() && !line.starts_with('#') && line != "---" && line != "..."
        };
        rest.lines().any(says).then(|| Fault {
            at,
            message: "a second YAML document begins here; give each a file of its own".to_owned(),
        })
    }

    fn fault(&self, error: &ScanError) -> Fault {
        let info = error.info();
        let exact = self.text.char_indices().nth(error.marker().index());
        let end = self.text.trim_end().len();
        let at = exact.map_or(end, |(at, _)| at.min(end));
        let line = self.text.get(..at).unwrap_or_default();
        let indent = line.rsplit('\n').next().unwrap_or_default();
        let rest = self.text.get(at..).unwrap_or_default();
        let tab = indent.trim().is_empty() && (indent.contains('\t') || rest.starts_with('\t'));
        let message = match tab {
            true => "YAML is indented with blanks, not with tabs".to_owned(),
            false => info.to_owned(),
        };
        Fault { at, message }
    }

    fn byte(&self, index: usize) -> usize {
        match self.offsets.get(index) {
            Some(at) => *at as usize,
            None => index.min(self.text.len()),
        }
    }

    fn span(&self, marks: Marks) -> Span {
        Span {
            start: self.byte(marks.start.index()),
            end: self.byte(marks.end.index()),
        }
    }

    fn event(&mut self, event: Event<'_>, marks: Marks) {
        match event {
            Event::Scalar(text, style, anchor, tag) if !self.builder.is_skipping() => {
                let value = match style {
                    ScalarStyle::Plain if tag.as_deref().is_none_or(is_core_but_string) => {
                        plain(&text)
                    }
                    _ => Value::String(text.into_owned()),
                };
                let span = self.scalar_span(style, marks);
                self.last_end = self.last_end.max(span.end);
                let built = self.builder.scalar(value, span);
                let start = self.byte(marks.start.index()).min(span.start);
                self.done(built, anchor, local(tag.as_deref()), start);
            }
            Event::Alias(anchor) if !self.builder.is_skipping() => {
                self.last_end = self.last_end.max(self.span(marks).end);
                self.alias(anchor, self.span(marks));
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(Container::Items, anchor, local(tag.as_deref()), marks);
            }
            Event::MappingStart(anchor, tag) => {
                self.begin(Container::Members, anchor, local(tag.as_deref()), marks);
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(marks),
            _ => {}
        }
    }

    /// A block scalar's mark begins behind its header and ends at what follows it.
    fn scalar_span(&self, style: ScalarStyle, marks: Marks) -> Span {
        let mut span = self.span(marks);
        span.start = self.without_properties(span);
        // A mark may stand behind the blanks that follow.
        let inside = self.text.get(span.start..span.end).unwrap_or_default();
        if !matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            let end = span.start + inside.trim_end().len();
            return Span { end, ..span };
        }
        Span {
            start: self.header(span.start).unwrap_or(span.start),
            end: span.start + inside.trim_end().len(),
        }
    }

    /// Where a scalar itself begins, whose mark may begin with its tag and its anchor.
    fn without_properties(&self, span: Span) -> usize {
        let whole = self.text.get(span.start..span.end).unwrap_or_default();
        let mut rest = whole;
        while rest.starts_with(['!', '&']) {
            let token = rest.find(char::is_whitespace).unwrap_or(rest.len());
            rest = rest.get(token..).unwrap_or_default().trim_start();
        }
        span.end - rest.len()
    }

    /// The `|` or `>` that stands before a block scalar's content, between it and what came before.
    fn header(&self, content: usize) -> Option<usize> {
        let from = self.last_end.min(content);
        let between = self.text.get(from..content)?;
        let mut end = between.len();
        let lines: Vec<&str> = between.split_inclusive('\n').collect();
        for line in lines.into_iter().rev() {
            end -= line.len();
            let said = line.split(" #").next().unwrap_or(line);
            if let Some(at) = said.rfind(['|', '>']) {
                return Some(from + end + at);
            }
        }
        None
    }

    fn begin(&mut self, container: Container, anchor: usize, tag: Option<String>, marks: Marks) {
        let start = self.byte(marks.start.index());
        self.last_end = self.last_end.max(start);
        self.builder.begin(container, start);
        if !self.builder.is_skipping() {
            self.frames.push((anchor, tag));
        }
    }

    fn end(&mut self, marks: Marks) {
        let flow = self.span(marks);
        let is_flow = matches!(self.text.get(flow.start..flow.end), Some("}" | "]"));
        if is_flow {
            self.last_end = self.last_end.max(flow.end);
        }
        let skipping = self.builder.is_skipping();
        if let Some(built) = self.builder.end(self.last_end) {
            let (anchor, tag) = match skipping {
                true => (0, None),
                false => self.frames.pop().unwrap_or_default(),
            };
            let start = built.node.value.start;
            self.done(built, anchor, tag, start);
        }
    }

    /// A value is complete: it goes where it belongs. `start` is where its tag begins.
    fn done(&mut self, built: Built, anchor: usize, tag: Option<String>, start: usize) {
        let built = match tag {
            Some(tag) => intrinsic(&tag, built, start),
            None => built,
        };
        if anchor > 0 && self.afford(&built.value) {
            self.anchors.insert(anchor, built.clone());
        }
        self.place(built);
    }

    fn place(&mut self, built: Built) {
        if !self.builder.wants_key() {
            match self.builder.merges() {
                true => self.builder.merge(built),
                false => self.builder.put(built),
            }
            return;
        }
        let span = built.node.value;
        match key_text(built.value) {
            Some(text) => self.builder.key(text, span),
            None => {
                self.builder.key(String::new(), span);
                self.builder.issue("a key is a plain text");
            }
        }
    }

    fn alias(&mut self, anchor: usize, span: Span) {
        // What is still open ends behind the alias: it would hold itself.
        if self.frames.iter().any(|(open, _)| *open == anchor) {
            self.fault = Some(Fault {
                at: span.start,
                message: "an alias stands inside of what it names".to_owned(),
            });
            return;
        }
        let named = self.anchors.get(&anchor).cloned();
        let built = match named.filter(|built| self.afford(&built.value)) {
            Some(built) => built,
            None => {
                self.builder
                    .issue("the aliases grow too large; they are not read");
                self.builder.scalar(Value::Null, span)
            }
        };
        self.place(built);
    }

    /// Takes the cost of one more copy from the budget, if it is there.
    fn afford(&mut self, value: &Value) -> bool {
        let cost = weight(value);
        let fits = self.copied.saturating_add(cost) <= MAX_COPIED;
        if fits {
            self.copied += cost;
        }
        fits
    }
}

/// The name of a tag that is the text's own, such as `Ref` of `!Ref`.
fn local(tag: Option<&Tag>) -> Option<String> {
    let tag = tag.filter(|t| t.handle == "!" && !t.suffix.is_empty())?;
    Some(tag.suffix.clone())
}

/// Whether the tag is one of YAML's own and leaves a plain scalar what it looks like.
fn is_core_but_string(tag: &Tag) -> bool {
    tag.is_yaml_core_schema() && tag.suffix != "str"
}

/// The intrinsic object that a short tag stands for (CloudFormation user guide, "Intrinsic function reference").
fn intrinsic(tag: &str, built: Built, start: usize) -> Built {
    let name = match tag {
        "Ref" | "Condition" => tag.to_owned(),
        other => format!("Fn::{other}"),
    };
    let span = Span {
        start,
        end: built.node.value.end,
    };
    Built {
        value: Value::Object(Map::from_iter([(name.clone(), built.value)])),
        node: Node {
            key: None,
            value: span,
            inner: Inner::Members(vec![(name, built.node)]),
        },
    }
}

/// A plain scalar after YAML 1.2's core schema.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let numeric = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    if !numeric {
        return Value::from(text);
    }
    if let Ok(number) = text.parse::<i64>() {
        return Value::from(number);
    }
    let number = text.parse::<f64>().ok().and_then(Number::from_f64);
    number.map_or_else(|| Value::from(text), Value::Number)
}

/// A scalar as a key. What YAML reads as a number or a boolean is a name all the same.
fn key_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Null => Some("null".to_owned()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// Nodes and bytes of a value. It nests no deeper than [`super::MAX_NESTING`].
fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => 1 + text.len(),
        Value::Array(items) => 1 + items.iter().map(weight).sum::<usize>(),
        Value::Object(members) => {
            let inside = members.iter().map(|(k, v)| k.len() + weight(v));
            1 + inside.sum::<usize>()
        }
        _ => 1,
    }
}
