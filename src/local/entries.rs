//! The files of what begins executions: rules, schedules, pipes, APIs, function URLs; all of them optional.
//!
//! Each kind is a list in one file (`rest-apis.json`), a folder of files (`schedules/`), or both. `collected.json` names
//! kinds that were read though nothing of them is there.

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{MAX_ACCOUNT_BYTES, is_object, json_error, policies, read_regular, shape_error};
use crate::gap::{Input, Unread};
use crate::snapshot::Fetched;
use crate::snapshot::entries::{ApiSummary, Entries, EventRule, GraphqlApi, HttpApi, RestApi};

/// Files by their path in the directory, with `/` between its parts.
pub type Files = BTreeMap<String, String>;

type Unreadable = Vec<Unread>;

/// Which kinds were read, though nothing of them is there.
pub(super) const COLLECTED: &str = "collected.json";
/// The kinds, as `collected.json` and the directory name them.
const KINDS: [&str; 17] = [
    "event-rules",
    "event-targets",
    "schedules",
    "pipes",
    "topic-rules",
    "rest-apis",
    "http-apis",
    "function-urls",
    "function-policies",
    "graphql-apis",
    "key-policies",
    "bucket-policies",
    "queue-policies",
    "topic-policies",
    "secret-policies",
    "organization",
    "log-resource-policies",
];
/// How deep a kind's folder goes: `rest-apis/ID/deployments/DEPLOYMENT.json`.
pub(super) const DEEPEST: usize = 4;

/// Reads every file of these kinds. A folder that is there, but empty, stands as its name with a `/` behind it.
pub fn files(dir: &Path, unreadable: &mut Unreadable) -> Files {
    let mut found = Files::new();
    let mut take = |path: &Path, name: String, found: &mut Files| {
        match read_regular(path, MAX_ACCOUNT_BYTES) {
            Ok(text) => {
                found.insert(name, text);
            }
            Err(why) => {
                let input = policies::input(&name);
                unreadable.push(Unread::of_account(input, format!("`{name}`"), why).file());
                // That it is there, and is not known, is not the same as that it is not there.
                if input != Input::EntryPoints {
                    found.insert(name, String::new());
                }
            }
        };
    };
    for kind in KINDS {
        let list = dir.join(format!("{kind}.json"));
        if list.symlink_metadata().is_ok() {
            take(&list, format!("{kind}.json"), &mut found);
        }
        let at = dir.join(kind);
        if at.is_dir() {
            found.insert(format!("{kind}/"), String::new());
            folder(dir, kind, 1, &mut found, &mut take);
        } else if at.symlink_metadata().is_ok() {
            // Something else stands in the folder's place: no file of it can be read.
            take(&at.join("*.json"), format!("{kind}/"), &mut found);
        }
    }
    let collected = dir.join(COLLECTED);
    if collected.symlink_metadata().is_ok() {
        take(&collected, COLLECTED.to_owned(), &mut found);
    }
    found
}

fn folder(
    dir: &Path,
    at: &str,
    depth: usize,
    found: &mut Files,
    take: &mut impl FnMut(&Path, String, &mut Files),
) {
    let Ok(listed) = std::fs::read_dir(dir.join(at)) else {
        // Its files are named one by one where one of them is asked for.
        take(&dir.join(at), format!("{at}/"), found);
        return;
    };
    let mut names: Vec<String> = listed
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    for name in names {
        let path = dir.join(at).join(&name);
        let inside = format!("{at}/{name}");
        if path.is_dir() {
            // A link to a directory may lead in a circle: it is not followed, and told.
            if path.is_symlink() {
                take(&path, inside, found);
            } else if depth < DEEPEST {
                folder(dir, &inside, depth + 1, found, take);
            }
        } else if name.ends_with(".json") {
            take(&path, inside, found);
        }
    }
}

/// Everything that the files hold.
pub fn read(files: &Files, unreadable: &mut Unreadable) -> Entries {
    let mut reader = Reader::new(files, unreadable);
    Entries {
        event_rules: reader.event_rules(),
        schedules: reader.folder("schedules", ""),
        pipes: reader.folder("pipes", ""),
        topic_rules: reader.folder("topic-rules", "/rule"),
        rest_apis: reader.rest_apis(),
        http_apis: reader.http_apis(),
        graphql_apis: reader.graphql_apis(),
        function_urls: reader.list("function-urls.json", "FunctionUrlConfigs"),
        function_policies: reader.policies("function-policies"),
    }
}

