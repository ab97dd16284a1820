//! Parameters that are executed or interpreted.

use super::locate::{self, Place};
use super::one_value::is_one_value;
use super::{Parameter, SinkKind, TaintContext, TaintedSink};
use crate::asl::State;
use crate::catalog::Integration;
use crate::need::Phase;
use crate::reach::{self, Class};
use crate::severity::Severity;
use crate::sinks::{self, Grade, Kind};
use crate::value::{Piece, Value};

/// Programs that run what follows them as commands.
const SHELLS: &[&str] = &[
    "sh",
    "bash",
    "zsh",
    "ksh",
    "dash",
    "ash",
    "cmd",
    "cmd.exe",
    "powershell",
    "powershell.exe",
    "pwsh",
];

/// What of this task's request is run and chosen outside; one sink for the task.
pub fn of_task(
    ground: TaintContext<'_>,
    state: &State,
    integration: &Integration,
) -> Option<TaintedSink> {
    let arguments = ground.flow.arguments(state.id);
    let template = state.arguments.as_ref();
    let mut critical = Vec::new();
    let mut high = Vec::new();
    let mut bounded = Vec::new();
    for sink in sinks::of(integration.service(), integration.operation()) {
        let Kind::Command { grade } = &sink.kind else {
            continue;
        };
        if !may_be(arguments, sink.only.as_ref()) {
            continue;
        }
        for place in locate::places(arguments, &sink.parameter) {
            if !place.value.is_tainted() {
                continue;
            }
            let worst = match grade {
                Grade::High => false,
                Grade::Critical => true,
                Grade::Shell => names_a_shell(arguments, &sink.parameter, &place),
                Grade::Emr => runs_commands(arguments, &sink.parameter),
            };
            let parameter = Parameter {
                path: place.path(),
                pointer: locate::tainted_pointer(state, template, &place),
                value: place.value,
                reason: &sink.reason,
            };
            if worst {
                critical.push(parameter);
            } else if is_one_value(integration.service(), &sink.parameter, &parameter.value) {
                bounded.push(parameter);
            } else {
                high.push(parameter);
            }
        }
    }
    let severity = match (critical.is_empty(), high.is_empty()) {
        (false, _) => Severity::Critical,
        (true, false) => Severity::High,
        (true, true) => Severity::Medium,
    };
    critical.extend(high);
    critical.extend(bounded);
    if critical.is_empty() {
        return None;
    }
    let need = ground.needs(state.id, Phase::Start).find(|n| !n.optional);
    // Where the role may not do it at all, nothing runs.
    if let (Some(need), Some(_)) = (need, ground.role)
        && reach::of_need(need, &need.resources, ground.role).class == Class::Nothing
    {
        return None;
    }
    let action = need.map(|n| n.action.clone()).unwrap_or_default();
    Some(TaintedSink {
        state: state.id,
        kind: SinkKind::Command { severity, action },
        parameters: critical,
        reach: None,
    })
}

/// Whether the other parameter that a sink asks for may be what it asks.
fn may_be(arguments: &Value, only: Option<&sinks::Only>) -> bool {
    let Some(only) = only else { return true };
    locate::places(arguments, &only.parameter)
        .iter()
        .any(|place| {
            place
                .value
                .as_text()
                .is_none_or(|text| text.eq_ignore_ascii_case(&only.is))
        })
}

/// Whether a shell is named in the command itself or in the entry point beside it.
fn names_a_shell(arguments: &Value, path: &str, place: &Place) -> bool {
    if constants(&place.value).iter().any(|text| is_shell(text)) {
        return true;
    }
    let beside = match path.rsplit_once('.') {
        Some((parent, _)) => format!("{parent}.EntryPoint"),
        None => "EntryPoint".to_owned(),
    };
    locate::places(arguments, &beside)
        .iter()
        .any(|p| constants(&p.value).iter().any(|text| is_shell(text)))
}

fn is_shell(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or_default();
    let name = word.rsplit(['/', '\\']).next().unwrap_or_default();
    SHELLS.iter().any(|s| s.eq_ignore_ascii_case(name))
}

/// The known strings, and known beginnings of strings, in a value.
fn constants(value: &Value) -> Vec<String> {
    match value {
        Value::Text(pieces) => match pieces.first() {
            Some(Piece::Literal(text)) => vec![text.clone()],
            _ => Vec::new(),
        },
        Value::Array(values) | Value::OneOf(values) => values.iter().flat_map(constants).collect(),
        Value::Each(value) => constants(value),
        _ => Vec::new(),
    }
}

/// EMR's `command-runner.jar` runs its arguments as a command line.
fn runs_commands(arguments: &Value, path: &str) -> bool {
    let jar = path.strip_suffix("Args").map(|p| format!("{p}Jar"));
    jar.is_some_and(|jar| {
        locate::places(arguments, &jar).iter().any(|place| {
            constants(&place.value).iter().any(|text| {
                text.contains("command-runner.jar") || text.contains("script-runner.jar")
            })
        })
    })
}
