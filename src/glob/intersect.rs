//! The intersection of two patterns as a union of patterns.

use super::rows::PER_UNIT;
use super::{Glob, Token};
use crate::budget;

/// More comparisons of two tokens than this, and the narrower operand stands for the intersection.
const MAX_WORK: usize = 4_000_000;
/// More patterns than this at one place, and the narrower operand stands for the intersection.
const MAX_PATTERNS: usize = 32;

impl Glob {
    /// Patterns whose union is the intersection: none where the two do not overlap. Exact, except that a `?` which meets
    /// a `*` within a segment may still be a colon, and that where more than 32 patterns, or very long ones, were needed
    /// the operand with more fixed characters stands for it (then the union is larger than the intersection, never
    /// smaller).
    pub fn intersect(&self, other: &Self) -> Vec<Self> {
        if other.includes(self) {
            return vec![self.clone()];
        }
        if self.includes(other) {
            return vec![other.clone()];
        }
        if !self.overlaps(other) {
            return Vec::new();
        }
        let mut table = Table {
            left: self.tokens(),
            right: other.tokens(),
            done: Vec::new(),
            work: MAX_WORK,
        };
        table.fill().unwrap_or_else(|| {
            let fixed = |g: &Self| g.tokens().iter().filter(|t| !t.is_star()).count();
            vec![
                if fixed(self) >= fixed(other) {
                    self
                } else {
                    other
                }
                .clone(),
            ]
        })
    }
}

struct Table<'a> {
    left: &'a [Token],
    right: &'a [Token],
    /// The intersection of the tails from (i, j), row by row; `None` where no way from the beginning leads.
    done: Vec<Option<Vec<Glob>>>,
    /// Comparisons that may still be made.
    work: usize,
}

impl Table<'_> {
    /// Fills the table from the ends, so that no recursion is needed; `None` where a place needs too many patterns.
    fn fill(&mut self) -> Option<Vec<Glob>> {
        let (rows, columns) = (self.left.len() + 1, self.right.len() + 1);
        let cells = rows.saturating_mul(columns);
        // Each place holds patterns as long as what is left of both.
        if cells.saturating_mul(8) > self.work || budget::is_spent() {
            return None;
        }
        let reached = self.reached();
        self.done = vec![None; cells];
        for (place, _) in reached
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, reached)| **reached)
        {
            let here = self.here(place / columns, place % columns)?;
            let length: usize = here.iter().map(|g| g.tokens().len()).sum();
            let pairs = length.saturating_mul(here.len().max(2));
            budget::spend(1 + pairs / PER_UNIT);
            self.work = self.work.checked_sub(1 + pairs)?;
            if let Some(done) = self.done.get_mut(place) {
                *done = Some(here);
            }
        }
        self.done.first_mut()?.take()
    }

    fn place(&self, i: usize, j: usize) -> Option<usize> {
        let columns = self.right.len() + 1;
        (i <= self.left.len() && j < columns).then(|| i * columns + j)
    }

    /// The places that can be reached from the beginning.
    fn reached(&self) -> Vec<bool> {
        let mut reached = vec![false; (self.left.len() + 1) * (self.right.len() + 1)];
        let mut open = vec![(0, 0)];
        while let Some((i, j)) = open.pop() {
            let Some(place) = self.place(i, j).and_then(|p| reached.get_mut(p)) else {
                continue;
            };
            if std::mem::replace(place, true) {
                continue;
            }
            match (self.left.get(i), self.right.get(j)) {
                (Some(one), _) | (_, Some(one)) if one.is_star() => {
                    open.extend([(i + 1, j), (i, j + 1)]);
                }
                (Some(a), Some(b)) if a == b || *a == Token::One || *b == Token::One => {
                    open.push((i + 1, j + 1));
                }
                _ => {}
            }
        }
        reached
    }

    fn here(&self, i: usize, j: usize) -> Option<Vec<Glob>> {
        let mut out = Vec::new();
        match (self.left.get(i), self.right.get(j)) {
            (None, None) => out.push(Glob::from(Vec::new())),
            (Some(a), Some(b)) if a.is_star() && b.is_star() => {
                let both = if a == b { *a } else { Token::Within };
                self.join(Some(both), i + 1, j, &mut out);
                self.join(Some(both), i, j + 1, &mut out);
            }
            (Some(star), theirs) if star.is_star() => {
                self.join(None, i + 1, j, &mut out);
                if let Some(token) = theirs.filter(|t| takes(*star, **t)) {
                    self.join(Some(*token), i, j + 1, &mut out);
                }
            }
            (ours, Some(star)) if star.is_star() => {
                self.join(None, i, j + 1, &mut out);
                if let Some(token) = ours.filter(|t| takes(*star, **t)) {
                    self.join(Some(*token), i + 1, j, &mut out);
                }
            }
            (Some(Token::One), Some(token)) | (Some(token), Some(Token::One)) => {
                self.join(Some(*token), i + 1, j + 1, &mut out);
            }
            (Some(a), Some(b)) if a == b => self.join(Some(*a), i + 1, j + 1, &mut out),
            _ => {}
        }
        let out = without_included(out);
        (out.len() <= MAX_PATTERNS).then_some(out)
    }

    fn join(&self, head: Option<Token>, i: usize, j: usize, out: &mut Vec<Glob>) {
        let tails = self
            .place(i, j)
            .and_then(|place| self.done.get(place)?.as_ref());
        for tail in tails.into_iter().flatten() {
            out.push(match head {
                Some(head) => std::iter::once(head)
                    .chain(tail.tokens().iter().copied())
                    .collect(),
                None => tail.clone(),
            });
        }
    }
}

/// Whether the star can stand for the token. A `?` that a `*` within a segment meets stays a `?`, which is more than
/// both only by the colon.
fn takes(star: Token, token: Token) -> bool {
    star == Token::Any || token != Token::Char(':')
}

fn without_included(mut globs: Vec<Glob>) -> Vec<Glob> {
    globs.sort_unstable();
    globs.dedup();
    if globs.len() < 2 {
        return globs;
    }
    let kept: Vec<bool> = globs
        .iter()
        .map(|g| !globs.iter().any(|other| other != g && other.includes(g)))
        .collect();
    let mut kept = kept.into_iter();
    globs.retain(|_| kept.next() == Some(true));
    globs
}
