use super::{Meta, Rule};
use crate::entry_points::{EntryPoint, Fill, Kind};
use crate::facts::Facts;
use crate::facts::entry::Steer;
use crate::finding::{Finding, FindingBuilder};
use crate::rule_id::RuleId;
use crate::severity::Severity;
use crate::workflow::WorkflowType;

/// `public-invocation`
pub struct PublicInvocation;

impl Rule for PublicInvocation {
    fn meta(&self) -> &'static Meta {
        meta!(
            "public-invocation",
            from [EntryPoints, Principals, Functions, Settings, ResourcePolicies],
            builds_on ["tainted-target", "tainted-command", "tainted-credentials"],
            "medium; high for EXPRESS that is not fully logged; that of a tainted finding on a path that the request fills",
            "somebody without AWS credentials can begin an execution"
        )
    }

    fn check(&self, _facts: &Facts<'_>, _out: &mut Vec<Finding>) {}

    fn review(&self, facts: &Facts<'_>, found: &[Finding], out: &mut Vec<Finding>) {
        let mut told: Vec<(&str, Kind)> = Vec::new();
        for point in facts.entry.points.iter().filter(|p| p.public) {
            told.push((&point.name, point.kind));
            out.push(tell(
                facts,
                self.meta().id,
                point,
                steered(facts, found, point),
            ));
        }
        // What a public request begins may hand its input on to this workflow.
        let steers = facts.entry.steering.iter().flat_map(|s| &s.points);
        for steer in steers.filter(|s| s.who.public && !s.via.is_empty()) {
            let place = (steer.who.name.as_str(), steer.who.kind);
            let Some(worst) = steered(facts, found, steer.who) else {
                continue;
            };
            if !told.contains(&place) {
                told.push(place);
                out.push(through(facts, self.meta().id, steer, worst));
            }
        }
    }
}

/// The worst tainted finding of high or more that the request fills.
fn steered<'f>(facts: &Facts<'_>, found: &'f [Finding], point: &EntryPoint) -> Option<&'f Finding> {
    let pairs = facts.taint.iter().zip(&facts.entry.steering);
    let filled = pairs.filter(|(_, steering)| {
        let mut points = steering.points.iter();
        points.any(|s| s.who.kind == point.kind && s.who.name == point.name)
    });
    let pointers: Vec<_> = filled
        .flat_map(|(sink, _)| sink.parameters.iter().map(|p| &p.pointer))
        .collect();
    let tainted = found.iter().filter(|f| {
        f.rule().is_tainted()
            && f.severity() >= Severity::High
            && f.pointer().is_some_and(|p| pointers.contains(&p))
    });
    tainted.max_by_key(|f| f.severity())
}

fn tell(facts: &Facts<'_>, id: RuleId, point: &EntryPoint, worst: Option<&Finding>) -> Finding {
    let express = facts.workflow.kind == WorkflowType::Express && !facts.workflow.is_fully_logged();
    let own = match express {
        true => Severity::High,
        false => Severity::Medium,
    };
    let severity = match (point.kind, worst) {
        // Its code may check what comes.
        (Kind::FunctionUrl, _) => Severity::Medium,
        (_, Some(worst)) => own.max(worst.severity()),
        (_, None) => own,
    };
    let mut finding = facts.finding(
        id,
        severity,
        format!("{}\n{}", point.kind.word(), point.name),
        format!(
            "anybody can begin an execution through {}",
            point.in_words()
        ),
        detail(facts, point, worst, express),
        fix(point),
    );
    concern(&mut finding, worst);
    finding.principals(point.role.iter().map(ToString::to_string).collect());
    finding.build()
}

