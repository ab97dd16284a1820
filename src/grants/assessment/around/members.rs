//! Holders of one kind, found by what a pattern begins with.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::glob::{Glob, Token};

/// Something with permissions.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its ARN.
    pub arn: Arc<str>,
    /// Its place in the account.
    at: usize,
    /// Whether it may do everything.
    pub is_administrator: bool,
}

/// Holders of one kind.
#[derive(Debug, Default)]
pub struct Members {
    /// Sorted by ARN once all are there.
    all: Vec<Member>,
}

impl Members {
    /// Adds the next of the account.
    pub fn add(&mut self, arn: &str, is_administrator: bool) -> Member {
        let member = Member {
            arn: Arc::from(arn),
            at: self.all.len(),
            is_administrator,
        };
        self.all.push(member.clone());
        member
    }

    /// Puts one of another list here too; the last one only once.
    pub fn put(&mut self, member: &Member) {
        if self.all.last().is_none_or(|last| last.at != member.at) {
            self.all.push(member.clone());
        }
    }

    /// Makes them ready to be asked.
    pub fn sort(&mut self) {
        self.all.sort_by(|a, b| a.arn.cmp(&b.arn));
    }

    /// Those that one of the resources is about, in the order of the account.
    pub fn matching(&self, resources: &[Glob]) -> Vec<Member> {
        let mut found: BTreeMap<usize, &Member> = BTreeMap::new();
        for resource in resources {
            let begin = beginning(resource);
            let from = self.all.partition_point(|m| *m.arn < *begin);
            let rest = self.all.get(from..).unwrap_or_default();
            let like = rest.iter().take_while(|m| m.arn.starts_with(&begin));
            for member in like.filter(|m| resource.matches(&m.arn)) {
                found.insert(member.at, member);
            }
        }
        found.into_values().cloned().collect()
    }
}

/// What every text that the pattern matches begins with.
fn beginning(pattern: &Glob) -> String {
    let fixed = pattern.tokens().iter().map_while(|t| match t {
        Token::Char(c) => Some(*c),
        _ => None,
    });
    fixed.collect()
}

/// Several answers as one, in the order of the account.
pub fn together(parts: Vec<Arc<Vec<Member>>>) -> Arc<Vec<Member>> {
    let mut parts = parts.into_iter();
    let (Some(first), second) = (parts.next(), parts.next()) else {
        return Arc::default();
    };
    let Some(second) = second else {
        return first;
    };
    let mut all: BTreeMap<usize, Member> = BTreeMap::new();
    for part in [first, second].into_iter().chain(parts) {
        all.extend(part.iter().map(|m| (m.at, m.clone())));
    }
    Arc::new(all.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Patterns that begin with a whole name, a part of one, a wildcard, nothing that is there.
    const PATTERNS: [&str; 9] = [
        "*",
        "?rn:aws:iam::123456789012:role/a",
        "arn:aws:iam::123456789012:role/a",
        "arn:aws:iam::123456789012:role/a*",
        "arn:aws:iam::123456789012:role/*b",
        "arn:aws:iam::*:role/a?",
        "arn:aws:iam::123456789012:role/zz*",
        "arn:aws:iam::123456789012:role/\u{e4}*",
        "",
    ];

    #[test]
    fn what_a_search_by_the_beginning_finds_is_what_asking_each_one_finds() {
        let names = ["b", "ab", "a", "aa", "\u{e4}", "zb", "z", "aab"];
        let mut members = Members::default();
        let arns: Vec<String> = names
            .iter()
            .map(|name| format!("arn:aws:iam::123456789012:role/{name}"))
            .collect();
        for arn in &arns {
            members.add(arn, false);
        }
        members.sort();
        for first in PATTERNS {
            for second in PATTERNS {
                let resources = [Glob::parse(first), Glob::parse(second)];
                let found = members.matching(&resources);
                let found: Vec<&str> = found.iter().map(|m| &*m.arn).collect();
                let each = arns.iter().map(String::as_str);
                let asked: Vec<&str> = each
                    .filter(|arn| resources.iter().any(|r| r.matches(arn)))
                    .collect();
                assert_eq!(found, asked, "{first} {second}");
            }
        }
    }

    #[test]
    fn answers_together_name_each_holder_once_in_the_order_of_the_account() {
        let mut members = Members::default();
        for arn in ["d", "a", "c", "b"] {
            members.add(arn, arn == "c");
        }
        members.sort();
        let part = |pattern: &str| Arc::new(members.matching(&[Glob::parse(pattern)]));
        let all = together(vec![part("[cd]"), part("c"), part("?"), part("a")]);
        let names: Vec<(&str, bool)> = all.iter().map(|m| (&*m.arn, m.is_administrator)).collect();
        assert_eq!(
            names,
            [("d", false), ("a", false), ("c", true), ("b", false)]
        );
    }
}
