//! What a called service does with the permissions of its caller.

use super::Maker;
use super::call::resolve_all;
use super::lookup::lookup;
use crate::catalog::{self, Targets};
use crate::need::{Need, Phase};
use crate::value::Value;

/// Optional needs: a resource policy may give the same, and the data behind a call may need none of it.
pub(super) fn needs(
    maker: &Maker<'_>,
    service: &str,
    operation: &'static str,
    arguments: &Value,
) -> Vec<Need> {
    let mut needs = Vec::new();
    for row in catalog::forwarded(service, operation) {
        if row.only_with.is_some_and(|p| is_absent(arguments, p)) {
            continue;
        }
        let found = resolve_all(maker, row.action, &row.targets, arguments);
        let named = matches!(&row.targets, Targets::Types(types) if !types.is_empty());
        if named && found.is_none() {
            continue;
        }
        let found = found.unwrap_or_default();
        needs.push(maker.need(row.action, found, Phase::Forwarded, true));
    }
    needs
}

fn is_absent(arguments: &Value, path: &str) -> bool {
    lookup(arguments, path)
        .iter()
        .all(|v| matches!(v, Value::Absent | Value::Null))
}
