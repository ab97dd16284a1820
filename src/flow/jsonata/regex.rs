//! Regular expressions as patterns: every string that the expression finds a match in is matched by one of them.
//! What a pattern cannot say (a class of characters, a repetition) becomes `?` or `*`.

use crate::glob::{Glob, Token};

/// More alternatives than this are given up.
const MAX_WAYS: usize = 64;
/// Classes that make more strings than this are not listed.
const MAX_LIST: usize = 32;
/// Classes repeated more often than this are not listed.
const MAX_LISTED: usize = 8;
/// Longer expressions are given up.
const MAX_LENGTH: usize = 1000;

/// What an expression lets through.
pub struct Matches {
    /// Patterns whose union holds it.
    pub globs: Vec<Glob>,
    /// Whether their wildcards stand for any text, not only for characters of a class.
    pub any_text: bool,
    /// Whether every way begins where the text begins and ends where it ends.
    is_anchored: bool,
}

impl Matches {
    /// What holds this text somewhere.
    pub fn containing(text: &str) -> Self {
        let mut glob = Glob::any();
        glob.extend(&Glob::literal(text));
        glob.extend(&Glob::any());
        Self {
            globs: vec![glob],
            any_text: true,
            is_anchored: false,
        }
    }
}

/// The patterns; `None` where the expression is not understood. Characters of a class are told one by one where that
/// leaves a finite list, else as `?`.
pub fn read(pattern: &str, flags: &str) -> Option<Matches> {
    let is_list =
        |m: &Matches| m.globs.len() <= MAX_LIST && m.globs.iter().all(|g| g.as_literal().is_some());
    one_reading(pattern, flags, true)
        .filter(is_list)
        .or_else(|| one_reading(pattern, flags, false))
}

/// The patterns of what such an expression finds, without what stands around it.
pub fn texts(pattern: &str, flags: &str) -> Option<Vec<Glob>> {
    let found = read(&format!("^(?:{pattern})$"), flags);
    found
        .or_else(|| read(pattern, flags).filter(|_| is_whole(pattern, flags)))
        .map(|m| m.globs)
}

/// Whether it matches nothing but a whole text.
pub fn is_whole(pattern: &str, flags: &str) -> bool {
    let ways = one_reading(pattern, flags, false);
    ways.is_some_and(|m| m.is_anchored)
}

fn one_reading(pattern: &str, flags: &str, lists_classes: bool) -> Option<Matches> {
    if pattern.len() > MAX_LENGTH || flags.contains('m') {
        return None;
    }
    let mut reader = Reader {
        rest: pattern.chars().collect(),
        at: 0,
        fold: flags.contains('i'),
        lists_classes,
        any_text: false,
    };
    let ways = reader.alternation(0)?;
    if reader.at < reader.rest.len() {
        return None;
    }
    let is_anchored = ways.iter().all(|w| w.from_start && w.to_end);
    let globs = ways.into_iter().map(|way| {
        let mut glob = Glob::literal("");
        if !way.from_start {
            glob.push(Token::Any);
        }
        way.tokens.iter().for_each(|token| glob.push(*token));
        if !way.to_end {
            glob.push(Token::Any);
        }
        glob
    });
    Some(Matches {
        globs: globs.collect(),
        any_text: reader.any_text || !is_anchored,
        is_anchored,
    })
}

/// One way to match.
#[derive(Clone, Default)]
struct Way {
    tokens: Vec<Token>,
    from_start: bool,
    to_end: bool,
}

