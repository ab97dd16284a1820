//! Parameters that choose a resource, another party or a role.

use super::locate;
use super::{Parameter, SinkKind, TaintContext, TaintedSink, roles};
use crate::asl::{Kind as StateKind, State, Template};
use crate::catalog::{self, Integration, IntegrationKind, Level, Targets};
use crate::demand::inner_tables;
use crate::glob::{Glob, Token};
use crate::need::{Need, Phase};
use crate::reach::{self, Chosen, Class, Reach};
use crate::sinks::{self, Form, Kind};
use crate::value::{Piece, Source, Value};

/// What this task acts on, and the roles that it passes.
pub fn of_task(
    ground: TaintContext<'_>,
    state: &State,
    integration: &Integration,
) -> Vec<TaintedSink> {
    let mut found = roles::passed(ground, state, integration);
    let mut targets: Vec<TaintedSink> = Vec::new();
    for (action, mut paths) in named_by(integration) {
        paths.retain(|(path, kind)| !names_what_is_made(integration.operation(), path, kind));
        let paths: Vec<&str> = paths.into_iter().map(|(path, _)| path).collect();
        let parameters = parameters(ground, state, &paths, "");
        if parameters.is_empty() {
            continue;
        }
        // A message to the clients of a WebSocket API has an action of its own, which no row names.
        let is_message = |n: &Need| {
            action == "execute-api:Invoke" && n.action == "execute-api:ManageConnections"
        };
        let same =
            |n: &&Need| (n.action.eq_ignore_ascii_case(&action) || is_message(n)) && !n.optional;
        // A call on several resources has a need for each; those that somebody outside chooses count.
        let chosen_outside = |n: &&Need| n.holes.iter().any(|u| u.is_tainted());
        let needs = ground.needs(state.id, Phase::Start).filter(same);
        for need in needs.filter(chosen_outside) {
            let mut reach = reach::of_need(need, chosen_of(need), ground.role);
            if let Some(chosen) = chosen(&paths, &parameters) {
                reach = reach.by_one_of(&need.action, chosen);
            }
            merge(
                &mut targets,
                target(state, &need.action, parameters.clone(), reach, false),
            );
        }
    }
    for sink in sinks::of(integration.service(), integration.operation()) {
        targets_of_row(ground, state, sink, &mut targets);
    }
    found.extend(targets);
    found
}

/// The resources that somebody outside chooses among; all where they are not told apart.
fn chosen_of(need: &Need) -> &[Glob] {
    if need.chosen.is_empty() {
        &need.resources
    } else {
        &need.chosen
    }
}

