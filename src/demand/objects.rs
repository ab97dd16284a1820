//! Objects by the URLs that requests name them with.

use super::Home;
use super::names::{Named, strip};
use super::pattern::{arn, head, or_any};
use crate::glob::Glob;

/// Whether the text is a URL.
pub(super) fn is_url(text: &Glob) -> bool {
    let beginning = head(text);
    beginning.starts_with("s3://") || beginning.starts_with("https://")
}

/// `s3://BUCKET/KEY`, `https://s3.REGION.amazonaws.com/BUCKET/KEY` or `https://BUCKET.s3.REGION.amazonaws.com/KEY`.
pub(super) fn object_url(text: &Glob, home: &Home) -> Named {
    let empty = Glob::literal("");
    let whole = |rest: &Glob| Named::Arn(arn(&or_any(&home.partition), "s3", &empty, &empty, rest));
    let path = strip(text, "s3://");
    if path != *text {
        return whole(&path);
    }
    let Some(literal) = text.as_literal() else {
        return Named::Behind;
    };
    let rest = literal.strip_prefix("https://").unwrap_or_default();
    let Some((host, path)) = rest.split_once('/') else {
        return Named::Behind;
    };
    let is_host = |h: &str| h.contains(".amazonaws.com");
    if host.starts_with("s3.") || host.starts_with("s3-") {
        return whole(&Glob::literal(path));
    }
    match host.split_once(".s3") {
        Some((bucket, rest)) if is_host(rest) => whole(&Glob::literal(&format!("{bucket}/{path}"))),
        _ => Named::Behind,
    }
}
