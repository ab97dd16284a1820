//! The matrix of `tests/data/entry_points/matrix.json`: kind × authorization × way of input, each cell with its reason.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Cell {
    kind: Kind,
    authorization: String,
    way: String,
    files: serde_json::Map<String, Json>,
    /// `None` where nothing begins.
    expect: Option<Expected>,
    chooses: Vec<String>,
    fixed: Vec<String>,
    why: String,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Expected {
    authorization: Option<Authorization>,
    public: bool,
    input: Fill,
}

fn cells() -> Vec<Cell> {
    serde_json::from_str(include_str!("../../../tests/data/entry_points/matrix.json")).unwrap()
}

/// What is wrong with a cell.
fn fault(cell: &Cell) -> Option<String> {
    let files: Vec<(&str, Json)> = cell
        .files
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    let found = points(&files).list;
    let (expected, point) = match (&cell.expect, found.as_slice()) {
        (None, []) => return None,
        (Some(expected), [point]) => (expected, point),
        (_, found) => return Some(format!("{} entry points: {found:?}", found.len())),
    };
    let is = Expected {
        authorization: point.authorization,
        public: point.public,
        input: point.fill,
    };
    if point.kind != cell.kind || is != *expected {
        return Some(format!("{:?} {is:?}, but {expected:?}", point.kind));
    }
    let open = cell.chooses.iter().find(|path| !chooses(point, path));
    let fixed = cell.fixed.iter().find(|path| chooses(point, path));
    match (open, fixed) {
        (Some(path), _) => Some(format!("`{path}` is chosen, but was taken for fixed")),
        (_, Some(path)) => Some(format!("`{path}` is fixed, but was taken for chosen")),
        (None, None) => None,
    }
}

#[test]
fn every_cell_is_as_its_reason_says() {
    let faults: Vec<String> = cells()
        .iter()
        .filter_map(|cell| {
            let fault = fault(cell)?;
            let (kind, asked) = (cell.kind.word(), &cell.authorization);
            Some(format!(
                "{kind} / {asked} / {}: {fault} ({})",
                cell.way, cell.why
            ))
        })
        .collect();
    assert!(
        faults.is_empty(),
        "{} wrong:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

#[test]
fn the_matrix_has_every_kind_with_each_way() {
    let cells = cells();
    let asked = |kind: Kind| -> BTreeSet<&str> {
        let of_kind = cells
            .iter()
            .filter(|c| c.kind == kind && c.expect.is_some());
        of_kind.map(|c| c.authorization.as_str()).collect()
    };
    for (kind, authorizations) in [
        (Kind::RestApi, 9),
        (Kind::HttpApi, 4),
        (Kind::WebsocketApi, 4),
        (Kind::Appsync, 5),
        (Kind::FunctionUrl, 5),
        (Kind::EventRule, 1),
        (Kind::Schedule, 1),
        (Kind::Pipe, 1),
        (Kind::IotRule, 1),
    ] {
        assert_eq!(asked(kind).len(), authorizations, "{kind:?}");
    }
    let mut seen = BTreeSet::new();
    for cell in &cells {
        assert!(
            seen.insert((cell.kind, &cell.authorization, &cell.way)),
            "{}",
            cell.way
        );
    }
}
