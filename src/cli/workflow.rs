//! `policy` and `map`: one workflow, from a definition file or out of an account.

use super::args::{OneWorkflow, Plain};
use super::{Failure, Host, Outcome, source};
use crate::analysis::{TaskFacts, WorkflowAnalysis};
use crate::arn::PLACEHOLDER_ACCOUNT;
use crate::asl::Definition;
use crate::catalog::IntegrationKind;
use crate::config::AccountsConfig;
use crate::facts::AccountFacts;
use crate::gap::{GapSubject, Input, Unread};
use crate::grants::elsewhere;
use crate::render;
use crate::snapshot::Account;
use crate::suggest::did_you_mean;
use crate::workflow::Workflow;
use crate::{least_privilege, map};

/// `stepwarden policy`: the document on standard output, ready to paste; what a person must decide on standard error.
pub fn policy(args: &OneWorkflow, host: &mut Host<'_>) -> Result<Outcome, Failure> {
    let config = source::config(&args.config)?;
    let (account, index) = one(args, host)?;
    let machine = account.workflows.get(index).ok_or_else(gone)?;
    let analysis = WorkflowAnalysis::new(&account, machine, &config);
    is_read(&analysis.workflow, &analysis.definition, &account)?;
    let policy = least_privilege::policy(&analysis);
    host.done();
    for state in unknown_calls(&analysis) {
        host.note(&format!(
            "{state}: what it calls is known at deployment only; nothing that it needs is in the policy"
        ));
    }
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
    let text = format!("{document:#}\n");
    if text.contains(PLACEHOLDER_ACCOUNT) {
        host.note(&format!(
            "`{PLACEHOLDER_ACCOUNT}` stands for the account, and the region beside it for the region, that only the deployment knows: put yours there, or give them with `--parameter AWS::AccountId=ID --parameter AWS::Region=REGION`"
        ));
    }
    Ok(Outcome::clean(text))
}

/// Of a definition that was not read nothing is known, least of all that it needs nothing.
fn is_read(workflow: &Workflow, definition: &Definition, account: &Account) -> Result<(), Failure> {
    if !definition.states.is_empty() {
        return Ok(());
    }
    let name = &workflow.name;
    let arn = workflow.arn.as_str();
    let own = |unread: &&Unread| {
        unread.subject == GapSubject::Workflow(arn.to_owned())
            && matches!(unread.input, Input::Definition | Input::Workflow)
    };
    let unread = account.unreadable.iter().find(own);
    let problem = definition.problems.first();
    let why = match (unread, problem) {
        (Some(unread), _) => format!("{}: {}", unread.what, unread.why),
        (None, Some(problem)) => problem.message.clone(),
        (None, None) => "it has no states".to_owned(),
    };
    Err(Failure::Words(format!(
        "the definition of `{name}` could not be read: {why}"
    )))
}

/// The task states of which it is not known what they call.
fn unknown_calls(analysis: &WorkflowAnalysis) -> Vec<String> {
    let open = |task: &&TaskFacts| matches!(task.integration.kind, IntegrationKind::Unresolved);
    let states = analysis.tasks.iter().filter(open);
    let names = states.filter_map(|task| analysis.definition.state(task.state));
    names.map(|state| format!("`{}`", state.name)).collect()
}

/// `stepwarden map`
pub fn map(args: &OneWorkflow, format: Plain, host: &mut Host<'_>) -> Result<Outcome, Failure> {
    let config = source::config(&args.config)?;
    let (account, index) = one(args, host)?;
    let all = AccountFacts::new(&account, &config);
    let shown = all.with(index, |facts| {
        is_read(facts.workflow, facts.definition, &account)?;
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
    let account = source::account(&args.source, &AccountsConfig::default(), host)?;
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
