//! What the rows that no person wrote say of a request, one call of each kind that was once derived wrongly.

use serde_json::json;

use super::*;

const HERE: &str = "us-east-1:123456789012";

/// Of each call: the action, and the resources that it is used on.
fn of(resource: &str, arguments: serde_json::Value, action: &str) -> Vec<String> {
    let found = needs(&format!("aws-sdk:{resource}"), arguments);
    let mut named = resources(on(&found, action));
    named.sort();
    named
}

#[test]
fn a_structure_is_no_name_but_what_stands_in_it_may_be() {
    let pipeline = json!({"Pipeline": {"Name": "release", "Version": 1, "Stages": []}});
    for (resource, arguments, action, expected) in [
        (
            "codepipeline:updatePipeline",
            pipeline.clone(),
            "codepipeline:UpdatePipeline",
            vec![format!("arn:aws:codepipeline:{HERE}:release")],
        ),
        (
            "codepipeline:createPipeline",
            pipeline,
            "codepipeline:CreatePipeline",
            vec![format!("arn:aws:codepipeline:{HERE}:release")],
        ),
        (
            "budgets:createBudget",
            json!({"AccountId": "123456789012", "Budget": {"BudgetName": "all", "BudgetType": "COST"}}),
            "budgets:ModifyBudget",
            vec!["arn:aws:budgets::123456789012:budget/all".to_owned()],
        ),
        (
            "servicediscovery:updateService",
            json!({"Id": "srv-1", "Service": {"Description": "new"}}),
            "servicediscovery:UpdateService",
            vec![format!("arn:aws:servicediscovery:{HERE}:service/srv-1")],
        ),
    ] {
        assert_eq!(of(resource, arguments, action), expected, "{resource}");
    }
    for (arguments, expected) in [
        (
            json!({"SchemaId": {"SchemaArn": "arn:aws:glue:us-east-1:123456789012:schema/reg/orders"}}),
            vec![
                // The request says no registry.
                format!("arn:aws:glue:{HERE}:registry/*"),
                format!("arn:aws:glue:{HERE}:schema/reg/orders"),
            ],
        ),
        (
            json!({"SchemaId": {"RegistryName": "reg", "SchemaName": "orders"}}),
            vec![
                format!("arn:aws:glue:{HERE}:registry/reg"),
                format!("arn:aws:glue:{HERE}:schema/orders"),
            ],
        ),
    ] {
        let found = needs("aws-sdk:glue:deleteSchema", arguments.clone());
        let mut named: Vec<String> = found
            .iter()
            .filter(|n| n.action == "glue:DeleteSchema")
            .flat_map(|n| n.resources.iter().chain(&n.companions))
            .map(|g| g.to_string())
            .collect();
        named.sort();
        assert_eq!(named, expected, "{arguments}");
    }
}

#[test]
fn an_id_belongs_to_what_the_operation_is_called_after() {
    for (resource, arguments, action, expected) in [
        (
            "iotwireless:disassociateWirelessGatewayFromCertificate",
            json!({"Id": "g-1"}),
            "iotwireless:DisassociateWirelessGatewayFromCertificate",
            format!("arn:aws:iotwireless:{HERE}:WirelessGateway/g-1"),
        ),
        (
            "wafv2:createRuleGroup",
            json!({"Name": "rules", "Scope": "REGIONAL", "Capacity": 1}),
            "wafv2:CreateRuleGroup",
            format!("arn:aws:wafv2:{HERE}:REGIONAL/rulegroup/rules/*"),
        ),
        (
            "fis:updateExperimentTemplate",
            json!({"Id": "EXT1"}),
            "fis:UpdateExperimentTemplate",
            format!("arn:aws:fis:{HERE}:experiment-template/EXT1"),
        ),
    ] {
        assert_eq!(of(resource, arguments, action), [expected], "{resource}");
    }
}

