//! Wildcard matching, inclusion, overlap, union coverage and intersection against regular expressions and automata
//! that know nothing of ours: the `regex` and `regex-automata` crates, and a walk over products of their DFAs.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is its purpose"
)]

use std::collections::HashSet;

use regex::Regex;
use regex_automata::dfa::{Automaton, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, util::start};
use stepwarden::glob::{Glob, Token};

/// A xorshift generator: the same patterns on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % n
    }

    fn text(&mut self, alphabet: &[char], longest: usize) -> String {
        let length = self.below(longest + 1);
        (0..length)
            .map(|_| alphabet[self.below(alphabet.len())])
            .collect()
    }
}

/// `~` stands for a `*` within a segment.
const PATTERN: [char; 8] = ['a', 'b', ':', '*', '*', '?', 'a', '~'];
/// `z` stands for every character that no pattern names.
const TEXT: [char; 4] = ['a', 'b', ':', 'z'];

fn expression(pattern: &str) -> String {
    let mut out = "^(?s-u:".to_owned();
    for c in pattern.chars() {
        match c {
            '*' => out.push_str(".*"),
            '~' => out.push_str("[^:]*"),
            '?' => out.push('.'),
            c => out.push_str(&regex::escape(&c.to_string())),
        }
    }
    out + ")$"
}

/// A small deterministic automaton, as a table.
struct Table {
    next: Vec<[usize; TEXT.len()]>,
    accepts: Vec<bool>,
}

fn table(pattern: &str) -> Table {
    let expression = expression(pattern).replace("(?s-u:", "(?s:");
    let dfa = dense::Builder::new()
        .configure(dense::Config::new().minimize(true))
        .build(&expression)
        .unwrap();
    let start = dfa
        .start_state(&start::Config::new().anchored(Anchored::Yes))
        .unwrap();
    let mut ids: Vec<StateID> = vec![start];
    let mut table = Table {
        next: Vec::new(),
        accepts: Vec::new(),
    };
    let mut at = 0;
    while at < ids.len() {
        let id = ids[at];
        table
            .accepts
            .push(dfa.is_match_state(dfa.next_eoi_state(id)));
        table.next.push(TEXT.map(|c| {
            let next = dfa.next_state(id, u8::try_from(c).unwrap());
            ids.iter()
                .position(|known| *known == next)
                .unwrap_or_else(|| {
                    ids.push(next);
                    ids.len() - 1
                })
        }));
        at += 1;
    }
    table
}

/// Whether some text makes the acceptances of these automata satisfy `wanted`.
fn reaches(tables: &[&Table], wanted: impl Fn(&[bool]) -> bool) -> bool {
    let start = vec![0; tables.len()];
    let mut seen = HashSet::from([start.clone()]);
    let mut open = vec![start];
    while let Some(state) = open.pop() {
        let accepts: Vec<bool> = tables
            .iter()
            .zip(&state)
            .map(|(t, s)| t.accepts[*s])
            .collect();
        if wanted(&accepts) {
            return true;
        }
        for c in 0..TEXT.len() {
            let next: Vec<usize> = tables
                .iter()
                .zip(&state)
                .map(|(t, s)| t.next[*s][c])
                .collect();
            if seen.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    false
}

/// The same for two, without allocation.
fn reaches_both(a: &Table, b: &Table, wanted: impl Fn(bool, bool) -> bool) -> bool {
    let width = b.next.len();
    let mut seen = vec![false; a.next.len() * width];
    let mut open = vec![(0, 0)];
    seen[0] = true;
    while let Some((s, t)) = open.pop() {
        if wanted(a.accepts[s], b.accepts[t]) {
            return true;
        }
        for c in 0..TEXT.len() {
            let (s, t) = (a.next[s][c], b.next[t][c]);
            if !std::mem::replace(&mut seen[s * width + t], true) {
                open.push((s, t));
            }
        }
    }
    false
}

fn glob(text: &str) -> Glob {
    let mut glob = Glob::literal("");
    for c in text.chars() {
        glob.push(match c {
            '*' => Token::Any,
            '~' => Token::Within,
            '?' => Token::One,
            c => Token::Char(c),
        });
    }
    glob
}

fn text(glob: &Glob) -> String {
    let one = |token: &Token| match token {
        Token::Char(c) => *c,
        Token::One => '?',
        Token::Any => '*',
        Token::Within => '~',
    };
    glob.tokens().iter().map(one).collect()
}

fn patterns(random: &mut Random, count: usize, longest: usize) -> Vec<(String, Glob)> {
    let mut seen = HashSet::new();
    let mut out = Vec::new();
    while out.len() < count {
        let text = random.text(&PATTERN, longest);
        if seen.insert(text.clone()) {
            let glob = glob(&text);
            out.push((text, glob));
        }
    }
    out
}

#[test]
fn a_million_matches_agree_with_regular_expressions() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let patterns = patterns(&mut random, 1_000, 9);
    let texts: Vec<String> = (0..1_050).map(|_| random.text(&TEXT, 10)).collect();
    let mut inside = 0_u32;
    for (pattern, glob) in &patterns {
        let oracle = Regex::new(&expression(pattern).replace("-u", "")).unwrap();
        for text in &texts {
            let expected = oracle.is_match(text);
            assert_eq!(glob.matches(text), expected, "{pattern:?} on {text:?}");
            inside += u32::from(expected);
        }
    }
    assert!(
        inside > 10_000,
        "too few matches to mean anything: {inside}"
    );
}

#[test]
fn a_million_inclusions_and_overlaps_agree_with_automata() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let patterns = patterns(&mut random, 1_010, 7);
    let tables: Vec<Table> = patterns.iter().map(|(text, _)| table(text)).collect();
    let (mut included, mut overlapping) = (0_u32, 0_u32);
    for ((a, glob_a), table_a) in patterns.iter().zip(&tables) {
        for ((b, glob_b), table_b) in patterns.iter().zip(&tables) {
            let expected =
                !reaches_both(table_a, table_b, |inside_a, inside_b| inside_b && !inside_a);
            assert_eq!(glob_a.includes(glob_b), expected, "{a:?} includes {b:?}");
            included += u32::from(expected);
            let expected =
                reaches_both(table_a, table_b, |inside_a, inside_b| inside_a && inside_b);
            assert_eq!(glob_a.overlaps(glob_b), expected, "{a:?} overlaps {b:?}");
            overlapping += u32::from(expected);
        }
    }
    assert!(included > 10_000 && overlapping > 10_000);
}

