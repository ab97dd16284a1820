//! `AWS::Serverless::Connector` and the `Connectors` of a resource: permissions between two resources (AWS SAM
//! Developer Guide, "AWS SAM connector reference").

use serde_json::{Map, Value, json};

use super::Expansion;
use crate::gap::{Input, Unread};
use crate::loc::Pointer;
use crate::template::data;
use crate::template::resolve::text_of;
use crate::template::resource::Resource;

/// A connector and where it is written.
pub(super) struct Connector {
    origin: Resource,
    id: String,
    properties: Map<String, Value>,
}

impl Expansion<'_> {
    /// Connectors that are resources, and those that stand in the resource that they begin at.
    pub(super) fn connectors(&mut self) {
        let scope = self.scope;
        let declared = scope
            .resources()
            .iter()
            .filter(|r| r.kind == "AWS::Serverless::Connector");
        let own = declared.map(|resource| Connector {
            origin: resource.clone(),
            id: resource.id.clone(),
            properties: resource.properties.clone(),
        });
        let embedded = scope.resources().iter().flat_map(|resource| {
            let connectors = resource.connectors.as_object();
            connectors.into_iter().flatten().map(|(name, connector)| {
                let properties = connector
                    .get("Properties")
                    .and_then(Value::as_object)
                    .cloned();
                let mut properties = properties.unwrap_or_default();
                let mut source = connector
                    .get("SourceReference")
                    .and_then(Value::as_object)
                    .cloned()
                    .unwrap_or_default();
                source.insert("Id".to_owned(), Value::from(resource.id.as_str()));
                properties.insert("Source".to_owned(), Value::Object(source));
                let at = resource.whole.key("Connectors").key(name);
                Connector {
                    origin: Resource {
                        pointer: at.key("Properties"),
                        whole: at,
                        ..resource.clone()
                    },
                    id: format!("{}{name}", resource.id),
                    properties,
                }
            })
        });
        let all: Vec<Connector> = own.chain(embedded).collect();
        for connector in &all {
            self.connector(connector);
        }
    }

    fn connector(&mut self, connector: &Connector) {
        let Some(source) = connector
            .properties
            .get("Source")
            .and_then(|end| self.end(end))
        else {
            return self.not_connected(connector, "its source is no resource of the template");
        };
        let destinations = match connector.properties.get("Destination") {
            Some(Value::Array(items)) => items.clone(),
            Some(one) => vec![one.clone()],
            None => Vec::new(),
        };
        let permissions = connector
            .properties
            .get("Permissions")
            .and_then(Value::as_array);
        let wanted: Vec<&str> = permissions
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        for (index, destination) in destinations.iter().enumerate() {
            let Some(destination) = self.end(destination) else {
                self.not_connected(connector, "its destination is no resource of the template");
                continue;
            };
            // Profiles of other forms write resource policies, which give no role anything.
            let Some((to_source, statements)) = data::connector(&source.kind, &destination.kind)
            else {
                continue;
            };
            let of = wanted
                .iter()
                .filter_map(|kind| statements.get(*kind))
                .filter_map(Value::as_array);
            let statements: Vec<Value> = of
                .flatten()
                .map(|s| filled(s, &source, &destination, 0))
                .collect();
            let holder = if to_source { &source } else { &destination };
            let Some(role) = holder.role.clone() else {
                self.not_connected(connector, "its role is not known");
                continue;
            };
            let id = match destinations.len() {
                1 => format!("{}Policy", connector.id),
                _ => format!("{}PolicyDestination{index}", connector.id),
            };
            let document = json!({"Version": "2012-10-17", "Statement": statements});
            let made = json!({"PolicyDocument": document, "Roles": [role]});
            let mut policy =
                Resource::made_by(&connector.origin, id, "AWS::IAM::ManagedPolicy", made);
            let inside = Pointer::root().key("PolicyDocument");
            for statement in 0..statements.len() {
                let inside = inside.key("Statement").index(statement);
                policy
                    .moved
                    .insert(inside.as_str().to_owned(), connector.origin.whole.clone());
            }
            policy
                .moved
                .insert(inside.as_str().to_owned(), connector.origin.whole.clone());
            self.out.push(policy);
        }
    }

    fn not_connected(&mut self, connector: &Connector, why: &str) {
        self.gaps.push(Unread::of_account(
            Input::Role,
            format!("the connector `{}` of the template", connector.id),
            why.to_owned(),
        ));
    }

    /// One end: a resource by its id, or what is told of it.
    fn end(&self, end: &Value) -> Option<End> {
        if let Some(id) = end.get("Id").and_then(|id| self.scope.text(id)) {
            let resource = self.out.iter().find(|r| r.id == id)?;
            return Some(End {
                kind: resource.kind.clone(),
                arn: match resource.kind.as_str() {
                    "AWS::SNS::Topic" | "AWS::StepFunctions::StateMachine" => json!({"Ref": id}),
                    _ => json!({"Fn::GetAtt": [id, "Arn"]}),
                },
                name: json!({"Fn::GetAtt": [id, "Name"]}),
                role: self.role_name(resource),
            });
        }
        let kind = end.get("Type").and_then(Value::as_str)?;
        let kind = match kind {
            "AWS::Serverless::Function" => "AWS::Lambda::Function",
            "AWS::Serverless::StateMachine" => "AWS::StepFunctions::StateMachine",
            "AWS::Serverless::SimpleTable" => "AWS::DynamoDB::Table",
            other => other,
        };
        Some(End {
            kind: kind.to_owned(),
            arn: end.get("Arn").cloned().unwrap_or_default(),
            name: end.get("Name").cloned().unwrap_or_default(),
            role: end.get("RoleName").cloned(),
        })
    }

    /// The name of the role that a resource runs with.
    fn role_name(&self, resource: &Resource) -> Option<Value> {
        let property = match resource.kind.as_str() {
            "AWS::Lambda::Function" => "Role",
            "AWS::StepFunctions::StateMachine" => "RoleArn",
            "AWS::AppSync::DataSource" => "ServiceRoleArn",
            "AWS::Events::Rule" => {
                return resource
                    .get("Targets")?
                    .get(0)?
                    .get("RoleArn")
                    .and_then(role_id);
            }
            _ => return None,
        };
        let role = resource.get(property)?;
        role_id(role).or_else(|| {
            let arn = self.scope.resolve(role).as_ref().and_then(text_of)?;
            Some(Value::from(arn.rsplit('/').next().unwrap_or_default()))
        })
    }
}

