//! The alert as plain text, for somebody who was woken: the first screen alone is enough.

use std::fmt::Write as _;

use super::Alert;
use super::lists::{self, WIDTH};
use super::words::first_step;
use crate::finding::Finding;
use crate::render::columns::{cut, width, wrap};
use crate::render::links::{self, Link};
use crate::render::{begun_by, counted, escape, story};

/// Lines of a mail.
const LINES: usize = 60;
/// Columns of a label.
const LABEL: usize = 10;

/// The whole mail: what comes last is as fixed as what comes first, and the lists share what is left between.
pub fn message(alert: &Alert<'_>) -> String {
    let head = head(alert);
    let tail = tail(alert);
    let room = LINES.saturating_sub(head.len() + tail.len());
    let all = [
        lists::findings(alert),
        lists::drift(alert),
        lists::gaps(alert),
        lists::resolved(alert),
    ];
    let mut out = String::new();
    for line in head.iter().chain(&lists::fit(&all, room)).chain(&tail) {
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// What changed, who did it, where, how bad it is and what to do first.
fn head(alert: &Alert<'_>) -> Vec<String> {
    let mut out = wrap(&headline(alert), WIDTH, 2);
    out.push(String::new());
    label(&mut out, "What", &what(alert), 3);
    if let Some(event) = alert.event {
        label(&mut out, "Who", &event.actor, 2);
        let parts = [("through ", &event.through), ("from ", &event.source_ip)];
        let mut how = format!("{} at {}", event.name, event.time);
        for (word, part) in parts.into_iter().filter(|(_, part)| !part.is_empty()) {
            let _ = write!(how, ", {word}{part}");
        }
        label(&mut out, "How", &how, 2);
    }
    label(&mut out, "Where", &place(alert), 2);
    label(&mut out, "Begun by", &begun_by(alert.entry_points), 2);
    label(&mut out, "How bad", &how_bad(alert), 2);
    label(&mut out, "Do first", &do_first(alert), 5);
    out
}

fn label(out: &mut Vec<String>, name: &str, text: &str, lines: usize) {
    for (index, line) in wrap(text, WIDTH - LABEL, lines).into_iter().enumerate() {
        let name = if index == 0 { name } else { "" };
        out.push(format!("{name:<LABEL$}{line}"));
    }
}

/// The worst of what opened and is not suppressed, in the place where its story begins.
fn lead<'a>(alert: &Alert<'a>) -> Option<&'a Finding> {
    let open = alert.opened.iter().copied();
    let stories = story::of(open.filter(|f| f.is_open()));
    stories.first().map(|story| story.lead)
}

fn headline(alert: &Alert<'_>) -> String {
    let name = &alert.workflow.name;
    let drifted = alert.drift.as_ref().and_then(|drift| drift.changes.first());
    match (alert.severity(), lead(alert), drifted) {
        (Some(severity), lead, Some(change))
            if lead.is_none_or(|f| f.severity() <= change.severity) =>
        {
            format!(
                "{}: `{name}` {}",
                severity.word().to_uppercase(),
                change.what
            )
        }
        (Some(severity), Some(lead), _) => {
            format!("{}: {}", severity.word().to_uppercase(), lead.title())
        }
        (Some(severity), None, _) => format!(
            "{}: `{name}` is wider than its approved baseline",
            severity.word().to_uppercase()
        ),
        (None, ..) if alert.newly_incomplete => {
            format!("INCOMPLETE: `{name}` could not be checked whole")
        }
        (None, ..) if is_all_clear(alert) => {
            format!("ALL CLEAR: nothing that was told of `{name}` is open any more")
        }
        (None, ..) => {
            let gone = counted(alert.resolved.len(), "finding");
            format!("RESOLVED: {gone} on `{name}`")
        }
    }
}

/// Whether nothing is open, and nothing may be that was not looked at.
fn is_all_clear(alert: &Alert<'_>) -> bool {
    let looked = alert.incomplete.iter().all(|gap| gap.optional);
    alert.persisting.total() == 0 && alert.unseen == 0 && looked && alert.opened.is_empty()
}

fn what(alert: &Alert<'_>) -> String {
    match alert.event {
        None => "no event told of a change: a sweep, which looks at every workflow by schedule, found it".to_owned(),
        Some(event) if event.summary.is_empty() => event.name.clone(),
        Some(event) => event.summary.clone(),
    }
}

