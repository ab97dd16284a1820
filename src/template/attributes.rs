//! What `Ref` and `Fn::GetAtt` give of a resource that does not exist yet: ARNs and names that are valid, and equal for
//! equal resources (CloudFormation template reference, "Return values" of each type).

use serde_json::Value;

use super::data::{self, Reference};
use super::resolve::unknown;
use super::resource::Resource;
use super::scope::Scope;

/// The property that gives a resource its name.
pub(super) fn name_property(kind: &str) -> Option<&'static str> {
    match data::resource_type(kind) {
        Some(known) => known.name_property,
        // Nearly every type that can be named has its name there.
        None => Some("Name"),
    }
}

/// The ARN of a resource; of a type that is not in the table, one of the type's service with the name behind it.
pub(super) fn arn(scope: &Scope, resource: &Resource) -> String {
    if let Some(arn) = &resource.arn {
        return arn.clone();
    }
    match resource.kind.as_str() {
        "AWS::Lambda::Alias" => return qualified(scope, resource, "FunctionName", "Name", "live"),
        "AWS::Lambda::Version" => return qualified(scope, resource, "FunctionName", "", "1"),
        "AWS::StepFunctions::StateMachineVersion" => {
            return qualified(scope, resource, "StateMachineArn", "", "1");
        }
        "AWS::StepFunctions::StateMachineAlias" => return of_alias(scope, resource),
        _ => {}
    }
    let name = scope.name(resource);
    let service = resource
        .kind
        .split("::")
        .nth(1)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let generic = format!("arn:{{p}}:{service}:{{r}}:{{a}}:{{n}}");
    let form = data::resource_type(&resource.kind).map_or(generic.as_str(), |known| known.arn);
    let pseudo = |name: &str| scope.pseudo(name).unwrap_or_default();
    let path = match resource.kind.as_str() {
        kind if kind.starts_with("AWS::IAM::") => path(scope, resource),
        "AWS::Events::Rule" => bus(scope, resource),
        "AWS::Scheduler::Schedule" => return schedule(scope, resource, &name),
        _ => String::new(),
    };
    // A parameter's or role's name may begin with the slash that the ARN has already.
    let name = match form.contains("/{n}") {
        true => name.trim_start_matches('/'),
        false => name.as_str(),
    };
    form.replace("{p}", &pseudo("AWS::Partition"))
        .replace("{r}", &pseudo("AWS::Region"))
        .replace("{a}", &pseudo("AWS::AccountId"))
        .replace("{n}", &format!("{path}{name}"))
}

/// `Ref`
pub(super) fn reference(scope: &Scope, resource: &Resource) -> Value {
    if resource.kind == "AWS::SQS::Queue" {
        return Value::String(queue_url(scope, resource));
    }
    let versioned = [
        "AWS::Lambda::Alias",
        "AWS::Lambda::Version",
        "AWS::StepFunctions::StateMachineAlias",
        "AWS::StepFunctions::StateMachineVersion",
    ];
    let gives = match data::resource_type(&resource.kind) {
        Some(known) => known.reference,
        None if versioned.contains(&resource.kind.as_str()) => Reference::Arn,
        None => Reference::Id,
    };
    Value::String(match gives {
        Reference::Name => scope.name(resource),
        Reference::Arn => arn(scope, resource),
        Reference::Id => scope.made_up(resource),
    })
}

/// `Fn::GetAtt`, where it is a name, an ARN or an id. Anything else is known to the deployment only.
pub(super) fn attribute(scope: &Scope, resource: &Resource, attribute: &str) -> Option<Value> {
    let name = || scope.name(resource);
    let text = match (resource.kind.as_str(), attribute) {
        ("AWS::Lambda::Function" | "AWS::StepFunctions::StateMachine", "Alias" | "Version")
            if scope.made_beside(&resource.id, attribute).is_some() =>
        {
            arn(scope, scope.made_beside(&resource.id, attribute)?)
        }
        ("AWS::SQS::Queue", "QueueUrl") => queue_url(scope, resource),
        ("AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable", "StreamArn") => {
            format!("{}/stream/2000-01-01T00:00:00.000", arn(scope, resource))
        }
        ("AWS::Lambda::Function", "Version") | ("AWS::Lambda::Version", "Version") => {
            "1".to_owned()
        }
        ("AWS::S3::Bucket", "DomainName" | "RegionalDomainName") => {
            format!("{}.s3.amazonaws.com", name())
        }
        ("AWS::Cognito::UserPool", "UserPoolId") | ("AWS::Cognito::UserPool", "ProviderName") => {
            name()
        }
        (
            "AWS::AppSync::GraphQLApi" | "AWS::ApiGatewayV2::Api" | "AWS::ApiGateway::RestApi",
            "ApiId" | "RestApiId",
        ) => scope.made_up(resource),
        ("AWS::IAM::Role", "RoleId") => return None,
        (kind, "Arn") if kind.starts_with("Custom::") => return None,
        ("AWS::CloudFormation::CustomResource" | "AWS::CloudFormation::Stack", _) => return None,
        (_, "Arn") => arn(scope, resource),
        (kind, attribute) => {
            let own = kind.rsplit("::").next().unwrap_or_default();
            match attribute.strip_prefix(own) {
                Some("Arn") => arn(scope, resource),
                Some("Name" | "Id") => name(),
                _ if attribute == "Name" => name(),
                _ if attribute.ends_with("Arn") && is_made_up(kind) => arn(scope, resource),
                _ => return None,
            }
        }
    };
    Some(Value::String(text))
}

