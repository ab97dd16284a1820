//! Whether AWS vouches for an event: anybody who may put events on a bus can write any detail.

use serde_json::Value;

use super::{Skip, Watched, optional, plain, text};

/// Only AWS's own services put events on a bus with a source that begins with `aws.` (Amazon EventBridge User Guide, "Events
/// from AWS services"), and account and region of the envelope are EventBridge's. The detail is whatever its sender wrote: it
/// counts where the envelope says the same.
pub(super) fn vouched(event: &Value, detail: &Value, row: &'static Watched) -> Result<(), Skip> {
    let not = |why: String| Skip::NotVouched {
        name: row.name,
        why,
    };
    let from = text(event, "/source")?;
    if from != row.from {
        return Err(not(format!(
            "its source is `{}`, not `{}`",
            plain(from),
            row.from
        )));
    }
    for (outer, inner) in [
        ("/account", "/recipientAccountId"),
        ("/region", "/awsRegion"),
    ] {
        let (outer, inner) = (text(event, outer)?, optional(detail, inner));
        if !inner.is_empty() && inner != outer {
            return Err(not(format!(
                "its detail names `{}`, its envelope `{}`",
                plain(inner),
                plain(outer)
            )));
        }
    }
    Ok(())
}
