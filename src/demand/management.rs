//! What an API Gateway management call acts on: the path of the request as an ARN.

use super::Home;
use super::lookup::{lookup, spellings};
use super::pattern::{Openness, Pattern, arn, or_any, patterns};
use super::resolve::Resolved;
use crate::glob::Glob;
use crate::value::Value;

/// An API Gateway path such as `/restapis/<restapi_id>/stages` as the ARN of what it manages.
pub(super) fn management_path(uri: &str, arguments: &Value, home: &Home) -> Vec<Resolved> {
    let mut path = Glob::literal("");
    let (mut open, mut holes) = (Openness::Closed, Vec::new());
    let mut rest = uri;
    while let Some((text, tail)) = rest.split_once('<') {
        path.extend(&Glob::literal(text));
        let (variable, tail) = tail.split_once('>').unwrap_or((tail, ""));
        let wanted: String = variable
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let values = lookup(arguments, &wanted);
        let pattern = values
            .iter()
            .flat_map(spellings)
            .flat_map(|pieces| patterns(&pieces, home))
            .next()
            .unwrap_or_else(Pattern::generated);
        path.extend(&pattern.glob);
        holes.extend(pattern.holes);
        if open == Openness::Closed {
            open = pattern.open;
        }
        rest = tail;
    }
    path.extend(&Glob::literal(rest));
    let resource = arn(
        &or_any(&home.partition),
        "apigateway",
        &or_any(&home.region),
        &Glob::literal(""),
        &path,
    );
    vec![Resolved {
        glob: resource,
        open,
        holes,
        through: false,
    }]
}
