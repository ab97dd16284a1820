//! Rules with their targets, schedules, pipes, topic rules.

use serde_json::{Map, Value, json};

use super::Converted;
use super::plan::Instance;
use crate::template::resolve::unknown;

impl Converted<'_> {
    pub(super) fn events(&mut self, instance: &Instance<'_>) -> bool {
        match instance.kind {
            "aws_cloudwatch_event_rule" => self.rule(instance),
            // Targets stand with their rule; one whose rule is not in the plan stands alone.
            "aws_cloudwatch_event_target" => {
                if !self
                    .plan
                    .instances()
                    .iter()
                    .any(|rule| self.belongs(instance, rule))
                {
                    let properties = Map::from_iter([
                        (
                            "Name".to_owned(),
                            self.plan.attribute(instance, "rule").unwrap_or_default(),
                        ),
                        (
                            "EventPattern".to_owned(),
                            unknown("Fn::Unresolved", vec!["rule"]),
                        ),
                        ("Targets".to_owned(), json!([self.target(instance)])),
                    ]);
                    self.add(instance, "AWS::Events::Rule", properties, &[]);
                }
            }
            "aws_scheduler_schedule" => {
                let mut properties = self.properties(
                    instance,
                    &[
                        ("Name", "name"),
                        ("GroupName", "group_name"),
                        ("State", "state"),
                        ("ScheduleExpression", "schedule_expression"),
                    ],
                );
                let names = [("Arn", "arn"), ("RoleArn", "role_arn"), ("Input", "input")];
                let target = self.block(instance, "target", &names);
                properties.insert("Target".to_owned(), target.unwrap_or_default());
                self.add(instance, "AWS::Scheduler::Schedule", properties, &[]);
            }
            "aws_pipes_pipe" => self.pipe(instance),
            "aws_iot_topic_rule" => self.topic_rule(instance),
            _ => return false,
        }
        true
    }

    fn rule(&mut self, instance: &Instance<'_>) {
        let names = [
            ("Name", "name"),
            ("EventBusName", "event_bus_name"),
            ("EventPattern", "event_pattern"),
            ("ScheduleExpression", "schedule_expression"),
            ("State", "state"),
        ];
        let mut properties = self.properties(instance, &names);
        if instance.known("is_enabled") == Some(&Value::Bool(false))
            && !properties.contains_key("State")
        {
            properties.insert("State".to_owned(), Value::from("DISABLED"));
        }
        let all = self.plan.instances().iter();
        let own =
            all.filter(|i| i.kind == "aws_cloudwatch_event_target" && self.belongs(i, instance));
        let targets: Vec<Value> = own.map(|target| self.target(target)).collect();
        properties.insert("Targets".to_owned(), Value::Array(targets));
        self.add(instance, "AWS::Events::Rule", properties, &[]);
    }

    fn belongs(&self, target: &Instance<'_>, rule: &Instance<'_>) -> bool {
        if rule.kind != "aws_cloudwatch_event_rule" {
            return false;
        }
        let named = self.plan.attribute(target, "rule");
        let name = rule.known("name");
        let refers = named.as_ref().is_some_and(|value| {
            value.get("Ref").and_then(Value::as_str) == Some(rule.address.as_str())
                || value
                    .get("Fn::GetAtt")
                    .and_then(|g| g.get(0))
                    .and_then(Value::as_str)
                    == Some(rule.address.as_str())
        });
        refers || named.is_some() && named.as_ref() == name
    }

    fn target(&self, instance: &Instance<'_>) -> Value {
        let names = [
            ("Arn", "arn"),
            ("RoleArn", "role_arn"),
            ("Input", "input"),
            ("InputPath", "input_path"),
            ("Id", "target_id"),
        ];
        let mut target = self.properties(instance, &names);
        let names = [
            ("InputPathsMap", "input_paths"),
            ("InputTemplate", "input_template"),
        ];
        if let Some(transformer) = self.block(instance, "input_transformer", &names) {
            target.insert("InputTransformer".to_owned(), transformer);
        }
        Value::Object(target)
    }

    fn pipe(&mut self, instance: &Instance<'_>) {
        let names = [
            ("Name", "name"),
            ("Source", "source"),
            ("Target", "target"),
            ("Enrichment", "enrichment"),
            ("RoleArn", "role_arn"),
            ("DesiredState", "desired_state"),
        ];
        let mut properties = self.properties(instance, &names);
        if let Some(target) = self.block(
            instance,
            "target_parameters",
            &[("InputTemplate", "input_template")],
        ) {
            properties.insert("TargetParameters".to_owned(), target);
        }
        let filters = instance
            .known("source_parameters.0.filter_criteria.0.filter")
            .and_then(Value::as_array);
        if let Some(filters) = filters {
            let patterns: Vec<Value> = filters
                .iter()
                .map(|f| json!({"Pattern": f.get("pattern")}))
                .collect();
            let source = json!({"FilterCriteria": {"Filters": patterns}});
            properties.insert("SourceParameters".to_owned(), source);
        }
        self.add(instance, "AWS::Pipes::Pipe", properties, &[]);
    }

    fn topic_rule(&mut self, instance: &Instance<'_>) {
        let count = instance
            .values
            .get("step_functions")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        let action = |at: usize| {
            let attribute = |name: &str| {
                self.plan
                    .attribute(instance, &format!("step_functions.{at}.{name}"))
            };
            json!({"StepFunctions": {"StateMachineName": attribute("state_machine_name"), "RoleArn": attribute("role_arn")}})
        };
        let actions: Vec<Value> = (0..count).map(action).collect();
        let payload = json!({
            "Sql": self.plan.attribute(instance, "sql"),
            "RuleDisabled": instance.known("enabled") == Some(&Value::Bool(false)),
            "Actions": actions,
        });
        let mut properties = self.properties(instance, &[("RuleName", "name")]);
        properties.insert("TopicRulePayload".to_owned(), payload);
        self.add(instance, "AWS::IoT::TopicRule", properties, &[]);
    }
}
