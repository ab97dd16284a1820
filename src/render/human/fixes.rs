//! A finding's fix as a diff, each change once: several findings of one statement have one.

use std::fmt::Write as _;

use super::{LABEL, Style, labelled};
use crate::assess::Assessment;
use crate::finding::Finding;
use crate::render::escape;
use crate::render::fix::{self, Diff, Sign};
use crate::render::report::Report;
use crate::rule_id::RuleId;

/// The changes that were shown, with the rule whose finding showed them.
#[derive(Default)]
pub struct Shown(Vec<(RuleId, Vec<Diff>)>);

impl Shown {
    /// Shows the fix of a finding, or says where it stands already. Where it is not known what is there, the patch itself.
    pub fn put(
        &mut self,
        out: &mut String,
        report: &Report<'_>,
        assessment: &Assessment,
        finding: &Finding,
        style: Style,
    ) {
        let diffs = fix::diffs(report, report.index(assessment), finding);
        if diffs.is_empty() {
            if let Some(patch) = &finding.remediation().patch {
                let text = serde_json::to_string_pretty(patch).unwrap_or_default();
                labelled(out, "patch", &escape::lines(&text));
            }
            return;
        }
        if let Some((rule, _)) = self.0.iter().find(|(_, known)| *known == diffs) {
            labelled(out, "diff", &[format!("the change shown at {rule} above")]);
            return;
        }
        diffs.iter().for_each(|change| diff(out, change, style));
        self.0.push((finding.rule(), diffs));
    }
}

fn diff(out: &mut String, diff: &Diff, style: Style) {
    labelled(out, "diff", &[escape::line(&diff.what)]);
    let indent = " ".repeat(4 + LABEL);
    let width = style.width.saturating_sub(6 + LABEL).max(20);
    for line in &diff.lines {
        let code = match line.sign {
            Sign::Added => "32",
            Sign::Removed => "31",
            Sign::Kept | Sign::Skipped => "2",
        };
        for (part, text) in pieces(&escape::line(&line.text), width).iter().enumerate() {
            let mark = if part == 0 { line.sign.mark() } else { ' ' };
            let painted = style.paint(format!("{mark} {text}").trim_end(), code);
            let _ = writeln!(out, "{indent}{painted}");
        }
    }
}

/// A line in pieces of at most so many characters.
fn pieces(text: &str, width: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    match chars.is_empty() {
        true => vec![String::new()],
        false => chars
            .chunks(width)
            .map(|piece| piece.iter().collect())
            .collect(),
    }
}
