//! Hostile text made harmless for terminals, mails and subject lines.

/// Whether a character may stand in text for people: no control character, no bidirectional override, no invisible one.
fn is_harmless(c: char) -> bool {
    !(c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'))
}

/// One line: everything that could break it, colour it, reorder it or hide in it is written as `\u{…}`; a tab and a
/// line break as `\t` and `\n`. No word of it is a command to the runner of a pipeline that reads its log.
pub fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut begins = true;
    for (at, c) in text.char_indices() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if begins && is_command(text.get(at..).unwrap_or_default()) => {
                out.extend(c.escape_unicode());
            }
            c if is_harmless(c) => out.push(c),
            c => out.extend(c.escape_unicode()),
        }
        begins = c == ' ';
    }
    out
}

/// Whether a line that begins so is read as a command: `::error …` by GitHub (GitHub Docs, "Workflow commands for GitHub
/// Actions"; blanks before it do not matter), `##[error]` by it and by Azure Pipelines, `##vso[…]` by the latter ("Logging
/// commands"). Wrapped, any word may begin a line.
fn is_command(text: &str) -> bool {
    let name = text.strip_prefix("::").and_then(|rest| rest.chars().next());
    name.is_some_and(|c| c.is_ascii_alphabetic())
        || text.starts_with("##[")
        || text.starts_with("##vso[")
}

/// Several lines, each harmless. The caller indents them, so that none can pass for a line of the report itself.
pub fn lines(text: &str) -> Vec<String> {
    text.split('\n')
        .map(|l| line(l.strip_suffix('\r').unwrap_or(l)))
        .collect()
}

/// One line broken between words at `width` characters; a longer word stays whole. A line break in the text is none.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut out = Vec::new();
    let mut current = String::new();
    for word in line(text).split_whitespace() {
        if !current.is_empty() && current.chars().count() + 1 + word.chars().count() > width {
            out.push(std::mem::take(&mut current));
        } else if !current.is_empty() {
            current.push(' ');
        }
        current.push_str(word);
    }
    out.push(current);
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
    fn no_word_is_a_command_to_a_pipeline_that_reads_its_log() {
        for (text, said) in [
            ("::error file=x::y", "\\u{3a}:error file=x::y"),
            ("a ::warning::b", "a \\u{3a}:warning::b"),
            ("##[error]x", "\\u{23}#[error]x"),
            ("x ##vso[task.complete]", "x \\u{23}#vso[task.complete]"),
        ] {
            assert_eq!(line(text), said);
            assert_eq!(wrap(text, 1).join(" "), said);
        }
        for plain in ["`::error`", "std::io", "::1", "a :: b", "## heading"] {
            assert_eq!(line(plain), plain);
        }
    }

    #[test]
    fn words_are_wrapped_and_a_line_break_begins_no_line() {
        assert_eq!(wrap("aa bb cc\n  dd ee", 5), ["aa bb", "cc\\n", "dd ee"]);
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
