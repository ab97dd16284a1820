//! Markup that cannot hold unescaped text: names of elements and attributes are literals of this program, everything else
//! is escaped on its way in, and what is opened is closed.

use std::fmt::{Display, Write};

use crate::render::escape;

/// Attributes of an element: a name, and a value that is escaped whatever it is.
pub type Attributes<'a> = &'a [(&'static str, &'a dyn Display)];

/// A piece of a page.
#[derive(Debug, Default)]
pub struct Markup {
    out: String,
    open: Vec<&'static str>,
}

impl Markup {
    /// Opens an element.
    pub fn open(&mut self, tag: &'static str, attributes: Attributes<'_>) {
        self.tag(tag, attributes);
        self.open.push(tag);
    }

    /// Closes the element that was opened last.
    pub fn close(&mut self) {
        if let Some(tag) = self.open.pop() {
            let _ = write!(self.out, "</{tag}>");
            if matches!(
                tag,
                "section" | "details" | "p" | "li" | "tr" | "table" | "g" | "svg" | "div"
            ) {
                self.out.push('\n');
            }
        }
    }

    /// An element without content, such as `meta`, or a shape of a picture.
    pub fn empty(&mut self, tag: &'static str, attributes: Attributes<'_>) {
        self.tag(tag, attributes);
        if !matches!(tag, "meta" | "input" | "br" | "hr") {
            let _ = write!(self.out, "</{tag}>");
        }
    }

    /// An element with text in it.
    pub fn element(&mut self, tag: &'static str, attributes: Attributes<'_>, text: &str) {
        self.open(tag, attributes);
        self.text(text);
        self.close();
    }

    /// Text: one line, in which nothing is markup, a control character, or an order of reading.
    pub fn text(&mut self, text: &str) {
        escaped(&mut self.out, text);
    }

    /// Text with code between backticks, as findings and pages write it.
    pub fn prose(&mut self, text: &str) {
        let parts = text.split('`').count();
        for (index, part) in text.split('`').enumerate() {
            // A backtick without another one is itself.
            match (index % 2 == 1, index + 1 == parts) {
                (true, false) => self.element("code", &[], part),
                (true, true) => self.text(&format!("`{part}")),
                (false, _) => self.text(part),
            }
        }
    }

    /// Markup, styles or a script of this program.
    pub fn literal(&mut self, text: &'static str) {
        self.out.push_str(text);
    }

    /// Another piece.
    pub fn append(&mut self, piece: Self) {
        self.out.push_str(&piece.finish());
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// The whole, with everything closed.
    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.out
    }

    fn tag(&mut self, tag: &'static str, attributes: Attributes<'_>) {
        let _ = write!(self.out, "<{tag}");
        for (name, value) in attributes {
            let _ = write!(self.out, " {name}=\"");
            escaped(&mut self.out, &value.to_string());
            self.out.push('"');
        }
        self.out.push('>');
    }
}

/// Characters that mean something in markup or in an attribute's value become references.
fn escaped(out: &mut String, text: &str) {
    for c in escape::line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_opened_is_closed_and_text_is_no_markup() {
        let mut page = Markup::default();
        page.open("p", &[("title", &"\"><script>"), ("tabindex", &0)]);
        page.element("b", &[], "a </b> & 'c' \u{202e}");
        let text = page.finish();
        let wanted = "<p title=\"&quot;&gt;&lt;script&gt;\" tabindex=\"0\">\
            <b>a &lt;/b&gt; &amp; &#39;c&#39; \\u{202e}</b></p>\n";
        assert_eq!(text, wanted);
    }

    #[test]
    fn code_stands_between_two_backticks() {
        let mut page = Markup::default();
        page.prose("a `b<` c ` d");
        assert_eq!(page.finish(), "a <code>b&lt;</code> c ` d");
    }

    proptest! {
        #[test]
        fn nothing_of_a_text_is_markup(text in any::<String>()) {
            let mut page = Markup::default();
            page.element("b", &[("title", &text)], &text);
            let all = page.finish();
            prop_assert_eq!(all.matches('<').count(), 2);
            prop_assert_eq!(all.matches('>').count(), 2);
            prop_assert_eq!(all.matches('"').count(), 2);
        }
    }
}
