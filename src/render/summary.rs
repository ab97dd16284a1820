//! The summary of a first sweep: what was there before anybody looked, told once instead of a thousand times.

use serde_json::{Value, json};

use super::{Counts, counted, escape, json as report};
use crate::arn::AccountRegion;
use crate::baselines::Sweep;
use crate::route::{Attribute, Delivery, MAX_SUBJECT, Topic};

/// What it tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    home: AccountRegion,
    sweep: String,
    workflows: u64,
    listed: u64,
    critical: u64,
    counts: Counts,
}

impl Summary {
    /// Of a sweep.
    pub fn of(home: &AccountRegion, sweep: &Sweep) -> Self {
        Self {
            home: home.clone(),
            sweep: sweep.id.clone(),
            workflows: sweep.done,
            listed: sweep.listed,
            critical: sweep.critical,
            counts: sweep.counts,
        }
    }

    fn is_whole(&self) -> bool {
        self.workflows >= self.listed
    }
}

/// One message for people, one for machines.
pub fn deliveries(summary: &Summary) -> [Delivery; 2] {
    let home = &summary.home;
    let severity = summary.counts.worst().map_or("info", |s| s.word());
    let one = |name: &str, text: &str| (name.to_owned(), Attribute::One(text.to_owned()));
    let mut attributes = vec![
        one("severity", severity),
        (
            "change".to_owned(),
            Attribute::Many(vec!["summary".to_owned()]),
        ),
        one("account", &home.account),
        one("region", &home.region),
    ];
    attributes.retain(|(_, value)| *value != Attribute::One(String::new()));
    let delivery = |topic, subject, message| Delivery {
        topic,
        subject,
        message,
        attributes: attributes.clone(),
        dedup: format!("summary {} {home}", summary.sweep),
    };
    let (people, machines) = (text(summary), document(summary).to_string());
    [
        delivery(Topic::People, Some(subject(summary)), people),
        Delivery {
            dedup: format!("summary for machines {} {home}", summary.sweep),
            ..delivery(Topic::Machines, None, machines)
        },
    ]
}

fn subject(summary: &Summary) -> String {
    let workflows = counted(
        usize::try_from(summary.workflows).unwrap_or(usize::MAX),
        "workflow",
    );
    let found = match summary.counts.in_words() {
        words if words.is_empty() => "nothing found".to_owned(),
        words => words,
    };
    let text = format!("[SUMMARY] {workflows} in {}: {found}", summary.home);
    escape::subject(&text, MAX_SUBJECT)
}

fn text(summary: &Summary) -> String {
    let AccountRegion { account, region } = &summary.home;
    let mut lines = vec![
        format!(
            "stepwarden looked at {} of {} workflows for the first time.",
            summary.workflows, summary.listed
        ),
        String::new(),
        format!("Account     {}", escape::line(account)),
        format!("Region      {}", escape::line(region)),
        format!("Found       {}", match summary.counts.in_words() {
            words if words.is_empty() => "nothing".to_owned(),
            words => words,
        }),
        format!("Critical    {} workflows", summary.critical),
        String::new(),
        "What was found is the baseline: from now on, alerts tell what opens, resolves or drifts.".to_owned(),
        "`stepwarden scan` lists what is there, the worst first; `stepwarden approve ARN` takes a workflow as it is now for its baseline.".to_owned(),
    ];
    if !summary.is_whole() {
        lines.push(String::new());
        lines.push("Some workflows were not reached: the function's log and its dead-letter queue say why. The next sweep tries them again.".to_owned());
    }
    lines.join("\n") + "\n"
}

fn document(summary: &Summary) -> Value {
    let AccountRegion { account, region } = &summary.home;
    json!({
        "schema": "stepwarden/summary/1",
        "account": account, "region": region,
        "workflows": summary.workflows, "listed": summary.listed,
        "critical_workflows": summary.critical,
        "summary": report::counts(&summary.counts),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::severity::Severity;

    fn sweep(done: u64) -> Sweep {
        let mut counts = Counts::default();
        counts.add(Severity::High, 3);
        Sweep {
            id: "s".to_owned(),
            listed: 2,
            done,
            counts,
            ..Sweep::default()
        }
    }

    #[test]
    fn a_summary_is_taken_by_sns_and_says_when_it_is_not_whole() {
        let home = AccountRegion {
            account: "123456789012".to_owned(),
            region: "eu-west-1".to_owned(),
        };
        for (done, whole) in [(2, true), (1, false)] {
            let [people, machines] = deliveries(&Summary::of(&home, &sweep(done)));
            assert_eq!((people.check(), machines.check()), (Ok(()), Ok(())));
            assert_eq!(people.message.contains("were not reached"), !whole);
            assert_ne!(people.dedup, machines.dedup);
            let read: Value = serde_json::from_str(&machines.message).unwrap();
            assert_eq!(
                (&read["workflows"], &read["summary"]["high"]),
                (&json!(done), &json!(3))
            );
        }
    }
}
