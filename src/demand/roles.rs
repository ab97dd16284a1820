//! Roles that a task passes to a service or assumes.

use super::lookup::lookup;
use super::pattern::Openness;
use super::required::{Alternatives, are_same};
use super::resolve::{Resolved, resolve};
use super::{Maker, request};
use crate::catalog::{Fill, Operation, Roles, TargetSpec};
use crate::need::{Need, Phase, Target};
use crate::value::Value;

/// `iam:PassRole` on the roles in these parameters, for the service that receives them; a need that no parameter names
/// is optional and on every role.
pub(super) fn passed(
    maker: &Maker<'_>,
    principal: &'static str,
    paths: &[&'static str],
    arguments: &Value,
    optional: bool,
) -> Vec<Need> {
    if paths.is_empty() {
        let mut need = maker.need("iam:PassRole", Vec::new(), Phase::PassRole, true);
        request::passed_to(&mut need, principal);
        return vec![need];
    }
    let found = paths
        .iter()
        .filter(|path| !surely_absent(arguments, path))
        .map(|path| roles(maker, path, arguments).unwrap_or_default());
    // Where the whole request is open, the role may not be in it at all, and one of what it may name suffices.
    let open = matches!(arguments, Value::Any(_));
    let mut named: Vec<Alternatives> = Vec::new();
    if open {
        let all: Alternatives = found.flatten().collect();
        named.extend(Some(all).filter(|all| !all.is_empty()));
    } else {
        for group in found.flat_map(each) {
            if !named.iter().any(|other| are_same(other, &group)) {
                named.push(group);
            }
        }
    }
    let needs = named.into_iter().map(|group| {
        let mut need = maker.need("iam:PassRole", group, Phase::PassRole, optional || open);
        request::passed_to(&mut need, principal);
        need
    });
    needs.collect()
}

/// Every role that a request names whole is passed; of those that a run chooses, one of them.
fn each(found: Vec<Resolved>) -> Vec<Alternatives> {
    let (whole, open): (Vec<_>, Vec<_>) = found
        .into_iter()
        .partition(|r| r.open == Openness::Closed && r.holes.is_empty());
    let mut groups: Vec<Alternatives> = whole.into_iter().map(|r| vec![r]).collect();
    if !open.is_empty() {
        groups.push(open);
    }
    groups
}

fn surely_absent(arguments: &Value, path: &str) -> bool {
    lookup(arguments, path)
        .iter()
        .all(|v| matches!(v, Value::Absent | Value::Null))
}

fn roles(maker: &Maker<'_>, path: &'static str, arguments: &Value) -> Option<Vec<Resolved>> {
    let fill = Fill::Name {
        path,
        default: None,
    };
    let spec = TargetSpec {
        kind: "role",
        fills: vec![fill],
    };
    resolve("iam", &spec, arguments, maker.home)
}

/// The roles that an SDK operation passes.
pub(super) fn of_operation(
    maker: &Maker<'_>,
    operation: &Operation,
    arguments: &Value,
) -> Vec<Need> {
    match &operation.roles {
        Roles::None => Vec::new(),
        Roles::Documented(paths) => {
            let needs = passed(maker, operation.principal, paths, arguments, false);
            // ECS: the task definition names roles, too.
            if operation.principal == "ecs-tasks.amazonaws.com" {
                let hidden = passed(maker, operation.principal, &[], arguments, true);
                return needs.into_iter().chain(hidden).collect();
            }
            needs
        }
        Roles::Likely(paths) => passed(maker, operation.principal, paths, arguments, true),
        Roles::Hidden => passed(maker, operation.principal, &[], arguments, true),
    }
}

/// `sts:AssumeRole` on the role in `Credentials`.
pub(super) fn assumed(maker: &Maker<'_>, credentials: Option<&Value>) -> Need {
    let found = credentials
        .map(|role| Value::object([("RoleArn".to_owned(), role.clone())]))
        .and_then(|object| roles(maker, "RoleArn", &object))
        .unwrap_or_default();
    let unknown = found.is_empty();
    let mut need = maker.need("sts:AssumeRole", found, Phase::AssumeRole, false);
    if unknown {
        need.target = Target::NotDerivable;
    }
    need
}