/// `GetAtt Role.Arn` names the role by its id.
fn role_id(value: &Value) -> Option<Value> {
    let argument = value.get("Fn::GetAtt")?;
    let id = match argument {
        Value::String(text) => text.split('.').next(),
        other => other.get(0).and_then(Value::as_str),
    };
    Some(json!({"Ref": id?}))
}

struct End {
    kind: String,
    arn: Value,
    name: Value,
    role: Option<Value>,
}

/// A profile's statement with `%{Source.Arn}` and the like replaced.
fn filled(value: &Value, source: &End, destination: &End, depth: usize) -> Value {
    if depth > 16 {
        return Value::Null;
    }
    match value {
        Value::String(text) if text.contains("%{") || text.contains("${AWS::") => {
            let names = [
                ("%{Source.Arn}", "SourceArn", &source.arn),
                ("%{Source.Name}", "SourceName", &source.name),
                ("%{Destination.Arn}", "DestinationArn", &destination.arn),
                ("%{Destination.Name}", "DestinationName", &destination.name),
            ];
            let mut out = text.clone();
            let mut own = Map::new();
            for (mark, name, value) in names {
                if out.contains(mark) {
                    out = out.replace(mark, &format!("${{{name}}}"));
                    own.insert(name.to_owned(), value.clone());
                }
            }
            json!({"Fn::Sub": [out, own]})
        }
        Value::Array(items) => items
            .iter()
            .map(|v| filled(v, source, destination, depth + 1))
            .collect(),
        Value::Object(fields) => {
            let each = fields
                .iter()
                .map(|(k, v)| (k.clone(), filled(v, source, destination, depth + 1)));
            Value::Object(each.collect())
        }
        other => other.clone(),
    }
}
