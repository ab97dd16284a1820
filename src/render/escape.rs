//! Hostile text made harmless for terminals, mails and subject lines.

/// Whether a character may stand in text for people: no control character, no bidirectional override, no invisible one.
fn is_harmless(c: char) -> bool {
    !(c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'))
}

/// One line: everything that could break it, colour it, reorder it or hide in it is written as `\u{…}`; a tab and a
/// line break as `\t` and `\n`.
pub fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_harmless(c) => out.push(c),
            c => out.extend(c.escape_unicode()),
        }
    }
    out
}

/// Several lines, each harmless. The caller indents them, so that none can pass for a line of the report itself.
pub fn lines(text: &str) -> Vec<String> {
    text.split('\n')
        .map(|l| line(l.strip_suffix('\r').unwrap_or(l)))
        .collect()
}

/// Breaks lines between words at `width` characters; a longer word stays whole.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut out = Vec::new();
    for line in lines(text) {
        let indent: String = line.chars().take_while(|c| *c == ' ').collect();
        let mut current = indent.clone();
        for word in line.split_whitespace() {
            let begun = current.trim_start().is_empty();
            if !begun && current.chars().count() + 1 + word.chars().count() > width {
                out.push(std::mem::replace(&mut current, indent.clone()));
                current.push_str(word);
            } else {
                if !begun {
                    current.push(' ');
                }
                current.push_str(word);
            }
        }
        out.push(current.trim_end().to_owned());
    }
    out
}

/// Printable ASCII of at most `max` characters, for a subject line (SNS API Reference, "Publish": fewer than 100
/// characters, no line break or control character).
pub fn subject(text: &str, max: usize) -> String {
    let mut plain: String = text
        .chars()
        .map(|c| match c {
            ' '..='~' => c,
            c if c.is_control() => ' ',
            _ => '?',
        })
        .collect();
    if plain.len() > max {
        plain = plain.chars().take(max.saturating_sub(3)).collect();
        plain.push_str("...");
    }
    plain.chars().take(max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_could_deceive_is_spelled_out_and_letters_of_all_scripts_stay() {
        assert_eq!(
            line("a\u{1b}[31mb\nc\u{202e}d\u{9b}"),
            "a\\u{1b}[31mb\\nc\\u{202e}d\\u{9b}"
        );
        assert_eq!(line("Müller 注文 é"), "Müller 注文 é");
        assert_eq!(subject("a\r\nBcc: x — é", 99), "a  Bcc: x ? ?");
    }

    #[test]
    fn words_are_wrapped_and_line_breaks_kept() {
        assert_eq!(
            wrap("aa bb cc\n  dd ee", 5),
            ["aa bb", "cc", "  dd", "  ee"]
        );
        assert_eq!(wrap("abcdefgh i", 4), ["abcdefgh", "i"]);
        assert_eq!(wrap("", 4), [""]);
    }

    proptest! {
        #[test]
        fn a_line_is_one_line_without_control_characters(text in "\\PC*|.*", junk in proptest::collection::vec(any::<char>(), 0..40)) {
            let text: String = text.chars().chain(junk).collect();
            let out = line(&text);
            prop_assert!(out.chars().all(is_harmless), "{:?}", out);
            prop_assert_eq!(line(&out), out.clone());
        }

        #[test]
        fn a_subject_is_short_printable_ascii(junk in proptest::collection::vec(any::<char>(), 0..200)) {
            let text: String = junk.into_iter().collect();
            let out = subject(&text, 99);
            prop_assert!(out.len() <= 99 && out.bytes().all(|b| (0x20..0x7f).contains(&b)));
        }

        #[test]
        fn wrapping_loses_no_word(text in "[a-z ]{0,80}", width in 1usize..30) {
            let words = |t: &str| t.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(words(&wrap(&text, width).join("\n")), words(&text));
        }
    }
}