fn detail(facts: &Facts<'_>, point: &EntryPoint, worst: Option<&Finding>, express: bool) -> String {
    let fills = match (point.kind, point.fill) {
        (Kind::FunctionUrl, _) => {
            "the function's code decides what of the request becomes the input"
        }
        (_, Fill::Whole) => "the request becomes the whole input",
        (_, Fill::Part) => "the request fills a part of the input",
        (_, Fill::Constant) => "the input is constant, so that nobody chooses more than when",
        (_, Fill::Unknown) => {
            "what of the request becomes the input is not understood, and is taken to be all of it"
        }
    };
    let mut detail = format!("{}: {fills}", point.in_words());
    if let Some(worst) = worst {
        let state = worst.state().unwrap_or_default();
        let reach = worst.reach().unwrap_or("*");
        detail.push_str(&format!(
            "; with it, whoever sends the request decides `{state}`: {} on {reach} (`{}`)",
            worst.actions().join(", "),
            worst.rule()
        ));
    }
    if express {
        detail.push_str(&format!(
            "; `{}` is EXPRESS and not fully logged, and a synchronous start is in no CloudTrail event: nothing tells what was done",
            facts.workflow.name
        ));
    }
    if !point.note.is_empty() {
        detail.push_str(&format!("; {}", point.note));
    }
    detail
}

fn fix(point: &EntryPoint) -> String {
    let how = match point.kind {
        Kind::RestApi => {
            "set the method's authorizationType to AWS_IAM, COGNITO_USER_POOLS or CUSTOM (an API key alone is none), or let a resource policy name the networks or accounts, and deploy"
        }
        Kind::HttpApi => "give the route an authorizer: AuthorizationType JWT, AWS_IAM or CUSTOM",
        Kind::WebsocketApi => {
            "give the `$connect` route an authorizer: AuthorizationType AWS_IAM or CUSTOM"
        }
        Kind::Appsync => {
            "authenticate with AWS_IAM, a user pool, OpenID Connect or a function instead of an API key"
        }
        Kind::FunctionUrl => {
            "set the URL's AuthType to AWS_IAM, or let the code check who calls before it starts the workflow"
        }
        Kind::Pipe => {
            "let the policy of the queue that the pipe reads name who may send messages to it, not everybody"
        }
        Kind::EventRule => {
            "let the policy of the bucket whose events the rule matches name who may put objects into it, not everybody"
        }
        _ => "let only known principals begin executions",
    };
    match (point.kind, point.fill) {
        (Kind::FunctionUrl | Kind::Pipe | Kind::EventRule, _) | (_, Fill::Constant) => {
            how.to_owned()
        }
        _ => format!(
            "{how}; and pass on only the fields that the workflow needs, by a mapping template"
        ),
    }
}

fn through(facts: &Facts<'_>, id: RuleId, steer: &Steer<&EntryPoint>, worst: &Finding) -> Finding {
    let point = steer.who;
    let way: Vec<String> = steer
        .via
        .iter()
        .map(|arn| format!("`{}`", arn.name()))
        .collect();
    let severity = match point.kind {
        Kind::FunctionUrl => Severity::Medium,
        _ => worst.severity(),
    };
    let mut finding = facts.finding(
        id,
        severity,
        format!("{}\n{}\n{}", point.kind.word(), point.name, way.join(" ")),
        format!(
            "anybody steers it through {} and {}",
            point.in_words(),
            way.join(" → ")
        ),
        format!(
            "{} → {} → `{}`: what the request fills is handed on, and decides {} on {} (`{}`)",
            point.in_words(),
            way.join(" → "),
            facts.workflow.name,
            worst.actions().join(", "),
            worst.reach().unwrap_or("*"),
            worst.rule()
        ),
        fix(point),
    );
    concern(&mut finding, Some(worst));
    finding.via(steer.via.clone());
    finding.build()
}

/// Where it leads, where it leads somewhere.
fn concern(finding: &mut FindingBuilder, worst: Option<&Finding>) {
    if let Some(worst) = worst {
        finding
            .at(worst.place().clone())
            .actions(worst.actions().to_vec())
            .resources(worst.resources().to_vec())
            .reach(worst.reach().map(str::to_owned))
            .trace(worst.trace().to_vec());
    }
}
