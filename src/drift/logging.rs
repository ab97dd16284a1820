//! How logging is weaker than in the baseline.

use super::Delta;
use crate::posture::{GroupPosture, Level, LoggingPosture, Part};
use crate::severity::Severity;

/// What the new side does not keep and the old does.
pub(super) fn compare(old: &LoggingPosture, new: &LoggingPosture) -> Vec<Delta> {
    let mut found = Vec::new();
    if new.level < old.level {
        found.push(level(old, new));
    }
    if new.express && !old.express && new.level < Level::All {
        found.push(history(new));
    }
    data(old, new, &mut found);
    if new.level > Level::Off
        && let (Some(was), Some(is)) = (&old.group, &new.group)
    {
        group(was, is, new, &mut found);
    }
    if old.tracing && !new.tracing {
        found.push(delta(
            "tracing",
            Severity::Low,
            "traces nothing",
            "on",
            "off",
        ));
    }
    if old.encrypted && !new.encrypted {
        let does = "keeps definition and executions without a customer managed key";
        found.push(delta(
            "key",
            Severity::Medium,
            does,
            "a customer managed key",
            "no key of its own",
        ));
    }
    found
}

fn delta(key: &str, severity: Severity, does: &str, narrow: &str, wide: &str) -> Delta {
    Delta {
        kind: Part::Logging,
        key: format!("logging {key}"),
        severity,
        does: does.to_owned(),
        unlike: format!("; in the baseline: {narrow}"),
        narrow: Some(narrow.to_owned()),
        wide: wide.to_owned(),
        principal: None,
    }
}

fn level(old: &LoggingPosture, new: &LoggingPosture) -> Delta {
    let severity = match (new.level, new.express) {
        (_, true) => Severity::High,
        (Level::Off, false) => Severity::Medium,
        (_, false) => Severity::Low,
    };
    let does = match new.level {
        Level::Off => "writes no execution log".to_owned(),
        level => format!("logs at level {} only", level.word()),
    };
    let (narrow, wide) = (
        format!("level {}", old.level.word()),
        format!("level {}", new.level.word()),
    );
    delta("level", severity, &does, &narrow, &wide)
}

/// An EXPRESS execution is in its log alone (AWS Step Functions Developer Guide, "Choosing workflow type in Step Functions").
fn history(new: &LoggingPosture) -> Delta {
    let severity = match new.level {
        Level::Off => Severity::High,
        _ => Severity::Medium,
    };
    let does = "keeps no history of executions beside its log: it is EXPRESS";
    delta("type", severity, does, "STANDARD", "EXPRESS")
}

/// On a sensitive workflow logging the data is the exposure; on any other not logging it is the loss.
fn data(old: &LoggingPosture, new: &LoggingPosture, found: &mut Vec<Delta>) {
    let sensitive = old.sensitive || new.sensitive;
    if sensitive && new.execution_data && !old.execution_data {
        let does = "logs the execution data of a workflow that is or was marked sensitive";
        found.push(delta(
            "data exposed",
            Severity::Medium,
            does,
            "not logged",
            "logged",
        ));
    }
    if !sensitive && old.execution_data && !new.execution_data && new.level > Level::Off {
        let does = "logs no execution data";
        found.push(delta(
            "data",
            Severity::Medium,
            does,
            "logged",
            "not logged",
        ));
    }
}

fn group(was: &GroupPosture, is: &GroupPosture, new: &LoggingPosture, found: &mut Vec<Delta>) {
    if was.exists && !is.exists {
        let does = "logs to a group that does not exist";
        found.push(delta(
            "group",
            Severity::High,
            does,
            "a group that exists",
            "none",
        ));
        return;
    }
    if was.key && !is.key {
        let severity = if new.sensitive {
            Severity::High
        } else {
            Severity::Medium
        };
        let does = "logs to a group without a customer managed key";
        found.push(delta(
            "group key",
            severity,
            does,
            "with a key",
            "without a key",
        ));
    }
    let shorter = match (was.retention_days, is.retention_days) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(was), Some(is)) => is < was,
    };
    if shorter {
        let days = |days: Option<u32>| {
            days.map_or_else(|| "for ever".to_owned(), |d| format!("for {d} days"))
        };
        let does = format!("keeps logs {}", days(is.retention_days));
        let (narrow, wide) = (days(was.retention_days), days(is.retention_days));
        found.push(delta("retention", Severity::Low, &does, &narrow, &wide));
    }
}
