//! What an alert lists, and how the lines of a mail are shared between the lists.

use super::Alert;
use crate::finding::Counts;
use crate::render::columns::{cut, width, wrap};
use crate::render::counted;
use crate::render::story::{self, Story};
use crate::rules;

/// Columns of a line.
pub const WIDTH: usize = 100;
/// Column at which the text of an item begins.
const INDENT: usize = 12;
/// Lines of an item beyond its first.
const FOLLOWING: usize = 2;

/// A heading with items of a few lines each.
pub struct List {
    heading: String,
    items: Vec<Vec<String>>,
    /// What the items from this one on are called.
    rest: Box<dyn Fn(usize) -> String>,
    /// More items than these are known, and were not handed on.
    omitted: bool,
    /// Lines that it gets whatever the others want.
    share: usize,
}

impl List {
    /// A list of which `omitted` more items are known.
    pub fn new(heading: String, items: Vec<Vec<String>>, omitted: usize, share: usize) -> Self {
        let all = items.len();
        Self {
            heading,
            items,
            rest: Box::new(move |told| format!("and {} more", all - told.min(all) + omitted)),
            omitted: omitted > 0,
            share,
        }
    }

    /// Lines that it takes whole, with the empty line before it.
    fn lines(&self) -> usize {
        match self.items.is_empty() {
            true => 0,
            false => {
                let items: usize = self.items.iter().map(Vec::len).sum();
                2 + items + usize::from(self.omitted)
            }
        }
    }

    /// At most so many lines of it.
    fn shown(&self, room: usize) -> Vec<String> {
        if self.items.is_empty() || room < 3 {
            return Vec::new();
        }
        let mut out = vec![String::new(), cut(&self.heading, WIDTH)];
        let whole = self.lines() <= room;
        let room = if whole { room } else { room - 1 };
        let room = room - usize::from(whole && self.omitted);
        let mut told = 0;
        for item in &self.items {
            if out.len() + item.len() > room {
                break;
            }
            out.extend(item.iter().cloned());
            told += 1;
        }
        if told < self.items.len() || self.omitted {
            out.push(cut(&format!("  {}", (self.rest)(told)), WIDTH));
        }
        out
    }
}

/// The lists in so many lines: each gets its share, and what is left goes to the first that wants it.
pub fn fit(lists: &[List], room: usize) -> Vec<String> {
    let wants: Vec<usize> = lists.iter().map(List::lines).collect();
    let mut given: Vec<usize> = lists
        .iter()
        .zip(&wants)
        .map(|(list, want)| list.share.min(*want))
        .collect();
    let mut left = room.saturating_sub(given.iter().sum());
    for (given, want) in given.iter_mut().zip(&wants) {
        let more = left.min(want.saturating_sub(*given));
        *given += more;
        left -= more;
    }
    let shown = lists
        .iter()
        .zip(given)
        .flat_map(|(list, room)| list.shown(room));
    shown.take(room).collect()
}

/// The findings that opened, one story a line, with what stands on it.
pub fn findings(alert: &Alert<'_>) -> List {
    let told = |rule: &str| match rule {
        "drift" => alert.drift.is_none(),
        "evaluation-incomplete" => alert.incomplete.is_empty(),
        _ => true,
    };
    let open = alert.opened.iter().copied();
    let stories = story::by_statement(open.filter(|f| told(f.rule().as_str())));
    let counts = alert.counts();
    let left: Vec<Counts> = stories.iter().map(|s| Counts::of(s.findings())).collect();
    List {
        heading: format!(
            "New: {} ({}), worst first",
            counted(counts.total(), "finding"),
            counts.in_words()
        ),
        items: stories.iter().map(item).collect(),
        rest: Box::new(move |told| {
            let mut rest = Counts::default();
            for one in left.iter().skip(told) {
                rest.merge(one);
            }
            let more = counted(rest.total(), "finding");
            format!("and {more} left out here ({})", rest.in_words())
        }),
        omitted: false,
        share: 8,
    }
}

