//! Who called what, when and how, as a record says it.

use serde_json::Value;

use super::{EventInfo, owned, through, words};
use crate::arn::Arn;

/// Who called what, by CloudTrail's own record of the call: what LookupEvents tells of it, as text.
pub fn recorded(record: &str) -> Option<EventInfo> {
    let detail: Value = serde_json::from_str(record).ok()?;
    let name = owned(&detail, "/eventName")?;
    Some(info(&Value::Null, &detail, &name))
}

pub(super) fn info(event: &Value, detail: &Value, name: &str) -> EventInfo {
    let first = |pointers: &[(&Value, &str)]| {
        let found = pointers.iter().find_map(|(from, at)| owned(from, at));
        found.unwrap_or_default()
    };
    EventInfo {
        id: first(&[(detail, "/eventID"), (event, "/id")]),
        name: name.to_owned(),
        time: first(&[(detail, "/eventTime"), (event, "/time")]),
        actor: first(&[
            (detail, "/userIdentity/arn"),
            (detail, "/userIdentity/invokedBy"),
            (detail, "/userIdentity/principalId"),
            (detail, "/userIdentity/accountId"),
            (detail, "/userIdentity/type"),
        ]),
        issuer: owned(detail, "/userIdentity/sessionContext/sessionIssuer/arn")
            .and_then(|arn| Arn::parse(&arn)),
        invoked_by: owned(detail, "/userIdentity/invokedBy"),
        through: through::through(detail),
        source_ip: first(&[(detail, "/sourceIPAddress")]),
        region: first(&[(event, "/region"), (detail, "/awsRegion")]),
        account: first(&[(event, "/account"), (detail, "/recipientAccountId")]),
        summary: words::summary(name, detail),
    }
}