/// Reads files of a directory by their paths.
pub(super) struct Reader<'a> {
    pub(super) files: &'a Files,
    collected: Vec<String>,
    unreadable: &'a mut Unreadable,
}

impl<'a> Reader<'a> {
    pub(super) fn new(files: &'a Files, unreadable: &'a mut Unreadable) -> Self {
        let mut reader = Self {
            files,
            collected: Vec::new(),
            unreadable,
        };
        reader.collected = reader.collected();
        reader
    }

    fn collected(&mut self) -> Vec<String> {
        let Some(value) = self.value(COLLECTED) else {
            return Vec::new();
        };
        let names = value.get("read").and_then(Value::as_array);
        if names.is_none() {
            self.unusable(COLLECTED, "it has no `read`, a list of what was collected");
        }
        let names = names.into_iter().flatten().filter_map(Value::as_str);
        names.map(str::to_owned).collect()
    }

    pub(super) fn is_collected(&self, kind: &str) -> bool {
        self.collected.iter().any(|name| name == kind)
    }

    pub(super) fn complain(&mut self, file: &str, why: impl Into<String>) {
        let one = Unread::of_account(policies::input(file), format!("`{file}`"), why);
        if !self.unreadable.contains(&one) {
            self.unreadable.push(one);
        }
    }

    /// The same of a whole file that is of no use.
    pub(super) fn unusable(&mut self, file: &str, why: impl Into<String>) {
        let one = Unread::of_account(policies::input(file), format!("`{file}`"), why).file();
        if !self.unreadable.contains(&one) {
            self.unreadable.push(one);
        }
    }

    /// The JSON of a file, without its nulls: what is null is not there.
    pub(super) fn value(&mut self, file: &str) -> Option<Value> {
        let text = self.files.get(file)?;
        let parsed = is_object(text)
            .and_then(|()| serde_json::from_str::<Value>(text).map_err(|e| json_error(&e)));
        match parsed {
            Ok(mut value) => {
                prune(&mut value);
                Some(value)
            }
            Err(why) => {
                self.unusable(file, why);
                None
            }
        }
    }

    fn typed<T: DeserializeOwned>(&mut self, file: &str, at: &str, value: Value) -> Option<T> {
        match serde_json::from_value(value) {
            Ok(typed) => Some(typed),
            Err(error) => {
                let why = format!("{at}{}", shape_error(&error));
                match at.is_empty() {
                    true => self.unusable(file, why),
                    false => self.complain(file, why),
                }
                None
            }
        }
    }

    /// The list under `key` of one file; a broken entry does not hide the others.
    fn list<T: DeserializeOwned>(&mut self, file: &str, key: &str) -> Fetched<Vec<T>> {
        if !self.files.contains_key(file) {
            let kind = file.strip_suffix(".json").unwrap_or(file);
            return match self.is_collected(kind) {
                true => Fetched::Present(Vec::new()),
                false => Fetched::NotCollected,
            };
        }
        let Some(mut value) = self.value(file) else {
            return Fetched::Failed(format!("`{file}` is broken"));
        };
        // A response with nothing in it says that nothing is there.
        if value.as_object().is_some_and(serde_json::Map::is_empty) {
            return Fetched::Present(Vec::new());
        }
        let paged = ["NextToken", "nextToken", "NextMarker", "position"]
            .iter()
            .find(|token| value.get(**token).is_some());
        if let Some(token) = paged {
            let why = format!(
                "there are more pages (`{token}` is set): merge all pages, as the AWS CLI does by itself"
            );
            self.complain(file, why);
        }
        let Some(Value::Array(entries)) = value.get_mut(key).map(Value::take) else {
            self.unusable(file, format!("it has no list `{key}`"));
            return Fetched::Failed(format!("`{file}` has no list `{key}`"));
        };
        let mut list = Vec::new();
        for (index, entry) in entries.into_iter().enumerate() {
            list.extend(self.typed::<T>(file, &format!("{key}[{index}]: "), entry));
        }
        Fetched::Present(list)
    }

    /// The files of a kind's folder; `None` where neither one of them, nor the folder, nor `collected.json` says that it was read.
    pub(super) fn names(&self, kind: &str) -> Option<Vec<String>> {
        let prefix = format!("{kind}/");
        let is_of_kind = |name: &&String| name.starts_with(&prefix) && name.ends_with(".json");
        let names: Vec<String> = self.files.keys().filter(is_of_kind).cloned().collect();
        let read = self.files.contains_key(&prefix) || self.is_collected(kind);
        (read || !names.is_empty()).then_some(names)
    }