struct Reader {
    rest: Vec<char>,
    at: usize,
    /// Letters stand for both their cases.
    fold: bool,
    lists_classes: bool,
    any_text: bool,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek();
        self.at += usize::from(c.is_some());
        c
    }

    fn alternation(&mut self, depth: usize) -> Option<Vec<Way>> {
        if depth > 12 {
            return None;
        }
        let mut all = self.sequence(depth)?;
        while self.peek() == Some('|') {
            self.next();
            all.extend(self.sequence(depth)?);
            if all.len() > MAX_WAYS {
                return None;
            }
        }
        Some(all)
    }

    fn sequence(&mut self, depth: usize) -> Option<Vec<Way>> {
        let mut ways = vec![Way::default()];
        while let Some(c) = self.peek() {
            if c == '|' || c == ')' {
                break;
            }
            self.next();
            match c {
                '^' => {
                    if ways.iter().any(|w| !w.tokens.is_empty()) {
                        return None;
                    }
                    ways.iter_mut().for_each(|w| w.from_start = true);
                    continue;
                }
                '$' => {
                    if !matches!(self.peek(), None | Some(')' | '|')) {
                        return None;
                    }
                    ways.iter_mut().for_each(|w| w.to_end = true);
                    continue;
                }
                _ => {}
            }
            let atom = self.atom(c, depth)?;
            let atom = self.repeated(atom)?;
            if ways.len() * atom.len() > MAX_WAYS {
                return None;
            }
            ways = ways
                .iter()
                .flat_map(|head| {
                    atom.iter().map(|tail| Way {
                        tokens: head.tokens.iter().chain(&tail.tokens).copied().collect(),
                        from_start: head.from_start || (head.tokens.is_empty() && tail.from_start),
                        to_end: head.to_end || tail.to_end,
                    })
                })
                .collect();
        }
        Some(ways)
    }

    fn atom(&mut self, c: char, depth: usize) -> Option<Vec<Way>> {
        match c {
            '.' => {
                self.any_text = true;
                Some(one(Token::One))
            }
            '[' => {
                let class = self.class()?;
                Some(self.any_of(class))
            }
            '(' => {
                if self.peek() == Some('?') {
                    self.next();
                    // Only groups that do not capture; looking around matches nothing of its own.
                    if self.next() != Some(':') {
                        return None;
                    }
                }
                let inner = self.alternation(depth + 1)?;
                (self.next() == Some(')')).then_some(inner)
            }
            '\\' => match self.next()? {
                'd' => Some(self.any_of(Some(('0'..='9').collect()))),
                'w' | 's' => Some(one(Token::One)),
                'D' | 'W' | 'S' => {
                    self.any_text = true;
                    Some(one(Token::One))
                }
                'b' | 'B' => Some(vec![Way::default()]),
                't' | 'n' | 'r' | 'f' | 'v' | 'u' | 'x' | 'c' | 'p' | 'P' | 'k' => None,
                c if c.is_ascii_digit() => None,
                c => Some(self.any_of(Some(vec![c]))),
            },
            '*' | '+' | '?' | '{' => None,
            c => Some(self.any_of(Some(vec![c]))),
        }
    }

    /// One of these characters; `None` is more than can be listed.
    fn any_of(&self, characters: Option<Vec<char>>) -> Vec<Way> {
        let Some(mut all) = characters else {
            return one(Token::One);
        };
        if self.fold {
            let other = |c: &char| {
                if c.is_lowercase() {
                    c.to_ascii_uppercase()
                } else {
                    c.to_ascii_lowercase()
                }
            };
            all.extend(all.iter().map(other).collect::<Vec<char>>());
        }
        all.sort_unstable();
        all.dedup();
        match all.as_slice() {
            [only] => one(Token::Char(*only)),
            several if self.lists_classes => {
                several.iter().flat_map(|c| one(Token::Char(*c))).collect()
            }
            _ => one(Token::One),
        }
    }

    /// The characters of a class, after its `[`; `None` inside where they are not listed.
    fn class(&mut self) -> Option<Option<Vec<char>>> {
        let excludes = self.peek() == Some('^');
        if excludes {
            self.next();
            self.any_text = true;
        }
        let mut characters = Vec::new();
        let mut is_listed = !excludes;
        loop {
            let first = match self.next()? {
                ']' => return Some(is_listed.then_some(characters)),
                '\\' => match self.next()? {
                    'd' => {
                        characters.extend('0'..='9');
                        continue;
                    }
                    c if c.is_alphanumeric() => {
                        is_listed = false;
                        self.any_text |= c.is_uppercase();
                        continue;
                    }
                    c => c,
                },
                c => c,
            };
            let mut ahead = self.rest.iter().skip(self.at);
            let last = match (ahead.next(), ahead.next()) {
                (Some('-'), Some(last)) if !matches!(last, ']' | '\\') => *last,
                _ => first,
            };
            if last != first {
                self.at += 2;
            }
            characters.extend((first..=last).take(MAX_WAYS + 1));
            is_listed &= first <= last && characters.len() <= MAX_WAYS;
        }
    }

    fn repeated(&mut self, atom: Vec<Way>) -> Option<Vec<Way>> {
        let (least, most) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                let end = self.rest.iter().skip(self.at).position(|c| *c == '}')?;
                let inner: String = self.rest.iter().skip(self.at + 1).take(end - 1).collect();
                self.at += end;
                match inner.split_once(',') {
                    None => {
                        let n = inner.parse().ok()?;
                        (n, Some(n))
                    }
                    Some((n, "")) => (n.parse().ok()?, None),
                    Some((n, m)) => (n.parse().ok()?, Some(m.parse::<usize>().ok()?)),
                }
            }
            _ => return Some(atom),
        };
        self.next();
        if self.peek() == Some('?') {
            self.next();
        }
        if atom.iter().any(|w| w.from_start || w.to_end) {
            return None;
        }
        if (least, most) == (0, Some(1)) {
            let mut ways = atom;
            ways.push(Way::default());
            return Some(ways);
        }
        if self.lists_classes && most == Some(least) && least <= MAX_LISTED {
            return times(&atom, least);
        }
        // A simple atom is repeated as it is; a group with choices is open.
        let tokens = match atom.as_slice() {
            [only] if least <= 128 => only.tokens.repeat(least),
            _ => vec![Token::Any],
        };
        let mut tokens = tokens;
        if most != Some(least) {
            tokens.push(Token::Any);
        }
        Some(vec![Way {
            tokens,
            ..Way::default()
        }])
    }
}

fn one(token: Token) -> Vec<Way> {
    vec![Way {
        tokens: vec![token],
        ..Way::default()
    }]
}

/// An atom so many times in a row, all its choices told apart.
fn times(atom: &[Way], count: usize) -> Option<Vec<Way>> {
    let mut all = vec![Way::default()];
    for _ in 0..count {
        if all.len() * atom.len() > MAX_WAYS {
            return None;
        }
        all = all
            .iter()
            .flat_map(|head| {
                atom.iter().map(|tail| Way {
                    tokens: head.tokens.iter().chain(&tail.tokens).copied().collect(),
                    ..Way::default()
                })
            })
            .collect();
    }
    Some(all)
}

#[cfg(test)]
mod tests;
