//! A finding's fix as a diff, for every report for people.

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::report::Report;
use crate::finding::Finding;
use crate::patch;

/// Lines around a change that are shown.
const AROUND: usize = 3;
/// Lines of a diff that are shown.
const MAX_LINES: usize = 120;

/// One change as a diff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    /// What is changed.
    pub what: String,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What becomes of it.
    pub sign: Sign,
    /// What it says.
    pub text: String,
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It stays.
    Kept,
    /// It comes.
    Added,
    /// It goes.
    Removed,
    /// Lines that stay are left out here.
    Skipped,
}

impl Sign {
    /// What a unified diff writes before the line.
    pub const fn mark(self) -> char {
        match self {
            Self::Kept => ' ',
            Self::Added => '+',
            Self::Removed => '-',
            Self::Skipped => '…',
        }
    }
}

/// The fix of a finding as diffs: of what the account holds. Empty where it has no patch, or the account is not known.
pub fn diffs(report: &Report<'_>, index: usize, finding: &Finding) -> Vec<Diff> {
    let Some(patch) = finding
        .remediation()
        .patch
        .as_ref()
        .filter(|_| finding.version().is_none())
    else {
        return Vec::new();
    };
    let Some(account) = report.accounts.of(index) else {
        return Vec::new();
    };
    let changes = patch::preview(account, finding.workflow().as_str(), patch);
    let diffs = changes.into_iter().map(|change| Diff {
        what: change.what,
        lines: lines(&text(change.before.as_ref()), &text(change.after.as_ref())),
    });
    diffs.collect()
}

fn text(value: Option<&Value>) -> String {
    value.map_or_else(String::new, |value| format!("{value:#}\n"))
}

/// The lines that differ between two texts, with some around.
fn lines(before: &str, after: &str) -> Vec<Line> {
    let diff = TextDiff::from_lines(before, after);
    let mut lines = Vec::new();
    for (index, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if index > 0 {
            lines.push(skipped("".to_owned()));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            lines.push(Line {
                sign: match change.tag() {
                    ChangeTag::Equal => Sign::Kept,
                    ChangeTag::Insert => Sign::Added,
                    ChangeTag::Delete => Sign::Removed,
                },
                text: change.value().trim_end_matches(['\n', '\r']).to_owned(),
            });
        }
    }
    if lines.len() > MAX_LINES {
        let more = lines.len() - MAX_LINES;
        lines.truncate(MAX_LINES);
        lines.push(skipped(format!(
            "{more} more lines; the JSON report holds the whole patch"
        )));
    }
    lines
}

fn skipped(text: String) -> Line {
    Line {
        sign: Sign::Skipped,
        text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_far_from_a_change_is_left_out() {
        let before: String = (0..40).map(|i| format!("{i}\n")).collect();
        let after = before.replace("5\n", "five\n").replace("30\n", "");
        let lines = lines(&before, &after);
        let signs: String = lines.iter().map(|line| line.sign.mark()).collect();
        assert!(signs.contains("   -+   "), "{signs}");
        assert!(signs.contains('…') && lines.len() < 40, "{signs}");
        assert!(super::lines("a\n", "a\n").is_empty());
    }
}
