//! A change of policies that lets somebody start workflows, or no more: the workflows that it concerns.
//!
//! What each principal may start is kept as a shape; the difference between the kept shapes and the present ones names the
//! patterns, and so the workflows. A change that has nothing to do with starting costs one look at the table.

use std::collections::{BTreeMap, BTreeSet};

use tracing::warn;

use super::evaluate::Cause;
use super::{Done, Error, Ports, Run, event};
use crate::arn::{AccountRegion, Arn};
use crate::baselines::Baselines;
use crate::collect::{self, Accounts, LookupError};
use crate::snapshot::{Fetched, Iam};
use crate::starters::{self, start_shapes};
use crate::trigger::{Change, GrantsStart};
use crate::verdict::StartShape;

type Shapes = BTreeMap<String, StartShape>;

/// Evaluates the workflows that the change opens to somebody, or closes, but for those that are evaluated for it anyhow.
pub(super) async fn opened<P: Ports>(
    run: &Run<'_, P>,
    home: &AccountRegion,
    cause: &Cause<'_>,
    evaluated: &[Arn],
) -> Result<Done, Error> {
    let Some(change) = cause.change() else {
        return Ok(Done::default());
    };
    let kept = match &run.watch.baselines {
        Some(state) => state.starts(&home.account).await?,
        None => Shapes::new(),
    };
    let named = change.principal();
    if !matters(change, named.as_deref(), &kept) {
        return Ok(Done::default());
    }
    let account = run.watch.accounts.of(home).await?;
    let lately = &run.watch.lately;
    let iam = lately
        .principals(&account, home, run.now(), cause.after)
        .await;
    let shapes = match iam.as_ref() {
        Fetched::Present(iam) => start_shapes(iam),
        Fetched::Failed(why) => {
            return Err(Error::LookupError(LookupError {
                call: "GetAccountAuthorizationDetails",
                why: why.clone(),
            }));
        }
        // Every report says that who may start is not known.
        Fetched::Denied(_) | Fetched::Absent | Fetched::NotCollected => {
            warn!("who may start workflows is not known: the account's principals may not be read");
            return Ok(Done::default());
        }
    };
    let named_now = iam.present().zip(named.as_deref());
    let named_now = named_now.map_or_else(Vec::new, |(iam, name)| members(iam, name));
    let changed = changed(&kept, &shapes, &named_now);
    let mut workflows = concerned(run, &account, home, &changed).await?;
    workflows.retain(|arn| !evaluated.contains(arn));
    let opened = Cause::opened(change, named.as_deref().unwrap_or_default(), run.now());
    let done = event::spread(run, home, &workflows, &opened).await?;
    if let Some(state) = &run.watch.baselines {
        let all = difference(&kept, &shapes);
        state.keep_starts(&home.account, &all).await?;
    }
    Ok(done)
}

/// Whether it can change who may start anything.
fn matters(change: &Change, named: Option<&str>, kept: &Shapes) -> bool {
    let known = named.is_some_and(|name| kept.contains_key(name));
    match (change.opens, &change.document) {
        (GrantsStart::Never, _) => false,
        (GrantsStart::Known, _) => known,
        (GrantsStart::New, Some(document)) => known || starters::mentions_start(document),
        (GrantsStart::New, None) => true,
    }
}

/// Every principal whose shape is another one now.
pub(super) fn difference(kept: &Shapes, now: &Shapes) -> BTreeMap<String, Option<StartShape>> {
    let names: BTreeSet<&String> = kept.keys().chain(now.keys()).collect();
    let differs = names
        .into_iter()
        .filter(|name| kept.get(*name) != now.get(*name));
    differs
        .map(|name| (name.clone(), now.get(name).cloned()))
        .collect()
}

/// The principals that a change of the named one changes: a group's members, or itself.
fn members(iam: &Iam, named: &str) -> Vec<String> {
    let Some(group) = named.strip_prefix("group/") else {
        return vec![named.to_owned()];
    };
    let of_group = iam
        .users
        .iter()
        .filter(|user| user.groups.iter().any(|g| g == group));
    of_group.map(|user| format!("user/{}", user.name)).collect()
}

/// The patterns of the principals that changed, before and after. Where nothing was kept yet, only those that the call
/// named have changed.
fn changed(kept: &Shapes, now: &Shapes, named: &[String]) -> BTreeSet<String> {
    let of = |name: &str| {
        let both = [kept.get(name), now.get(name)].into_iter().flatten();
        both.flat_map(|shape| shape.patterns.iter().cloned())
            .collect::<Vec<_>>()
    };
    if kept.is_empty() {
        return named.iter().flat_map(|name| of(name)).collect();
    }
    difference(kept, now)
        .keys()
        .flat_map(|name| of(name))
        .collect()
}

/// The workflows of the account that one of the patterns matches.
async fn concerned<P: Ports, A: collect::Account>(
    run: &Run<'_, P>,
    account: &A,
    home: &AccountRegion,
    patterns: &BTreeSet<String>,
) -> Result<Vec<Arn>, Error> {
    if patterns.is_empty() {
        return Ok(Vec::new());
    }
    let all: Vec<Arn> = match &run.watch.baselines {
        Some(state) => state
            .known(home)
            .await?
            .into_iter()
            .map(|known| known.workflow)
            .collect(),
        None => collect::workflows(account).await?,
    };
    Ok(all
        .into_iter()
        .filter(|arn| starters::any_opens(patterns, arn))
        .collect())
}
