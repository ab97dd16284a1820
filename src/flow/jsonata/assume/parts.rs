//! What a test of a part of a string tells of the whole: `$substring(x, 0, 6) = 'media-'`, `$split(x, ':')[4] = '…'`.

use super::super::eval::{Machine, whole_number};
use super::super::scope::Cx;
use super::*;
use crate::glob::Token;

/// Parts at a later place than this are not followed.
const MAX_PARTS: i64 = 16;
/// The cases of more letters than this are not listed.
const MAX_CASED: usize = 6;

impl Machine<'_> {
    /// Where this part of a string is one of these texts: the string, and the patterns that it matches.
    pub(super) fn whole_of<'e>(
        &self,
        part: &'e Expr,
        texts: &[String],
        cx: &Cx<'e>,
    ) -> Option<(Value, Vec<Glob>)> {
        let (call, index) = match &part.kind {
            ExprKind::Filter(base, at) => (&**base, Some(whole_number(at)?)),
            _ => (part, None),
        };
        let ExprKind::Call(callee, args) = &call.kind else {
            return None;
        };
        let name = native(callee, cx)?;
        let whole = args.first()?;
        let literal = |at: usize| match &args.get(at)?.kind {
            ExprKind::Text(text) if !text.is_empty() => Some(text.as_str()),
            _ => None,
        };
        let number = |at: usize| args.get(at).and_then(whole_number);
        let mut globs = Vec::new();
        for text in texts {
            match (name, index) {
                ("substring", None) if number(1) == Some(0) => {
                    // Of a length that is not written out nobody knows whether it cuts.
                    let length = i64::try_from(text.chars().count()).ok();
                    let is_whole =
                        args.get(2).is_none() || number(2).is_some_and(|n| Some(n) != length);
                    globs.push(glob(&[(text, !is_whole)]));
                }
                ("substringBefore", None) => {
                    let separator = literal(1)?;
                    globs.push(glob(&[(text, false)]));
                    globs.push(glob(&[(text, false), (separator, true)]));
                }
                ("substringAfter", None) => {
                    globs.push(Glob::literal(text));
                    globs.push(glob(&[("", true), (literal(1)?, false), (text, false)]));
                }
                ("split", Some(at @ 0..MAX_PARTS)) => {
                    let separator = literal(1)?;
                    let mut head = Vec::new();
                    for _ in 0..at {
                        head.extend([("", true), (separator, false)]);
                    }
                    head.push((text, false));
                    globs.push(glob(&head));
                    head.push((separator, true));
                    globs.push(glob(&head));
                }
                ("lowercase" | "uppercase", None) => globs.extend(cases(text)),
                _ => return None,
            }
        }
        Some((self.raw(whole, cx), globs))
    }
}

/// These texts in a row, each followed by anything where it says so.
fn glob(parts: &[(&str, bool)]) -> Glob {
    let mut all = Glob::literal("");
    for (text, open) in parts {
        all.extend(&Glob::literal(text));
        if *open {
            all.push(Token::Any);
        }
    }
    all
}

/// Every way to write a text in small and capital letters.
fn cases(text: &str) -> Vec<Glob> {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let mut all = vec![Glob::literal("")];
    for c in text.chars() {
        let (small, large) = (c.to_ascii_lowercase(), c.to_ascii_uppercase());
        let spelled = if !c.is_alphabetic() {
            vec![Token::Char(c)]
        } else if letters > MAX_CASED || small == large {
            vec![Token::One]
        } else {
            vec![Token::Char(small), Token::Char(large)]
        };
        all = all
            .iter()
            .flat_map(|head| {
                spelled.iter().map(|token| {
                    let mut next = head.clone();
                    next.push(*token);
                    next
                })
            })
            .collect();
    }
    all
}
