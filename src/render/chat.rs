//! The alert for a chat: a custom notification of Amazon Q Developer in chat applications (its Administrator Guide, "Custom
//! notifications"), one thread a workflow.
//!
//! What is an account's stands in code spans from which it cannot break out, so that no mention, link, emoji or markup of it
//! is one in Slack or Teams.

use serde_json::{Value, json};

use super::alert::{Alert, words};
use super::columns::cut;
use super::links::{self, Link};
use super::{counted, story};
use crate::digest::Digest;
use crate::rule_id::RuleId;

/// Characters of a title.
const TITLE: usize = 250;
/// Characters of a description.
const DESCRIPTION: usize = 8_000;
/// Characters of one next step.
const STEP: usize = 350;
/// Characters of a keyword.
const KEYWORD: usize = 75;
/// Findings that are listed.
const LISTED: usize = 8;
/// Columns of one line of a list.
const LINE: usize = 300;

/// The message for the topic.
pub fn notification(alert: &Alert<'_>) -> String {
    let mut value = json!({
        "version": "1.0",
        "source": "custom",
        "content": {
            "textType": "client-markdown",
            "title": title(alert),
            "description": description(alert),
            "nextSteps": steps(alert),
            "keywords": keywords(alert),
        },
        "metadata": {
            "threadId": thread(alert),
            "summary": title(alert),
            "eventType": "stepwarden-alert",
            "relatedResources": [safe(alert.workflow.arn.as_str(), TITLE)],
            "enableCustomActions": false,
        },
    });
    if let Some(event) = alert.event
        && let Some(fields) = value.as_object_mut()
    {
        let id = format!("{}-{}", thread(alert), safe(&event.id, KEYWORD));
        fields.insert("id".to_owned(), Value::String(id));
    }
    value.to_string()
}

/// The same for every alert of a workflow.
fn thread(alert: &Alert<'_>) -> String {
    let mut digest = Digest::default();
    digest.part(alert.workflow.arn.as_str());
    digest.hex()
}