fn item(story: &Story<'_>) -> Vec<String> {
    let lead = story.lead;
    let mark = match lead.suppressed() {
        Some(_) => " (suppressed)",
        None => "",
    };
    let by = lead.policy().map_or_else(String::new, |policy| {
        format!(" ({}, statement {})", policy.name, policy.statement)
    });
    let by = cut(&by, WIDTH / 3);
    let severity = story.severity().word().to_uppercase();
    let version = lead
        .version()
        .map_or_else(String::new, |v| format!(" (version {v})"));
    let text = format!("{}{mark}{version}: {}", lead.rule(), lead.title());
    // Which statement it is is never what is cut off.
    let text = cut(&text, WIDTH - INDENT - width(&by));
    let mut out = vec![format!("  {severity:<10}{text}{by}")];
    let also: Vec<String> = story
        .also
        .iter()
        .map(|f| format!("{}: {}", f.rule(), f.title()))
        .collect();
    if !also.is_empty() {
        let with = format!("with {}", also.join("; "));
        let lines = wrap(&with, WIDTH - INDENT, FOLLOWING);
        out.extend(lines.into_iter().map(|l| format!("{:INDENT$}{l}", "")));
    }
    out
}

/// What is wider than the approved baseline, with before and after.
pub fn drift(alert: &Alert<'_>) -> List {
    let event = alert.event.map(|e| (e.name.clone(), e.time.clone()));
    let mut items = Vec::new();
    let mut heading = String::new();
    let mut omitted = 0;
    if let Some(drift) = &alert.drift {
        omitted = drift.omitted;
        heading = format!("Wider than the approved baseline ({})", drift.baseline);
        for change in &drift.changes {
            let severity = change.severity.word().to_uppercase();
            let mut item = vec![cut(&format!("  {severity:<10}{}", change.what), WIDTH)];
            let indented = |text: &str| cut(&format!("{:INDENT$}{text}", ""), WIDTH);
            if let Some(before) = &change.before {
                let both = format!("{before} → {}", change.after);
                let lines = wrap(&both, WIDTH - INDENT, FOLLOWING);
                item.extend(lines.into_iter().map(|l| format!("{:INDENT$}{l}", "")));
            }
            // Who made it stands at the top of the alert, where it is the same call.
            if change.event.is_none() || change.event != event {
                item.push(indented(&change.since));
            }
            items.push(item);
        }
        if let Some(why) = &drift.unapproved {
            let lines = wrap(why, WIDTH - 2, FOLLOWING);
            items.insert(0, lines.into_iter().map(|l| format!("  {l}")).collect());
        }
    }
    List::new(heading, items, omitted, 8)
}

/// What was not checked, and why.
pub fn gaps(alert: &Alert<'_>) -> List {
    let silent = |gap: &crate::gap::Gap| rules::affected_by(gap.input).count();
    let hard: Vec<&crate::gap::Gap> = alert.incomplete.iter().filter(|g| !g.optional).collect();
    let item = |gap: &&crate::gap::Gap| {
        let silent = counted(silent(gap), "rule");
        let text = format!("{} ({silent} silent): {}", gap.what, gap.why);
        let mut lines = wrap(&text, WIDTH - 4, FOLLOWING).into_iter();
        let mut out: Vec<String> = lines
            .next()
            .map(|l| format!("  - {l}"))
            .into_iter()
            .collect();
        out.extend(lines.map(|l| format!("    {l}")));
        out
    };
    let all = hard.len();
    List {
        heading: format!("Not checked: {}", counted(all, "thing")),
        items: hard.iter().map(item).collect(),
        rest: Box::new(move |told| format!("and {} more", all - told.min(all))),
        omitted: false,
        share: 6,
    }
}

/// What is gone.
pub fn resolved(alert: &Alert<'_>) -> List {
    let all = alert.resolved.len();
    let item =
        |gone: &super::Resolved| vec![cut(&format!("  - {}: {}", gone.rule, gone.title), WIDTH)];
    List {
        heading: format!("Gone: {}", counted(all, "finding")),
        items: alert.resolved.iter().map(item).collect(),
        rest: Box::new(move |told| format!("and {} more", all - told.min(all))),
        omitted: false,
        share: 4,
    }
}
