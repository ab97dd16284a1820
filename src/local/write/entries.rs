//! What begins executions, as the files that [`super::super::entries`] reads.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::snapshot::Fetched;
use crate::snapshot::entries::{Entries, EventRule, GraphqlApi, HttpApi, RestApi};

/// The files, and what could not be written as one.
#[derive(Debug, Default)]
pub struct Written {
    /// By path in the directory, with `/` between its parts.
    pub files: BTreeMap<String, Value>,
    /// Kinds that were read, whether something of them is there or not.
    pub collected: Vec<&'static str>,
    /// Kinds of which only some were asked for, with those that were answered.
    pub only: Option<Value>,
    /// In words.
    pub omitted: Vec<String>,
}

/// Every file of the entry points. What was not read has none; what cannot start anything stands as read and empty.
pub fn files(entries: &Entries) -> Written {
    let mut out = Written::default();
    out.list("event-rules", "Rules", &entries.event_rules);
    out.collected_beside("event-targets", &entries.event_rules);
    for rule in present(&entries.event_rules) {
        out.targets(rule);
    }
    if out.is_read("schedules", &entries.schedules) {
        for schedule in present(&entries.schedules) {
            let group = match schedule.group_name.as_str() {
                "" => "default",
                group => group,
            };
            out.file(&["schedules", group, &schedule.name], json!(schedule));
        }
    }
    if out.is_read("pipes", &entries.pipes) {
        for pipe in present(&entries.pipes) {
            out.file(&["pipes", &pipe.name], json!(pipe));
        }
    }
    if out.is_read("topic-rules", &entries.topic_rules) {
        for rule in present(&entries.topic_rules) {
            out.file(&["topic-rules", &rule.rule_name], json!({ "rule": rule }));
        }
    }
    out.list("rest-apis", "items", &entries.rest_apis);
    for api in present(&entries.rest_apis) {
        out.rest(api);
    }
    out.list("http-apis", "Items", &entries.http_apis);
    for api in present(&entries.http_apis) {
        out.http(api);
    }
    out.list("graphql-apis", "graphqlApis", &entries.graphql_apis);
    for api in present(&entries.graphql_apis) {
        out.graphql(api);
    }
    out.list(
        "function-urls",
        "FunctionUrlConfigs",
        &entries.function_urls,
    );
    if out.is_read("function-policies", &entries.function_policies) {
        for (name, policy) in entries.function_policies.present().into_iter().flatten() {
            out.file(&["function-policies", name], json!({ "Policy": policy.0 }));
        }
    }
    out
}

fn present<T>(part: &Fetched<Vec<T>>) -> &[T] {
    part.present().map_or(&[], Vec::as_slice)
}

impl Written {
    /// Takes down whether a kind was read; one that was not asked for starts nothing.
    pub(super) fn is_read<T>(&mut self, kind: &'static str, part: &Fetched<T>) -> bool {
        match part {
            Fetched::Present(_) | Fetched::Absent => {
                self.collected.push(kind);
                true
            }
            Fetched::Denied(why) | Fetched::Failed(why) => {
                self.omitted.push(format!("{kind}: {why}"));
                false
            }
            Fetched::NotCollected => false,
        }
    }

    /// A kind that is read whenever another one is.
    fn collected_beside<T>(&mut self, kind: &'static str, part: &Fetched<Vec<T>>) {
        if matches!(part, Fetched::Present(all) if all.is_empty()) {
            self.collected.push(kind);
        }
    }

    fn list<T: Serialize>(&mut self, kind: &'static str, key: &str, part: &Fetched<Vec<T>>) {
        if self.is_read(kind, part) && part.present().is_some() {
            self.file(&[kind], json!({ key: present(part) }));
        }
    }

    /// A part of an API: its file, or why there is none.
    fn part<T: Serialize>(&mut self, path: &[&str], key: &str, part: &Fetched<Vec<T>>) {
        match part {
            Fetched::Present(list) => self.file(path, json!({ key: list })),
            Fetched::Denied(why) | Fetched::Failed(why) => {
                self.omitted.push(format!("{}.json: {why}", path.join("/")));
            }
            Fetched::Absent | Fetched::NotCollected => {}
        }
    }

    /// A name that a file cannot have is not written: the reader looks for it by that name.
    pub(super) fn file(&mut self, path: &[&str], content: Value) {
        let fits = |name: &&str| {
            !name.is_empty()
                && !name.starts_with('.')
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        };
        if path.iter().all(fits) {
            self.files
                .insert(format!("{}.json", path.join("/")), content);
        } else {
            let named = format!("{}.json: no file can have this name", path.join("/"));
            self.omitted.push(named);
        }
    }

    fn targets(&mut self, rule: &EventRule) {
        let bus = match rule.event_bus_name.rsplit('/').next() {
            None | Some("") => "default",
            Some(bus) => bus,
        };
        self.part(
            &["event-targets", bus, &rule.name],
            "Targets",
            &rule.targets,
        );
    }

    fn rest(&mut self, api: &RestApi) {
        self.part(&["rest-apis", &api.id], "items", &api.resources);
        self.part(&["rest-apis", &api.id, "stages"], "item", &api.stages);
        for (id, summary) in &api.deployments {
            let path = ["rest-apis", &api.id, "deployments", id];
            self.file(&path, json!({ "id": id, "apiSummary": summary }));
        }
    }

    fn http(&mut self, api: &HttpApi) {
        let at = |part| ["http-apis", api.api_id.as_str(), part];
        self.part(&at("routes"), "Items", &api.routes);
        self.part(&at("integrations"), "Items", &api.integrations);
        self.part(&at("stages"), "Items", &api.stages);
    }

    fn graphql(&mut self, api: &GraphqlApi) {
        let at = |part| ["graphql-apis", api.api_id.as_str(), part];
        self.part(&at("data-sources"), "dataSources", &api.data_sources);
        self.part(&at("resolvers"), "resolvers", &api.resolvers);
    }
}

#[cfg(test)]
mod tests;
