//! What begins executions.

use super::*;
use crate::snapshot::entries::{HttpApi, RestApi, RestMethod};

fn rest(template: &Template) -> &RestApi {
    &template.account.entries.rest_apis.present().unwrap()[0]
}

fn method<'t>(template: &'t Template, path: &str, name: &str) -> &'t RestMethod {
    let resources = rest(template).resources.present().unwrap();
    &resources
        .iter()
        .find(|r| r.path == path)
        .unwrap()
        .resource_methods[name]
}

#[test]
fn a_rest_api_of_resources() {
    let template = resources(
        "  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop, Policy: {Statement: []}}}
  Orders: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: orders}}
  One: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !Ref Orders, PathPart: '{id}'}}
  Post:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref One
      HttpMethod: post
      AuthorizationType: AWS_IAM
      ApiKeyRequired: true
      Integration: {Type: AWS, Uri: !Sub 'arn:aws:apigateway:${AWS::Region}:states:action/StartExecution', RequestTemplates: {application/json: !Sub '{\"stateMachineArn\": \"${Flow}\"}'}}
  Other: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: elsewhere, ResourceId: x, HttpMethod: GET}}
  Flow: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: '{}'}}
",
    );
    let post = method(&template, "/orders/{id}", "POST");
    assert_eq!(
        (post.authorization_type.as_str(), post.api_key_required),
        ("AWS_IAM", true)
    );
    let integration = post.method_integration.as_ref().unwrap();
    assert!(
        integration.request_templates["application/json"].contains(&template.workflow("Flow").arn)
    );
    let api = rest(&template);
    assert_eq!(
        (api.name.as_str(), api.policy.as_deref()),
        ("shop", Some(r#"{"Statement":[]}"#))
    );
    assert_eq!(api.resources.present().unwrap().len(), 1);
    assert_eq!(
        api.deployments["template"]["/orders/{id}"]["POST"].authorization_type,
        "AWS_IAM"
    );
}

const DOCUMENT: &str = "
        securityDefinitions: {key: {type: apiKey, name: x-api-key, in: header}, sig: {type: apiKey, x-amazon-apigateway-authtype: awsSigv4}, own: {type: apiKey, x-amazon-apigateway-authorizer: {type: request}}}
        security: [{sig: []}]
        paths:
          /signed: {post: {x-amazon-apigateway-integration: {type: aws, uri: u}}}
          /open: {post: {security: []}}
          /key: {post: {security: [{key: []}]}}
          /either: {x-amazon-apigateway-any-method: {security: [{own: []}, {}]}}
          /undefined: {get: {security: [{nothing: []}]}}
          /own: {get: {security: [{own: [], key: []}]}}
";

#[test]
fn a_document_says_what_each_operation_asks_for() {
    let template = resources(&format!(
        "  Api:\n    Type: AWS::ApiGateway::RestApi\n    Properties:\n      Body:{DOCUMENT}"
    ));
    for (path, name, authorization, key) in [
        ("/signed", "POST", "AWS_IAM", false),
        ("/open", "POST", "NONE", false),
        ("/key", "POST", "NONE", true),
        ("/either", "ANY", "NONE", false),
        ("/undefined", "GET", "NONE", false),
        ("/own", "GET", "CUSTOM", true),
    ] {
        let method = method(&template, path, name);
        assert_eq!(
            (method.authorization_type.as_str(), method.api_key_required),
            (authorization, key),
            "{path}"
        );
    }
}

#[test]
fn sam_writes_the_routes_of_events_and_their_authorization() {
    let text = "Transform: AWS::Serverless-2016-10-31
Resources:
  Api: {Type: AWS::Serverless::Api, Properties: {StageName: p, Auth: {DefaultAuthorizer: Own, Authorizers: {Own: {FunctionArn: x}}}}}
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: {StartAt: A}
      Events:
        Guarded: {Type: Api, Properties: {Path: /a, Method: post, RestApiId: !Ref Api}}
        Open: {Type: Api, Properties: {Path: /b, Method: any, RestApiId: !Ref Api, Auth: {Authorizer: NONE}}}
        Iam: {Type: Api, Properties: {Path: /c, Method: GET, RestApiId: !Ref Api, Auth: {Authorizer: AWS_IAM}}}
";
    let template = template(text);
    let of = |path: &str, name: &str| method(&template, path, name).authorization_type.clone();
    assert_eq!(
        (of("/a", "POST"), of("/b", "ANY"), of("/c", "GET")),
        ("CUSTOM".to_owned(), "NONE".to_owned(), "AWS_IAM".to_owned())
    );
    let body = &method(&template, "/a", "POST")
        .method_integration
        .as_ref()
        .unwrap()
        .request_templates["application/json"];
    assert!(body.contains(&template.workflow("Flow").arn), "{body}");
}

#[test]
fn a_file_of_an_api_means_the_expanded_resources() {
    let text = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Api: {Type: AWS::Serverless::Api, Properties: {StageName: p, DefinitionBody: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: api.yaml}}}}}\n  Flow: {Type: AWS::Serverless::StateMachine, Properties: {Definition: {StartAt: A}}}\n";
    let api = "paths:\n  /x:\n    post:\n      x-amazon-apigateway-integration: {type: aws, uri: u, requestTemplates: {application/json: {Fn::Sub: '${Flow}'}}}\n";
    let template = with(text, &[], &[("app/api.yaml", api)]);
    let templates = &method(&template, "/x", "POST")
        .method_integration
        .as_ref()
        .unwrap()
        .request_templates;
    assert_eq!(templates["application/json"], template.workflow("Flow").arn);
}