/// Whether AWS makes up what names a resource of the type.
fn is_made_up(kind: &str) -> bool {
    data::resource_type(kind).is_some_and(|known| known.reference == Reference::Id)
}

fn queue_url(scope: &Scope, resource: &Resource) -> String {
    let pseudo = |name: &str| scope.pseudo(name).unwrap_or_default();
    format!(
        "https://sqs.{}.{}/{}/{}",
        pseudo("AWS::Region"),
        pseudo("AWS::URLSuffix"),
        pseudo("AWS::AccountId"),
        scope.name(resource)
    )
}

/// The path of a role, user or policy, without its first slash.
fn path(scope: &Scope, resource: &Resource) -> String {
    let path = resource
        .get("Path")
        .and_then(|path| scope.shown(path))
        .unwrap_or_default();
    path.trim_start_matches('/').to_owned()
}

/// The bus of a rule in the rule's ARN; the default one is not told.
fn bus(scope: &Scope, resource: &Resource) -> String {
    let bus = resource
        .get("EventBusName")
        .and_then(|bus| scope.shown(bus))
        .unwrap_or_default();
    match bus.rsplit('/').next().unwrap_or_default() {
        "" | "default" => String::new(),
        name => format!("{}/", super::scope::plain(name)),
    }
}

fn schedule(scope: &Scope, resource: &Resource, name: &str) -> String {
    let group = resource
        .get("GroupName")
        .and_then(|group| scope.shown(group));
    let group = super::scope::plain(&group.unwrap_or_else(|| "default".to_owned()));
    let pseudo = |name: &str| scope.pseudo(name).unwrap_or_default();
    format!(
        "arn:{}:scheduler:{}:{}:schedule/{group}/{name}",
        pseudo("AWS::Partition"),
        pseudo("AWS::Region"),
        pseudo("AWS::AccountId")
    )
}

/// The ARN of what a version or alias belongs to, and its own name behind it.
fn qualified(scope: &Scope, resource: &Resource, of: &str, name: &str, otherwise: &str) -> String {
    let owner = resource
        .get(of)
        .and_then(|owner| scope.shown(owner))
        .unwrap_or_default();
    let owner = match owner.starts_with("arn:") || of != "FunctionName" {
        true => owner,
        false => {
            let pseudo = |name: &str| scope.pseudo(name).unwrap_or_default();
            let (p, r, a) = (
                pseudo("AWS::Partition"),
                pseudo("AWS::Region"),
                pseudo("AWS::AccountId"),
            );
            format!("arn:{p}:lambda:{r}:{a}:function:{owner}")
        }
    };
    let name = resource.get(name).and_then(|name| scope.shown(name));
    format!("{owner}:{}", name.unwrap_or_else(|| otherwise.to_owned()))
}

/// An alias names the workflow only through the versions that it routes to.
fn of_alias(scope: &Scope, resource: &Resource) -> String {
    let routed = resource
        .get("RoutingConfiguration")
        .and_then(|routes| routes.get(0)?.get("StateMachineVersionArn"));
    let preferred = resource
        .get("DeploymentPreference")
        .and_then(|p| p.get("StateMachineVersionArn"));
    let version = routed
        .or(preferred)
        .and_then(|version| scope.shown(version))
        .unwrap_or_default();
    let workflow = version
        .rsplit_once(':')
        .map_or(version.as_str(), |(workflow, _)| workflow);
    let name = resource
        .get("Name")
        .and_then(|name| scope.shown(name))
        .unwrap_or_default();
    format!("{workflow}:{name}")
}

/// A reference to a resource's ARN, for what stands in a template of the program's own making.
pub(super) fn arn_of(id: &str) -> Value {
    unknown("Fn::GetAtt", vec![id, "Arn"])
}
