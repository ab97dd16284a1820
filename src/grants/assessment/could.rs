//! What a permission could do that nothing needs: by access level and reach (service authorization reference).

use super::applies::applies;
use crate::catalog::{self, Breadth, Level, Sensitivity};
use crate::grants::role::{Grant, Piece};
use crate::severity::Severity;

/// What one action could do on what it is granted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Power {
    /// Nothing that reaches far, or only names and settings.
    Little,
    /// It reads content.
    Reads,
    /// It changes something.
    Changes,
    /// It stops or disables something.
    Disables,
    /// It deletes.
    Deletes,
    /// It decrypts, assumes roles, reads secrets, changes code or permissions.
    Sensitive(Sensitivity),
}

impl Power {
    const fn phrase(self) -> &'static str {
        match self {
            Self::Little => "does little",
            Self::Reads => "reads data",
            Self::Changes => "changes data or resources",
            Self::Disables => "stops or disables what it is granted on",
            Self::Deletes => "deletes",
            Self::Sensitive(kind) => kind.phrase(),
        }
    }
}

/// Writing of measurements and logs, which everything does and which can be granted on `*` only or mostly is, and making the
/// roles whose permissions AWS fixes.
const HARMLESS: [&str; 7] = [
    "cloudwatch:PutMetricData",
    "iam:CreateServiceLinkedRole",
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
];

/// How bad it is that the grant is there, and what it could do, in words.
pub fn of(grant: &Grant<'_>) -> (Severity, String) {
    let mut worst = (Severity::Low, Power::Little, Breadth::One);
    for piece in &grant.pieces {
        for action in actions(piece) {
            let Some(reach) = reach(&action, piece) else {
                continue;
            };
            let power = power(&action);
            worst = worst.max((severity(power, reach), power, reach));
        }
    }
    let (severity, power, reach) = worst;
    let words = match reach {
        _ if severity <= Severity::Low => String::new(),
        Breadth::One => format!("it {}, on what the statement names only", power.phrase()),
        Breadth::Part => format!("it {}", power.phrase()),
        Breadth::Any => format!("it {}, on every resource", power.phrase()),
    };
    (severity, words)
}

fn severity(power: Power, reach: Breadth) -> Severity {
    match (power, reach) {
        (Power::Sensitive(_), Breadth::One) => Severity::Medium,
        (Power::Sensitive(_), _) => Severity::High,
        (Power::Little, _) => Severity::Low,
        (_, Breadth::Any) => Severity::Medium,
        _ => Severity::Low,
    }
}

/// The actions of the piece: its one, or all that the reference knows.
fn actions(piece: &Piece) -> Vec<String> {
    match piece.actions.as_literal() {
        Some(name) => vec![name],
        None => catalog::actions_matching(&piece.actions)
            .map(|a| a.name())
            .collect(),
    }
}

/// How far the action reaches; `None` where it can act on nothing of it.
fn reach(action: &str, piece: &Piece) -> Option<Breadth> {
    let resources = piece.resources.iter().filter(|r| applies(action, r));
    resources.map(|r| catalog::breadth(action, r)).max()
}

fn power(action: &str) -> Power {
    if let Some(kind) = catalog::listed_sensitivity(action) {
        return Power::Sensitive(kind);
    }
    let name = action
        .split(':')
        .nth(1)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let begins = |words: &[&str]| words.iter().any(|w| name.starts_with(w));
    let level = catalog::action(action).map_or(Level::Write, |info| info.level());
    match level {
        Level::List | Level::Tagging => Power::Little,
        Level::Read if is_content(&name) && holds_data(action) => Power::Reads,
        Level::Read => Power::Little,
        Level::Write | Level::Permissions => {
            if HARMLESS.iter().any(|t| t.eq_ignore_ascii_case(action)) {
                Power::Little
            } else if begins(&[
                "delete",
                "terminate",
                "purge",
                "remove",
                "schedulekeydeletion",
                "batchdelete",
            ]) {
                Power::Deletes
            } else if begins(&["disable", "stop", "deactivate", "suspend"]) {
                Power::Disables
            } else {
                Power::Changes
            }
        }
    }
}

/// Whether what the action reads is kept in the account: what has no resources answers about what the call brings, and IAM's
/// own reading is of settings.
fn holds_data(action: &str) -> bool {
    let iam = action
        .get(..4)
        .is_some_and(|p| p.eq_ignore_ascii_case("iam:"));
    !iam && catalog::action(action).is_none_or(|info| info.has_resource_types())
}

/// Whether an action of the level "Read" reads content rather than settings, by its name in lower case.
fn is_content(name: &str) -> bool {
    let settings = [
        "describe", "list", "check", "validate", "estimate", "preview", "test", "lookup",
    ];
    let parts = [
        "acl",
        "attributes",
        "configuration",
        "limit",
        "location",
        "metrics",
        "policy",
        "quota",
        "settings",
        "status",
        "summary",
        "tagging",
        "tags",
        "versioning",
    ];
    let of_part = name.starts_with("get") && parts.iter().any(|w| name.ends_with(w));
    !of_part && !settings.iter().any(|w| name.starts_with(w))
}
