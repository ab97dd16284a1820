//! Function URLs (Lambda Developer Guide, "Control access to Lambda function URLs").

use std::collections::BTreeMap;

use super::policy::{self, Admits};
use super::start::{Fill, StartRequest};
use super::{Authorization, EntryPoint, EntryPoints, Kind};
use crate::arn::Arn;
use crate::snapshot::entries::{Entries, FunctionUrl};
use crate::snapshot::{Fetched, Function};

/// URLs of functions; whether one starts a workflow is its role's question.
pub fn urls(
    urls: &[FunctionUrl],
    entries: &Entries,
    functions: &Fetched<BTreeMap<String, Function>>,
    found: &mut EntryPoints,
) {
    for url in urls {
        let unqualified: Vec<&str> = url.function_arn.splitn(8, ':').take(7).collect();
        let arn = unqualified.join(":");
        let name = arn.rsplit(':').next().unwrap_or_default().to_owned();
        let role = functions
            .present()
            .and_then(|all| Arn::parse(&all.get(&arn)?.role_arn));
        if role.is_none() {
            let why: Fetched<()> = Fetched::NotCollected;
            found.miss(
                Kind::FunctionUrl,
                format!("the role of the function `{name}`, which has a URL"),
                &why,
            );
            continue;
        }
        let open = url.auth_type.eq_ignore_ascii_case("NONE");
        let (public, note) = match &entries.function_policies {
            Fetched::Present(policies) => {
                let admits = policies.get(&name).map_or(Admits::Nobody, policy::of_url);
                (open && admits == Admits::Everybody, "")
            }
            _ => (
                open,
                "its resource policy was not read, and is taken to admit everybody",
            ),
        };
        let request = StartRequest::free(Fill::Unknown);
        found.list.push(EntryPoint {
            kind: Kind::FunctionUrl,
            name,
            authorization: Some(match (open, public) {
                (false, _) => Authorization::Iam,
                (true, true) => Authorization::None,
                (true, false) => Authorization::ResourcePolicy,
            }),
            public,
            starts: request.starts,
            input: request.input,
            fill: request.fill,
            names: request.names,
            role,
            causes: Vec::new(),
            note,
        });
    }
}
