//! Why a value is what it is: where it comes from, the guards that it met, the grants that it meets, and what each rule of
//! the input makes of it. How a verdict is debugged, and disputed.

use crate::asl::State;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::map::{self, NeedRow};
use crate::reach::Class;
use crate::suggest::did_you_mean;
use crate::taint::{self, SinkKind, TaintedSink};
use crate::value::{Guard, Source, Strength, TraceStep, Unknown, Value};

/// Rules that are about what somebody outside decides.
pub const INPUT_RULES: [&str; 4] = [
    "tainted-target",
    "tainted-command",
    "tainted-credentials",
    "weak-validation",
];

/// What there is to tell of one parameter.
#[derive(Debug)]
pub struct Trace {
    /// The state's name.
    pub state: String,
    /// The parameter's path.
    pub parameter: String,
    /// What it can be, as patterns.
    pub values: Vec<String>,
    /// Where its open parts come from.
    pub sources: Vec<SourceTrace>,
    /// The guards that looked at it.
    pub guards: Vec<GuardTrace>,
    /// What the state needs and what the role grants for it.
    pub grants: Vec<NeedRow>,
    /// What each rule of the input makes of it.
    pub rules: Vec<RuleTrace>,
}

/// One source of an open part.
#[derive(Clone, Debug)]
pub struct SourceTrace {
    /// What kind, in words.
    pub kind: String,
    /// The path at the source.
    pub path: String,
    /// The way from there.
    pub steps: Vec<TraceStep>,
}

/// One guard.
#[derive(Clone, Debug)]
pub struct GuardTrace {
    /// The state that tests.
    pub state: String,
    /// Where.
    pub pointer: String,
    /// The test.
    pub test: String,
    /// What it excludes, in words.
    pub excludes: &'static str,
}

/// One rule's verdict.
#[derive(Clone, Debug)]
pub struct RuleTrace {
    /// The rule.
    pub rule: &'static str,
    /// Whether it fires.
    pub fires: bool,
    /// Why, or why not.
    pub why: String,
}

/// Traces one parameter of one state; `findings` are those of the workflow.
///
/// # Errors
/// When there is no such state or parameter, with those that there are.
pub fn of(
    facts: &Facts<'_>,
    findings: &[Finding],
    state: &str,
    parameter: &str,
) -> Result<Trace, String> {
    let found = state_named(facts, state)?;
    let flow = facts.flow.ok_or("the definition could not be followed")?;
    let arguments = flow.arguments(found.id);
    let all = values(arguments, parameter, || flow.credentials(found.id).clone());
    if all.is_empty() {
        return Err(no_parameter(arguments, state, parameter));
    }
    let unknowns: Vec<&Unknown> = all.iter().flat_map(Value::unknowns).collect();
    let sink = facts.taint.iter().filter(|sink| sink.state == found.id);
    let sinks: Vec<&TaintedSink> = sink.filter(|s| names(s, parameter)).collect();
    let own = |f: &&Finding| f.state() == Some(found.name.as_str());
    let findings: Vec<&Finding> = findings.iter().filter(own).collect();
    let rules = INPUT_RULES.map(|rule| verdict(rule, &findings, &sinks, &unknowns));
    Ok(Trace {
        state: found.name.clone(),
        parameter: parameter.to_owned(),
        values: patterns(&all),
        sources: sources(&unknowns),
        guards: guards(&unknowns),
        grants: grants(facts, found),
        rules: rules.to_vec(),
    })
}

fn state_named<'f>(facts: &'f Facts<'_>, name: &str) -> Result<&'f State, String> {
    let states = &facts.definition.states;
    let found = states
        .iter()
        .find(|s| s.name == name || s.pointer.as_str() == name);
    found.ok_or_else(|| {
        let hint = did_you_mean(name, states.iter().map(|s| s.name.as_str()));
        let hint = match hint.is_empty() {
            true => format!(
                "; there are {}",
                few(states.iter().map(|s| s.name.as_str()))
            ),
            false => hint,
        };
        format!("there is no state `{name}`{hint}")
    })
}

fn values(arguments: &Value, parameter: &str, credentials: impl Fn() -> Value) -> Vec<Value> {
    let known = |value: &Value| !matches!(value, Value::Absent);
    let mut all = taint::values_at(arguments, parameter);
    if all.is_empty() && matches!(parameter, "Credentials.RoleArn" | "Credentials") {
        all.push(credentials());
    }
    all.retain(known);
    all
}

fn no_parameter(arguments: &Value, state: &str, parameter: &str) -> String {
    let names: Vec<&str> = match arguments {
        Value::Object { fields, .. } => fields.keys().collect(),
        _ => Vec::new(),
    };
    if names.is_empty() {
        return format!("state `{state}` has no parameter `{parameter}`: it has none");
    }
    let hint = did_you_mean(parameter, names.iter().copied());
    let has = few(names.into_iter());
    format!("state `{state}` has no parameter `{parameter}`{hint}; it has {has}")
}

/// The first few names.
fn few<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<&str> = names.collect();
    let some: Vec<String> = all.iter().take(12).map(|n| format!("`{n}`")).collect();
    match all.len().saturating_sub(some.len()) {
        0 => some.join(", "),
        more => format!("{} and {more} more", some.join(", ")),
    }
}

