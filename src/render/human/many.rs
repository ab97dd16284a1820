//! A report on many workflows: which to fix first and why, what they share, and each in short. Patches and everything
//! else stand in the JSON report, and in the report on one workflow.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{LABEL, Style, excerpt, hard_gaps, labelled, last_line, mark, put, shown, suppressed};
use crate::assess::Assessment;
use crate::finding::Finding;
use crate::render::cause::{Causes, Shared};
use crate::render::report::Report;
use crate::render::story::{self, Story};
use crate::render::{Counts, columns, counted, escape, evidence};
use crate::rule_id::RuleId;
use crate::severity::Severity;

/// How many workflows are named to be fixed first.
const FIRST: usize = 10;
/// How many reasons are given for each.
const REASONS: usize = 2;
/// More names than this are counted.
const NAMES: usize = 5;
/// Lines of why and how for a cause that is shared.
const SHORT: usize = 3;
/// Of workflows that share a cause.
const SHARING: usize = 20;

/// Whether a finding is told in the part for what is only worth knowing.
fn is_info(finding: &Finding) -> bool {
    finding.severity() == Severity::Info && finding.is_open()
}

/// How many of what in how many workflows.
pub fn summary(out: &mut String, ordered: &[&Assessment], style: Style) {
    let _ = writeln!(out, "{}\n", style.paint(last_line(ordered).trim_end(), "1"));
}

/// The stories of a workflow that it shares with no other, but for what is small.
fn own<'a>(assessment: &'a Assessment, causes: &Causes<'_>) -> Vec<Story<'a>> {
    let open = shown(assessment).filter(|f| f.is_open() && !causes.is_shared(assessment, f));
    let mut stories = story::of(open);
    stories.retain(|s| s.severity() >= Severity::Medium);
    stories
}

/// Whether a workflow's own is worse than whatever several share: then that is what is read first.
pub fn own_first(ordered: &[&Assessment], causes: &Causes<'_>) -> bool {
    let own = ordered.iter().flat_map(|a| own(a, causes));
    let shared = causes.shared.first().map(|s| s.story.severity());
    own.map(|story| story.severity()).max() > shared
}