fn tag(alert: &Alert<'_>) -> &'static str {
    match alert.severity() {
        Some(severity) => severity.word(),
        None if alert.newly_incomplete => "incomplete",
        None => "resolved",
    }
}

fn title(alert: &Alert<'_>) -> String {
    let name = safe(&alert.workflow.name, 80);
    let what = match alert.opened.iter().find(|f| f.is_open()) {
        Some(first) => format!("{} on {name}", first.rule()),
        None if alert.drift.is_some() => format!("{name} differs from its approved baseline"),
        None if alert.newly_incomplete => format!("{name} could not be checked whole"),
        None => {
            let gone = counted(alert.resolved.len(), "finding");
            format!("{gone} resolved on {name}")
        }
    };
    let text = format!("{}: {what}", tag(alert).to_uppercase());
    text.chars().take(TITLE).collect()
}

fn description(alert: &Alert<'_>) -> String {
    let arn = &alert.workflow.arn;
    let mut lines = Vec::new();
    let mut put = |label: &str, text: &str| {
        if !text.is_empty() {
            lines.push(format!("*{label}* {}", code(text)));
        }
    };
    if let Some(event) = alert.event {
        let what = if event.summary.is_empty() {
            &event.name
        } else {
            &event.summary
        };
        put("What", what);
        put("Who", &event.actor);
        put(
            "When",
            &format!(
                "{}, through {}, from {}",
                event.time, event.through, event.source_ip
            ),
        );
    } else {
        put("What", "found by a sweep; no event told of a change");
    }
    let place = format!(
        "owner {}, account {}, {}",
        alert.workflow.owner,
        arn.account(),
        arn.region()
    );
    put("Where", &place);
    let stories = story::by_statement(alert.opened.iter().copied().filter(|f| f.is_open()));
    for told in stories.iter().take(LISTED) {
        let also = told
            .rules()
            .into_iter()
            .skip(1)
            .map(RuleId::as_str)
            .collect::<Vec<_>>()
            .join(", ");
        let also = if also.is_empty() {
            also
        } else {
            format!(" (with {also})")
        };
        put(
            told.severity().word(),
            &format!("{}: {}{also}", told.lead.rule(), told.lead.title()),
        );
    }
    if stories.len() > LISTED {
        put("more", &counted(stories.len() - LISTED, "further finding"));
    }
    for change in alert.drift.iter().flat_map(|d| &d.changes).take(LISTED) {
        put("wider", &change.what);
    }
    for gap in alert.incomplete.iter().filter(|g| !g.optional).take(LISTED) {
        put("not checked", &format!("{}: {}", gap.what, gap.why));
    }
    for gone in alert.resolved.iter().take(LISTED) {
        put("gone", &format!("{}: {}", gone.rule, gone.title));
    }
    let persisting = alert.persisting.in_words();
    if !persisting.is_empty() {
        put("Still open", &persisting);
    }
    if alert.suppressed > 0 {
        put("Suppressed", &counted(alert.suppressed, "finding"));
    }
    bounded(&lines, DESCRIPTION)
}

/// As many whole lines as there is room for: half a code span would let out what is in it.
fn bounded(lines: &[String], most: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    for line in lines {
        used += line.chars().count() + 1;
        if used > most {
            break;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(line);
    }
    out
}

fn steps(alert: &Alert<'_>) -> Vec<String> {
    let arn = &alert.workflow.arn;
    let mut steps = Vec::new();
    let first = alert.opened.iter().find(|f| f.is_open());
    if let Some(first) = first {
        let step = words::first_step(first.remediation().text.as_str());
        steps.push(span(&step, STEP - 8));
    }
    let mut link = |name: &str, link: Option<Link>| {
        // Every character of a link is this program's own or percent-encoded.
        let address = link.map(|l| format!("{name}: {}", l.whole()));
        steps.extend(address.filter(|a| a.chars().count() <= STEP));
    };
    link("Workflow", links::workflow(arn));
    link("Role", alert.workflow.role.as_ref().and_then(links::role));
    let event = alert.event.and_then(|e| links::event(e, arn.partition()));
    link("Event", event);
    steps
}

fn keywords(alert: &Alert<'_>) -> Vec<String> {
    let arn = &alert.workflow.arn;
    let all = [
        tag(alert),
        &alert.workflow.owner,
        arn.account(),
        arn.region(),
    ];
    let words = all.into_iter().map(|word| safe(word, KEYWORD));
    words.filter(|word| !word.is_empty()).collect()
}

/// A name without any character that means something to a chat.
fn safe(text: &str, most: usize) -> String {
    let plain = |c: char| match c {
        c if c.is_alphanumeric() || "-_./: ".contains(c) => c,
        _ => '?',
    };
    text.chars().take(most).map(plain).collect()
}

/// A code span.
fn code(text: &str) -> String {
    span(text, LINE)
}

fn span(text: &str, most: usize) -> String {
    let inert: String = cut(text, most)
        .chars()
        .map(|c| match c {
            '`' => '\'',
            '<' => '‹',
            '>' => '›',
            '&' => '＆',
            '@' => '＠',
            c => c,
        })
        .collect();
    format!("`{inert}`")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::render::tests::{finding, workflow};
    use crate::severity::Severity;

    fn alert<'a>(
        workflow: &'a crate::workflow::Workflow,
        opened: Vec<&'a crate::finding::Finding>,
    ) -> Alert<'a> {
        Alert {
            opened,
            ..Alert::about(workflow)
        }
    }

    /// The text of a notification without its code spans.
    fn outside(text: &str) -> String {
        text.split('`').step_by(2).collect()
    }

    proptest! {
        #[test]
        fn nothing_of_an_account_means_anything_to_a_chat(
            junk in proptest::collection::vec(prop_oneof![
                Just('`'), Just('<'), Just('@'), Just('*'), Just(':'), Just('['), Just('\n'), any::<char>()
            ], 0..200), times in 1usize..40,
        ) {
            let text: String = junk.into_iter().collect::<String>().repeat(times);
            let mut named = workflow("Orders");
            (named.name, named.owner) = (text.clone(), text.clone());
            let all: Vec<_> = (0..20).map(|_| finding(Severity::High, &text)).collect();
            let value: Value = serde_json::from_str(&notification(&alert(&named, all.iter().collect()))).unwrap();
            let said = |pointer: &str| value.pointer(pointer).unwrap().as_str().unwrap().to_owned();
            let (title, description) = (said("/content/title"), said("/content/description"));
            prop_assert!(title.chars().count() <= TITLE && description.chars().count() <= DESCRIPTION);
            for line in description.lines() {
                prop_assert_eq!(line.matches('`').count(), 2, "{}", line);
            }
            let steps = value["content"]["nextSteps"].as_array().unwrap().iter();
            let steps: Vec<&str> = steps.map(|s| s.as_str().unwrap()).collect();
            for part in steps.iter().map(|s| outside(s)).chain([outside(&title), outside(&description)]) {
                prop_assert!(!part.contains(['<', '@', '[', '&']), "{}", part);
            }
            prop_assert!(steps.iter().all(|s| s.chars().count() <= STEP));
            prop_assert!(!description.contains(['<', '@', '&']), "{}", description);
        }
    }

    #[test]
    fn one_workflow_is_one_thread_and_another_is_another() {
        let (orders, other) = (workflow("Orders"), workflow("Other"));
        let high = finding(Severity::High, "x");
        let of = |w, opened| {
            let value: Value = serde_json::from_str(&notification(&alert(w, opened))).unwrap();
            assert_eq!(
                (&value["version"], &value["source"]),
                (&json!("1.0"), &json!("custom"))
            );
            value["metadata"]["threadId"].clone()
        };
        let thread = of(&orders, vec![&high]);
        assert_eq!(thread, of(&orders, vec![]));
        assert_ne!(thread, of(&other, vec![&high]));
    }
}