fn place(alert: &Alert<'_>) -> String {
    let workflow = alert.workflow;
    let arn = &workflow.arn;
    let mut out = format!("workflow {}, owner {}", workflow.name, workflow.owner);
    for (word, part) in [("account ", arn.account()), ("", arn.region())] {
        if !part.is_empty() {
            let _ = write!(out, ", {word}{part}");
        }
    }
    if let Some(sensitive) = &workflow.sensitive {
        let _ = write!(out, ", marked sensitive ({sensitive})");
    }
    out
}

fn how_bad(alert: &Alert<'_>) -> String {
    let counts = alert.counts();
    let mut out = match counts.total() {
        0 => String::new(),
        n => format!("{}: {}", counted(n, "new finding"), counts.in_words()),
    };
    if let Some(reach) = lead(alert).and_then(|f| f.reach()) {
        let _ = write!(out, "; reaches {reach}");
    }
    if let Some(drift) = &alert.drift {
        let n = drift.changes.len() + drift.omitted;
        let gap = if out.is_empty() { "" } else { "; " };
        let _ = write!(
            out,
            "{gap}{} against the approved baseline, worst {}",
            counted(n, "change"),
            drift.severity
        );
    }
    out
}

fn do_first(alert: &Alert<'_>) -> String {
    let drift = alert.opened.iter().find(|f| f.rule() == "drift");
    let worst = lead(alert);
    let drifted = alert.drift.as_ref().map(|d| d.severity);
    let finding = match (worst, drift) {
        (Some(worst), Some(drift)) if drifted >= Some(worst.severity()) => Some(*drift),
        (worst, drift) => worst.or(drift.copied()),
    };
    match finding {
        Some(finding) => first_step(&finding.remediation().text),
        None if alert.drift.is_some() => {
            "take the change back, or approve it: `stepwarden approve ARN`".to_owned()
        }
        None if alert.newly_incomplete => {
            "remove what kept it from being read, below; until then, no news of these rules is not good news".to_owned()
        }
        None => "nothing".to_owned(),
    }
}

/// What is not listed, and where the rest is.
fn tail(alert: &Alert<'_>) -> Vec<String> {
    let mut out = vec![String::new()];
    let counts = counts(alert);
    if !counts.is_empty() {
        label(&mut out, "Beside it", &counts, 2);
    }
    let arn = &alert.workflow.arn;
    link(&mut out, "Workflow", links::workflow(arn));
    link(
        &mut out,
        "Role",
        alert.workflow.role.as_ref().and_then(links::role),
    );
    let event = alert.event.and_then(|e| links::event(e, arn.partition()));
    link(&mut out, "Event", event);
    if let Some(rule) = lead(alert).map(|f| f.rule()) {
        // Its name is this program's own.
        label(&mut out, "Rule", &rule.address(), 1);
    }
    let rest = format!("stepwarden scan --workflow {}", shell(&alert.workflow.name));
    label(
        &mut out,
        "All of it",
        &format!("{rest} (with patches), or the JSON alert"),
        2,
    );
    out
}

fn counts(alert: &Alert<'_>) -> String {
    let mut parts = Vec::new();
    let persisting = alert.persisting.in_words();
    if !persisting.is_empty() {
        parts.push(format!("{persisting} still open from before"));
    }
    if alert.unseen > 0 {
        let unseen = counted(alert.unseen, "earlier finding");
        parts.push(format!(
            "{unseen} not looked at again, because of what was not checked"
        ));
    }
    if alert.suppressed > 0 {
        parts.push(format!("{} suppressed", alert.suppressed));
    }
    let optional = alert.incomplete.iter().filter(|g| g.optional).count();
    if optional > 0 {
        parts.push(format!(
            "{} not at hand",
            counted(optional, "optional input")
        ));
    }
    parts.join(", ")
}

/// A name as a word of a shell; a placeholder where it could be anything else.
fn shell(name: &str) -> &str {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    match !name.is_empty() && !name.starts_with('-') && name.chars().all(plain) {
        true => name,
        false => "NAME",
    }
}

/// An address that is too long for a line goes on in the next one (RFC 3986, appendix C); its first line alone leads to the
/// list.
fn link(out: &mut Vec<String>, name: &str, link: Option<Link>) {
    let Some(link) = link else { return };
    let whole = format!("{name:<LABEL$}{}", link.whole());
    if width(&whole) <= WIDTH {
        out.push(whole);
        return;
    }
    out.push(cut(&format!("{name:<LABEL$}<{}", link.list), WIDTH));
    let rest = format!("{:LABEL$}{}>", "", link.rest);
    // A name of absurd length makes no address that anybody could use.
    match width(&rest) <= WIDTH {
        true => out.push(rest),
        false => {
            out.pop();
            out.push(cut(
                &format!("{name:<LABEL$}{}", escape::line(&link.list)),
                WIDTH,
            ));
        }
    }
}