/// Whether the sink is decided through this parameter, or one around or inside it.
fn names(sink: &TaintedSink, parameter: &str) -> bool {
    let plain = |path: &str| {
        let mut inside = false;
        let kept = path.chars().filter(|c| {
            inside = *c == '[' || inside && *c != ']';
            !inside && *c != ']'
        });
        kept.collect::<String>().to_ascii_lowercase()
    };
    let asked = plain(parameter);
    sink.parameters.iter().any(|p| {
        let path = plain(&p.path);
        path == asked
            || path.starts_with(&format!("{asked}."))
            || asked.starts_with(&format!("{path}."))
    })
}

fn patterns(all: &[Value]) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for value in all.iter().flat_map(|v| v.alternatives().to_vec()) {
        let found = match &value {
            Value::Object { .. } => vec!["an object".to_owned()],
            Value::Array(_) | Value::Each(_) => vec!["an array".to_owned()],
            other => other.patterns().iter().map(ToString::to_string).collect(),
        };
        for text in found {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
    }
    texts
}

fn sources(unknowns: &[&Unknown]) -> Vec<SourceTrace> {
    let mut all: Vec<SourceTrace> = Vec::new();
    for origin in unknowns.iter().flat_map(|u| &u.origins) {
        let kind = kind(&origin.source);
        let path = origin.path.clone();
        if !all.iter().any(|s| s.kind == kind && s.path == path) {
            let steps = origin.steps();
            all.push(SourceTrace { kind, path, steps });
        }
    }
    all
}

fn kind(source: &Source) -> String {
    match source {
        Source::Caller => "whoever starts the execution".to_owned(),
        Source::External => "outside the account".to_owned(),
        Source::TaskResult(state) => format!("the result of `{state}`"),
        Source::Context(field) => format!("the context object ({field})"),
        Source::Deployment(name) => format!("the deployment ({name})"),
        Source::Generated => "the run itself".to_owned(),
        Source::Undecided => "somewhere that is not followed".to_owned(),
    }
}

fn guards(unknowns: &[&Unknown]) -> Vec<GuardTrace> {
    let mut all: Vec<GuardTrace> = Vec::new();
    for guard in unknowns.iter().flat_map(|u| &u.guards) {
        let told = GuardTrace {
            state: guard.state.clone(),
            pointer: guard.pointer.to_string(),
            test: guard.test.clone(),
            excludes: excludes(guard),
        };
        let known = |g: &GuardTrace| g.pointer == told.pointer && g.test == told.test;
        if !all.iter().any(known) {
            all.push(told);
        }
    }
    all
}

const fn excludes(guard: &Guard) -> &'static str {
    match guard.strength {
        Strength::TypeOnly => "nothing of its content: it tests presence or type",
        Strength::DenyList => "some values; every other goes through",
        Strength::OpenPattern => {
            "what does not fit a pattern that leaves account, region or type open"
        }
        Strength::NameOpen => "everything but one account, region and type; the name is open",
        Strength::Finite => "everything but a finite list",
    }
}

fn grants(facts: &Facts<'_>, state: &State) -> Vec<NeedRow> {
    let tasks = map::of(facts).tasks.into_iter();
    let mut own = tasks.filter(|task| task.pointer == state.pointer.as_str());
    own.next().map(|task| task.needs).unwrap_or_default()
}

fn verdict(
    rule: &'static str,
    findings: &[&Finding],
    sinks: &[&TaintedSink],
    unknowns: &[&Unknown],
) -> RuleTrace {
    let mut fired = findings.iter().filter(|f| f.rule() == rule);
    if let Some(finding) = fired.next().filter(|_| !sinks.is_empty()) {
        let suppressed = match finding.suppressed() {
            Some(suppression) => format!(" (suppressed: {})", suppression.reason),
            None => String::new(),
        };
        let why = format!("{}: {}{suppressed}", finding.severity(), finding.title());
        return RuleTrace {
            rule,
            fires: true,
            why,
        };
    }
    RuleTrace {
        rule,
        fires: false,
        why: quiet(rule, sinks, unknowns),
    }
}

fn quiet(rule: &str, sinks: &[&TaintedSink], unknowns: &[&Unknown]) -> String {
    if !unknowns.iter().any(|u| u.is_tainted()) {
        return "nobody outside chooses any part of it".to_owned();
    }
    let is_meant = |sink: &&&TaintedSink| {
        matches!(
            (&sink.kind, rule),
            (SinkKind::Target { .. }, "tainted-target")
                | (SinkKind::Command { .. }, "tainted-command")
                | (SinkKind::Credentials { .. }, "tainted-credentials")
                | (_, "weak-validation")
        )
    };
    let Some(sink) = sinks.iter().find(is_meant) else {
        return match rule {
            "tainted-command" => "it is not executed or interpreted",
            "tainted-credentials" => "it is no role that is assumed or passed",
            "tainted-target" => "it does not decide which resource the task acts on",
            _ => "it decides nothing that is guarded against",
        }
        .to_owned();
    };
    let class = sink.reach.as_ref().map(|reach| reach.class);
    match (rule, class) {
        ("weak-validation", _) if sink.guards().is_empty() => "no guard looks at it".to_owned(),
        ("weak-validation", _) if sink.loose_guards().is_empty() => {
            "the guards hold every part of it".to_owned()
        }
        (_, Some(Class::Nothing)) => "the role does not grant the action on any of it".to_owned(),
        (_, Some(Class::One)) => "it reaches one resource only".to_owned(),
        (_, Some(Class::List)) => "guards or grants leave a finite list of it".to_owned(),
        _ => "the rule is switched off, or another finding tells it".to_owned(),
    }
}
