//! IoT topic rules (AWS IoT Developer Guide, "AWS IoT SQL reference"): what a rule selects of a message from outside, and
//! who publishes it.

mod selected;
mod sql;
mod topics;

use super::start::Starts;
use super::{EntryPoint, EntryPoints, Kind, Place};
use crate::arn::Arn;
use crate::snapshot::entries::TopicRule;

/// Topic rules that start workflows.
pub fn rules(rules: &[TopicRule], home: &Place, found: &mut EntryPoints) {
    for rule in rules.iter().filter(|r| !r.rule_disabled) {
        for start in rule
            .actions
            .iter()
            .chain(&rule.error_action)
            .filter_map(|a| a.step_functions.as_ref())
        {
            let tokens = sql::tokens(&rule.sql);
            let select = sql::Select::of(&tokens).unwrap_or_default();
            let topics = topics::Topics::of(&select);
            let (input, fill) = selected::selected(&select, &topics);
            found.list.push(EntryPoint {
                kind: Kind::IotRule,
                name: rule.rule_name.clone(),
                authorization: None,
                public: false,
                starts: Starts::Workflow(home.arn(
                    "states",
                    &format!("stateMachine:{}", start.state_machine_name),
                )),
                input,
                fill,
                names: false,
                role: start.role_arn.as_deref().and_then(Arn::parse),
                causes: topics.published(&rule.rule_name, home),
                note: "",
            });
        }
    }
}
