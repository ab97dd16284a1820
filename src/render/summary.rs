//! What is open in an account and region, told once after the first sweep and every week: the worst workflows, the causes
//! that several of them share, whose they are, what is new, and what stays open. Made from what is kept, read nowhere again.

mod tally;

use serde_json::{Value, json};

use super::alert::lists::{List, fit};
use super::columns::{cut, wrap};
use super::{Counts, counted, escape, json as report};
use crate::arn::AccountRegion;
use crate::baselines::Sweep;
use crate::moment::Moment;
use crate::route::{Attribute, Delivery, MAX_SUBJECT, Topic};
use crate::severity::Severity;
use crate::verdict::Record;
pub use tally::Tallies;

/// Lines and columns of a mail.
const LINES: usize = 60;
const WIDTH: usize = 100;
/// Days of a digest.
const WEEK: i64 = 7;
const DAY: i64 = 24 * 3600;

/// Why it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The first sweep is over.
    FirstSweep,
    /// A week is over.
    Week,
}

/// What it tells.
#[derive(Clone, Debug)]
pub struct Summary {
    home: AccountRegion,
    /// The same for the same summary, however often it is made.
    id: String,
    occasion: Occasion,
    workflows: u64,
    listed: u64,
    critical: u64,
    counts: Counts,
    tallies: Tallies,
}

impl Summary {
    /// Of a sweep, and of what is kept of its workflows.
    pub fn first(home: &AccountRegion, sweep: &Sweep, records: &[Record]) -> Self {
        Self {
            home: home.clone(),
            id: sweep.id.clone(),
            occasion: Occasion::FirstSweep,
            workflows: sweep.done,
            listed: sweep.listed,
            critical: sweep.critical,
            counts: sweep.counts,
            tallies: Tallies::of(records, ""),
        }
    }

    /// Of a week that ends now; `known` is how many workflows there are, of which so many are at hand.
    pub fn week(home: &AccountRegion, known: usize, records: &[Record], now: Moment) -> Self {
        let week_ago = now.plus(-WEEK * DAY).day();
        let tallies = Tallies::of(records, &week_ago);
        Self {
            home: home.clone(),
            id: format!("week {}", now.day()),
            occasion: Occasion::Week,
            workflows: records.len() as u64,
            listed: known as u64,
            critical: tallies.critical as u64,
            counts: tallies.counts,
            tallies,
        }
    }

    /// What is open, by owner.
    pub fn owners(&self) -> &[(String, Counts)] {
        &self.tallies.owners
    }

    fn is_whole(&self) -> bool {
        self.workflows >= self.listed
    }

    fn found(&self) -> String {
        match self.counts.in_words() {
            words if words.is_empty() => "nothing open".to_owned(),
            words => words,
        }
    }
}

/// One message for people, one for machines.
pub fn deliveries(summary: &Summary) -> [Delivery; 2] {
    let home = &summary.home;
    let severity = summary.counts.worst().map_or("info", Severity::word);
    let one = |name: &str, text: &str| (name.to_owned(), Attribute::One(text.to_owned()));
    let change = Attribute::Many(vec!["summary".to_owned()]);
    let mut attributes = vec![
        one("severity", severity),
        ("change".to_owned(), change),
        one("account", &home.account),
        one("region", &home.region),
    ];
    attributes.retain(|(_, value)| *value != Attribute::One(String::new()));
    let delivery = |topic, subject, message, kind: &str| Delivery {
        topic,
        subject,
        message,
        attributes: attributes.clone(),
        dedup: format!("{kind} {} {home}", summary.id),
        workflow: None,
        worst: None,
    };
    let (people, machines) = (text(summary), document(summary).to_string());
    [
        delivery(Topic::People, Some(subject(summary)), people, "summary"),
        delivery(Topic::Machines, None, machines, "summary for machines"),
    ]
}

fn subject(summary: &Summary) -> String {
    let workflows = usize::try_from(summary.workflows).unwrap_or(usize::MAX);
    let workflows = counted(workflows, "workflow");
    let tag = match summary.occasion {
        Occasion::FirstSweep => "SUMMARY",
        Occasion::Week => "WEEKLY",
    };
    let text = format!(
        "[{tag}] {workflows} in {}: {}",
        summary.home,
        summary.found()
    );
    escape::subject(&text, MAX_SUBJECT)
}

fn text(summary: &Summary) -> String {
    let head = head(summary);
    let tail = tail(summary);
    let room = LINES.saturating_sub(head.len() + tail.len());
    let lists = fit(&lists(summary), room);
    let all = head.iter().chain(&lists).chain(&tail);
    let lines: Vec<&str> = all.map(|line| line.trim_end()).collect();
    lines.join("\n") + "\n"
}

