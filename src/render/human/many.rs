//! A report on many workflows: which to fix first and why, what they share, and each in short. Patches and everything
//! else stand in the JSON report, and in the report on one workflow.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::block::{self, Block, Common};
use super::{LABEL, Style, excerpt, hard_gaps, labelled, last_line, mark, put, shown, suppressed};
use crate::assess::Assessment;
use crate::finding::Finding;
use crate::render::report::Report;
use crate::render::{Counts, counted, escape, evidence};
use crate::rule_id::RuleId;
use crate::severity::Severity;

/// How many workflows are named to be fixed first.
const FIRST: usize = 10;
/// How many reasons are given for each.
const REASONS: usize = 2;
/// More names than this are counted.
const NAMES: usize = 5;

/// The summary, and the workflows that come first with their reasons.
pub fn overview(out: &mut String, ordered: &[&Assessment], style: Style) {
    let _ = writeln!(out, "{}\n", style.paint(last_line(ordered).trim_end(), "1"));
    let urgent: Vec<_> = ordered
        .iter()
        .filter(|a| Counts::of(&a.findings).worst() >= Some(Severity::Medium))
        .collect();
    if urgent.is_empty() {
        return;
    }
    let _ = writeln!(out, "{}", style.paint("fix first", "1"));
    for (place, assessment) in urgent.iter().take(FIRST).enumerate() {
        let counts = Counts::of(&assessment.findings).in_words();
        let name = escape::line(&assessment.workflow.name);
        let owner = escape::line(&assessment.workflow.owner);
        let _ = writeln!(
            out,
            "  {:>2}  {}  owner {owner}: {counts}",
            place + 1,
            style.paint(&name, "1")
        );
        let blocks = block::of(shown(assessment).filter(|f| f.suppressed().is_none()));
        let grave = blocks.iter().filter(|b| b.severity() >= Severity::Medium);
        for told in grave.take(REASONS) {
            let title = escape::wrap(&escape::line(&told.lead.title()), style.width - 16);
            for (line, text) in title.iter().enumerate() {
                let label = match line {
                    0 => style.severity(told.severity()),
                    _ => " ".repeat(10),
                };
                let _ = writeln!(out, "      {label}{text}");
            }
        }
    }
    if urgent.len() > FIRST {
        let rest = counted(urgent.len() - FIRST, "workflow");
        let _ = writeln!(
            out,
            "      … and {rest} more with findings of medium or more, below"
        );
    }
    let hint = "every finding of one with its patch: `--workflow NAME`; of all: `--format json`";
    let _ = writeln!(out, "\n{hint}\n");
}

