//! The live account: a runtime for the one read that a command makes.

use super::{Failure, Host};
use crate::aws::{self, Live};
use crate::collect;
use crate::snapshot::Account;

/// Reads the whole account of the caller's credentials, in the caller's region.
pub fn account(host: &mut Host<'_>) -> Result<Account, Failure> {
    host.progress("reading the live account");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Words(format!("cannot begin to read: {error}")))?;
    let read = runtime.block_on(async {
        let config = aws::config().await;
        if config.region().is_none() {
            return Err(Failure::Words(
                "no region: set `AWS_REGION`, or a region in the profile".to_owned(),
            ));
        }
        let read = collect::whole_account(&Live::new(&config)).await;
        read.map_err(|blind| Failure::Words(blind.to_string()))
    });
    host.done();
    read
}