#[test]
fn an_http_api_of_resources() {
    let template = resources(
        "  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: HTTP}}
  Start: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationSubtype: StepFunctions-StartExecution, RequestParameters: {StateMachineArn: !Ref Flow}}}
  Post: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Api, RouteKey: POST /x, Target: !Sub 'integrations/${Start}'}}
  Flow: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: '{}'}}
",
    );
    let api: &HttpApi = &template.account.entries.http_apis.present().unwrap()[0];
    let route = &api.routes.present().unwrap()[0];
    assert_eq!(
        (route.authorization_type.as_str(), route.target.as_deref()),
        ("NONE", Some("integrations/Start"))
    );
    let integration = &api.integrations.present().unwrap()[0];
    assert_eq!(integration.integration_id, "Start");
    assert_eq!(
        integration.request_parameters["StateMachineArn"],
        template.workflow("Flow").arn
    );
}

#[test]
fn rules_schedules_pipes_and_urls() {
    let template = resources(
        "  Rule: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [shop]}, State: DISABLED, Targets: [{Id: a, Arn: !Ref Flow, RoleArn: r, InputTransformer: {InputPathsMap: {a: $.b}, InputTemplate: '\"<a>\"'}}]}}
  Night: {Type: AWS::Scheduler::Schedule, Properties: {ScheduleExpression: rate(1 day), Target: {Arn: !Ref Flow, RoleArn: r, Input: !Sub '{\"a\": 1}'}}}
  Pipe: {Type: AWS::Pipes::Pipe, Properties: {Source: !GetAtt Q.Arn, Target: !Ref Flow, RoleArn: r, TargetParameters: {InputTemplate: '<$.body>'}, SourceParameters: {FilterCriteria: {Filters: [{Pattern: '{}'}]}}}}
  Topic: {Type: AWS::IoT::TopicRule, Properties: {TopicRulePayload: {Sql: SELECT *, Actions: [{StepFunctions: {StateMachineName: !GetAtt Flow.Name, RoleArn: r}}]}}}
  Q: {Type: AWS::SQS::Queue}
  Fn: {Type: AWS::Lambda::Function, Properties: {FunctionName: f}}
  Quiet: {Type: AWS::Lambda::Function}
  Url: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !Ref Fn, AuthType: NONE}}
  Everybody: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !GetAtt Fn.Arn, Action: 'lambda:InvokeFunctionUrl', Principal: '*', FunctionUrlAuthType: NONE}}
  Flow: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: '{}'}}
",
    );
    let entries = &template.account.entries;
    let flow = template.workflow("Flow").arn.as_str();
    let rule = &entries.event_rules.present().unwrap()[0];
    let target = &rule.targets.present().unwrap()[0];
    assert_eq!(
        (rule.state.as_str(), target.arn.as_str()),
        ("DISABLED", flow)
    );
    assert_eq!(
        rule.event_pattern.as_deref(),
        Some(r#"{"source":["shop"]}"#)
    );
    assert_eq!(
        target.input_transformer.as_ref().unwrap().input_paths_map["a"],
        "$.b"
    );
    let schedule = &entries.schedules.present().unwrap()[0];
    assert_eq!(
        (schedule.state.as_str(), schedule.target.input.as_deref()),
        ("ENABLED", Some("{\"a\": 1}"))
    );
    let pipe = &entries.pipes.present().unwrap()[0];
    assert_eq!(
        (pipe.source.as_str(), pipe.target.as_str()),
        ("arn:aws:sqs:us-east-1:000000000000:Q", flow)
    );
    assert_eq!(
        pipe.target_parameters.input_template.as_deref(),
        Some("<$.body>")
    );
    let topic = &entries.topic_rules.present().unwrap()[0];
    assert_eq!(
        topic.actions[0]
            .step_functions
            .as_ref()
            .unwrap()
            .state_machine_name,
        "Flow"
    );
    let url = &entries.function_urls.present().unwrap()[0];
    assert_eq!(
        (url.function_arn.as_str(), url.auth_type.as_str()),
        ("arn:aws:lambda:us-east-1:000000000000:function:f", "NONE")
    );
    let policies = entries.function_policies.present().unwrap();
    assert!(policies["f"].0.contains("lambda:FunctionUrlAuthType"));
    assert!(
        !policies["Quiet"].0.contains("Effect"),
        "nobody is let in where nothing says so"
    );
}

