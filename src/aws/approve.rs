//! `stepwarden approve` on the function's table, under the caller's own permissions.

use std::time::{SystemTime, UNIX_EPOCH};

use super::function::Aws;
use super::{Members, Outlets, Sdk, Sns, Table, error};
use crate::arn::Arn;
use crate::collect::AccountCache;
use crate::config::Config;
use crate::moment::Moment;
use crate::pipeline::{self, Invocation, Published, Services};
use crate::trigger::plain;

/// Seconds within which it is done, or the workflow is free again.
const PATIENCE: i64 = 300;

/// Takes what is deployed as the baseline, in the name of the caller.
///
/// # Errors
/// When it cannot be read or kept: why, in words.
pub async fn approve(
    sdk: &Sdk,
    workflow: &Arn,
    config: Config,
    table: String,
) -> Result<(), String> {
    let caller = caller(sdk).await?;
    let watch: Services<Aws> = Services {
        accounts: Members::new(sdk, config.accounts.clone()),
        // Nothing is told.
        notifier: Outlets::new(Sns::new(sdk, String::new(), None)),
        baselines: Some(Table::new(sdk, table)),
        queue: None,
        config,
        lately: AccountCache::default(),
        published: Published::default(),
    };
    watch.accounts.runs_at(&caller);
    let now = now();
    // Two people are two holders.
    let request = format!("approve {} {}", plain(caller.as_str()), std::process::id());
    let invocation = Invocation {
        request: &request,
        clock: &self::now,
        deadline: now.plus(PATIENCE),
    };
    let approved = pipeline::approve(&watch, workflow, caller.as_str(), &invocation);
    approved.await.map_err(|error| error.to_string())
}

/// Who runs the command.
async fn caller(sdk: &Sdk) -> Result<Arn, String> {
    let identity = client!(aws_sdk_sts, sdk).get_caller_identity().send().await;
    let identity = identity.map_err(|e| error::why("sts:GetCallerIdentity", &e))?;
    let arn = identity.arn.as_deref().and_then(Arn::parse);
    arn.ok_or_else(|| "`sts:GetCallerIdentity` does not say who is calling".to_owned())
}

fn now() -> Moment {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    Moment::from_seconds(now.unwrap_or_default().as_secs())
}
