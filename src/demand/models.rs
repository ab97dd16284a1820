//! Models and the inference profiles in front of them.

use super::Home;
use super::names::{Named, name, strip};
use super::pattern::{arn, arn_parts, head, join, or_any};
use crate::glob::Glob;

/// What stands before a model's id in that of a system-defined inference profile (Amazon Bedrock User Guide, "Supported
/// cross-Region inference profiles").
const GEOGRAPHIES: [&str; 10] = [
    "us.", "eu.", "apac.", "global.", "us-gov.", "jp.", "au.", "ca.", "sa.", "in.",
];

/// A model's id or ARN; an inference profile is authorized on itself and on the model in the regions that it routes to
/// (Amazon Bedrock User Guide, "Prerequisites for inference profiles"). Which model is behind a profile of the account's own
/// is not in its ARN.
pub(super) fn model(text: &Glob, home: &Home) -> Vec<Named> {
    let partition = or_any(&home.partition);
    let behind = |id: &Glob| {
        let base = join(&[&Glob::literal("foundation-model/"), id]);
        let empty = Glob::literal("");
        Named::Arn(arn(&partition, "bedrock", &Glob::any(), &empty, &base))
    };
    if let Some([_, _, _, _, resource]) = arn_parts(text) {
        let whole = Named::Arn(text.clone());
        let beginning = head(&resource);
        let model = if beginning.starts_with("inference-profile/") {
            routed(&strip(&resource, "inference-profile/"))
        } else if beginning.starts_with("application-inference-profile/") {
            Some(Glob::any())
        } else {
            None
        };
        return match model {
            Some(id) => vec![whole, behind(&id)],
            None => vec![whole],
        };
    }
    let Some(id) = routed(text) else {
        return vec![name(text.clone())];
    };
    let profile = join(&[&Glob::literal("inference-profile/"), text]);
    let (region, account) = (or_any(&home.region), or_any(&home.account));
    vec![
        Named::Arn(arn(&partition, "bedrock", &region, &account, &profile)),
        behind(&id),
    ]
}

/// The model's id in that of a profile; `None` where the id is a model's own.
fn routed(id: &Glob) -> Option<Glob> {
    let beginning = head(id);
    let geography = GEOGRAPHIES.iter().find(|g| beginning.starts_with(**g))?;
    Some(strip(id, geography))
}
