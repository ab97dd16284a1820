//! The accounts and regions of one deployment: its own, and those whose member role it assumes.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_config::Region;
use aws_config::sts::AssumeRoleProvider;
use aws_sdk_sts::config::http::HttpResponse;
use aws_sdk_sts::config::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sdk_sts::error::SdkError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;

use super::organization::Organization;
use super::{Live, Sdk, error};
use crate::arn::{AccountRegion, Arn};
use crate::collect::{Accounts, LookupError};
use crate::config::AccountsConfig;
use crate::snapshot::{Fetched, OrganizationPolicies};
use crate::trigger::plain;

/// The IAM actions that these calls need.
pub(super) const ACTIONS: &[&str] = &["sts:AssumeRole"];

/// The name under which a member account's trail knows the function.
const SESSION: &str = "stepwarden";

/// The accounts, with the clients of each.
#[derive(Debug)]
pub struct Members {
    sdk: Sdk,
    config: AccountsConfig,
    /// Known when the first invocation says it.
    own: OnceLock<Own>,
    kept: Mutex<BTreeMap<AccountRegion, Live>>,
}

#[derive(Debug)]
struct Own {
    home: AccountRegion,
    partition: String,
}

impl Members {
    /// None is read before it is asked for.
    pub fn new(sdk: &Sdk, config: AccountsConfig) -> Self {
        Self {
            sdk: sdk.clone(),
            config,
            own: OnceLock::new(),
            kept: Mutex::default(),
        }
    }

    /// Says where the function runs: its own ARN, or that of the caller. The first that is told holds.
    pub fn runs_at(&self, arn: &Arn) {
        let region = self.sdk.region().unwrap_or_else(|| arn.region().to_owned());
        self.own.get_or_init(|| Own {
            home: AccountRegion {
                account: arn.account().to_owned(),
                region,
            },
            partition: arn.partition().to_owned(),
        });
    }

    fn kept(&self, home: &AccountRegion) -> Option<Live> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(home).cloned()
    }
}

/// The clients' configuration for a member account, by the role that is configured.
pub(super) async fn member(
    sdk: &Sdk,
    config: &AccountsConfig,
    home: &AccountRegion,
    partition: &str,
) -> Result<Sdk, LookupError> {
    let (account, name) = (&home.account, &config.role);
    if !config.ids.contains(account) {
        return Err(blind(format!(
            "is not tried: the account `{}` is not configured: add it to `ids` of `[accounts]`, or stop forwarding its events",
            plain(account)
        )));
    }
    let role = format!("arn:{partition}:iam::{account}:role/{name}");
    assumed(sdk, config, &role, &home.region).await
}

/// The clients' configuration with a role of another account.
async fn assumed(
    sdk: &Sdk,
    config: &AccountsConfig,
    role: &str,
    region: &str,
) -> Result<Sdk, LookupError> {
    let mut provider = AssumeRoleProvider::builder(role).session_name(SESSION);
    if let Some(id) = &config.external_id {
        provider = provider.external_id(id);
    }
    let provider = provider.configure(&sdk.config).build().await;
    // Asked for at once: a role that cannot be assumed is no account without workflows.
    let first = provider.provide_credentials().await;
    first.map_err(|error| blind(format!("of `{role}`: {}", refused(&error))))?;
    let builder = sdk.config.to_builder();
    let builder = builder.region(Region::new(region.to_owned()));
    let credentials = SharedCredentialsProvider::new(provider);
    Ok(sdk.with(builder.credentials_provider(credentials).build()))
}

fn blind(why: String) -> LookupError {
    LookupError {
        call: "AssumeRole",
        why,
    }
}

/// Why a role was not assumed.
fn refused(error: &(dyn std::error::Error + 'static)) -> String {
    const ACTION: &str = "sts:AssumeRole";
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(answer) = error.downcast_ref::<SdkError<AssumeRoleError, HttpResponse>>() {
            return error::why(ACTION, answer);
        }
        cause = error.source();
    }
    format!("`{ACTION}` could not be asked for: the function has no credentials of its own")
}

impl Accounts for Members {
    type Account = Live;

    fn own(&self) -> AccountRegion {
        self.own.get().map_or_else(
            || AccountRegion {
                account: String::new(),
                region: self.sdk.region().unwrap_or_default(),
            },
            |own| own.home.clone(),
        )
    }

    async fn of(&self, home: &AccountRegion) -> Result<Live, LookupError> {
        if let Some(live) = self.kept(home) {
            return Ok(live);
        }
        let own = self.own();
        let live = if home.account.is_empty() || home.account == own.account {
            Live::new(&self.sdk.in_region(&home.region))
        } else {
            let partition = self.own.get().map_or("aws", |own| own.partition.as_str());
            Live::new(&member(&self.sdk, &self.config, home, partition).await?)
        };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(home.clone(), live.clone());
        Ok(live)
    }

    async fn organization(&self, account: &str) -> Fetched<OrganizationPolicies> {
        if let Some(above) = self.config.organization_policies.get(account) {
            return Fetched::Present(above.clone());
        }
        let Some(role) = &self.config.organization_role else {
            return Fetched::NotCollected;
        };
        let region = self.own().region;
        match assumed(&self.sdk, &self.config, role.as_str(), &region).await {
            Ok(sdk) => Box::pin(Organization::new(&sdk).above(account)).await,
            Err(blind) => Fetched::Failed(format!("`{}` {}", blind.call, blind.why)),
        }
    }

    async fn pause(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}
