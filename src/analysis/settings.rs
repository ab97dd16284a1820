//! A workflow's settings from its snapshot: DescribeStateMachine, tags and configuration.

use crate::analysis::owner;
use crate::arn::Arn;
use crate::config::{Config, SUPPRESS_TAG, listed_rules};
use crate::gap::{Gap, Input};
use crate::rule_id::{RULE_IDS, RuleId};
use crate::snapshot::{Account, Fetched, StateMachine, Tag};
use crate::suggest::did_you_mean;
use crate::workflow::{LogLevel, Logging, Workflow, WorkflowType};

/// Reads the settings. A workflow whose ARN is none still gets a verdict, under a made-up ARN that bears its name.
pub fn workflow(
    account: &Account,
    machine: &StateMachine,
    config: &Config,
) -> (Workflow, Vec<Gap>) {
    let mut gaps = Vec::new();
    let arn = Arn::parse(&machine.arn).or_else(|| {
        gaps.push(Gap::new(
            Input::Settings,
            "the workflow's ARN",
            "it is no ARN; region and account of its targets are unknown",
        ));
        Arn::new(
            "aws",
            "states",
            "",
            "",
            &format!("stateMachine:{}", machine.name),
        )
    });
    let arn = arn.unwrap_or_else(Arn::nowhere);
    let only_a_definition = arn.region().is_empty();
    let tags = tags(account, machine, &mut gaps);
    let (owner, owner_source) = owner::of(account, machine, &tags, config);
    gaps.extend(misspelt(&tags));
    let workflow = Workflow {
        name: if machine.name.is_empty() {
            arn.name().to_owned()
        } else {
            machine.name.clone()
        },
        kind: if machine.kind == "EXPRESS" {
            WorkflowType::Express
        } else {
            WorkflowType::Standard
        },
        role: Arn::parse(&machine.role_arn),
        logging: (!only_a_definition).then(|| logging(machine)),
        tracing: (!only_a_definition).then_some(machine.tracing),
        kms_key: machine.kms_key.clone(),
        owner,
        owner_source,
        sensitive: sensitive(&tags, config),
        declared: machine.declared.clone(),
        tags,
        arn,
    };
    (workflow, gaps)
}

fn logging(machine: &StateMachine) -> Logging {
    let destination = |text: &String| Arn::parse(text.strip_suffix(":*").unwrap_or(text));
    Logging {
        level: match machine.log_level.as_deref() {
            Some("ALL") => LogLevel::All,
            Some("ERROR") => LogLevel::Error,
            Some("FATAL") => LogLevel::Fatal,
            _ => LogLevel::Off,
        },
        include_execution_data: machine.include_execution_data,
        destinations: machine
            .log_destinations
            .iter()
            .filter_map(destination)
            .collect(),
    }
}

fn tags(account: &Account, machine: &StateMachine, gaps: &mut Vec<Gap>) -> Vec<(String, String)> {
    let pairs = |tags: &[Tag]| {
        tags.iter()
            .map(|t| (t.key.clone(), t.value.clone()))
            .collect::<Vec<_>>()
    };
    if let Fetched::Present(tags) = &machine.tags {
        return pairs(tags);
    }
    let mut unread = |why: &str| gaps.push(Gap::new(Input::Tags, "the workflow's tags", why));
    match (&machine.tags, &account.tags) {
        (Fetched::Denied(why) | Fetched::Failed(why), _) => unread(why),
        (_, Fetched::Present(all)) => {
            return all.get(&machine.arn).map(|t| pairs(t)).unwrap_or_default();
        }
        (_, Fetched::Denied(why) | Fetched::Failed(why)) => unread(why),
        (_, Fetched::NotCollected) => gaps.push(Gap::optional(
            Input::Tags,
            "tags",
            "`tags.json` is not in the snapshot; owner and sensitivity are unknown",
        )),
        (_, Fetched::Absent) => {}
    }
    Vec::new()
}

/// The tag that suppresses rules, where it names something that is no rule: nothing is dropped quietly.
fn misspelt(tags: &[(String, String)]) -> Option<Gap> {
    let (_, tag) = tags.iter().find(|(key, _)| key == SUPPRESS_TAG)?;
    let unknown: Vec<String> = listed_rules(tag)
        .filter(|id| RuleId::parse(id).is_none())
        .map(|id| {
            format!(
                "`{id}` is no rule{}",
                did_you_mean(id, RULE_IDS.iter().map(|id| id.as_str()))
            )
        })
        .collect();
    (!unknown.is_empty()).then(|| {
        let what = format!("a part of the workflow's tag `{SUPPRESS_TAG}`");
        let why = format!("{}; it suppresses nothing", unknown.join(", "));
        Gap::optional(Input::Configuration, what, why)
    })
}

fn sensitive(tags: &[(String, String)], config: &Config) -> Option<String> {
    let marks = |(key, value): &&(String, String)| {
        config.sensitive_tags.iter().any(|(k, words)| {
            k.eq_ignore_ascii_case(key) && words.iter().any(|w| w.eq_ignore_ascii_case(value))
        })
    };
    tags.iter()
        .find(marks)
        .map(|(key, value)| format!("{key}={value}"))
}
