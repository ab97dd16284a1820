//! Every operation of the AWS API that `aws-sdk:` can call, from `catalog/operations.txt`.

use std::sync::OnceLock;

use super::spec::{self, Targets};
use super::table::{Table, compare};

static TEXT: &str = include_str!("../../catalog/operations.txt");

/// One operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The API's name, such as `StartExecution`.
    pub name: &'static str,
    /// How its actions are known.
    pub how: How,
    /// The IAM actions it needs.
    pub uses: Vec<OperationUse>,
    /// The roles that the request passes.
    pub roles: Roles,
    /// The service principal that receives them.
    pub principal: &'static str,
}

impl Operation {
    /// The actions that every request needs.
    pub fn own_uses(&self) -> impl Iterator<Item = &OperationUse> {
        let always = |used: &&OperationUse| !used.optional && used.only_with.is_none();
        self.uses.iter().filter(always)
    }
}

/// How an operation's actions are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The action has the operation's name.
    Exact,
    /// By hand.
    Override,
    /// The service authorization reference links the action to the operation.
    Link,
    /// API Gateway: the action is the HTTP method.
    Verb,
    /// It needs no permission.
    Free,
    /// Not known.
    Unknown,
}

/// One action that an operation needs.
#[derive(Clone, Debug)]
pub struct OperationUse {
    /// `service:Action`
    pub action: String,
    /// Whether only some requests need it.
    pub optional: bool,
    /// What it is used on.
    pub targets: Targets,
    /// The parameter without which it is not needed, such as the tags of what is made.
    pub only_with: Option<&'static str>,
}

/// The roles that an operation's request passes to its service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Roles {
    /// None.
    None,
    /// These parameters hold them, and `iam:PassRole` is documented.
    Documented(Vec<&'static str>),
    /// These parameters look like roles, but the reference does not say that `iam:PassRole` is needed.
    Likely(Vec<&'static str>),
    /// `iam:PassRole` is documented, but no parameter shows the role.
    Hidden,
}

fn table() -> &'static [(&'static str, &'static str)] {
    static TABLE: OnceLock<Vec<(&'static str, &'static str)>> = OnceLock::new();
    TABLE.get_or_init(|| Table::new(TEXT).sections().collect())
}

fn section(service: &str) -> Option<&'static str> {
    let table = table();
    let at = table
        .binary_search_by(|(name, _)| compare(name, service))
        .ok()?;
    table.get(at).map(|(_, text)| *text)
}

/// Whether the catalog knows the service, by the name that stands after `aws-sdk:`.
pub fn knows_service(service: &str) -> bool {
    section(service).is_some()
}

/// The operation, its name compared without regard to case. An operation that the API table does not hold, such as one
/// of a service that AWS has retired, is taken from the IAM action of the same name.
pub fn find(service: &str, operation: &str) -> Option<Operation> {
    listed(service, operation).or_else(|| same_action(service, operation))
}

fn same_action(service: &str, operation: &str) -> Option<Operation> {
    let prefix = section(service)
        .and_then(|text| text.lines().next()?.split('\t').nth(1))
        .unwrap_or(service);
    let info = super::action(&format!("{prefix}:{operation}"))?;
    Some(Operation {
        name: info.short_name(),
        how: How::Exact,
        uses: vec![OperationUse {
            action: info.name(),
            optional: false,
            targets: Targets::Types(Vec::new()),
            only_with: None,
        }],
        roles: Roles::None,
        principal: "",
    })
}

fn listed(service: &str, operation: &str) -> Option<Operation> {
    let text = section(service)?;
    let mut head = text.lines().next()?.split('\t').skip(1);
    let (prefix, principal) = (head.next()?, head.next()?);
    text.lines()
        .filter_map(|line| line.strip_prefix("O\t"))
        .find(|line| {
            line.split('\t')
                .next()
                .is_some_and(|name| name.eq_ignore_ascii_case(operation))
        })
        .and_then(|line| parse(line, prefix, principal))
}

/// Every operation of a service.
pub fn all(service: &str) -> Vec<Operation> {
    let Some(text) = section(service) else {
        return Vec::new();
    };
    let mut head = text.lines().next().unwrap_or_default().split('\t').skip(1);
    let (Some(prefix), Some(principal)) = (head.next(), head.next()) else {
        return Vec::new();
    };
    text.lines()
        .filter_map(|line| parse(line.strip_prefix("O\t")?, prefix, principal))
        .collect()
}

/// The SDK names of every service.
pub fn services() -> impl Iterator<Item = &'static str> {
    table().iter().map(|(name, _)| *name)
}

fn parse(line: &'static str, prefix: &'static str, principal: &'static str) -> Option<Operation> {
    let mut cells = line.split('\t');
    let name = cells.next()?;
    let how = match cells.next()? {
        "e" => How::Exact,
        "o" => How::Override,
        "l" => How::Link,
        "v" => How::Verb,
        "n" => How::Free,
        _ => How::Unknown,
    };
    let uses = cells
        .next()
        .unwrap_or_default()
        .split(' ')
        .filter(|cell| !cell.is_empty())
        .map(|cell| one_use(cell, prefix, name))
        .collect();
    let paths = |list: &'static str| list.split(',').collect::<Vec<_>>();
    let roles = match cells.next().unwrap_or_default() {
        "" => Roles::None,
        "?" => Roles::Hidden,
        list => match list.strip_prefix('~') {
            Some(list) => Roles::Likely(paths(list)),
            None => Roles::Documented(paths(list)),
        },
    };
    Some(Operation {
        name,
        how,
        uses,
        roles,
        principal,
    })
}

fn one_use(cell: &'static str, prefix: &'static str, name: &'static str) -> OperationUse {
    let (optional, cell) = match cell.strip_prefix('?') {
        Some(rest) => (true, rest),
        None => (false, cell),
    };
    let (cell, only_with) = match cell.split_once('!') {
        Some((cell, parameter)) => (cell, Some(parameter)),
        None => (cell, None),
    };
    let (action, targets) = match cell.find('@') {
        Some(at) => cell.split_at(at),
        None => (cell, ""),
    };
    let (prefix, action) = action.split_once(':').unwrap_or((prefix, action));
    let action = if action == "=" { name } else { action };
    OperationUse {
        action: format!("{prefix}:{action}"),
        optional,
        targets: spec::parse(targets),
        only_with,
    }
}
