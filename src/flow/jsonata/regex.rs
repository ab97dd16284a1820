//! Regular expressions as patterns: every string that the expression finds a match in is matched by one of them.
//! What a pattern cannot say (a class of characters, a repetition) becomes `?` or `*`.

use crate::glob::{Glob, Token};

/// More alternatives than this are given up.
const MAX_WAYS: usize = 64;
/// Longer expressions are given up.
const MAX_LENGTH: usize = 1000;

/// The patterns; `None` where the expression is not understood.
pub fn globs(pattern: &str, flags: &str) -> Option<Vec<Glob>> {
    if pattern.len() > MAX_LENGTH || flags.contains('m') {
        return None;
    }
    let mut reader = Reader {
        rest: pattern.chars().collect(),
        at: 0,
        fold: flags.contains('i'),
    };
    let ways = reader.alternation(0)?;
    if reader.at < reader.rest.len() {
        return None;
    }
    Some(
        ways.into_iter()
            .map(|way| {
                let mut glob = Glob::literal("");
                if !way.from_start {
                    glob.push(Token::Any);
                }
                for token in way.tokens {
                    glob.push(token);
                }
                if !way.to_end {
                    glob.push(Token::Any);
                }
                glob
            })
            .collect(),
    )
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
    fold: bool,
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
        let one = |token| {
            Some(vec![Way {
                tokens: vec![token],
                ..Way::default()
            }])
        };
        match c {
            '.' => one(Token::One),
            '[' => {
                self.class()?;
                one(Token::One)
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
                'd' | 'w' | 's' | 'D' | 'W' | 'S' => one(Token::One),
                'b' | 'B' => Some(vec![Way::default()]),
                't' | 'n' | 'r' | 'f' | 'v' | 'u' | 'x' | 'c' | 'p' | 'P' | 'k' => None,
                c if c.is_ascii_digit() => None,
                c => one(self.character(c)),
            },
            '*' | '+' | '?' | '{' => None,
            c => one(self.character(c)),
        }
    }

    fn character(&self, c: char) -> Token {
        if self.fold && c.is_alphabetic() {
            Token::One
        } else {
            Token::Char(c)
        }
    }

    fn class(&mut self) -> Option<()> {
        if self.peek() == Some('^') {
            self.next();
        }
        loop {
            match self.next()? {
                '\\' => {
                    self.next()?;
                }
                ']' => return Some(()),
                _ => {}
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pattern: &str) -> Option<Vec<String>> {
        globs(pattern, "").map(|all| all.iter().map(Glob::to_string).collect())
    }

    #[test]
    fn anchors_and_alternatives() {
        assert_eq!(shown("^(a|b)$"), Some(vec!["a".into(), "b".into()]));
        assert_eq!(shown("^a|b$"), Some(vec!["a*".into(), "*b".into()]));
        assert_eq!(shown("media"), Some(vec!["*media*".into()]));
        assert_eq!(shown("^media-[a-z]+$"), Some(vec!["media-?*".into()]));
        assert_eq!(shown(r"^fn\.x$"), Some(vec!["fn.x".into()]));
        assert_eq!(shown(r"^\d{3}$"), Some(vec!["???".into()]));
        assert_eq!(
            shown("^colou?r$"),
            Some(vec!["colour".into(), "color".into()])
        );
    }

    #[test]
    fn what_is_not_understood_is_given_up() {
        for pattern in ["(?=a)b", r"(a)\1", "a{", "[a", "^a$b", "(a", "a)", "(^a)+"] {
            assert_eq!(shown(pattern), None, "{pattern}");
        }
    }
}
