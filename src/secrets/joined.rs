//! Credentials in pieces that an expression puts together.

/// Functions that put texts together, with whether their first argument says how.
const CALLS: [(&str, bool); 2] = [("$join(", false), ("States.Format(", true)];

/// The expression with texts that it puts side by side as one, where there are such.
pub(super) fn joined(text: &str) -> Option<String> {
    let listed = called(text);
    let listed_or_not = listed.as_deref().unwrap_or(text);
    side_by_side(listed_or_not).or(listed)
}

/// `'a' & 'b'` as `'ab'`.
fn side_by_side(text: &str) -> Option<String> {
    let mut parts = text.split('&');
    let mut whole = parts.next()?.to_owned();
    let mut any = false;
    for part in parts {
        let begins = part.trim_start();
        let ends = whole.trim_end();
        match (ends.chars().last(), begins.chars().next()) {
            (Some('\'' | '"'), Some('\'' | '"')) => {
                any = true;
                whole.truncate(ends.len() - 1);
                whole.push_str(begins.get(1..).unwrap_or_default());
            }
            _ => {
                whole.push('&');
                whole.push_str(part);
            }
        }
    }
    any.then_some(whole)
}

/// The parts of a credential that several texts hold, put side by side: a part by itself gives enough of it away.
pub(super) fn parts(secret: &str, literals: &[String]) -> Vec<String> {
    const LEAST: usize = 5;
    let mut all = Vec::new();
    for literal in literals {
        let ends = literal.char_indices().map(|(at, _)| at);
        let tail = ends.filter_map(|at| literal.get(at..));
        let tail = tail.into_iter().find(|tail| secret.starts_with(tail));
        let begins = literal
            .char_indices()
            .map(|(at, c)| at + c.len_utf8())
            .rev();
        let head = begins.filter_map(|at| literal.get(..at));
        let head = head.into_iter().find(|head| secret.ends_with(head));
        let whole = secret
            .contains(literal.as_str())
            .then_some(literal.as_str());
        let of = [tail, head, whole].into_iter().flatten();
        all.extend(of.filter(|part| part.len() >= LEAST).map(str::to_owned));
    }
    all
}

/// `$join(['a', 'b'], '-')` and `States.Format('{}-{}', 'a', 'b')` as `'a-b'`, where all that they put together are texts.
fn called(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut any) = (text, false);
    while let Some((at, call, has_format)) = next_call(rest) {
        let (before, from) = (rest.get(..at)?, rest.get(at + call.len()..)?);
        out.push_str(before);
        match arguments(from) {
            Some((texts, after)) if texts.len() > 1 => {
                any = true;
                let whole = match has_format {
                    true => formatted(&texts),
                    false => listed(&texts, from),
                };
                out.push('\'');
                out.push_str(&whole.replace('\'', "\\'"));
                out.push('\'');
                rest = after;
            }
            _ => {
                out.push_str(call);
                rest = from;
            }
        }
    }
    out.push_str(rest);
    any.then_some(out)
}

fn next_call(text: &str) -> Option<(usize, &'static str, bool)> {
    let calls = CALLS.iter();
    let found = calls.filter_map(|(call, has_format)| Some((text.find(call)?, *call, *has_format)));
    found.min()
}

/// The text literals up to the closing bracket, and what stands behind it; `None` where anything else is among them.
fn arguments(text: &str) -> Option<(Vec<String>, &str)> {
    let mut texts = Vec::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' | '"' => {
                let mut literal = String::new();
                loop {
                    match chars.next()?.1 {
                        '\\' => literal.push(chars.next()?.1),
                        inner if inner == c => break,
                        inner => literal.push(inner),
                    }
                }
                texts.push(literal);
            }
            ')' => return Some((texts, text.get(at + 1..)?)),
            '[' | ']' | ',' => {}
            c if c.is_whitespace() => {}
            _ => return None,
        }
    }
    None
}

/// What `$join` makes of a list; a text behind the list stands between the others.
fn listed(texts: &[String], call: &str) -> String {
    let end = call.split(')').next().unwrap_or(call);
    match (end.trim_end().ends_with(']'), texts.split_last()) {
        (false, Some((between, texts))) => texts.join(between),
        _ => texts.concat(),
    }
}

fn formatted(texts: &[String]) -> String {
    let Some((format, texts)) = texts.split_first() else {
        return String::new();
    };
    let mut texts = texts.iter();
    let parts: Vec<&str> = format.split("{}").collect();
    let mut whole = String::new();
    for (i, part) in parts.iter().enumerate() {
        whole.push_str(part);
        if i + 1 < parts.len() {
            whole.push_str(texts.next().map_or("{}", String::as_str));
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn calls_and_texts_side_by_side_become_one() {
        for (text, whole) in [
            ("$join(['a', 'b'])", "'ab'"),
            ("$join([\"a\",'b'], '-')", "'a-b'"),
            ("States.Format('{}-{}', 'a', 'b')", "'a-b'"),
            ("'x' & $join(['a','b']) & $y", "'xab' & $y"),
            ("'a' & 'b'", "'ab'"),
        ] {
            assert_eq!(joined(text).as_deref(), Some(whole), "{text}");
        }
        for other in [
            "$join($x)",
            "$join(['a', $x])",
            "States.Format('{}', $.a)",
            "$join(['a'",
            "'a' & $b",
        ] {
            assert_eq!(joined(other), None, "{other}");
        }
    }
}
