//! `policy` and `map`: one workflow, from a definition file or out of an account.

use super::args::{OneWorkflow, Plain};
use super::{Failure, Host, Outcome, source};
use crate::facts::AccountFacts;
use crate::render;
use crate::snapshot::Account;
use crate::suggest::did_you_mean;
use crate::{least_privilege, map};

/// `stepwarden policy`: the document on standard output, ready to paste; what a person must decide on standard error.
pub fn policy(args: &OneWorkflow, host: &mut Host<'_>) -> Result<Outcome, Failure> {
    let config = source::config(&args.config)?;
    let (account, index) = one(args, host)?;
    let facts = AccountFacts::new(&account, &config);
    let analysis = facts.analyses.get(index).ok_or_else(gone)?;
    let policy = least_privilege::policy(analysis);
    host.done();
    for line in &policy.decisions {
        host.note(line);
    }
    Ok(Outcome::clean(format!("{:#}\n", policy.document)))
}

/// `stepwarden map`
pub fn map(args: &OneWorkflow, format: Plain, host: &mut Host<'_>) -> Result<Outcome, Failure> {
    let config = source::config(&args.config)?;
    let (account, index) = one(args, host)?;
    let all = AccountFacts::new(&account, &config);
    let map = map::of(&all.workflow(index).ok_or_else(gone)?);
    let text = match format {
        Plain::Human => render::map::table(&map),
        Plain::Json => {
            let text = serde_json::to_string_pretty(&map);
            let text = text.map_err(|error| Failure::Words(error.to_string()))?;
            format!("{text}\n")
        }
    };
    Ok(Outcome::clean(text))
}

fn gone() -> Failure {
    Failure::Words("the workflow could not be read".to_owned())
}

/// The account and the index of the workflow in it: a file, or with `--snapshot` (or live) a name or an ARN.
fn one(args: &OneWorkflow, host: &mut Host<'_>) -> Result<(Account, usize), Failure> {
    let path = std::path::Path::new(&args.workflow);
    if args.source.snapshot.is_none()
        && (args.role.is_some() || path.is_file() || looks_like_a_file(&args.workflow))
    {
        let (account, _) = source::definition(path, args.role.as_deref())?;
        return Ok((account, 0));
    }
    let account = source::account(&args.source, host)?;
    let named =
        |w: &crate::snapshot::StateMachine| w.name == args.workflow || w.arn == args.workflow;
    let index = account.workflows.iter().position(named).ok_or_else(|| {
        let names = account.workflows.iter().map(|w| w.name.as_str());
        Failure::Words(format!(
            "the account holds no workflow `{}`{}",
            args.workflow,
            did_you_mean(&args.workflow, names)
        ))
    })?;
    Ok((account, index))
}

/// So that a misspelt file name is not taken for a workflow's name.
fn looks_like_a_file(text: &str) -> bool {
    text.contains('/') && !text.starts_with("arn:")
        || [".json", ".yaml", ".yml"].iter().any(|e| text.ends_with(e))
}
