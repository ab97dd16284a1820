//! The needs of one call: optimized, through the SDK, or a bare function.

use super::lookup::{Presence, is_present, lookup, presence};
use super::management::management_path;
use super::pattern::{Openness, or_any, patterns};
use super::required::{Alternatives, requirements};
use super::resolve::{self, Resolved};
use super::{Home, Maker, dynamodb, forwarded, request, roles, typed};
use crate::asl::{Segment, Text};
use crate::catalog::{Operation, Optimized, Pattern, TargetSpec, Targets};
use crate::glob::Glob;
use crate::need::{Need, Phase, Target};
use crate::value::{Origin, Piece, Source, Unknown, Value};

/// The three actions on a managed rule (Step Functions Developer Guide, "Run a Job (.sync)").
const RULE_ACTIONS: [&str; 3] = ["events:PutTargets", "events:PutRule", "events:DescribeRule"];

/// An optimized integration's needs.
pub(super) fn optimized(
    maker: &Maker<'_>,
    row: &Optimized,
    pattern: Pattern,
    arguments: &Value,
) -> Vec<Need> {
    let mut needs = Vec::new();
    let gateway = (row.id == "apigateway:invoke").then(|| signs(arguments));
    if gateway == Some(Signs::Never) {
        return needs;
    }
    for used in &row.uses {
        if matches!(used.phase, Phase::Poll | Phase::Cancel) && !pattern.is_sync() {
            continue;
        }
        for action in &used.actions {
            let found = requirements(maker, action, &used.targets, arguments);
            let optional = used.optional || gateway == Some(Signs::Maybe);
            // An extra for a parameter that the request does not have is no need at all.
            if used.optional && found.is_none() {
                continue;
            }
            let found = special(maker, action, arguments)
                .or(found)
                .unwrap_or_default();
            let action = websocket(action, &found).unwrap_or(action);
            for mut need in maker.needs(action, found, used.phase, optional) {
                widen(&mut need, &used.targets);
                // The reference lists no resource for it, the developer guide's own policy names the workflow ("Call HTTPS
                // APIs").
                if need.action == "states:InvokeHTTPEndpoint" {
                    need.companions
                        .push(super::map::own(maker.home, "stateMachine"));
                    request::http(&mut need, arguments, maker.home);
                }
                request::qualifier(&mut need, arguments, maker.home);
                if used.phase == Phase::Start {
                    request::parameters(&mut need, arguments, maker.home);
                }
                needs.push(need);
            }
        }
    }
    if let (Some(rule), true) = (row.rule, pattern.is_sync()) {
        needs.extend(managed_rule(maker, rule));
    }
    for pass in &row.passes {
        needs.extend(roles::passed(
            maker,
            pass.principal,
            &pass.paths,
            arguments,
            false,
        ));
    }
    if let Some(operation) = row.sdk_operation() {
        needs.extend(beside(maker, row.sdk_service(), &operation, arguments));
    }
    needs
}

/// What a call needs beside its own action: what tags what it makes, and what the service does in its caller's name.
fn beside(maker: &Maker<'_>, service: &str, operation: &Operation, arguments: &Value) -> Vec<Need> {
    let mut needs = Vec::new();
    for used in operation.uses.iter().filter(|u| u.only_with.is_some()) {
        let Some(presence) = used.only_with.map(|p| presence(arguments, p)) else {
            continue;
        };
        if presence == Presence::Never {
            continue;
        }
        let found = requirements(maker, &used.action, &used.targets, arguments).unwrap_or_default();
        // What is made in several kinds is tagged in each that it comes in; a row cannot tell in which.
        let any = vec![found.into_iter().flatten().collect()];
        let optional = used.optional || presence == Presence::Maybe;
        needs.extend(maker.needs(&used.action, any, Phase::Start, optional));
    }
    needs.extend(forwarded::needs(maker, service, operation.name, arguments));
    needs
}

/// A row that says `*` for an action with resource types means every resource.
fn widen(need: &mut Need, targets: &Targets) {
    if *targets == Targets::Star {
        need.resources = vec![Glob::any()];
        need.chosen.clear();
        need.companions.clear();
    }
}

fn managed_rule(maker: &Maker<'_>, rule: &str) -> Vec<Need> {
    let home = maker.home;
    let arn = super::pattern::arn(
        &or_any(&home.partition),
        "events",
        &or_any(&home.region),
        &or_any(&home.account),
        &Glob::literal(&format!("rule/{rule}")),
    );
    RULE_ACTIONS
        .iter()
        .map(|action| {
            let resolved = Resolved::plain(arn.clone(), Openness::Closed);
            maker.need(action, vec![resolved], Phase::CompletionEvent, false)
        })
        .collect()
}

