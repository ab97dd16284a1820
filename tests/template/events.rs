//! The rules let through exactly the calls that the code handles, tried with every sample event.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use stepwarden::trigger::{self, Skip, Subject, WATCHED, Watched};

use super::pattern::{calls, matches};
use super::stack;

fn samples(folder: &str) -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.file_stem().unwrap().to_str().unwrap();
            (name.to_owned(), serde_json::from_str(&text).unwrap())
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// Sources and names of calls.
type Calls = BTreeSet<(String, String)>;

fn watched(of: impl Fn(&Watched) -> bool) -> Calls {
    let rows = WATCHED.iter().filter(|row| of(row));
    rows.map(|row| (row.source.to_owned(), row.name.to_owned()))
        .collect()
}

fn is_iam(row: &Watched) -> bool {
    row.source.starts_with("iam.")
}

/// Whether it changes what begins executions.
fn is_entry(row: &Watched) -> bool {
    matches!(row.subject, Subject::EntryPoints(_))
}

/// Whether it changes the policy of a resource.
fn is_policy(row: &Watched) -> bool {
    matches!(row.subject, Subject::Policy(_) | Subject::LogPolicies)
}

/// The rules that deliver to the function, or on the way to it.
fn rules() -> [(&'static str, Value, Calls); 11] {
    let is_other = |row: &Watched| !is_entry(row) && !is_policy(row);
    let (all, iam) = (watched(is_other), watched(is_iam));
    let (entries, policies) = (watched(is_entry), watched(is_policy));
    let regional = watched(|row| !is_iam(row) && is_other(row));
    [
        (
            "own, policies",
            stack::whole().pattern("ChangesOfPolicies"),
            policies.clone(),
        ),
        (
            "members', policies",
            stack::whole().pattern("MemberChangesOfPolicies"),
            policies.clone(),
        ),
        (
            "member, policies",
            stack::member_workflows().pattern("PolicyChanges"),
            policies,
        ),
        (
            "own, entries",
            stack::whole().pattern("ChangesOfEntries"),
            entries.clone(),
        ),
        (
            "members', entries",
            stack::whole().pattern("MemberChangesOfEntries"),
            entries.clone(),
        ),
        (
            "member, entries",
            stack::member_workflows().pattern("EntryChanges"),
            entries,
        ),
        ("own", stack::whole().pattern("Changes"), all.clone()),
        ("members'", stack::whole().pattern("MemberChanges"), all),
        (
            "forwarded",
            stack::forwarding().pattern("RoleChanges"),
            iam.clone(),
        ),
        (
            "member, IAM",
            stack::member_iam().pattern("RoleChanges"),
            iam,
        ),
        (
            "member, regional",
            stack::member_workflows().pattern("RegionalChanges"),
            regional,
        ),
    ]
}

#[test]
fn the_rules_match_exactly_the_events_that_are_watched() {
    for (name, pattern, expected) in rules() {
        assert_eq!(calls(&pattern), expected, "{name}");
    }
}

/// 2,048 characters unless raised (Amazon EventBridge User Guide, "Amazon EventBridge quotas").
#[test]
fn the_patterns_fit_the_default_quota() {
    for (name, pattern, _) in rules() {
        let size = pattern.to_string().len();
        assert!(size <= 2_048, "{name}: {size}");
    }
}

#[test]
fn every_sample_of_a_watched_call_is_delivered_and_understood() {
    let mut seen = BTreeSet::new();
    for (file, event) in samples("events") {
        let call = &event["detail"];
        let (source, name) = (
            call["eventSource"].as_str().unwrap(),
            call["eventName"].as_str().unwrap(),
        );
        seen.insert((source.to_owned(), name.to_owned()));
        for (rule, pattern, expected) in rules() {
            let wanted = expected.contains(&(source.to_owned(), name.to_owned()));
            assert_eq!(
                matches(&pattern, &event),
                wanted,
                "{file} by the rule {rule}"
            );
        }
        let change = trigger::read(&event).unwrap_or_else(|skip| panic!("{file}: {skip}"));
        assert_eq!(change.event.name, name);
        let kebab: String = name
            .char_indices()
            .flat_map(|(i, c)| {
                let dash = (i > 0 && c.is_ascii_uppercase()).then_some('-');
                dash.into_iter().chain([c.to_ascii_lowercase()])
            })
            .collect();
        // Several services have a call of the same name.
        let same = WATCHED.iter().filter(|row| row.name == name).count();
        let service = source.split('.').next().unwrap();
        let expected = match same {
            1 => kebab,
            _ => format!("{service}-{kebab}"),
        };
        assert_eq!(file, expected);
    }
    assert_eq!(seen, watched(|_| true), "a sample for every watched call");
}

/// The reading of patterns in these tests, held against another one.
#[test]
fn the_emulator_lets_the_same_events_through() {
    for (stack, rule) in [
        (stack::whole(), "Changes"),
        (stack::whole(), "MemberChanges"),
        (stack::whole(), "ChangesOfEntries"),
        (stack::member_workflows(), "EntryChanges"),
        (stack::whole(), "ChangesOfPolicies"),
        (stack::member_workflows(), "PolicyChanges"),
        (stack::forwarding(), "RoleChanges"),
        (stack::member_workflows(), "RegionalChanges"),
    ] {
        let pattern = stack.pattern(rule);
        let let_through = ["events", "events/failed", "events/not-watched"]
            .into_iter()
            .flat_map(|folder| {
                let path =
                    move |name: String| format!("{folder}/{name}.json").replace("events/", "");
                let samples = samples(folder).into_iter();
                samples.map(move |(name, event)| (path(name), event))
            })
            .filter(|(_, event)| matches(&pattern, event))
            .map(|(path, _)| path);
        let expected: BTreeSet<_> = let_through.collect();
        assert!(expected.len() > 10, "{rule}: {expected:?}");
        let matched = BTreeSet::from_iter(stack.matched(rule));
        assert_eq!(matched, expected, "{rule}");
    }
}

#[test]
fn a_failed_call_is_delivered_and_skipped() {
    let samples = samples("events/failed");
    assert!(!samples.is_empty());
    for (file, event) in samples {
        assert!(
            matches(&stack::whole().pattern("Changes"), &event),
            "{file}"
        );
        let read = trigger::read(&event);
        assert!(
            matches!(read, Err(Skip::FailedCall { .. })),
            "{file}: {read:?}"
        );
    }
}

#[test]
fn what_is_not_watched_is_neither_delivered_nor_handled() {
    let samples = samples("events/not-watched");
    assert!(samples.len() >= 15);
    for (file, event) in samples {
        for (rule, pattern, _) in rules() {
            assert!(!matches(&pattern, &event), "{file} by the rule {rule}");
        }
        let read = trigger::read(&event);
        assert!(
            matches!(read, Err(Skip::NotWatched { .. })),
            "{file}: {read:?}"
        );
    }
}
