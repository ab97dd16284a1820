//! What a call needs beside its own action: mostly what the called service does with the permissions of its caller.

use super::Maker;
use super::lookup::{Presence, lookup, presence};
use super::required::requirements;
use crate::catalog::{self, Forwarded, Only, Targets};
use crate::glob::Glob;
use crate::need::{EVERYTHING, Need, Phase, Target};
use crate::value::{Piece, Value};

/// The rows of the operation that are for requests as this one. What the page calls needed is so where the request surely
/// is of the kind; the rest is optional: a resource policy may give the same, and the data behind a call may need none of
/// it.
pub(super) fn needs(
    maker: &Maker<'_>,
    service: &str,
    operation: &'static str,
    arguments: &Value,
) -> Vec<Need> {
    let mut needs = Vec::new();
    for row in catalog::forwarded(service, operation) {
        let applies = applies(row, arguments);
        if applies == Presence::Never {
            continue;
        }
        let optional = !row.needed || applies == Presence::Maybe;
        if row.action == EVERYTHING {
            needs.push(everything(maker));
            continue;
        }
        let found = requirements(maker, row.action, &row.targets, arguments);
        let named = matches!(&row.targets, Targets::Types(types) if !types.is_empty());
        if named && found.is_none() {
            continue;
        }
        let found = found.unwrap_or_default();
        let phase = row.principal.map_or(Phase::Forwarded, |_| Phase::PassRole);
        for mut need in maker.needs(row.action, found, phase, optional) {
            if let Some(principal) = row.principal {
                super::request::passed_to(&mut need, principal);
            }
            needs.push(need);
        }
    }
    needs
}

/// The service does whatever it is asked to with its caller's permissions: any action on anything may be what it needs.
fn everything(maker: &Maker<'_>) -> Need {
    let mut need = maker.need(EVERYTHING, Vec::new(), Phase::Forwarded, true);
    need.resources = vec![Glob::any()];
    need.target = Target::NotDerivable;
    need
}

fn applies(row: &Forwarded, arguments: &Value) -> Presence {
    let each = row.only.iter().map(|only| match only {
        Only::With(path) => presence(arguments, path),
        Only::Without(path) => match presence(arguments, path) {
            Presence::Always => Presence::Never,
            Presence::Never => Presence::Always,
            Presence::Maybe => Presence::Maybe,
        },
        Only::Writing(path) if may_write(arguments, path) => Presence::Always,
        Only::Writing(_) => Presence::Never,
    });
    each.fold(Presence::Always, |all, one| match (all, one) {
        (Presence::Never, _) | (_, Presence::Never) => Presence::Never,
        (Presence::Always, Presence::Always) => Presence::Always,
        _ => Presence::Maybe,
    })
}

/// Whether a query may be one that writes: all but those whose text begins with a verb that only reads.
fn may_write(arguments: &Value, path: &str) -> bool {
    const READS: [&str; 6] = ["select", "with", "show", "describe", "explain", "values"];
    let reads = |value: &Value| {
        let text = match value {
            Value::Text(pieces) => match pieces.first() {
                Some(Piece::Literal(text)) => text.trim_start_matches(['(', ' ', '\n', '\t']),
                _ => return false,
            },
            _ => return false,
        };
        let word: String = text
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .collect::<String>()
            .to_ascii_lowercase();
        // Text that a run puts in may end the query and begin another.
        READS.contains(&word.as_str()) && text.len() > word.len()
    };
    let found = lookup(arguments, path);
    found.is_empty() || !found.iter().all(reads)
}