    /// One response a file of a folder, whose object stands under `at`.
    fn folder<T: DeserializeOwned>(&mut self, kind: &str, at: &str) -> Fetched<Vec<T>> {
        let Some(names) = self.names(kind) else {
            return Fetched::NotCollected;
        };
        let mut list = Vec::new();
        for name in names {
            let Some(value) = self.value(&name) else {
                continue;
            };
            match value.pointer(at).cloned() {
                Some(value) => list.extend(self.typed::<T>(&name, "", value)),
                None => self.unusable(&name, format!("it has no `{}`", at.trim_start_matches('/'))),
            }
        }
        Fetched::Present(list)
    }

    fn event_rules(&mut self) -> Fetched<Vec<EventRule>> {
        let mut read: Fetched<Vec<EventRule>> = self.list("event-rules.json", "Rules");
        let Fetched::Present(rules) = &mut read else {
            return read;
        };
        for rule in rules.iter_mut() {
            let bus = match rule.event_bus_name.rsplit('/').next() {
                None | Some("") => "default",
                Some(bus) => bus,
            };
            let candidates = [
                format!("event-targets/{bus}/{}.json", rule.name),
                format!("event-targets/{}.json", rule.name),
            ];
            let file = candidates.iter().find(|f| self.files.contains_key(*f));
            if let Some(file) = file {
                rule.targets = self.list(file, "Targets");
            } else if self.is_collected("event-targets") {
                rule.targets = Fetched::Present(Vec::new());
            }
        }
        read
    }

    fn rest_apis(&mut self) -> Fetched<Vec<RestApi>> {
        let mut read: Fetched<Vec<RestApi>> = self.list("rest-apis.json", "items");
        let Fetched::Present(apis) = &mut read else {
            return read;
        };
        for api in apis.iter_mut() {
            let at = format!("rest-apis/{}", api.id);
            api.resources = self.list(&format!("{at}.json"), "items");
            // `GetStages` is the one list of this service that is not called `items`.
            api.stages = self.list(&format!("{at}/stages.json"), "item");
            let prefix = format!("{at}/deployments/");
            let names: Vec<String> = self
                .files
                .keys()
                .filter(|n| n.starts_with(&prefix))
                .cloned()
                .collect();
            for name in names {
                let id = name
                    .strip_prefix(&prefix)
                    .and_then(|n| n.strip_suffix(".json"));
                let (Some(id), Some(value)) = (id, self.value(&name)) else {
                    continue;
                };
                let summary = value.get("apiSummary").cloned();
                match summary.and_then(|s| self.typed::<ApiSummary>(&name, "apiSummary: ", s)) {
                    Some(summary) => {
                        api.deployments.insert(id.to_owned(), summary);
                    }
                    None => self.complain(
                        &name,
                        "it has no `apiSummary`: `--embed apisummary` adds it",
                    ),
                }
            }
        }
        read
    }

    fn http_apis(&mut self) -> Fetched<Vec<HttpApi>> {
        let mut read: Fetched<Vec<HttpApi>> = self.list("http-apis.json", "Items");
        if let Fetched::Present(apis) = &mut read {
            for api in apis.iter_mut() {
                let at = format!("http-apis/{}", api.api_id);
                api.routes = self.list(&format!("{at}/routes.json"), "Items");
                api.integrations = self.list(&format!("{at}/integrations.json"), "Items");
                api.stages = self.list(&format!("{at}/stages.json"), "Items");
            }
        }
        read
    }

    fn graphql_apis(&mut self) -> Fetched<Vec<GraphqlApi>> {
        let mut read: Fetched<Vec<GraphqlApi>> = self.list("graphql-apis.json", "graphqlApis");
        if let Fetched::Present(apis) = &mut read {
            for api in apis.iter_mut() {
                let at = format!("graphql-apis/{}", api.api_id);
                api.data_sources = self.list(&format!("{at}/data-sources.json"), "dataSources");
                api.resolvers = self.list(&format!("{at}/resolvers.json"), "resolvers");
            }
        }
        read
    }
}

/// Takes away members that are null.
fn prune(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(prune);
        }
        Value::Array(items) => items.iter_mut().for_each(prune),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