/// Which of bucket and key is chosen outside, where the other is not.
fn chosen(paths: &[&str], parameters: &[Parameter]) -> Option<Chosen> {
    let last = |path: &str| {
        path.rsplit('.')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    let is_bucket = |path: &str| last(path) == "bucket";
    let is_key = |path: &str| matches!(last(path).as_str(), "key" | "prefix");
    if !paths.iter().any(|p| is_bucket(p)) || !paths.iter().any(|p| is_key(p)) {
        return None;
    }
    let bucket = parameters.iter().any(|p| is_bucket(&p.path));
    let key = parameters.iter().any(|p| is_key(&p.path));
    match (bucket, key) {
        (true, false) => Some(Chosen::Bucket),
        (false, true) => Some(Chosen::Key),
        _ => None,
    }
}

/// Whether the parameter names the resource that the operation makes: a new name chooses nothing that is there already.
fn names_what_is_made(operation: &str, path: &str, kind: &str) -> bool {
    let operation = operation.to_ascii_lowercase();
    let path = path.to_ascii_lowercase();
    let made = match operation.strip_prefix("create") {
        Some(made) => made,
        // A job that is started under a name of its own.
        None => match operation.strip_prefix("start") {
            Some(made) if made.ends_with("job") && path != "jobname" => made,
            _ => return false,
        },
    };
    // A token is made for an environment, whose name it is that the request holds.
    let kind: String = kind.chars().filter(char::is_ascii_alphanumeric).collect();
    let is_of_another = !made.contains(&kind) && !kind.contains(made);
    let own = path.strip_prefix(made).unwrap_or(&path);
    let is_name = matches!(own, "name" | "id" | "identifier" | "" | "input.name");
    is_name && (path != "id" || own == "id") && !(own == path && is_of_another)
}

fn target(
    state: &State,
    action: &str,
    parameters: Vec<Parameter>,
    reach: Reach,
    outward: bool,
) -> TaintedSink {
    let level = catalog::action(action).map(|i| i.level());
    TaintedSink {
        state: state.id,
        kind: SinkKind::Target {
            actions: vec![action.to_owned()],
            reads: matches!(level, Some(Level::Read | Level::List)),
            outward,
        },
        parameters,
        reach: Some(reach),
    }
}

/// One task's targets through the same parameter, or for the same action, are told once: as the one that reaches most.
fn merge(found: &mut Vec<TaintedSink>, new: TaintedSink) {
    let actions = |sink: &TaintedSink| match &sink.kind {
        SinkKind::Target { actions, .. } => actions.clone(),
        _ => Vec::new(),
    };
    let shares = |old: &&mut TaintedSink| {
        let same_action = actions(old).iter().any(|a| actions(&new).contains(a));
        let paths = |sink: &TaintedSink| -> Vec<String> {
            sink.parameters.iter().map(|p| p.path.clone()).collect()
        };
        let theirs = paths(old);
        same_action || paths(&new).iter().any(|p| theirs.contains(p))
    };
    let Some(old) = found.iter_mut().find(shares) else {
        found.push(new);
        return;
    };
    let weight = |sink: &TaintedSink| {
        let writes = !matches!(sink.kind, SinkKind::Target { reads: true, .. });
        let class = sink.reach.as_ref().map(|r| r.class);
        (class > Some(Class::Nothing), writes, class)
    };
    let (mut first, second) = if weight(&new) > weight(old) {
        (new, old.clone())
    } else {
        (old.clone(), new)
    };
    for parameter in second.parameters.clone() {
        if !first.parameters.iter().any(|p| p.path == parameter.path) {
            first.parameters.push(parameter);
        }
    }
    let more = actions(&second);
    if let SinkKind::Target { actions, .. } = &mut first.kind {
        let new = more.into_iter().filter(|a| !actions.contains(a));
        let new: Vec<String> = new.collect();
        actions.extend(new);
    }
    *old = first;
}

/// Which request parameters name the resources of each action that starts the work, with the resource type of each.
fn named_by(integration: &Integration) -> Vec<(String, Vec<(&'static str, &'static str)>)> {
    let paths = |targets: &Targets| targets.named().collect::<Vec<_>>();
    match &integration.kind {
        IntegrationKind::Optimized(row) => row
            .uses
            .iter()
            .filter(|u| u.phase == Phase::Start && !u.optional)
            .flat_map(|u| {
                let paths = paths(&u.targets);
                u.actions
                    .iter()
                    .map(move |a| ((*a).to_owned(), paths.clone()))
            })
            .collect(),
        IntegrationKind::Sdk { service, operation }
            if service == "dynamodb" && !inner_tables(operation.name).is_empty() =>
        {
            let inner = inner_tables(operation.name).iter();
            inner
                .map(|(a, p)| ((*a).to_owned(), vec![(*p, "table")]))
                .collect()
        }
        IntegrationKind::Sdk { operation, .. } => operation
            .own_uses()
            .map(|u| (u.action.clone(), paths(&u.targets)))
            .collect(),
        _ => Vec::new(),
    }
}

/// The parameters at these paths that somebody outside decides.
pub fn parameters(
    ground: TaintContext<'_>,
    state: &State,
    paths: &[&str],
    reason: &'static str,
) -> Vec<Parameter> {
    let arguments = ground.flow.arguments(state.id);
    tainted(state, state.arguments.as_ref(), arguments, paths, reason)
}

fn tainted(
    state: &State,
    template: Option<&Template>,
    arguments: &Value,
    paths: &[&str],
    reason: &'static str,
) -> Vec<Parameter> {
    let mut found: Vec<Parameter> = Vec::new();
    for place in paths.iter().flat_map(|p| locate::places(arguments, p)) {
        let path = place.path();
        if place.value.is_tainted()
            && !is_fresh(&place.value)
            && !found.iter().any(|p| p.path == path)
        {
            found.push(Parameter {
                pointer: locate::tainted_pointer(state, template, &place),
                path,
                value: place.value,
                reason,
            });
        }
    }
    found
}

/// Whether the value holds a random part, so that it names nothing that is there already.
fn is_fresh(value: &Value) -> bool {
    let random = |piece: &Piece| match piece {
        Piece::Hole(unknown) => {
            !unknown.origins.is_empty()
                && unknown.origins.iter().all(|o| {
                    o.source == Source::Generated
                        && matches!(o.path.as_str(), "States.UUID" | "$uuid()")
                })
        }
        Piece::Literal(_) => false,
    };
    match value {
        Value::Text(pieces) => pieces.iter().any(random),
        _ => false,
    }
}

fn targets_of_row(
    ground: TaintContext<'_>,
    state: &State,
    sink: &'static sinks::Sink,
    targets: &mut Vec<TaintedSink>,
) {
    let Kind::Target {
        action,
        condition,
        free,
        outward,
        form,
    } = &sink.kind
    else {
        return;
    };
    let parameters = parameters(ground, state, &[&sink.parameter], &sink.reason);
    if parameters.is_empty() {
        return;
    }
    let chosen = parameters.iter().flat_map(|p| p.value.alternatives());
    let chosen = chosen.filter(|value| value.is_tainted());
    let wanted: Vec<Glob> = chosen.flat_map(Value::patterns).collect();
    let reach = match form {
        Some(Form::S3Url) => {
            let arns: Vec<Glob> = wanted.iter().map(s3_object).collect();
            reach::of_resources(action, &arns, ground.role)
        }
        None => reach::of_values(
            action,
            condition.as_deref(),
            &wanted,
            ground.role.filter(|_| !free),
            arn_or_name,
            reach::class_of_texts,
        ),
    };
    merge(targets, target(state, action, parameters, reach, *outward));
}

/// `s3://bucket/key` as the object's ARN.
fn s3_object(url: &Glob) -> Glob {
    let head: Vec<Token> = "s3://".chars().map(Token::Char).collect();
    let mut arn = Glob::literal("arn:aws:s3:::");
    match url.tokens().strip_prefix(head.as_slice()) {
        Some(rest) => rest.iter().for_each(|t| arn.push(*t)),
        None => arn.push(Token::Any),
    }
    arn
}

/// A name where the condition key holds an ARN, or the other way round.
fn arn_or_name(value: &Glob) -> Vec<Glob> {
    let mut arn = Glob::parse("arn:*/");
    arn.extend(value);
    vec![value.clone(), arn]
}

/// What Distributed Maps read their items from and write their results to.
pub fn of_maps(ground: TaintContext<'_>) -> Vec<TaintedSink> {
    let mut found = Vec::new();
    for state in &ground.definition.states {
        let StateKind::Map(map) = &state.kind else {
            continue;
        };
        let reader = map.item_reader.as_ref().and_then(|r| r.arguments.as_ref());
        let writer = map
            .result_writer
            .as_ref()
            .and_then(|w| w.arguments.as_ref());
        let sides = [
            (
                Phase::ItemReader,
                ground.flow.item_reader(state.id),
                reader,
                &["Bucket", "Key", "Prefix"][..],
            ),
            (
                Phase::ResultWriter,
                ground.flow.result_writer(state.id),
                writer,
                &["Bucket", "Prefix"][..],
            ),
        ];
        for (phase, arguments, template, paths) in sides {
            let parameters = tainted(state, template, arguments, paths, "");
            if parameters.is_empty() {
                continue;
            }
            let mut targets = Vec::new();
            let tainted_need = |n: &&Need| !n.optional && n.holes.iter().any(|u| u.is_tainted());
            for need in ground.needs(state.id, phase).filter(tainted_need) {
                let mut reach = reach::of_need(need, chosen_of(need), ground.role);
                if let Some(chosen) = chosen(paths, &parameters) {
                    reach = reach.by_one_of(&need.action, chosen);
                }
                merge(
                    &mut targets,
                    target(state, &need.action, parameters.clone(), reach, false),
                );
            }
            found.extend(targets);
        }
    }
    found
}
