//! YAML that other readers take and this parser refuses: what stands in brackets or quotes over several lines, such as a
//! policy pasted as JSON, indented less than what it belongs to. There line breaks mean no more than blanks, so that they
//! are made blanks: every byte stays in its place.

/// The text with line breaks inside brackets and quotes as blanks; `None` where there are none.
pub fn relaxed(text: &str) -> Option<String> {
    let mut scanner = Scanner {
        out: Vec::with_capacity(text.len()),
        depth: 0,
        quote: None,
        changed: false,
    };
    let mut block: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let is_blank = line.trim().is_empty();
        if block.is_some_and(|parent| is_blank || indent > parent) {
            scanner.out.extend_from_slice(line.as_bytes());
            continue;
        }
        block = None;
        let inside = scanner.is_inside();
        scanner.line(line);
        if !inside && !scanner.is_inside() && begins_block(line) {
            block = Some(indent);
        }
    }
    let text = String::from_utf8(scanner.out).ok()?;
    scanner.changed.then_some(text)
}

struct Scanner {
    out: Vec<u8>,
    /// Open brackets.
    depth: usize,
    quote: Option<u8>,
    changed: bool,
}

impl Scanner {
    fn is_inside(&self) -> bool {
        self.depth > 0 || self.quote.is_some()
    }

    /// Takes one line with its break. Only ASCII is looked at, and replaced by ASCII.
    fn line(&mut self, line: &str) {
        // Whether a value may begin here; inside brackets it may anywhere.
        let mut fresh = true;
        let mut before = b' ';
        let mut bytes = line.bytes().peekable();
        while let Some(byte) = bytes.next() {
            if let Some(quote) = self.quote {
                self.out.push(self.blank_of(byte));
                self.changed |= byte == b'\n';
                match byte {
                    b'\\' if quote == b'"' => {
                        self.out.extend(bytes.next().map(|b| self.blank_of(b)))
                    }
                    b'\'' if quote == byte && bytes.peek() == Some(&byte) => {
                        self.out.extend(bytes.next())
                    }
                    _ if byte == quote => self.quote = None,
                    _ => {}
                }
                before = byte;
                fresh = false;
                continue;
            }
            let begins = fresh || self.depth > 0;
            match byte {
                b'#' if before.is_ascii_whitespace() => {
                    self.comment(byte, &mut bytes);
                    return;
                }
                b'"' | b'\'' if begins && !before.is_ascii_alphanumeric() => {
                    self.quote = Some(byte)
                }
                b'{' | b'[' if begins => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            self.changed |= byte == b'\n' && self.is_inside();
            self.out.push(if self.is_inside() {
                self.blank_of(byte)
            } else {
                byte
            });
            // After `: `, `- ` or a tag a value begins.
            fresh = match byte {
                b' ' => fresh || matches!(before, b':' | b'-' | b'?'),
                b'-' | b'?' => fresh,
                b'!' => fresh,
                _ => fresh && self.in_tag(line, byte),
            };
            before = byte;
        }
    }

    /// A tag's letters leave the beginning of the value open: `!Sub "…"`.
    fn in_tag(&self, line: &str, byte: u8) -> bool {
        let tagged = line
            .split(['{', '"', '\''])
            .next()
            .unwrap_or(line)
            .contains(" !");
        tagged && (byte.is_ascii_alphanumeric() || byte == b':')
    }

    /// A comment would take what follows it with it once its line does not end.
    fn comment(&mut self, first: u8, rest: &mut dyn Iterator<Item = u8>) {
        let inside = self.is_inside();
        for byte in std::iter::once(first).chain(rest) {
            self.changed |= inside;
            let kept = if byte.is_ascii() { b' ' } else { byte };
            match inside {
                true if byte.is_ascii() => self.out.push(kept),
                _ => self.out.push(byte),
            }
        }
    }

    fn blank_of(&self, byte: u8) -> u8 {
        match byte {
            b'\n' | b'\r' | b'\t' => b' ',
            other => other,
        }
    }
}

/// Whether a line ends in the mark of a text of its own, `|` or `>`.
fn begins_block(line: &str) -> bool {
    let line = line.split(" #").next().unwrap_or(line).trim_end();
    let marks = line.trim_end_matches(|c: char| c.is_ascii_digit() || c == '+' || c == '-');
    let before = marks.strip_suffix(['|', '>']);
    before.is_some_and(|before| before.is_empty() || before.ends_with([' ', '\t']))
}