/// What many workflows share, each once.
pub fn shared(out: &mut String, common: &[Common<'_>], style: Style) {
    if common.is_empty() {
        return;
    }
    let heading = "the same in many workflows, told once";
    let _ = writeln!(out, "{}\n", style.paint(heading, "1"));
    for one in common {
        let _ = writeln!(
            out,
            "  {}{} in {}",
            style.severity(one.example.severity()),
            style.paint(one.example.rule().as_str(), "1"),
            counted(one.workflows.len(), "workflow")
        );
        put(
            out,
            "    ",
            &escape::wrap(&escape::line(&one.example.title()), style.width - 4),
        );
        let names: Vec<String> = one.workflows.iter().map(|n| (*n).to_owned()).collect();
        row(out, style, "in", &few(&names));
        let first = one.workflows.first().copied().unwrap_or_default();
        if one.example.severity() >= Severity::Medium {
            let whom = one.principals.iter();
            let whom: Vec<String> = whom.map(|(p, n)| format!("{p} ({n} times)")).collect();
            row(out, style, "principals", &few(&whom));
            row(
                out,
                style,
                "why",
                &format!("for `{first}`: {}", one.example.detail()),
            );
        }
        let fix = &one.example.remediation().text;
        row(out, style, "fix", &format!("for `{first}`: {fix}"));
        out.push('\n');
    }
}

/// One workflow in short. What `common` tells is left out.
pub fn workflow(
    out: &mut String,
    report: &Report<'_>,
    assessment: &Assessment,
    common: &[Common<'_>],
    style: Style,
) {
    let told: BTreeSet<_> = common.iter().map(|c| block::kind(c.example)).collect();
    let own = |f: &&Finding| f.severity() >= Severity::High || !told.contains(&block::kind(f));
    let (hidden, open): (Vec<&Finding>, Vec<&Finding>) =
        shown(assessment).partition(|f| f.suppressed().is_some());
    let blocks = block::of(open.iter().copied().filter(own));
    if blocks.is_empty() && hidden.is_empty() && hard_gaps(assessment).next().is_none() {
        return;
    }
    super::heading(out, assessment, style);
    let short = blocks.partition_point(|b| b.severity() >= Severity::Medium);
    let (long, short) = blocks.split_at(short);
    for told in long {
        block(out, report, (assessment, told), style);
    }
    brief(out, short, style);
    for finding in hidden {
        suppressed(out, finding, style);
    }
    super::gaps(out, assessment, style);
}

fn block(
    out: &mut String,
    report: &Report<'_>,
    (assessment, told): (&Assessment, &Block<'_>),
    style: Style,
) {
    let lead = told.lead;
    let _ = writeln!(
        out,
        "  {}{}{}",
        style.severity(told.severity()),
        mark(report, lead),
        style.paint(&comma_separated(&told.rules()), "1")
    );
    put(
        out,
        "    ",
        &escape::wrap(&escape::line(&lead.title()), style.width - 4),
    );
    excerpt::place(out, report, assessment, lead);
    if told.severity() >= Severity::High {
        for (label, lines) in evidence(lead) {
            match label {
                "way" | "where" | "grant" => labelled(out, label, &lines),
                _ => row(out, style, label, &few(&lines)),
            }
        }
    } else if let Some((label, lines)) = evidence(lead).first() {
        labelled(out, label, lines);
    }
    row(out, style, "why", &lead.detail());
    for (index, finding) in told.also.iter().enumerate() {
        let label = if index == 0 { "also" } else { "" };
        let (severity, rule) = (finding.severity(), finding.rule());
        row(
            out,
            style,
            label,
            &format!("{severity} {rule}: {}", finding.title()),
        );
        match rule.as_str() {
            "escalation-path" => row(out, style, "", &few(finding.principals())),
            "broad-invocation" => row(out, style, "", finding.detail()),
            // Another way into the same state, with a fix of its own.
            _ if rule.is_tainted() && rule != lead.rule() => {
                row(out, style, "", finding.detail());
                row(out, style, "", &finding.remediation().text);
            }
            _ => {}
        }
    }
    row(out, style, "fix", &lead.remediation().text);
    out.push('\n');
}

fn comma_separated(rules: &[RuleId]) -> String {
    let ids: Vec<&str> = rules.iter().map(|id| id.as_str()).collect();
    ids.join(", ")
}

/// The small ones: a line for each rule.
fn brief(out: &mut String, blocks: &[Block<'_>], style: Style) {
    let mut lines: Vec<(Severity, RuleId, Vec<&str>)> = Vec::new();
    for finding in blocks.iter().flat_map(Block::findings) {
        match lines
            .iter_mut()
            .find(|(s, rule, _)| *s == finding.severity() && *rule == finding.rule())
        {
            Some((_, _, titles)) => titles.push(finding.title()),
            None => lines.push((finding.severity(), finding.rule(), vec![finding.title()])),
        }
    }
    for (severity, rule, titles) in &lines {
        let text = escape::wrap(
            &format!("{rule}: {}", escape::line(&titles.join("; "))),
            style.width - 12,
        );
        for (index, line) in text.iter().enumerate() {
            let label = match index {
                0 => style.severity(*severity),
                _ => " ".repeat(10),
            };
            let _ = writeln!(out, "  {label}{line}");
        }
    }
    if !lines.is_empty() {
        out.push('\n');
    }
}

/// A label and wrapped text; nothing where there is none.
fn row(out: &mut String, style: Style, label: &str, text: &str) {
    if !text.is_empty() {
        labelled(
            out,
            label,
            &escape::wrap(&escape::line(text), style.width - 4 - LABEL),
        );
    }
}

/// The first few, and how many more there are.
fn few(all: &[String]) -> String {
    let some = all.get(..NAMES).unwrap_or(all).join(", ");
    match all.len().saturating_sub(NAMES) {
        0 => some,
        more => format!("{some} … and {more} more"),
    }
}
