//! What a filter says of the elements that pass it: comparisons with texts, of which each must hold.

use super::Step;
use super::parse::quoted;
use crate::expr::cursor::Cursor;

/// A comparison that every element passes: the field at these steps is one of these texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equality {
    /// From the element.
    pub steps: Vec<Step>,
    /// One of these.
    pub texts: Vec<String>,
}

/// The comparisons with texts that a filter joins by `&&`; of a filter that may pass without them, none.
pub fn equalities(filter: &str) -> Vec<Equality> {
    let Some(parts) = conjuncts(filter) else {
        return Vec::new();
    };
    let all = parts.into_iter().filter_map(comparison);
    // What deployment fills in is no text of the definition.
    all.filter(|e| !e.texts.iter().any(|text| text.contains("${")))
        .collect()
}

/// The parts between `&&`; `None` where anything else joins them.
fn conjuncts(filter: &str) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    let mut cursor = Cursor::new(filter);
    let mut from = 0;
    loop {
        let at = cursor.at();
        match cursor.peek() {
            None => break,
            Some('\'' | '"') => {
                quoted(&mut cursor).ok()?;
            }
            Some('(' | ')' | '|' | '~' | '/') => return None,
            Some('&') => {
                parts.push(filter.get(from..at)?);
                if !cursor.eat_text("&&") {
                    return None;
                }
                from = cursor.at();
            }
            Some(_) => {
                cursor.bump();
            }
        }
    }
    parts.push(filter.get(from..)?);
    Some(parts)
}

/// `@.name == 'text'`, the other way round, or `@.name in ['text', …]`.
fn comparison(part: &str) -> Option<Equality> {
    let mut cursor = Cursor::new(part.trim());
    let equality = if cursor.peek() == Some('@') {
        let steps = steps(&mut cursor)?;
        cursor.skip_spaces();
        let texts = if cursor.eat_text("==") {
            cursor.skip_spaces();
            vec![quoted(&mut cursor).ok()?]
        } else if cursor.eat_text("in") {
            cursor.skip_spaces();
            list(&mut cursor)?
        } else {
            return None;
        };
        Equality { steps, texts }
    } else {
        let text = quoted(&mut cursor).ok()?;
        cursor.skip_spaces();
        if !cursor.eat_text("==") {
            return None;
        }
        cursor.skip_spaces();
        Equality {
            steps: steps(&mut cursor)?,
            texts: vec![text],
        }
    };
    cursor.skip_spaces();
    (cursor.rest().is_empty() && !equality.steps.is_empty()).then_some(equality)
}

fn list(cursor: &mut Cursor<'_>) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    if !cursor.eat('[') {
        return None;
    }
    loop {
        cursor.skip_spaces();
        texts.push(quoted(cursor).ok()?);
        cursor.skip_spaces();
        if !cursor.eat(',') {
            return cursor.eat(']').then_some(texts);
        }
    }
}

/// `@.a['b']`: names only.
fn steps(cursor: &mut Cursor<'_>) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    if !cursor.eat('@') {
        return None;
    }
    loop {
        if cursor.eat('.') {
            let from = cursor.at();
            while cursor
                .peek()
                .is_some_and(|c| !c.is_whitespace() && !".[]()=!<>&|,*'\"".contains(c))
            {
                cursor.bump();
            }
            let name = cursor.since(from);
            if name.is_empty() {
                return None;
            }
            steps.push(Step::Field(name.to_owned()));
        } else if cursor.eat('[') {
            cursor.skip_spaces();
            steps.push(Step::Field(quoted(cursor).ok()?));
            cursor.skip_spaces();
            if !cursor.eat(']') {
                return None;
            }
        } else {
            return Some(steps);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(filter: &str) -> Vec<(String, Vec<String>)> {
        let name = |step: &Step| match step {
            Step::Field(name) => name.clone(),
            other => format!("{other:?}"),
        };
        let all = equalities(filter).into_iter();
        all.map(|e| {
            let steps: Vec<String> = e.steps.iter().map(name).collect();
            (steps.join("/"), e.texts)
        })
        .collect()
    }

    #[test]
    fn what_may_pass_otherwise_says_nothing() {
        for filter in [
            "@.a == 'x' || @.b",
            "!(@.a == 'x' && @.b == 'y' && @.c)",
            "@.a != 'x'",
            "@.a == @.b",
            "@.a == $.x",
            "@.a == 1",
            "@ == 'x'",
            "@.a =~ /x/",
            "@.a[0] == 'x'",
            "@.*.a == 'x'",
            "@..a == 'x'",
            "!@.a == 'x'",
            "@.a == 'x'.b",
            "@.a == '${Name}'",
            "@.a in $.names",
            "@.a == 'x' & @.b",
            "@.a",
            "'x'",
            "",
        ] {
            assert_eq!(shown(filter), [], "{filter}");
        }
    }

    #[test]
    fn comparisons_with_texts_hold_of_what_passes() {
        let x = || vec!["x".to_owned()];
        for filter in [
            "@.a == 'x'",
            "@.a=='x'",
            "@['a'] == \"x\"",
            "'x' == @.a",
            "@.a == 'x' && @.n > 3",
            "@.ok == true && @.a == 'x'",
        ] {
            assert_eq!(shown(filter), [("a".to_owned(), x())], "{filter}");
        }
        let both = vec!["x".to_owned(), "y z".to_owned()];
        assert_eq!(
            shown("@.a.b in ['x', 'y z'] && @['c d'] == 'x'"),
            [("a/b".to_owned(), both), ("c d".to_owned(), x())]
        );
    }
}