#[test]
fn what_a_choice_may_start_is_started() {
    let text = "Parameters: {P: {Type: String}}\nConditions: {C: !Equals [!Ref P, x], Own: !Equals [!Ref P, y]}\nResources:\n  Flow: {Type: 'AWS::StepFunctions::StateMachine', Properties: {DefinitionString: '{}'}}\n  Rule: {Type: AWS::Events::Rule, Properties: {State: !If [C, DISABLED, ENABLED], Targets: !If [Own, [{Id: a, Arn: !Ref Flow}], !Ref 'AWS::NoValue']}}\n  Api: {Type: AWS::ApiGateway::RestApi}\n  Post: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: x, HttpMethod: POST, AuthorizationType: !If [C, AWS_IAM, NONE], Integration: !If [C, {Type: MOCK}, {Type: AWS, Uri: u}]}}\n";
    let template = template(text);
    let rules = template.account.entries.event_rules.present().unwrap();
    let mut ways = rules
        .iter()
        .map(|rule| (rule.state.as_str(), rule.targets.present().unwrap().len()));
    assert!(ways.any(|way| way == ("ENABLED", 1)));
    let post = method(&template, "/", "POST");
    assert_eq!(post.authorization_type, "NONE");
    assert_eq!(
        post.method_integration.as_ref().unwrap().uri.as_deref(),
        Some("u")
    );
}

#[test]
fn a_key_beside_an_authorizer_is_no_alternative_to_it() {
    for (security, expected) in [
        ("[{own: []}, {key: []}]", ("CUSTOM", true)),
        ("[{key: []}]", ("NONE", true)),
        ("[{own: []}, {}]", ("NONE", false)),
        ("[{own: [], key: []}]", ("CUSTOM", true)),
    ] {
        let template = resources(&format!(
            "  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Body:
        securityDefinitions: {{key: {{type: apiKey, name: x-api-key, in: header}}, own: {{type: apiKey, x-amazon-apigateway-authorizer: {{type: request}}}}}}
        paths: {{/x: {{post: {{security: {security}, x-amazon-apigateway-integration: {{type: aws}}}}}}}}
"
        ));
        let post = method(&template, "/x", "POST");
        let asked = (post.authorization_type.as_str(), post.api_key_required);
        assert_eq!(asked, expected, "{security}");
    }
}

#[test]
fn a_policy_is_asked_for_the_stages_that_are_declared() {
    let public = |stages: &str| {
        let statement = |effect: &str, more: &str| {
            format!(
                "{{Effect: {effect}, Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/p/POST/x'{more}}}"
            )
        };
        let deny = statement(
            "Deny",
            ", Condition: {NotIpAddress: {'aws:SourceIp': [10.0.0.0/8]}}",
        );
        let allow = statement("Allow", "").replace("/p/", "/*/");
        let text = format!(
            "  Flow: {{Type: AWS::StepFunctions::StateMachine, Properties: {{DefinitionString: '{{}}'}}}}
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Policy: {{Statement: [{allow}, {deny}]}}
      Body: {{paths: {{/x: {{post: {{x-amazon-apigateway-integration: {{type: aws, uri: 'arn:aws:apigateway:us-east-1:states:action/StartExecution', requestTemplates: {{application/json: '{{}}'}}}}}}}}}}}}
{stages}"
        );
        let points = crate::entry_points::EntryPoints::of(&resources(&text).account).list;
        points.iter().map(|point| point.public).collect::<Vec<_>>()
    };
    let stage = |name: &str| {
        format!(
            "  S{name}: {{Type: AWS::ApiGateway::Stage, Properties: {{RestApiId: !Ref Api, StageName: {name}}}}}\n"
        )
    };
    assert_eq!(public(&stage("p")), [false]);
    assert_eq!(public(&format!("{}{}", stage("p"), stage("q"))), [true]);
    assert_eq!(public(""), [true]);
}

#[test]
fn a_route_has_a_policy_of_its_own() {
    let policy = |auth: &str| {
        let template = template(&format!(
            "Transform: AWS::Serverless-2016-10-31
Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: {{}}
      Events:
        A: {{Type: Api, Properties: {{Path: /x, Method: post, Auth: {{ResourcePolicy: {auth}}}}}}}
"
        ));
        rest(&template).policy.clone().unwrap()
    };
    assert!(policy("{AwsAccountWhitelist: ['111122223333']}").contains("execute-api:/*/POST/x"));
    assert!(policy("{AwsAccountBlacklist: ['111122223333']}").contains("Deny"));
    assert!(policy("{IpRangeWhitelist: [10.0.0.0/8]}").contains("NotIpAddress"));
    assert!(policy("{CustomStatements: [{Effect: Allow}]}").contains("Allow"));
}
