//! `policy` and `map`: one workflow, from a definition file or out of an account.

use super::args::{OneWorkflow, Plain};
use super::{Failure, Host, Outcome, source};
use crate::analysis::WorkflowAnalysis;
use crate::facts::AccountFacts;
use crate::grants::elsewhere;
use crate::render;
use crate::snapshot::Account;
use crate::suggest::did_you_mean;
use crate::{least_privilege, map};

/// `stepwarden policy`: the document on standard output, ready to paste; what a person must decide on standard error.
pub fn policy(args: &OneWorkflow, host: &mut Host<'_>) -> Result<Outcome, Failure> {
    let config = source::config(&args.config)?;
    let (account, index) = one(args, host)?;
    let machine = account.workflows.get(index).ok_or_else(gone)?;
    let analysis = WorkflowAnalysis::new(&account, machine, &config);
    let policy = least_privilege::policy(&analysis);
    host.done();
    let redactor = &analysis.secrets.redactor;
    let role = analysis.workflow.role.as_ref();
    let others = role.map(|role| elsewhere::lines(&analysis.needs, role));
    for line in policy.decisions.iter().chain(others.iter().flatten()) {
        host.note(&redactor.text(line));
    }
    let mut document = policy.document;
    if redactor.clean_json(&mut document) {
        host.note("`***` stands where the policy would repeat a credential of the definition: put the resource's name there");
    }
    Ok(Outcome::clean(format!("{document:#}\n")))
}

/// `stepwarden map`
pub fn map(args: &OneWorkflow, format: Plain, host: &mut Host<'_>) -> Result<Outcome, Failure> {
    let config = source::config(&args.config)?;
    let (account, index) = one(args, host)?;
    let all = AccountFacts::new(&account, &config);
    let shown = all.with(index, |facts| {
        let map = map::of(&facts);
        let text = match format {
            Plain::Human => render::map::table(&map),
            Plain::Json => {
                let text = serde_json::to_string_pretty(&map);
                let text = text.map_err(|error| Failure::Words(error.to_string()))?;
                format!("{text}\n")
            }
        };
        Ok(match facts.redactor {
            Some(redactor) => redactor.text(&text).into_owned(),
            None => text,
        })
    });
    shown.ok_or_else(gone)?.map(Outcome::clean)
}

/// Of a workflow that stands in no facts.
pub fn gone() -> Failure {
    Failure::Words("the workflow could not be read".to_owned())
}

/// The account and the index of the workflow in it: a file, or with `--snapshot` (or live) a name or an ARN.
pub fn one(args: &OneWorkflow, host: &mut Host<'_>) -> Result<(Account, usize), Failure> {
    let path = std::path::Path::new(&args.workflow);
    let beside = &args.beside;
    let is_file = beside.role.is_some()
        || args.workflow == "-"
        || path.exists()
        || looks_like_a_file(&args.workflow);
    if args.source.snapshot.is_none() && is_file {
        let account = source::input(path, beside, host)?.account;
        let index = chosen(&account, args.name.as_deref(), &args.workflow)?;
        return Ok((account, index));
    }
    let account = source::account(&args.source, host)?;
    let index = named(&account, &args.workflow, "the account")?;
    Ok((account, index))
}

/// The workflow of this name, or the only one.
pub fn chosen(account: &Account, name: Option<&str>, whole: &str) -> Result<usize, Failure> {
    let whole = format!("`{whole}`");
    if let Some(name) = name {
        return named(account, name, &whole);
    }
    match account.workflows.as_slice() {
        [] => Err(Failure::Words(format!("{whole} declares no workflow"))),
        [_] => Ok(0),
        all => {
            let names: Vec<String> = all
                .iter()
                .take(20)
                .map(|w| format!("`{}`", w.name))
                .collect();
            Err(Failure::Words(format!(
                "{whole} declares {} workflows: name one of {} with `--workflow NAME`",
                all.len(),
                names.join(", ")
            )))
        }
    }
}

fn named(account: &Account, name: &str, whole: &str) -> Result<usize, Failure> {
    let found = account
        .workflows
        .iter()
        .position(|w| w.name == name || w.arn == name);
    found.ok_or_else(|| {
        let names = account.workflows.iter().map(|w| w.name.as_str());
        Failure::Words(format!(
            "{whole} holds no workflow `{name}`{}",
            did_you_mean(name, names)
        ))
    })
}

/// So that a misspelt file name is not taken for a workflow's name.
fn looks_like_a_file(text: &str) -> bool {
    text.contains('/') && !text.starts_with("arn:")
        || [".json", ".yaml", ".yml", ".template"]
            .iter()
            .any(|e| text.ends_with(e))
}