fn head(summary: &Summary) -> Vec<String> {
    let AccountRegion { account, region } = &summary.home;
    let what = match summary.occasion {
        Occasion::FirstSweep => "stepwarden looked at every workflow for the first time",
        Occasion::Week => "what is open, after another week",
    };
    let mut lines = vec![
        format!("{what}: {}", summary.found()),
        String::new(),
        format!("Where     account {account}, {region}"),
        format!(
            "Looked at {} of {} workflows; {} with a critical finding, {} with nothing open",
            summary.workflows, summary.listed, summary.critical, summary.tallies.clean
        ),
    ];
    if summary.tallies.partly > 0 {
        lines.push(format!(
            "Gaps      {} could not be checked whole",
            counted(summary.tallies.partly, "workflow")
        ));
    }
    lines.into_iter().map(|line| cut(&line, WIDTH)).collect()
}

fn lists(summary: &Summary) -> Vec<List> {
    let tallies = &summary.tallies;
    let worst = tallies.worst.iter().map(|one| {
        let words = one.counts.in_words();
        let first = format!("  {} (owner {}): {words}", one.name, one.owner);
        vec![
            cut(&first, WIDTH),
            cut(&format!("    {}", one.first), WIDTH),
        ]
    });
    let causes = tallies.causes.iter().map(|one| {
        let severity = one.severity.word().to_uppercase();
        let first = format!("  {severity:<10}{}: {}", one.rule, one.title);
        let names = format!(
            "in {}: {}",
            counted(one.times, "workflow"),
            one.names.join(", ")
        );
        let names = wrap(&names, WIDTH - 12, 1);
        let mut item = vec![cut(&first, WIDTH)];
        item.extend(names.into_iter().map(|line| format!("{:12}{line}", "")));
        item
    });
    let owners = tallies
        .owners
        .iter()
        .map(|(owner, counts)| vec![cut(&format!("  {owner}: {}", counts.in_words()), WIDTH)]);
    let aged = |all: &[tally::Aged]| -> Vec<Vec<String>> {
        let line = |one: &tally::Aged| {
            let severity = one.severity.word().to_uppercase();
            let text = format!(
                "  {severity:<10}since {}: {} in {}: {}",
                one.since, one.rule, one.workflow, one.title
            );
            vec![cut(&text, WIDTH)]
        };
        all.iter().map(line).collect()
    };
    let new = counted(tallies.new.total(), "finding");
    let mut all = vec![
        List::new(
            "Fix once, for several workflows".to_owned(),
            causes.collect(),
            0,
            11,
        ),
        List::new(
            "Worst workflows".to_owned(),
            worst.collect(),
            tallies.more,
            13,
        ),
        List::new("By owner".to_owned(), owners.collect(), 0, 8),
    ];
    if summary.occasion == Occasion::Week {
        let heading = format!(
            "New in these {WEEK} days: {new} ({})",
            tallies.new.in_words()
        );
        all.push(List::new(heading, aged(&tallies.newest), 0, 7));
        all.push(List::new(
            "Open longest".to_owned(),
            aged(&tallies.oldest),
            0,
            7,
        ));
    }
    all
}

fn tail(summary: &Summary) -> Vec<String> {
    let mut lines = vec![String::new()];
    if summary.occasion == Occasion::FirstSweep {
        lines.push("What was found is the baseline: from now on, alerts tell what opens, resolves or drifts.".to_owned());
    }
    lines.push("`stepwarden scan` has each finding with its fix; `stepwarden approve ARN` takes a workflow as it is.".to_owned());
    if !summary.is_whole() {
        lines.push("Some workflows were not reached: the function's log and its dead-letter queue say why. The next".to_owned());
        lines.push("sweep tries them again.".to_owned());
    }
    lines.into_iter().map(|line| cut(&line, WIDTH)).collect()
}

fn document(summary: &Summary) -> Value {
    let AccountRegion { account, region } = &summary.home;
    let tallies = &summary.tallies;
    let owners = tallies.owners.iter();
    let owners: Vec<Value> = owners
        .map(|(owner, counts)| json!({ "owner": escape::line(owner), "summary": report::counts(counts) }))
        .collect();
    let worst = tallies.worst.iter();
    let worst: Vec<Value> = worst
        .map(|one| json!({ "arn": one.arn, "owner": escape::line(&one.owner), "summary": report::counts(&one.counts) }))
        .collect();
    let causes = tallies.causes.iter();
    let causes: Vec<Value> = causes
        .map(|one| {
            json!({ "rule": one.rule, "severity": one.severity, "title": escape::line(&one.title), "workflows": one.times })
        })
        .collect();
    json!({
        "schema": "stepwarden/summary/1",
        "occasion": match summary.occasion { Occasion::FirstSweep => "first-sweep", Occasion::Week => "week" },
        "account": account, "region": region,
        "workflows": summary.workflows, "listed": summary.listed,
        "critical_workflows": summary.critical,
        "summary": report::counts(&summary.counts),
        "new": report::counts(&tallies.new),
        "owners": owners, "worst": worst, "causes": causes,
    })
}

#[cfg(test)]
mod tests;