#[test]
fn tags_at_creation_are_put_on_what_is_made_and_not_on_what_it_is_made_from_or_called_like() {
    let tags = |kind: &str| json!([{"ResourceType": kind, "Tags": [{"Key": "a", "Value": "b"}]}]);
    for (resource, arguments, action, expected) in [
        (
            "docdb:restoreDBClusterFromSnapshot",
            json!({"DbClusterIdentifier": "new", "SnapshotIdentifier": "old", "Engine": "docdb", "Tags": [{"Key": "a", "Value": "b"}]}),
            "rds:AddTagsToResource",
            format!("arn:aws:rds:{HERE}:cluster:new"),
        ),
        (
            "ec2:createIpamPool",
            json!({"IpamScopeId": "ipam-scope-1", "AddressFamily": "ipv4", "TagSpecifications": tags("ipam-pool")}),
            "ec2:CreateTags",
            "arn:aws:ec2::123456789012:ipam-pool/*".to_owned(),
        ),
        (
            "ec2:createRouteServerEndpoint",
            json!({"RouteServerId": "rs-1", "SubnetId": "subnet-1", "TagSpecifications": tags("route-server-endpoint")}),
            "ec2:CreateTags",
            format!("arn:aws:ec2:{HERE}:route-server-endpoint/*"),
        ),
        (
            "ec2:createFlowLogs",
            json!({"ResourceIds": ["vpc-1"], "ResourceType": "VPC", "TagSpecifications": tags("vpc-flow-log")}),
            "ec2:CreateTags",
            format!("arn:aws:ec2:{HERE}:vpc-flow-log/*"),
        ),
        (
            "ec2:createRouteTable",
            json!({"VpcId": "vpc-1", "TagSpecifications": tags("route-table")}),
            "ec2:CreateTags",
            format!("arn:aws:ec2:{HERE}:route-table/*"),
        ),
    ] {
        assert_eq!(of(resource, arguments, action), [expected], "{resource}");
    }
}

#[test]
fn an_arn_names_what_it_is_the_arn_of_wherever_it_stands() {
    let balancer = format!("arn:aws:elasticloadbalancing:{HERE}:loadbalancer/app/web/50dc6c49");
    let cluster = format!("arn:aws:sagemaker:{HERE}:cluster/abcdefghijkl");
    for (resource, arguments, action, expected) in [
        (
            "arczonalshift:startZonalShift",
            json!({"ResourceIdentifier": balancer, "AwayFrom": "use1-az1", "Comment": "c", "ExpiresIn": "1h"}),
            "arc-zonal-shift:StartZonalShift",
            balancer.clone(),
        ),
        (
            "sagemaker:deleteCluster",
            json!({"ClusterName": cluster}),
            "sagemaker:DeleteCluster",
            cluster.clone(),
        ),
        (
            "sagemaker:deleteCluster",
            json!({"ClusterName": "by-name"}),
            "sagemaker:DeleteCluster",
            format!("arn:aws:sagemaker:{HERE}:cluster/*"),
        ),
    ] {
        assert_eq!(of(resource, arguments, action), [expected], "{resource}");
    }
}

#[test]
fn a_resource_type_that_the_request_says_is_the_only_one() {
    let tags = json!([{"Key": "a", "Value": "b"}]);
    for (kind, id, expected) in [
        (
            "Parameter",
            "/app/key",
            format!("arn:aws:ssm:{HERE}:parameter/app/key"),
        ),
        (
            "Parameter",
            "key",
            format!("arn:aws:ssm:{HERE}:parameter/key"),
        ),
        (
            "Document",
            "Restart",
            format!("arn:aws:ssm:{HERE}:document/Restart"),
        ),
        (
            "MaintenanceWindow",
            "mw-0123456789abcdef0",
            format!("arn:aws:ssm:{HERE}:maintenancewindow/mw-0123456789abcdef0"),
        ),
    ] {
        let request = json!({"ResourceType": kind, "ResourceId": id, "Tags": tags});
        let found = of("ssm:addTagsToResource", request, "ssm:AddTagsToResource");
        assert_eq!(found, [expected], "{kind}");
    }
}
