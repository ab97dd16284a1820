//! EventBridge rules with their targets, on every bus.

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::Target;

use super::super::Sdk;
use super::{Answer, each, lack, pages, sorted, text};
use crate::snapshot::Fetched;
use crate::snapshot::entries::{EventRule, EventTarget, InputTransformer};

#[derive(Clone, Debug)]
pub(super) struct Rules(Client);

impl Rules {
    pub(super) fn new(sdk: &Sdk) -> Self {
        Self(client!(aws_sdk_eventbridge, sdk))
    }

    /// Those that start one of these; every rule where none is named.
    pub(super) async fn all(&self, targets: Option<&[String]>) -> Answer<Vec<EventRule>> {
        let buses = self.buses().await?;
        let rules = match targets {
            None => each(buses, |bus| self.of_bus(bus)).await?.concat(),
            Some(targets) => {
                let mut asked = Vec::new();
                for bus in buses {
                    asked.extend(targets.iter().map(|target| (bus.clone(), target.clone())));
                }
                let named = each(asked, |(bus, target)| self.starting(bus, target)).await?;
                let mut named = named.concat();
                named.sort();
                named.dedup();
                each(named, |(bus, rule)| self.one(bus, rule)).await?
            }
        };
        each(rules, |mut rule| async move {
            rule.targets = Fetched::from(self.targets(&rule.event_bus_name, &rule.name).await);
            Ok(rule)
        })
        .await
    }

    async fn buses(&self) -> Answer<Vec<String>> {
        let page = |next| async move {
            let call = self.0.list_event_buses().set_next_token(next).send().await;
            let page = call.map_err(lack("events:ListEventBuses"))?;
            let buses = page.event_buses.unwrap_or_default();
            let names = buses.into_iter().filter_map(|bus| bus.name);
            Ok((names.collect(), page.next_token))
        };
        pages(page).await
    }

    async fn of_bus(&self, bus: String) -> Answer<Vec<EventRule>> {
        let page = |next| {
            let call = self.0.list_rules().event_bus_name(&bus);
            let call = call.set_next_token(next).send();
            let bus = &bus;
            async move {
                let page = call.await.map_err(lack("events:ListRules"))?;
                let rules = page.rules.unwrap_or_default().into_iter();
                let rules = rules.map(|rule| EventRule {
                    name: text(rule.name),
                    arn: text(rule.arn),
                    event_bus_name: bus.clone(),
                    state: text(rule.state.as_ref().map(|s| s.as_str())),
                    event_pattern: rule.event_pattern,
                    schedule_expression: rule.schedule_expression,
                    targets: Fetched::NotCollected,
                });
                Ok((rules.collect(), page.next_token))
            }
        };
        pages(page).await
    }

    /// The rules of a bus that have this target.
    async fn starting(&self, bus: String, target: String) -> Answer<Vec<(String, String)>> {
        let page = |next| {
            let call = self.0.list_rule_names_by_target();
            let call = call.event_bus_name(&bus).target_arn(&target);
            let (call, bus) = (call.set_next_token(next).send(), &bus);
            async move {
                let page = call.await.map_err(lack("events:ListRuleNamesByTarget"))?;
                let names = page.rule_names.unwrap_or_default().into_iter();
                let names = names.map(|name| (bus.clone(), name));
                Ok((names.collect(), page.next_token))
            }
        };
        pages(page).await
    }

    async fn one(&self, bus: String, name: String) -> Answer<EventRule> {
        let call = self.0.describe_rule().event_bus_name(&bus).name(&name);
        let rule = call.send().await.map_err(lack("events:DescribeRule"))?;
        Ok(EventRule {
            name,
            arn: text(rule.arn),
            event_bus_name: bus,
            state: text(rule.state.as_ref().map(|s| s.as_str())),
            event_pattern: rule.event_pattern,
            schedule_expression: rule.schedule_expression,
            targets: Fetched::NotCollected,
        })
    }

    async fn targets(&self, bus: &str, rule: &str) -> Answer<Vec<EventTarget>> {
        let page = |next| {
            let call = self.0.list_targets_by_rule();
            let call = call.event_bus_name(bus).rule(rule);
            let call = call.set_next_token(next).send();
            async move {
                let page = call.await.map_err(lack("events:ListTargetsByRule"))?;
                let targets = page.targets.unwrap_or_default().into_iter().map(target);
                Ok((targets.collect(), page.next_token))
            }
        };
        pages(page).await
    }
}

fn target(target: Target) -> EventTarget {
    EventTarget {
        arn: target.arn,
        role_arn: target.role_arn,
        input: target.input,
        input_path: target.input_path,
        input_transformer: target.input_transformer.map(|t| InputTransformer {
            input_paths_map: sorted(t.input_paths_map, |path| path),
            input_template: t.input_template,
        }),
    }
}