/// The workflows that come first with their reasons, beside what they share with others.
pub fn overview(out: &mut String, ordered: &[&Assessment], causes: &Causes<'_>, style: Style) {
    let urgent: Vec<_> = ordered
        .iter()
        .map(|a| (*a, own(a, causes)))
        .filter(|(_, stories)| !stories.is_empty())
        .collect();
    if urgent.is_empty() {
        return;
    }
    let _ = writeln!(out, "{}", style.paint("fix first", "1"));
    for (place, (assessment, stories)) in urgent.iter().take(FIRST).enumerate() {
        let counts = Counts::of(&assessment.findings).in_words();
        let name = named(assessment, ordered);
        let owner = escape::line(&assessment.workflow.owner);
        let _ = writeln!(
            out,
            "  {:>2}  {}  owner {owner}: {counts}",
            place + 1,
            style.paint(&name, "1")
        );
        for told in stories.iter().take(REASONS) {
            let title = escape::wrap(&escape::line(told.lead.title()), style.width - 16);
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
    // `check` is given files, and has no name to choose by.
    let of_files = ordered.iter().any(|a| a.workflow.declared.is_some());
    let one = match of_files {
        true => "`stepwarden check FILE`",
        false => "`--workflow NAME`",
    };
    let _ = writeln!(
        out,
        "\nevery finding of one with its patch: {one}; of all: `--format json`\n"
    );
}

/// A workflow by its name, and by its file where another has the same.
fn named(assessment: &Assessment, all: &[&Assessment]) -> String {
    let workflow = &assessment.workflow;
    let name = escape::line(&workflow.name);
    let same = all
        .iter()
        .filter(|other| other.workflow.name == workflow.name);
    let file = workflow.declared.as_deref().and_then(|d| d.lines().next());
    match file.filter(|_| same.count() > 1) {
        Some(file) => format!("{name} ({})", escape::line(file)),
        None => name,
    }
}

/// What several workflows share, each cause once.
pub fn shared(out: &mut String, report: &Report<'_>, causes: &Causes<'_>, style: Style) {
    let told = || {
        causes
            .shared
            .iter()
            .filter(|s| s.story.severity() > Severity::Info)
    };
    if told().next().is_none() {
        return;
    }
    let heading = "shared by several workflows, each cause once";
    let _ = writeln!(out, "{}\n", style.paint(heading, "1"));
    for one in told() {
        cause(out, report, one, style);
    }
    if causes
        .shared
        .last()
        .is_some_and(|s| s.story.severity() < Severity::Medium)
    {
        out.push('\n');
    }
}

fn cause(out: &mut String, report: &Report<'_>, one: &Shared<'_>, style: Style) {
    let lead = one.story.lead;
    let severity = one.story.severity();
    if severity < Severity::Medium {
        return small(out, one, style);
    }
    let _ = writeln!(
        out,
        "  {}{}{} in {}",
        style.severity(severity),
        mark(report, lead),
        style.paint(&comma_separated(&one.story.rules()), "1"),
        counted(one.workflows.len(), "workflow")
    );
    put(
        out,
        "    ",
        &escape::wrap(&escape::line(lead.title()), style.width - 4),
    );
    let names: Vec<String> = one
        .workflows
        .iter()
        .map(|a| a.workflow.name.clone())
        .collect();
    row(out, style, "in", &some(&names, SHARING));
    let mut roles: Vec<&str> = one
        .workflows
        .iter()
        .filter_map(|a| Some(a.workflow.role.as_ref()?.as_str()))
        .collect();
    roles.dedup();
    if let ([role], Some(policy)) = (roles.as_slice(), lead.policy()) {
        let statement = format!(
            "statement {} of {} of {role}",
            policy.statement, policy.name
        );
        row(out, style, "grant", &statement);
    }
    for (index, finding) in one.story.also.iter().enumerate() {
        let label = if index == 0 { "also" } else { "" };
        let text = format!(
            "{} {}: {}",
            finding.severity(),
            finding.rule(),
            finding.title()
        );
        row(out, style, label, &text);
    }
    let first = names.first().map(String::as_str).unwrap_or_default();
    let whom = one.principals.iter();
    let whom: Vec<String> = whom.map(|(p, n)| format!("{p} ({n} times)")).collect();
    row(out, style, "principals", &few(&whom));
    // What differs from workflow to workflow stands in the report on one.
    let short = |text: &str| {
        let text = format!("for `{first}`: {text}");
        columns::wrap(&text, style.width.saturating_sub(4 + LABEL), SHORT)
    };
    labelled(out, "why", &short(lead.detail()));
    labelled(out, "fix", &short(&lead.remediation().text));
    out.push('\n');
}

/// A small cause in two lines.
fn small(out: &mut String, one: &Shared<'_>, style: Style) {
    let names = one.workflows.iter().map(|a| a.workflow.name.clone());
    let names: Vec<String> = names.collect();
    let width = style.width.saturating_sub(12);
    for (index, finding) in one.story.findings().enumerate() {
        let label = match index {
            0 => style.severity(finding.severity()),
            _ => " ".repeat(10),
        };
        let text = format!("{}: {}", finding.rule(), finding.title());
        for (line, text) in columns::wrap(&text, width, SHORT).iter().enumerate() {
            let label = if line == 0 {
                label.as_str()
            } else {
                "          "
            };
            let _ = writeln!(out, "  {label}{text}");
        }
    }
    let places = format!("in {}: {}", counted(names.len(), "workflow"), few(&names));
    for line in columns::wrap(&places, width, 2) {
        let _ = writeln!(out, "            {line}");
    }
}

/// What is only worth knowing, at the end: a line for each.
pub fn worth_knowing(out: &mut String, ordered: &[&Assessment], style: Style) {
    let mut by: BTreeMap<(RuleId, &str), Vec<String>> = BTreeMap::new();
    for assessment in ordered {
        for finding in shown(assessment).filter(|f| is_info(f)) {
            let names = by.entry((finding.rule(), finding.title())).or_default();
            names.push(assessment.workflow.name.clone());
        }
    }
    if by.is_empty() {
        return;
    }
    let _ = writeln!(out, "{}", style.paint("worth knowing, nothing to do", "1"));
    for ((rule, title), names) in &by {
        let text = format!("{rule}: {title}: {}", few(names));
        put(
            out,
            "  ",
            &escape::wrap(&escape::line(&text), style.width - 2),
        );
    }
    out.push('\n');
}

/// One workflow in short. What it shares with others is left out.
pub fn workflow(
    out: &mut String,
    report: &Report<'_>,
    assessment: &Assessment,
    causes: &Causes<'_>,
    style: Style,
) {
    let own = |f: &&Finding| !is_info(f) && !causes.is_shared(assessment, f);
    let (hidden, open): (Vec<&Finding>, Vec<&Finding>) =
        shown(assessment).partition(|f| f.suppressed().is_some());
    let blocks = story::of(open.iter().copied().filter(own));
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
    (assessment, told): (&Assessment, &Story<'_>),
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
        &escape::wrap(&escape::line(lead.title()), style.width - 4),
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
    row(out, style, "why", lead.detail());
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
fn brief(out: &mut String, blocks: &[Story<'_>], style: Style) {
    let mut lines: Vec<(Severity, RuleId, Vec<&str>)> = Vec::new();
    for finding in blocks.iter().flat_map(Story::findings) {
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
    some(all, NAMES)
}

fn some(all: &[String], most: usize) -> String {
    let some = all.get(..most).unwrap_or(all).join(", ");
    match all.len().saturating_sub(most) {
        0 => some,
        more => format!("{some} … and {more} more"),
    }
}
