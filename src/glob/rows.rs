//! Two patterns laid against each other token by token: inclusion and overlap in time proportional to the product of the
//! lengths of what they do not share.

use super::Token;
use crate::budget;

/// So many comparisons of two tokens cost a unit.
pub(super) const PER_UNIT: usize = 32;

/// Rows up to this length need no memory of their own; what ARNs leave when their common ends are gone is shorter.
const SHORT: usize = 64;

/// Whether every text of the second pattern is one of the first, as far as single tokens tell.
pub(super) fn include(ours: &[Token], theirs: &[Token]) -> bool {
    let Some((ours, theirs)) = without_common_ends(ours, theirs) else {
        return false;
    };
    match (ours, theirs) {
        ([], rest) => return rest.is_empty(),
        ([Token::Any], _) => return true,
        _ => {}
    }
    fill(ours, theirs, false, |token, theirs, near| match token {
        Token::Any => near.here || near.left || near.before,
        Token::Within => {
            let inside = matches!(theirs, Token::Char(c) if c != ':') || theirs == Token::Within;
            near.here || (inside && near.left)
        }
        Token::One => near.before && !theirs.is_star(),
        Token::Char(_) => near.before && theirs == token,
    })
}

/// Whether some text is matched by both; where the budget is spent, whether that is not excluded at once.
pub(super) fn overlap(ours: &[Token], theirs: &[Token]) -> bool {
    let Some((ours, theirs)) = without_common_ends(ours, theirs) else {
        return false;
    };
    match (ours, theirs) {
        ([Token::Any], _) | (_, [Token::Any]) => return true,
        ([], rest) | (rest, []) => return rest.iter().all(|t| t.is_star()),
        _ => {}
    }
    if budget::is_spent() {
        return true;
    }
    fill(ours, theirs, true, |token, theirs, near| {
        let stays = |other: Token| other != Token::Char(':');
        match (token, theirs) {
            (ours, theirs) if ours.is_star() && theirs.is_star() => near.here || near.left,
            (Token::Any, _) | (_, Token::Any) => near.here || near.left || near.before,
            (Token::Within, other) => near.here || (stays(other) && near.left),
            (other, Token::Within) => near.left || (stays(other) && near.here),
            (Token::One, _) | (_, Token::One) => near.before,
            (Token::Char(a), Token::Char(b)) => near.before && a == b,
        }
    })
}

/// Two patterns without the characters that both begin and end with; `None` where they begin or end with different ones,
/// so that no text is matched by both. ARNs share most of their beginning: the rest is short.
fn without_common_ends<'a>(
    mut a: &'a [Token],
    mut b: &'a [Token],
) -> Option<(&'a [Token], &'a [Token])> {
    while let (Some((Token::Char(x), a_rest)), Some((Token::Char(y), b_rest))) =
        (a.split_first(), b.split_first())
    {
        if x != y {
            return None;
        }
        (a, b) = (a_rest, b_rest);
    }
    while let (Some((Token::Char(x), a_rest)), Some((Token::Char(y), b_rest))) =
        (a.split_last(), b.split_last())
    {
        if x != y {
            return None;
        }
        (a, b) = (a_rest, b_rest);
    }
    Some((a, b))
}

/// What is known of the neighbours in the table of [`fill`].
struct Near {
    /// With one token less of the first pattern.
    here: bool,
    /// With one token less of the second.
    left: bool,
    /// With one token less of both.
    before: bool,
}

/// Fills the table of two patterns row by row: may the first tokens of the one go with the first tokens of the other?
/// With `theirs_may_vanish`, a `*` of the second pattern may stand for nothing.
fn fill(
    ours: &[Token],
    theirs: &[Token],
    theirs_may_vanish: bool,
    fits: impl Fn(Token, Token, &Near) -> bool,
) -> bool {
    budget::spend(1 + ours.len().saturating_mul(theirs.len()) / PER_UNIT);
    let mut short = [false; SHORT];
    let mut long = Vec::new();
    let row = match short.get_mut(..theirs.len()) {
        Some(row) => row,
        None => {
            long.resize(theirs.len(), false);
            long.as_mut_slice()
        }
    };
    // The cell before the row: none of the second pattern's tokens.
    let mut first = true;
    let mut left = true;
    for (cell, their) in row.iter_mut().zip(theirs) {
        left &= theirs_may_vanish && their.is_star();
        *cell = left;
    }
    for token in ours {
        let mut before = first;
        first &= token.is_star();
        let mut left = first;
        let mut alive = first;
        for (cell, their) in row.iter_mut().zip(theirs) {
            let here = *cell;
            left = fits(*token, *their, &Near { here, left, before });
            alive |= left;
            before = here;
            *cell = left;
        }
        if !alive {
            return false;
        }
    }
    row.last().copied().unwrap_or(first)
}
