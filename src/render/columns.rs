//! Text that keeps to a number of columns and lines, whatever it says: for mails, chats and tables.

use super::escape;

/// Columns that a character takes at most (Unicode Standard Annex 11, "East Asian Width"): wide ones two, all others one.
/// One that combines with another counts as one, so that a line is never wider than it is taken for.
const fn width_of(c: char) -> usize {
    match c {
        '\u{1100}'..='\u{115f}'
        | '\u{231a}'..='\u{231b}'
        | '\u{23e9}'..='\u{23f3}'
        | '\u{25fd}'..='\u{25fe}'
        | '\u{2600}'..='\u{27bf}'
        | '\u{2b1b}'..='\u{2b55}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{a960}'..='\u{a97f}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe10}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{16fe0}'..='\u{1b2ff}'
        | '\u{1f000}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

/// Columns that a harmless line takes.
pub fn width(text: &str) -> usize {
    text.chars().map(width_of).sum()
}

/// One harmless line of at most `max` columns; what is cut off is an ellipsis.
pub fn cut(text: &str, max: usize) -> String {
    let line = escape::line(text);
    if width(&line) <= max {
        return line;
    }
    let mut out = head(&line, max.saturating_sub(1)).trim_end().to_owned();
    out.push('…');
    out
}

/// As much of a line as has room in so many columns.
fn head(line: &str, max: usize) -> &str {
    let mut used = 0;
    for (at, c) in line.char_indices() {
        used += width_of(c);
        if used > max {
            return line.get(..at).unwrap_or_default();
        }
    }
    line
}

/// At most `lines` harmless lines of at most `max` columns, broken between words where that is possible; what is cut off is
/// an ellipsis. No line where there is no text.
pub fn wrap(text: &str, max: usize, lines: usize) -> Vec<String> {
    // More than this cannot be shown: hostile text of any length costs no more than what is shown.
    let text: String = text.chars().take(max.saturating_mul(lines + 1)).collect();
    let whole = escape::line(&text);
    let mut out: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in whole.split(' ').filter(|word| !word.is_empty()) {
        let mut rest = word;
        loop {
            let gap = usize::from(!line.is_empty());
            let room = max.saturating_sub(width(&line) + gap);
            let fits = width(rest) <= room;
            if fits {
                if gap == 1 {
                    line.push(' ');
                }
                line.push_str(rest);
                break;
            }
            // A word that fits on no line is broken; one that fits on the next begins there.
            if line.is_empty() || width(rest) > max {
                let part = head(rest, room);
                if part.is_empty() && line.is_empty() {
                    break;
                }
                if gap == 1 && !part.is_empty() {
                    line.push(' ');
                }
                line.push_str(part);
                rest = rest.get(part.len()..).unwrap_or_default();
            }
            out.push(std::mem::take(&mut line));
        }
    }
    if !line.is_empty() {
        out.push(line);
    }
    if out.len() > lines {
        out.truncate(lines);
        if let Some(last) = out.last_mut() {
            *last = format!("{}…", head(last, max.saturating_sub(1)).trim_end());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_stay_whole_where_they_fit_and_what_is_too_much_ends_in_an_ellipsis() {
        assert_eq!(wrap("aa bb cc", 5, 9), ["aa bb", "cc"]);
        assert_eq!(wrap("aa bbbbbbb", 5, 9), ["aa bb", "bbbbb"]);
        assert_eq!(wrap("aa bb cc dd", 5, 1), ["aa b…"]);
        assert_eq!(wrap(" ", 5, 9), [""; 0]);
        assert_eq!(cut("注文を処理する", 6), "注文…");
        assert_eq!(cut("abc", 3), "abc");
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_bounds(
            text in proptest::collection::vec(any::<char>(), 0..300), max in 4usize..40, lines in 1usize..6,
        ) {
            let text: String = text.into_iter().collect();
            let out = wrap(&text, max, lines);
            prop_assert!(out.len() <= lines);
            for line in out.iter().chain([&cut(&text, max)]) {
                prop_assert!(width(line) <= max, "{:?}", line);
                prop_assert_eq!(&escape::line(line), line);
            }
        }

        #[test]
        fn nothing_is_lost_where_there_is_room(text in "[a-z ]{0,60}", max in 4usize..40) {
            let bare = |text: &str| text.replace(' ', "");
            prop_assert_eq!(bare(&wrap(&text, max, 60).concat()), bare(&text));
        }
    }
}
