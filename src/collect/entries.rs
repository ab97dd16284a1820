//! What begins executions beside principals: read of those kinds alone whose roles may start something.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future;

use super::{Account, AccountCache};
use crate::arn::{AccountRegion, Arn};
use crate::entry_points::Kind;
use crate::moment::Moment;
use crate::snapshot::entries::Entries;
use crate::snapshot::{Fetched, Function, Iam};
use crate::starters::Serving;

/// What to read of an account's entry points.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryAsk {
    /// These kinds. A kind that is not among them can start nothing, because no role that may start something serves it.
    pub kinds: BTreeSet<Kind>,
    /// The roles, by ARN, whose functions may start something.
    pub function_roles: BTreeSet<String>,
    /// Rules and pipes that start one of these; `None` for all. The services list by what is started there, and nowhere else.
    pub targets: Option<Vec<String>>,
}

/// What was read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadEntries {
    /// The entry points; absent what was not asked for.
    pub entries: Entries,
    /// The functions that may start something, by unqualified ARN.
    pub functions: BTreeMap<String, Function>,
}

impl ReadEntries {
    /// Nothing is there of any kind.
    pub fn absent() -> Self {
        Self {
            entries: Entries {
                event_rules: Fetched::Absent,
                schedules: Fetched::Absent,
                pipes: Fetched::Absent,
                topic_rules: Fetched::Absent,
                rest_apis: Fetched::Absent,
                http_apis: Fetched::Absent,
                graphql_apis: Fetched::Absent,
                function_urls: Fetched::Absent,
                function_policies: Fetched::Absent,
            },
            functions: BTreeMap::new(),
        }
    }

    /// Whether every part that was asked for was read.
    fn is_whole(&self) -> bool {
        let entries = &self.entries;
        !entries.schedules.is_lacking()
            && !entries.rest_apis.is_lacking()
            && !entries.http_apis.is_lacking()
            && !entries.graphql_apis.is_lacking()
            && !entries.function_urls.is_lacking()
    }
}

/// The kinds that the services list by what is started.
const BY_TARGET: [Kind; 2] = [Kind::EventRule, Kind::Pipe];

impl EntryAsk {
    /// Everything that roles of these principals may start something with.
    pub fn of(iam: &Iam) -> Self {
        let Serving {
            kinds,
            function_roles,
        } = Serving::new(iam);
        Self {
            kinds,
            function_roles,
            targets: None,
        }
    }

    /// Whether one of these kinds is listed by what is started.
    pub fn is_by_target(kinds: &BTreeSet<Kind>) -> bool {
        BY_TARGET.iter().any(|kind| kinds.contains(kind))
    }

    /// The part that is the same for every workflow of the account, and the part that is each one's own.
    fn split(self) -> (Self, Self) {
        let is_own = |kind: &Kind| BY_TARGET.contains(kind) && self.targets.is_some();
        let (own, wide) = self.kinds.iter().copied().partition(is_own);
        let own = Self {
            kinds: own,
            function_roles: BTreeSet::new(),
            targets: self.targets,
        };
        let wide = Self {
            kinds: wide,
            function_roles: self.function_roles,
            targets: None,
        };
        (wide, own)
    }
}

impl AccountCache {
    /// What begins the executions of these workflows. APIs, schedules and functions of the whole account are read once for
    /// many evaluations, after this moment.
    pub async fn entries<A: Account>(
        &self,
        port: &A,
        home: &AccountRegion,
        (now, after): (Moment, Moment),
        ask: EntryAsk,
    ) -> ReadEntries {
        let (wide, own) = ask.split();
        let (wide, own) = future::join(self.wide(port, home, (now, after), wide), async {
            match own.kinds.is_empty() {
                true => ReadEntries::absent(),
                false => port.entries(&own).await,
            }
        })
        .await;
        let mut read = ReadEntries::clone(&wide);
        read.entries.event_rules = own.entries.event_rules;
        read.entries.pipes = own.entries.pipes;
        read
    }

    async fn wide<A: Account>(
        &self,
        port: &A,
        home: &AccountRegion,
        (now, after): (Moment, Moment),
        ask: EntryAsk,
    ) -> Arc<ReadEntries> {
        if ask.kinds.is_empty() {
            return Arc::new(ReadEntries::absent());
        }
        if let Some(read) = self.kept_entries(home, &ask, (now, after)) {
            return read;
        }
        let read = Arc::new(port.entries(&ask).await);
        // What could not be read is asked for again.
        let kept = read.is_whole().then(|| (now, ask, Arc::clone(&read)));
        self.keep_entries(home, kept);
        read
    }
}

/// The ARNs by which rules and pipes may name a workflow: its own, and those of its aliases and versions.
pub async fn targets<A: Account>(port: &A, workflow: &Arn, versions: &[String]) -> Vec<String> {
    let mut all = vec![workflow.to_string()];
    // Where they are not told, versions say so already.
    if let Fetched::Present(aliases) = port.aliases(workflow.as_str()).await {
        all.extend(aliases);
    }
    all.extend(versions.iter().map(|v| format!("{workflow}:{v}")));
    all
}