/// The resources of one target of a row; `None` where the request does not use it.
pub(super) fn one(
    maker: &Maker<'_>,
    action: &str,
    spec: &TargetSpec,
    arguments: &Value,
) -> Option<Vec<Resolved>> {
    let service = action.split_once(':').map_or("", |(s, _)| s);
    if spec.kind == "uri" {
        let path = match spec.fills.as_slice() {
            [crate::catalog::Fill::Name { path, .. }] => path,
            _ => return None,
        };
        return Some(management_path(path, arguments, maker.home));
    }
    let elsewhere = named_account(service, arguments, maker.home);
    let home = elsewhere.as_ref().unwrap_or(maker.home);
    let found = resolve::resolve(service, spec, arguments, home)?;
    if spec.kind != "*" {
        return Some(found);
    }
    let said = lookup(arguments, "ResourceType");
    let said = match said.as_slice() {
        [only] => only.as_text(),
        _ => None,
    };
    let named = found
        .into_iter()
        .flat_map(|r| typed::of_the_types(action, spec, said, r, maker.home))
        .collect::<Vec<_>>();
    (!named.is_empty()).then_some(named)
}

/// The parameters that name the account in which a call's resources stand, by the prefix of the action (AWS Glue Developer
/// Guide, "Specifying AWS Glue resource ARNs"; the API references of the others).
const ACCOUNTS: [(&str, &str); 6] = [
    ("budgets", "AccountId"),
    ("ecr", "registryId"),
    ("glue", "CatalogId"),
    ("quicksight", "AwsAccountId"),
    ("s3", "AccountId"),
    ("sqs", "QueueOwnerAWSAccountId"),
];

/// The home of the resources of a request that names their account.
fn named_account(service: &str, arguments: &Value, home: &Home) -> Option<Home> {
    let (_, parameter) = ACCOUNTS.iter().find(|(s, _)| *s == service)?;
    let found = lookup(arguments, parameter);
    let [only] = found.as_slice() else {
        return None;
    };
    let account = only.as_text()?;
    let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    is_account.then(|| Home {
        account: account.to_owned(),
        ..home.clone()
    })
}

/// Calls whose resources no row can name.
fn special(maker: &Maker<'_>, action: &str, arguments: &Value) -> Option<Vec<Alternatives>> {
    match action {
        "lambda:InvokeFunction" => qualified(maker, arguments).map(|found| vec![found]),
        // A text message goes to a telephone number, which has no ARN.
        "sns:Publish"
            if !is_present(arguments, "TopicArn") && !is_present(arguments, "TargetArn") =>
        {
            let numbers = lookup(arguments, "PhoneNumber");
            let sends = numbers.iter().any(|v| !matches!(v, Value::Absent));
            sends.then(|| vec![vec![Resolved::plain(Glob::any(), Openness::Generated)]])
        }
        _ => None,
    }
}

/// A function with the `Qualifier` parameter.
fn qualified(maker: &Maker<'_>, arguments: &Value) -> Option<Vec<Resolved>> {
    if matches!(
        lookup(arguments, "Qualifier").as_slice(),
        [Value::Absent] | []
    ) || matches!(arguments, Value::Any(_))
    {
        return None;
    }
    let name = |path| crate::catalog::Fill::Name {
        path,
        default: None,
    };
    let function = TargetSpec {
        kind: "function",
        fills: vec![name("FunctionName")],
    };
    let functions = resolve::resolve("lambda", &function, arguments, maker.home)?;
    let qualifiers: Vec<_> = lookup(arguments, "Qualifier")
        .iter()
        .flat_map(super::lookup::spellings)
        .flat_map(|pieces| patterns(&pieces, maker.home))
        .collect();
    let mut found = Vec::new();
    for function in &functions {
        for qualifier in &qualifiers {
            let mut both = function.clone();
            both.glob.extend(&Glob::literal(":"));
            both.glob.extend(&qualifier.glob);
            both.holes.extend(qualifier.holes.iter().cloned());
            if both.open == Openness::Closed {
                both.open = qualifier.open;
            }
            found.push(both);
        }
    }
    (!found.is_empty()).then_some(found)
}

/// A message to the clients of a WebSocket API goes to its `@connections` path and has an action of its own
/// (Amazon API Gateway Developer Guide, "Use @connections commands").
fn websocket(action: &str, found: &[Alternatives]) -> Option<&'static str> {
    let connections: Glob = Glob::parse("*/@connections*");
    let mut each = found.iter().flatten().peekable();
    let all = each.peek().is_some() && each.all(|r| connections.includes(&r.glob));
    (action == "execute-api:Invoke" && all).then_some("execute-api:ManageConnections")
}