#[test]
fn unions_cover_as_automata_say() {
    let mut random = Random(0xda94_2042_e4dd_58b5);
    let patterns = patterns(&mut random, 300, 6);
    let tables: Vec<Table> = patterns.iter().map(|(text, _)| table(text)).collect();
    let (mut together, mut alone) = (0, 0);
    for _ in 0..30_000 {
        let mut chosen: Vec<usize> = (0..random.below(4) + 2)
            .map(|_| random.below(300))
            .collect();
        let own = chosen.remove(0);
        let others: Vec<Glob> = chosen.iter().map(|i| patterns[*i].1.clone()).collect();
        let all: Vec<&Table> = std::iter::once(own)
            .chain(chosen.clone())
            .map(|i| &tables[i])
            .collect();
        let expected = !reaches(&all, |inside| inside[0] && !inside[1..].iter().any(|i| *i));
        let glob = &patterns[own].1;
        assert_eq!(glob.covered_by(&others), expected, "{glob} by {others:?}");
        if let Some(Some(text)) = glob.example_outside(&others) {
            assert!(glob.matches(&text) && !others.iter().any(|o| o.matches(&text)));
        }
        let single = others.iter().any(|o| o.includes(glob));
        alone += usize::from(single);
        together += usize::from(expected && !single);
    }
    assert!(alone > 1_000 && together > 0, "{alone} {together}");
}

#[test]
fn intersections_are_what_automata_say() {
    let mut random = Random(0xcafe_f00d_d15e_a5e5);
    let patterns = patterns(&mut random, 200, 6);
    let tables: Vec<Table> = patterns.iter().map(|(text, _)| table(text)).collect();
    for _ in 0..1_500 {
        let (a, b) = (random.below(200), random.below(200));
        let meet = patterns[a].1.intersect(&patterns[b].1);
        let meet_tables: Vec<Table> = meet.iter().map(|g| table(&text(g))).collect();
        let mut all = vec![&tables[a], &tables[b]];
        all.extend(&meet_tables);
        // A `?` may still be a colon where a `*` within a segment met it: more, never less.
        let loose = (&patterns[a].0, &patterns[b].0);
        let loose = (loose.0.contains('?') && loose.1.contains('~'))
            || (loose.0.contains('~') && loose.1.contains('?'));
        let wrong = |inside: &[bool]| {
            let (both, met) = (inside[0] && inside[1], inside[2..].iter().any(|i| *i));
            both != met && !(loose && met)
        };
        assert!(
            !reaches(&all, wrong),
            "{} and {}",
            patterns[a].0,
            patterns[b].0
        );
    }
}

#[test]
fn a_star_inside_a_segment_stays_within_it() {
    let segmented = |text: &str| Glob::parse(text).segmented();
    for (pattern, value, expected) in [
        ("eu*1:f", "eu-central-1:f", true),
        ("eu*1:f", "eu-central-1:1:f", false),
        ("*x:f", "x:f", true),
        ("*x:f", "a:x:f", false),
        ("eu*:f", "eu-central-1:1:f", true),
        ("a*", "a:b", true),
        ("a*b*", "a:b", false),
        ("a*b*", "axb:c", true),
    ] {
        assert_eq!(
            segmented(pattern).matches(value),
            expected,
            "{pattern} {value}"
        );
    }
}
