//! `diff`: what is wider in one state of things than in another.

use std::path::Path;

use super::args::{Diff, Plain};
use super::{Failure, Host, Outcome, report, source};
use crate::assess::{self, Assessment};
use crate::config::Config;
use crate::drift;
use crate::local;
use crate::render::diff::{self, Change, Difference};
use crate::snapshot::Account;

/// `stepwarden diff`
pub fn diff(args: &Diff, host: &mut Host<'_>) -> Result<Outcome, Failure> {
    let mut config = source::config(&args.config)?;
    config.honours_comments = !args.config.no_suppress;
    let (mut old, mut new) = match &args.new {
        Some(new) => sides(&args.old, new, args, host)?,
        None => plan(&args.old, args, host)?,
    };
    one_name(&mut old, &mut new);
    let (old, new) = (judged(&old, &config, host), judged(&new, &config, host));
    let differences = compared(&old, &new);
    host.done();
    let worst = differences.iter().filter_map(Difference::worst).max();
    let text = match args.format {
        Plain::Human => diff::text(&differences),
        Plain::Json => format!("{:#}\n", diff::json(&differences)),
    };
    Ok(Outcome::judged(text, worst, args.fail_on))
}

/// Both sides; both are read before either is told to be of no use.
fn sides(
    old: &Path,
    new: &Path,
    args: &Diff,
    host: &mut Host<'_>,
) -> Result<(Vec<Account>, Vec<Account>), Failure> {
    match (side(old, args, host), side(new, args, host)) {
        (Ok(old), Ok(new)) => Ok((old, new)),
        (Err(old), Err(new)) => Err(Failure::Inputs(vec![old.to_string(), new.to_string()])),
        (Err(one), _) | (_, Err(one)) => Err(one),
    }
}

/// A plan against the state that it changes. Where there was nothing before, everything is new.
fn plan(
    path: &Path,
    args: &Diff,
    host: &mut Host<'_>,
) -> Result<(Vec<Account>, Vec<Account>), Failure> {
    let input = source::input(path, &args.beside, host)?;
    let parameters = source::parameters(&args.beside)?;
    match local::before(&input, &parameters) {
        local::Before::Account(before) => Ok((vec![*before], vec![input.account])),
        local::Before::Nothing => Ok((Vec::new(), vec![input.account])),
        local::Before::NotAPlan => Err(Failure::Words(format!(
            "`{}` is not a Terraform plan, which alone tells what was before: name what it was and what it is, `stepwarden diff OLD NEW`",
            path.display()
        ))),
    }
}

/// The accounts of one side: an account directory, or what `check` reads. Nothing of it may be left out.
fn side(path: &Path, args: &Diff, host: &mut Host<'_>) -> Result<Vec<Account>, Failure> {
    if path.join("state-machines").is_dir() {
        let account = local::read(path)?;
        let broken = report::broken_files(&account, path);
        if !broken.is_empty() {
            return Err(Failure::Inputs(broken));
        }
        return Ok(vec![account]);
    }
    let found = source::inputs(&[path.to_owned()], &args.beside, host)?;
    if !found.errors.is_empty() {
        let errors = found.errors.iter().map(ToString::to_string);
        return Err(Failure::Inputs(errors.collect()));
    }
    Ok(found
        .inputs
        .into_iter()
        .map(|mut input| {
            input.identify(Path::new("."));
            input.account
        })
        .collect())
}

/// Two bare definitions are compared whatever their files are called.
fn one_name(old: &mut [Account], new: &mut [Account]) {
    let ([old], [new]) = (old, new) else { return };
    let ([before], [after]) = (old.workflows.as_mut_slice(), new.workflows.as_mut_slice()) else {
        return;
    };
    if before.arn == after.arn {
        return;
    }
    let (was, is) = (after.role_arn.clone(), before.role_arn.clone());
    after.arn.clone_from(&before.arn);
    after.name.clone_from(&before.name);
    // A role of which only the policies are known is named after its file.
    if was.starts_with("arn:aws:iam:::") && is.starts_with("arn:aws:iam:::") {
        after.role_arn.clone_from(&is);
        if let crate::snapshot::Fetched::Present(iam) = &mut new.iam {
            for role in iam.roles.iter_mut().filter(|role| role.arn == was) {
                role.arn.clone_from(&is);
            }
        }
    }
}

fn judged(accounts: &[Account], config: &Config, host: &Host<'_>) -> Vec<Assessment> {
    let day = host.now.day();
    let each = accounts
        .iter()
        .flat_map(|account| assess::with_postures(account, config, &day));
    each.collect()
}

fn compared(old: &[Assessment], new: &[Assessment]) -> Vec<Difference> {
    let mut all = Vec::new();
    let mut matched = vec![false; old.len()];
    for now in new {
        let arn = old.iter().position(|o| o.workflow.arn == now.workflow.arn);
        let place = arn.or_else(|| {
            old.iter()
                .position(|o| o.workflow.name == now.workflow.name)
        });
        let before = place.and_then(|at| old.get(at));
        if let Some(seen) = place.and_then(|at| matched.get_mut(at)) {
            *seen = true;
        }
        all.push(match before {
            Some(before) => changed(before, now),
            None => Difference {
                change: Change::New,
                findings: now
                    .findings
                    .iter()
                    .filter(|f| f.is_open())
                    .cloned()
                    .collect(),
                ..Difference::of(now)
            },
        });
    }
    for (before, _) in old.iter().zip(&matched).filter(|(_, seen)| !**seen) {
        all.push(Difference {
            change: Change::Gone,
            ..Difference::of(before)
        });
    }
    all
}

fn changed(before: &Assessment, now: &Assessment) -> Difference {
    let mut difference = Difference::of(now);
    let (Some(old), Some(new)) = (&before.posture, &now.posture) else {
        difference
            .not_compared
            .push("what could not be read on one of the sides".to_owned());
        return difference;
    };
    difference.wider = drift::widened(old, new);
    difference.narrower = drift::narrowed(old, new);
    let gaps = drift::gaps(old, new);
    difference.not_compared = gaps
        .iter()
        .map(|g| format!("{}: {}", g.what, g.why))
        .collect();
    difference
}