/// Whether a call of an API Gateway API is signed with the role.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Signs {
    Always,
    Maybe,
    Never,
}

fn signs(arguments: &Value) -> Signs {
    let words: Vec<Value> = lookup(arguments, "AuthType");
    let signed = |v: &Value| match v {
        Value::Absent | Value::Null => Signs::Never,
        other => match other.as_text() {
            Some("IAM_ROLE") => Signs::Always,
            Some(_) => Signs::Never,
            None => Signs::Maybe,
        },
    };
    match words.as_slice() {
        [only] => signed(only),
        several if several.iter().all(|v| signed(v) == Signs::Never) => Signs::Never,
        _ => Signs::Maybe,
    }
}

/// An SDK integration's needs.
pub(super) fn sdk(
    maker: &Maker<'_>,
    service: &str,
    operation: &Operation,
    arguments: &Value,
) -> Vec<Need> {
    let mut needs = Vec::new();
    if service == "dynamodb"
        && let Some(uses) = dynamodb::tables_of(operation.name, arguments, maker.home)
    {
        return uses
            .into_iter()
            .flat_map(|(action, found)| maker.needs(action, found, Phase::Start, false))
            .collect();
    }
    for used in operation.uses.iter().filter(|u| u.only_with.is_none()) {
        let found = special(maker, &used.action, arguments)
            .or_else(|| requirements(maker, &used.action, &used.targets, arguments))
            .unwrap_or_default();
        let unfilled = found.is_empty();
        for mut need in maker.needs(&used.action, found, Phase::Start, used.optional) {
            if unfilled && need.target == Target::NotDerivable && matches!(arguments, Value::Any(_))
            {
                need.holes = holes(arguments);
            }
            if service == "kms" {
                request::alias(&mut need, arguments, maker.home);
            }
            request::qualifier(&mut need, arguments, maker.home);
            request::parameters(&mut need, arguments, maker.home);
            // Integrations of their own may add tags that no definition shows; a call through the SDK is as it is written.
            need.tags = request::tags(arguments);
            needs.push(need);
        }
        needs.extend(instances(maker, &used.action, arguments));
    }
    needs.extend(roles::of_operation(maker, operation, arguments));
    needs.extend(beside(maker, service, operation, arguments));
    needs
}

/// Commands run on instances that tags or groups choose as well as on those that the request names.
fn instances(maker: &Maker<'_>, action: &str, arguments: &Value) -> Option<Need> {
    if action != "ssm:SendCommand" || is_present(arguments, "InstanceIds") {
        return None;
    }
    let place = |service: &str, resource: &str| {
        super::pattern::arn(
            &or_any(&maker.home.partition),
            service,
            &or_any(&maker.home.region),
            &or_any(&maker.home.account),
            &Glob::parse(resource),
        )
    };
    let any = [("ec2", "instance/*"), ("ssm", "managed-instance/*")]
        .map(|(service, resource)| Resolved::plain(place(service, resource), Openness::Generated));
    Some(maker.need(action, any.into(), Phase::Start, false))
}

fn holes(arguments: &Value) -> Vec<Unknown> {
    match arguments {
        Value::Any(unknown) => vec![unknown.clone()],
        _ => Vec::new(),
    }
}

/// A bare function ARN as the task's resource.
pub(super) fn function(maker: &Maker<'_>, resource: &Text) -> Need {
    let pieces: Vec<Piece> = resource
        .0
        .iter()
        .map(|segment| match segment {
            Segment::Literal(text) => Piece::Literal(text.clone()),
            Segment::Unresolved(name) => Piece::Hole(deployed(name)),
        })
        .collect();
    let found = patterns(&pieces, maker.home)
        .into_iter()
        .map(|p| Resolved {
            holes: p.holes,
            ..Resolved::plain(p.glob, p.open)
        })
        .collect();
    maker.need("lambda:InvokeFunction", found, Phase::Start, false)
}

/// A resource that only a deployment names is mostly a function; it may be an activity or another integration, too.
pub(super) fn unresolved(maker: &Maker<'_>) -> Need {
    let mut need = maker.need("lambda:InvokeFunction", Vec::new(), Phase::Start, true);
    need.target = Target::Deployment;
    need
}

fn deployed(name: &str) -> Unknown {
    Unknown {
        origins: vec![std::sync::Arc::new(Origin {
            source: Source::Deployment(name.to_owned()),
            path: String::new(),
            trace: Vec::new(),
        })],
        ..Unknown::default()
    }
}
