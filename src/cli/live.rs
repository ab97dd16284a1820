//! The live account: a runtime for the one thing that a command does with it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Failure, Host, args};
use crate::arn::{AccountRegion, Arn};
use crate::aws::{self, Live, Members, Sdk};
use crate::collect::{self, Account as _, AccountCache, EntryAsk};
use crate::config::{AccountsConfig, Config};
use crate::dependencies;
use crate::moment::Moment;
use crate::snapshot::Account;

/// Reads the whole account of the credentials and the region that are named, else of the caller's; `above` says how the policies
/// of the organization are read.
pub fn account(
    live: &args::Live,
    above: &AccountsConfig,
    host: &mut Host<'_>,
) -> Result<Account, Failure> {
    host.progress("reading the live account");
    let above = reading_above(live, above)?;
    let now = host.now;
    let read = runtime()?.block_on(async {
        let sdk = sdk(live).await?;
        let (live, cache) = (Live::new(&sdk), AccountCache::default());
        let read = collect::whole_account(&live, &cache).await;
        let mut account = read.map_err(|blind| Failure::Words(blind.to_string()))?;
        if let Some(iam) = account.iam.present() {
            account.entries = live.entries(&EntryAsk::of(iam)).await.entries;
        }
        let first = account.workflows.first();
        // Nothing is judged of an account without workflows.
        let Some(home) = first.and_then(|m| Arn::parse(&m.arn)) else {
            return Ok(account);
        };
        let home = AccountRegion::of(&home);
        let ask = dependencies::ask(&account, &named(&account));
        let after = |_: &Arn| Moment::default();
        cache
            .policies(&live, &home, (now, &after), &ask, &mut account)
            .await;
        let accounts = Members::new(&sdk, above);
        cache
            .organization(&accounts, &home.account, now, &mut account)
            .await;
        Ok(account)
    });
    host.done();
    read
}

/// How the policies above the account are read: with the role that is named, else as it is configured.
fn reading_above(live: &args::Live, above: &AccountsConfig) -> Result<AccountsConfig, Failure> {
    let mut above = above.clone();
    if let Some(written) = &live.organization_role {
        let role = AccountsConfig::role_arn(written).map_err(Failure::Words)?;
        above.organization_role = Some(role);
        above.organization_policies.clear();
    }
    Ok(above)
}

/// What each workflow's definitions act on.
fn named(account: &Account) -> BTreeMap<String, BTreeSet<Arn>> {
    let config = Config::default();
    let mut named: BTreeMap<String, BTreeSet<Arn>> = BTreeMap::new();
    for machine in account.workflows.iter().chain(&account.versions) {
        let holders = dependencies::named_by(machine, &config).holders;
        named
            .entry(machine.arn.clone())
            .or_default()
            .extend(holders);
    }
    named
}

/// Takes what is deployed as the baseline in the function's table.
pub fn approve(
    workflow: &Arn,
    config: Config,
    table: String,
    live: &args::Live,
    host: &mut Host<'_>,
) -> Result<(), Failure> {
    host.progress("reading the workflow");
    let approved = runtime()?.block_on(async {
        let sdk = sdk(live).await?;
        let approved = aws::approve(&sdk, workflow, config, table).await;
        approved.map_err(Failure::Words)
    });
    host.done();
    approved
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.map_err(|error| Failure::Words(format!("cannot begin to read: {error}")))
}

async fn sdk(live: &args::Live) -> Result<Sdk, Failure> {
    let sdk = aws::config_of(live.profile.as_deref(), live.region.as_deref()).await;
    if sdk.region().is_none() {
        let why =
            "no region: name one with `--region`, set `AWS_REGION`, or set a region in the profile";
        return Err(Failure::Words(why.to_owned()));
    }
    Ok(sdk)
}
