//! Byte offsets of a text as lines and columns.

/// A place in a text for people and tools: from 1, columns in Unicode code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// Where the lines of a text begin, so that many places cost one pass.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    starts: Vec<usize>,
    /// How many code points begin before each block of the text: a text of one line is not counted through for each place.
    counted: Vec<usize>,
}

/// Bytes of a block.
const BLOCK: usize = 1024;

/// How many code points begin in these bytes.
fn points(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

impl Lines {
    /// The lines of the text. A line ends at its `\n`, which a `\r` may precede.
    pub fn of(text: &str) -> Self {
        let after = text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
        let starts = std::iter::once(0).chain(after.map(|(at, _)| at + 1));
        let mut counted = vec![0];
        let mut count = 0;
        for block in text.as_bytes().chunks(BLOCK) {
            count += points(block);
            counted.push(count);
        }
        Self {
            starts: starts.collect(),
            counted,
        }
    }

    /// How many code points begin before a byte.
    fn before(&self, text: &str, at: usize) -> usize {
        let block = at / BLOCK;
        let known = self.counted.get(block).copied().unwrap_or_default();
        let rest = text.as_bytes().get(block * BLOCK..at);
        known + rest.map_or(0, points)
    }

    /// Line and column of a byte of the text that these lines are of.
    pub fn place(&self, text: &str, at: usize) -> LineColumn {
        let line = self.starts.partition_point(|start| *start <= at).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let column = self
            .before(text, at)
            .saturating_sub(self.before(text, start))
            + 1;
        LineColumn { line, column }
    }

    /// The text of a line, from 1, without its end.
    pub fn line<'t>(&self, text: &'t str, line: usize) -> Option<&'t str> {
        let start = *self.starts.get(line.checked_sub(1)?)?;
        let end = self.starts.get(line).copied().unwrap_or(text.len());
        let whole = text.get(start..end)?;
        let whole = whole.strip_suffix('\n').unwrap_or(whole);
        Some(whole.strip_suffix('\r').unwrap_or(whole))
    }
}

/// One place, where a whole index is not worth it.
pub fn place(text: &str, at: usize) -> LineColumn {
    Lines::of(text).place(text, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_code_points_and_line_ends_belong_to_their_line() {
        let text = "aé\u{1f600}b\r\n\n c";
        let lines = Lines::of(text);
        let at = |needle: &str| {
            let place = lines.place(text, text.find(needle).unwrap());
            (place.line, place.column)
        };
        assert_eq!(at("b"), (1, 4));
        assert_eq!(at("\r"), (1, 5));
        assert_eq!(at("c"), (3, 2));
        assert_eq!(
            lines.place(text, text.len()),
            LineColumn { line: 3, column: 3 }
        );
        let long = format!("{}\n{}x", "é".repeat(3000), "\u{1f600}".repeat(1500));
        let place = Lines::of(&long).place(&long, long.len() - 1);
        assert_eq!(
            place,
            LineColumn {
                line: 2,
                column: 1501
            }
        );
        assert_eq!(lines.line(text, 1), Some("aé\u{1f600}b"));
        assert_eq!((lines.line(text, 2), lines.line(text, 4)), (Some(""), None));
    }
}
