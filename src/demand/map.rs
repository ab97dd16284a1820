//! Distributed Map: on itself, on the items it reads and the results it writes
//! (Step Functions Developer Guide, "IAM policies for using Distributed Map states").

use super::pattern::{Openness, Pattern, or_any};
use super::resolve::{self, Resolved};
use super::{Home, Maker};
use crate::asl::{Definition, Kind, Map, StateId, Text};
use crate::catalog::{Fill, TargetSpec};
use crate::glob::Glob;
use crate::need::{Need, Phase};
use crate::value::Value;

/// What the maps of a definition need. `reader` and `writer` give the abstract values of a map state's
/// `ItemReader` and `ResultWriter` arguments.
pub fn map_needs(
    definition: &Definition,
    reader: &dyn Fn(StateId) -> Value,
    writer: &dyn Fn(StateId) -> Value,
    home: &Home,
) -> Vec<Need> {
    let mut needs = Vec::new();
    for state in &definition.states {
        let Kind::Map(map) = &state.kind else {
            continue;
        };
        if !map.distributed {
            continue;
        }
        let maker = Maker {
            state: Some(state.id),
            label: "distributed map".to_owned(),
            home,
        };
        needs.extend(children(&maker));
        needs.extend(items(&maker, map, &reader(state.id)));
        if map
            .result_writer
            .as_ref()
            .is_some_and(|w| w.resource.is_some())
        {
            needs.extend(results(&maker, &writer(state.id)));
        }
    }
    needs
}

pub(super) fn own(home: &Home, resource: &str) -> Glob {
    let mut name = Glob::literal(&format!("{resource}:"));
    name.extend(&or_any(&home.name));
    super::pattern::arn(
        &or_any(&home.partition),
        "states",
        &or_any(&home.region),
        &or_any(&home.account),
        &name,
    )
}

fn children(maker: &Maker<'_>) -> Vec<Need> {
    let machine = own(maker.home, "stateMachine");
    let mut executions = own(maker.home, "execution");
    let labelled = {
        let mut labelled = executions.clone();
        labelled.extend(&Glob::parse("/*:*"));
        labelled
    };
    executions.extend(&Glob::parse(":*"));
    let on = |glob: &Glob| Resolved::plain(glob.clone(), Openness::Generated);
    let start = Resolved::plain(machine, Openness::Closed);
    let need = |action, found, optional| maker.need(action, found, Phase::MapRun, optional);
    let runs = || vec![on(&executions), on(&labelled)];
    vec![
        need("states:StartExecution", vec![start], false),
        need("states:DescribeExecution", runs(), false),
        need("states:StopExecution", runs(), true),
        need("states:RedriveExecution", runs(), true),
    ]
}

fn operation(resource: &Text) -> String {
    let text = resource.display();
    text.rsplit(':').next().unwrap_or_default().to_owned()
}

fn bucket(key: Option<&'static str>) -> Vec<TargetSpec> {
    let name = |path| Fill::Name {
        path,
        default: None,
    };
    let fills = vec![name("Bucket"), key.map_or(Fill::Open, name)];
    vec![TargetSpec {
        kind: "object",
        fills,
    }]
}

fn s3(maker: &Maker<'_>, specs: &[TargetSpec], arguments: &Value) -> Vec<Resolved> {
    specs
        .iter()
        .filter_map(|spec| resolve::resolve("s3", spec, arguments, maker.home))
        .flatten()
        .collect()
}

fn items(maker: &Maker<'_>, map: &Map, arguments: &Value) -> Vec<Need> {
    let Some(reader) = &map.item_reader else {
        return Vec::new();
    };
    let need = |action, found, optional| maker.need(action, found, Phase::ItemReader, optional);
    let prefixed = || under_prefix(maker, arguments);
    if operation(&reader.resource).eq_ignore_ascii_case("listObjectsV2") {
        let spec = TargetSpec {
            kind: "bucket",
            fills: vec![Fill::Name {
                path: "Bucket",
                default: None,
            }],
        };
        let mut list = need("s3:ListBucket", s3(maker, &[spec], arguments), false);
        super::request::parameters(&mut list, arguments, maker.home);
        let mut needs = vec![list];
        // Flattening reads the objects that the list names; else the children may, with permissions of their own.
        needs.push(need("s3:GetObject", prefixed(), !reader.flattens));
        return needs;
    }
    let object = s3(maker, &bucket(Some("Key")), arguments);
    let mut found = object;
    let mut needs = Vec::new();
    let manifest = reader
        .input_type
        .as_deref()
        .is_some_and(|t| t.eq_ignore_ascii_case("MANIFEST"));
    if manifest {
        // The manifest names further files, mostly of the same bucket.
        needs.push(need(
            "s3:GetObject",
            s3(maker, &bucket(None), arguments),
            true,
        ));
    }
    if found.is_empty() {
        found = s3(maker, &bucket(None), arguments);
    }
    needs.insert(0, need("s3:GetObject", found, false));
    needs
}

/// The objects below `Prefix`, or all of the bucket.
fn under_prefix(maker: &Maker<'_>, arguments: &Value) -> Vec<Resolved> {
    let below = s3(maker, &bucket(Some("Prefix")), arguments);
    let objects = if below.is_empty() {
        s3(maker, &bucket(None), arguments)
    } else {
        below
    };
    objects
        .into_iter()
        .map(|mut object| {
            object.glob.extend(&Pattern::generated().glob);
            if object.open == Openness::Closed {
                object.open = Openness::Generated;
            }
            object
        })
        .collect()
}

fn results(maker: &Maker<'_>, arguments: &Value) -> Vec<Need> {
    let found = || under_prefix(maker, arguments);
    let need = |action, optional| maker.need(action, found(), Phase::ResultWriter, optional);
    vec![
        need("s3:PutObject", false),
        need("s3:GetObject", true),
        need("s3:ListMultipartUploadParts", true),
        need("s3:AbortMultipartUpload", true),
    ]
}
